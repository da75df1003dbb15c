"""Answers inside data: JSON whole or cut, tool calls, and text that was escaped once too often."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from itertools import islice

from rtlglot.prompts.fences import split
from rtlglot.records import Json

_JSON_START = re.compile(
    r"\s*(?:[^\n`{\"]{0,200}:\s*)?(?:`{3,}(?:json)?\s*)?(?=[{\[\"])|.*?`{3,}json\s+", re.DOTALL
)
_KEYS = (
    "code", "verilog", "verilog_code", "rtl", "systemverilog", "module", "description", "instruction",
    "answer", "final_answer", "solution", "response", "output", "result", "text", "content", "completion",
)  # fmt: skip
_KEYED = re.compile(rf'"(?:{"|".join(_KEYS)})"\s*:\s*"((?:[^"\\]|\\.)*+)', re.IGNORECASE | re.DOTALL)
_ANY_KEYED = re.compile(r'"[^"\\\n]{1,64}"\s*:\s*\[?\s*"((?:[^"\\]|\\.)*+)', re.DOTALL)
_ANYWHERE = re.compile(r'(?<!\')\{\s*"[^"\\\n]{0,64}"\s*:|\[\s*\{\s*"|\A\s*[\["]')
"""Where JSON may start; '{"a": 1} behind an apostrophe is SystemVerilog."""
_MOST_STARTS = 8


def from_json(text: str, field: str) -> str | None:
    """The wanted text of a reply that is JSON, also cut or slightly broken; None where it is not JSON."""
    start = _JSON_START.match(text)
    if start is None or text[start.end() : start.end() + 1] not in ("{", "[", '"'):
        return None
    at = start.end()
    try:
        value, end = json.JSONDecoder(strict=False).raw_decode(text, at)
    except (ValueError, RecursionError):
        keyed = _KEYED.search(text, at) if text[at] == "{" else None
        return _unescaped(keyed[1]) if keyed else None
    if isinstance(value, str) and text[end:].strip("` \n"):
        return None  # a text that begins with a quotation
    return _wanted(value, field, 3)


def code_in_json(text: str, field: str) -> list[str]:
    """The strings with modules of the JSON in a reply, also inside a tool call: the wanted field's, or
    else all. [] where code stands before it or there is none."""
    before = text.find("endmodule")
    for start in islice(_ANYWHERE.finditer(text), _MOST_STARTS):
        if 0 <= before < start.start():
            break
        at = start.end() - 1 if start[0].strip() in ('"', "[") else start.start()
        try:
            value, _ = json.JSONDecoder(strict=False).raw_decode(text, at)
        except (ValueError, RecursionError):
            strings = [_unescaped(match[1]) or "" for match in _ANY_KEYED.finditer(text, at)]
        else:
            keyed = _wanted(value, field, 4)
            strings = [keyed] if keyed and "endmodule" in keyed else list(_strings(value))
        found = [string for string in strings if "module" in string]
        if found:
            return found
    return []


def _strings(value: Json, depth: int = 6) -> Iterator[str]:
    """All texts in a value, a list of lines as one; JSON in a string is opened (a tool's arguments)."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and depth:
        with contextlib.suppress(ValueError, RecursionError):
            value = json.loads(value, strict=False)
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        yield "\n".join(value)
    elif isinstance(value, (dict, list)) and depth:
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item, depth - 1)


def _wanted(value: Json, field: str, depth: int) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    if isinstance(value, list) and len(value) == 1 and depth:
        return _wanted(value[0], field, depth - 1)
    if not isinstance(value, dict) or not depth:
        return None
    by_name = {str(key).lower(): item for key, item in value.items()}
    names = [field.lower(), *_KEYS, *(by_name if len(by_name) == 1 else ())]
    found = (_wanted(by_name[name], field, depth - 1) for name in names if name in by_name)
    return next((text for text in found if text is not None), None)


def _unescaped(inner: str) -> str | None:
    try:
        value = json.loads(f'"{inner}"', strict=False)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


_LITERAL = re.compile(r"\\(?:r\\)?n")
_STRING_OR_LITERAL = re.compile(r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|\\r\\n|\\n|\\t')
_ESCAPES = re.compile(r'\\(?:r\\n|[nrt"\'\\/])')
_MEANT = {"n": "\n", "r\\n": "\n", "r": "\n", "t": "\t"}


def with_real_lines(text: str) -> str:
    r"""The same text where code arrived on one line with \n for line breaks: those made real."""
    start, end = text.find("module"), text.rfind("endmodule")
    end = len(text) if end < 0 else end
    if start < 0 or "\n" in text[start:end].strip() or not _LITERAL.search(text, start):
        return text
    if '\\"' in text:
        return _ESCAPES.sub(lambda match: _MEANT.get(match[0][1:], match[0][1:]), text)
    if not any(match[0][0] == "\\" for match in _STRING_OR_LITERAL.finditer(text, start)):
        return text  # only in strings: $display("a\n")
    return _STRING_OR_LITERAL.sub(
        lambda match: match[0] if match[0][0] == '"' else _MEANT[match[0][1:]], text
    )


_MARGIN = re.compile(r"[ \t]*(?:>|(?P<number>\d{1,6})(?:[:.)]|[ \t]*\||\t|[ ]|$))")
_CODE_LINE = re.compile(r"[ \t>]*(?:end)?(?:macro)?module\b")
_MOST_MARGINS = 3


def without_margins(text: str) -> str:
    """The text with quoted lines (`> module …`) and numbered ones bared, where a module is in them."""
    for _ in range(_MOST_MARGINS):
        bared = _bared(text)
        if bared == text:
            break
        text = bared
    return text


def _bared(text: str) -> str:
    lines: list[str] = []
    run: list[re.Match[str]] = []
    for line in [*text.split("\n"), ""]:
        margin = _MARGIN.match(line)
        if run and not (margin and _goes_on(run[-1], margin)):
            lines += _without(run)
            run = []
        if margin:
            run.append(margin)
        else:
            lines.append(line)
    return "\n".join(lines[:-1])


def _without(run: list[re.Match[str]]) -> list[str]:
    """Lines without the margin that they share, or as they are where no module begins or ends in them."""
    if len(run) < 2 or not any(_CODE_LINE.match(match.string, match.end()) for match in run):
        return [match.string for match in run]
    bare = [match.string[match.end() :] for match in run]
    return [line[1:] for line in bare] if all(line[:1] in ("", " ") for line in bare) else bare


def _goes_on(before: re.Match[str], margin: re.Match[str]) -> bool:
    """Whether a line's margin follows from that of the line before."""
    if before["number"] is None or margin["number"] is None:
        return before["number"] is margin["number"]
    return int(margin["number"]) == int(before["number"]) + 1


_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#0*39|#x27|#0*34|#x22);")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'", "nbsp": " "}
_RAW = re.compile(r"<(?!/?(?:pre|code|p|br|div|span)\b)|&(?!(?:\w+|#\w+);)|(?<![&\w])(?:lt|gt|amp|quot)\b")


def without_entities(text: str) -> str:
    """HTML escapes undone, where it is sure that they are: escaped text has no < or & of its own."""
    if not _ENTITY.search(text):
        return text
    code = "\n".join(p.text for p in split(text) if p.fenced and "module" in p.text) or text
    return text if _RAW.search(code) else _ENTITY.sub(_entity, text)


def _entity(match: re.Match[str]) -> str:
    name = match[0][1:-1]
    if name in _ENTITIES:
        return _ENTITIES[name]
    return "'" if name.lstrip("#0x") in ("39", "27") else '"'
