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
_MOST_REMEMBERED = 256
"""Testbenches whose controls are kept."""


@dataclass(frozen=True, slots=True)
class TestbenchOptions:
    """Options of the check."""

    limit_s: float = 30.0
    """CPU seconds of one simulation."""
    controls_s: float = 30.0
    """CPU seconds of all controls of one testbench together."""
    simulator: str | None = None
    """'icarus' or 'verilator'; None takes the first of them that is here."""
    control: bool = True
    """Also run the testbench on designs known to be right or broken, once: without these, its words
    alone decide, and a testbench that says the same of all is believed."""


class Testbench(Check):
    """The check `testbench`."""

    __test__ = False
    name = "testbench"
    rank = 70
    assurance = Assurance.TESTED

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        self._options = fill(TestbenchOptions, options or {}, part="check.testbench")
        self._simulator = simulators.installed(self._options.simulator)
        self._known: OrderedDict[bytes, Json] = OrderedDict()

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        return {
            "check": self.name,
            "version": 2,
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
        options, key = self._options, _key(context)
        ran = await box.run(
            TOOL,
            {
                "text": text,
                "standard": context.standard,
                "testbench": context.testbench,
                "reference": context.reference,
                "programs": self._simulator.to_json(),
                "limit_s": options.limit_s,
                "controls_s": options.controls_s,
                "control": options.control,
                "controls": self._known.get(key),
            },
            cpu_s=4 * options.limit_s + 2 * options.controls_s,
            permit=self._simulator.permit(),
        )
        if ran.ended is not Ended.OK:
            return unfinished(self.name, ran, {"simulator": self._simulator.version})
        self._remember(key, ran.value)
        return _verdict(ran.value, self._simulator.version, ran.seconds)

    def _remember(self, key: bytes, told: Mapping[str, Any]) -> None:
        """Controls that hold for other candidates of this testbench, too."""
        learned = told.get("controls")
        if learned and (not learned["of_candidate"] or told["status"] == "pass"):
            self._known[key] = learned
            while len(self._known) > _MOST_REMEMBERED:
                self._known.popitem(last=False)


def _verdict(told: Mapping[str, Any], simulator: str, seconds: float) -> Verdict:
    status = CheckStatus(told["status"])
    severity = Severity.ERROR if status is CheckStatus.FAIL else Severity.WARNING
    findings = [
        Finding(severity, said["code"], said["message"], said.get("line")) for said in told["findings"]
    ]
    shown = ("design", "renamed_from", "by", "samples", "mismatches", "let_through", "said", "cpu_s")
    data = {"simulator": simulator} | {name: told[name] for name in shown if told.get(name) is not None}
    if told.get("races"):
        data["races"] = True
        text = "this testbench gives new inputs at the clock's very edge: a clock buffer changes its answer"
        findings.append(Finding(Severity.WARNING, "racing-testbench", text))
    return Verdict("testbench", status, tuple(findings), seconds, data)


def _key(context: Context) -> bytes:
    digest = hashlib.sha256()
    for text in (context.testbench, context.reference):
        digest.update(hashlib.sha256((text or "").encode("utf-8", "surrogatepass")).digest())
    return digest.digest()
