"""What a model leaves around a text, or writes in its place: refusals, wrapping, orders, its prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rtlglot.prose.tokens import MOST_CHARACTERS, Prose
from rtlglot.records import Finding, Severity


def _any_of(*phrases: str, before: str = "", flags: int = 0) -> re.Pattern[str]:
    return re.compile(before + "(?:" + "|".join(phrases) + ")", flags)


_CANNOT = r"(?:can(?:no|')?t|can not|(?:am|'m) unable|(?:am|'m) not able|won't|will not|do(?: not|n't) have)"
_TASK = (
    r"(?:assist|help|comply|provide|create|generate|write|answer|fulfil+|complete|produce|translate|convert"
    r"|continue|process|describe|access|see|view|the (?:code|ability|capability)|enough|any)\b"
)
_REFUSAL = _any_of(
    r"(?:i'?m|i am|we'?re) (?:very |so |really )?(?:sorry|afraid)\b",
    r"sorry,",
    r"my apologies",
    r"i apologi[sz]e",
    r"unfortunately,? i\b",
    r"as an? (?:ai|language|large language)\b",
    rf"(?:i|we) {_CANNOT} (?:\w+ ){{0,3}}{_TASK}",
    before=r"\W{0,4}",
)
"""At the start of a text: further in, "we cannot" is about something else."""
_ASKS_BACK = re.compile(
    r"(?:please|could you|can you) (?:provide|share|give|paste|send)\b"
    r"[^.?\n]{0,60}\b(?:code|verilog|module)\b"
)
_LONGEST_REFUSAL = 400
"""Characters of a text that only asks back."""

_GIVEN = r"(?:verilog |rtl )?(?:code|module|description|instruction|prompt|input)\b"
_OPENING = _any_of(
    r"(?:sure|certainly|of course|absolutely|okay|ok|great|alright|got it)\b[!,.: ]",
    r"here(?:'s|s| is| are)\b",
    r"(?:below|the following) (?:is|are) [^.\n]{0,60}(?:description|instruction|request|version|answer|:)",
    rf"(?:based on|according to|given) (?:the|your) (?:provided |given |above |following )*{_GIVEN}",
    r"as (?:requested|you requested|per your)\b",
    r"(?:i|we)(?:'ve| have|'ll| will) (?:written|rewritten|created|provide|describe|rewrite|write|now)\b",
    r"let me\b",
    r"let's\b",
    before=r"\W{0,4}",
)
_LABEL = re.compile(
    r"\W{0,4}(?:(?:the|rewritten|revised|natural language|verilog|module|rtl|detailed|brief|short|final"
    r"|functional|high-level) ){0,3}(?:description|instructions?|request|answer|output|response|summary|task"
    r"|prompt|question|explanation|solution)\W{0,3}:"
)
_CLOSING = _any_of(
    r"let me know",
    r"feel free",
    r"i hope",
    r"hope (?:this|that) helps",
    r"if you (?:need|have|want|would like) (?:any|more|further|me|a)",
    r"is there anything",
    r"would you like",
    r"do you want me",
    r"please let me",
    r"note that i\b",
    r"this (?:description|response|answer|summary) (?:covers|captures|follows|should|was|can be)",
    before=r"(?:^|[.!?\n]\s{0,3}|\n)\W{0,4}",
)
_PROSE = (
    r"(?:wording|phrasing|sentences?|grammar|punctuation|clarity|readab\w+|tone|language|descriptions?"
    r"|instructions?|original|text)\b"
)
_ITSELF = _any_of(
    r"(?:i|we)(?:'ve| have)? (?:also |then |only |just )?(?:made|revised|rewrote|rewritten|rephrased|reworded"
    r"|reformatted|reorgani[sz]ed|restructured|clarified|adjusted|changed|corrected|simplified|shortened"
    rf"|condensed|expanded|improved|edited|kept|preserved) [^.!?\n]{{0,80}}?\b{_PROSE}",
    r"(?:the|this|my) (?:rewritten|revised|reworded|rephrased|improved|edited)"
    r" (?:version|text|description|instruction|prompt|request)\b",
    before=r"(?:^|[.!?\n]\s{0,3}|\n)\W{0,4}",
)
"""A model that speaks of its rewriting."""
_LAST = 400
"""Characters at the end in which an offer is looked for."""
_ROLE = r"(?:assistant|user|system|human)"
_TOKENS = _any_of(
    r"<\|?/?(?:im_start|im_end|endoftext|eot_id|end_of_text|begin_of_text|s)\|?>",
    rf"<\|?/?(?:start_header_id|end_header_id|think|thinking|answer|{_ROLE})\|?>",
    r"\[/?(?:inst|answer|done|begin)\]",
    rf"^#{{2,4}} ?(?:instruction|response|input|{_ROLE})\b:?",
    rf"^{_ROLE} ?:",
    flags=re.MULTILINE,
)
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
    low = prose.text.lower()
    refusal = _REFUSAL.match(low)
    if refusal is None and field == "description" and len(low) < _LONGEST_REFUSAL:
        refusal = _ASKS_BACK.search(low)
    if refusal is not None:
        yield _error(prose, "refusal", "the text declines the task", refusal)
        return
    if re.match(r'\s*[{\[]\s*"', text):
        yield Finding(Severity.ERROR, "wrapping", "the text is wrapped in JSON", 1, 1)
        return
    for code, said, match in (
        ("wrapping", "the text begins with an introduction to itself", _OPENING.match(low)),
        ("wrapping", "the text begins with a label", _LABEL.match(low)),
        (
            "wrapping",
            "the text ends with an offer to its reader",
            _CLOSING.search(low, max(0, len(low) - _LAST)),
        ),
        ("wrapping", "the text speaks of how it was written", _ITSELF.search(low)),
        ("chat-marker", "the text holds a marker of a chat", _TOKENS.search(low)),
    ):
        if match is not None:
            yield _error(prose, code, said, match)
    echo = _PROMPT.search(low)
    if echo is not None:
        # "Please act as a designer" is how some benchmarks word their requests
        found = _error(prose, "prompt-echo", "the text repeats words of a prompt", echo)
        yield replace(found, severity=Severity.WARNING) if field == "instruction" else found
    if _MARKDOWN.search(prose.original[:MOST_CHARACTERS]):
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
