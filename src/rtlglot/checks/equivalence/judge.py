"""From proofs and simulations to one finding about a candidate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rtlglot.checks.equivalence.reference import Reference
from rtlglot.tools.prover.prover import Found, Prover
from rtlglot.tools.yosys.miter import ZERO, X
from rtlglot.tools.yosys.netlist import FRONT_ENDS

_OF_A_TRACE = ("trace", "confirmed", "unconfirmed_why", "simulator", "engine", "k")


async def judge(prover: Prover, reference: Reference, text: str, standard: str) -> Found:
    """The proofs that are needed, and then what a simulator has to say to them."""
    found = await prover.prove(reference.read, text, standard, reference.semantics)
    if found["status"] == "equivalent" and reference.vacuous and reference.semantics == X:
        # about its vacuous outputs that proof said nothing
        found = await prover.prove(reference.read, text, standard, ZERO)
    if found["status"] == "unsupported":
        return await _simulated_only(prover, reference, found, text, standard)
    if found["status"] != "different":
        return await _simulated_too(prover, reference, found)
    found = await _replayed(prover, reference, found)
    if found["confirmed"] is False and found["front_end"] == FRONT_ENDS[0]:
        # the simulator contradicts: perhaps the front end has misread the text
        other = await _by_the_other(prover, reference, text, standard, found["semantics"])
        if other is not None:
            return other
    ours = _hazards(found)
    if ours and found["confirmed"] is False:
        return _hazardous(found, "", ours)
    if not reference.reflexive and not found["confirmed"]:
        return {"status": "unsupported", "what": "the reference differs from itself in this proof"}
    return found


async def _by_the_other(
    prover: Prover, reference: Reference, text: str, standard: str, semantics: str
) -> Found | None:
    """What the second front end leads to; None where that is no better."""
    found = await prover.prove(reference.read, text, standard, semantics, front_ends=FRONT_ENDS[1:])
    if found["status"] == "different":
        found = await _replayed(prover, reference, found)
        return None if found["confirmed"] is False else found
    if found["status"] in ("equivalent", "bounded"):
        return await _simulated_too(prover, reference, found)
    return None


async def _simulated_only(
    prover: Prover, reference: Reference, found: dict[str, Any], text: str, standard: str
) -> Found:
    """What cannot be proved (a loop, several drivers, no hardware) can still be seen to differ."""
    if found.get("findings"):
        return found  # it does not compile
    seen = await prover.simulate(reference.read, text, standard)
    if not seen["confirmed"]:
        return found
    told = {name: seen[name] for name in ("trace", "simulator", "confirmed", "clocking", "top")}
    return {"status": "different", "engine": "random simulation", "what": found["what"], **told}


async def _replayed(prover: Prover, reference: Reference, found: dict[str, Any]) -> dict[str, Any]:
    replayed = await prover.replay(reference.read, found, found["inputs"])
    told = {name: replayed[name] for name in ("trace", "simulator", "confirmed") if name in replayed}
    if "why" in replayed:
        told["unconfirmed_why"] = replayed["why"]
    elif replayed["confirmed"] is False and found["semantics"] == ZERO:
        told |= {"confirmed": None, "unconfirmed_why": "a simulation starts with x, not with zeros"}
    return found | told


async def _simulated_too(prover: Prover, reference: Reference, found: dict[str, Any]) -> Found:
    """Where a text is simulated otherwise than it is synthesised, only a simulator can tell."""
    if found["status"] not in ("equivalent", "bounded"):
        return found
    ours = _hazards(found)
    theirs = [hazard for hazard in reference.read["top"]["remarks"] if hazard["code"] != "x-compare"]
    if not ours and not theirs:
        return found
    replayed = await prover.replay(reference.read, found, None)
    if replayed["confirmed"]:
        told = {name: replayed[name] for name in ("trace", "simulator", "confirmed")}
        return found | told | {"status": "different", "engine": "random simulation", "findings": ours}
    return _hazardous(found, "", ours) if ours else _hazardous(found, "the reference: ", theirs)


def _hazardous(found: Mapping[str, Any], side: str, hazards: list[dict[str, Any]]) -> Found:
    codes = ", ".join(dict.fromkeys(hazard["code"] for hazard in hazards))
    kept = {name: value for name, value in found.items() if name not in _OF_A_TRACE}
    return kept | {"status": "unsupported", "what": side + codes, "findings": hazards}


def _hazards(found: Found) -> list[dict[str, Any]]:
    """What in the candidate is simulated otherwise than synthesised."""
    # a comparison with x can only hold where a register starts as x
    x_counts = found["has_state"] and found["semantics"] == X
    return [hazard for hazard in found["hazards"] if hazard["code"] != "x-compare" or x_counts]
