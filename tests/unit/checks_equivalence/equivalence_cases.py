"""The cases in tests/cases/equivalence: a reference, a candidate, and what must come out.

Each file starts with `// name: value` lines (expect, and whatever of the verdict is to be compared),
then `// ---- reference` and `// ---- candidate`, each followed by its text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "cases" / "equivalence"
_HEAD = re.compile(r"^// (\w+): (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """One file."""

    name: str
    wanted: dict[str, str]
    reference: str
    candidate: str

    @property
    def options(self) -> dict[str, str]:
        """Options of the check, from `options: a=1,b=2`."""
        text = self.wanted.get("options", "")
        return dict(part.split("=") for part in text.split(",") if part)


def cases() -> list[Case]:
    """All of them."""
    found = []
    for path in sorted(FOLDER.glob("*.sv")):
        head, reference, candidate = re.split(r"^// ---- \w+\n", path.read_text(), flags=re.MULTILINE)
        found.append(Case(path.stem, dict(_HEAD.findall(head)), reference, candidate))
    return found
