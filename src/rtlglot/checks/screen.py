"""The first rung: what needs no parser to be refused. Pure text, in linear time, without the box."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from rtlglot.checks import Check, holds_verilog
from rtlglot.options import fill
from rtlglot.records import CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.sandbox import Box
from rtlglot.verilog.system_tasks import COMPUTING, SPEAKING
from rtlglot.verilog.tokens import Kind, Token, code_tokens, longest_statement, nesting_depth

_INSIDE = frozenset({"$root", "$unit"})
"""Ways out of the design: refused beside a testbench as well."""

_OPENINGS = re.compile(r"[(\[{]|\b(?:begin|case[xz]?|fork|generate|function|task|module)\b")


@dataclass(frozen=True, slots=True)
class Options:
    """What `--set check.screen.NAME=VALUE` can say."""

    max_bytes: int = 200_000
    """Of the text in UTF-8."""
    max_nesting: int = 256
    """Brackets and blocks."""
    max_statement: int = 50_000
    """Characters without a semicolon or a block keyword."""
    allow: tuple[str, ...] = ()
    """Further system tasks, by comma: '$readmemh'."""
    include: bool = False
    """Let `include pass; later rungs still open no file."""


class Screen(Check):
    """Refuses what is too large, too deep, or reaches for files, processes and the testbench."""

    name = "screen"
    rank = 10
    must_answer = True

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        self.options = fill(Options, options or {}, part="check.screen")
        self._allowed = COMPUTING | frozenset(self.options.allow)

    def identity(self) -> Mapping[str, Json]:
        """See Check."""
        return {"check": self.name, "version": 1, **asdict(self.options)}

    def applies(self, context: Context) -> bool:
        """To Verilog."""
        return holds_verilog(context)

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        """See Check. Uses no tool."""
        start = time.perf_counter()
        findings = tuple(self._findings(text, beside_testbench=context.testbench is not None))
        status = CheckStatus.FAIL if findings else CheckStatus.PASS
        return Verdict(self.name, status, findings, time.perf_counter() - start)

    def _findings(self, text: str, *, beside_testbench: bool) -> Iterator[Finding]:
        yield from self._characters(text)
        size = len(text.encode("utf-8", "replace"))
        if size > self.options.max_bytes:
            yield _no("too-large", f"the text has {size} bytes; {self.options.max_bytes} are allowed")
            return
        if not text.strip():
            yield _no("empty", "the text is empty")
        if len(text) > self.options.max_statement:
            length = longest_statement(text)
            if length > self.options.max_statement:
                most = self.options.max_statement
                yield _no("long-statement", f"a statement has {length} characters; {most} are allowed")
        # counting what opens is cheap and settles nearly every text
        if sum(1 for _ in _OPENINGS.finditer(text)) > self.options.max_nesting:
            depth = nesting_depth(text)
            if depth > self.options.max_nesting:
                most = self.options.max_nesting
                yield _no("too-deep", f"brackets and blocks nest {depth} deep; {most} are allowed")
        if "$" in text or "`" in text or '"' in text:
            yield from self._tokens(text, beside_testbench=beside_testbench)

    def _characters(self, text: str) -> Iterator[Finding]:
        if "\0" in text:
            yield _no("nul", "the text holds a NUL character", line=text.count("\n", 0, text.index("\0")) + 1)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            line = text.count("\n", 0, error.start) + 1
            yield _no("not-unicode", "the text holds half of a surrogate pair", line=line)

    def _tokens(self, text: str, *, beside_testbench: bool) -> Iterator[Finding]:
        previous: Token | None = None
        seen: set[str] = set()
        for token in code_tokens(text):
            finding = self._token(token, previous, beside_testbench=beside_testbench)
            if finding is not None and finding.message not in seen:
                seen.add(finding.message)
                yield finding
            previous = token

    def _token(self, token: Token, previous: Token | None, *, beside_testbench: bool) -> Finding | None:
        if token.kind is Kind.SYSTEM:
            return self._system(token, beside_testbench=beside_testbench)
        if token.kind is Kind.DIRECTIVE and token.text == "`include" and not self.options.include:
            return _at(token, "include", "`include is refused: no file can be read; put its text here")
        if token.kind is Kind.STRING and previous is not None and previous.text in ("import", "export"):
            return _at(
                previous, "foreign-code", f"{previous.text} {token.text[:12]} calls code outside Verilog"
            )
        if beside_testbench and token.text == "`":
            return _at(token, "token-paste", "macros that paste or quote tokens hide what is called")
        return None

    def _system(self, token: Token, *, beside_testbench: bool) -> Finding | None:
        name = token.text
        if beside_testbench and (name in SPEAKING or name in _INSIDE) and name not in self.options.allow:
            return _at(token, "system-task", f"{name} is refused in a design that meets a testbench")
        if name in self._allowed or name in SPEAKING:
            return None
        return _at(token, "system-task", f"{name[:40]} is refused: it is not among those that only compute")


def _no(code: str, message: str, *, line: int | None = None) -> Finding:
    return Finding(Severity.ERROR, code, message, line)


def _at(token: Token, code: str, message: str) -> Finding:
    return Finding(Severity.ERROR, code, message, token.line, token.column)
