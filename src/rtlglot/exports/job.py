"""The export: select, decide which row goes where, write."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from rtlglot.errors import UsageError
from rtlglot.exports.card import Licences, card
from rtlglot.exports.example import EXPORTS, ExportFormat, FormatOptions, Place, Unfit
from rtlglot.exports.folder import Folder
from rtlglot.exports.history import History
from rtlglot.exports.select import Examples
from rtlglot.exports.sides import Sides, decide, passed_over_twice
from rtlglot.exports.spec import ExportSpec, ExportSummary
from rtlglot.exports.write import Output, SplitFiles
from rtlglot.ledger.opening import find_ledger
from rtlglot.records import PARTS_MANIFEST
from rtlglot.stores.remote import here
from rtlglot.stores.store import holds

OnProgress = Callable[[str, int], None]
"""Told what goes on ('comparing', 'writing') and how many rows are done."""


def export(spec: ExportSpec, on_progress: OnProgress | None = None) -> ExportSummary:
    """Write an output in another form; what was written and what was left out.

    Raises UsageError for what is wrong with the spec, InputError, OutputError, LedgerError; then nothing
    was written.
    """
    tell = on_progress or (lambda _stage, _rows: None)
    made = EXPORTS.load(spec.format)
    with contextlib.ExitStack() as stack:
        history = _history(spec, needed=made.compares)
        if history is not None:
            stack.callback(history.close)
        selection = Examples(spec, history, compares=made.compares)
        format: ExportFormat = made(_options(spec, selection))
        summary = ExportSummary(spec.format, selection.fields.prompt, selection.fields.answer)
        licences = Licences()
        output = _output(spec, format, lambda done: card(spec, done, licences, history))
        beside = Path(spec.path).absolute().parent  # the disk that has room for the export
        sides = decide(spec, selection, beside, lambda rows: tell("comparing", rows))
        with output.open() as out:
            for count in _write(selection, sides, format, (out, summary, licences)):
                tell("writing", count)
            _conclude(summary, selection, sides)
            out.finish(summary)
    return summary


def _history(spec: ExportSpec, *, needed: bool) -> History | None:
    found = spec.ledger or (spec.output if _is_folder(spec.output) else "")
    path = find_ledger(found) if found else Path(f"{here(spec.output)}.ledger")
    if path.exists():
        return History(path)
    if needed or spec.min_status:
        what = f"the format {spec.format!r}" if needed else "min_status"
        raise UsageError(
            f"{what} needs the ledger, and there is no {path}",
            hint="the ledger lies beside the first output that the run named (of rtlglot check: -o, --keep "
            "or --drop); keep the two together, or name it by --ledger",
        )
    return None


def _is_folder(output: str) -> bool:
    return Path(output).is_dir() or holds(output, PARTS_MANIFEST)


def _options(spec: ExportSpec, selection: Examples) -> FormatOptions:
    return FormatOptions(
        chat=spec.chat,
        data_source=spec.data_source,
        prompt_field=selection.fields.prompt,
        answer_field=selection.fields.answer,
        answer_given=bool(spec.answer_field),
    )


def _output(
    spec: ExportSpec, format: ExportFormat, card_of: Callable[[ExportSummary], str]
) -> SplitFiles | Folder:
    path = Path(spec.path)
    ours = [Path(spec.output + end) for end in ("", ".ledger", ".failures.jsonl", ".log")]
    ours += [find_ledger(spec.ledger)] if spec.ledger else []
    if any(path.exists() and each.exists() and path.samefile(each) for each in ours):
        raise UsageError(f"{path} is a file of the run that is exported", hint="name another path")
    return SplitFiles(spec, format) if format.containers else Folder(spec, card_of)


def _write(
    selection: Examples,
    sides: Sides,
    format: ExportFormat,
    into: tuple[Output, ExportSummary, Licences],
) -> Iterator[int]:
    """Write every example that stays; yields how many were looked at."""
    output, summary, licences = into
    dropped: Counter[str] = Counter()
    written: Counter[str] = Counter()
    for example in passed_over_twice(selection, sides):
        left = sides.left(example)
        if len(left.entries) < len(example.entries):
            why = "near copy" if example.number in sides.whole else "duplicate"
            dropped[why] += len(example.entries) - len(left.entries)
        if left.entries:
            side = sides.side(example.number)
            try:
                records = list(format.records(left, Place(side, written[side])))
            except Unfit as unfit:
                dropped[str(unfit)] += 1
                continue
            for record in records:
                output.write(side, example.id, record)
            written[side] += len(records)
            summary.rows += 1
            licences.count(example)
        yield example.number + 1
    summary.records = dict(written)
    summary.dropped = dict(dropped)


def _conclude(summary: ExportSummary, selection: Examples, sides: Sides) -> None:
    summary.rows_read = selection.rows_read
    summary.dropped = dict((Counter(summary.dropped) + selection.dropped).most_common())
    summary.groups, summary.in_groups = sides.groups, sides.in_groups
    summary.largest_group = sides.largest_group
    if selection.without_status:
        summary.notes.append(f"{selection.without_status:,} rows have no status: they were taken as they are")
    if not summary.records:
        why = "; ".join(f"{reason}: {n:,}" for reason, n in summary.dropped.items())
        raise UsageError(f"nothing is left to export of {summary.rows_read:,} rows", hint=why)
