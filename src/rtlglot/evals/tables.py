"""The score for people: Markdown that a terminal shows well and a paper can take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_TITLES = {"testbench": "testbench", "proof": "proof", "both": "both", "official": "official"}
_WORDS = {True: "yes", False: "no"}
_MOST = 20
"""Lines of one list."""


def markdown(told: Mapping[str, Any]) -> str:
    """The score."""
    return "\n".join(_lines(told))


def audit(told: Mapping[str, Any]) -> str:
    """What `--audit` found."""
    return "\n".join(_audit_lines(told))


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    name = told["benchmark"] + (f", protocol {told['protocol']}" if told["protocol"] else "")
    yield f"{told['model']} on {name}: {told['problems']} problems, {told['samples']} samples"
    yield ""
    ways = list(told["all"])
    yield f"| pass@k | problems | {' | '.join(_TITLES[way] for way in ways)} |"
    yield "|---" * (2 + len(ways)) + "|"
    for which, number in (("all", told["problems"]), ("healthy_only", told["healthy"])):
        named = "all" if which == "all" else "healthy"
        for k in next(iter(told[which].values()), {}):
            cells = " | ".join(_cell(told[which][way].get(k)) for way in ways)
            yield f"| pass@{k} | {named} {number} | {cells} |"
    for k in _ks(told.get("plug_in")):
        cells = " | ".join(f"{100 * told['plug_in'][way][k]:.1f}" for way in ways)
        yield f"| plug-in @{k} | all {told['problems']} | {cells} |"
    if not any(told["all"].values()) and told["samples"]:
        yield ""
        yield "Too few samples of each problem for the pass@k that was asked for: --k 1 needs one."
    yield ""
    yield "Percent, with the 95 % interval of a bootstrap over problems. Unanswered samples count as wrong."
    yield from _remarks(told)
    yield ""
    yield "| class | samples |"
    yield "|---|---|"
    yield from (f"| {kind} | {number} |" for kind, number in told["classes"].items())
    yield from _lists(told)


def _ks(plug_in: Mapping[str, Any] | None) -> list[str]:
    return list(next(iter(plug_in.values()))) if plug_in else []


def _cell(found: Mapping[str, float] | None) -> str:
    if found is None:
        return "—"
    return f"{100 * found['value']:.1f} ({100 * found['low']:.1f}–{100 * found['high']:.1f})"


def _remarks(told: Mapping[str, Any]) -> Iterator[str]:
    tools = ", ".join(f"{name} {version}" for name, version in told["tools"].items())
    if tools:
        yield f"Judged with {tools}."
    meant, used = told.get("meant_simulator"), told["tools"].get("simulator")
    if meant and used != meant:
        yield f"The protocol names {meant}; this was {used}: figures may differ from published ones."
    if told["pending"]:
        yield f"{told['pending']} problems are not done yet: the same command goes on."


def _lists(told: Mapping[str, Any]) -> Iterator[str]:
    ill = [f"{one['id']}: {one['ill']}" for one in told["ill"]]
    yield from _list("Problems that are not healthy", ill)
    said = [
        f"{one['id']} sample {one['sample']}: testbench {_WORDS[one['testbench']]}, "
        f"proof {_WORDS[one['proof']]}: {one['why']}"
        for one in told["contradictions"]
    ]
    yield from _list("Samples on which testbench and proof contradict each other", said)
    yield from _list("Left out", [f"{one['id']}: {one['why']}" for one in told["left_out"]])


def _list(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"{title} ({len(lines)}):"
        yield from (f"- {line}" for line in lines[:_MOST])
        if len(lines) > _MOST:
            yield f"- and {len(lines) - _MOST} more in score.json"


def _audit_lines(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{told['benchmark']}: {len(told['health'])} problems tried"
    yield ""
    yield "| problem | reference | proof of itself | empty module | mutants killed | races |"
    yield "|---|---|---|---|---|---|"
    for one in told["health"]:
        killed = f"{one['killed']}/{one['different']}" if one["different"] else "—"
        cells = (one["id"], one["tested"] or "—", one["proved"] or "—", one["empty"] or "—", killed)
        yield f"| {' | '.join(cells)} | {'yes' if one['races'] else ''} |"
    yield ""
    if told["different"]:
        share = 100 * told["killed"] / told["different"]
        yield f"Of {told['different']} mutants proved different the testbenches killed {share:.1f} %."
    ill = [f"{one['id']}: {one['ill']}" for one in told["health"] if one["ill"]]
    yield from _list("Not healthy", ill)
    survived = [f"{one['id']}: {what}" for one in told["health"] for what in one["survivors"]]
    yield from _list("Proved different, and not killed", survived)
    yield from _list("Left out", [f"{one['id']}: {one['why']}" for one in told["left_out"]])
