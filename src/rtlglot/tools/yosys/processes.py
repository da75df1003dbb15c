"""Processes taken apart before they become multiplexers, where there are very many decisions in them.

yosys makes a tree of multiplexers for each signal that a process assigns, and each tree walks through the
whole process: a chain of n else-ifs, or a loop of n rounds, costs n * n. What assigns signals that are
assigned nowhere else needs no process around it. Where the conditions around it do not hold those signals
would be x, and now have a value; nothing chooses it then.

Works on the text of RTLIL, yosys' own language, as its back end writes it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rtlglot.tools.slang.options import allow_deep_walks

_PROCESS = re.compile(r"^(?:  attribute [^\n]*\n)*  process \S+\n.*?^  end\n", re.MULTILINE | re.DOTALL)
FEW_DECISIONS = 100
"""With no more of them in a design nothing is gained."""


def decisions(rtlil: str) -> int:
    """How many switches there are, and a few more where the word stands in a string."""
    return rtlil.count(" switch ")


def apart(rtlil: str) -> str:
    """The same design, each process in as many as it can be."""
    allow_deep_walks()
    return _PROCESS.sub(lambda found: "".join(_split(found[0])), rtlil)


@dataclass(slots=True, eq=False)
class _Part:
    """An assignment, or a switch with its cases."""

    lines: list[str]
    """Its own; of a switch the first ones."""
    cases: list[tuple[str, list[_Part]]] = field(default_factory=list)
    assigned: Counter[str] = field(default_factory=Counter)
    """How often each wire is assigned in it, whole or in part."""

    def told(self) -> Iterator[str]:
        """Its lines."""
        yield from self.lines
        if self.cases:
            for head, body in self.cases:
                yield head
                for part in body:
                    yield from part.told()
            yield "    end\n"


def _split(text: str) -> Iterator[str]:
    lines = text.splitlines(keepends=True)
    start = next(at for at, line in enumerate(lines) if line.startswith("  process "))
    parts, rest = _body(lines, start + 1)
    if lines[rest:] != ["  end\n"]:
        yield text  # it holds something: that is looked for within it
        return
    total, alone = _counted(parts), list[list[_Part]]()
    for part in parts:
        _hoist(part, total, alone)
    name = lines[start].split()[1]
    for number, group in enumerate([*alone, *_groups(parts)]):
        yield f"  process {name}_{number}\n"
        for part in group:
            yield from part.told()
        yield "  end\n"


def _counted(parts: Iterable[_Part]) -> Counter[str]:
    total = Counter[str]()
    for part in parts:
        total.update(part.assigned)
    return total


def _hoist(part: _Part, total: Counter[str], alone: list[list[_Part]]) -> None:
    """Take out of a switch what assigns wires that nothing else assigns, the innermost first."""
    for at, (head, body) in enumerate(part.cases):
        for inner in body:
            _hoist(inner, total, alone)
        gone: set[_Part] = set()
        for group in _groups(body):
            assigned = _counted(group)
            if assigned and all(total[name] == count for name, count in assigned.items()):
                alone.append(group)
                gone.update(group)
        part.cases[at] = head, [one for one in body if one not in gone]


def _groups(parts: Iterable[_Part]) -> list[list[_Part]]:
    """Those that assign a wire together, in their order."""
    groups: list[dict[int, _Part]] = []
    owner: dict[str, int] = {}
    for at, part in enumerate(parts):
        touched = sorted({owner[name] for name in part.assigned if name in owner})
        home = touched[0] if touched else len(groups)
        if not touched:
            groups.append({})
        groups[home][at] = part
        for other in touched[1:]:
            groups[home] |= groups[other]
            groups[other] = {}
        names = (name for member in groups[home].values() for name in member.assigned)
        owner.update(dict.fromkeys(names if touched[1:] else part.assigned, home))
    return [[group[at] for at in sorted(group)] for group in groups if group]


def _body(lines: Sequence[str], at: int) -> tuple[list[_Part], int]:
    """The parts from a line on, and the line that is none."""
    parts: list[_Part] = []
    start = at
    while (word := lines[at].split(maxsplit=1)[0]) in ("attribute", "assign", "switch"):
        if word == "assign":
            parts.append(_Part([*lines[start : at + 1]], assigned=Counter(_targets(lines[at]))))
        elif word == "switch":
            part = _Part([*lines[start : at + 1]])
            at = _cases(lines, at + 1, part)
            parts.append(part)
        at += 1
        start = start if word == "attribute" else at
    return parts, start


def _cases(lines: Sequence[str], at: int, switch: _Part) -> int:
    """Read the cases of a switch from a line on; the line of its end."""
    start = at
    while lines[at].split() != ["end"]:
        if lines[at].split(maxsplit=1)[0] == "case":
            head = "".join(lines[start : at + 1])
            body, at = _body(lines, at + 1)
            switch.cases.append((head, body))
            for part in body:
                switch.assigned.update(part.assigned)
            start = at
        else:
            at += 1
    return at


def _targets(line: str) -> Iterator[str]:
    """The wires on the left of an assignment."""
    words = line.split()[1:]
    end = words.index("}") if words[0] == "{" else 1
    return (word for word in words[:end] if word[0] in "\\$")
