"""Holds what a text claims about clocks and resets against the netlist."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from rtlglot.checks.fidelity.compare import Objection, bits, finding
from rtlglot.prose.claims import About, Claim
from rtlglot.prose.names import Names
from rtlglot.prose.reset_values import ALL_ONES
from rtlglot.prose.resets import is_reset_name
from rtlglot.prose.tokens import Prose
from rtlglot.records import Finding
from rtlglot.verilog.facts import Clocking, Edges, Force

TIMING = frozenset(
    {
        About.EDGE,
        About.COMBINATIONAL,
        About.NO_CLOCK,
        About.NO_RESET,
        About.SYNCHRONY,
        About.POLARITY,
        About.RESET_VALUE,
    }
)
_ANY_CLOCK = frozenset({"", "clock", "clk", "clocks"})


def timing_findings(prose: Prose, names: Names, claims: Iterable[Claim]) -> list[Finding]:
    """One finding for each claim about time that does not hold. Needs the design's clocking."""
    clocking = names.facts.clocking
    if clocking is None:
        return []
    wanted = [claim for claim in claims if claim.about in TIMING]
    judge = _TimingJudge(names, clocking, wanted)
    found = []
    for claim in wanted:
        objection = judge(claim)
        if objection is not None:
            # how firm words about an edge are depends on the others: the judge has weighed that
            sure = replace(claim, firm=True) if claim.about is About.EDGE else claim
            found.append(finding(prose, sure, objection))
    return found


class _TimingJudge:
    def __init__(self, names: Names, clocking: Clocking, claims: list[Claim]) -> None:
        self._names = names
        self._clocking = clocking
        self._said_edges = {(self._clock(c.subject), c.value) for c in claims if c.about is About.EDGE}
        self._resets = {name: force for name, force in clocking.forces.items() if self._is_reset(name, force)}
        self._ways: dict[About, Callable[[Claim], Objection | None]] = {
            About.EDGE: self._edge,
            About.COMBINATIONAL: self._combinational,
            About.NO_CLOCK: self._no_clock,
            About.NO_RESET: self._no_reset,
            About.SYNCHRONY: self._synchrony,
            About.POLARITY: self._polarity,
            About.RESET_VALUE: self._reset_value,
        }

    def __call__(self, claim: Claim) -> Objection | None:
        return self._ways[claim.about](claim)

    def _is_reset(self, name: str, force: Force) -> bool:
        if any(is_reset_name(port) for port in self._names.ports):
            return is_reset_name(name)
        return bool(force.asynchronous)

    # clocks

    def _clock(self, name: str) -> str | None:
        """The clock that a word means: a clock's name, or "the clock" where there is only one."""
        clocks = self._clocking.clocks
        if name in clocks:
            return name
        folded = {clock.lower(): clock for clock in clocks}
        if name.lower() in folded:
            return folded[name.lower()]
        return next(iter(clocks)) if name.lower() in _ANY_CLOCK and len(clocks) == 1 else None

    def _edge(self, claim: Claim) -> Objection | None:
        clock = self._clock(claim.subject)
        if clock is None:
            return self._no_state(claim)
        edges: Edges = self._clocking.clocks[clock]
        if self._clocking.inner_clocks or self._clocking.latches or (edges.rising and edges.falling):
            return None
        actual = "rising" if edges.rising else "falling"
        if claim.value == actual:
            return None
        # the other edge may be spoken of too: "data is stable at the falling edge"
        alone = (clock, actual) not in self._said_edges
        return "clock-edge", f"the design works on the {actual} edge of {clock}", alone or claim.firm

    def _no_state(self, claim: Claim) -> Objection | None:
        """An edge of a design without any state."""
        port = self._names.ports.get(claim.subject)
        if self._clocking.has_state or (port is None and claim.subject not in _ANY_CLOCK):
            return None
        return "clock-edge", "the design has no flip-flop", claim.subject in ("clk", "clock")

    def _combinational(self, claim: Claim) -> Objection | None:
        if not self._clocking.has_state:
            return None
        count = self._clocking.flip_flops
        if not (count or self._clocking.clocks):
            return "not-combinational", f"the design has latches ({self._clocking.latches} bits)", False
        return "not-combinational", f"the design has {bits(count)} of flip-flops", True

    def _no_clock(self, claim: Claim) -> Objection | None:
        clocks = list(self._clocking.clocks)
        return ("has-clock", f"{' and '.join(clocks)} clocks the design", True) if clocks else None

    def _no_reset(self, claim: Claim) -> Objection | None:
        named = [name for name in self._resets if is_reset_name(name)]
        return ("has-reset", f"{' and '.join(named)} resets the design", True) if named else None

    # resets

    def _meant(self, claim: Claim) -> list[tuple[str, Force]]:
        """The resets that a claim is about."""
        if claim.subject:
            force = self._clocking.forces.get(claim.subject)
            return [(claim.subject, force)] if force is not None else []
        return list(self._resets.items())

    def _synchrony(self, claim: Claim) -> Objection | None:
        wrong = []
        for name, force in self._meant(claim):
            actual = "asynchronous" if force.asynchronous else "synchronous"
            if actual == claim.value:
                return None
            # bits that wait for the clock beside bits that do not: either word is half right
            mixed = bool(force.asynchronous and force.synchronous)
            wrong.append((name, actual, not mixed))
        if not wrong:
            return None
        name, actual, certain = wrong[0]
        why = "acts at once" if actual == "asynchronous" else "acts at a clock edge only"
        return "reset-synchrony", f"{name} is {actual}: it {why}", certain

    def _polarity(self, claim: Claim) -> Objection | None:
        wrong = []
        for name, force in self._meant(claim):
            if force.active == claim.value:
                return None
            if force.active is not None:
                wrong.append((name, force.active))
        if not wrong:
            return None
        name, active = wrong[0]
        return "reset-polarity", f"{name} is active {active}", True

    def _reset_value(self, claim: Claim) -> Objection | None:
        """No reset of the design makes the output what the text says, and one makes it something else."""
        told = []
        for name, force in self._resets.items():
            output = claim.subject or next(iter(force.outputs), "")
            is_ = force.outputs.get(output, "x")
            if not claim.subject and len(is_) != self._clocking.flip_flops:
                return None  # "the counter" may be another register than the output
            if "x" in is_ or is_ == _as_bits(claim.value, len(is_)):
                return None
            told.append(
                (f"{output} is {len(is_)}'b{is_} while {name} is {force.active}", len(self._resets) == 1)
            )
        return ("reset-value", *told[0]) if told else None


def _as_bits(value: str | int, width: int) -> str:
    number = int(value)
    return "1" * width if number == ALL_ONES else f"{number:0{width}b}"
