"""`rtlglot transform`: a dataset in, a transformed dataset out."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from rtlglot.cli.words import HelpFormatter
from rtlglot.errors import RtlglotError, UsageError
from rtlglot.run.spec import deep_merge, make_spec, parse_set

if TYPE_CHECKING:
    from rtlglot.cli.progress import PlainWatch

DESCRIPTION = """\
Translate one field of every row into another: instruction, description, verilog,
or fields of your own with --prompt.

Every row ends as accepted (in OUTPUT), rejected or failed (in OUTPUT.failures.jsonl,
with the reason). The ledger OUTPUT.ledger remembers every reply: after a crash or
Ctrl-C the same command goes on where it was."""

EPILOG = """\
examples:
  # the seed's main job on the embedded model, no GPU
  rtlglot transform rtl.json --from instruction --to description

  # Verilog from instructions, on a server you run; rejected code is mended twice
  rtlglot transform rtl.jsonl --from instruction --to verilog \\
      --model http://localhost:8000/v1 --repair 2 -o designs.jsonl

  # RTLCoder's field names, the first 100 rows that are short enough
  rtlglot transform Resyn27k.json --from instruction --to description \\
      --map instruction=Instruction --where "row.instruction|length < 2000" --limit 100

  # only what was cut off, with more room; the good rows stay
  rtlglot transform rtl.jsonl --from instruction --to verilog -o designs.jsonl \\
      --redo truncated --max-tokens 4000

  # what would be asked, and how much it would be
  rtlglot transform rtl.json --from verilog --to description --dry-run

exit codes: 0 every row has its outcome, 2 input or usage, 3 engine lost,
75 stopped early and resumable, 130 interrupted"""


def add(subparsers: Any) -> None:
    """Add the command."""
    command = subparsers.add_parser(
        "transform",
        help="translate a field of a dataset into another",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    command.set_defaults(call=call)
    command.add_argument("input", nargs="?", help="JSON, JSONL, CSV, TSV, Parquet, a folder of Verilog, or -")
    _add_job(command)
    add_rows(command)
    _add_engine(command)
    _add_engine_flags(command)
    _add_checks(command)
    _add_running(command)


def _add_job(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("the job")
    group.add_argument("--from", metavar="FIELD", help="field to translate from")
    group.add_argument("--to", metavar="FIELD", help="field to translate to")
    group.add_argument(
        "-o", "--output", metavar="FILE", help="default: named after input, model and field; format by suffix"
    )
    group.add_argument("--prompt", metavar="FILE.md", help="a prompt of your own, for any pair of fields")
    group.add_argument("--examples", metavar="FILE", help="rows with both fields, shown to the model first")
    group.add_argument("--recipe", metavar="RUN.toml", help="all of these flags in a file; flags win")
    group.add_argument(
        "--existing",
        choices=("refuse", "replace", "update"),
        help="an output that rtlglot did not write (default: refuse)",
    )


def add_rows(command: argparse.ArgumentParser) -> None:
    """The flags that say which rows of a dataset, under which names."""
    group = command.add_argument_group("which rows")
    group.add_argument("--id", metavar="FIELD", help="default: the dict's key, id, task_id, rtl_id, line")
    group.add_argument(
        "--map", metavar="NEW=OLD", action="append", help="rename a field of the input; repeatable"
    )
    group.add_argument("--where", metavar="EXPRESSION", help="only rows for which this Jinja2 test holds")
    group.add_argument("--limit", metavar="N", type=int, help="only the first N rows")
    group.add_argument("--format", metavar="NAME", help="of the input, where its name does not tell")


def _add_engine(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("the model")
    group.add_argument("--model", help=".gguf file, embedded name, URL or hub id (default: embedded)")
    group.add_argument("--engine", help="openvino, openai, vllm, scripted (default: from the model)")
    group.add_argument("--temperature", type=float, help="default: 0.4; 0 is greedy")
    group.add_argument("--top-p", type=float, help="default: 0.9")
    group.add_argument("--max-tokens", metavar="N", help="most tokens of a reply, or auto (default)")
    group.add_argument("--seed", type=int, help="draw each request's seed from this")
    group.add_argument("--samples", metavar="N", type=int, help="replies per row (default: 1)")
    group.add_argument("--choose", help="of several samples: first, best, consensus, all (default: first)")
    group.add_argument(
        "--set",
        metavar="PART.KEY=VALUE",
        action="append",
        help="a part's own option: engine.KEY, check.NAME.KEY",
    )
    group.add_argument(
        "--no-share", dest="share", action="store_const", const=False, help="ask identical requests each anew"
    )


ENGINE_FLAGS = {
    "base_url": ("openai", str, "URL", "the endpoint, e.g. http://localhost:8000/v1"),
    "allow_host": ("openai", str, "HOSTS", "refuse every other host; comma list"),
    "ca_file": ("openai", str, "FILE", "certificates to trust"),
    "client_cert": ("openai", str, "FILE", "our certificate"),
    "client_key": ("openai", str, "FILE", "its key"),
    "price_in": ("openai", float, "PRICE", "of a million input tokens"),
    "price_out": ("openai", float, "PRICE", "of a million output tokens"),
    "max_cost": ("openai", float, "MONEY", "stop before this is passed; needs the prices"),
    "gpus": ("vllm", int, "N", "number of GPUs (also --num_gpus)"),
    "tensor_parallel": ("vllm", int, "N", "GPUs per replica"),
    "pipeline_parallel": ("vllm", int, "N", "stages per replica"),
    "data_parallel": ("vllm", int, "N", "replicas"),
    "max_model_len": ("vllm", str, "N|auto", "longest prompt plus reply"),
    "max_num_batched_tokens": ("vllm", int, "N", "tokens of a step"),
}
"""Options of engines that have a flag of their own; all others go through --set engine.KEY=VALUE."""


def _add_engine_flags(command: argparse.ArgumentParser) -> None:
    for engine in ("openai", "vllm"):
        group = command.add_argument_group(f"the engine {engine} (other options: --set engine.KEY=VALUE)")
        for name, (of, kind, metavar, text) in ENGINE_FLAGS.items():
            if of == engine:
                flags = ["--" + name.replace("_", "-"), *(["--num_gpus"] if name == "gpus" else [])]
                group.add_argument(*flags, dest=name, type=kind, metavar=metavar, help=text)
        if engine == "openai":
            group.add_argument(
                "--emit-batch", metavar="FILE", help="write requests to a batch file, ask nothing"
            )
            group.add_argument(
                "--ingest-batch", metavar="FILE", help="take the replies from a file of results"
            )


def _add_checks(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("what is checked")
    group.add_argument(
        "--check",
        metavar="RUNGS",
        help="comma list, the highest rung to climb to, or none (default: what fits the target)",
    )
    group.add_argument(
        "--strict", action="store_const", const=True, help="reject for latches, loops and widths too"
    )
    group.add_argument("--repair", metavar="N", type=int, help="send rejected text back at most N times")
    group.add_argument("--std", choices=("v2001", "v2005", "sv2017"), help="language (default: sv2017)")
    group.add_argument("--reference", metavar="FIELD", help="Verilog to compare with (default: the target)")
    group.add_argument("--testbench", metavar="FIELD", help="a testbench for the candidate")
    group.add_argument("--interface", metavar="FIELD", help="a header that candidates must have, or auto")


def _add_running(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("how it runs")
    group.add_argument("--concurrency", metavar="N", type=int, help="rows in flight (default: the engine's)")
    group.add_argument(
        "--redo", metavar="LIST", help="work out again the rows with these statuses or reasons, keep the rest"
    )
    group.add_argument("--drain", metavar="S", type=float, help="seconds for what is in flight (default: 10)")
    group.add_argument("--log-file", metavar="FILE", help="default: OUTPUT.log")
    group.add_argument(
        "--keep-think", action="store_const", const=True, help="export the reasoning beside the text"
    )
    group.add_argument("--no-report", action="store_true", help="write no OUTPUT.report.html at the end")
    group.add_argument("--dry-run", action="store_true", help="show prompts and an estimate, ask nothing")
    group.add_argument("--json", action="store_true", help="the summary as JSON on standard output")


NOT_SPEC = {"call", "argv", "command", "recipe", "dry_run", "json", "no_report"}


def spec_values(arguments: argparse.Namespace) -> dict[str, Any]:
    """The flags as a Spec's values; None where not given."""
    values = {name: value for name, value in vars(arguments).items() if name not in NOT_SPEC}
    own = {name: values.pop(name) for name in ENGINE_FLAGS}
    given = {name: value for name, value in own.items() if value is not None}
    values["set"] = deep_merge({"engine": given} if given else {}, parse_set(values["set"] or []))
    values["map"] = parse_map(values["map"] or [])
    if values["redo"] is not None:
        values["redo"] = tuple(values["redo"].split(","))
    return values


