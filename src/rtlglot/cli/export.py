"""`rtlglot export`: what a run made, in the formats that trainers read."""

from __future__ import annotations

from typing import Any

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.printing import count, print_json, tell

_DESCRIPTION = """\
Write what `rtlglot transform` made in the form that a trainer reads. The ledger beside
OUTPUT says which checks each text passed; neither is changed."""

_EPILOG = """\
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


def _flags() -> tuple[type, ...]:
    from rtlglot.exports.spec import ExportSpec

    return (ExportSpec, AsJson)


def _call(given: Given) -> int:
    from rich.console import Console

    from rtlglot.exports import ExportSpec, export

    spec, as_json = take(ExportSpec, given), take(AsJson, given).json
    with Console(stderr=True, quiet=as_json).status("reading") as shown:
        summary = export(spec, lambda stage, rows: shown.update(f"{stage}: {count(rows, 'row')}"))
    print_json(summary) if as_json else tell("\n".join(told(summary)))
    return 0


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


COMMAND = Command(
    help="write an output in the form that a trainer reads",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=_flags,
    call=_call,
)
