"""The library's front door: the jobs of the command line as functions, on files or on rows in memory."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from rtlglot import cluster
from rtlglot.engines import ENGINES, Engine
from rtlglot.engines.pick import pick
from rtlglot.errors import InputError, RowError, UsageError
from rtlglot.formats import open_dataset
from rtlglot.options import by_field, fill
from rtlglot.records import Reply, Request
from rtlglot.run.run import arun, outside, run
from rtlglot.run.spec import Spec, make_spec
from rtlglot.run.watch import Summary, Watch
from rtlglot.stores.remote import here

if TYPE_CHECKING:
    from rtlglot.exports import ExportSummary
    from rtlglot.jobs.check_spec import CheckSummary
    from rtlglot.reports.compare import Comparison

Data = str | Path | Iterable[Mapping[str, Any]]
"""A file or folder, or rows in memory: a list of dicts, a pandas DataFrame, a datasets.Dataset."""


def transform(
    input: Data,
    output: str | Path = "",
    *,
    source: str,
    target: str,
    watch: Watch | None = None,
    **settings: Any,
) -> Summary:
    """Translate the field `source` of every row into `target`; how it ended, every row counted.

    `settings` are the flags of `rtlglot transform`, by name (`model=`, `max_tokens=`, `check=` …); the
    engine's other options go into `set={"engine": {...}}`. The same call after a crash resumes; for rows
    in memory name an `output`, else all goes into a temporary folder. `rows(summary)` gives what came
    out. Works inside a running event loop (a notebook) too.

    Raises UsageError (exit code 2 of the command line) before anything is asked, and EngineLost when
    an engine is gone for good; both are RtlglotError with a `hint`.
    """
    spec = _spec(input, output, source, target, settings)
    return (cluster.run if spec.cluster else run)(spec, watch)


async def atransform(
    input: Data,
    output: str | Path = "",
    *,
    source: str,
    target: str,
    watch: Watch | None = None,
    **settings: Any,
) -> Summary:
    """`transform` to be awaited."""
    return await arun(_spec(input, output, source, target, settings), watch)


def _spec(input_: Data, output: str | Path, source: str, target: str, settings: dict[str, Any]) -> Spec:
    path, output = _on_disk(input_, output)
    return make_spec({**settings, "input": path, "output": output, "source": source, "target": target})


def check(input: Data, output: str | Path = "", **settings: Any) -> CheckSummary:
    """Examine designs (or texts about them) that exist: how many got which status on which rung.

    `settings` are the flags of `rtlglot check`, by name (`field=`, `reference=`, `check=` …); `output`
    gets the verdicts, one row each, and `rows(summary)` reads them. Raises UsageError.
    """
    from rtlglot.jobs.check import check as examine
    from rtlglot.jobs.check_spec import CheckSpec

    several = isinstance(input, list | tuple) and all(isinstance(each, str | Path) for each in input)
    paths, output = (input, output) if several else _on_disk(input, output, "verdicts.jsonl")
    spec = fill(CheckSpec, by_field(CheckSpec, {**settings, "input": paths, "output": str(output)}))
    return outside(lambda: examine(spec))


def roundtrip(
    rows: Data,
    output: str | Path = "",
    *,
    describer: str = "",
    rebuilder: str = "",
    watch: Watch | None = None,
    **settings: Any,
) -> Summary:
    """Score descriptions by what can be built again from them: `summary.score`, and per row
    `rows(summary)` (accepted ones; the others are in `summary.failures`).

    `describer` and `rebuilder` are models as `model` of `transform`; without a rebuilder the describer
    builds, too. `settings` are the flags of `rtlglot roundtrip`, by name (`describe=`, `rebuilds=`,
    `refine=` …). Raises as `transform` does.
    """
    from rtlglot.jobs.roundtrip import spec_of

    path, output = _on_disk(rows, output)
    own = {"input": path, "output": output, "model": describer or None, "rebuilder": rebuilder or None}
    return run(spec_of({**settings, **own}), watch)


def roundtrip_one(verilog: str, text: str = "", **settings: Any) -> dict[str, Any]:
    """One design, and a text about it (else it is written): the row as `roundtrip` delivers it."""
    field = settings.get("field", "description")
    design = settings.get("verilog", "verilog")
    summary = roundtrip([{"id": "1", design: verilog, field: text}], **settings)
    delivered = summary.output if summary.accepted else summary.failures
    found: dict[str, Any] = rows(delivered)[0]
    return found


def verify_for_benchls(
    golden_rtl: str,
    revised_rtl: str,
    top_module: str,
    *,
    design_type: str = "",
    extra_files: Mapping[str, str] | None = None,
) -> bool:
    """Whether a design is proved equivalent to a golden one: a verifier as RTL-BenchLS's runner asks for.

    Only a proof is a yes. Modules that neither text has are black boxes, the same on both sides; the
    scripts in `extra_files` are for other tools, and `design_type` is found out.
    """
    from rtlglot.jobs.equiv import prove
    from rtlglot.records import CheckStatus, Context

    context = Context(reference=golden_rtl, top=top_module or None)
    return outside(lambda: prove(revised_rtl, context, {"limit_s": 60.0})).status is CheckStatus.EQUIVALENT


def export(output: str | Path | Summary, path: str | Path, *, format: str, **settings: Any) -> ExportSummary:
    """Write a transform's output in a form that a trainer reads; `settings` as of `rtlglot export`."""
    from rtlglot.exports import ExportSpec
    from rtlglot.exports import export as write

    own = {**settings, "format": format, "output": _path_of(output), "path": str(path)}
    return write(fill(ExportSpec, by_field(ExportSpec, own)))


