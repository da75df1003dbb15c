"""What the ledger holds, as files: the output with the accepted rows, the failures file with the rest.

Both keep the input's order and its other fields, and both are written to a temporary name and renamed:
the ledger stays the truth, a killed export is simply done again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from rtlglot.errors import InputError, UsageError
from rtlglot.formats import (
    Dataset,
    check_writable,
    format_of,
    open_dataset,
    open_writer,
    refuse_link,
    text_of,
)
from rtlglot.ledger import Ledger
from rtlglot.ledger.counts import UNWRITTEN
from rtlglot.ledger.intact import text_key
from rtlglot.ledger.opening import is_blank
from rtlglot.records import Assurance, Json, Outcome, Reason, Row, Status, Verdict
from rtlglot.stores.remote import beside, refuse_existing, upload

ENDING = ("status", "reason", "assurance")
"""The columns that say what a row ended as."""
OURS = (*ENDING, "detail", "text", "where")
"""The columns that a run adds, those of the failures file included. Where the input has a field of such a
name, ours gets the prefix `rtlglot_`."""


def ending_of(outcome: Outcome | None) -> dict[str, str]:
    """The values of ENDING; of a row without an outcome it is that it is pending."""
    if outcome is None:
        return dict(zip(ENDING, ("pending", "", Assurance.NONE.value), strict=True))
    return dict(
        zip(ENDING, (outcome.status.value, outcome.reason.value, outcome.assurance.value), strict=True)
    )


def ours(fields: Mapping[str, Json], name: str) -> Json:
    """What a run wrote under a name."""
    return fields.get(f"rtlglot_{name}", fields.get(name))


def without_ours(fields: Mapping[str, Json], names: Collection[str] = OURS) -> dict[str, Json]:
    """Fields of a delivered row without those of these names that the run added."""
    added = {f"rtlglot_{name}" if f"rtlglot_{name}" in fields else name for name in names}
    return {name: value for name, value in fields.items() if name not in added}


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where to and what of."""

    output: Path
    target: str
    """The field that the texts go to."""
    keep_think: bool = False
    rating: str = ""
    """The check whose measures of a text go into its row, under the check's name."""
    existing: str = "refuse"
    """What to do with an output that no run of this ledger delivered: 'refuse', 'replace' or 'update'
    (its rows that are not in this input stay)."""
    url: str = ""
    """Where output and failures are put when they are written, each under its own name beside it."""

    @property
    def failures(self) -> Path:
        """Beside the output, whatever its format."""
        return self.output.with_name(self.output.name + ".failures.jsonl")


def check_output(delivery: Delivery) -> None:
    """Refuse early: an output whose name tells no format, that cannot be written, or is somebody else's.

    It is ours where a ledger stands beside it.
    """
    format_of(delivery.output)
    check_writable(delivery.output)
    refuse_link(delivery.failures)
    if delivery.existing == "refuse":
        hint = "name another --output, or add --existing replace (or update)"
        refuse_foreign(delivery.output, hint=hint)
        refuse_foreign(delivery.failures, delivery.output, hint=hint)
        if delivery.url and is_blank(delivery.output.with_name(delivery.output.name + ".ledger")):
            refuse_existing(beside(delivery.url, delivery.output))


def refuse_foreign(
    path: Path, output: Path | None = None, *, hint: str = "name another --output, or remove it"
) -> None:
    """UsageError where a file exists and beside its output (itself, where none is given) stands no ledger,
    or an empty one: what it knew is lost, and everything would be bought again without a word."""
    output = output or path
    if path.exists() and is_blank(output.with_name(output.name + ".ledger")):
        raise UsageError(f"{path} exists, and no ledger beside it says that rtlglot wrote it", hint=hint)


def deliver(delivery: Delivery, dataset: Dataset, ledger: Ledger, recipe: bytes) -> None:
    """Write the output and the failures file. Raises OutputError; the old files are whole then."""
    older = _older_rows(delivery, ledger)
    failed = 0
    with (
        open_writer(delivery.failures) as failures,
        open_writer(delivery.output, like=dataset) as output,
    ):
        for row in older:
            output.write(row.id, row.fields)
        for row, outcome in _joined(dataset, ledger, recipe):
            if outcome is None:
                continue  # pending: the run was stopped, the ledger will have it next time
            rated = {}
            if delivery.rating:
                rated = {
                    free(delivery.rating, row.fields): measures(outcome, delivery.rating, ledger.verdict)
                }
            if outcome.status is Status.ACCEPTED:
                fields = accepted_fields(row, outcome, delivery.target, think=delivery.keep_think)
                output.write(row.id, fields | rated)
            else:
                failures.write(row.id, failed_fields(row, outcome) | rated)
                failed += 1
    if not failed:
        delivery.failures.unlink(missing_ok=True)
    if delivery.url:
        upload([delivery.output, delivery.failures], delivery.url)


