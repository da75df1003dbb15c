"""The Verilog in a reply: which modules are the answer, and whether they are all there.

- Fenced code is believed before loose text; loose text counts where no fence holds a whole module.
- A module defined again in a later block is the corrected one and replaces the draft; defined again
  in the same block it is a model that did not stop, and the first stands.
- A testbench beside a design is left out: a module that drives and reports, not one whose name or
  comment says testbench.
- A module without its endmodule means a cut text, never mended here; only when it cannot matter (it
  repeats a whole module, or it is no part of what was asked) it is left out instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rtlglot.prompts import typography
from rtlglot.prompts.fences import VERILOG_TAGS, Part, split
from rtlglot.prompts.given import Given
from rtlglot.prompts.segments import (
    Segment,
    begins_as_code,
    code_only,
    defined_names,
    is_testbench,
    only_definitions,
    segments,
)
from rtlglot.prompts.structured import code_in_json, with_real_lines, without_entities, without_margins
from rtlglot.prompts.unwrap import Answer, nothing
from rtlglot.prompts.versions import one_of_each, without_testbenches, without_variants
from rtlglot.prose.phrases import next_question, still_thinking
from rtlglot.records import Candidate, Finish, Reason

_RUN_ON = re.compile(r"\bendmodule(?=(?:endmodule|module|macromodule|[A-Z])\w*)")
_BACKTICKS = re.compile(
    r"^[ \t]*`{1,2}(?=module\s)|(?<=[: ])`{1,2}(?=module\s[^`]*\bendmodule`)|(?<=endmodule)`{1,2}(?!`)",
    re.MULTILINE,
)
_BREAK = re.compile(r"<br ?/?>\n?")
_BREAK_IN_CODE = re.compile(r"<br ?/?>\s*endmodule\b")
_UNIT = re.compile(r"module|endpackage|endinterface")
_BODY = re.compile(
    r"^[ \t]*(?:assign|always\w*|initial|wire|reg|logic|input|output|localparam)\b", re.MULTILINE
)


def find_code(answer: Answer, given: Given) -> Candidate:
    """The design in a reply, or why there is none."""
    strings = code_in_json(answer.text, given.field)
    if strings:
        inside = replace(answer)
        inside.note("json")
        texts = [_plain(string, inside) for string in strings]
        candidate = _found([piece for text in texts for piece in _split_data(text)], inside, given)
        if candidate.text is not None or candidate.reason is Reason.TRUNCATED:
            return candidate
    pieces = split(_plain(answer.text, answer))
    if not pieces:
        return nothing(answer)
    candidate = _found(pieces, answer, given)
    if candidate.reason is Reason.NO_MODULE and "endmodule" in answer.text:
        in_sentences = _found(pieces, replace(answer), given, in_sentences=True)
        return in_sentences if in_sentences.text is not None else candidate
    return candidate


def _plain(text: str, answer: Answer) -> str:
    """The text without what was done to it on its way: escapes, margins, lost line breaks."""
    for note, needed, step in _STEPS:
        undone = step(text) if needed in text else text
        if undone != text:
            answer.note(note)
            text = undone
    question = next_question(text, text.find("endmodule")) if "endmodule" in text else None
    if question is not None:
        answer.note("run-on")
        text = text[: question.start()]
    return text


_STEPS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("escaped", "\\n", with_real_lines),
    ("html", "<br", lambda text: _BREAK.sub("\n", text) if _BREAK_IN_CODE.search(text) else text),
    ("html", "&", without_entities),
    ("quotes", "`module", lambda text: _BACKTICKS.sub("", text)),
    ("quotes", "\n", without_margins),
    ("run-on", "endmodule", lambda text: _RUN_ON.sub("endmodule\n", text)),
)
"""What is noted, what a text must hold for it, and how it is undone."""


def _split_data(text: str) -> list[Part]:
    """A text out of JSON: it is believed like a fence where it begins like code."""
    pieces = split(text)
    alone = len(pieces) == 1 and not pieces[0].fenced and begins_as_code(text)
    return [Part(pieces[0].text, fenced=True, tag="json")] if alone else pieces


def _found(pieces: list[Part], answer: Answer, given: Given, *, in_sentences: bool = False) -> Candidate:
    chosen = _believed(pieces, in_sentences=in_sentences)
    if not any(segment.unit.kind == "module" for segment in chosen):
        return _no_module(pieces, answer, given, others=bool(chosen))
    kept = one_of_each(without_testbenches(chosen, given, answer), pieces, answer)
    cut = [segment for segment in kept if not segment.complete]
    whole = [segment for segment in kept if segment.complete]
    if cut and not _is_surplus(cut, whole, given):
        return _truncated(answer, f"module {cut[-1].name!r} has no endmodule")
    if cut:
        answer.note("cut")
    elif answer.finish is Finish.LENGTH and _was_thinking(whole, pieces):
        return _truncated(answer, "the text behind the module goes on thinking about it")
    whole = without_variants(whole, given, answer)
    whole.sort(key=lambda segment: segment.unit.kind != "package")  # what others import comes first
    return _assembled(_definitions(pieces, chosen, whole), whole, pieces, answer)


def _was_thinking(whole: Sequence[Segment], pieces: Sequence[Part]) -> bool:
    """Whether a cut reply ends in thoughts about the module that it holds: that one is a draft."""
    first, last = whole[0], whole[-1]
    own = pieces[last.piece].text
    behind = own[own.rfind(last.text) + len(last.text) :]
    before = "\n".join([*(piece.text for piece in pieces[: first.piece]), first.before])
    return still_thinking(before, "\n".join([behind, *(piece.text for piece in pieces[last.piece + 1 :])]))


def _truncated(answer: Answer, what: str) -> Candidate:
    why = "max_tokens was reached" if answer.finish is Finish.LENGTH else "yet the model ended by itself"
    return Candidate(None, Reason.TRUNCATED, f"{what}: {why}", answer.think, answer.notes)


def _believed(pieces: Sequence[Part], *, in_sentences: bool) -> list[Segment]:
    """The segments of the fences, or of all pieces where no fence holds a whole design; loose ones too
    that define behind a fence again what was in it."""
    found = [
        (piece, segments(pieces, n, in_sentences=in_sentences))
        for n, piece in enumerate(pieces)
        if _UNIT.search(piece.text)
    ]
    fenced = [segment for piece, some in found if piece.fenced for segment in some]
    loose = [segment for piece, some in found if not piece.fenced for segment in some]
    if _has_design(fenced):
        places = {segment.name: segment.piece for segment in fenced if segment.complete}
        again = [s for s in loose if s.complete and places.get(s.name, s.piece) < s.piece]
        return sorted([*fenced, *again], key=lambda segment: segment.piece)
    if _has_design(loose):
        return [segment for _, some in found for segment in some]
    return fenced or loose


def _has_design(some: Sequence[Segment]) -> bool:
    return any(s.unit.kind == "module" and s.complete and not is_testbench(s) for s in some)


def _definitions(pieces: Sequence[Part], chosen: Sequence[Segment], whole: Sequence[Segment]) -> list[str]:
    """Fences of their own with the macros, types and functions that the design uses."""
    places = {segment.piece for segment in chosen}
    loose = [
        piece.text.strip()
        for n, piece in enumerate(pieces)
        if piece.fenced and n not in places and only_definitions(piece.text)
    ]
    if not loose:
        return []
    words = set(re.findall(r"\w+", code_only("\n".join(s.lead + s.text for s in whole))))
    return [text for text in dict.fromkeys(loose) if words & set(defined_names(text))]


def _is_surplus(cut: Sequence[Segment], whole: Sequence[Segment], given: Given) -> bool:
    """A cut module that was not asked for, beside a whole one that was."""
    asked = set(re.findall(r"\w+", f"{given.prompt} {given.interface or ''}"))
    return any(s.name in asked for s in whole) and not any(s.name in asked for s in cut)


def _assembled(
    definitions: Sequence[str], whole: Sequence[Segment], pieces: Sequence[Part], answer: Answer
) -> Candidate:
    parts: list[str] = []
    for number, segment in enumerate(whole):
        new_piece = number > 0 and whole[number - 1].piece != segment.piece
        lead = segment.lead if parts else segment.lead.lstrip("\n")
        if new_piece:
            lead = whole[number - 1].tail + "\n\n" + lead.lstrip("\n")
        elif parts and not lead.startswith("\n"):
            lead = "\n\n" + lead
        parts += [lead, segment.text]
        for word in segment.cut:
            answer.note(word)
    text = "\n\n".join([*definitions, "".join([*parts, whole[-1].tail]).strip()])
    if pieces[whole[-1].piece].fenced and pieces[whole[-1].piece].tag != "json":
        answer.note("fence")
    if whole[0].piece > 0:
        answer.note("prefix")
    if whole[-1].piece < len(pieces) - 1:
        answer.note("suffix")
    if not text.isascii():
        text, note = typography.normalised(text)
        answer.note(note)
    return Candidate(text, think=answer.think, notes=answer.notes)


def _no_module(pieces: Sequence[Part], answer: Answer, given: Given, *, others: bool) -> Candidate:
    """What is there instead of a module; `others`: a package or an interface."""
    body = next((p.text for p in reversed(pieces) if p.fenced and _BODY.search(p.text)), None)
    if body is None:
        joined = "\n".join(piece.text for piece in pieces)
        start = _BODY.search(joined)
        body = joined[start.start() :] if start and ";" in joined else None
    if body is not None and given.interface and re.search(r"\bendmodule\b", code_only(body)):
        return _with_header(body, given.interface, answer)
    if answer.finish is Finish.LENGTH:
        return _truncated(answer, "no module is there")
    if body is not None and not others:
        said = "the reply has only a body: statements without a module header"
    elif others or any(piece.tag in VERILOG_TAGS for piece in pieces):
        said = "the code in the reply has no module"
    else:
        said = "the reply has no Verilog"
    return Candidate(None, Reason.NO_MODULE, said, answer.think, answer.notes)


def _with_header(body: str, interface: str, answer: Answer) -> Candidate:
    """A body up to its own endmodule under the header that the prompt gave: asked to continue it."""
    end = [match.end() for match in re.finditer(r"\bendmodule\b", body)][-1]
    header = re.sub(r"\s*\bendmodule\b\s*$", "", interface.strip())
    answer.note("header")
    return Candidate(f"{header}\n{body[:end]}", think=answer.think, notes=answer.notes)
