"""Whether a text stops in the middle, is too short to say anything, or goes round in circles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from rtlglot.prose.tokens import Mark, Prose
from rtlglot.records import Finding, Severity

_SAID = (Mark.WORD, Mark.NUMBER)
_LEAST_WORDS = {"description": 6, "instruction": 4}
_DANGLING = frozenset(
    """
    a an the and or but of to in on at by with for from as if when while is are was be which that its
    this these each into than then so because where whose not no it has have will can should
    """.split()
)


def ending_findings(prose: Prose, field: str) -> Iterator[Finding]:
    """Too short, or cut off."""
    least = _LEAST_WORDS.get(field, 4)
    words = prose.said if len(prose.said_words) >= least else [p for p in prose.pieces if p.mark in _SAID]
    if len(words) < least and not prose.code:
        number = f"{len(words)} word" + ("s" if len(words) != 1 else "")
        yield Finding(Severity.ERROR, "too-short", f"the text has {number}, which describe no design")
        return
    text = prose.original.rstrip().rstrip("*_`\"'")
    if not text or not words:
        return
    last_line = text.rsplit("\n", 1)[-1].strip()
    if text.endswith(("...", "…")) and len(text) > 200:
        yield _truncated(prose, text, "the text trails off")
    elif text[-1] not in ".!?:;)]}|>" and not _is_entry(prose, last_line):
        dangling = prose.last_word(len(text)) in _DANGLING or not text[-1].isalnum()
        said = "stops in mid-sentence" if dangling else "ends without a full stop"
        # who ends sentences elsewhere would have ended this one
        severity = Severity.ERROR if dangling or _has_stops(prose) else Severity.WARNING
        yield _truncated(prose, text, f"the text {said}", severity)
    elif _open_bracket(prose):
        yield _truncated(prose, text, "a bracket stays open")


def _truncated(prose: Prose, text: str, said: str, severity: Severity = Severity.WARNING) -> Finding:
    last_line = text.rsplit("\n", 1)[-1]
    line, column = prose.line_column(len(text))
    return Finding(severity, "truncated", f'{said}: "…{" ".join(last_line.split())[-60:]}"', line, column)


def _has_stops(prose: Prose) -> bool:
    """Whether at least two sentences have an end, or two full stops stand alone."""
    stops = {start for start, _ in prose.breaks if prose.plain[start] != "\n"}
    if "." in prose.plain:
        start = prose.first
        for part in prose.parts:
            if part[0] == "." and part.rstrip() == ".":
                stops.add(start)
            start += len(part)
    return len(stops) >= 2


_SHORT = 50
"""Characters of a line that was not wrapped."""
_ENTRY = re.compile(
    r"(?:[-*+•]|\(?\d{1,3}[.)]|[\w$]+(?:\s?\[[^\]]*\])?\s*:|\d[\d, x|]*\||//|[01xX ]+\||input\b|output\b)"
)


def _is_entry(prose: Prose, line: str) -> bool:
    """Lines of lists and tables end without a point."""
    if (
        _ENTRY.match(line)
        or "|" in line
        or "->" in line
        or line.endswith(("end", "endmodule", "endcase"))
        or not prose.text.strip()
    ):
        return True
    lines = [one.strip() for one in prose.original.rstrip().split("\n")[-3:-1] if one.strip()]
    # short lines one below the other, none of which is a sentence
    return (
        bool(lines)
        and len(line) <= _SHORT
        and all(len(one) <= _SHORT and one[-1] not in ".!?" for one in lines)
    )


_BRACKET = re.compile(r"[()]")


def _open_bracket(prose: Prose) -> bool:
    brackets = _BRACKET.findall(prose.plain)
    if brackets == ["(", ")"] * (len(brackets) // 2):
        return False
    last = [part.rstrip() for part in prose.parts[-40:]]
    return last.count("(") > last.count(")")


_LEAST_FOR_LOOP = 40
"""Words: shorter texts repeat themselves by chance."""
_SHINGLE = 6
_LONGEST_TABLE = 70
"""Times that a word may stand in a text that goes through the cases of a design one by one."""


def loop_findings(prose: Prose) -> Iterator[Finding]:
    """The same sentence again and again, or the same words under changing numbers."""
    sentences = [" ".join(prose.low[start:end].split()) for start, end in prose.sentences]
    counted = Counter(sentence for sentence in sentences if " " in sentence)
    if counted:
        sentence, times = counted.most_common(1)[0]
        if times >= (3 if sentence.count(" ") >= 3 else 5) and times * 3 >= len(sentences):
            said = f'the text says {times} times: "{sentence[:80]}"'
            yield Finding(Severity.ERROR, "loop", said)
            return
        if times >= 3 and sentence.count(" ") >= 3:
            yield Finding(Severity.WARNING, "repeated", f'the text says {times} times: "{sentence[:80]}"')
    yield from _runs_again(prose)


def _runs_again(prose: Prose) -> Iterator[Finding]:
    """Runs of words that come again, with their numbers and without."""
    words = prose.said_words
    if len(words) < _LEAST_FOR_LOOP:
        return
    share = repeated_share(prose.said, 0.5)
    if share > 0.5:
        told = f"{share:.0%} of the text repeats runs of {_SHINGLE} words that stand before"
        yield Finding(Severity.ERROR, "loop", told)
        return
    share = repeated_share(words, 0.65) if len(words) < len(prose.said) else 0.0
    if share > 0.65:
        # a truth table in words repeats itself too, but has an end
        times = Counter(words).most_common(1)[0][1]
        severity = Severity.ERROR if times > _LONGEST_TABLE else Severity.WARNING
        told = f"{share:.0%} of the text repeats itself but for its numbers"
        yield Finding(severity, "loop" if severity is Severity.ERROR else "repeated", told)


def repeated_share(words: list[str], least: float) -> float:
    """Which part of a text's runs of six words stands in it before; 0 where that is not more than `least`."""
    runs = len(words) - _SHINGLE + 1
    # what begins with different words is different, or with different pairs: most texts need no more
    if runs <= 0 or len(set(words[:runs])) >= (1 - least) * runs:
        return 0.0
    if len(set(pairwise(words[: runs + 1]))) >= (1 - least) * runs:
        return 0.0
    different = set(zip(*(words[at:] for at in range(_SHINGLE)), strict=False))
    return 1 - len(different) / runs
