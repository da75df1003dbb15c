"""The card of a Hugging Face dataset: what is in it, how it was made, what was left out and why.

Everything that comes from a row, a model or a file's name is data: it is quoted, never markup.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from rtlglot import __version__
from rtlglot.exports.example import Example
from rtlglot.exports.folder import MARK
from rtlglot.exports.history import History
from rtlglot.exports.spec import ExportSpec, ExportSummary
from rtlglot.records import Assurance, Json, Status

MOST_SOURCES = 100
"""Lines of the table of sources; the rest is counted in one."""
_MOST_CHARACTERS = 200
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_HUB_LICENCES = frozenset(
    (
        "apache-2.0 mit bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear isc zlib unlicense cc0-1.0 wtfpl "
        "cc-by-2.0 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-4.0 cc-by-nc-sa-4.0 "
        "cc-by-nd-4.0 cc-by-nc-nd-4.0 gpl gpl-2.0 gpl-3.0 agpl-3.0 lgpl lgpl-2.1 lgpl-3.0 mpl-2.0 epl-1.0 "
        "epl-2.0 eupl-1.1 eupl-1.2 osl-3.0 artistic-2.0 bsl-1.0 ms-pl ncsa postgresql odc-by odbl pddl"
    ).split()
)
"""Those of the hub's identifiers that hardware comes under; any other one is 'other' there."""


class Licences:
    """Counts rows by source and licence, as the rows' own fields say."""

    def __init__(self) -> None:
        self.rows: Counter[tuple[str, str]] = Counter()
        """(source, licence) -> rows; '' where a row does not say."""

    def count(self, example: Example) -> None:
        """Take one row in."""
        self.rows[_named(example, "source"), _named(example, "license", "licence")] += 1

    @property
    def by_licence(self) -> Counter[str]:
        """Licence -> rows, '' for those that do not say."""
        found: Counter[str] = Counter()
        for (_, licence), rows in self.rows.items():
            found[licence] += rows
        return found


def _named(example: Example, *names: str) -> str:
    for name in names:
        value = example.fields.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def card(spec: ExportSpec, summary: ExportSummary, licences: Licences, history: History | None) -> str:
    """The whole README.md."""
    name = Path(spec.path).name
    sections = [
        _front_matter(name, summary, licences),
        f"{MARK}\n\n# {_quoted(name)}",
        _contents(summary),
        _recipe(history) if history else "The output had no ledger: how it was made is not known.",
        _left_out(summary, history),
        _sources(licences),
    ]
    return "\n\n".join(sections) + "\n"


def _front_matter(name: str, summary: ExportSummary, licences: Licences) -> str:
    total = sum(summary.records.values())
    size = next((label for most, label in _SIZES if total < most), "1M<n<10M")
    fields: dict[str, Json] = {
        "pretty_name": name,
        **_licence_fields(licences.by_licence),
        "language": ["en"],
        "task_categories": ["text-generation"],
        "tags": ["verilog", "rtl", "hardware", "synthetic", "rtlglot"],
        "size_categories": [size],
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": side, "path": f"data/{side}-*.parquet"} for side in summary.records],
            }
        ],
    }
    # JSON is YAML: nothing in a name can end its line.
    lines = [f"{key}: {json.dumps(value)}" for key, value in fields.items()]
    return "\n".join(["---", *lines, "---"])


def _licence_fields(rows: Mapping[str, int]) -> dict[str, Json]:
    named = sorted({licence.lower() for licence in rows if licence})
    if not named:
        return {"license": "unknown"}
    if "" not in rows and _HUB_LICENCES.issuperset(named):
        return {"license": named[0] if len(named) == 1 else named}
    return {"license": "other", "license_name": "several-see-below" if len(rows) > 1 else _slug(named[0])}


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", text)[:80].strip("-.") or "other"


def _contents(summary: ExportSummary) -> str:
    rows = [(side, f"{records:,}") for side, records in summary.records.items()]
    text = (
        f"{_table(('split', 'records'), rows)}\n\n"
        f"To train on: `{summary.prompt_field}` is what is asked, `{summary.answer_field}` what is answered."
    )
    if "validation" in summary.records:
        text += (
            f"\n\nThe split keeps near copies together: {summary.in_groups:,} rows have one, the largest of "
            f"{summary.groups:,} groups has {summary.largest_group:,}. Two rows are near copies where their "
            "designs, comments aside and module names masked, or the texts beside them share 0.8 of "
            "their shingles of 5 tokens (Jaccard)."
        )
    return text


