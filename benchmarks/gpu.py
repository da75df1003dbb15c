"""vLLM on this machine's GPU: rtlglot against the engine's own loop, on the same lists of tokens.

    python benchmarks/gpu.py OUT [--only 8b 3b …] [--rows 1000] [--designs spec-to-rtl.jsonl]

Weights are random and nothing is fetched; prompts have the original table's mean length (568.8 tokens,
of which 424 are shared by all), replies 123. `rtlglot bench` is run as a user runs it. The engine's own
loop is what vLLM's throughput benchmark does: `LLM.generate` of everything at once. OUT gets a line of
results.jsonl as each is known, and table.md; the engine's logs lie beside them.

    twice           bench of 8b with prefix caching, twice: the first compiles what later starts find
    8b, 3b          bench at 8192 tokens of context, prefix caching off and on; and the engine's own
    full            8b at its full context
    batched, seqs   8b over max_num_batched_tokens and max_num_seqs
    flight, graphs  8b with fewer and more in flight; with CUDA graphs for 1,024 rows
    checks          `rtlglot transform` to Verilog without checks and with proofs: how busy the GPU was
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Our own folder would stand in for the package vllm, which has a file's name here.
sys.path[0] = str(ROOT)

from benchmarks.gpu_input import chats_of, designs, model_folder, write_rows  # noqa: E402 - after the path
from benchmarks.gpu_report import Busy, Line, counted, machine, table  # noqa: E402 - after the path

from rtlglot.engines.vllm.engine import VllmEngine  # noqa: E402 - after the path
from rtlglot.records import Finish, Reply, Request, Sampling  # noqa: E402 - after the path

MODELS = {"8b": "meta-llama/Llama-3.1-8B-Instruct", "3b": "meta-llama/Llama-3.2-3B-Instruct"}
CHECKS = {"none": "none", "proofs": "screen,syntax,elaborate,synth,equivalence"}
"""Without `asked`: the designs are not what the rows ask for."""
SAMPLING = Sampling(200, 0.4, seed=1)
"""What `rtlglot bench` asks for unless told otherwise."""


class Bench:
    """The steps, and where their results go."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.out = Path(arguments.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.lines: list[Line] = []
        self.steps: dict[str, Callable[[], Iterator[Line]]] = {
            "twice": lambda: self.bench("8b", ["prefix_caching=on,on"]),
            "8b": lambda: self.against_own("8b"),
            "3b": lambda: self.against_own("3b"),
            "full": lambda: self.bench("8b", ["max_model_len=131072", "prefix_caching=off"]),
            "batched": lambda: self.bench("8b", ["max_num_batched_tokens=16384,32768,4096,2048"]),
            "flight": lambda: self.bench("8b", ["max_in_flight=640,808,2560"]),
            "graphs": lambda: self.bench("8b", ["max_cudagraph_capture_size=1024"]),
            "seqs": lambda: self.bench("8b", ["max_num_seqs=256,512"]),
            "checks": self.checks,
        }

    def run(self) -> None:
        """All that are asked for; one that fails is a line."""
        self._note({"step": "machine", **machine()})
        for name in self.arguments.only or self.steps:
            try:
                for line in self.steps[name]():
                    self._note({"step": name, **line})
            except (subprocess.SubprocessError, OSError, ValueError) as error:
                self._note({"step": name, "trouble": f"{type(error).__name__}: {error}"})

    def against_own(self, model: str) -> Iterator[Line]:
        """Ours and the engine's own."""
        self.folder(model)
        for caching in ("off", "on"):
            command = [__file__, str(self.out), "--own", model, "--caching", caching]
            for line in self._call(command, f"own-{model}-{caching}"):
                yield {"way": "own", "model": model, **line}
            yield from self.bench(model, [f"prefix_caching={caching}"])

    def bench(self, model: str, sweep: Sequence[str]) -> Iterator[Line]:
        """`rtlglot bench` over the rows."""
        folder = self.folder(model)
        command = ["-m", "rtlglot", "bench", "--engine", "vllm", "--model", str(folder), "--dummy-weights"]
        command += ["--input", str(folder / "rows.jsonl"), "--json", "--max-tokens", str(SAMPLING.max_tokens)]
        if not any(text.startswith("max_model_len") for text in sweep):
            command += ["--set", "engine.max_model_len=8192"]
        for text in sweep:
            command += ["--sweep", text]
        name = f"bench-{model}-" + "-".join(sweep).replace("=", "-").replace(",", "_")
        for line in self._call(command, name):
            yield {"way": "bench", "model": model, **line}

    def checks(self) -> Iterator[Line]:
        """The whole command without checks and with proofs, and how busy the GPU was."""
        for check in CHECKS:
            command = [__file__, str(self.out), "--transform", check, "--designs", self.arguments.designs]
            self.folder("8b")
            for line in self._call(command, f"transform-{check}"):
                yield {"way": f"transform, checks {check}", "model": "8b", **line}

    def folder(self, model: str) -> Path:
        """The model's, with rows.jsonl in it; made once."""
        folder = self.out / "models" / model
        if not (folder / "rows.jsonl").is_file():
            model_folder(folder, MODELS[model])
            write_rows(folder / "rows.jsonl", folder, self.arguments.rows)
        return folder

    def _call(self, command: Sequence[str], name: str) -> list[Line]:
        """A child's JSON: a list, or an object on its last line. Its errors go into a log."""
        log = self.out / f"{name}.log"
        with log.open("w") as errors:
            done = subprocess.run(
                [sys.executable, *command], stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT,
                check=False, timeout=self.arguments.timeout_s,
            )  # fmt: skip
        (self.out / f"{name}.out").write_text(done.stdout)
        begins = [n for n, text in enumerate(done.stdout.splitlines()) if text in ("[", "RESULT")]
        if not begins:
            raise ValueError(f"{name} exited with {done.returncode}: {log.read_text()[-600:]}")
        text = "\n".join(done.stdout.splitlines()[begins[-1] :]).removeprefix("RESULT\n")
        # vLLM may still say something as it ends.
        lines: list[Line] = json.JSONDecoder().raw_decode(text)[0]
        return lines

    def _note(self, line: Line) -> None:
        print(json.dumps(line), flush=True)
        self.lines.append(line)
        with (self.out / "results.jsonl").open("a") as results:
            results.write(json.dumps(line) + "\n")
        (self.out / "table.md").write_text(table(self.lines))


