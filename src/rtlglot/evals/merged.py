"""The shards of an evaluation become the evaluation: answers, references and score of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import orjson

from rtlglot.errors import UsageError
from rtlglot.evals.audit import examine_references
from rtlglot.evals.evaluate import LEDGERS, SPEC_FILE, begin, scored
from rtlglot.evals.problems import read_problems
from rtlglot.evals.spec import EvalSpec
from rtlglot.formats import ANSWERS_FILE, parts_of
from rtlglot.jobs.merge import MergeSummary, merge, shards_named
from rtlglot.options import fill
from rtlglot.records import Json
from rtlglot.run.ledgers import ledger_of, open_ledger
from rtlglot.run.watch import Nobody


def merge_evaluation(outputs: Sequence[str], output: str = "") -> tuple[MergeSummary, dict[str, Json]]:
    """Put the shards with these folders together, and those beside them; what the whole is, and its score.

    References of shards that are not here are tried here. Raises UsageError.
    """
    whole, shard = shards_named(outputs)
    folders = [path.parent for each, path in parts_of(whole).items() if each.of == shard.of]
    if not folders:
        raise UsageError(
            f"no shard of {whole} has begun", hint=f"FOLDER.I-of-N/{ANSWERS_FILE}.ledger is merged"
        )
    told = [orjson.loads((folder / SPEC_FILE).read_bytes()) for folder in folders]
    own = {"output": output or str(whole), "shard": "", "until": "", "ledger_dir": "", "redo": ()}
    spec = fill(EvalSpec, {**told[-1], **own})
    problems = read_problems(spec.input, spec.kind, spec.limit)
    begin(spec, problems)
    for name in LEDGERS:
        found = [path for folder in folders if (path := ledger_of(folder / name)).exists()]
        if name != ANSWERS_FILE and found:
            with open_ledger(spec.folder / name) as ledger:
                for path in found:
                    ledger.absorb(path)
    if any(problem.reference for problem in problems.found):
        examine_references(spec.folder, problems.found, spec, Nobody())
    merged = merge(outputs, str(spec.folder))
    score = scored(spec, problems, "stopped" if merged.pending else "done", _spent(folders))
    return replace(merged, output=str(spec.folder)), score


def _spent(folders: Sequence[Path]) -> float | None:
    """Money, where the engine told."""
    scores = (folder / "score.json" for folder in folders)
    spent = [orjson.loads(path.read_bytes())["spent"] for path in scores if path.exists()]
    known = [one for one in spent if one is not None]
    return sum(known) if known else None
