"""`rtlglot bench`: how fast an engine is under each setting of a sweep."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rtlglot.cli.words import HelpFormatter
from rtlglot.errors import OutputError, UsageError
from rtlglot.records import Message

DESCRIPTION = """\
Ask an engine the same prompts under each setting of a sweep, and print what each gave:
rows, input and output tokens a second, time to the first row, peak memory."""

EPILOG = """\
examples:
  # the embedded model on this CPU, 40 prompts
  rtlglot bench --rows 40

  # prefix caching and the size of a step, for a model on this machine's GPUs
  rtlglot bench --model meta-llama/Llama-3.1-8B-Instruct \\
      --set engine.max_model_len=8192 --sweep tensor_parallel=1,2,4 \\
      --sweep prefix_caching=on,off \\
      --plot bench.svg --write-recipe best.toml
  rtlglot transform rtl.json --from instruction --to verilog --recipe best.toml

  # a throughput table without weights: random ones, replies cut to the usual lengths
  rtlglot bench --model ./config-only --engine vllm --dummy-weights \\
      --sweep tensor_parallel=1,2

  # your own rows, an endpoint, how many to keep in flight
  rtlglot bench --input rtl.jsonl --from instruction --to verilog --rows 200 \\
      --model http://localhost:8000/v1 --sweep concurrency=32,64,128

The prompts are made up, of the shape of hardware instructions, unless --input is given.
The exit code is 1 where no setting could be measured."""


def add(subparsers: Any) -> None:
    """Add the command."""
    command = subparsers.add_parser(
        "bench",
        help="how fast an engine is, setting by setting",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    command.set_defaults(call=call)
    _add_engine(command)
    _add_prompts(command)
    group = command.add_argument_group("what comes out")
    group.add_argument("--json", action="store_true", help="print JSON instead of a table")
    group.add_argument("--plot", metavar="FILE.svg", help="write a plot")
    group.add_argument("--write-recipe", metavar="FILE.toml", help="write the best setting for --recipe")


def _add_engine(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("the engine")
    group.add_argument("--model", default="", help=".gguf file, embedded name, URL or hub id (embedded)")
    group.add_argument("--engine", default="", help="openvino, openai, vllm, scripted (from the model)")
    group.add_argument(
        "--set", action="append", default=[], metavar="engine.KEY=VALUE", help="an option for all settings"
    )
    group.add_argument(
        "--sweep", action="append", default=[], metavar="OPTION=V1,V2",
        help="values of an engine's option, or of concurrency, to try; repeatable: every combination",
    )  # fmt: skip
    group.add_argument("--gpus", type=int, metavar="N", help="how many GPUs to use (vllm)")
    group.add_argument(
        "--dummy-weights", action="store_true", help="random weights: only the speed is real (vllm)"
    )
    group.add_argument("--concurrency", type=int, metavar="N", help="requests in flight (the engine's)")


def _add_prompts(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("the prompts")
    group.add_argument("--rows", type=int, metavar="N", help="how many (1000, or all of --input)")
    group.add_argument("--input", metavar="FILE", help="your own rows instead of made-up ones")
    group.add_argument("--from", dest="source", default="instruction", metavar="FIELD", help="(instruction)")
    group.add_argument("--to", dest="target", default="description", metavar="FIELD", help="(description)")
    group.add_argument("--max-tokens", type=int, default=200, metavar="N", help="of a reply (200)")
    group.add_argument("--temperature", type=float, default=0.4, help="0.4")


def call(arguments: argparse.Namespace) -> int:
    """Measure and print; 1 where nothing could be measured."""
    from rtlglot.engines.pick import pick
    from rtlglot.jobs.bench import BenchSpec, bench, best, parse_sweep
    from rtlglot.jobs.bench_report import as_json, markdown, recipe, svg
    from rtlglot.records import Sampling

    engine, model = pick(arguments.engine, arguments.model)
    sampling = Sampling(arguments.max_tokens, arguments.temperature, seed=1)
    options = _options(arguments)
    spec = BenchSpec(
        engine=engine,
        model=model,
        options=options,
        sweep=parse_sweep(arguments.sweep),
        chats=_chats(arguments),
        sampling=sampling,
        varied=arguments.dummy_weights,
        concurrency=arguments.concurrency,
    )
    lines = bench(spec, lambda line: print(line, file=sys.stderr, flush=True))
    print(json.dumps(as_json(lines), indent=2) if arguments.json else markdown(lines))
    fastest = best(lines)
    if arguments.plot:
        _write(arguments.plot, svg(lines, f"{model} on {engine}, {len(spec.chats):,} prompts"))
    if arguments.write_recipe and fastest is not None:
        _write(arguments.write_recipe, recipe(fastest, model, engine, options))
    return 0 if fastest else 1


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    from rtlglot.run.spec import parse_set

    named = parse_set(arguments.set)
    if set(named) - {"engine"}:
        raise UsageError("bench sets an engine's options only", hint="write --set engine.KEY=VALUE")
    options = dict(named.get("engine", {}))
    if arguments.gpus is not None:
        options["gpus"] = arguments.gpus
    if arguments.dummy_weights:
        options["dummy_weights"] = True
    return options


def _chats(arguments: argparse.Namespace) -> list[tuple[Message, ...]]:
    from rtlglot.jobs.bench_prompts import made_up_chats

    if arguments.rows is not None and arguments.rows < 1:
        raise UsageError(f"rows is {arguments.rows}", hint="at least 1")
    return made_up_chats(arguments.rows or 1000) if not arguments.input else _own_chats(arguments)


def _own_chats(arguments: argparse.Namespace) -> list[tuple[Message, ...]]:
    """The rows that can be asked; those without the field are told of."""
    from rtlglot.errors import RowError
    from rtlglot.formats import Selection, open_dataset
    from rtlglot.prompts import load
    from rtlglot.records import Pair

    prompt, chats, unusable = load(Pair(arguments.source, arguments.target)), [], 0
    for row in open_dataset(arguments.input, Selection(limit=arguments.rows)):
        try:
            chats.append(tuple(prompt.render(row)))
        except RowError:
            unusable += 1
    if unusable:
        print(f"{unusable} rows cannot be asked (no {arguments.source!r}) and are left out", file=sys.stderr)
    if not chats:
        raise UsageError(
            f"{arguments.input}: no row can be asked", hint=f"is there a field {arguments.source!r}?"
        )
    return chats


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error
