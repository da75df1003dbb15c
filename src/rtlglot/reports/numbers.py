"""Ledger -> numbers: one pass over the rows. Nothing here knows of a page."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rtlglot.ledger import reading
from rtlglot.ledger.counts import Counts
from rtlglot.ledger.ended import EndedRow, Verdicts, all_ended
from rtlglot.ledger.reading import Glance, RunRecord
from rtlglot.records import NO, YES, Json, Reason, Severity, Verdict
from rtlglot.reports.matrix import matrix
from rtlglot.reports.rebuilt import Rebuilds
from rtlglot.reports.spread import Spread
from rtlglot.reports.timeline import Timeline, timeline

UNASKED = frozenset({Reason.MISSING_FIELD, Reason.NOT_UNICODE, Reason.PROMPT_ERROR, Reason.PROMPT_TOO_LONG})
"""Reasons of rows for which no request was sent, unless an earlier text of theirs was to be repaired."""
_HOW = {
    "check_failed": "said no",
    "unexamined": "gave no clear answer",
    "disputed": "is contradicted",
    "leak": "found code",
}
"""How a check ended rows, by their reason."""
_MOST_FINDINGS = 40


@dataclass(slots=True)
class Numbers:
    """What a run came to."""

    recipe: Mapping[str, Json]
    recipe_key: str
    runs: Sequence[RunRecord]
    counts: Counts = field(default_factory=Counts)
    unasked: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(status, reason) -> rows for which no request was sent."""
    mended: int = 0
    repaired: int = 0
    """Rows whose text was sent back with what was found."""
    reserved: Counter[str] = field(default_factory=Counter)
    """Accepted rows, 'warned': with warnings; 'unsure': where a check could not say."""
    rejected_by: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(Check, reason) -> rows whose final text ended there."""
    first: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Check -> status -> first texts, before any repair."""
    final: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Check -> status -> deciding texts."""
    findings: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """(check, code) -> [rows that had it in any attempt, of those accepted in the end]."""
    severities: dict[tuple[str, str], str] = field(default_factory=dict)
    examples: dict[tuple[str, str], str] = field(default_factory=dict)
    characters: Spread = field(default_factory=Spread)
    """Of the texts that rows ended with."""
    prompt_tokens: Spread = field(default_factory=Spread)
    """Of each reply, as the next two."""
    completion_tokens: Spread = field(default_factory=Spread)
    seconds: Spread = field(default_factory=Spread)
    bought: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Replies, prompt, completion and cached tokens of the whole ledger."""
    timeline: Timeline | None = None
    samples: dict[str, Json] | None = None
    """What became of each sample, where a run kept all of them."""
    rebuilds: Rebuilds = field(default_factory=Rebuilds)

    @property
    def total(self) -> int:
        """Rows of the input."""
        return self.counts.total

    @property
    def outcomes(self) -> Counter[tuple[str, str]]:
        """(status, reason) -> rows; ('pending', '') are those without an outcome yet."""
        found = Counter({(s.value, r.value): rows for (s, r), rows in self.counts.outcomes.items()})
        if self.counts.pending:
            found["pending", ""] = self.counts.pending
        return found

    def count(self, status: str) -> int:
        """Rows that ended with a status."""
        return sum(n for (s, _), n in self.outcomes.items() if s == status)


def gather(db: sqlite3.Connection, each: Callable[[EndedRow], None] | None = None) -> Numbers:
    """The numbers of the latest run's recipe. `each` sees every row on the way."""
    runs = reading.runs(db)
    key = runs[-1].recipe if runs else b""
    numbers = Numbers(reading.recipe_body(db, key), key.hex(), [run for run in runs if run.recipe == key])
    for check in numbers.recipe.get("checks", ()):
        numbers.first[check["check"]], numbers.final[check["check"]] = Counter(), Counter()
    for ended, known in all_ended(db, key):
        _count(numbers, ended, known)
        if each is not None:
            each(ended)
    for seconds, prompt, completion in reading.reply_sizes(db):
        numbers.seconds.add(seconds)
        if prompt is not None:
            numbers.prompt_tokens.add(prompt)
        if completion is not None:
            numbers.completion_tokens.add(completion)
    numbers.bought = reading.tokens_bought(db)
    numbers.timeline = timeline(db, key, numbers.runs)
    numbers.samples = matrix(db, key, numbers.recipe)
    return numbers


def _count(numbers: Numbers, ended: EndedRow, known: Verdicts) -> None:
    glance = ended.glance
    numbers.counts.see(glance.status, glance.reason, glance.assurance)
    numbers.mended += ended.mended
    numbers.rebuilds.hear(ended)
    numbers.repaired += any(attempt.repair for attempt in glance.attempts)
    if glance.status == "accepted":
        numbers.reserved["warned"] += any(
            f.severity is Severity.WARNING for v in ended.climbed for f in v.findings
        )
        numbers.reserved["unsure"] += any(v.status not in YES | NO for v in ended.climbed)
    if not glance.status or (glance.reason in UNASKED and not glance.attempts):
        numbers.unasked[glance.status or "pending", glance.reason] += 1
    if glance.status == "rejected":
        numbers.rejected_by[ended.rung, glance.reason] += 1
    if glance.characters is not None:
        numbers.characters.add(glance.characters)
    begun = [known[k] for a in glance.attempts[:1] for k in a.verdicts if k in known]
    for table, verdicts in ((numbers.first, begun), (numbers.final, ended.climbed)):
        for verdict in verdicts:
            table[verdict.check][verdict.status.value] += 1
    _count_findings(numbers, glance, (known[k] for a in glance.attempts for k in a.verdicts if k in known))


