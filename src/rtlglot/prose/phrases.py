"""The phrase book: what models say around, before and instead of an answer, and the characters they say
it with. The extractor takes these things off a reply; the text checks reject a text that still has them.
"""

from __future__ import annotations

import re

# between two versions of one design

_CORRECTS = (
    r"correct(?:ed|s|ion)?|fix(?:ed|es)?|actually|revised|updated?|improved|final|should (?:be|have|read)"
    r"|must be|proper|instead|replace(?:d|s)?|better"
)
_ASIDE = (
    r"alternative(?:ly)?|variants?|another (?:way|version|option|approach)|option \w+|equivalently"
    r"|for (?:comparison|reference)|compared? (?:to|with)|original(?:ly)?|wrong|incorrect(?:ly)?|buggy|broken"
    r"|common mistake|naive|avoid|do not|don't|not (?:correct|synthesi[sz]able)|bonus|also possible"
)
_BETWEEN_VERSIONS = re.compile(rf"\b(?:(?P<corrects>{_CORRECTS})|(?P<aside>{_ASIDE}))\b", re.IGNORECASE)
_LET = r"let(?:'s| me| us)"
_SECOND_THOUGHTS = re.compile(
    rf"\b(?:wait|hmm+|hold on|oops|on second thought|{_LET} (?:re\w*|double|check|think|see|try)"
    r"|(?:but|so|no,?) (?:that|this|i|it|we)\b|i (?:need|should|think|must|could|wonder)|maybe"
    r"|that(?:'s| is) not)",
    re.IGNORECASE,
)
_ALOUD = re.compile(
    rf"\W*(?:ok(?:ay)?|alright|hmm+|so|well|first|right)?\W*(?:{_LET} (?:think|see|figure|start|work)"
    r"|(?:i|we) (?:need|have|should|want|must)\b|the user\b|hmm|maybe)",
    re.IGNORECASE,
)
_PRESENTS = re.compile(
    r"\b(?:final|answer|solution|implementation|here(?:'s| is| are)|below|code)\b", re.IGNORECASE
)


def last_lines(text: str, most: int = 300) -> str:
    """The last two lines that are not blank, at most so many characters."""
    return "\n".join([line for line in text[-most:].split("\n") if line.strip()][-2:])


def corrects(before: str) -> bool | None:
    """Whether the words before a second version call it the right one (True) or another or a wrong one
    (False); None where they do not say. The last such word counts."""
    said = None
    for match in _BETWEEN_VERSIONS.finditer(last_lines(before).replace("’", "'")):
        said = match["corrects"] is not None
    return said


def still_thinking(before: str, behind: str) -> bool:
    """Whether a text that was cut off behind a block of code was thinking aloud about it."""
    if not behind.strip():
        return False
    aloud = _ALOUD.match(before[:200].replace("’", "'")) and not _PRESENTS.search(last_lines(before))
    return bool(aloud or _SECOND_THOUGHTS.search(behind.replace("’", "'")))
