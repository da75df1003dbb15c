"""Which ports of a design a text does not name, and whether it says that all have one width."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rtlglot.checks.fidelity.compare import bits
from rtlglot.prose.claims import About, Claim, number_at, width_at
from rtlglot.prose.names import Names
from rtlglot.prose.resets import is_reset_name
from rtlglot.prose.tokens import Mark, Prose
from rtlglot.records import Finding, Json, Severity

_SPAN = re.compile(
    r"\b(?P<stem>[A-Za-z_]\w*?)\[?(?P<first>\d{1,3})\]?\s*"
    r"(?:-|\.\.+,?|:|to|through|thru|, ?\.\.\.,?|, ?\w+, ?\.\.\.,?(?: and)?)"
    r"\s*(?P<again>[A-Za-z_]\w*?)?\[?(?P<last>\d{1,3})\]?\b"
)
_LETTERS = re.compile(
    r"\b(?P<first>[A-Za-z]) ?(?:to|through|-|\.\.+|,? ?\.\.\.,?) ?(?:and )?(?P<last>[A-Za-z])\b"
)
_PATTERN = re.compile(r"\b(?P<stem>[A-Za-z]\w*?_)(?:\*|\{|<|x\b|X\b|…|\.\.\.)")
_VAGUE = re.compile(
    r"\betc\b|\.\.\.|…|\band so on\b|\bsame (?:ports|interface)\b"
    r"|\bstandard \w+ (?:ports|interface|signals)\b"
)


def missing_ports(prose: Prose, names: Names) -> list[str]:
    """The ports whose names do not stand in the text, ranges ("in0 to in7", "s_axis_*") read out."""
    # code that a text holds names ports as well
    folded = {word.lower() for word in prose.words | prose.code}
    missing = [name for name in names.ports if name.lower() not in folded]
    return [name for name in missing if not _in_range(prose.plain, name)] if missing else []


def _in_range(text: str, name: str) -> bool:
    stem = name.rstrip("0123456789")
    number = name[len(stem) :]
    if number and any(
        span["stem"] == stem and int(span["first"]) <= int(number) <= int(span["last"])
        for span in _SPAN.finditer(text)
    ):
        return True
    if len(name) == 1 and any(span["first"] < name < span["last"] for span in _LETTERS.finditer(text)):
        return True
    return any(name.startswith(pattern["stem"]) for pattern in _PATTERN.finditer(text))


@dataclass(frozen=True, slots=True)
class Mentioned:
    """How much of a design a text speaks of, right or wrong."""

    ports: int
    """Ports that it names."""
    of_ports: int
    facts: int
    """Widths of vectors, clock edges, kinds of reset, parameters and depths of memories that it gives."""
    of_facts: int

    @property
    def share(self) -> float:
        """Of all of them, 0 to 1."""
        there = self.of_ports + self.of_facts
        return (self.ports + self.facts) / there if there else 1.0

    @property
    def in_words(self) -> str:
        """The same as half a sentence."""
        return (
            f"it names {self.ports} of {self.of_ports} ports and gives {self.facts} of {self.of_facts} other "
            f"facts (coverage {self.share:.0%})"
        )

    def to_json(self) -> dict[str, Json]:
        """For a verdict's data."""
        ports, facts = [self.ports, self.of_ports], [self.facts, self.of_facts]
        return {"ports": ports, "facts": facts, "coverage": round(self.share, 3)}


def told_of(prose: Prose, names: Names, claims: Iterable[Claim]) -> Mentioned:
    """What a text speaks of. Where it says that all ports are one bit wide, that is no fact about vectors."""
    said = {(claim.about, claim.subject) for claim in claims}
    about = {about for about, _ in said}
    facts = [
        bool({(About.WIDTH, port.name), (About.INDEX, port.name)} & said)
        for port in names.ports.values()
        if (port.width or 0) > 1
    ]
    facts += [name in prose.words for name in names.parameters]
    clocking = names.facts.clocking
    if clocking is not None:
        facts += [About.EDGE in about for _ in clocking.clocks]
        resets = [name for name in clocking.forces if is_reset_name(name)]
        facts += [kind in about for _ in resets for kind in (About.SYNCHRONY, About.POLARITY)]
        facts += [About.DEPTH in about for _ in clocking.memories]
    named = len(names.ports) - len(missing_ports(prose, names))
    return Mentioned(named, len(names.ports), sum(facts), len(facts))


def missing_findings(prose: Prose, names: Names, *, needed: bool) -> list[Finding]:
    """At most one finding about ports that are not named.

    `needed`: the text is a request, and nothing else tells its reader the names. Who names some ports
    and not others asks for a module that cannot be compared with the reference, so that is an error;
    a request that names none leaves the interface open, which is a warning.
    """
    missing = missing_ports(prose, names)
    if not missing:
        return []
    clocks = names.facts.clocking.clocks if names.facts.clocking else {}
    implied = [name for name in missing if name in clocks and "clock" in prose.low]
    unsaid = [name for name in missing if name not in implied]
    partial = len(missing) < len(names.ports) and bool(unsaid)
    certain = needed and partial and not _VAGUE.search(prose.low)
    listed = ", ".join(missing[:8]) + (" …" if len(missing) > 8 else "")
    plural = "ports" if len(missing) > 1 else "port"
    severity = Severity.ERROR if certain else Severity.WARNING
    return [Finding(severity, "port-missing", f"the text does not name the {plural} {listed}")]


