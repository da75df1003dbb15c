"""The original script's way of driving vLLM against ours: same model, same rows, real vLLM.

    .ci/install-vllm && .venv-vllm/bin/python benchmarks/vllm.py [--rows 64] [--batch 16]

Every tenth row says what an earlier one said. Replies are cut at a length that is drawn by the row's
text (log-normal, mean 57, 16 to 128 tokens): of mixed length, and the same both ways. Each way runs in
a process of its own and is timed from the first request to the last row on disk, without the start of
the engine; CPU is that of all its processes in the same time, and says more on a busy machine.

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
from dataclasses import replace
from pathlib import Path
from typing import Any

# Our own folder would stand in for the package vllm, which has this file's name.
ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from rtlglot.engines.vllm.engine import VllmEngine  # noqa: E402 - after the path
from rtlglot.jobs.bench_memory import family  # noqa: E402 - after the path
from rtlglot.records import Pair, Reply, Request, Row  # noqa: E402 - after the path
from rtlglot.run.watch import Nobody  # noqa: E402 - after the path

WAYS = ("seed", "seed+prefix", "ours-share", "ours")
MOST_TOKENS = 128
ENGINE = {"enforce_eager": True, "max_model_len": 2048, "kv_cache_memory_bytes": 2 << 30}
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def make_rows(path: Path, count: int) -> None:
    """Instructions; every tenth row says what an earlier one said."""
    from rtlglot.jobs.bench_prompts import made_up_instruction

    draw = random.Random(7)
    texts = [made_up_instruction(number) for number in range(count)]
    for number in range(9, count, 10):
        texts[number] = texts[draw.randrange(number)]
    path.write_text(json.dumps({f"row-{n}": {"instruction": text} for n, text in enumerate(texts)}))


def length_of(prompt: str) -> int:
    """How long the reply to a prompt becomes, in tokens."""
    return min(MOST_TOKENS, max(16, int(random.Random(prompt).lognormvariate(3.9, 0.6))))


class Cut(VllmEngine):
    """Our engine with replies cut as the benchmark wants them; named `benchmarks.vllm:Cut`."""

    async def generate(self, request: Request) -> Reply:
        tokens = length_of(request.messages[-1].content)
        return await super().generate(replace(request, sampling=replace(request.sampling, max_tokens=tokens)))


def cpu_s() -> float:
    """Of this process and all that it has started and that still runs."""
    return sum(fields.cpu_ticks for fields in family(os.getpid())) / TICKS_A_SECOND


def as_the_seed(
    model: str, rows_file: Path, output: Path, batch: int, *, prefix_caching: bool
) -> dict[str, Any]:
    """Written from the original's document: batches, a barrier, a rewrite of the whole file."""
    from vllm import LLM, SamplingParams

    from rtlglot.prompts import load

    os.environ.setdefault("VLLM_CPU_NUM_OF_RESERVED_CPU", "0")
    llm = LLM(model, enable_prefix_caching=prefix_caching, enable_chunked_prefill=False, **ENGINE)
    prompt, rows = load(Pair("instruction", "description")), json.loads(rows_file.read_text())
    ids, done, tokens = list(rows), {}, 0
    begun, cpu = time.perf_counter(), cpu_s()
    for start in range(0, len(ids), batch):
        names = ids[start : start + batch]
        rendered = [prompt.render(Row(name, rows[name], 0)) for name in names]
        chats = [[{"role": m.role, "content": m.content} for m in messages] for messages in rendered]
        cut = [
            SamplingParams(max_tokens=length_of(messages[-1].content), temperature=0.4, top_p=0.9)
            for messages in rendered
        ]
        for name, answer in zip(names, llm.chat(chats, cut), strict=True):
            done[name] = {**rows[name], "description": answer.outputs[0].text}
            tokens += len(answer.outputs[0].token_ids)
        output.write_text(json.dumps(done, indent=4))
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "cpu_s": cpu_s() - cpu, "rows": len(done), "output_tokens": tokens}


class Clock(Nobody):
    """CPU from when the engine is ready to the last row, as Summary.seconds has it by the clock."""

    def __init__(self) -> None:
        self.begun = self.last = 0.0

    def note(self, text: str) -> None:
        self.begun = cpu_s()

    def settled(self, outcome: object) -> None:
        self.last = cpu_s()


def as_we_do(model: str, rows_file: Path, output: Path, batch: int, *, share: bool) -> dict[str, Any]:
    """The library, as a user calls it; no checks, as the original has none."""
    from rtlglot.run.run import run
    from rtlglot.run.spec import Spec

    spec = Spec(
        input=str(rows_file),
        output=str(output),
        source="instruction",
        target="description",
        engine="benchmarks.vllm:Cut",
        model=model,
        max_tokens=str(MOST_TOKENS),
        check="none",
        share=share,
        concurrency=2 * batch,
        set={"engine": ENGINE},
    )
    clock = Clock()
    summary = run(spec, clock)
    return {
        "seconds": summary.seconds,
        "cpu_s": clock.last - clock.begun,
        "rows": summary.accepted + summary.rejected + summary.failed,
        "output_tokens": summary.completion_tokens,
    }


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
    parser.add_argument("--rows", type=int, default=64)
    parser.add_argument("--batch", type=int, default=16, help="of the original's way")
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
    taken: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    for number in range(arguments.rounds):
        for way in WAYS if number % 2 == 0 else reversed(WAYS):
            taken[way].append(in_a_child(way, arguments))
    print_ratios(taken)


def in_a_child(way: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """One way in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="rtlglot-bench-") as folder:
        make_rows(Path(folder) / "rows.json", arguments.rows)
        command = [sys.executable, __file__, "--way", way, "--folder", folder, "--model", arguments.model]
        command += ["--batch", str(arguments.batch)]
        env = {**os.environ, "VLLM_LOGGING_LEVEL": "ERROR", "VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1"}
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=env, check=True)
    took: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert took["rows"] == arguments.rows, f"{took['rows']} rows came out of {arguments.rows}"
    print(
        f"{way:12} {took['rows'] / took['seconds']:6.2f} rows/s  {took['seconds']:7.1f} s  "
        f"{took['cpu_s'] / took['rows']:6.2f} CPU s a row  {took['output_tokens']:,} output tokens",
        flush=True,
    )
    return took


def print_ratios(taken: dict[str, list[dict[str, Any]]]) -> None:
    """What each part gave, from each way's best round: by the clock, and by CPU."""
    clock = {way: min(took["seconds"] for took in rounds) for way, rounds in taken.items()}
    cpu = {way: min(took["cpu_s"] for took in rounds) for way, rounds in taken.items()}
    steps = [
        ("prefix cache", "seed", "seed+prefix"),
        ("no barrier", "seed+prefix", "ours-share"),
        ("asked once", "ours-share", "ours"),
        ("in all", "seed", "ours"),
    ]
    print("\n               clock    CPU")
    for name, before, after in steps:
        print(f"{name:14} {clock[before] / clock[after]:4.2f}x  {cpu[before] / cpu[after]:4.2f}x")


if __name__ == "__main__":
    main()
