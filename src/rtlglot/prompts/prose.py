"""The prose in a reply: a description or an instruction without what chat models put around it."""

from __future__ import annotations

import re

from rtlglot.prompts.fences import VERILOG_TAGS, Part, split
from rtlglot.prompts.given import Given, example_question, folded, repeats
from rtlglot.prompts.structured import from_json
from rtlglot.prompts.unwrap import Answer, declined, nothing
from rtlglot.prose.phrases import closing, next_turn, opening
from rtlglot.records import Candidate, Finish, Reason

_RULE = re.compile(r"(?:[-*_=][ \t]*){3,}\n+")
_LAST_RULE = re.compile(r"\n\n[-*_ \t]{3,}\s*\Z")
_LONGEST_RULE = 400
_SPACE = re.compile(r"\s*")
_SENTENCE = re.compile(r"[^\n]*?[^\s.][.!?](?=\s+[A-Z\n]|\s*\Z)")
_QUOTES = {'"': '"', "“": "”", "'": "'", "«": "»", "`": "`"}
_MOST_LAYERS = 6
_LEAST_WORDS = 5
"""Shorter texts repeat the prompt by chance."""


def find_prose(answer: Answer, given: Given, *, one_sentence: bool = False) -> Candidate:
    """The description or instruction in a reply, or its first sentence, or why there is none."""
    text, before = answer.text, ""
    for _ in range(_MOST_LAYERS):
        if text == before:
            break
        before = text
        text = _unwrapped(text, answer, given)
    if one_sentence:
        text = _first_sentence(text, answer)
    if not text:
        said = nothing(answer)
        if answer.text and said.reason is Reason.EMPTY:
            said_so = "the reply holds only code or headings"
            return Candidate(None, Reason.EMPTY, said_so, answer.think, answer.notes)
        return said
    refused = declined(text, answer)
    if refused is not None:
        return refused
    if answer.finish is Finish.LENGTH:
        said_so = "max_tokens was reached before the text was complete"
        return Candidate(None, Reason.TRUNCATED, said_so, answer.think, answer.notes)
    return _unless_echo(text, answer, given)


def _unwrapped(text: str, answer: Answer, given: Given) -> str:
    """One layer less of what is around the prose."""
    if text[:1] in ("{", "[", '"') or "json" in text[:400]:
        unwrapped = from_json(text, given.field)
        if unwrapped is not None and unwrapped.strip() not in ("", text.strip('"')):
            answer.note("json")
            text = unwrapped
    if "```" in text or "~~~" in text:
        text = _without_fences(text, answer)
    whole = text.strip()
    text = _without_suffix(_without_run_on(_without_prefix(whole, answer), answer), answer)
    return text if text == whole else _without_prefix(text, answer)


def _without_fences(text: str, answer: Answer) -> str:
    """Prose in a fence is taken out of it, code beside prose is left out."""
    pieces = split(text)
    prose = [piece for piece in pieces if not _is_code(piece)]
    if len(prose) < len(pieces):
        answer.note("code")
    fenced = [piece.text for piece in prose if piece.fenced]
    loose = [piece.text for piece in prose if not piece.fenced]
    if fenced:
        answer.note("fence")
    if fenced and sum(map(len, loose)) < max(200, sum(map(len, fenced))) and _only_around(loose):
        return "\n\n".join(fenced)
    return "\n\n".join(piece.text for piece in prose)


def _is_code(piece: Part) -> bool:
    return piece.fenced and (
        "endmodule" in piece.text or piece.tag in VERILOG_TAGS or "assign " in piece.text
    )


def _only_around(loose: list[str]) -> bool:
    """Whether the texts outside of the fences are openings and offers of help."""
    return all(
        text.rstrip().endswith(":") or closing(text.lstrip()) or opening(text.lstrip() + "\n")
        for text in loose
    )


def _without_run_on(text: str, answer: Answer) -> str:
    """A model that did not stop writes the next turn itself; what is before that is complete."""
    turn = next_turn(text)
    if turn is None:
        return text
    answer.note("run-on")
    answer.finish = Finish.STOP
    return text[: turn.start()].rstrip()


def _first_sentence(text: str, answer: Answer) -> str:
    """A sentence that has its end is whole, whatever the reply ran on to."""
    sentence = _SENTENCE.match(text)
    if sentence is None or sentence.end() == len(text):
        return text
    answer.note("run-on")
    answer.finish = Finish.STOP
    return sentence[0]


def _without_prefix(text: str, answer: Answer) -> str:
    """Openings, labels, rules and quotes around the whole, as often as there are any."""
    start, end = 0, len(text)
    found: set[str] = set()
    while start < end:
        before = _RULE.match(text, start, end) or opening(text, start, end)
        quote = _QUOTES.get(text[start])
        if before is not None:
            start = before.end()
            found.add("prefix")
        elif quote and _is_quoted(text, start, end, quote):
            start, end = start + 1, end - 1
            found.add("quotes")
        else:
            break
        start = _SPACE.match(text, start, end).end()  # type: ignore[union-attr]
    for word in sorted(found):
        answer.note(word)
    return text[start:end].rstrip()


def _is_quoted(text: str, start: int, end: int, quote: str) -> bool:
    """Whether a pair of quotes is around all of it and no other of its kind inside."""
    inner = text[start + 1 : end - 1]
    return end - start > 2 and text[end - 1] == quote and quote not in inner and text[start] not in inner


def _without_suffix(text: str, answer: Answer) -> str:
    """Offers of help and rules at the end, as often as there are any."""
    while True:
        behind = closing(text) or _LAST_RULE.search(text, max(0, len(text) - _LONGEST_RULE))
        if behind is None:
            return text
        answer.note("suffix")
        text = text[: behind.start()].rstrip()


def _unless_echo(text: str, answer: Answer, given: Given) -> Candidate:
    """The candidate, less the paragraphs at its start that repeat the prompt."""
    asked = example_question(text, given)
    if asked is not None and folded(asked) != folded(given.prompt):
        said = "the reply repeats the answer of an example in the prompt"
        return Candidate(None, Reason.ECHO, said, answer.think, answer.notes)
    rest = text
    while rest and _is_echo(rest.partition("\n\n")[0], given.prompt):
        rest = rest.partition("\n\n")[2].lstrip()
    if rest and rest is not text:
        answer.note("echo")
        rest = _without_prefix(rest, answer)
    if not rest:
        return Candidate(None, Reason.ECHO, "the reply only repeats the prompt", answer.think, answer.notes)
    return Candidate(rest, think=answer.think, notes=answer.notes)


def _is_echo(paragraph: str, prompt: str) -> bool:
    return len(paragraph.split(None, _LEAST_WORDS)) >= _LEAST_WORDS and repeats(paragraph, prompt)
