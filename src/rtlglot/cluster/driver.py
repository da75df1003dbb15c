"""A transformation on a Ray cluster: what `run` does on one machine, with its rows on many.

index (tasks) -> pending rows in chunks (tasks) -> replicas (actors: engine and walk) -> part files
                                                      └ checks (tasks)
"""

from __future__ import annotations

import contextlib
import pickle
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import ray
import ray.data

from rtlglot.cluster.connection import connected, cpus_of_each, note_missing_gpus, ours, replicas_for
from rtlglot.cluster.job import ClusterJob
from rtlglot.cluster.reading import FileIndex, chunks, index_file
from rtlglot.cluster.replica import ChunkOutcome, Replica
from rtlglot.cluster.settled import keys_in, settled
from rtlglot.errors import DuplicateId, RtlglotError, UsageError
from rtlglot.formats import Selection, data_files, open_dataset
from rtlglot.ledger.lock import take_lock
from rtlglot.ledger.parts import Manifest, read_manifest, sweep
from rtlglot.ledger.recipe import recipe_body
from rtlglot.records import PARTS_KEY, Assurance, Reason, Status
from rtlglot.run.assemble import Assembly, assemble, choose_engine, named
from rtlglot.run.deliver import ENDING, free
from rtlglot.run.events import run_in_loop
from rtlglot.run.ledgers import ledger_of
from rtlglot.run.run import summarize
from rtlglot.run.settle import refuse_fields_of_nothing
from rtlglot.run.spec import Spec, describe
from rtlglot.run.watch import Nobody, Summary, Tally, Watch
from rtlglot.stores.remote import here
from rtlglot.stores.store import Store, store_at

_MOST_ROWS = 256
"""In a part."""
_PARTS_PER_REPLICA = 8
"""At least, where there are rows enough: the last ones are shared out then."""
_ROWS_AT_A_REPLICA = 2048
"""So many at once keep an engine busy while others are examined."""
_ALONE = ("shard", "until", "redo", "limit", "emit_batch", "ingest_batch")
"""What runs on one machine only."""


def drive(spec: Spec, watch: Watch | None = None, command: Sequence[str] = ()) -> Summary:
    """See `rtlglot.cluster.run`."""
    watch = watch or Nobody()
    folder = _folder(spec)
    files = data_files(spec.input)
    one = replace(spec, input=files[0])
    plan = assemble(one, run_in_loop(named(choose_engine(one))), watch)
    if plan.rebuilding:
        raise UsageError(
            "a check that asks an engine does not run on a cluster", hint="see rtlglot roundtrip"
        )
    with contextlib.ExitStack() as stack:
        lock = take_lock(ledger_of(here(folder.place)))
        stack.callback(lock.release)
        # Ray tells of processes that died on standard output, which is for the summary.
        stack.enter_context(contextlib.redirect_stdout(sys.stderr))
        stack.enter_context(connected(spec.cluster, watch))
        return _Driver(spec, plan, watch).run(files, command)


def _folder(spec: Spec) -> Store:
    """Where the parts go. Raises UsageError for what cannot run on a cluster."""
    for name in _ALONE:
        if getattr(spec, name):
            raise UsageError(f"{name} is given, and does not go with a cluster", hint="leave out one of them")
    if "-" in (spec.input, spec.output):
        raise UsageError("- is not read or written on a cluster", hint="name what all nodes see")
    if not spec.output:
        raise UsageError("no --output is given", hint="on a cluster it is a folder: -o out/")
    folder = store_at(spec.output)
    if Path(spec.output).is_file() or (folder.names() and read_manifest(folder) is None):
        raise UsageError(
            f"{spec.output} exists, and no run on a cluster made it", hint="name another --output"
        )
    return folder


