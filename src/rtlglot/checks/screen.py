"""The first rung: what needs no parser to be refused. Pure text, in linear time, without the box.

A system task in a branch of `ifdef, which may not be read at all, is left to the rung `syntax`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from rtlglot.checks import Check, holds_verilog
from rtlglot.options import fill
from rtlglot.records import CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box
from rtlglot.verilog.system_tasks import COMPUTING, DUMPING, LOADING, SPEAKING, calls, loaded
from rtlglot.verilog.tokens import (
    Kind,
    Token,
    code_tokens,
    disputed_line_end,
    longest_statement,
    nesting_depth,
)

_INSIDE = frozenset({"$root", "$unit"})
"""Ways out of the design: refused beside a testbench as well."""

_OPENINGS = re.compile(r"[(\[{]|\b(?:begin|case[xz]?|fork|generate|function|task|module)\b")


@dataclass(frozen=True, slots=True)
class ScreenOptions:
    """What `--set check.screen.NAME=VALUE` can say."""

    max_bytes: int = 200_000
    """Of the text in UTF-8."""
    max_nesting: int = 256
    """Brackets and blocks."""
    max_statement: int = 50_000
    """Characters without a semicolon or a block keyword."""
    allow: tuple[str, ...] = ()
    """Further system tasks, by comma: '$fopen'."""
    include: bool = False
    """Let `include pass; later rungs still open no file."""


class Screen(Check):
    """Refuses what is too large, too deep, or reaches for files, processes and the testbench."""

    name = "screen"
    rank = 10
    must_answer = True

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        self.options = fill(ScreenOptions, options or {}, part="check.screen")
        self._allowed = COMPUTING | frozenset(self.options.allow)

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        return {"check": self.name, "version": 3, **asdict(self.options)}

    def applies(self, context: Context) -> bool:
        """To Verilog."""
        return holds_verilog(context)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check. Uses no tool."""
        start = time.perf_counter()
        findings = tuple(self._findings(text, context))
        missing = any(finding.code == "include" and not _is_error(finding) for finding in findings)
        status = CheckStatus.INCOMPLETE if missing else CheckStatus.PASS
        status = CheckStatus.FAIL if any(map(_is_error, findings)) else status
        return Verdict(self.name, status, findings, time.perf_counter() - start)

    def _findings(self, text: str, context: Context) -> Iterator[Finding]:
        yield from self._characters(text)
        size = len(text.encode("utf-8", "replace"))
        if size > self.options.max_bytes:
            yield _no("too-large", f"the text has {size} bytes; {self._most('max_bytes')}")
            return
        if not text.strip():
            yield _no("empty", "the text is empty")
        if len(text) > self.options.max_statement:
            length = longest_statement(text)
            if length > self.options.max_statement:
                most = self._most("max_statement")
                yield _no("long-statement", f"a statement has {length} characters; {most}")
        # counting what opens is cheap and settles nearly every text
        if sum(1 for _ in _OPENINGS.finditer(text)) > self.options.max_nesting:
            depth = nesting_depth(text)
            if depth > self.options.max_nesting:
                most = self._most("max_nesting")
                yield _no("too-deep", f"brackets and blocks nest {depth} deep; {most}")
        if "$" in text or "`" in text or '"' in text:
            yield from self._tokens(text, context)

    def _most(self, option: str) -> str:
        return f"{getattr(self.options, option)} are allowed (--set check.screen.{option}=… allows more)"

    def _characters(self, text: str) -> Iterator[Finding]:
        if "\0" in text:
            yield _no(
                "nul",
                "the text holds a NUL character: remove it",
                line=text.count("\n", 0, text.index("\0")) + 1,
            )
        try:
            text.encode()
        except UnicodeEncodeError as error:
            line = text.count("\n", 0, error.start) + 1
            yield _no("not-unicode", "the text holds half of a surrogate pair: remove it", line=line)
        if place := disputed_line_end(text):
            yield _no("line-end", place.why, line=place.line)

    def _tokens(self, text: str, context: Context) -> Iterator[Finding]:
        previous: Token | None = None
        seen: set[str] = set()
        findings = [self._system(token, context) for token in self._judged(text, context)]
        findings += self._loading(text, context)
        for token in code_tokens(text):
            findings.append(self._token(token, previous, context))
            previous = token
        for finding in sorted(filter(None, findings), key=lambda found: (found.line or 0, found.column or 0)):
            if finding.message not in seen:
                seen.add(finding.message)
                yield finding

    def _judged(self, text: str, context: Context) -> Iterator[Token]:
        """The system names that are judged here; beside a testbench, which may define macros, all."""
        return (token for token, perhaps in calls(text) if not perhaps or context.testbench is not None)

    def _token(self, token: Token, previous: Token | None, context: Context) -> Finding | None:
        if previous is not None and previous.text == "`include" and not self.options.include:
            return _include(previous, token, context)
        if token.kind is Kind.STRING and previous is not None and previous.text in ("import", "export"):
            return _at(
                previous,
                "foreign-code",
                f"{previous.text} {token.text[:12]} calls code outside Verilog: leave it out",
            )
        if context.testbench is not None and token.text == "`":
            return _at(
                token, "token-paste", "macros that paste or quote tokens hide what is called: write it out"
            )
        return None

    def _system(self, token: Token, context: Context) -> Finding | None:
        name, quiet = token.text, context.testbench is not None
        if name in self.options.allow:
            return None
        if quiet and (name in SPEAKING or name in _INSIDE):
            message = f"{name[:40]} is refused in a design that meets a testbench; {_way_out(name, 'screen')}"
            return _at(token, "system-task", message)
        if name in self._allowed or name in SPEAKING or (name in DUMPING | LOADING and not quiet):
            return None
        return _at(token, "system-task", refused_task(name, "screen"))

    def _loading(self, text: str, context: Context) -> list[Finding | None]:
        """Beside a reference, files that the reference does not read."""
        if context.reference is None or context.testbench is not None or "$readmem" not in text:
            return []
        strange = {task for task, _ in loaded(text) - loaded(context.reference)} - set(self.options.allow)
        message = "{} reads a file that the reference does not read; {}"
        places = (token for token, _ in calls(text) if token.text in strange)
        return [
            _at(token, "system-task", message.format(token.text, _way_out(token.text, "screen")))
            for token in places
        ]


def _include(directive: Token, file: Token, context: Context) -> Finding:
    if context.parts_elsewhere:
        name = file.text[:80] if file.kind is Kind.STRING else "a file"
        message = f"{name} is not in the text: put what it holds in the place of the `include"
        return Finding(Severity.NOTE, "include", message, directive.line, directive.column)
    return _at(directive, "include", "`include is refused: no file can be read; put its text here")


def refused_task(name: str, check: str) -> str:
    """What is said of a system task that no design needs, by the check whose option lets it pass."""
    way = _way_out(name, check)
    return f"{name[:40]} is refused: it does more than compute, print or fill a memory; {way}"


def _way_out(name: str, check: str) -> str:
    return f"leave it out, or let it pass with --set check.{check}.allow={name[:40]}"


def _is_error(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def _no(code: str, message: str, *, line: int | None = None) -> Finding:
    return Finding(Severity.ERROR, code, message, line)


def _at(token: Token, code: str, message: str) -> Finding:
    return Finding(Severity.ERROR, code, message, token.line, token.column)
