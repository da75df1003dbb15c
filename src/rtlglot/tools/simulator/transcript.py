"""What a testbench's output says: passed, failed, or nothing that can be told."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MISMATCHES = re.compile(r"Mismatches:\s*(\d+)\s+in\s+(\d+)\s+samples")
_HINT = re.compile(r"Hint: Output '(\w+)' has (\d+) mismatches\. First mismatch occurred at time (\d+)")
_BAD = r"(?:fail(?:ed|ures?|s|ing)?|errors?|mismatch(?:es|ed)?|incorrect|wrong|fatal|timed?[ _-]?out)"
_GOOD = r"(?:pass(?:ed|es)?|succe(?:ss|ssful|ssfully|eded|eds)|all tests? (?:are )?ok|correct)"
_NUMBER = r"(?:\d+|no|zero)"
_COUNTED = {
    word: re.compile(rf"\b({_NUMBER})\s+(?:\w+\s+)?{word}\b|\b{word}\b\s*[:=]\s*(\d+)", re.IGNORECASE)
    for word in (_BAD, _GOOD)
}
_SAID = {word: re.compile(rf"\b{word}\b", re.IGNORECASE) for word in (_BAD, _GOOD)}
_OF = re.compile(rf"\b(\d+)\s*/\s*\d+\s+{_BAD}\b", re.IGNORECASE)
_MOST_LINES = 5


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the output says."""

    passed: bool | None
    """None: it says neither."""
    lines: tuple[str, ...] = ()
    """The lines that say so, in plain words where their meaning is known."""
    samples: int | None = None
    mismatches: int | None = None


def judge(output: str, *, speaks_only_of_errors: bool) -> Judgement:
    """Read the output of a finished simulation.

    VerilogEval's count is taken by its number, whatever else is said; otherwise one line that speaks
    of a failure outweighs all that speak of success. Where the testbench's text has $error, $fatal or
    assert and no word of success (`speaks_only_of_errors`), to say nothing is to pass.
    """
    counts = _MISMATCHES.findall(output)
    if counts:
        return _by_count(output, *(int(number) for number in counts[-1]))
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    bad = [line for line in lines if _says(line, _BAD)]
    if bad:
        return Judgement(False, tuple(bad[:_MOST_LINES]))
    good = [line for line in lines if _says(line, _GOOD)]
    if good:
        return Judgement(True, tuple(good[:_MOST_LINES]))
    return Judgement(True if speaks_only_of_errors else None, tuple(lines[-_MOST_LINES:]))


def _by_count(output: str, mismatches: int, samples: int) -> Judgement:
    told = [
        f"output {name} is wrong in {number} of {samples} samples, first at time {time}"
        for name, number, time in _HINT.findall(output)
    ]
    if not told and mismatches:
        told = [f"{mismatches} of {samples} samples are wrong"]
    return Judgement(mismatches == 0 and samples > 0, tuple(told[:_MOST_LINES]), samples, mismatches)


def _says(line: str, word: str) -> bool:
    """Whether a line claims it: '0 errors' and 'failures: 0' do not, and '0 passed' does not."""
    if word is _BAD and (part := _OF.search(line)):
        return int(part[1]) > 0
    counted = _COUNTED[word].search(line)
    if counted:
        number = (counted[1] or counted[2]).lower()
        return number not in ("no", "zero") and int(number) > 0
    return _SAID[word].search(line) is not None
