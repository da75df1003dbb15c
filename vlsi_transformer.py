"""VLSI Transformer: the seed's script, its ten flags and its eight functions, thin over rtlglot.

    python vlsi_transformer.py --input_field instruction --output_field description

`rtlglot transform` does the same job with more to choose from (see `rtlglot transform --help`).
"""

from __future__ import annotations

import argparse
import logging
import re
import shlex
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rtlglot.cli import guarded
from rtlglot.cli.command import HelpFormatter
from rtlglot.cli.progress import watch_for
from rtlglot.cli.report import write_report_of
from rtlglot.engines.pick import pick
from rtlglot.errors import RowError, UsageError
from rtlglot.formats import open_dataset, open_writer
from rtlglot.library import Model
from rtlglot.models import EMBEDDED
from rtlglot.prompts import load
from rtlglot.records import Finish, Message, Pair, Reply, Request, Row, Sampling
from rtlglot.run.assemble import default_output
from rtlglot.run.run import run
from rtlglot.run.spec import make_spec

DEFAULT_MODEL = "meta-llama/Llama-3.1-8B-Instruct"

log = logging.getLogger("rtlglot")

arguments = argparse.Namespace(model=DEFAULT_MODEL)
"""What `main` was called with; names the output file in `join_requests`."""


def generate_system_message(input_type: str, output_type: str) -> str:
    """The task, its rules and a worked example, for one pair of instruction, description, verilog."""
    system, *shots, _ = _chat(input_type, output_type)
    turns = [f"{'Answer' if turn.role == 'assistant' else 'Example'}:\n{turn.content}" for turn in shots]
    return "\n\n".join([system.content, *turns])


def generate_user_message(input_type: str, output_type: str) -> str:
    """What is asked for one text; `create_prompt` puts the text under it."""
    before, _, after = _chat(input_type, output_type)[-1].content.partition(_TEXT)
    parts = (re.sub(r"```\w*", "", part).strip() for part in (after, before))
    return "\n\n".join(part for part in parts if part)


_TEXT = "<the text>"


def _chat(input_type: str, output_type: str) -> tuple[Message, ...]:
    return load(Pair(input_type, output_type)).render(Row("", {input_type: _TEXT}, 0))


def create_prompt(input_text: str, system_message: str, user_message: str) -> list[dict[str, str]]:
    """A chat: the system message, then the user's message with the text."""
    return [
        {"role": "system", "content": system_message},
        {"role": "user", "content": f"{user_message.rstrip()}\n\n{input_text.strip()}"},
    ]


def process_batch(
    prompts: Sequence[Any], request_ids: Sequence[str], llm: Model, sampling_params: Any
) -> dict[str, str]:
    """{id: reply} of the prompts that were answered; one that was not is logged with the reason."""
    outputs = send_request(prompts, llm, sampling_params)
    completed = {}
    for request_id, output in zip(request_ids, outputs, strict=True):
        if isinstance(output, RowError):
            log.error("row %s: %s: %s", request_id, output.reason, output)
            continue
        if output.finish is Finish.LENGTH:
            log.warning("row %s: the reply was cut at max_tokens", request_id)
        completed[request_id] = output.text.strip()
    return completed


def send_request(prompts: Sequence[Any], llm: Model, sampling_params: Any) -> list[Reply | RowError]:
    """The reply to each prompt, in order; where a prompt cannot be answered, its RowError in its place.

    `llm` is a `rtlglot.Model` (or an engine of rtlglot); `sampling_params` is anything that has
    max_tokens, temperature and top_p.
    """
    sampling = Sampling(sampling_params.max_tokens, sampling_params.temperature, sampling_params.top_p)
    requests = [Request(_messages(prompt), sampling) for prompt in prompts]
    if isinstance(llm, Model):
        return llm.ask(requests)
    with Model(engine=llm) as model:
        return model.ask(requests)


def _messages(prompt: str | Sequence[Mapping[str, str]]) -> tuple[Message, ...]:
    turns = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
    return tuple(Message(turn["role"], turn["content"]) for turn in turns)


