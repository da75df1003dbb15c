"""`rtlglot bench`: how fast an engine is under each setting of a sweep."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.printing import print_json
from rtlglot.engines import OPTIONS
from rtlglot.errors import OutputError, UsageError
from rtlglot.jobs.bench import BenchSpec, bench, best, parse_sweep
from rtlglot.options import flag, like
from rtlglot.records import Json, Message
from rtlglot.run.spec import Spec

_DESCRIPTION = """\
Ask an engine the same prompts under each setting of a sweep, and print what each gave:
rows, input and output tokens a second, time to the first row, peak memory."""

_EPILOG = """\
examples:
  # the embedded model on this CPU, 40 prompts
  rtlglot bench --rows 40

  # prefix caching and the size of a step, for a model on this machine's GPUs
  rtlglot bench --model meta-llama/Llama-3.1-8B-Instruct \\
      --set engine.max_model_len=8192 --sweep tensor_parallel=1,2,4 \\
      --sweep prefix_caching=on,off \\
      --plot bench.svg --write-spec best.toml
  rtlglot transform rtl.json --from instruction --to verilog --spec best.toml

  # a throughput table without weights: random ones, replies cut to the usual lengths
  rtlglot bench --model ./config-only --engine vllm --dummy-weights \\
      --sweep tensor_parallel=1,2

  # your own rows, an endpoint, how many to keep in flight
  rtlglot bench --input rtl.jsonl --from instruction --to verilog --rows 200 \\
      --model http://localhost:8000/v1 --sweep concurrency=32,64,128

The prompts are made up, of the shape of hardware instructions, unless --input is given.
The exit code is 1 where no setting could be measured."""


_engine = partial(like, Spec, group="the engine")
_prompts = partial(like, Spec, group="the prompts")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flags:
    model: str = _engine("model")
    engine: str = _engine("engine")
    set: Mapping[str, Json] = _engine("set", help="an option for all settings", metavar="engine.KEY=VALUE")
    sweep: Mapping[str, Sequence[str]] = flag(
        "values of an engine's option, or of concurrency, to try; repeatable: every combination",
        default={}, metavar="OPTION=V1,V2", group="the engine", parse=parse_sweep,
    )  # fmt: skip
    gpus: int | None = like(OPTIONS.load("vllm"), "gpus", group="the engine", help="GPUs to use (vllm)")
    dummy_weights: bool = flag(
        "random weights: only the speed is real (vllm)", default=False, group="the engine"
    )
    concurrency: int | None = _engine("concurrency", help="requests in flight (default: the engine's)")
    rows: int | None = flag(
        "how many (default: 1000, or all of --input)", default=None, metavar="N", group="the prompts"
    )
    input: str = flag(
        "your own rows instead of made-up ones", default="", metavar="FILE", group="the prompts"
    )
    source: str = _prompts("source", default="instruction")
    target: str = _prompts("target", default="description")
    max_tokens: int = _prompts("max_tokens", help="of a reply", default=200)
    temperature: float = _prompts("temperature")
    json: bool = like(AsJson, "json", group="what comes out")
    plot: str = flag("write a plot", default="", metavar="FILE.svg", group="what comes out")
    write_spec: str = flag(
        "write the best setting for transform --spec", also=("--write-recipe",),
        default="", metavar="FILE.toml", group="what comes out",
    )  # fmt: skip

    def __post_init__(self) -> None:
        if {*self.set} - {"engine"}:
            raise UsageError("bench sets an engine's options only", hint="write --set engine.KEY=VALUE")
        if self.rows is not None and self.rows < 1:
            raise UsageError(f"rows is {self.rows}", hint="at least 1")

    @property
    def options(self) -> dict[str, Any]:
        """The engine's options that all settings share."""
        own = {"gpus": self.gpus} if self.gpus is not None else {}
        own |= {"dummy_weights": True} if self.dummy_weights else {}
        return {**self.set.get("engine", {}), **own}


def _call(given: Given) -> int:
    """Measure and print; 1 where nothing could be measured."""
    from rtlglot.engines.pick import pick
    from rtlglot.jobs.bench_report import as_json, markdown, spec_file, svg
    from rtlglot.records import Sampling

    flags = take(_Flags, given)
    engine, model = pick(flags.engine, flags.model)
    spec = BenchSpec(
        engine=engine,
        model=model,
        options=flags.options,
        sweep=flags.sweep,
        chats=_chats(flags),
        sampling=Sampling(flags.max_tokens, flags.temperature, seed=1),
        varied=flags.dummy_weights,
        concurrency=flags.concurrency,
    )
    lines = bench(spec, lambda line: print(line, file=sys.stderr, flush=True))
    print_json(as_json(lines)) if flags.json else print(markdown(lines))
    fastest = best(lines)
    if flags.plot:
        _write(flags.plot, svg(lines, f"{model} on {engine}, {len(spec.chats):,} prompts"))
    if flags.write_spec and fastest is not None:
        _write(flags.write_spec, spec_file(fastest, model, engine, flags.options))
    return 0 if fastest else 1


def _chats(flags: _Flags) -> list[tuple[Message, ...]]:
    from rtlglot.jobs.bench_prompts import made_up_chats

    return _own_chats(flags) if flags.input else made_up_chats(flags.rows or 1000)


def _own_chats(flags: _Flags) -> list[tuple[Message, ...]]:
    """The rows that can be asked; those without the field are told of."""
    from rtlglot.errors import RowError
    from rtlglot.formats import Selection, open_dataset
    from rtlglot.prompts import load
    from rtlglot.records import Pair

    prompt, chats, unusable = load(Pair(flags.source, flags.target)), [], 0
    for row in open_dataset(flags.input, Selection(limit=flags.rows)):
        try:
            chats.append(tuple(prompt.render(row)))
        except RowError:
            unusable += 1
    if unusable:
        print(f"{unusable} rows cannot be asked (no {flags.source!r}) and are left out", file=sys.stderr)
    if not chats:
        raise UsageError(f"{flags.input}: no row can be asked", hint=f"is there a field {flags.source!r}?")
    return chats


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error


COMMAND = Command(
    help="how fast an engine is, setting by setting",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (_Flags,),
    call=_call,
)
