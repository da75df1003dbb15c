"""Spec: a recipe's ingredients plus where and how to run it. One dataclass for flags, TOML and library.

Every field has the name of its flag (`--max-tokens` is `max_tokens`). A recipe file is TOML with the
same names; `[set.engine]` and `[set.check.NAME]` hold the options of the parts.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rtlglot.errors import UsageError
from rtlglot.options import fill
from rtlglot.records import Json, Pair, Reason, Status
from rtlglot.registry import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What to do, with what, from where to where."""

    input: str
    """Path, folder of Verilog, or '-' for standard input."""
    source: str
    """Field to translate from."""
    target: str
    """Field to translate to."""
    output: str = ""
    """Path; the format follows its suffix. '' names it after input, model and target."""

    # what is asked
    prompt: str = ""
    """A prompt file for this pair; '' takes the built-in one."""
    examples: str = ""
    """A dataset of few-shot rows that have both fields."""
    model: str = ""
    engine: str = ""
    """'' is chosen from the model."""
    temperature: float = 0.4
    top_p: float = 0.9
    max_tokens: str = "auto"
    """A number, or 'auto': from the pair and what the context leaves."""
    seed: int | None = None
    samples: int = 1
    choose: str = "first"
    share: bool = True
    """Ask identical requests once."""

    # what is checked
    check: str = "default"
    """Rungs by comma, the highest rung to climb to, 'none', or 'default'."""
    strict: bool = False
    """Let the checks that know the difference reject for warnings too: latches, loops, widths."""
    repair: int = 0
    standard: str = "sv2017"
    reference: str = ""
    """Field with the reference; '' is a value already in the target field."""
    testbench: str = ""
    """Field with a testbench."""
    interface: str = ""
    """Field with a module header that candidates must have, or 'auto'."""

    # which rows
    id: str = ""
    """Field that holds the id; '' finds it."""
    map: Mapping[str, str] = field(default_factory=dict)
    """New field name -> name in the file."""
    where: str = ""
    limit: int | None = None
    format: str = ""
    """The input's format, where its name does not tell."""

    # how it runs
    concurrency: int | None = None
    """Rows in flight; None is what the engine asks for."""
    drain_s: float = 10.0
    """Seconds that what is in flight may take after an interrupt."""
    redo: tuple[str, ...] = ()
    """Statuses and reasons to work out again."""
    log_file: str = ""
    """'' is OUTPUT.log."""
    emit_batch: str = ""
    """Write the pending requests to this OpenAI batch file instead of asking."""
    ingest_batch: str = ""
    """Take the replies from this file of batch results instead of asking."""
    keep_think: bool = False
    """Export the reasoning beside the text."""
    existing: str = "refuse"
    """An output that is not of this ledger: 'refuse', 'replace' or 'update' (rows not in the input stay)."""
    set: Mapping[str, Json] = field(default_factory=dict)
    """{'engine': {…}, 'check': {NAME: {…}}}: the parts' own options."""

    def __post_init__(self) -> None:
        _at_least("samples", self.samples, 1)
        _at_least("repair", self.repair, 0)
        _at_least("temperature", self.temperature, 0)
        _at_least("drain", self.drain_s, 0)
        if not 0 < self.top_p <= 1:
            raise UsageError(f"top_p is {self.top_p}", hint="expected a number above 0 and at most 1")
        if self.concurrency is not None:
            _at_least("concurrency", self.concurrency, 1)
        if self.limit is not None:
            _at_least("limit", self.limit, 1)
        _check_max_tokens(self.max_tokens)
        _check_redo(self.redo)
        if self.emit_batch and self.ingest_batch:
            raise UsageError("emit_batch and ingest_batch exclude each other")
        if self.source == self.target:
            raise UsageError(f"from and to are both {self.source!r}", hint="name two different fields")
        if self.existing not in ("refuse", "replace", "update"):
            raise UsageError(f"existing is {self.existing!r}", hint="expected refuse, replace or update")

    @property
    def pair(self) -> Pair:
        """What is translated into what."""
        return Pair(self.source, self.target)

    @property
    def engine_options(self) -> Mapping[str, Json]:
        """The engine's own options."""
        return dict(self.set.get("engine", {}))

    @property
    def check_options(self) -> Mapping[str, Mapping[str, Json]]:
        """Each check's own options."""
        return dict(self.set.get("check", {}))


def _check_max_tokens(value: str) -> None:
    if value != "auto":
        if not value.isdecimal():
            raise UsageError(f"max_tokens is {value!r}", hint="expected a number or 'auto'")
        _at_least("max_tokens", int(value), 1)


def _check_redo(names: tuple[str, ...]) -> None:
    known = [kind.value for kind in (*Status, *Reason)]
    for name in names:
        if name not in known:
            raise UsageError(f"redo: {name!r} is no status and no reason", hint=did_you_mean(name, known))


def _at_least(name: str, value: float, least: float) -> None:
    if value < least:
        raise UsageError(f"{name} is {value}", hint=f"expected at least {least}")


RENAMED = {"from": "source", "to": "target", "drain": "drain_s", "std": "standard"}
"""Flags whose names are no Python identifiers, or short."""


def make_spec(values: Mapping[str, Any], recipe_file: str = "") -> Spec:
    """A Spec from flags (None: not given) over a recipe file. Raises UsageError by name."""
    merged: dict[str, Any] = dict(read_recipe(Path(recipe_file))) if recipe_file else {}
    for name, value in values.items():
        if value is None:
            continue
        if name in ("set", "map"):
            value = deep_merge(merged.get(name, {}), value)
        merged[RENAMED.get(name, name)] = value
    for name in ("input", "source", "target"):
        if not merged.get(name):
            flag = {"source": "--from", "target": "--to"}.get(name, name.upper())
            raise UsageError(f"{flag} is missing", hint="see rtlglot transform --help for examples")
    return fill(Spec, merged, part="spec")


def read_recipe(path: Path) -> dict[str, Any]:
    """A recipe file's values under the Spec's names."""
    try:
        with open(path, "rb") as file:
            values = tomllib.load(file)
    except OSError as error:
        raise UsageError(f"cannot read the recipe {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the recipe {path} is not TOML: {error}") from error
    names = {f.name for f in dataclasses.fields(Spec)}
    result = {}
    for name, value in values.items():
        plain = name.replace("-", "_")
        plain = RENAMED.get(plain, plain)
        if plain not in names:
            known = ", ".join(sorted(names))
            raise UsageError(f"the recipe {path} has an unknown key {name!r}", hint=f"known: {known}")
        result[plain] = value
    if isinstance(result.get("redo"), str):
        result["redo"] = tuple(result["redo"].split(","))
    return result


def deep_merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Nested dicts, `above` wins."""
    merged = dict(below)
    for name, value in above.items():
        if isinstance(value, Mapping) and isinstance(merged.get(name), Mapping):
            value = deep_merge(merged[name], value)
        merged[name] = value
    return merged


def parse_set(assignments: list[str]) -> dict[str, Any]:
    """['engine.key=value', 'check.synth.strict=true'] as nested dicts of texts."""
    result: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        parts = name.split(".")
        if not equals or len(parts) < 2 or parts[0] not in ("engine", "check") or not all(parts):
            raise UsageError(
                f"--set {assignment!r} is not understood",
                hint="write engine.KEY=VALUE or check.NAME.KEY=VALUE",
            )
        nested: Any = value
        for part in reversed(parts):
            nested = {part: nested}
        result = deep_merge(result, nested)
    return result
