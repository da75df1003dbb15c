"""The second rung: does the text parse, in the language it should be in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from rtlglot.checks import Check, holds_verilog, unfinished
from rtlglot.checks.screen import refused_task
from rtlglot.options import fill
from rtlglot.records import CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box, BoxResult, Ended
from rtlglot.tools.slang import reading
from rtlglot.tools.slang.options import version
from rtlglot.verilog.dialect import foreign
from rtlglot.verilog.system_tasks import COMPUTING, DUMPING, LOADING, SPEAKING, calls
from rtlglot.verilog.tokens import Kind

_LANGUAGES = {"v2001": "Verilog-2001", "v2005": "Verilog-2005", "sv2017": "SystemVerilog-2017"}


@dataclass(frozen=True, slots=True)
class SyntaxOptions:
    """What `--set check.syntax.NAME=VALUE` can say."""

    cpu_s: float = reading.CPU_S
    """CPU time for one text."""
    allow: tuple[str, ...] = ()
    """Further system tasks in branches of `ifdef or put together by macros, by comma: '$fopen'."""


class Syntax(Check):
    """Parses with slang."""

    name = "syntax"
    rank = 20
    must_answer = True

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        self.options = fill(SyntaxOptions, options or {}, part="check.syntax")

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        return {"check": self.name, "version": 4, **asdict(self.options), "pyslang": version()}

    def applies(self, context: Context) -> bool:
        """To Verilog."""
        return holds_verilog(context)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check."""
        standard = context.standard
        data: dict[str, Json] = {"tool": f"pyslang {version()}", "standard": standard}
        result = await self._read(box, text, context)
        if result.value is None and result.ended is not Ended.UNAVAILABLE:
            # what elaboration trips over is not this rung's business
            result = await self._read(box, text, context, parse_only=True)
        if result.value is None:
            return unfinished(self.name, result, data, {Ended.TIMEOUT: "cpu_s"})
        data["standard"] = result.value["standard"]
        found = reading.without_module(result.value) + reading.findings(result.value["parse"])
        if not reading.has_error(found):
            found += self._hidden_calls(text, result.value) + _older(result.value, standard)
        if standard != "sv2017":
            # what the older language's parser says about a later one's words is of no use
            found = await self._of_another_language(text, context, box, result.value) or found
        status = CheckStatus.FAIL if reading.has_error(found) else CheckStatus.PASS
        missing = reading.incomplete(found, context)
        if missing is not None:
            status, found = CheckStatus.INCOMPLETE, missing
        return Verdict(self.name, status, found, result.seconds, data)

    async def _read(self, box: Box, text: str, context: Context, *, parse_only: bool = False) -> BoxResult:
        options = self.options
        return await reading.read(box, text, context, cpu_s=options.cpu_s, parse_only=parse_only)

    def _hidden_calls(self, text: str, value: Json) -> tuple[Finding, ...]:
        """System tasks that the screen cannot judge: those that only appear once macros are expanded,
        and those in a branch that turns out to be read."""
        seen = list(calls(text)) if value["system"] else []
        judged = {token.text for token, perhaps in seen if not perhaps}
        perhaps = {token.text for token, perhaps in seen if perhaps}
        harmless = COMPUTING | SPEAKING | DUMPING | frozenset(self.options.allow)
        harmless |= LOADING & (judged | perhaps)
        return tuple(
            Finding(Severity.ERROR, "system-task", refused_task(name, self.name))
            for name in value["system"]
            if name not in harmless and (name in perhaps or name not in judged)
        )

    async def _of_another_language(
        self, text: str, context: Context, box: Box, value: Json
    ) -> tuple[Finding, ...]:
        """Errors for what only a later language has. A later language's keyword is a fine name in an
        earlier one, so keywords count only where the text is wrong as it stands and right as the
        later language."""
        language = _LANGUAGES[context.standard]
        strangers = [
            (token, f"{token.text!r} is not {language}: {instead}; --std sv2017 takes it")
            for token, instead in foreign(text, context.standard)
        ]
        keywords = any(token.kind is Kind.NAME for token, _ in strangers)
        broken = reading.has_error(reading.findings([*value["parse"], *(value["design"] or [])]))
        if keywords and broken:
            later = await self._read(box, text, replace(context, standard="sv2017"))
            keywords = (
                later.value is not None
                and later.value["standard"] == "sv2017"
                and not reading.has_error(reading.findings(later.value["parse"]))
            )
        return tuple(
            Finding(Severity.ERROR, "not-in-standard", message, token.line, token.column)
            for token, message in strangers
            if token.kind is not Kind.NAME or (keywords and broken)
        )


def _older(value: Json, standard: str) -> tuple[Finding, ...]:
    """That a text is of an older language than was thought."""
    if value["standard"] == standard:
        return ()
    language = _LANGUAGES[value["standard"]]
    said = f"read as {language}: keywords of SystemVerilog are names in it; --std {value['standard']} says so"
    return (Finding(Severity.NOTE, "standard", said),)
