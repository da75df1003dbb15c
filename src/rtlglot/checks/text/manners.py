"""What a model leaves around a text, or writes in its place: refusals, wrapping, orders, its prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rtlglot.checks.text.prose import Prose
from rtlglot.records import Finding, Severity

_CANNOT = r"(?:can(?:no|')?t|can not|am unable|am not able|'m unable|'m not able|won't|will not|do not have|don't have)"
_TASK = (
    r"(?:assist|help|comply|provide|create|generate|write|answer|fulfil+|complete|produce|translate|convert"
    r"|continue|process|describe|access|see|view|the (?:code|ability|capability)|enough|access to|any)\b"
)
_REFUSAL = re.compile(
    rf"(?:^|[.!?\n]\s?)\W{{0,4}}(?:(?:i'?m|i am|we'?re) (?:very |so |really )?(?:sorry|afraid)\b|sorry,|my apologies|i apologi[sz]e"
    rf"|unfortunately,? i\b|as an? (?:ai|language|large language)\b|(?:i|we) {_CANNOT} (?:\w+ ){{0,3}}{_TASK})"
)
_MEANT = re.compile(
    r"(?:please|could you|can you) (?:provide|share|give|paste|send)\b[^.?\n]{0,60}\b(?:code|verilog|module|description|instruction)"
)
_WORDS_OF_REFUSAL = 400
"""Characters at the start in which a refusal stands."""

_OPENING = re.compile(
    r"\W{0,4}(?:(?:sure|certainly|of course|absolutely|okay|ok|great|alright|got it)\b[!,.: ]"
    r"|here(?:'s|s| is| are)\b|(?:below|the following) (?:is|are) [^.\n]{0,60}(?:description|instruction|request|version|explanation|answer|:)"
    r"|(?:based on|according to|given) (?:the|your) (?:provided |given |above |following )*(?:verilog |rtl )?(?:code|module|description|instruction|prompt|input)\b"
    r"|as (?:requested|you requested|per your)\b|(?:i|we)(?:'ve| have|'ll| will) (?:written|rewritten|created|provide|describe|rewrite|write|now)\b"
    r"|let me\b|let's\b)"
)
_LABEL = re.compile(
    r"\W{0,4}(?:(?:the|rewritten|revised|natural language|verilog|module|rtl|detailed|brief|short|final|functional|high-level) ){0,3}"
    r"(?:description|instruction|instructions|request|answer|output|response|summary|task|prompt|question|explanation|solution)"
    r"\W{0,3}:"
)
_CLOSING = re.compile(
    r"(?:^|[.!?\n]\s{0,3}|\n)\W{0,4}(?:let me know|feel free|i hope|hope (?:this|that) helps|if you (?:need|have|want|would like) (?:any|more|further|me|a)"
    r"|is there anything|would you like|do you want me|please let me|note that i|this (?:description|response|answer|summary) (?:covers|captures|follows|should|was|can be))\b"
)
_TOKENS = re.compile(
    r"<\|?/?(?:im_start|im_end|endoftext|eot_id|end_of_text|start_header_id|end_header_id|assistant|user|system|think|thinking|answer|s|end|begin_of_text)\|?>"
    r"|\[/?(?:inst|answer|done|begin)\]|^#{2,4} ?(?:instruction|response|input|assistant|user|human|system)\b:?"
    r"|^(?:user|assistant|human|system) ?:",
    re.MULTILINE,
)
_PROMPT = re.compile(
    r"\b(?:you are an? (?:expert|hardware|professional|experienced|helpful|verilog|digital|ai)\b|please act as\b|act as an? (?:professional|expert|verilog|hardware)"
    r"|(?:do not|don't) include (?:any |a )?(?:pre-?fix|prefix|explanation|code|introduction)|answer with the (?:description|instruction|request|complete)"
    r"|write the (?:description of|request for) this module|(?:rewrite|convert|translate|transform) the following (?:instruction|description|verilog|code)"
    r"|your (?:task|job) is to (?:describe|rewrite|convert|translate|write))"
)
_VERBS = "write|create|implement|build|develop|ensure|provide|generate|construct|produce|declare|instantiate|define|describe|explain"
_ALSO_NOUNS = "design|make|add|model|code|include|name|give|use|consider|complete|fix|find|modify|change|show|draw|assume"
_OBJECT = r"(?=an?\b|the\b|this\b|that\b|your\b|it\b|me\b|in verilog|verilog\b|systemverilog|module\b|all\b|both\b|each\b|only\b|\d|\w*[\d_]\w*)"
_ORDERS = f"{_VERBS}|{_ALSO_NOUNS}"
_IMPERATIVE = re.compile(
    rf"\W{{0,3}}(?:please |now |then |also )?(?:(?:{_VERBS}) |(?:{_ALSO_NOUNS}) {_OBJECT}"
    r"|(?:i|we) (?:would like|want|need|'d like)\b|you (?:should|must|need to|are to|will|may|have to|are asked)\b"
    r"|your (?:task|job|module|design|circuit|implementation)\b|(?:can|could) you\b|let's )"
)
_REQUEST = re.compile(
    rf"\b(?:{_ORDERS}|please|should|must|need|needs|want|would like|required?|shall|has to|task|fill)\b"
)
_STATEMENT = re.compile(
    r"\W{0,3}(?:the|this|an?) (?:\w+ ){0,3}?(?:module|circuit|design|block|verilog|code|gate|component)\b"
)


def manner_findings(text: str, prose: Prose, field: str) -> Iterator[Finding]:
    """Refusal, wrapping, leftovers of chat and prompt, and the wrong mood for the field."""
    low = prose.text.lower()
    # only a beginning can refuse: "I cannot" deep inside a text is about something else
    refusal = _REFUSAL.match(low[:_WORDS_OF_REFUSAL]) or (
        _MEANT.search(low[:_WORDS_OF_REFUSAL]) if len(low) < _WORDS_OF_REFUSAL else None
    )
    if refusal is not None:
        yield _error(prose, "refusal", "the text declines the task", refusal)
        return
    for code, said, match in (
        ("wrapping", "the text begins with an introduction to itself", _OPENING.match(low)),
        ("wrapping", "the text begins with a label", _LABEL.match(low)),
        (
            "wrapping",
            "the text ends with an offer to its reader",
            _CLOSING.search(low, max(0, len(low) - 400)),
        ),
        ("chat-marker", "the text holds a marker of a chat", _TOKENS.search(low)),
    ):
        if match is not None:
            yield _error(prose, code, said, match)
    echo = _PROMPT.search(low)
    if echo is not None:
        # "Please act as a designer" is how some benchmarks word their requests
        found = _error(prose, "prompt-echo", "the text repeats words of a prompt", echo)
        yield replace(found, severity=Severity.WARNING) if field == "instruction" else found
    if text[:1] in "{[" and re.match(r'[{\[]\s*"', text):
        yield Finding(Severity.ERROR, "wrapping", "the text is wrapped in JSON", 1, 1)
    if re.search(
        r"^\s{0,3}#{1,6} \w|^\s{0,3}\*\*[^*\n]{1,60}\*\*:?\s*$", prose.original[:40_000], re.MULTILINE
    ):
        yield Finding(Severity.WARNING, "markdown", "the text has markdown headings")
    yield from _mood(prose, field)


def _error(prose: Prose, code: str, said: str, match: re.Match[str]) -> Finding:
    start = match.start() + len(match[0]) - len(match[0].lstrip(" \n.!?"))
    line, column = prose.line_column(start)
    return Finding(Severity.ERROR, code, f'{said}: "{prose.phrase(start, match.end())}"', line, column)


def _mood(prose: Prose, field: str) -> Iterator[Finding]:
    """An order in a description; a mere statement where a request is wanted."""
    sentences = prose.sentences()
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
