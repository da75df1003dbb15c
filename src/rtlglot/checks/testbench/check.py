"""The check itself: from a candidate and its row's testbench to a verdict."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

from rtlglot.checks import Check, unfinished
from rtlglot.checks.once import Asked
from rtlglot.options import fill
from rtlglot.records import Assurance, CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box, BoxResult, Ended
from rtlglot.tools.simulator import installed as simulators

TOOL = "rtlglot.tools.simulator.testbench:run"
REWRITE = "rtlglot.tools.yosys.rewrite:rewrite"
_MOST_REMEMBERED = 256
"""Testbenches whose controls are kept."""
_KNOWN: dict[str, OrderedDict[bytes, Json]] = {}
"""Controls by the identity of the check, and by testbench, reference and data: for all jobs of a process."""
_NETLISTS: dict[str, Asked[bool]] = {}
"""Likewise, whether the testbench passes what another front end makes of the reference."""


@dataclass(frozen=True, slots=True)
class TestbenchOptions:
    """Options of the check."""

    limit_s: float = 30.0
    """CPU seconds of one simulation."""
    controls_s: float = 30.0
    """CPU seconds of all controls of one testbench together."""
    simulator: str | None = None
    """'icarus' or 'verilator'; None takes the first of them that is here."""
    second: bool = True
    """Also play a candidate that passes as another front end, yosys with slang, understands it."""
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
        identity = repr(self.identity())
        self._known = _KNOWN.setdefault(identity, OrderedDict())
        self._netlists = _NETLISTS.setdefault(identity, Asked(_MOST_REMEMBERED))
        self._learning: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        return {
            "check": self.name,
            "version": 4,
            "options": asdict(self._options),
            "simulator": self._simulator.version if self._simulator else None,
            "pyslang": importlib.metadata.version("pyslang"),
            "pyosys": importlib.metadata.version("pyosys"),
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
        ran = await self._play(text, context, box)
        if ran.ended is not Ended.OK:
            return unfinished(self.name, ran, {"simulator": self._simulator.version})
        told = ran.value
        if told["status"] == "pass" and self._options.second:
            told |= await self._read_otherwise(text, told["netlist"], context, box)
        return _verdict(told, self._simulator.version, ran.seconds)

    async def _play(self, text: str, context: Context, box: Box) -> BoxResult:
        assert self._simulator is not None
        options, key = self._options, _key(context)
        arguments = {
            "text": text,
            "standard": context.standard,
            "testbench": context.testbench,
            "reference": context.reference,
            "files": dict(context.files),
            "programs": self._simulator.to_json(),
            "limit_s": options.limit_s,
            "controls_s": options.controls_s,
            "control": options.control,
        }
        cpu_s, permit = 4 * options.limit_s + 2 * options.controls_s, self._simulator.permit()
        # one candidate has the controls of its testbench played, and the others wait for them
        learns = bool(options.control and context.reference) and key not in self._known
        async with self._learning.setdefault(key, asyncio.Lock()) if learns else nullcontext():
            arguments["controls"] = self._known.get(key)
            ran = await box.run(TOOL, arguments, cpu_s=cpu_s, permit=permit)
            if ran.ended is Ended.OK:
                self._remember(key, ran.value)
        return ran

    async def _read_otherwise(
        self, text: str, design: Mapping[str, Json] | None, context: Context, box: Box
    ) -> Json:
        """Play what another front end makes of a candidate that passes: a text that means one thing to
        this simulator and another to other tools is not tested."""
        key = _key(context)
        if self._netlists.known.get(key) is False:
            return {"second": "none"}
        said = await self._netlist(design, context, box)
        if said["status"] not in ("fail", "timeout"):
            return {"second": said["status"]}
        if context.reference:
            itself = text == context.reference
            if not await self._netlists.once(key, lambda: self._takes_netlists(context, box, itself=itself)):
                return {"second": "none"}
        if said["status"] == "timeout":
            return {"second": "timeout"}
        why = "another front end (yosys with slang) reads a design here that fails this testbench"
        findings = [{"code": "front-ends-differ", "message": why}, *said["findings"]]
        return {"status": "unsupported", "findings": findings, "second": "fail"}

    async def _takes_netlists(self, context: Context, box: Box, *, itself: bool) -> bool:
        """Whether the testbench passes the reference's own netlist; one that `itself` was played did not."""
        assert context.reference is not None
        right = None if itself else await self._play(context.reference, context, box)
        design = right.value.get("netlist") if right and right.ended is Ended.OK else None
        return bool((await self._netlist(design, context, box))["status"] == "pass")

    async def _netlist(self, design: Mapping[str, Json] | None, context: Context, box: Box) -> Json:
        """What comes of a design's netlist under its testbench."""
        if design is None:
            return {"status": "none"}
        arguments = {"standard": context.standard, **design}
        written = await box.run(REWRITE, arguments, cpu_s=self._options.limit_s)
        if written.ended is not Ended.OK:
            return {"status": "none"}
        text = written.value["verilog"] + str(design["outer"])
        ran = await self._play(text, replace(context, standard="sv2017"), box)
        return ran.value if ran.ended is Ended.OK else {"status": "none"}

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
    shown = (
        "design",
        "renamed_from",
        "by",
        "samples",
        "mismatches",
        "let_through",
        "said",
        "second",
        "cpu_s",
    )
    data = {"simulator": simulator} | {name: told[name] for name in shown if told.get(name) is not None}
    if told.get("races"):
        data["races"] = True
        text = "this testbench gives new inputs at the clock's very edge: a clock buffer changes its answer"
        findings.append(Finding(Severity.WARNING, "racing-testbench", text))
    return Verdict("testbench", status, tuple(findings), seconds, data)


def _key(context: Context) -> bytes:
    digest = hashlib.sha256()
    for text in (context.testbench, context.reference, *(part for file in context.files for part in file)):
        digest.update(hashlib.sha256((text or "").encode("utf-8", "surrogatepass")).digest())
    return digest.digest()
