"""A reply in, the wanted text out. Pure functions; linear in the reply, whatever it holds.

What is cleaned away is named in the candidate's notes:

    fence, prefix, suffix, quotes (around it, and quoted or numbered lines), json, html, escaped, think,
    marker ([BEGIN], <answer>, special tokens), testbench,
    run-on (endmodulemodule, the next turn of the chat, more than the one sentence),
    draft (a module that is defined again, and better), repeat (defined again, and not better),
    variant (another version of the module that was asked for),
    cut (an unfinished module that was not asked for), header (the asked header was put before a body),
    code (fenced code beside prose), echo (paragraphs of the prompt at the start),
    non-ascii comment, non-ascii code.
"""

from __future__ import annotations

from typing import Literal

from rtlglot.prompts.fences import split
from rtlglot.prompts.given import Given, example_question, repeats
from rtlglot.prompts.prose import find_prose
from rtlglot.prompts.unwrap import Answer, declined, nothing, unwrap
from rtlglot.records import Candidate, Finish, Reason
from rtlglot.verilog.masked import is_whole, spliced

Kind = Literal["verilog", "infill", "prose", "sentence", "raw"]
"""How a reply is read: for its modules, for code that is put into a design, for its prose, its first
sentence, or as it is (reasoning taken out)."""

EXTRACT_VERSION = 2
"""Raised whenever the same reply can give another text: outcomes are worked out again, from the replies
that were bought."""
_LANGUAGES = ("```verilog\n", "```systemverilog\n", "```\n", "```sv\n", "```v\n")
_NEEDS_A_LOOK = ("/*", "```", "&lt;", "&amp;", "&gt;", "&quot;", "<think", "<br", "\\")


def extract(text: str, finish: Finish, kind: Kind, given: Given | None = None) -> Candidate:
    """The wanted text, or the reason why there is none."""
    given = given or Given()
    if kind == "verilog" or (kind == "infill" and is_whole(given.masked)):
        clean = _clean_module(text)
        return _unless_code_echo(clean or _verilog(text, finish, given), given)
    answer = unwrap(text, finish)
    if not answer.text:
        return nothing(answer)
    if kind in ("prose", "sentence"):
        return find_prose(answer, given, one_sentence=kind == "sentence")
    refused = declined(answer.text, answer)
    if refused is not None:
        return refused
    if answer.finish is Finish.LENGTH:
        said = "max_tokens was reached before the text was complete"
        return Candidate(None, Reason.TRUNCATED, said, answer.think, answer.notes)
    found = answer.text if kind == "raw" else spliced(given.masked, _first_block(answer))
    return Candidate(found, think=answer.think, notes=answer.notes)


def _first_block(answer: Answer) -> str:
    """The first fenced code, else all of it."""
    block = next((piece.text for piece in split(answer.text) if piece.fenced), None)
    if block is not None:
        answer.note("fence")
    return block or answer.text


def _verilog(text: str, finish: Finish, given: Given) -> Candidate:
    # A job that writes prose loads no reader of Verilog.
    from rtlglot.prompts import typography
    from rtlglot.prompts.code import find_code

    visible = text if text.isascii() else typography.visible(text)
    answer = unwrap(visible, finish)
    if visible != text:
        answer.note("non-ascii code")
    if not answer.text and answer.unclosed and finish is Finish.STOP:
        _recover(answer)
    if not answer.text:
        return nothing(answer)
    candidate = find_code(answer, given)
    return candidate if candidate.text is not None else declined(answer.text, answer) or candidate


def _clean_module(text: str) -> Candidate | None:
    """The quick way for what most replies are: one module, alone or in one fence."""
    text = text.strip()
    notes: tuple[str, ...] = ()
    if text.startswith("```"):
        opening = next((tag for tag in _LANGUAGES if text.startswith(tag)), None)
        if opening is None or not text.endswith("\n```"):
            return None
        text = text[len(opening) : -4].strip()
        notes = ("fence",)
    if not (text.startswith("module ") and text.endswith("endmodule") and text.count("module") == 2):
        return None
    last_line = text[text.rfind("\n") + 1 :].lstrip()
    if last_line != "endmodule" or not text.isascii() or any(mark in text for mark in _NEEDS_A_LOOK):
        return None
    return Candidate(text, notes=notes)


def _recover(answer: Answer) -> None:
    """Reasoning that was never closed but ends in a whole code block: the model ended on its answer."""
    pieces = split(answer.unclosed or "")
    last = pieces[-1] if pieces else None
    if last is not None and last.fenced and last.text.rstrip().endswith("endmodule"):
        answer.text = last.text
        answer.note("fence")


def _unless_code_echo(candidate: Candidate, given: Given) -> Candidate:
    """ECHO where the code stands like this in the row's prompt, or is an example's and was not asked for."""
    if candidate.text is None:
        return candidate
    question = example_question(candidate.text, given)
    if "endmodule" in given.prompt and repeats(candidate.text, given.prompt):
        said = "the reply only repeats the code in the prompt"
    elif question is not None and question != given.prompt and not _asked(candidate.text, given):
        said = "the reply repeats the code of an example in the prompt"
    else:
        return candidate
    return Candidate(None, Reason.ECHO, said, candidate.think, candidate.notes)


def _asked(code: str, given: Given) -> bool:
    """Whether the row's prompt names the module: it may ask for the same as the example."""
    words = code.split(None, 2)
    return len(words) > 1 and words[1].rstrip("(;#") in given.prompt
