"""Names become parts: a Spec in, everything a run is made of out. Nothing is started here."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlglot.checks import Check
from rtlglot.checks.ladder import kind_of, ladder
from rtlglot.engines import Engine
from rtlglot.engines.pick import Chosen, choose
from rtlglot.errors import UsageError
from rtlglot.formats import Dataset, Selection, is_verilog, open_dataset
from rtlglot.ledger.recipe import Recipe, recipe_key
from rtlglot.models import EMBEDDED
from rtlglot.prompts import Prompt, load
from rtlglot.records import Json, Sampling
from rtlglot.run.context import ContextFields, context_fields
from rtlglot.run.deliver import Delivery
from rtlglot.run.judge import Judge
from rtlglot.run.ledgers import ledger_of, part_of
from rtlglot.run.rebuild import Rebuilding
from rtlglot.run.settle import Rows
from rtlglot.run.spec import MOST_OF_SOURCE, Spec, describe
from rtlglot.run.watch import Watch
from rtlglot.stores.remote import here, is_url


@dataclass(frozen=True, slots=True)
class Assembly:
    """A spec's parts, made but not started."""

    spec: Spec
    dataset: Dataset
    prompt: Prompt
    engine: Engine
    checks: tuple[Check, ...]
    recipe: Recipe
    rows: Rows
    context: ContextFields
    judge: Judge
    delivery: Delivery
    rebuilding: Rebuilding | None = None
    """What builds designs from texts, where a check asks for that."""

    @property
    def ledger_path(self) -> Path:
        """Beside the output."""
        return ledger_of(self.delivery.output)

    @property
    def log_path(self) -> Path:
        """What the user said, else beside the output."""
        return Path(self.spec.log_file or f"{self.delivery.output}.log")

    @property
    def named(self) -> tuple[str, ...]:
        """Fields that the spec names; '' and 'auto' are none."""
        spec = self.spec
        fields = (spec.source, spec.reference, spec.testbench, spec.files, spec.interface)
        return (*fields, *sorted(self.prompt.needs))

    def description(self) -> str:
        """The spec as JSON, for the ledger: where and how it ran."""
        return describe(self.spec)


@dataclass(frozen=True, slots=True)
class Materials:
    """What a spec says of its rows, without an engine."""

    dataset: Dataset
    prompt: Prompt
    checks: tuple[Check, ...]
    kind: str
    """Of the target's text."""
    context: ContextFields
    reads: tuple[str, ...] | None

    @property
    def rating(self) -> str:
        """The check whose measures go into the rows."""
        return next((check.name for check in self.checks if check.wants), "")


def gather(spec: Spec) -> Materials:
    """Raises UsageError for what is wrong with the spec."""
    dataset = open_dataset(spec.input, Selection.of(dataclasses.asdict(spec)), format=spec.format or None)
    prompt = load(spec.pair, path=spec.prompt or None, examples=_examples(spec))
    checks = ladder_of(spec)
    kind = kind_of(spec.target, spec.check) if checks else spec.target
    around = context_fields(dataclasses.asdict(spec), kind)
    reads = _reads(prompt, spec, around, checked=bool(checks or spec.interface))
    return Materials(dataset, prompt, checks, kind, around, reads)


def assemble(spec: Spec, chosen: Chosen, watch: Watch, rebuilder: Chosen | None = None) -> Assembly:
    """Raises UsageError for whatever is wrong with the spec, before anything is touched."""
    given = gather(spec)
    model = chosen.model
    if not spec.model and model == EMBEDDED:
        watch.note(f"no --model given: {EMBEDDED} runs here; it is a small one to try things with")
    rebuilding = None
    for check in given.checks:
        if check.wants is not None:
            usual = _sampling(spec, given.prompt)
            check.rebuilder = rebuilding = Rebuilding(
                given.kind, check.wants, rebuilder or chosen, usual, masked=bool(given.context.masked)
            )
    recipe = _recipe(spec, chosen, given.prompt, given.checks)
    return Assembly(
        spec=spec,
        dataset=given.dataset,
        prompt=given.prompt,
        engine=chosen.engine,
        checks=given.checks,
        recipe=recipe,
        rows=Rows(given.dataset, recipe_key(recipe), given.reads),
        context=given.context,
        judge=Judge(given.checks, spec.require),
        delivery=_delivery(spec, model, given.rating),
        rebuilding=rebuilding,
    )