def compare(a: str | Path | Summary, b: str | Path | Summary) -> Comparison:
    """What got better and what got worse from run A to run B, row by row."""
    from rtlglot.ledger.opening import find_ledger
    from rtlglot.reports.compare import compare as side_by_side

    return side_by_side(find_ledger(_path_of(a)), find_ledger(_path_of(b)))


def report(output: str | Path | Summary, page: str | Path = "", *, group: str = "") -> Path:
    """The HTML page of a run: OUTPUT.report.html unless `page` says otherwise; where it is."""
    from rtlglot.ledger.opening import find_ledger
    from rtlglot.reports.write import write_report

    ledger = find_ledger(_path_of(output))
    target = Path(page or f"{str(ledger).removesuffix('.ledger')}.report.html")
    write_report(ledger, target, group=group)
    return target


def rows(output: str | Path | Summary | CheckSummary, like: Any = None) -> Any:
    """What is in an output: a list of dicts, or what `like` is (a DataFrame or a Dataset, or its class)."""
    with open_dataset(_path_of(output)) as dataset:
        found = [{"id": row.id, **row.fields} for row in dataset]
    pandas, datasets = sys.modules.get("pandas"), sys.modules.get("datasets")
    if pandas and (like is pandas.DataFrame or isinstance(like, pandas.DataFrame)):
        return pandas.DataFrame.from_records(found)
    if datasets and (like is datasets.Dataset or isinstance(like, datasets.Dataset)):
        return datasets.Dataset.from_list(found)
    return found


def _path_of(output: str | Path | Summary | CheckSummary) -> str:
    return str(output) if isinstance(output, str | Path) else output.output


def _on_disk(data: Data, output: str | Path, name: str = "output.jsonl") -> tuple[str, str]:
    """Where the rows and the output are; rows in memory are written beside the output."""
    if isinstance(data, str | Path):
        return str(data), str(output)
    output = str(output or Path(tempfile.mkdtemp(prefix="rtlglot-")) / name)
    target = here(output)
    path = target.with_name(f"{target.name}.input.jsonl")
    pandas = sys.modules.get("pandas")
    is_frame = pandas is not None and isinstance(data, pandas.DataFrame)
    records = data.to_dict("records") if is_frame else data  # type: ignore[attr-defined]
    with path.open("wb") as file:
        for number, row in enumerate(records, 1):
            if not isinstance(row, Mapping):
                raise UsageError(f"row {number} is a {type(row).__name__}", hint="rows are dicts by field")
            file.write(_line(row, number))
    return str(path), output


def _line(row: Mapping[str, Any], number: int) -> bytes:
    try:
        return orjson.dumps(dict(row), option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE)
    except TypeError as error:
        raise InputError(f"row {number} holds what JSON cannot: {error}") from error


class Model:
    """An engine without `await`: for scripts that ask for a few replies themselves.

    A context manager; the model is loaded at the first asking and stays until `close`.
    """

    def __init__(self, model: str = "", engine: str | Engine = "", **options: Any) -> None:
        """`model` and `engine` as on the command line, or an Engine; `options` are the engine's own."""
        if isinstance(engine, str):
            name, model = pick(engine, model)
            self._engine: Engine = ENGINES.load(name)(model, options)
        else:
            self._engine = engine
        self._runner = asyncio.Runner()
        self._started = False

    def ask(self, requests: Sequence[Request]) -> list[Reply | RowError]:
        """The replies, in order; where a request has none, its RowError in its place."""
        return self._runner.run(self._ask(requests))

    async def _ask(self, requests: Sequence[Request]) -> list[Reply | RowError]:
        if not self._started:
            await self._engine.start()
            self._started = True
        return await asyncio.gather(*(self._answer(request) for request in requests))

    async def _answer(self, request: Request) -> Reply | RowError:
        try:
            return await self._engine.generate(request)
        except RowError as error:
            return error

    def close(self) -> None:
        """Free the engine."""
        self._runner.run(self._engine.aclose())
        self._runner.close()

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