def own(folder: Path, *, caching: bool, model: str) -> list[Line]:
    """The engine's own loop: with its benchmark's sampling, then with ours; both cold."""
    from vllm import LLM, SamplingParams

    from rtlglot.engines.vllm.chat import Chat
    from rtlglot.jobs.bench import BenchSpec, requests_of

    texts = [json.loads(line)["instruction"] for line in (folder / "rows.jsonl").read_text().splitlines()]
    spec = BenchSpec("vllm", str(folder), {}, {}, chats_of(texts), SAMPLING, varied=True)
    requests, chat = requests_of(spec), Chat.load(str(folder), {})
    prompts: Any = [{"prompt_token_ids": chat.ids(request.messages)} for request in requests]
    limits = [request.sampling.max_tokens for request in requests]
    llm = LLM(str(folder), load_format="dummy", max_model_len=8192, enable_prefix_caching=caching)
    samplings = {
        "its benchmark's sampling": {"temperature": 1.0, "top_p": 1.0},
        "our sampling": {"temperature": 0.4, "top_p": 0.9},
    }
    # The first requests on a machine wait for kernels that are compiled on the way.
    llm.generate(prompts[:64], SamplingParams(max_tokens=32, temperature=0.4, top_p=0.9), use_tqdm=False)
    lines = []
    for name, sampling in samplings.items():
        asked = [SamplingParams(max_tokens=most, ignore_eos=True, **sampling) for most in limits]
        llm.reset_prefix_cache()
        begun = time.perf_counter()
        answers = llm.generate(prompts, asked, use_tqdm=False)
        seconds = time.perf_counter() - begun
        lines.append({"setting": {"prefix_caching": caching, "sampling": name}, **counted(answers, seconds)})
    return [{**line, "mfu": _share(MODELS[model], line)} for line in lines]