def _count_findings(numbers: Numbers, glance: Glance, verdicts: Iterable[Verdict]) -> None:
    accepted = glance.status == "accepted"
    seen: dict[tuple[str, str], tuple[Severity, str]] = {}
    for verdict in verdicts:
        for finding in verdict.findings:
            seen.setdefault((verdict.check, finding.code), (finding.severity, finding.message))
    for code, (severity, message) in seen.items():
        if code not in numbers.findings:
            numbers.findings[code] = [0, 0]
            numbers.severities[code], numbers.examples[code] = severity.value, message
        numbers.findings[code][0] += 1
        numbers.findings[code][1] += accepted


# -- as JSON ------------------------------------------------------------------------------------


def stages(numbers: Numbers) -> list[dict[str, Json]]:
    """The walk of all rows as a funnel: [{name, title, reached, lost: [leaf, …]}, …].

    What reaches a stage is what reached the one before less what was lost there.
    """
    failed = Counter(
        {kind: rows for kind, rows in numbers.outcomes.items() if kind[0] in ("pending", "failed")}
    )
    if numbers.recipe.get("engine"):
        no_text = failed - numbers.unasked
        result = [_stage("rows", "rows in", numbers.unasked), _stage("sent", "sent", no_text)]
    else:
        result = [_stage("rows", "rows in", failed)]
    for check in numbers.final:
        if not numbers.final[check]:
            continue  # no row had what it needs
        lost = [
            _leaf(f"{check} {how}", "rejected", reason, check, rows)
            for reason, how in _HOW.items()
            if (rows := numbers.rejected_by[check, reason])
        ]
        result.append({"name": check, "title": check, "lost": lost})
    unasked_of = [
        _leaf("nothing could be asked", "rejected", reason, "", rows)
        for (check, reason), rows in numbers.rejected_by.items()
        if not check
    ]
    if unasked_of:
        result.append({"name": "judged", "title": "judged", "lost": unasked_of})
    left = numbers.total
    for stage in result:
        stage["reached"] = left
        left -= sum(leaf["rows"] for leaf in stage["lost"])
    result.append({"name": "accepted", "title": "accepted", "reached": left, "lost": []})
    return result


def _stage(name: str, title: str, kinds: Counter[tuple[str, str]]) -> dict[str, Json]:
    lost = [_leaf((r or s).replace("_", " "), s, r, "", rows) for (s, r), rows in kinds.most_common()]
    return {"name": name, "title": title, "lost": lost}


def _leaf(label: str, status: str, reason: str, rung: str, rows: int) -> dict[str, Json]:
    return {"label": label, "status": status, "reason": reason, "rung": rung, "rows": rows}


def to_json(numbers: Numbers) -> dict[str, Json]:
    """Everything above as JSON values, for the page and for `--json`."""
    first, final = numbers.first, numbers.final
    ran = [check for check in final if final[check] or first.get(check)]
    common = sorted(numbers.findings.items(), key=lambda item: -item[1][0])[:_MOST_FINDINGS]
    by_status: dict[str, dict[str, int]] = defaultdict(dict)
    for (status, reason), rows in numbers.outcomes.most_common():
        by_status[status][reason] = rows
    replies, prompt, completion, cached = numbers.bought
    return {
        "total": numbers.total,
        "outcomes": by_status,
        "assurances": numbers.counts.sureness(),
        "mended": numbers.mended,
        "repaired": numbers.repaired,
        "reserved": dict(numbers.reserved),
        "stages": stages(numbers),
        "rungs": [{"check": c, "first": first.get(c, {}), "final": final[c]} for c in ran],
        "findings": [
            {"check": check, "code": code, "severity": numbers.severities[check, code], "rows": rows,
             "accepted": accepted, "example": numbers.examples[check, code][:300]}
            for (check, code), (rows, accepted) in common
        ],
        "findings_left_out": max(0, len(numbers.findings) - len(common)),
        "characters": numbers.characters.to_json(),
        "prompt_tokens": numbers.prompt_tokens.to_json(),
        "completion_tokens": numbers.completion_tokens.to_json(),
        "seconds": numbers.seconds.to_json(whole=False),
        "bought": {"replies": replies, "prompt": prompt, "completion": completion, "cached": cached},
        "rebuilt": numbers.rebuilds.to_json(numbers.counts),
        "timeline": numbers.timeline.to_json() if numbers.timeline else None,
        "samples": numbers.samples,
    }  # fmt: skip
