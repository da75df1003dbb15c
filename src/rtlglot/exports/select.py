"""Which rows of an output are exported, and their texts: a stream of examples, as often as wanted."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rtlglot.errors import InputError, UsageError
from rtlglot.exports.compare import comparisons
from rtlglot.exports.example import Example, PreferencePair, Turn
from rtlglot.exports.history import ExaminedText, History
from rtlglot.exports.spec import ExportSpec
from rtlglot.formats import Dataset, open_dataset, text_of
from rtlglot.records import PARTS_MANIFEST, YES, CheckStatus, Json, Outcome, Pair, Row, Status
from rtlglot.registry import did_you_mean
from rtlglot.run.deliver import ENDING, ours, without_ours
from rtlglot.stores.remote import here
from rtlglot.stores.store import holds

_STATUSES = frozenset(status.value for status in Status)


@dataclass(frozen=True, slots=True)
class PairFields:
    """Which fields are read."""

    prompt: str
    answer: str
    target: str
    """The field that the run wrote; '' where no ledger says."""


class Examples:
    """The examples of an output; each pass counts anew what it leaves out."""

    def __init__(self, spec: ExportSpec, history: History | None, *, compares: bool) -> None:
        """Raises UsageError for what cannot be had: comparisons or verdicts without a ledger."""
        self._spec, self._history, self._compares = spec, history, compares
        self._dataset = open_dataset(spec.output)
        self._failures = Path(f"{here(spec.output)}.failures.jsonl")
        self._in_parts = holds(spec.output, PARTS_MANIFEST)
        """Then there are no failures apart: they hold all rows."""
        self.fields = (
            _compared(spec, history) if compares and history else _fields(spec, history, self._dataset)
        )
        self.rows_read = 0
        self.without_status = 0
        """Rows of which nothing says whether they were accepted."""
        self.dropped: Counter[str] = Counter()
        _refuse_unknown_checks(spec, history)

    def __iter__(self) -> Iterator[Example]:
        self.rows_read = self.without_status = 0
        self.dropped.clear()
        number = 0
        for row, status in self._rows():
            self.rows_read += 1
            example = self._example(row, status, number)
            if example is not None:
                number += 1
                yield example
        self._refuse_fields_of_nothing()

    def _rows(self) -> Iterator[tuple[Row, str]]:
        if self._spec.only != "rejected" or self._in_parts:
            for row in self._dataset:
                yield row, str(ours(row.fields, "status"))
        if self._spec.only != "accepted" and self._failures.exists():
            for row in open_dataset(self._failures):
                yield _as_output(row, self.fields.target), str(ours(row.fields, "status"))

    def _example(self, row: Row, status: str, number: int) -> Example | None:
        id_ = str(row.fields.get("rtlglot_id", row.id))
        outcome = self._history.outcome(id_) if self._history else None
        if outcome is not None:
            status = outcome.status.value
        if status not in _STATUSES:
            self.without_status += 1
        elif self._spec.only != "any" and status != self._spec.only:
            self._drop(f"the row is {status}")
            return None
        elif status == Status.FAILED:
            self._drop("the row is failed")
            return None
        if not self._is_rated(outcome):
            return None
        fields = self._kept(row)
        extra = self._extra(fields)
        if self._compares:
            pairs = self._comparisons(fields, outcome)
            return Example(number, id_, fields, comparisons=pairs, extra=extra) if pairs else None
        turns = self._turns(fields, outcome)
        return Example(number, id_, fields, turns=turns, extra=extra) if turns else None

    def _is_rated(self, outcome: Outcome | None) -> bool:
        """Whether enough of what was built from a row's text was proved."""
        least = self._spec.min_roundtrip
        if least is None:
            return True
        score = self._history.score(outcome) if self._history and outcome else None
        if score is None or score < least:
            self._drop("no score" if score is None else f"fewer than {least:.0%} of its rebuilds are proved")
            return False
        return True

    def _turns(self, fields: Mapping[str, Json], outcome: Outcome | None) -> tuple[Turn, ...]:
        prompts = _texts(fields, self.fields.prompt, outcome)
        answers = _texts(fields, self.fields.answer, outcome)
        for name, texts in ((self.fields.prompt, prompts), (self.fields.answer, answers)):
            if not texts:
                self._drop(f"no text in the field {name!r}")
                return ()
        statuses = self._statuses(fields, outcome)
        turns = []
        for prompt in prompts:
            for answer in answers:
                made = answer if self.fields.answer == self.fields.target else prompt
                known = statuses.get(made) or statuses.get("") or {}
                if self._reached(known):
                    turns.append(Turn(prompt, answer, known))
        return tuple(turns)

    def _statuses(self, fields: Mapping[str, Json], outcome: Outcome | None) -> dict[str, dict[str, str]]:
        """{text: {check: status}}; under '' what holds for a row of one text, whatever it is."""
        history = self._history
        if history is None or outcome is None or not history.checks:
            return {}
        named = dict.fromkeys(history.check_names, CheckStatus.SKIPPED.value)
        tried = history.tried(outcome)
        found = {one.text: named | {v.check: v.status.value for v in one.verdicts} for one in tried}
        if len(tried) == 1 and self.fields.target not in (self.fields.prompt, self.fields.answer):
            found[""] = next(iter(found.values()))
        return found

    def _reached(self, statuses: Mapping[str, str]) -> bool:
        for check in self._spec.min_status:
            status = statuses.get(check, "unknown")
            if status not in YES:
                self._drop(f"{check} did not say yes ({status})")
                return False
        return True

    def _comparisons(self, fields: Mapping[str, Json], outcome: Outcome | None) -> tuple[PreferencePair, ...]:
        prompt = text_of(fields.get(self.fields.prompt))
        if prompt is None or outcome is None or self._history is None:
            missing = outcome and f"no text in the field {self.fields.prompt!r}"
            self._drop(missing or "the ledger does not know the row")
            return ()
        tried = [one for one in self._history.tried(outcome) if self._may_be_chosen(one)]
        found, why_not = comparisons(prompt, tried, outcome, most=self._spec.pairs)
        for reason in why_not:
            self._drop(reason)
        return found

    def _may_be_chosen(self, one: ExaminedText) -> bool:
        """False for a passed text that lacks a yes which the user asks for."""
        said = {verdict.check for verdict in one.verdicts if verdict.status in YES}
        return not one.passed or said.issuperset(self._spec.min_status)

    def _extra(self, fields: Mapping[str, Json]) -> dict[str, str]:
        if self._history is None:
            return {}
        context = self._history.context(fields)
        known = {"reference": context.reference, "testbench": context.testbench}
        return {name: text for name, text in known.items() if text}

    def _kept(self, row: Row) -> dict[str, Json]:
        """A row's fields; what the run added is kept where rejected rows are exported too."""
        if self._spec.only != "accepted" or ours(row.fields, "status") not in _STATUSES:
            return dict(row.fields)
        return without_ours(row.fields, ("status", "reason"))

    def _drop(self, reason: str) -> None:
        self.dropped[reason] += 1

    def _refuse_fields_of_nothing(self) -> None:
        for name in (self.fields.prompt, self.fields.answer):
            columns = self._dataset.columns
            if self.dropped[f"no text in the field {name!r}"] and columns and name not in columns:
                raise InputError(
                    f"no row has a field {name!r}",
                    file=self._dataset.name,
                    hint=did_you_mean(name, list(columns)),
                )