def join_requests(
    json_content: Mapping[str, Mapping[str, Any]],
    completed_requests: Mapping[str, str] | Iterable[tuple[str, str]],
    json_file: str,
    input_field: str,
    output_field: str,
) -> dict[str, dict[str, Any]]:
    """The completed rows with their other fields, written beside `json_file` as the seed named it."""
    completed = dict(completed_requests)
    new_data = {id_: {**json_content[id_], output_field: text} for id_, text in completed.items()}
    for id_, row in json_content.items():
        if row.get(input_field) and id_ not in completed:
            log.error("row %s has no reply", id_)
    write_responses(new_data, str(output_file_for(json_file, arguments.model, output_field)))
    return new_data


def write_responses(new_data: Mapping[str, Mapping[str, Any]], output_file: str) -> None:
    """Write the rows, or update the file that is there: its other rows stay. Never half a file."""
    older: dict[str, Mapping[str, Any]] = {}
    if Path(output_file).exists():
        older = {row.id: row.fields for row in open_dataset(output_file, format="json")}
    with open_writer(output_file, format="json", keyed=True) as writer:
        for id_, row in {**older, **new_data}.items():
            writer.write(id_, row)


def output_file_for(json_file: str, model: str, output_field: str) -> Path:
    """`rtl.json` -> `rtl_Llama-3.1-8B-Instruct_with_description.json`, in the input's folder."""
    name = default_output(json_file, model, output_field).with_suffix("")
    return Path(json_file).parent / f"{name}.json"


def command_line() -> argparse.ArgumentParser:
    """The ten flags."""
    parser = argparse.ArgumentParser(
        description="Transform between RTL instructions, descriptions and Verilog.",
        formatter_class=HelpFormatter,
    )

    def flag(name: str, default: Any, text: str) -> None:
        parser.add_argument(name, type=type(default), default=default, help=f"{text} (default: {default})")

    flag("--model", DEFAULT_MODEL, "Model to use for inference")
    flag("--json_file", "rtl.json", "Input JSON file")
    flag("--max_batch_size", 1000, "Most requests in flight")
    flag("--temperature", 0.4, "Sampling temperature")
    flag("--top_p", 0.9, "Top-p sampling parameter")
    flag("--max_tokens", 200, "Maximum number of tokens to generate")
    flag("--log_file", "vllm_processing.log", "Log file path")
    flag("--num_gpus", 1, "Number of GPUs to use for inference")
    flag("--input_field", "instruction", "Input field in JSON to convert from")
    flag("--output_field", "description", "Output field in JSON to convert to")
    return parser


def _run() -> int:
    engine = _engine()
    if engine != "vllm" and arguments.num_gpus > 1:
        where = "an endpoint has its own" if engine == "openai" else f"the engine {engine} uses none"
        print(f"note: --num_gpus {arguments.num_gpus} has no effect: {where}", file=sys.stderr)
    spec = make_spec(
        {
            "input": arguments.json_file,
            "output": str(output_file_for(arguments.json_file, arguments.model, arguments.output_field)),
            "source": arguments.input_field,
            "target": arguments.output_field,
            "model": arguments.model,
            "temperature": arguments.temperature,
            "top_p": arguments.top_p,
            "max_tokens": str(arguments.max_tokens),
            "concurrency": arguments.max_batch_size,
            "log_file": arguments.log_file,
            "existing": "update",
            "truncated": "keep",
            "set": {"engine": {"gpus": arguments.num_gpus}} if engine == "vllm" else {},
        }
    )
    command = ["python", *sys.argv]
    with watch_for(sys.stderr, resume=shlex.join(command)) as watch:
        try:
            return run(spec, watch, command).exit_code
        finally:
            if watch.summary is not None and watch.summary.total:
                write_report_of(watch.summary.output, watch.summary.ledger, watch.note)


def _engine() -> str:
    """What runs the model. UsageError, in the log file too, where it is not here, with what would work."""
    try:
        return pick("", arguments.model)[0]
    except UsageError as error:
        with Path(arguments.log_file).open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} ERROR {error}\n")
        ways = f"--model http://HOST:PORT/v1 (an endpoint) or --model {EMBEDDED} (small, on this CPU)"
        raise UsageError(str(error), hint=f"{error.hint}\n  or without it: {ways}") from error


def main() -> None:
    """Parse the flags, transform the file, exit with the run's code."""
    global arguments
    arguments = command_line().parse_args()
    sys.exit(guarded(_run))


if __name__ == "__main__":
    main()
