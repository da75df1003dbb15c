"""A published harness' own verdict: plain Icarus Verilog and the words that it looks for, nothing else.

It believes every word that is printed, a forged one too: it stands beside our verdicts, never for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rtlglot.checks import Check, unfinished
from rtlglot.evals.protocols import PROTOCOLS
from rtlglot.options import fill
from rtlglot.records import CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box, Ended
from rtlglot.tools.simulator import icarus
from rtlglot.tools.simulator.simulation import write_data

TOOL = "rtlglot.evals.official:run"
_MOST_TOLD = 300


@dataclass(frozen=True, slots=True)
class OfficialOptions:
    """Options of the check."""

    protocol: str = "verilogeval-v2"
    limit_s: float = 30.0
    """CPU seconds of one simulation."""


class Official(Check):
    """The check `official`: pass where the protocol's harness would say so, fail elsewhere."""

    name = "official"
    rank = 90
    slow = True

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        self._options = fill(OfficialOptions, options or {}, part="check.official")
        self._protocol = PROTOCOLS[self._options.protocol]
        self._icarus = icarus.installed()

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        simulator = self._icarus.version if self._icarus else None
        rule = [self._protocol.passes, self._protocol.top]
        return {"check": self.name, "options": asdict(self._options), "simulator": simulator, "rule": rule}

    def applies(self, context: Context) -> bool:
        """See Check."""
        return bool(context.testbench)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check."""
        if self._icarus is None:
            said = Finding(Severity.NOTE, "unavailable", "Icarus Verilog is not installed")
            return Verdict(self.name, CheckStatus.UNAVAILABLE, (said,))
        texts = [text, context.testbench or "", context.reference or ""]
        arguments = {
            "texts": texts if "RefModule" in texts[1] else texts[:2],
            "files": dict(context.files),
            "programs": self._icarus.to_json(),
            "top": self._protocol.top,
            "cpu_s": self._options.limit_s,
        }
        permit, cpu_s = self._icarus.permit(), 3 * self._options.limit_s
        ran = await box.run(TOOL, arguments, cpu_s=cpu_s, permit=permit)
        if ran.ended is not Ended.OK:
            return unfinished(self.name, ran, {"simulator": self._icarus.version})
        passed = ran.value["ended"] == "ok" and self._protocol.passed(ran.value["output"])
        status = CheckStatus.PASS if passed else CheckStatus.FAIL
        said = Finding(Severity.NOTE, ran.value["ended"], ran.value["output"][-_MOST_TOLD:])
        return Verdict(self.name, status, (said,), ran.seconds, {"simulator": self._icarus.version})


def run(arguments: dict[str, Any]) -> Json:
    """One compilation of all texts together and one run of it. Inside the Box."""
    write_data(arguments["files"])
    return icarus.simulate_together(
        arguments["programs"], arguments["texts"], top=arguments["top"], cpu_s=arguments["cpu_s"]
    )
