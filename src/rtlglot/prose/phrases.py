"""The phrase book: what models say around, before and instead of an answer.

The extractor takes these phrases off a reply, and the check `wording` rejects a text that has one. Both
ask the same functions, so neither lets through what the other would not.
"""

from __future__ import annotations

import re
from functools import cached_property

# the characters that the phrases, and code, are typed with

HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2032"
DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u2033"
SPACES = "\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000"
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\u00ad"
RIGHT_QUOTE = "\u2019"

# instead of an answer

MOST_REFUSED = 600
"""Characters; who writes more has answered something."""


class _Phrases:
    """A pattern in which an apostrophe stands for the typographic one too. It is compiled when it is first
    asked for: the whole book takes longer than a small job's first request."""

    def __init__(self, pattern: str, flags: int = re.IGNORECASE) -> None:
        self._pattern, self._flags = pattern.replace("'", f"[\x27{RIGHT_QUOTE}]"), flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern itself."""
        return re.compile(self._pattern, self._flags)


_CANNOT = (
    r"(?:can(?:no|')?t|can ?not|(?:am|are|'m|'re) (?:unable|not able|not going)|won't|will not"
    r"|do(?: not|n't) have)"
)
_SORRY = (
    r"(?:(?:i'?m|i am|we'?re|my) ?(?:very |so |really )?(?:sorry|afraid|apologies)|sorry|apologies"
    r"|i apologi[sz]e)"
)
_MODEL = r"as an? (?:ai|language|large)\b"
_TASK = (
    r"(?:assist|help|comply|provide|create|generate|write|answer|fulfil+|do (?:that|this)|complete|produce"
    r"|translate|convert|continue|process|describe|access|see|view|the (?:code|ability|capability)|enough"
    r"|any)\b"
)
_REFUSAL = _Phrases(
    rf"\W{{0,4}}(?:(?:(?:{_SORRY}|{_MODEL}|unfortunately|thank)[^.!?\n]{{0,80}}?\b)?"
    rf"(?:i|we) ?{_CANNOT} (?:\w+ ){{0,3}}?{_TASK}|{_SORRY}[^.!?\n]{{0,120}}[.!]?\s*\Z|{_MODEL})"
)
_ASKS_BACK = _Phrases(
    r"\W{0,4}(?:[^.!?\n]{0,160}[.!?]\s+)?(?:please|could you|can you) (?:provide|share|give|paste|send)\b"
    r"[^.?\n]{0,60}\b(?:code|verilog|module)\b"
)
_LONGEST_QUESTION = 400
"""Characters of a text that only asks back."""


def refusal(text: str) -> re.Match[str] | None:
    """Where a text declines the task ('I'm sorry, but I can't help with that'), None where it does not.
    Only at its start: further in, "we cannot" is about something else."""
    return _REFUSAL.compiled.match(text) if len(text) <= MOST_REFUSED else None


def asks_back(text: str) -> re.Match[str] | None:
    """Where a short text asks for the code that it was given."""
    return _ASKS_BACK.compiled.match(text) if len(text) <= _LONGEST_QUESTION else None


# before an answer

_NOUNS = (
    r"(?:descriptions?|instructions?|requests?|specification|summary|explanation|text|answer|response"
    r"|version|translation|task|prompt)"
)
_BY_HEART = r"(?:i(?:'d|'ll| would| can| will)\b[^\n.!:]{0,80}[.!:]\s*)?"
_EXCLAIMS = (
    r"(?:(?:sure(?: thing)?|certainly|of course|absolutely|great|alright|okay|got it|understood)"
    rf"(?:[!.,:]+|[ \t]*\n)|ok(?:[!.:]+|[ \t]*\n))\s*{_BY_HEART}"
)
_SELF = (
    r"(?:here(?:'s|s| is| are)|below is|the following (?:is|are)|(?:i|we)(?:'ve| have|'ll| will)"
    r" (?:written|rewritten|created|provided?|described?|rewrite|write|now)|let me|let's)\b"
)
_GIVEN = r"(?:verilog |rtl )?(?:code|module|description|instruction|prompt|input)"
_PRESENTING = (
    rf"{_SELF}(?:[^\n.:]{{0,120}}\b{_NOUNS}\b[^\n.:]{{0,120}}(?::[*_]*\s+|\.(?=\s)\s*)"
    r"|[^\n.:]{0,160}:[*_]*[ \t]*\n\s*)"
    rf"|(?:based on|according to|given) (?:the|your) (?:provided |given |above |following )*{_GIVEN}"
    r"(?: (?:above|below|provided|given|you (?:gave|provided)))?[,:]\s*"
    r"|as (?:requested|you requested|per your [^\n.:,]{0,40})[,:]\s*"
)
_APOLOGY = rf"{_SORRY}\b(?![^.!?\n]{{0,120}}{_CANNOT})[^.!?\n]{{0,120}}[.!]\s+(?=\S)"
_LABEL_WORDS = (
    r"(?:(?:the|a|your|my|design|module|rewritten|revised|corrected|final|translated|natural[- ]language"
    r"|verilog|rtl|hardware|functional|high-level|short|brief|detailed|complete) ){0,4}"
    r"(?:descriptions?|instructions?|request|specification|answer|output|response|result|translation|summary"
    r"|task|prompt|question|explanation|solution|assistant)"
)
_LABELS = (
    rf"[#*_ \t]{{0,8}}{_LABEL_WORDS}[*_]{{0,3}}[ \t]*:[*_]{{0,3}}\s*"
    rf"|[#*_]{{1,6}}[ \t]*{_LABEL_WORDS}[*_]{{0,3}}[ \t]*(?=\n)\s*|{_LABEL_WORDS}[ \t]*(?=\n\n)\s*"
)
_OPENING = _Phrases(rf"[\"*_#>\s]{{0,4}}(?:{_EXCLAIMS}|{_PRESENTING}|{_APOLOGY})|(?P<label>{_LABELS})")


def opening(text: str, at: int = 0, end: int | None = None) -> re.Match[str] | None:
    """What stands before the text proper at a place: 'Sure!', 'Here is the description:', or, as group
    `label`, 'Description:'."""
    return _OPENING.compiled.match(text, at, len(text) if end is None else end)


# behind an answer

_OFFER = (
    r"(?:(?:please )?(?:let me know|feel free|i hope\b|hope (?:this|that|it)\b|do let me)|is there anything"
    r"|would you like|do you want me|note that i(?:'ve|'m| have| also| made| did| assumed| kept)\b"
    r"|if you(?:'d like|(?: need| have| want| would like) (?:any|more|further|me|to|a)\b)"
    r"|this (?:description|instruction|response|answer|summary)"
    r" (?:covers|captures|follows|should|was|can be|is)\b)"
)
_PROSE = (
    r"(?:wording|phrasing|sentences?|grammar|punctuation|clarity|readab\w+|tone|language|descriptions?"
    r"|instructions?|original|text)\b"
)
_ITSELF = (
    r"(?:(?:i|we)(?:'ve| have)? (?:also |then |only |just )?(?:made|revised|rewrote|rewritten|rephrased"
    r"|reworded|reformatted|reorgani[sz]ed|restructured|clarified|adjusted|changed|corrected|simplified|shortened"
    rf"|condensed|expanded|improved|edited|kept|preserved) [^.!?\n]{{0,80}}?\b{_PROSE}"
    r"|(?:the|this|my) (?:rewritten|revised|reworded|rephrased|improved|edited)"
    r" (?:version|text|description|instruction|prompt|request)\b)"
)
_CLOSES = rf"(?:[-*_ \t]*\n)*[-*_(\" \t]{{0,4}}(?:(?P<offer>{_OFFER})|(?P<itself>{_ITSELF}))"
_CLOSING_AT_ONCE = _Phrases(_CLOSES)
_CLOSING = _Phrases(rf"\s(?:(?<=[.!?\n]\s)\s{{0,2}}|(?<=\n)){_CLOSES}")
# begins with a set of characters, which a search for it skips to
_NEAR_CLOSING = _Phrases(rf"[.!?\n](?:\s{{1,3}}|(?<=\n)){_CLOSES}")
_LAST = 400
"""Characters at the end in which an offer is looked for."""


def closing(text: str) -> re.Match[str] | None:
    """Where the text proper ends and an offer to its reader, or talk of how it was written, begins."""
    start = max(0, len(text) - _LAST)
    if not start and (match := _CLOSING_AT_ONCE.compiled.match(text)) is not None:
        return match
    at = max(0, start - 1)
    while (near := _NEAR_CLOSING.compiled.search(text, at)) is not None:
        at = near.start() + 1
        for place in range(max(start, at - 1), at + 1):
            if (match := _CLOSING.compiled.match(text, place)) is not None:
                return match
    return None


_ROLES = r"(?:user|human|assistant|system)"
_TURN = _Phrases(
    rf"^(?:[*_ \t]{{0,6}}(?:{_ROLES}|instruction|question|example(?: \d+)?)[*_]{{0,3}} ?:"
    rf"|#{{2,4}} ?(?:{_ROLES}|instruction|response|input|question|task|example(?: \d+)?)\b)",
    re.MULTILINE | re.IGNORECASE,
)
_ASKERS = r"(?:user|human|instruction|question)"
_QUESTION = _Phrases(
    rf"^(?:[*_ \t]{{0,6}}{_ASKERS}[*_]{{0,3}} ?:|#{{2,4}} ?{_ASKERS}\b)", re.MULTILINE | re.IGNORECASE
)
_TOKENS = re.compile(
    r"<\|?/?(?:im_start|im_end|endoftext|eot_id|end_of_text|begin_of_text|s)\|?>"
    rf"|<\|?/?(?:start_header_id|end_header_id|think|thinking|answer|{_ROLES})\|?>"
    r"|\[/?(?:inst|answer|done|begin)\]",
    re.IGNORECASE,
)


def next_turn(text: str, at: int = 0) -> re.Match[str] | None:
    """Where, behind a place, a model that did not stop began the next turn of the chat."""
    return _TURN.compiled.search(text, at) if ":" in text or "##" in text else None


def next_question(text: str, at: int = 0) -> re.Match[str] | None:
    """Where, behind a place, a model that did not stop went on to ask itself."""
    return _QUESTION.compiled.search(text, at) if ":" in text or "##" in text else None


def chat_token(text: str) -> re.Match[str] | None:
    """A special token or a marker that belongs to no text."""
    return _TOKENS.search(text) if "<" in text or "[" in text else None


# between two versions of one design

_CORRECTS = (
    r"correct(?:ed|s|ion)?|fix(?:ed|es)?|actually|revised|updated?|improved|final|should (?:be|have|read)"
    r"|must be|proper|instead|replace(?:d|s)?|better"
    r"|(?:was|is|were) (?:\w+ )?(?:wrong|incorrect|buggy|broken)"
)
_ASIDE = (
    r"alternative(?:ly)?|variants?|another (?:way|version|option|approach)|option \w+|equivalently"
    r"|for (?:comparison|reference)|before the (?:fix|correction)|common mistake|avoid|bonus|also possible"
    r"|(?:wrong|incorrect|buggy|broken|naive) (?:\w+ )?(?:version|solution|way (?:to|of)|code|implementation"
    r"|design|module|one|example)|(?:do not|don't) (?:write|use|do|code)|not (?:correct|synthesi[sz]able)"
)
_BETWEEN_VERSIONS = _Phrases(
    rf"\b(?:(?P<aside>{_ASIDE})|(?P<corrects>{_CORRECTS})|original(?:ly)?|compared? (?:to|with))\b"
)
_LET = r"let(?:'s| me| us)"
_SECOND_THOUGHTS = _Phrases(
    rf"\b(?:wait(?:[,.!…]| (?:that|this|no|i)\b)|hmm+|hold on\b|oops|on second thought"
    rf"|{_LET} (?:re\w*|double|check|think|see|try)\b"
    r"|(?:so|but) (?:i|we) (?:need|should|must)\b|i (?:should|think|wonder)\b|maybe\b"
    r"|(?:that|this)(?:'s| is) (?:wrong|incorrect|not (?:what|right|correct|it)\b))"
)
_ALOUD = _Phrases(
    rf"\W*(?:ok(?:ay)?|alright|hmm+|so|well|first|right)?\W*(?:{_LET} (?:think|see|figure|start|work)"
    r"|(?:i|we) (?:need|should|want|must)\b|the user\b|hmm|maybe)"
)
_PRESENTS = _Phrases(r"\b(?:final|answer|solution|implementation|here(?:'s| is| are)|below|code)\b")


def last_lines(text: str, most: int = 300) -> str:
    """The last two lines that are not blank, at most so many characters."""
    return "\n".join([line for line in text[-most:].split("\n") if line.strip()][-2:])


def corrects(before: str) -> bool | None:
    """Whether the words before a second version call it the right one (True) or another or a wrong one
    (False); None where they do not say. The last such word counts; "the original" alone is another."""
    said = None
    for match in _BETWEEN_VERSIONS.compiled.finditer(last_lines(before)):
        if match["aside"] or match["corrects"] or said is None:
            said = match["corrects"] is not None
    return said


def still_thinking(before: str, behind: str) -> bool:
    """Whether a text that was cut off behind a block of code was thinking aloud about it."""
    if not behind.strip():
        return False
    aloud = _ALOUD.compiled.match(before[:200]) and not _PRESENTS.compiled.search(last_lines(before))
    return bool(aloud or _SECOND_THOUGHTS.compiled.search(behind))
