"""`rtlglot export`: what a run made, in the formats that trainers read."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from typing import Any

import orjson

from rtlglot.cli.words import HelpFormatter, count

DESCRIPTION = """\
Write what `rtlglot transform` made in the form that a trainer reads. The ledger beside
OUTPUT says which checks each text passed; neither is changed."""

EPILOG = """\
formats:
  alpaca             {instruction, input, output}
  sharegpt           {conversations: [{from, value}, ...]}
  openai             {messages: [{role, content}, ...]}; TRL reads it too
  prompt-completion  {prompt, completion}, TRL
  preference         {prompt, chosen, rejected, check, finding}, TRL: texts of one row that
                     passed and failed, from samples and repairs (needs the ledger)
  rtlcoder           {Instruction, Input, Response: [...]}
  codev              {instruction: prompt and module header, response}
  verl               Parquet with prompt, reward_model and extra_info
  hf                 a folder for datasets.load_dataset: Parquet and a card

Prompt and answer follow the pair that was transformed: from instruction to verilog they are
these two; from verilog to description the description is the prompt and the Verilog the
answer, for that is what one trains.

examples:
  rtlglot export designs.jsonl --format openai -o sft.jsonl --split 0.05 --seed 1
  rtlglot export designs.jsonl --format preference --chat -o dpo.jsonl
  rtlglot export designs.jsonl --format alpaca --min-status synth --dedup -o sft.json
  rtlglot export designs.jsonl --format hf --split 0.05 -o my-dataset/
  rtlglot export designs.jsonl --format verl -o rl.parquet"""


def add(subparsers: Any) -> None:
    """Add the command."""
    command = subparsers.add_parser(
        "export",
        help="write an output in the form that a trainer reads",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    command.set_defaults(call=call)
    command.add_argument("output", metavar="OUTPUT", help="the output of rtlglot transform")
    command.add_argument("--format", required=True, metavar="NAME", help="one of the formats below")
    command.add_argument(
        "-o",
        "--output",
        dest="path",
        required=True,
        metavar="PATH",
        help="file, its suffix says how (hf: a folder)",
    )
    _add_rows(command)
    _add_split(command)
    _add_form(command)
    command.add_argument("--json", action="store_true", help="the summary as JSON on standard output")


def _add_form(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("how it is written")
    group.add_argument("--prompt-field", default="", metavar="FIELD", help="field with the prompt")
    group.add_argument("--answer-field", default="", metavar="FIELD", help="field with the answer")
    group.add_argument(
        "--chat",
        action="store_true",
        help="preference, prompt-completion: lists of messages, to which TRL applies the chat template",
    )
    group.add_argument(
        "--pairs",
        type=int,
        default=0,
        metavar="N",
        help="preference: at most N pairs of a row (default: all)",
    )
    group.add_argument(
        "--data-source", default="rtlglot", metavar="NAME", help="verl: what the reward tells its data by"
    )
    group.add_argument(
        "--existing",
        default="refuse",
        choices=("refuse", "replace"),
        help="what to do where PATH exists (default: refuse)",
    )


def _add_rows(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("which rows")
    group.add_argument(
        "--only",
        default="accepted",
        choices=("accepted", "rejected", "any"),
        help="rows of this status; rejected ones come from OUTPUT.failures.jsonl (default: accepted)",
    )
    group.add_argument(
        "--min-status",
        default="",
        metavar="CHECKS",
        help="only texts to which this check (several: by comma) said a clear yes, e.g. synth; a check that "
        "was skipped, timed out or proved a bound only has not said yes",
    )
    group.add_argument(
        "--dedup",
        nargs="?",
        const="exact",
        default="",
        choices=("exact", "code", "near"),
        help="leave out what came before: the same prompt and answer (exact, what the flag alone means), "
        "the same Verilog but for comments and module names (code), or a near copy (near: one row a group)",
    )


def _add_split(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("validation split (needs the extra 'export')")
    group.add_argument(
        "--split",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="share of the rows for validation, e.g. 0.05; near copies (Jaccard of at least 0.8 over 5-token "
        "shingles) are never on both sides (default: no split)",
    )
    group.add_argument("--seed", type=int, default=0, help="another seed, another split (default: 0)")


def call(arguments: argparse.Namespace) -> int:
    """Run it."""
    from rtlglot.exports import ExportSpec, export

    names = [name.strip() for name in arguments.min_status.split(",") if name.strip()]
    same = {f.name for f in dataclasses.fields(ExportSpec)} - {"min_status"}
    given = {name: value for name, value in vars(arguments).items() if name in same}
    spec = ExportSpec(min_status=tuple(names), **given)
    ticker = Ticker()
    summary = export(spec, None if arguments.json else ticker)
    ticker.end()
    if arguments.json:
        print(orjson.dumps(dataclasses.asdict(summary), option=orjson.OPT_INDENT_2).decode())
    else:
        print("\n".join(told(summary)))
    return 0


class Ticker:
    """A line on a terminal while it goes on."""

    def __init__(self) -> None:
        self._told = time.monotonic()
        self._shown = False

    def __call__(self, stage: str, rows: int) -> None:
        now = time.monotonic()
        if now - self._told > 0.2 and sys.stderr.isatty():
            self._told = now
            self._shown = True
            print(f"\r{stage}: {count(rows, 'row')}\x1b[K", end="\r", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Take the line away."""
        if self._shown:
            print("\x1b[K", end="", file=sys.stderr, flush=True)


def told(summary: Any) -> list[str]:
    """The summary in a few lines."""
    files = summary.files
    if "folder" in files:
        sides = ", ".join(f"{n:,} {side}" for side, n in summary.records.items())
        lines = [f"{files['folder']}: {sides}"]
    else:
        lines = [f"{files[side]}: {count(n, 'record')}" for side, n in summary.records.items()]
    lines.append(
        f"  {summary.rows:,} of {count(summary.rows_read, 'row')}: "
        f"{summary.prompt_field} is the prompt, {summary.answer_field} the answer"
    )
    lines += [f"  left out: {n:,} ({reason})" for reason, n in summary.dropped.items()]
    if summary.groups is not None:
        copies = (
            f"{count(summary.in_groups, 'row')} with a near copy" if summary.in_groups else "no near copies"
        )
        lines.append(f"  {copies}; {summary.groups:,} groups, the largest of {summary.largest_group:,}")
    lines += [f"  {note}" for note in summary.notes]
    if "dataset_info" in files:
        lines.append(f"  for LLaMA-Factory: copy the entries of {files['dataset_info']} to dataset_info.json")
    return lines
