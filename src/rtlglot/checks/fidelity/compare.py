"""Holds what a text claims against what is true of the design.

A finding is an error where the words can hardly mean anything else and the fact is certain; where
the words are vague or the design leaves a choice (a parametric width) it is a warning.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator

from rtlglot.prose.claims import About, Claim
from rtlglot.prose.names import Names
from rtlglot.prose.parameters import is_placeholder
from rtlglot.prose.tokens import Prose
from rtlglot.records import Finding, Severity
from rtlglot.verilog.facts import Facts
from rtlglot.verilog.interface import Port

Objection = tuple[str, str, bool]
"""A finding's code, the fact in words, and whether it is certain."""


def findings(prose: Prose, names: Names, claims: Iterable[Claim]) -> list[Finding]:
    """One finding for each claim about interface, names and memories that does not hold."""
    judge = _Judge(prose, names)
    found: list[Finding] = []
    objected: set[str] = set()
    # a word that is no port is not told again to be no signal
    for claim in sorted(claims, key=lambda claim: claim.about is About.NAME):
        if claim.about is About.NAME and claim.subject in objected:
            continue
        one = judge(claim)
        if one is not None:
            objected.add(claim.subject)
            found.append(one)
    return found


def finding(prose: Prose, claim: Claim, objection: Objection) -> Finding:
    """A finding: the text's words, then the fact."""
    code, fact, certain = objection
    line, column = prose.line_column(claim.start)
    severity = Severity.ERROR if claim.firm and certain else Severity.WARNING
    phrase = prose.phrase(claim.start, claim.end)
    return Finding(severity, code, f'the text says "{phrase}", but {fact}', line, column)


def nearest(name: str, known: Iterable[str]) -> str:
    """' (nearest: x)' where something is spelled alike, else ''."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" (nearest: {close[0]})" if close else ""


def bits(width: int) -> str:
    """'1 bit', '8 bits'."""
    return f"{width} bit" if width == 1 else f"{width} bits"


class _Judge:
    def __init__(self, prose: Prose, names: Names) -> None:
        self._prose = prose
        self._names = names
        self._facts: Facts = names.facts
        self._ways: dict[About, Callable[[Claim], Objection | None]] = {
            About.WIDTH: self._width,
            About.DIRECTION: self._direction,
            About.PORT: self._port,
            About.INDEX: self._index,
            About.NAME: self._name,
            About.MODULE: self._module,
            About.PARAMETER: self._parameter,
            About.DEFAULT: self._default,
            About.DEPTH: self._depth,
        }

    def __call__(self, claim: Claim) -> Finding | None:
        way = self._ways.get(claim.about)
        objection = way(claim) if way is not None else None
        return finding(self._prose, claim, objection) if objection is not None else None

    def _ports_called(self, name: str) -> Iterator[Port]:
        """The ports of that name of all modules: a text may speak of a helper's."""
        for module in self._facts.modules.values():
            yield from (port for port in module.ports if port.name == name)

    def _width(self, claim: Claim) -> Objection | None:
        port = self._facts.port(claim.subject) or self._facts.signals.get(claim.subject)
        if port is None or port.width is None or port.width == claim.value:
            return None
        if any(other.width == claim.value for other in self._ports_called(claim.subject)):
            return None
        default = "by default " if port.parametric else ""
        return (
            "port-width",
            f"{claim.subject} is {default}{bits(port.width)} wide",
            not port.parametric,
        )

    def _direction(self, claim: Claim) -> Objection | None:
        port = self._facts.port(claim.subject)
        if port is None or port.direction == claim.value:
            return None
        if any(other.direction == claim.value for other in self._ports_called(claim.subject)):
            return None
        article = "a" if port.direction == "ref" else "an"
        return "port-direction", f"{claim.subject} is {article} {port.direction}", True

    def _port(self, claim: Claim) -> Objection | None:
        name = claim.subject
        if self._facts.port(name) or any(self._ports_called(name)) or name in self._names.parameters:
            return None
        if self._names.knows(name):
            return "no-such-port", f"{name} is no port of {self._top}", False
        return "no-such-port", f"{self._top} has no port {name}{nearest(name, self._names.ports)}", True

    def _index(self, claim: Claim) -> Objection | None:
        port = self._facts.port(claim.subject)
        if port is None or port.width is None or port.parametric or isinstance(claim.value, str):
            return None
        if port.left is None or port.right is None:
            within = port.width > 1 or claim.value == 0
        else:
            within = min(port.left, port.right) <= claim.value <= max(port.left, port.right)
        if within or any((other.width or 0) > claim.value for other in self._ports_called(claim.subject)):
            return None
        span = f"[{port.left}:{port.right}]" if port.left is not None else "one bit"
        return "no-such-bit", f"{claim.subject} is {span}", True

    def _name(self, claim: Claim) -> Objection:
        known = [*self._names.ports, *self._names.parameters, *self._facts.names]
        return "no-such-signal", f"the design has no {claim.subject}{nearest(claim.subject, known)}", True

    def _module(self, claim: Claim) -> Objection | None:
        if claim.subject in self._facts.modules or is_placeholder(self._top):
            return None
        # a text that names the top is free to speak of other modules as well
        certain = not self._names.knows(claim.subject) and self._top not in self._prose.words
        return "module-name", f"the module is called {self._top}", certain

    def _parameter(self, claim: Claim) -> Objection | None:
        if self._names.knows(claim.subject):
            return None
        known = self._names.parameters
        fact = f"{self._top} has no parameter {claim.subject}{nearest(claim.subject, known)}"
        return "no-such-parameter", fact, True

    def _default(self, claim: Claim) -> Objection | None:
        name = claim.subject or next(iter(self._names.parameters))
        value = self._names.parameters.get(name, "")
        if not value.lstrip("-").isdecimal() or int(value) == claim.value:
            return None
        return "parameter-default", f"the default of {name} is {value}", True

    def _depth(self, claim: Claim) -> Objection | None:
        clocking = self._facts.clocking
        if clocking is None or len(clocking.memories) != 1:
            return None
        words, _ = clocking.memories[0]
        # one place of a ring buffer may stay free
        if claim.value in (words, words - 1):
            return None
        return "memory-depth", f"the memory has {words} words", not self._names.parameters

    @property
    def _top(self) -> str:
        return self._facts.interface.module if self._facts.interface else ""
