"""The original script's way of driving vLLM against ours: same model, same rows, real vLLM.

    .ci/install-vllm && .venv-vllm/bin/python benchmarks/vllm.py [--rows 120] [--batch 24]

The rows are instructions of mixed length, every tenth one said twice, so replies are of mixed length
too. Each way runs in a process of its own and is timed from the first request to the last row on disk,
without the start of the engine:

    seed           LLM.chat in batches, a barrier after each, the whole output file written again
    seed+prefix    the same with vLLM's prefix caching on (the original's tables had it off)
    ours-share     rtlglot transform: continuous, prefix caching, ledger; repeated rows asked again
    ours           the same, identical requests asked once

so that seed+prefix/seed is what the prefix cache gives, ours-share/seed+prefix what the missing
barrier gives, ours/ours-share what sharing gives, and ours/seed the whole.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Our own folder would stand in for the package vllm, which has this file's name.
sys.path[0] = str(Path(__file__).resolve().parents[1])

WAYS = ("seed", "seed+prefix", "ours-share", "ours")
MAX_TOKENS = 160
ENGINE = {"enforce_eager": True, "max_model_len": 2048, "kv_cache_memory_bytes": 2 << 30}
SAMPLING = {"max_tokens": MAX_TOKENS, "temperature": 0.4, "top_p": 0.9}


def make_rows(path: Path, count: int) -> None:
    """Instructions of one to nine sentences; every tenth row says what an earlier one said."""
    from rtlglot.jobs.bench_prompts import EXTRAS, made_up_instruction

    draw, rows = random.Random(7), {}
    for number in range(count):
        text = made_up_instruction(number)
        text += " ".join(draw.choices(EXTRAS, k=draw.choice((0, 0, 1, 2, 5))))
        if draw.random() < 0.3:
            text = f"Name the ports of unit_{number}, an inverter. Answer in five words."
        rows[f"row-{number}"] = {"instruction": text}
    for number in range(9, count, 10):
        rows[f"row-{number}"] = dict(rows[f"row-{draw.randrange(number)}"])
    path.write_text(json.dumps(rows))


def as_the_seed(model: str, rows_file: Path, output: Path, batch: int, *, prefix_caching: bool) -> dict:
    """Written from the original's document: batches, a barrier, a rewrite of the whole file."""
    from vllm import LLM, SamplingParams

    from rtlglot.prompts import load
    from rtlglot.records import Pair, Row

    os.environ.setdefault("VLLM_CPU_NUM_OF_RESERVED_CPU", "0")
    llm = LLM(model, enable_prefix_caching=prefix_caching, enable_chunked_prefill=False, **ENGINE)
    prompt, rows = load(Pair("instruction", "description")), json.loads(rows_file.read_text())
    ids, done, tokens = list(rows), {}, []
    begun = time.perf_counter()
    for start in range(0, len(ids), batch):
        names = ids[start : start + batch]
        chats = [
            [{"role": m.role, "content": m.content} for m in prompt.render(Row(name, rows[name], 0))]
            for name in names
        ]
        for name, answer in zip(names, llm.chat(chats, SamplingParams(**SAMPLING)), strict=True):
            done[name] = {**rows[name], "description": answer.outputs[0].text}
            tokens.append(len(answer.outputs[0].token_ids))
        output.write_text(json.dumps(done, indent=4))
    return {"seconds": time.perf_counter() - begun, "rows": len(done), "output_tokens": sum(tokens)}


def as_we_do(model: str, rows_file: Path, output: Path, batch: int, *, share: bool) -> dict:
    """The library, as a user calls it; no checks, as the original has none."""
    from rtlglot.run import run
    from rtlglot.spec import Spec

    summary = run(
        Spec(
            input=str(rows_file),
            output=str(output),
            source="instruction",
            target="description",
            engine="vllm",
            model=model,
            max_tokens=str(MAX_TOKENS),
            check="none",
            share=share,
            concurrency=2 * batch,
            set={"engine": ENGINE},
        )
    )
    settled = summary.accepted + summary.rejected + summary.failed
    return {"seconds": summary.seconds, "rows": settled, "output_tokens": summary.completion_tokens}


def one_way(arguments: argparse.Namespace) -> None:
    """In the child: run one way and print what it took as the last line."""
    rows, output = Path(arguments.folder) / "rows.json", Path(arguments.folder) / "out.json"
    if arguments.way.startswith("seed"):
        prefix = arguments.way == "seed+prefix"
        took = as_the_seed(arguments.model, rows, output, arguments.batch, prefix_caching=prefix)
    else:
        share = arguments.way == "ours"
        took = as_we_do(arguments.model, rows, output, arguments.batch, share=share)
    print(json.dumps(took))


def main() -> None:
    """Every way, `--rounds` times, in turn."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=120)
    parser.add_argument("--batch", type=int, default=24, help="of the original's way")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--model", default="", help="a folder (the embedded model's)")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        one_way(arguments)
        return
    from tests.embedded_hf import embedded_hf

    arguments.model = arguments.model or str(embedded_hf())
    taken: dict[str, list[dict]] = {way: [] for way in WAYS}
    for _ in range(arguments.rounds):
        for way in WAYS:
            taken[way].append(in_a_child(way, arguments))
    print_ratios(taken)


def in_a_child(way: str, arguments: argparse.Namespace) -> dict:
    """One way in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="rtlglot-bench-") as folder:
        make_rows(Path(folder) / "rows.json", arguments.rows)
        command = [sys.executable, __file__, "--way", way, "--folder", folder, "--model", arguments.model]
        command += ["--batch", str(arguments.batch)]
        env = {**os.environ, "VLLM_LOGGING_LEVEL": "ERROR", "VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1"}
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=env, check=True)
    took: dict = json.loads(done.stdout.splitlines()[-1])
    assert took["rows"] == arguments.rows, f"{took['rows']} rows came out of {arguments.rows}"
    rate = took["rows"] / took["seconds"]
    print(
        f"{way:12} {rate:6.2f} rows/s  {took['seconds']:7.1f} s  {took['output_tokens']:,} output tokens",
        flush=True,
    )
    return took


def print_ratios(taken: dict[str, list[dict]]) -> None:
    """What each part gave, from each way's best round."""
    rate = {way: max(took["rows"] / took["seconds"] for took in rounds) for way, rounds in taken.items()}
    print(f"\nprefix cache   {rate['seed+prefix'] / rate['seed']:.2f}x")
    print(f"no barrier     {rate['ours-share'] / rate['seed+prefix']:.2f}x")
    print(f"asked once     {rate['ours'] / rate['ours-share']:.2f}x")
    print(f"in all         {rate['ours'] / rate['seed']:.2f}x")


if __name__ == "__main__":
    main()
