"""What yosys' pass `check` complains of, with the names that the text has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rtlglot.records import Json
from rtlglot.tools.yosys.reader import SOURCE

_AT = re.compile(rf"{re.escape(SOURCE)}:(\d+)\.(\d+)")


def problems_of(output: str) -> Iterator[list[Json]]:
    """The warnings of `check`, each with the indented lines below it."""
    for block in re.split(r"^Warning: ", output, flags=re.MULTILINE)[1:]:
        title, *rest = block.splitlines()
        details = [line.strip() for line in rest if line.startswith("    ")]
        place = _AT.search("\n".join(details))
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        if "conflicting drivers" in title:
            if not _three_state(details):
                yield ["drivers", signal(title.rpartition(" for ")[2]), line, column]
        elif "logic loop" in title:
            yield ["loop", _through(details), line, column]
        elif "has no driver" in title:
            yield ["undriven", signal(title.removeprefix("Wire ").partition(" is used")[0]), line, column]


def _three_state(details: list[str]) -> bool:
    return all("($tribuf)" in line or line.startswith("module in") for line in details)


def signal(name: str) -> str:
    """`m.\\q [3]:` as `q`; what yosys named itself as ''."""
    name = re.sub(r" \[[\d:]+\]$", "", name.strip().rstrip(":")).partition(".")[2]
    return "" if name.startswith("$") else name.removeprefix("\\")


def _through(details: list[str]) -> str:
    names = [line.split()[1].removeprefix("\\") for line in details if line.startswith("wire \\")]
    return ", ".join(dict.fromkeys(names[:6]))