class _Driver:
    """The process that the job's rows are counted in, and never are in."""

    def __init__(self, spec: Spec, plan: Assembly, watch: Watch) -> None:
        self._spec, self._plan, self._watch = spec, plan, watch
        self._job = ClusterJob(plan.spec, plan.rows.recipe, plan.rows.reads)
        self._tally = Tally()

    def run(self, files: Sequence[str], command: Sequence[str]) -> Summary:
        """Index, work, tell."""
        folder, tally = self._job.folder, self._tally
        manifest = self._manifest()
        self._watch.stage(f"reading {self._spec.input}")
        found = self._index(files)
        pending = self._pending(found, manifest)
        run: dict[str, Any] = {"spec": describe(self._spec), "started": time.time()}
        run["command"] = orjson.dumps(list(command)).decode() if command else None
        manifest.index = [each.name for each in found]
        manifest.runs.append(run)
        manifest.write(folder)
        ending, lost = "done", None
        try:
            if tally.pending:
                self._work(files, pending)
        except KeyboardInterrupt:
            ending = "interrupted"
        except RtlglotError as error:
            ending, lost = "lost", error
        tally.end()
        if not tally.pending:
            sweep(folder, manifest)
        run |= {"ended": time.time(), "ending": ending}
        manifest.write(folder)
        said = summarize(self._plan, tally, ending)
        ledger = ledger_of(here(folder.place))
        summary = replace(said, output=folder.place, failures="", ledger=str(ledger))
        self._watch.end(summary)
        if lost is not None:
            raise lost
        return summary

    def _manifest(self) -> Manifest:
        """The folder's, or a new one. Raises UsageError where its parts are of another recipe."""
        recipe, body = self._job.recipe.hex(), recipe_body(self._plan.recipe)
        manifest = read_manifest(self._job.folder) or Manifest(recipe=recipe, body=body)
        if manifest.recipe != recipe:
            before, now = orjson.loads(manifest.body), orjson.loads(body)
            names = sorted(name for name in now if now[name] != before.get(name))
            raise UsageError(
                f"{self._job.folder.place} was not made as this run would: {', '.join(names)} differs",
                hint="name another --output, or give the same flags",
            )
        return manifest

    def _index(self, files: Sequence[str]) -> list[FileIndex]:
        """All files', read side by side. Raises InputError, DuplicateId."""
        task: Any = ray.remote(num_cpus=1, max_retries=3)(index_file)
        with ours():
            found: list[FileIndex] = ray.get([task.remote(self._job, file) for file in files])
        columns = tuple(dict.fromkeys(name for each in found for name in each.columns))
        refuse_fields_of_nothing(self._plan.named, columns, self._spec.input)
        ids = np.concatenate([each.ids for each in found])
        if len(np.unique(ids)) < len(ids):
            raise DuplicateId(
                f"{len(ids) - len(np.unique(ids)):,} rows have the id of another row",
                file=self._spec.input,
                hint="give another field as the id with --id FIELD; files of a folder need ids of their own",
            )
        types = dict(open_dataset(files[0], Selection.of(asdict(self._spec))).shape.schema)
        target = self._spec.target
        texts = [*(free(name, dict.fromkeys(columns)) for name in (*ENDING, "detail")), target, PARTS_KEY]
        schema = {**types, **dict.fromkeys(texts, pa.string())}
        if target in columns:
            reference = free(f"reference_{target}", dict.fromkeys(columns))
            schema[reference] = types.get(target, pa.string())
        self._job = replace(self._job, columns=columns, schema=schema)
        return found

    def _pending(self, found: Sequence[FileIndex], manifest: Manifest) -> list[Any]:
        """For each file, of each of its rows, whether it has no outcome yet."""
        parts = settled(self._job)
        keys, first = np.unique(keys_in(parts), return_index=True)
        mine = np.concatenate([each.keys for each in found])
        current = np.isin(keys, mine, assume_unique=True)
        manifest.stale = [key.ljust(16, b"\0").hex() for key in keys[~current].tolist()]
        kept = parts.take(pa.array(first[current]))
        counts = self._tally.counts
        counts.total = len(mine)
        columns = [kept.column(n).to_pylist() for n in range(1, 4)]
        for (status, reason, assurance), rows in Counter(zip(*columns, strict=True)).items():
            counts.settle(Status(status), Reason(reason), Assurance(assurance), rows)
        self._tally.kept = counts.settled
        if self._tally.kept:
            self._watch.note(f"{self._tally.kept:,} of {len(mine):,} rows have their outcome already")
        return [~np.isin(each.keys, keys) for each in found]

    def _work(self, files: Sequence[str], pending: Sequence[Any]) -> None:
        """All pending rows. Raises EngineLost."""
        spec, tally = self._spec, self._tally
        replicas = spec.replicas or replicas_for(spec.gpus_per_replica)
        job = replace(self._job, cpus=cpus_of_each(replicas))
        note_missing_gpus(replicas, spec.gpus_per_replica, self._watch)
        size = max(1, min(_MOST_ROWS, tally.pending // (replicas * _PARTS_PER_REPLICA)))
        calls = max(1, min(_ROWS_AT_A_REPLICA // size + 1, tally.pending // size // (2 * replicas)))
        readers = ray.data.TaskPoolStrategy(size=min(_READERS, len(files)))
        masks = [ray.put(mask) for mask in pending]
        data = ray.data.from_items([{"file": n} for n in range(len(files))], override_num_blocks=len(files))
        data = data.map_batches(
            _read, batch_size=1, num_cpus=0, compute=readers,
            fn_args=(job, list(files), masks, size),
        )  # fmt: skip
        data = data.map(
            Replica,
            fn_constructor_args=(job,),
            compute=ray.data.ActorPoolStrategy(
                size=replicas,
                max_tasks_in_flight_per_actor=calls + 1,
                max_concurrent_calls_per_actor=calls,
            ),
            num_cpus=job.cpus,
            num_gpus=spec.gpus_per_replica or None,
        )
        self._watch.stage(f"starting {replicas} replicas of {self._plan.recipe.engine}")
        context = data.context
        context.enable_progress_bars = context.print_on_execution_start = False
        # A block is what a replica is given at a time: one chunk. A repartition would do the same with a CPU
        # of its own, and never run where the replicas have them all.
        context.target_max_block_size = 1
        with ours():
            for number, row in enumerate(data.iter_rows()):
                if not number:
                    tally.start()
                self._hear(pickle.loads(row["told"]))

    def _hear(self, told: ChunkOutcome) -> None:
        tally = self._tally
        for (status, reason, assurance), rows in told.outcomes.items():
            tally.counts.settle(status, reason, assurance, rows)
        for check, statuses in told.rungs.items():
            tally.rungs.setdefault(check, Counter()).update(statuses)
        tally.requests += told.meter["requests"]
        tally.reused += told.meter["reused"]
        tally.prompt_tokens += told.meter["prompt_tokens"]
        tally.completion_tokens += told.meter["completion_tokens"]
        tally.cached_tokens += told.meter["cached_tokens"]
        self._watch.tick(tally)


_READERS = 8
"""Files that are read at once while replicas work."""


def _read(
    batch: dict[str, Any], job: ClusterJob, files: list[str], masks: list[Any], size: int
) -> Iterator[Any]:
    for file in batch["file"]:
        for chunk in chunks(job, files[file], ray.get(masks[file]), size):
            yield {"chunk": [chunk]}
