"""Reads what a text says that an output is in reset: "rst clears q to 0", "q is set to 8'hFF by rst_n".

Only one clause is read at a time, and only where the reset stands in it: what happens at another event
(a limit that is reached, a load) is no value of a reset.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rtlglot.prose.claims import About, Claim
from rtlglot.prose.names import Names
from rtlglot.prose.resets import is_reset_name
from rtlglot.prose.tokens import Prose

ALL_ONES = -1
"""A value of a claim: each bit is 1."""
_ACT = (
    r"\b(?:clear(?:s|ed|ing)?|reset(?:s|ting)?|set(?:s|ting)?|forced?|forces|load(?:s|ed|ing)?"
    r"|initiali[sz](?:es?|ed)|return(?:s|ed)?|go(?:es)?)\b"
)
_VALUE = r"(?P<value>\d{1,6}'s?[bdoh][0-9a-f_]+|\d{1,10}|zeros?|ones?|all ones)(?![\w'.-])"
_WAY = (
    r"(?P<how>[^.;:\n]{0,40}?)\b(?:to|with|as)\s+"
    r"(?:(?:all|the|a|its|value|of|be|initial|binary|state)\s+)*"
)
_LOADS = r"\bloads?\s+(?:the value\s+)?(?P<loaded>\d{1,6}'s?[bdoh][0-9a-f_]+)"
_CLAUSE = re.compile(rf"{_ACT}{_WAY}{_VALUE}|{_LOADS}")
_OTHER_EVENT = re.compile(
    r"\b(?:then|after\w*|until|unless|reach\w*|count(?:s|ing)?|wrap\w*|overflow\w*|otherwise|else|otherwise"
    r"|not|never|enabled?|load|when it|every|each|exceeds?|equals?|next state|released?|deasserted)\b"
)
_RESET_NOUN = (
    r"(?:(?:the|a|an|on|upon|during|under|in|synchronous|asynchronous|active-\w+)"
    r"\s+reset\b(?!\s+(?:to|it)\b))"
)
_STOP = re.compile(r"[.;\n](?=\s|$)|,\s+(?:and|but|or)\s+")


def reset_value_claims(prose: Prose, names: Names) -> Iterator[Claim]:
    """What outputs are while their design is in reset; only outputs that the text names, or the only one."""
    outputs = [port.name for port in names.ports.values() if port.direction == "output"]
    resets = [name.lower() for name in names.ports if is_reset_name(name)]
    if not outputs or not resets:
        return
    mention = re.compile(rf"\b(?:{'|'.join(map(re.escape, resets))})\b|{_RESET_NOUN}")
    for start, end in _clauses(prose.low):
        clause = prose.low[start:end]
        acts = list(_CLAUSE.finditer(clause))
        if len(acts) != 1 or not mention.search(clause) or _OTHER_EVENT.search(clause):
            continue
        subject = _subject(prose.plain[start:end], outputs)
        value = _number(acts[0]["value"] or acts[0]["loaded"])
        if subject is not None and value is not None:
            yield Claim(
                About.RESET_VALUE, subject, value, start + acts[0].start(), start + acts[0].end(), firm=True
            )


def _clauses(low: str) -> Iterator[tuple[int, int]]:
    at = 0
    for stop in _STOP.finditer(low):
        yield at, stop.start()
        at = stop.end()
    yield at, len(low)


def _subject(clause: str, outputs: list[str]) -> str | None:
    """The output that the words speak of: the one that they name, or "the output" where there is one; ''
    for "the counter" and the like, where there is one; None where that is open."""
    named = [name for name in outputs if re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", clause)]
    if len(named) == 1 and not re.search(rf"(?<![\w$]){re.escape(named[0])} ?\[", clause):
        return named[0] if len(named[0]) > 1 or named[0] not in "aiAI" else None
    if named or len(outputs) > 1 or re.search(r"\bstates?\b", clause):
        return None
    return outputs[0] if re.search(r"\boutput\b", clause) else ""


def _number(text: str) -> int | None:
    """What a value is, `ALL_ONES` for ones."""
    if text in ("zero", "zeros"):
        return 0
    if text in ("ones", "all ones"):
        return ALL_ONES
    if text == "one":
        return 1
    width, quote, digits = text.partition("'")
    if not quote:
        return int(width)
    digits = digits.lstrip("s")
    base = {"b": 2, "o": 8, "d": 10, "h": 16}[digits[0]]
    try:
        return int(digits[1:].replace("_", ""), base)
    except ValueError:
        return None