def ladder_of(spec: Spec) -> tuple[Check, ...]:
    """The checks that a spec asks for. Raises UsageError."""
    return ladder(
        spec.check, spec.target, spec.check_options, strict=spec.strict, coverage=spec.require_coverage
    )


def _recipe(spec: Spec, chosen: Chosen, prompt: Prompt, checks: Sequence[Check]) -> Recipe:
    model = chosen.model
    return Recipe(
        pair=spec.pair,
        prompt=prompt.source,
        engine=chosen.name,
        # A file's content is in the engine's identity; where it lies is nobody's business.
        model=Path(model).name if Path(model).exists() else model,
        identity=chosen.engine.identity(),
        sampling=_sampling(spec, prompt),
        samples=spec.samples,
        choose=spec.choose,
        repair=spec.repair,
        checks=tuple(check.identity() for check in checks),
        standard=spec.standard,
        interface=spec.interface,
        top=spec.top,
        blackboxes=spec.blackbox,
        require=spec.require,
        truncated=spec.truncated,
        write=spec.write,
        budget=spec.max_tokens if spec.source_share else "",
        share=spec.share,
    )


def choose_engine(spec: Spec) -> Chosen:
    """The spec's engine, not started."""
    batch = {"emit_batch": spec.emit_batch, "ingest_batch": spec.ingest_batch}
    return choose(spec.engine, spec.model, spec.engine_options, **batch)


def choose_rebuilder(spec: Spec) -> Chosen | None:
    """The engine that a check wants beside the spec's, not started; None where it wants none of its own."""
    for check in ladder_of(spec):
        wants = check.wants
        if wants is not None and (wants.rebuilder or wants.rebuilder_engine):
            return choose(wants.rebuilder_engine, wants.rebuilder, wants.engine)
    return None


async def named(chosen: Chosen) -> Chosen:
    """With the name that the model gives itself, where it has one: replies are remembered under it."""
    return dataclasses.replace(chosen, model=await chosen.engine.model_name() or chosen.model)


def _examples(spec: Spec) -> list[Mapping[str, Json]]:
    return [row.fields for row in open_dataset(spec.examples)] if spec.examples else []


def _sampling(spec: Spec, prompt: Prompt) -> Sampling:
    usual = MOST_OF_SOURCE if spec.source_share else prompt.max_tokens
    return Sampling(
        max_tokens=int(spec.max_tokens) if spec.max_tokens.isdecimal() else usual,
        temperature=spec.temperature,
        top_p=spec.top_p,
        seed=spec.seed,
    )


def _delivery(spec: Spec, model: str, rating: str) -> Delivery:
    output = part_of(output_of(spec, model), spec.shard)
    known = spec.input != "-" and output.exists() and Path(spec.input).exists()
    if (spec.output and spec.input == spec.output) or (known and output.samefile(spec.input)):
        raise UsageError(f"the output {output} is the input", hint="name another with --output")
    url = spec.output if is_url(spec.output) else ""
    return Delivery(output, spec.target, spec.keep_think, rating, spec.existing, url)


def output_of(spec: Spec, model: str) -> Path:
    """The one that is named, else the default."""
    if spec.output:
        return here(spec.output, spec.ledger_dir)
    return default_output(spec.input, model, spec.target)


def default_output(source: str, model: str, target: str) -> Path:
    """The seed's way: `rtl.json` with `org/Model-8B` to `verilog` -> `rtl_Model-8B_with_verilog.json`."""
    name = Path(model.rstrip("/")).name or "model"
    name = re.sub(r"[^\w.+-]", "_", name.removesuffix(".gguf"))
    if source == "-":
        return Path(f"stdin_{name}_with_{target}.jsonl")
    path = Path(source)
    if path.is_dir() or is_verilog(source):
        return Path(f"{path.resolve().name}_{name}_with_{target}.jsonl")
    stem, *suffixes = path.name.split(".")
    return Path(f"{stem}_{name}_with_{target}." + ".".join(suffixes or ["jsonl"]))


def _reads(prompt: Prompt, spec: Spec, around: ContextFields, *, checked: bool) -> tuple[str, ...] | None:
    """The fields that decide an outcome; None: all."""
    if prompt.fields is None:
        return None
    own = (spec.target,) if spec.write != "all" else ()
    return tuple(sorted({*prompt.fields, spec.source, *own, *(around.names if checked else ())}))
