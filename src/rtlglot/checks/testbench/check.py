"""The check itself: from a candidate and its row's testbench to a verdict."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rtlglot.checks import Check, unfinished
from rtlglot.options import fill
from rtlglot.records import Assurance, CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box, Ended
from rtlglot.tools.simulator import installed as simulators

TOOL = "rtlglot.tools.simulator.testbench:run"
_MOST_CONTROLS = 4096


@dataclass(frozen=True, slots=True)
class TestbenchOptions:
    """Options of the check."""

    limit_s: float = 30.0
    """CPU seconds of the simulation, and likewise of the compilation and of the control."""
    simulator: str | None = None
    """'icarus' or 'verilator'; None takes the first of them that is here."""
    control: bool = True
    """Also run the testbench, once, on an empty module: one that lets that pass tells nothing."""


class Testbench(Check):
    """The check `testbench`."""

    __test__ = False
    name = "testbench"
    rank = 70
    assurance = Assurance.TESTED

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        self._options = fill(TestbenchOptions, options or {}, part="check.testbench")
        self._simulator = simulators.installed(self._options.simulator)
        self._controls: OrderedDict[bytes, str] = OrderedDict()

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        return {
            "check": self.name,
            "version": 1,
            "options": asdict(self._options),
            "simulator": self._simulator.version if self._simulator else None,
            "pyslang": importlib.metadata.version("pyslang"),
        }

    def applies(self, context: Context) -> bool:
        """See Check."""
        return context.field == "verilog" and bool(context.testbench)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check."""
        assert context.testbench is not None
        if self._simulator is None:
            note = "no simulator: install Icarus Verilog, or the package verilator beside a C++ compiler"
            finding = Finding(Severity.NOTE, "unavailable", note)
            return Verdict(self.name, CheckStatus.UNAVAILABLE, (finding,))
        options = self._options
        key = _key(context)
        ran = await box.run(
            TOOL,
            {
                "text": text,
                "standard": context.standard,
                "testbench": context.testbench,
                "reference": context.reference,
                "programs": self._simulator.to_json(),
                "control": options.control and key not in self._controls,
                "cpu_s": options.limit_s,
            },
            cpu_s=3 * options.limit_s,
            permit=self._simulator.permit(),
        )
        if ran.ended is not Ended.OK:
            return unfinished(self.name, ran, {"simulator": self._simulator.version})
        stub = self._control(key, ran.value.get("stub"))
        return _verdict(ran.value, stub, self._simulator.version, ran.seconds)

    def _control(self, key: bytes, said: str | None) -> str | None:
        if said is not None:
            self._controls[key] = said
            while len(self._controls) > _MOST_CONTROLS:
                self._controls.popitem(last=False)
        return self._controls.get(key)


def _verdict(told: Mapping[str, Any], stub: str | None, simulator: str, seconds: float) -> Verdict:
    status = CheckStatus(told["status"])
    severity = Severity.ERROR if status is CheckStatus.FAIL else Severity.WARNING
    findings = [
        Finding(severity, said["code"], said["message"], said.get("line")) for said in told["findings"]
    ]
    data = {"simulator": simulator}
    data |= {
        name: told[name]
        for name in ("design", "renamed_from", "samples", "mismatches")
        if told.get(name) is not None
    }
    if status is CheckStatus.PASS and stub is not None:
        data["stub"] = stub
        if stub == "pass":
            status = CheckStatus.UNSUPPORTED
            text = "this testbench lets an empty module pass too, so that it passed tells nothing"
            findings.append(Finding(Severity.WARNING, "weak-testbench", text))
    return Verdict("testbench", status, tuple(findings), seconds, data)


def _key(context: Context) -> bytes:
    digest = hashlib.sha256()
    for text in (context.testbench, context.reference):
        digest.update(hashlib.sha256((text or "").encode("utf-8", "surrogatepass")).digest())
    return digest.digest()