def _joined(dataset: Dataset, ledger: Ledger, recipe: bytes) -> Iterator[tuple[Row, Outcome | None]]:
    for row, settled in zip(dataset, ledger.settled(recipe), strict=True):
        if row.id != settled.id:
            raise InputError(
                f"the input changed while it was read: here is {row.id!r}, it was {settled.id!r}",
                row=row.where,
                hint="run the same command again: what has been settled is kept",
            )
        yield row, settled.outcome


def measures(outcome: Outcome, check: str, verdict_of: Callable[[bytes], Verdict | None]) -> dict[str, Json]:
    """What a check measured of a row's text: score, leak, size and how the rebuilds ended; None for what
    it did not."""
    found: Mapping[str, Json] = {}
    if outcome.text is None:
        found = {"score": 0.0 if outcome.reason in UNWRITTEN else None}
    else:
        key = text_key(outcome.text)
        keys = [v for attempt in outcome.attempts if attempt.text == key for v in attempt.verdicts]
        known = filter(None, map(verdict_of, reversed(keys)))
        found = next((verdict.data for verdict in known if verdict.check == check), {})
    ended = ", ".join(f"{number} {how}" for how, number in found.get("ended", {}).items())
    leak = found.get("leak", {}).get("score")
    return {"score": found.get("score"), "leak": leak, "size": found.get("size"), "ended": ended}


def accepted_fields(row: Row, outcome: Outcome, target: str, *, think: bool) -> dict[str, Any]:
    """A row of the output: the input's fields, the text, status and reason.

    A value that was in the target field is the reference and is kept as `reference_FIELD`. Where the
    input has a field named like one of ours, ours gets the prefix `rtlglot_`.
    """
    own = with_steps(row.fields)
    fields: dict[str, Any] = {"id": row.id, **own}
    kept = any(not attempt.request for attempt in outcome.attempts) and own.get(target) == outcome.text
    if text_of(own.get(target)) is not None and not kept:
        fields[free("reference_" + target, own)] = own[target]
    fields[target] = list(outcome.texts) if outcome.texts else outcome.text
    if think and outcome.think is not None:
        fields[free("think", own)] = outcome.think
    return _with_id(fields | _ending(own, outcome), row)


def failed_fields(row: Row, outcome: Outcome) -> dict[str, Any]:
    """A row of the failures file: why, the text where there is one, then the input's fields."""
    own = with_steps(row.fields)
    told = {"detail": outcome.detail, "text": outcome.text, "where": row.where}
    added = {free(name, own): value for name, value in told.items()}
    return _with_id({"id": row.id, **_ending(own, outcome), **added, **own}, row)


def examined_fields(row: Row, outcome: Outcome) -> dict[str, Any]:
    """A row whose own text was examined: its fields, how it ended, and why where it did not pass."""
    own = with_steps(row.fields)
    why = {} if outcome.status is Status.ACCEPTED else {free("detail", own): outcome.detail}
    return _with_id({"id": row.id, **own, **_ending(own, outcome), **why}, row)


def with_steps(fields: Mapping[str, Json]) -> Mapping[str, Json]:
    """Fields in which what an earlier run said of the row has names of its own: `step1_status` and so on,
    the next one `step2_status`."""
    prefix = "rtlglot_" if "rtlglot_status" in fields else ""
    said = [fields.get(prefix + name) for name in ENDING]
    if not all(isinstance(v, str) and v in known for v, known in zip(said, _SAID, strict=True)):
        return fields
    step = next(n for n in count(1) if f"step{n}_status" not in fields)
    renamed = {prefix + name: f"step{step}_{name}" for name in ENDING}
    return {renamed.get(name, name): value for name, value in fields.items()}


_SAID = (frozenset(Status), frozenset(Reason), frozenset(Assurance))


def _ending(own: Mapping[str, Json], outcome: Outcome) -> dict[str, str]:
    return {free(name, own): value for name, value in ending_of(outcome).items()}


def free(name: str, fields: Mapping[str, Json]) -> str:
    """The name of a column of ours in a row that may have a field of that name."""
    return f"rtlglot_{name}" if name in fields else name


def _with_id(fields: dict[str, Any], row: Row) -> dict[str, Any]:
    # An input may have an `id` that is not the row's id (--id FIELD): both are kept.
    if "id" in row.fields and str(row.fields["id"]) != row.id:
        fields["rtlglot_id"] = row.id
    return fields


def _older_rows(delivery: Delivery, ledger: Ledger) -> Iterator[Row]:
    if delivery.existing != "update" or not delivery.output.exists():
        return
    has: Callable[[str], bool] = ledger.has_row
    for row in open_dataset(delivery.output):
        if not has(row.id):
            yield row
