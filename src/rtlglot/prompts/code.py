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
from collections.abc import Sequence

from rtlglot.prompts import typography
from rtlglot.prompts.fences import VERILOG_TAGS, Piece, split
from rtlglot.prompts.given import Given
from rtlglot.prompts.segments import Segment, code_only, is_testbench, segments
from rtlglot.prompts.unwrap import Answer, from_json
from rtlglot.records import Candidate, Finish, Reason

_RUN_ON = re.compile(r"\bendmodule(?=(?:endmodule|module|macromodule|[A-Z])\w*)")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#0*39|#x27|#0*34|#x22);")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'", "nbsp": " "}
_RAW = re.compile(r"<(?!/?(?:pre|code|p|br|div|span)\b)|&(?!(?:\w+|#\w+);)|(?<![&\w])(?:lt|gt|amp|quot)\b")
_UNIT = re.compile(r"module|endpackage|endinterface")
_BODY = re.compile(
    r"^[ \t]*(?:assign|always\w*|initial|wire|reg|logic|input|output|localparam)\b", re.MULTILINE
)


def find_code(answer: Answer, given: Given) -> Candidate:
    """The design in a reply, or why there is none."""
    text = answer.text
    if text[:1] in ("{", "[", '"') or "json" in text[:400]:
        unwrapped = from_json(text, given.field)
        if unwrapped is not None and "module" in unwrapped:
            answer.note("json")
            text = unwrapped
    if "&" in text:
        text = _unescape(text, answer)
    if _RUN_ON.search(text):
        text = _RUN_ON.sub("endmodule\n", text)
        answer.note("run-on")
    pieces = split(text)
    if not pieces:
        return nothing(answer)
    chosen = _believed(pieces)
    if not any(segment.unit.kind == "module" for segment in chosen):
        return _no_module(pieces, answer, given, others=bool(chosen))
    kept = _without_testbenches(chosen, answer)
    kept = _without_repeats(kept, pieces, answer)
    cut = [segment for segment in kept if not segment.complete]
    whole = [segment for segment in kept if segment.complete]
    if cut and not _is_surplus(cut, whole, given):
        return _truncated(answer, f"module {cut[-1].name!r} has no endmodule")
    if cut:
        answer.note("cut")
    return _assembled(whole, pieces, answer)


def nothing(answer: Answer) -> Candidate:
    """The candidate of a reply without an answer in it."""
    if answer.finish is Finish.LENGTH:
        said = "max_tokens was reached while the model was still reasoning"
        said = said if answer.think else "max_tokens was reached before any text came"
        return Candidate(None, Reason.TRUNCATED, said, answer.think, answer.notes)
    said = "the reply is empty"
    if answer.think:
        said = "the reply holds only reasoning" + (" that was never closed" if answer.unclosed else "")
    return Candidate(None, Reason.EMPTY, said, answer.think, answer.notes)


def _truncated(answer: Answer, what: str) -> Candidate:
    why = "max_tokens was reached" if answer.finish is Finish.LENGTH else "yet the model ended by itself"
    return Candidate(None, Reason.TRUNCATED, f"{what}: {why}", answer.think, answer.notes)


def _unescape(text: str, answer: Answer) -> str:
    """Undo HTML escapes, where it is sure that they are: escaped text has no < or & of its own."""
    if not _ENTITY.search(text):
        return text
    parts = split(text)
    code = "\n".join(p.text for p in parts if p.fenced and "module" in p.text) or text
    if _RAW.search(code):
        return text
    answer.note("html")
    return _ENTITY.sub(_entity, text)


def _entity(match: re.Match[str]) -> str:
    name = match[0][1:-1]
    if name in _ENTITIES:
        return _ENTITIES[name]
    return "'" if name.lstrip("#0x") in ("39", "27") else '"'


def _believed(pieces: Sequence[Piece]) -> list[Segment]:
    """The segments of the fences, or of all pieces where no fence holds a whole design."""
    found = [(p, segments(p, n)) for n, p in enumerate(pieces) if _UNIT.search(p.text)]
    fenced = [segment for piece, some in found if piece.fenced for segment in some]
    loose = [segment for piece, some in found if not piece.fenced for segment in some]
    if _has_design(fenced) or not loose:
        return fenced
    if _has_design(loose):
        return [segment for _, some in found for segment in some]
    return fenced or loose


def _has_design(some: Sequence[Segment]) -> bool:
    return any(s.unit.kind == "module" and s.complete and not is_testbench(s) for s in some)


def _without_testbenches(chosen: list[Segment], answer: Answer) -> list[Segment]:
    if len(chosen) == 1:
        return chosen
    designs = [segment for segment in chosen if not is_testbench(segment)]
    if not any(segment.unit.kind == "module" for segment in designs):
        return chosen
    code = code_only("\n".join(segment.text for segment in designs))
    words = set(re.findall(r"\w+", code)) if len(designs) < len(chosen) else set()
    kept = [s for s in chosen if not is_testbench(s) or (s.complete and s.name in words)]
    if len(kept) < len(chosen):
        answer.note("testbench")
    return kept


def _without_repeats(kept: list[Segment], pieces: Sequence[Piece], answer: Answer) -> list[Segment]:
    """One definition of each name: the last block's, and in it the first."""
    whole = [segment for segment in kept if segment.complete]
    piece_of = {segment.name: segment.piece for segment in whole}
    result: list[Segment] = []
    seen: set[tuple[str, int]] = set()
    alternatives = {n for n, piece in enumerate(pieces) if "`els" in piece.text}
    for segment in kept:
        key = (segment.name, segment.piece)
        if segment.complete and segment.piece != piece_of[segment.name]:
            answer.note("draft")
        elif segment.complete and key in seen and segment.piece not in alternatives:
            answer.note("repeat")
        elif not segment.complete and segment.name in piece_of:
            answer.note("cut")
        else:
            result.append(segment)
            seen.add(key)
    return result


def _is_surplus(cut: Sequence[Segment], whole: Sequence[Segment], given: Given) -> bool:
    """A cut module that was not asked for, beside a whole one that was."""
    asked = set(re.findall(r"\w+", f"{given.prompt} {given.interface or ''}"))
    return any(s.name in asked for s in whole) and not any(s.name in asked for s in cut)


def _assembled(whole: Sequence[Segment], pieces: Sequence[Piece], answer: Answer) -> Candidate:
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
    text = "".join([*parts, whole[-1].tail]).strip()
    if len(whole) and pieces[whole[-1].piece].fenced:
        answer.note("fence")
    if whole[0].piece > 0:
        answer.note("prefix")
    if whole[-1].piece < len(pieces) - 1:
        answer.note("suffix")
    if not text.isascii():
        text, note = typography.normalised(text)
        answer.note(note)
    return Candidate(text, think=answer.think, notes=answer.notes)


def _no_module(pieces: Sequence[Piece], answer: Answer, given: Given, *, others: bool) -> Candidate:
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
