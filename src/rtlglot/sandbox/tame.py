"""Which texts may share a child with others."""

from __future__ import annotations

import re

LONGEST_TAME = 16_384
LONGEST_TAME_STATEMENT = 4_096
_CONTROL = re.compile(r"\\u00(?:[01][0-9a-f]|7f)|\\[bf]")


def tame(blob: str) -> bool:
    """Whether arguments, as JSON, look like nothing that has ever broken a parser."""
    if len(blob) > LONGEST_TAME or _CONTROL.search(blob):
        return False
    return max(map(len, blob.split(";"))) <= LONGEST_TAME_STATEMENT