def _recipe(history: History) -> str:
    recipe = history.recipe
    asked = history.pair.source
    sampling = recipe.get("sampling", {}) if asked else {}
    facts: list[tuple[str, Json]] = [
        ("rtlglot", f"{__version__} (this export)"),
        ("from, to", _did(history)),
        ("model", _without_paths(recipe.get("model"))),
        ("engine", recipe.get("engine")),
        ("engine options", json.dumps(_without_paths(recipe.get("identity", {}))) if asked else ""),
        *((name, sampling.get(name)) for name in ("temperature", "top_p", "max_tokens", "seed")),
        ("samples", f"{recipe.get('samples')}, chosen: {recipe.get('choose')}" if asked else ""),
        ("repairs at most", recipe.get("repair") if asked else ""),
        ("language standard", recipe.get("standard")),
        ("recipe", history.run.recipe.hex()),
    ]
    parts = ["## How it was made", *_steps(history)]
    parts.append(_table(("", ""), [(name, value) for name, value in facts if value not in (None, "")]))
    if history.checks:
        parts += [
            "What each check said of the texts that the rows ended with:",
            _table(("check", "rows", "tools and options"), _checks(history)),
        ]
    if recipe.get("prompt"):
        text = json.loads(recipe["prompt"])[0]
        parts += [f"The prompt:\n\n{_fenced(text)}"]
    return "\n\n".join(parts)


def _did(history: History) -> str:
    return " -> ".join(history.pair) if history.pair.source else f"check of {history.pair.target}"


def _steps(history: History) -> Iterator[str]:
    """Where one run's output was the next one's input: a line for each."""
    steps = history.steps()
    if len(steps) < 2:
        return
    lines = []
    with contextlib.ExitStack() as stack:
        for number, step in enumerate(steps, 1):
            if step is not history:
                stack.callback(step.close)
            counts, model = step.counts(), str(_without_paths(step.recipe.get("model")) or "")
            kept = f"{counts.count(Status.ACCEPTED):,} of {counts.total:,}"
            lines.append((number, _did(step), model, ", ".join(step.rungs()), kept))
    yield "What a step said of a row is in its columns `step1_status` and so on; the last one's in `status`."
    yield _table(("step", "did", "model", "examined by", "rows accepted"), lines)
    yield "The last step:"


def _checks(history: History) -> Iterator[tuple[str, str, Json]]:
    """Those that examined something."""
    said = history.rungs()
    for check in history.checks:
        name = str(check["check"])
        if name in said:
            told = (f"{key} {_without_paths(value)}" for key, value in check.items() if key != "check")
            yield name, ", ".join(f"{n:,} {s.value}" for s, n in said[name].most_common()), ", ".join(told)


def _without_paths(value: Json) -> Json:
    """The same without folders of the machine where it was made."""
    if isinstance(value, dict):
        return {name: _without_paths(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_without_paths(member) for member in value]
    return Path(value).name if isinstance(value, str) and value.startswith(("/", "~")) else value


def _left_out(summary: ExportSummary, history: History | None) -> str:
    parts = ["## What was left out"]
    if history:
        counts = history.counts()
        rows = [(f"{status}: {reason}", f"{n:,}") for (status, reason), n in counts.outcomes.most_common()]
        parts += ["What the rows of the run's input ended as:", _table(("", "rows"), rows)]
        sure = [(Assurance(name).told, f"{n:,}") for name, n in counts.sureness().items()]
        parts += ["How sure the accepted ones are:", _table(("", "rows"), sure)] if sure else []
    dropped = [(reason, f"{n:,}") for reason, n in summary.dropped.items()]
    if dropped:
        parts += ["Of the output, this export left out:", _table(("why", "number"), dropped)]
    else:
        parts += ["Of the output, this export left out nothing."]
    return "\n\n".join([*parts, *map(_quoted, summary.notes)])


def _sources(licences: Licences) -> str:
    lines = [
        "## Licences by source",
        "As the rows' own fields `source` and `license` say; nobody checked them.",
    ]
    common = licences.rows.most_common(MOST_SOURCES)
    rows = [(source or "not said", licence or "not said", f"{n:,}") for (source, licence), n in common]
    left = len(licences.rows) - len(common)
    if left:
        rest = licences.rows.total() - sum(n for _, n in common)
        rows.append((f"{left:,} more", "", f"{rest:,}"))
    lines.append(_table(("source", "licence", "rows"), rows))
    lines.append("Texts that a model wrote may be subject to the terms of that model too.")
    return "\n\n".join(lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[Json]]) -> str:
    lines = [head, ["---"] * len(head), *([_quoted(value) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _quoted(value: Json) -> str:
    """One line of plain text: what Markdown or HTML would take for markup is escaped."""
    text = " ".join(str(value).split())
    text = text[:_MOST_CHARACTERS] + ("…" if len(text) > _MOST_CHARACTERS else "")
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|~#!])", r"\\\1", text)


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}"