def _as_output(row: Row, target: str) -> Row:
    """A row of a failures file as it would stand in the output: the rejected text in the target field."""
    fields = without_ours(row.fields)
    if fields.get(target) is not None:
        fields[f"reference_{target}"] = fields[target]
    fields[target] = ours(row.fields, "text")
    fields |= {name: ours(row.fields, name) for name in (*ENDING, "detail")}
    return Row(row.id, fields, row.position, row.where)


def _texts(fields: Mapping[str, Json], name: str, outcome: Outcome | None) -> list[str]:
    """The texts in a field: one, or all samples where a run was asked for all."""
    value = fields.get(name)
    if outcome is not None and outcome.texts and isinstance(value, str) and value.startswith("["):
        with contextlib.suppress(ValueError):  # CSV holds a list as JSON
            value = json.loads(value)
    several = value if isinstance(value, list) else [value]
    return [text for text in map(text_of, several) if text is not None]


def _fields(spec: ExportSpec, history: History | None, dataset: Dataset) -> PairFields:
    if history is None or not history.pair.source:
        return _found_fields(spec, history.pair.target if history else "", dataset)
    prompt, answer = _default_sides(history.pair)
    fields = PairFields(spec.prompt_field or prompt, spec.answer_field or answer, history.pair.target)
    return _refuse_one(fields)


def _found_fields(spec: ExportSpec, checked: str, dataset: Dataset) -> PairFields:
    """Where nothing was translated: by the names of the columns; `checked` is the field that a check
    examined, '' where no ledger says."""
    columns = next((list(row.fields) for row in dataset), [])
    if checked and columns and checked not in columns:
        raise UsageError(
            f"{spec.output} holds verdicts, not texts",
            hint="export what rtlglot check wrote with --keep FILE: the rows that passed",
        )
    answer = spec.answer_field or checked or ("verilog" if "verilog" in columns else "")
    known = (name for name in _PROMPTS if name in columns and name != answer)
    prompt = spec.prompt_field or next(known, "")
    if not prompt or not answer:
        raise UsageError(
            f"no ledger beside {spec.output} says which field is the prompt and which the answer",
            hint=f"name --prompt-field and --answer-field; there are {', '.join(columns) or 'none'}",
        )
    return _refuse_one(PairFields(prompt, answer, checked))


_PROMPTS = ("instruction", "Instruction", "description", "prompt", "problem")
"""Fields that are taken for the prompt where nothing was translated."""


def _refuse_one(fields: PairFields) -> PairFields:
    if fields.prompt == fields.answer:
        raise UsageError(f"prompt and answer are both {fields.prompt!r}", hint="name two different fields")
    return fields


def _compared(spec: ExportSpec, history: History) -> PairFields:
    """Of preference pairs: what was asked, and what was tried for it."""
    source, target = history.pair
    if not source:
        raise UsageError(
            "preference pairs need several texts of a row, and a check has one",
            hint="export the output of rtlglot transform",
        )
    if spec.answer_field not in ("", target):
        raise UsageError(
            f"preference pairs are made of the texts that were tried for {target!r}",
            hint="leave --answer-field out",
        )
    return PairFields(spec.prompt_field or source, target, target)


def _default_sides(pair: Pair) -> tuple[str, str]:
    """(prompt, answer): what one trains on is to write Verilog, whichever way the run went."""
    return (pair.target, pair.source) if pair.source == "verilog" else (pair.source, pair.target)


def _refuse_unknown_checks(spec: ExportSpec, history: History | None) -> None:
    known = history.check_names if history else ()
    wanted = dict.fromkeys(spec.min_status, "min_status")
    if spec.min_roundtrip is not None:
        wanted["roundtrip"] = "min_roundtrip"
    for check, option in wanted.items():
        if check not in known:
            raise UsageError(
                f"{option}: the run did not ask the check {check!r}",
                hint=did_you_mean(check, list(known)) if known else "it asked none, or its ledger is missing",
            )
