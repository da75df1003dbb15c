"""Which examples are duplicates, and which go to the validation side: decided before anything is written."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from rtlglot.errors import UsageError
from rtlglot.exports.example import TRAIN, VALIDATION, Example, PreferencePair, Turn
from rtlglot.exports.near_copies import (
    Groups,
    NearCopies,
    design_tokens,
    fingerprint,
    held_out,
    text_words,
)
from rtlglot.exports.select import Examples
from rtlglot.exports.spec import ExportSpec
from rtlglot.verilog.units import module_names

Entry = Turn | PreferencePair
E = TypeVar("E")


@dataclass(slots=True)
class Sides:
    """What the first pass decided; without one everything is for training."""

    rows: int | None = None
    """Examples that the first pass saw; None where there was none."""
    duplicates: set[tuple[int, int]] = field(default_factory=set)
    """(example, place among its entries)."""
    whole: set[int] = field(default_factory=set)
    """Examples that are left out because another of their group stays."""
    validation: bytearray | None = None
    """1 for each example that goes there."""
    groups: int | None = None
    in_groups: int = 0
    largest_group: int = 0

    def side(self, number: int) -> str:
        """TRAIN or VALIDATION."""
        return VALIDATION if self.validation is not None and self.validation[number] else TRAIN

    def left(self, example: Example) -> Example:
        """The example with what stays of it."""
        return replace(
            example,
            turns=self._left(example.number, example.turns),
            comparisons=self._left(example.number, example.comparisons),
        )

    def _left(self, number: int, entries: tuple[E, ...]) -> tuple[E, ...]:
        if number in self.whole:
            return ()
        return tuple(e for k, e in enumerate(entries) if (number, k) not in self.duplicates)


def decide(spec: ExportSpec, selection: Examples, scratch: Path, tick: Callable[[int], None]) -> Sides:
    """Pass over the examples once. `scratch` is a folder for temporary files.

    Raises UsageError where datasketch is needed and missing, and where a split is impossible.
    """
    if not spec.dedup and not spec.split:
        return Sides()
    grouping = bool(spec.split) or spec.dedup == "near"
    sides = Sides(rows=0)
    keys: list[bytes] = []
    with _Index(scratch) if grouping else contextlib.nullcontext() as index:
        duplicate = _Duplicates("exact" if spec.dedup == "near" else spec.dedup)
        for example in selection:
            tick(example.number)
            repeated = [k for k, entry in enumerate(example.entries) if duplicate(entry)]
            sides.duplicates.update((example.number, k) for k in repeated)
            left = sides.left(example).entries
            keys.append(min(map(_content, left), default=b""))
            if index is not None:
                index.add(example.number, left)
        sides.rows = len(keys)
        if index is None or not any(keys):
            return sides
        groups = index.groups(len(keys))
    if spec.dedup == "near":
        _keep_one_of_each(groups, keys, sides)
    _count(groups, keys, sides)
    if spec.split:
        sides.validation = held_out(groups, keys, spec.split, spec.seed)
    return sides


class _Index:
    """Near copies in designs and in the texts beside them: rows that share either are one group."""

    def __init__(self, scratch: Path) -> None:
        self._designs = NearCopies(scratch)
        self._texts = NearCopies(scratch)

    def __enter__(self) -> _Index:
        return self

    def __exit__(self, *_: object) -> None:
        self._designs.__exit__()
        self._texts.__exit__()

    def add(self, number: int, entries: Sequence[Entry]) -> None:
        for entry in entries:
            designs = _designs(entry)
            # A rejected text is left out: it is no copy of anything that is trained on as right.
            for text in dict.fromkeys((entry.texts[0], entry.texts[-1])):
                if text in designs:
                    self._designs.add(number, design_tokens(text))
                else:
                    self._texts.add(number, text_words(text))

    def groups(self, rows: int) -> Groups:
        groups = Groups()
        groups.grow(rows)
        self._designs.link(groups)
        self._texts.link(groups)
        return groups


class _Duplicates:
    """Tells of each entry whether one like it came before."""

    def __init__(self, kind: str) -> None:
        self._key = {"exact": _exactly, "code": _content}.get(kind)
        self._seen: set[bytes] = set()

    def __call__(self, entry: Entry) -> bool:
        if self._key is None:
            return False
        key = self._key(entry)
        if key in self._seen:
            return True
        self._seen.add(key)
        return False


def _designs(entry: Entry) -> tuple[str, ...]:
    """The texts that are Verilog: the answers, or else the prompt. A prompt may quote a module too."""
    *answers, prompt = entry.texts
    sides = (tuple(answers), (prompt,))
    return next((side for side in sides if module_names(side[0])), ())


def _exactly(entry: Entry) -> bytes:
    """Equal where all texts are, white space aside."""
    return fingerprint([" ".join(text.split()) for text in entry.texts])


def _content(entry: Entry) -> bytes:
    """Equal where the designs are, comments and module names aside; without one, where the answers are."""
    parts = [design_tokens(text) for text in _designs(entry)] or [text_words(entry.texts[0])]
    return fingerprint([token for part in parts for token in (*part, "")])


def _keep_one_of_each(groups: Groups, keys: list[bytes], sides: Sides) -> None:
    """Of each group the first row stays."""
    seen = set()
    for number, key in enumerate(keys):
        if not key:
            continue
        root = groups.find(number)
        if root in seen:
            sides.whole.add(number)
            keys[number] = b""
        seen.add(root)


def _count(groups: Groups, keys: Sequence[bytes], sides: Sides) -> None:
    sizes = Counter(groups.find(number) for number, key in enumerate(keys) if key)
    sides.groups = len(sizes)
    sides.in_groups = sum(size for size in sizes.values() if size > 1)
    sides.largest_group = max(sizes.values())


def passed_over_twice(selection: Examples, sides: Sides) -> Iterator[Example]:
    """The examples again; UsageError where the output is another one than the first pass saw."""
    count = 0
    for example in selection:
        count += 1
        if sides.rows is not None and count > sides.rows:
            break
        yield example
    if sides.rows is not None and count != sides.rows:
        raise UsageError("the output changed while it was read", hint="export again once its run has ended")