def _share(model: str, line: Line) -> float | None:
    from rtlglot.jobs.bench_share import Share
    from rtlglot.plan.roofline import Tokens

    tokens = Tokens(line["rows"], line["input_tokens"], line["cached_tokens"], line["output_tokens"])
    return Share(model, "vllm", {}).of(tokens, line["seconds"])


class Designer(VllmEngine):
    """Our engine, whose replies take vLLM as long as ever and then say what REPLIES has for the row.

    Random weights write noise, and noise ends at the first check. Named `benchmarks.gpu:Designer`.
    """

    async def generate(self, request: Request) -> Reply:
        """The text is swapped after vLLM has written as many tokens as a reply usually has."""
        length = int(random.Random(request.row_id).lognormvariate(4.79, 0.5))
        sampling = replace(request.sampling, max_tokens=max(16, min(200, length)))
        reply = await super().generate(replace(request, sampling=sampling))
        return replace(reply, text=f"```verilog\n{REPLIES[request.row_id]}\n```", finish=Finish.STOP)


REPLIES: dict[str, str] = {}


def write_designs(data: Path, folder: Path, source: Path) -> None:
    """The rows with a reference each, VerilogEval's in turn; every third reply is a mutant of it."""
    from rtlglot.verilog.mutations import mutants

    known = designs(source)
    broken = [list(mutants(verilog, most=1)) for _, verilog in known]
    rows = []
    for number, line in enumerate((folder / "rows.jsonl").read_text().splitlines()):
        verilog, wrong = known[number % len(known)][1], broken[number % len(known)]
        reply = wrong[0].text if number % 3 == 2 and wrong else verilog
        # The comment keeps what one row has proved from answering for another.
        REPLIES[str(number)] = f"// {number}\n{reply}"
        rows.append(json.dumps({**json.loads(line), "verilog": f"{verilog}\n// reference {number}"}))
    data.write_text("\n".join(rows) + "\n")


def transform(folder: Path, out: Path, check: str, source: Path) -> list[Line]:
    """`rtlglot transform` as a library call, the GPU's own figure of its business sampled meanwhile."""
    # The engine is loaded by its name, from a module that must be this one.
    from benchmarks import gpu as named

    from rtlglot.run.run import run
    from rtlglot.run.spec import Spec

    data = out / f"designs-{check}.jsonl"
    named.write_designs(data, folder, source)
    spec = Spec(
        input=str(data), output=str(out / f"made-{check}.jsonl"), source="instruction", target="verilog",
        engine="benchmarks.gpu:Designer", model=str(folder), check=CHECKS[check], max_tokens="200",
        existing="replace",
        set={"engine": {"dummy_weights": True, "max_model_len": "8192"}},
    )  # fmt: skip
    with Busy(out / f"busy-{check}.csv") as busy:
        summary = run(spec)
    answered, percent = summary.accepted + summary.rejected + summary.failed, busy.percent(summary.seconds)
    return [{
        "rows": answered, "accepted": summary.accepted, "seconds": summary.seconds,
        "it_s": round(answered / summary.seconds, 2), "reasons": summary.reasons, "rungs": summary.rungs,
        "gpu_busy_percent": percent,
        "input_tokens_s": summary.prompt_tokens / summary.seconds,
        "output_tokens_s": summary.completion_tokens / summary.seconds,
        "note": f"GPU busy {percent} % of the run",
    }]  # fmt: skip


def main() -> None:
    """A child measures one thing, the parent all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out")
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--designs", default=str(ROOT.parent / "shared/data/verilogeval/spec-to-rtl.jsonl"))
    parser.add_argument("--timeout-s", type=float, default=420.0, help="of one engine's run")
    for name in ("--own", "--caching", "--transform"):
        parser.add_argument(name, default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    )
    made = Bench(arguments)
    if arguments.own:
        folder = made.folder(arguments.own)
        lines = own(folder, caching=arguments.caching == "on", model=arguments.own)
    elif arguments.transform:
        check, source = arguments.transform, Path(arguments.designs)
        lines = transform(made.folder("8b"), made.out, check, source)
    else:
        made.run()
        return
    print("RESULT\n" + json.dumps(lines), flush=True)


if __name__ == "__main__":
    main()
