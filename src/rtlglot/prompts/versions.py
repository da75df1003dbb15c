"""Which modules of a reply are the answer: no testbenches, one definition of each name, no variants."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rtlglot.prompts.fences import Part
from rtlglot.prompts.given import Given
from rtlglot.prompts.segments import Segment, code_only, is_skeleton, is_testbench
from rtlglot.prompts.unwrap import Answer
from rtlglot.prose.phrases import corrects
from rtlglot.verilog.interface import header_of
from rtlglot.verilog.tokens import strip_comments

_PORT_NAME = re.compile(r"([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*(?:=[^,)]*)?(?=[,)])")
"""In a list of ports, each with its dimensions and what it starts with."""


def without_testbenches(chosen: list[Segment], given: Given, answer: Answer) -> list[Segment]:
    """The designs; all where there is nothing else. What has the name or the ports that are asked for, or
    has ports both ways and is made of another module of the reply, is a design whatever it prints: a part of
    it alone is not the answer."""
    if len(chosen) == 1:
        return chosen
    asked, ports = _asked(given), _port_names(given.interface or "")

    def beside(segment: Segment) -> bool:
        if not is_testbench(segment) or not segment.unit.has_ports:
            return is_testbench(segment)
        wanted = segment.name in asked or (bool(ports) and _port_names(segment.text) == ports)
        return not (wanted or _is_made_of(segment, chosen))

    designs = [segment for segment in chosen if not beside(segment)]
    if not any(segment.unit.kind == "module" for segment in designs):
        return chosen
    words = _words(designs) if len(designs) < len(chosen) else set()
    kept = [s for s in chosen if not beside(s) or (s.complete and s.name in words)]
    if len(kept) < len(chosen):
        answer.note("testbench")
    return kept


def _is_made_of(segment: Segment, chosen: Sequence[Segment]) -> bool:
    """Whether a module with inputs and outputs instantiates another one."""
    words = set(re.findall(r"\w+", code_only(segment.text)))
    others = {other.name for other in chosen if other.unit.kind == "module" and other is not segment}
    return {"input", "output"} <= words and not words.isdisjoint(others)


def _asked(given: Given) -> set[str]:
    """All words of what was asked for."""
    return set(re.findall(r"\w+", f"{given.prompt} {given.interface or ''}"))


def one_of_each(kept: list[Segment], pieces: Sequence[Part], answer: Answer) -> list[Segment]:
    """One definition of each name: the one that the words before it call right, else the last block's,
    and in a block the first."""
    alternatives = {n for n, piece in enumerate(pieces) if "`els" in piece.text}
    whole = {segment.name for segment in kept if segment.complete}
    best: dict[str, Segment] = {}
    dropped: set[int] = set()
    for segment in kept:
        earlier = best.get(segment.name)
        if not segment.complete:
            if segment.name in whole:
                answer.note("cut")
                dropped.add(id(segment))
        elif earlier is None or (segment.piece == earlier.piece and segment.piece in alternatives):
            best[segment.name] = segment
        elif _replaces(segment, earlier):
            answer.note("draft")
            dropped.add(id(earlier))
            best[segment.name] = segment
        else:
            answer.note("repeat")
            dropped.add(id(segment))
    return [segment for segment in kept if id(segment) not in dropped]


def _replaces(segment: Segment, earlier: Segment) -> bool:
    """Whether a second definition is the better one."""
    if is_skeleton(segment) and not is_skeleton(earlier):
        return False
    right = corrects(segment.before)
    if segment.piece != earlier.piece:
        return right is not False
    if right and not strip_comments(segment.lead).strip():
        segment.lead = earlier.lead  # its own only says what was corrected
    return bool(right)


def without_variants(whole: list[Segment], given: Given, answer: Answer) -> list[Segment]:
    """Without modules that nothing connects with what was asked for and that are another version of it:
    by the words before them, or by like ports and a like name."""
    if len(whole) < 2:
        return whole
    words = _asked(given)
    asked = [segment for segment in whole if segment.unit.kind == "module" and segment.name in words]
    kin = _connected(asked or whole[:1], whole)
    kept = [
        segment
        for segment in whole
        if segment.name in kin
        or segment.unit.kind != "module"
        or not (corrects(segment.before) is False or any(_alike(segment, one) for one in asked))
    ]
    if len(kept) < len(whole):
        answer.note("variant")
    return kept


def _alike(segment: Segment, asked: Segment) -> bool:
    return asked.name in segment.name and _port_names(segment.text) == _port_names(asked.text)


def _connected(some: Sequence[Segment], whole: Sequence[Segment]) -> set[str]:
    """Names of the units that name one of `some`, are named by it, or are so over others."""
    names = {segment.name for segment in whole}
    beside: dict[str, set[str]] = {name: set() for name in names}
    for segment in whole:
        for other in names & _words([segment]):
            beside[segment.name].add(other)
            beside[other].add(segment.name)
    kin: set[str] = set()
    reached = [segment.name for segment in some]
    while reached:
        name = reached.pop()
        if name not in kin:
            kin.add(name)
            reached += beside[name]
    return kin


def _words(some: Sequence[Segment]) -> set[str]:
    return set(re.findall(r"\w+", code_only("\n".join(segment.text for segment in some))))


def _port_names(text: str) -> frozenset[str]:
    header = code_only(header_of(text) or "")
    header = header[max(0, header.find("module")) :]
    at, depth = header.find("#"), 0
    for end in range(max(0, at), len(header) if at >= 0 else 0):
        depth += (header[end] == "(") - (header[end] == ")")
        if header[end] == ")" and not depth:
            # parameters are no ports, and their values no names
            header = header[:at] + header[end + 1 :]
            break
    return frozenset(_PORT_NAME.findall(header))
