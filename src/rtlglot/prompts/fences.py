"""A reply split at its code fences, however unbalanced.

Unlike CommonMark a fence may open or close anywhere in a line (models write "endmodule```"), a
longer outer fence is not tracked (what is inside is what we want), and a marker with a language tag
opens a new block even inside another, because a closing fence has none.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

VERILOG_TAGS = frozenset({"verilog", "systemverilog", "sv", "v", "vlog", "svh", "vh", "hdl", "rtl"})
_OTHER_TAGS = frozenset(
    {
        *("json", "text", "txt", "plaintext", "markdown", "md", "c", "cpp", "python", "bash", "sh", "vhdl"),
        *("html", "xml", "tcl", "yaml", "diff", "patch"),
    }
)
_TAGS = VERILOG_TAGS | _OTHER_TAGS
_MARKER = re.compile(r"`{3,}|^[ \t]*~{3,}", re.MULTILINE)
_INFO = re.compile(r"[ \t]*(?P<tag>[A-Za-z][\w+.-]*)?(?P<rest>[^\n`]*)")
_DIFF = re.compile(r"^(?:(?:-|@@|index |diff |\+\+\+ ).*(?:\n|\Z)|[+ ])", re.MULTILINE)
"""What is taken from a diff's text: lines that go, its headings, and the column that marks the others."""
_HUNK = re.compile("^@@", re.MULTILINE)
_CODE = re.compile(r"\s*(?:`\w|//|/\*|\(\*|(?:macro)?module\b|package\b|interface\b)")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a reply."""

    text: str
    fenced: bool
    tag: str = ""
    """The fence's language, lower case."""


def split(text: str) -> list[Part]:
    """All stretches in order, inside and outside of fences, blank ones left out."""
    pieces: list[Part] = []
    at, inside, tag = 0, False, ""
    for marker in _MARKER.finditer(text):
        if marker.start() < at:
            continue  # a marker in an info string that is already read
        if text[at : marker.start()].strip():
            pieces.append(_part(text[at : marker.start()], tag, fenced=inside))
        opened, at, info = _info(text, marker.end())
        inside = not inside or opened
        tag = info if inside else ""
        if not inside:
            at = marker.end()
    if text[at:].strip():
        pieces.append(_part(text[at:], tag, fenced=inside))
    return pieces


def _part(text: str, tag: str, *, fenced: bool) -> Part:
    """A fence in a list is indented with it; so is all that is in it. Of a diff, what it leaves behind."""
    text = text.strip("\n")
    if tag in ("diff", "patch") and len(_HUNK.findall(text)) < 2:  # between two hunks lines are missing
        return Part(_DIFF.sub("", text), fenced, tag)
    return Part(textwrap.dedent(text) if fenced and text[:1].isspace() else text, fenced, tag)


def _info(text: str, at: int) -> tuple[bool, int, str]:
    """(whether a language's tag says that this marker opens, where the block's text starts, the tag)."""
    info = _INFO.match(text, at)
    if info is None or info["tag"] is None:
        return False, at, ""
    tag, rest = info["tag"].lower(), info["rest"].strip()
    known = tag in _TAGS
    if rest and (not known or _CODE.match(text, info.start("rest"))):
        # Code or prose begins on the marker's own line.
        return known, info.start("rest") if known else at, tag if known else ""
    return known, info.end(), tag