_ALL = re.compile(
    r"\ball (?:of )?(?:the |its )?"
    r"(?:(?P<way>input|output)s?|ports|signals|input and output ports|inputs and outputs)\b"
)
_LIMITS = re.compile(r"\b(?:unless|otherwise|except|without|other|but|remaining|not stated|if not)\b")


def blanket_findings(prose: Prose, names: Names, claims: Iterable[Claim]) -> list[Finding]:
    """What is wrong with "all ports are one bit wide"; ports whose width the text gives are left out."""
    told = {claim.subject for claim in claims if claim.about is About.WIDTH}
    found = []
    for start, end in prose.sentences:
        sentence = prose.low[start:end]
        match = _ALL.search(sentence)
        if match is None or _LIMITS.search(sentence):
            continue
        pieces = [piece for piece in prose.pieces if start + match.end() <= piece.start < end]
        width = next((w for at in range(min(4, len(pieces))) if (w := width_at(pieces, at))), None)
        if width is None or not all(
            piece.low in _BETWEEN for piece in pieces[: width[1]] if piece.mark is Mark.WORD
        ):
            continue
        wrong = [
            port
            for port in names.ports.values()
            if port.width not in (None, width[0])
            and port.name not in told
            and match["way"] in (None, port.direction)
        ]
        if wrong:
            port = wrong[0]
            phrase = prose.phrase(start + match.start(), pieces[width[1] - 1].end)
            line, column = prose.line_column(start + match.start())
            severity = Severity.WARNING if port.parametric else Severity.ERROR
            fact = f"{port.name} is {bits(port.width or 0)} wide"
            found.append(
                Finding(severity, "port-width", f'the text says "{phrase}", but {fact}', line, column)
            )
    return found


_BETWEEN = frozenset("are is a an single one bit bits wide each both all input output ports".split())


_COUNT = re.compile(
    r"\b(?:has|have|takes|with|accepts|module has) (?P<n>\w{1,10}) (?:\w{1,8}-bit |bit |single-bit )?"
    r"(?P<way>input|output)s?"
    r"(?: ports?| signals?)?\b(?! (?:bits?|states?|combinations?|patterns?))"
)
_SINGLE = re.compile(
    r"\ba single (?:\w{1,8}-bit |bit )?(?P<way>input|output)(?: port)?(?=[ ]*(?:[,.;]|and\b|with\b))"
)
_WHOLE = re.compile(r"\b(?:module|design|circuit|it)\b[^,;]{0,60}\b(?:has|have|uses|takes|accepts|with)\b")

Miscount = tuple[int, int, str, int]
"""Start and end of the phrase, the direction, how many there are."""


def count_findings(prose: Prose, names: Names) -> list[Finding]:
    """Where a text counts more inputs or outputs than there are, in ports or in bits of ports, or says
    that the module has a single one though there are several."""
    return [_miscounted(prose, *each) for each in (*_too_many(prose, names), *_not_single(prose, names))]


def _too_many(prose: Prose, names: Names) -> Iterator[Miscount]:
    for match in _COUNT.finditer(prose.low):
        number = number_at(Prose(match["n"]).pieces, 0)
        ports = [port for port in names.ports.values() if port.direction == match["way"]]
        widths = [port.width or 0 for port in ports]
        if number is not None and number[0] > len(ports) and number[0] not in (*widths, sum(widths)):
            yield match.start(), match.end(), match["way"], len(ports)


def _not_single(prose: Prose, names: Names) -> Iterator[Miscount]:
    for start, end in prose.sentences:
        sentence = prose.low[start:end]
        for match in _SINGLE.finditer(sentence):
            there = _counted(match["way"], names)
            alone = len(re.findall(rf"\b{match['way']}s?\b", sentence)) == 1
            whole = _WHOLE.search(sentence[: match.start()])
            if there > 1 and alone and whole and not _LIMITS.search(sentence):
                yield start + match.start(), start + match.end(), match["way"], there


def _counted(way: str, names: Names) -> int:
    """Inputs or outputs without clocks and resets, which a text may take for granted."""
    clocking = names.facts.clocking
    implied = {*clocking.clocks, *clocking.forces} if clocking else set()
    return sum(port.direction == way and port.name not in implied for port in names.ports.values())


def _miscounted(prose: Prose, start: int, end: int, way: str, number: int) -> Finding:
    line, column = prose.line_column(start)
    fact = f"the design has {number} {way}" + ("s" if number != 1 else "")
    said = f'the text says "{prose.phrase(start, end)}", but {fact}'
    return Finding(Severity.ERROR, "port-count", said, line, column)
