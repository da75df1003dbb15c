"""A prompt file taken apart: a header of `key: value` lines, then sections.

    ---
    from: instruction
    to: verilog
    max_tokens: 2048
    extract: verilog    how a reply is read: verilog, infill, prose, sentence (the first) or raw
    ---
    # system          the task and its rules                 (a template)
    # example         one worked example, may be repeated    (data, not a template)
    ## instruction    … the example row's fields
    ## verilog
    # user            what is asked for a row                (a template)
    # repair          how findings are sent back; optional   (a template)

Headings inside a code fence are text. A file without any section is a user message. A system message
that uses the name `examples` shows them itself; otherwise they become turns of the chat.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import get_args

from rtlglot.errors import UsageError
from rtlglot.prompts.extract import Kind
from rtlglot.records import Pair
from rtlglot.registry import did_you_mean

SECTIONS = ("system", "example", "user", "repair")
KEYS = ("from", "to", "max_tokens", "extract")

_HEADING = re.compile(r"# (\w+)[ \t]*", re.ASCII)
_FIELD = re.compile(r"## ([^\s#][^\n]*?)[ \t]*", re.ASCII)
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_FENCED = re.compile(r"\s*(`{3,})[^\n`]*\n(.*)\n\1\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Section:
    """The text under one heading."""

    text: str
    line: int
    """1-based line of the file on which the text starts."""


@dataclass(slots=True)
class Sheet:
    """A prompt file by its parts, nothing rendered yet."""

    header: dict[str, str] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    examples: list[dict[str, str]] = field(default_factory=list)


def parse(text: str, name: str) -> Sheet:
    """Take a prompt file apart. UsageError names the file, the line and what is wrong there."""
    lines = text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
    sheet = Sheet()
    first = _header(lines, sheet, name)
    for heading, body, line in _split(lines, first):
        if heading == "example":
            sheet.examples.append(_example(body, f"{name}, line {line}"))
        elif heading in sheet.sections:
            raise UsageError(f"{name}, line {line}: a second section '# {heading}'")
        else:
            sheet.sections[heading] = _section(body, line)
    if not sheet.sections and not sheet.examples:
        sheet.sections["user"] = _section(lines[first:], first + 1)
    if not sheet.sections.get("user", Section("", 0)).text:
        raise UsageError(f"{name}: there is no text under '# user'", hint="it says what is asked for a row")
    return sheet


def pair_and_kind(sheet: Sheet, pair: Pair, name: str) -> Kind:
    """How replies are read; checks that the header, where it names a pair, means this one."""
    for key, wanted in (("from", pair.source), ("to", pair.target)):
        said = sheet.header.get(key, wanted)
        if said != wanted:
            raise UsageError(
                f"{name} is written for {key}: {said}, but the run has {key}: {wanted}",
                hint=f"remove the line '{key}: {said}' from the file, or run it with --{key} {said}",
            )
    by_target: dict[str, Kind] = {"verilog": "verilog", "instruction": "prose", "description": "prose"}
    said = sheet.header.get("extract", by_target.get(pair.target, "raw"))
    kinds: tuple[Kind, ...] = get_args(Kind)
    for kind in kinds:
        if kind == said:
            return kind
    raise UsageError(f"{name}: extract is {said!r}", hint=f"expected one of {', '.join(kinds)}")


def max_tokens(sheet: Sheet, kind: Kind, name: str) -> int:
    """The most tokens a reply of this prompt needs."""
    said = sheet.header.get("max_tokens", "2048" if kind == "verilog" else "512")
    if not said.isascii() or not said.isdigit() or int(said) < 1:
        raise UsageError(f"{name}: max_tokens is {said!r}", hint="expected a whole number above 0")
    return int(said)


def _header(lines: list[str], sheet: Sheet, name: str) -> int:
    """Fill in the header; returns the index of the first line after it."""
    if lines[0].rstrip() != "---":
        return 0
    for number, line in enumerate(lines[1:], 2):
        if line.rstrip() == "---":
            return number
        if line.startswith("#"):
            break
        key, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or key.strip() not in KEYS:
            raise UsageError(
                f"{name}, line {number}: {line.strip()!r} is not a header line",
                hint=did_you_mean(key.strip(), list(KEYS)),
            )
        sheet.header[key.strip()] = value.strip()
    raise UsageError(f"{name}: the header that starts with --- does not end", hint="close it with ---")


def _split(lines: list[str], first: int) -> list[tuple[str, list[str], int]]:
    """(heading, lines, 1-based line of the first of them) for each section."""
    found: list[tuple[str, list[str], int]] = []
    fence = ""
    for number, line in enumerate(lines[first:], first + 1):
        fence = _fence_after(fence, line)
        heading = None if fence else _HEADING.fullmatch(line)
        if heading and heading[1].lower() in SECTIONS:
            found.append((heading[1].lower(), [], number + 1))
        elif found:
            found[-1][1].append(line)
    return found


def _fence_after(fence: str, line: str) -> str:
    """The fence that is open after a line, '' for none."""
    marker = _FENCE.match(line)
    if marker is None:
        return fence
    if not fence:
        return marker[1]
    closes = marker[1].startswith(fence) and not line.strip().strip(fence[0])
    return "" if closes else fence


def _section(lines: list[str], line: int) -> Section:
    blank = next((n for n, text in enumerate(lines) if text.strip()), len(lines))
    return Section("\n".join(lines[blank:]).rstrip(), line + blank)


def _example(lines: list[str], where: str) -> dict[str, str]:
    fields: dict[str, list[str]] = {}
    current: list[str] | None = None
    fence = ""
    for line in lines:
        fence = _fence_after(fence, line)
        heading = None if fence else _FIELD.fullmatch(line)
        if heading:
            current = fields.setdefault(heading[1], [])
        elif current is not None:
            current.append(line)
        elif line.strip():
            raise UsageError(f"{where}: {line.strip()!r} belongs to no field", hint="start with '## FIELD'")
    return {name: _unfenced("\n".join(body)) for name, body in fields.items()}


def _unfenced(text: str) -> str:
    """A field written as one code fence is what the fence holds."""
    fenced = _FENCED.fullmatch(text)
    return (fenced[2] if fenced else text).strip()
