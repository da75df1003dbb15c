"""From proofs and simulations to one finding about a candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from rtlglot.checks.equivalence.played import Play, confirm, play, second_opinion
from rtlglot.checks.equivalence.reference import Reference
from rtlglot.checks.equivalence.texts import conditional_on, same_text
from rtlglot.records import Context, Json
from rtlglot.tools.prover.answers import Found, Reading, Unread
from rtlglot.tools.prover.prover import Prover
from rtlglot.tools.prover.trace import last_step
from rtlglot.tools.slang.tops import Remark
from rtlglot.tools.yosys.miter import ANY, ZERO, Frame, X
from rtlglot.verilog.tokens import disputed_line_end

SAME_NETLIST = "the same netlist"
_LOADED = (
    "a register is set, reset or loaded without its clock with a value that may change meanwhile: hardware"
    " follows it, a simulation takes it once"
)


async def judge(prover: Prover, reference: Reference, text: str, context: Context) -> Found:
    """The proofs that are needed, and then what a simulator has to say to them.

    Both sides are read by the same front end. Where a simulation contradicts what one of them led to,
    the next is asked for a difference that is confirmed. That it finds none settles nothing: a text that
    two front ends understand differently is not proved to be anything.
    """
    contradicted: Found | None = None
    trouble: Unread | None = None
    for front_end in reference.front_ends:
        theirs = await reference.read_by(prover, front_end)
        ours = await prover.read(text, context.standard, front_end, reference.reading, context.top)
        if isinstance(ours, Unread) and not ours.unreadable:
            trouble = ours
            break
        if isinstance(ours, Unread) or isinstance(theirs, Unread):
            unread = ours if isinstance(ours, Unread) else theirs
            assert isinstance(unread, Unread)
            trouble = trouble or unread
            continue
        found = await _Pair(prover, reference, theirs, ours).judged()
        if found.status != "unconfirmed" and (contradicted is None or found.status == "different"):
            return found
        contradicted = contradicted or found
    if contradicted is not None:
        return contradicted
    assert trouble is not None
    return await _unread(prover, reference, trouble, text, context)


@dataclass(slots=True)
class _Pair:
    """A candidate and its reference, read by the same front end."""

    prover: Prover
    reference: Reference
    theirs: Reading
    ours: Reading
    seen: dict[Frame | None, Play] = field(default_factory=dict)
    """What playing the candidate showed."""

    async def judged(self) -> Found:
        """What solvers say, and what a simulator has to say to that."""
        if not self.prover.shortest and (found := await self._seen_to_differ()):
            return found
        found = await self._proved()
        if found.status == "equivalent" and self.reference.undefined and found.engine != SAME_NETLIST:
            what = "the reference defines none of its outputs, so that anything does what it does"
            return Found("unsupported", what)
        if found.status == "different":
            return await self._replayed(found)
        if found.status in ("equivalent", "bounded"):
            return await self._played(found)
        if found.status == "unsupported":
            return await _simulated_only(self.prover, self.reference, self.ours, found)
        return found

    async def _prove(self, start: str) -> Found:
        return await self.prover.prove(self.theirs, self.ours, start)

    async def _play(self, found: Found) -> Play:
        """Once for each model of time, which alone of what was found decides the steps."""
        if found.clocking not in self.seen:
            self.seen[found.clocking] = await play(self.prover, self.reference, self.theirs, self.ours, found)
        return self.seen[found.clocking]

    async def _seen_to_differ(self) -> Found | None:
        """Most wrong candidates show it in the simulation that a proof would have to stand anyway."""
        if self.prover.simulator is None or self.ours.unknown or self.theirs.unknown:
            return None
        found = self.prover.unproved(self.theirs, self.ours, X)
        seen = await self._play(found)
        if seen.result != "wrong":
            return None
        assert seen.trace is not None
        assert self.ours.netlist is not None
        stateless = found.clocking == Frame("none") and not self.ours.netlist.beyond
        return self._shown(found, replace(seen, trace=last_step(seen.trace)) if stateless else seen)

    def _shown(self, found: Found, seen: Play) -> Found:
        """Different, as a simulation showed."""
        told = found.but(status="different", engine="simulation", trace=seen.trace, played=seen.facts)
        return told.but(confirmed=True, unconfirmed_why="", simulator=self.prover.simulator)

    async def _proved(self) -> Found:
        """What the solvers say, from the start that is most like a simulation to the weakest that tells
        something."""
        reference = self.reference
        found = await self._prove(X)
        if found.status == "equivalent" and reference.vacuous:
            # about its vacuous outputs that proof said nothing
            return await self._prove(ZERO)
        if found.status == "equivalent" or (found.status == "different" and not _only_unknown(found)):
            return found
        if found.status == "unsupported" and not _can_be_cut(self.theirs, self.ours):
            return found
        loose = await self._prove(ANY)
        if loose.status == "equivalent":
            assert self.ours.netlist is not None
            if not self.ours.netlist.has_state:
                # without registers an x of the candidate is one, whatever it may be taken for
                return found
            return await self._prove(ZERO) if reference.vacuous else loose
        if loose.status == "different" and await self._reflexive(ANY):
            return loose
        zero = await self._prove(ZERO)
        if zero.status == "equivalent" and reference.semantics == X and loose.status != "different":
            # nothing tells that the candidate starts with zeros, and the reference asks for none
            return loose
        return zero

    async def _reflexive(self, start: str) -> bool:
        """Whether the reference is proved equal to itself from this start; asked once."""
        proofs = self.reference.proofs
        if start not in proofs:
            proofs[start] = await self.prover.prove(self.theirs, self.theirs, start)
        return proofs[start].status == "equivalent"

    async def _replayed(self, found: Found) -> Found:
        """A difference, and whether a simulation of its inputs shows it too."""
        reference, prover = self.reference, self.prover
        # a bit that the reference leaves open is 0 from zeros: no more than one of what it may be
        more = found.semantics == ZERO and reference.semantics == X and not reference.vacuous
        confirmed, why, trace = await confirm(prover, self.theirs, self.ours, found, from_x=more)
        if more and confirmed is None:
            return found.but(status="unconfirmed", unconfirmed_why=why)
        if confirmed is False and found.semantics == ZERO and not more:
            confirmed, why = None, "a simulation starts with x, not with zeros"
        found = found.but(confirmed=confirmed, unconfirmed_why=why, trace=trace or found.trace)
        if confirmed is not None:
            found = found.but(simulator=prover.simulator)
        if confirmed is False:
            # other steps may show what these do not
            seen = await self._play(found)
            if seen.result == "wrong":
                return self._shown(found, seen)
            hazards = self._hazards()
            return _hazardous(found, hazards) if hazards else found.but(status="unconfirmed")
        if confirmed is None and not reference.reflexive:
            return Found("unsupported", "the reference differs from itself in this proof")
        return found

    async def _played(self, found: Found) -> Found:
        """A proof, and what playing both designs says about it."""
        same, prover = same_text(self.theirs, self.ours), self.prover
        if prover.simulator is None:
            found = found.but(
                played={"why": "no simulator is installed (Icarus Verilog is used where it is)"}
            )
        else:
            seen = await self._play(found)
            found = found.but(played=seen.facts)
            # what comes out of a black box is x in a simulation, and says nothing against a candidate
            lost = seen.result == "unknown" and not found.blackboxes and (found.start == X or seen.persistent)
            if seen.result == "wrong" or lost:
                return self._shown(found, seen).but(findings=_told(self._hazards()))
            if seen.result == "unknown":
                return found.but(status="unconfirmed", confirmed=True, trace=seen.trace)
            if seen.result == "not" and not same:
                return Found("unsupported", f"proved, but not played: {seen.why}", played=seen.facts)
            if prover.second is not None and seen.result == "same":
                seen = await second_opinion(prover, self.reference, self.theirs, self.ours, found)
                found = found.but(played=seen.facts)
                if seen.result == "wrong":
                    what = f"the simulators disagree: {prover.second.simulator} shows another output"
                    return found.but(status="unsupported", what=what, engine="", k=None)
        hazards = [] if same else self._hazards()
        return _hazardous(found, hazards) if hazards else found

    def _hazards(self) -> list[Remark]:
        """What is simulated otherwise than synthesised: in the candidate, else in the reference."""
        theirs, ours = self.theirs, self.ours
        assert ours.netlist is not None
        assert theirs.netlist is not None
        found = list(ours.top.remarks)
        if foreign := conditional_on(theirs, ours):
            text = f"the text is another design where {', '.join(foreign)} is defined, or stands elsewhere"
            found.append(Remark("conditional", text, 1))
        if place := disputed_line_end(ours.text):
            found.append(Remark("line-end", place.why, place.line))
        if ours.netlist.loaded:
            found.append(Remark("async-load", _LOADED, 1))
        if found:
            return found
        told = [remark for remark in theirs.top.remarks if remark.code != "x-compare"]
        if theirs.netlist.loaded:
            told.append(Remark("async-load", _LOADED, 1))
        return [replace(remark, code=f"the reference: {remark.code}") for remark in told]


def _can_be_cut(*sides: Reading) -> bool:
    """Whether another start may lead to a proof where this one had none."""
    netlists = [side.netlist for side in sides if side.netlist is not None]
    return len(netlists) == len(sides) and all(one.cut or one.shared for one in netlists)


def _only_unknown(found: Found) -> bool:
    """Whether a difference only shows that the candidate answers x where the reference answers."""
    first = found.trace["first"] if found.trace else None
    if not first:
        return False
    pairs = zip(first["expected"], first["got"], strict=True)
    return not any(want != "x" and have not in ("x", want) for want, have in pairs)


async def _unread(
    prover: Prover, reference: Reference, trouble: Unread, text: str, context: Context
) -> Found:
    """A text without a netlist."""
    found = Found(trouble.status, trouble.what, trouble.findings)
    if found.status != "unsupported" or found.findings:
        return found
    ours = await prover.read(text, context.standard, None, reference.reading, context.top)
    return found if isinstance(ours, Unread) else await _simulated_only(prover, reference, ours, found)


async def _simulated_only(prover: Prover, reference: Reference, ours: Reading, found: Found) -> Found:
    """What cannot be proved (a loop, several drivers, no hardware) can still be seen to differ."""
    if prover.simulator is None or ours.unknown or reference.reading.unknown:
        return found
    itself = next(iter(reference.proofs.values()))
    seen = await play(prover, reference, reference.reading, ours, itself)
    netlist = reference.reading.netlist
    # beside what nobody compares an x of the candidate may be a simulator's caution
    cautious = seen.result == "unknown" and netlist is not None and (netlist.beyond or netlist.shared)
    if seen.result not in ("wrong", "unknown") or cautious:
        return found.but(played=seen.facts)
    return replace(
        found,
        status="different",
        what="",
        engine="random simulation",
        trace=seen.trace,
        confirmed=True,
        simulator=prover.simulator or "",
        played=seen.facts,
        clocking=itself.clocking,
        top=ours.top.name,
    )


def _hazardous(found: Found, hazards: Sequence[Remark]) -> Found:
    """Not to be called anything: a simulation and the netlist may part ways."""
    codes = ", ".join(dict.fromkeys(hazard.code for hazard in hazards))
    kept = found.but(trace=None, confirmed=None, unconfirmed_why="", simulator="", engine="", k=None)
    return kept.but(status="unsupported", what=codes, findings=_told(hazards))


def _told(hazards: Sequence[Remark]) -> tuple[Mapping[str, Json], ...]:
    return tuple(asdict(hazard) for hazard in hazards)
