"""What to evaluate: the fields are the flags of `rtlglot eval`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from rtlglot.checks.ladder import for_scores
from rtlglot.errors import UsageError
from rtlglot.evals.protocols import PROTOCOLS, Protocol
from rtlglot.formats import ANSWERS_FILE, PROBLEMS_FILE
from rtlglot.options import flag, like, refuse_below, refuse_unlisted
from rtlglot.records import Json
from rtlglot.run.ledgers import part_of
from rtlglot.run.spec import Spec
from rtlglot.run.until import end_time
from rtlglot.stores.remote import is_url

LADDER = "screen,syntax,elaborate,synth,equivalence,testbench"
"""All that tells why an answer is wrong, and both that say that it is right."""
_like = partial(like, Spec)
_SEVERAL = 0.8
"""The temperature of several samples; one sample is greedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalSpec:
    """Which problems, answered by whom, judged how."""

    input: str = flag("a benchmark's file or folder, or a dataset of your own", "PROBLEMS")
    kind: str = flag("which benchmark, where its files do not tell", "--as", default="", metavar="NAME")
    output: str = flag(
        "a folder for all that comes out (default: named after problems and model)",
        "-o", "--output", default="", metavar="FOLDER",
    )  # fmt: skip
    samples: int | None = flag(
        "samples of each problem (default: the protocol's, else 1)", default=None, metavar="N"
    )
    k: tuple[int, ...] = flag("which pass@k", default=(1, 5, 10), metavar="LIST")
    protocol: Literal["", "verilogeval-v1", "verilogeval-v2", "rtllm", "rtl-benchls"] = flag(
        "the published prompt shape and sampling, and its own scoring in a column beside ours", default=""
    )
    samples_from: str = flag(
        "score completions that exist: JSONL of task_id and completion, or a folder of NAME_sample01.sv",
        default="", metavar="FILE",
    )  # fmt: skip
    audit: bool = flag("try the problems themselves; asks no model", default=False)
    mutants: int = flag("broken designs made of each reference, for --audit", default=12, metavar="N")
    limit: int | None = flag("only the first N problems", default=None, metavar="N")

    model: str = _like("model")
    engine: str = _like("engine")
    temperature: float | None = _like(
        "temperature", default=None, help="0 is greedy (default: the protocol's, else 0.8; 0 for one sample)"
    )
    top_p: float | None = _like("top_p", default=None)
    max_tokens: str = _like("max_tokens")
    seed: int | None = _like("seed")
    prompt: str = _like("prompt", group="the model")
    set: Mapping[str, Json] = _like("set")
    emit_batch: str = _like("emit_batch")
    ingest_batch: str = _like("ingest_batch")

    check: str = _like("check", default=LADDER, help="the rungs of the ladder that are asked")
    standard: Literal["v2001", "v2005", "sv2017"] = _like("standard")
    concurrency: int | None = _like("concurrency")
    redo: tuple[str, ...] = _like("redo")
    drain_s: float = _like("drain_s")
    shard: str = _like("shard", help="only this part of the problems, into a folder of its own; see merge")
    until: str = _like("until")
    ledger_dir: str = _like("ledger_dir")

    def __post_init__(self) -> None:
        refuse_unlisted(self)
        refuse_below(0, self, "", "samples", "limit", "mutants")
        if self.audit and self.samples_from:
            raise UsageError("--audit tries the problems, not completions", hint="leave one of them out")
        if self.audit and self.shard:
            raise UsageError("--audit has no shards", hint="leave --shard away")
        if is_url(self.output):
            raise UsageError("an evaluation's folder is on this machine", hint="copy it when it is done")
        if self.until:
            end_time(self.until)
        if not all(re.fullmatch(r"0*[1-9]\d*", str(k)) for k in self.k):
            raise UsageError(
                f"k is {','.join(map(str, self.k))}", hint="expected numbers above 0, as in 1,5,10"
            )

    @property
    def followed(self) -> Protocol:
        """The protocol; one that says nothing where none is asked for."""
        return PROTOCOLS[self.protocol]

    @property
    def folder(self) -> Path:
        """Where everything goes; a shard's own."""
        return part_of(self.whole, self.shard)

    @property
    def whole(self) -> Path:
        """Where everything of all shards goes."""
        if self.output:
            return Path(self.output)
        by = "audit" if self.audit else Path(self.samples_from or self.model.rstrip("/")).stem or "model"
        return Path(re.sub(r"[^\w.+-]", "_", f"{Path(self.input).resolve().stem}_{by}_eval"))

    def run_values(self, folder: Path, samples: int) -> dict[str, Any]:
        """The transform that this evaluation is."""
        followed = self.followed
        several = 0.0 if samples == 1 else _SEVERAL
        temperature = followed.temperature if self.temperature is None else self.temperature
        values: dict[str, Any] = {
            "input": str(folder / PROBLEMS_FILE),
            "output": str(folder / ANSWERS_FILE),
            "existing": "replace",
            "source": "instruction",
            "target": "verilog",
            "samples": samples,
            "choose": "all",
            "temperature": several if temperature is None else temperature,
            "top_p": followed.top_p if self.top_p is None else self.top_p,
            "prompt": self.prompt or followed.prompt_file,
            "set": {**self.set, "check": for_scores(self.check, self.set.get("check", {}))},
        }
        same = ("max_tokens", "seed", "emit_batch", "ingest_batch", "check", "standard", "concurrency")
        values |= {name: getattr(self, name) for name in (*same, "redo", "drain_s", "until", "ledger_dir")}
        if self.samples_from:
            return values | {"engine": "recorded", "model": str(folder / "completions.jsonl")}
        return values | {"engine": self.engine, "model": self.model}