def parse_map(renames: Sequence[str]) -> dict[str, str]:
    """['instruction=Instruction'] as a dict."""
    result = {}
    for rename in renames:
        new, equals, old = rename.partition("=")
        if not (new and equals and old):
            raise UsageError(f"--map {rename!r} is not understood", hint="write NEW=OLD")
        result[new] = old
    return result


def call(arguments: argparse.Namespace) -> int:
    """Run it."""
    spec = make_spec(spec_values(arguments), arguments.recipe or "")
    if arguments.dry_run:
        from rtlglot.jobs.dry_run import dry_run

        print(dry_run(spec))
        return 0
    from rtlglot.cli.progress import watch_for
    from rtlglot.run.run import run

    watch = watch_for(sys.stderr, resume=shlex.join(arguments.argv), quiet=arguments.json)
    with watch:
        try:
            summary = run(spec, watch, arguments.argv)
        finally:
            if not arguments.no_report:
                write_report_of(watch)
    if arguments.json:
        print(orjson.dumps(dataclasses.asdict(summary), option=orjson.OPT_INDENT_2).decode())
    return summary.exit_code


def write_report_of(watch: PlainWatch) -> None:
    """OUTPUT.report.html of a run that has delivered, however it ended; a failure of it is only told."""
    from rtlglot.report.write import write_report

    if watch.summary is None or not watch.summary.total:
        return
    target = Path(watch.summary.output + ".report.html")
    try:
        write_report(Path(watch.summary.ledger), target)
    except RtlglotError as error:
        watch.note(f"no report: {error}")
    else:
        watch.note(f"  report   {target}")
