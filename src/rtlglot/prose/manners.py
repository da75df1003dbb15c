"""What a model leaves around a text, or writes in its place: refusals, wrapping, orders, its prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rtlglot.prose import phrases
from rtlglot.prose.tokens import MOST_CHARACTERS, Prose
from rtlglot.records import Finding, Severity


def _any_of(*phrases: str, before: str = "", flags: int = 0) -> re.Pattern[str]:
    return re.compile(before + "(?:" + "|".join(phrases) + ")", flags)


_PROMPT = _any_of(
    r"you are an? (?:expert|hardware|professional|experienced|helpful|verilog|digital|ai)\b",
    r"please act as\b",
    r"act as an? (?:professional|expert|verilog|hardware)",
    r"(?:do not|don't) include (?:any |a )?(?:pre-?fix|explanation|code|introduction)",
    r"answer with the (?:description|instruction|request|complete)",
    r"write the (?:description of|request for) this module",
    r"(?:rewrite|convert|translate|transform) the following (?:instruction|description|verilog|code)",
    r"your (?:task|job) is to (?:describe|rewrite|convert|translate|write)",
    before=r"\b",
)
_PROMPT_SIGNS = (
    "you are a", "please act as", "act as a", "t include ", "answer with the ", "write the ",
    " the following ", " is to ",
)  # fmt: skip
"""Without one of these no text matches `_PROMPT`, which takes long to find that out."""
_VERBS = (
    "write|create|implement|build|develop|ensure|provide|generate|construct|produce|declare|instantiate"
    "|define|describe|explain|use(?! of)"
)
_ALSO_NOUNS = (
    "design|make|add|model|code|include|name|give|consider|complete|fix|find|modify|change|show|draw|assume"
)
_OBJECT = (
    r"(?=an?\b|the\b|this\b|that\b|your\b|it\b|me\b|in verilog|verilog\b|systemverilog|module\b|all\b|both\b"
    r"|each\b|only\b|\w*[\d_]\w*)"
)
"""What follows an order: "Design a …", "Design alu8", but not "Design errors are …"."""
_ORDERS = f"{_VERBS}|{_ALSO_NOUNS}"
_IMPERATIVE = _any_of(
    rf"(?:please |now |then |also )?(?:(?:{_VERBS}) |(?:{_ALSO_NOUNS}) {_OBJECT})",
    r"(?:i|we) (?:would like|want|need|'d like)\b",
    r"you (?:should|must|need to|are to|will|may|have to|are asked)\b",
    r"your (?:task|job|module|design|circuit|implementation)\b",
    r"(?:can|could) you\b",
    r"let's ",
    before=r"\W{0,3}",
)
_MARKDOWN = re.compile(r"^ {0,3}#{1,6} \w|^ {0,3}\*\*[^*\n]{1,60}\*\*:?[ \t]*$", re.MULTILINE)
_REQUEST = re.compile(
    rf"\b(?:{_ORDERS}|please|should|must|need|needs|want|would like|required?|shall|has to|task|fill)\b"
)
_STATEMENT = re.compile(
    r"\W{0,3}(?:the|this|an?) (?:\w+ ){0,3}?(?:module|circuit|design|block|verilog|code|gate|component)\b"
)


def manner_findings(text: str, prose: Prose, field: str) -> Iterator[Finding]:
    """Refusal, wrapping, leftovers of chat and prompt, and the wrong mood for the field."""
    declined = phrases.refusal(prose.text) or (
        phrases.asks_back(prose.text) if field == "description" else None
    )
    if declined is not None:
        yield _error(prose, "refusal", "the text declines the task", declined)
        return
    if re.match(r'\s*[{\[]\s*"', text):
        yield Finding(Severity.ERROR, "wrapping", "the text is wrapped in JSON", 1, 1)
        return
    opening, closing = phrases.opening(prose.text), phrases.closing(prose.text)
    if opening is not None:
        what = "a label" if opening["label"] else "an introduction to itself"
        yield _error(prose, "wrapping", f"the text begins with {what}", opening)
    if closing is not None:
        offers = "ends with an offer to its reader" if closing["offer"] else "speaks of how it was written"
        yield _error(prose, "wrapping", f"the text {offers}", closing)
    behind = opening.end() if opening else 0
    marker = phrases.chat_token(prose.text) or phrases.next_turn(prose.text, behind)
    if marker is not None:
        yield _error(prose, "chat-marker", "the text holds a marker of a chat", marker)
    low = prose.text.lower()
    echo = _PROMPT.search(low) if any(map(low.__contains__, _PROMPT_SIGNS)) else None
    if echo is not None:
        # "Please act as a designer" is how some benchmarks word their requests
        found = _error(prose, "prompt-echo", "the text repeats words of a prompt", echo)
        yield replace(found, severity=Severity.WARNING) if field == "instruction" else found
    if ("#" in text or "**" in text) and _MARKDOWN.search(prose.original[:MOST_CHARACTERS]):
        yield Finding(Severity.WARNING, "markdown", "the text has markdown headings")
    yield from _mood(prose, field)


def _error(prose: Prose, code: str, said: str, match: re.Match[str]) -> Finding:
    start = match.start() + len(match[0]) - len(match[0].lstrip(" \n.!?"))
    line, column = prose.line_column(start)
    return Finding(Severity.ERROR, code, f'{said}: "{prose.phrase(start, match.end())}"', line, column)


def _mood(prose: Prose, field: str) -> Iterator[Finding]:
    """An order in a description; a mere statement where a request is wanted."""
    sentences = prose.sentences
    orders = [span for span in sentences if _IMPERATIVE.match(prose.low, span[0])]
    if field == "description" and orders:
        start, end = orders[0]
        line, column = prose.line_column(start)
        whole = start == sentences[0][0] or len(orders) * 3 > len(sentences)
        severity = Severity.ERROR if whole else Severity.WARNING
        said = (
            f'a description states, but this tells its reader to do something: "{prose.phrase(start, end)}"'
        )
        yield Finding(severity, "imperative", said, line, column)
    elif field == "instruction" and not _REQUEST.search(prose.low) and _STATEMENT.match(prose.low):
        yield Finding(
            Severity.WARNING, "no-request", "an instruction asks, but this only states what is", 1, 1
        )
