"""`rtlglot compare`: two runs side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.printing import COLUMNS, count, duration, fitted, print_json, tell
from rtlglot.options import flag

if TYPE_CHECKING:
    from rtlglot.reports.compare import Comparison

_DESCRIPTION = """\
Say what got better and what got worse from run A to run B, row by row: two models, two
prompts, or one model before and after. Rows are the same where their ids are."""

_EPILOG = """\
examples:
  rtlglot compare small.jsonl large.jsonl
  rtlglot compare small.jsonl large.jsonl -o compare.html   with both texts of each row
  rtlglot compare before.jsonl after.jsonl --json"""

_MOST_IDS = 8
_MOST_MOVES = 12


@dataclass(frozen=True, slots=True)
class _Flags(AsJson):
    a: str = flag("the output of a run, or its ledger", "A")
    b: str = flag("the output of another", "B")
    output: str = flag("also write a page with the rows", "-o", "--output", default="", metavar="FILE.html")


def _call(given: Given) -> int:
    from rtlglot.ledger.opening import find_ledger
    from rtlglot.reports.compare import compare

    flags = take(_Flags, given)
    found = compare(find_ledger(flags.a), find_ledger(flags.b))
    if flags.json:
        print_json(found.to_json())
    else:
        tell("\n".join(lines(found)))
    if flags.output:
        from rtlglot.reports.compare_page import write_comparison

        written = write_comparison(found, Path(flags.output))
        if not flags.json:
            print(f"page: {written}")
    return 0


def lines(found: Comparison) -> Iterator[str]:
    """The comparison, within 80 columns."""
    told = found.to_json()
    yield f"A  {fitted(found.a.name, COLUMNS - 3)}"
    yield f"B  {fitted(found.b.name, COLUMNS - 3)}"
    yield ""
    yield from _numbers(told["a"], told["b"])
    yield ""
    kinds = {kind: len(ids) for kind, ids in found.kinds.items()}
    yield (
        f"{count(found.common, 'row')} in both: {kinds['gained']:,} gained, {kinds['lost']:,} lost, "
        f"{kinds['better']:,} better, {kinds['worse']:,} worse, {kinds['same']:,} as good"
    )
    for name, ids in (("A", found.only_a), ("B", found.only_b)):
        if ids:
            yield f"{count(len(ids), 'row')} only in {name}"
    if kinds["gained"] + kinds["lost"]:
        yield f"So uneven by chance alone: {_often(found.chance)} (exact McNemar test)."
    yield from found.notes
    yield from _moves(found)
    for kind in ("lost", "gained", "worse", "better"):
        yield from _ids(kind, found)


def _numbers(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    yield f"{'':<22}{'A':>18}{'B':>18}{'change':>12}"
    names = {"rows": "rows", "accepted": "accepted", "mended": "  after repair", "rejected": "rejected",
             "failed": "failed", "pending": "pending"}  # fmt: skip
    for name, title in names.items():
        if not (a[name] or b[name]):
            continue
        cells = [_cell(side[name], 0 if name == "rows" else side["rows"]) for side in (a, b)]
        yield f"{title:<22}{cells[0]}{cells[1]}{_change(b[name] - a[name]):>12}"
    for name, title in (("prompt_tokens", "tokens in"), ("completion_tokens", "tokens out")):
        if a[name] or b[name]:
            yield f"{title:<22}{a[name]:>18,}{b[name]:>18,}{_change(b[name] - a[name]):>12}"
    if a["seconds"] and b["seconds"]:
        yield f"{'working time':<22}{duration(a['seconds']):>18}{duration(b['seconds']):>18}"


def _cell(rows: int, total: int) -> str:
    return f"{rows:>11,}{rows / total:>7.1%}" if total else f"{rows:>11,}{'':>7}"


def _change(by: int) -> str:
    return f"{by:+,}" if by else "="


def _often(chance: float) -> str:
    if chance < 0.001:
        return "in fewer than 1 of 1,000 cases"
    return f"in {100 * chance:.1f} of 100 cases" if chance < 0.1 else f"in {100 * chance:.0f} of 100 cases"


def _moves(found: Comparison) -> Iterator[str]:
    if not found.moves:
        return
    yield ""
    yield f"{'in A':<32}{'in B':<32}{'rows':>8}"
    for (a, b), rows in found.moves.most_common(_MOST_MOVES):
        yield f"{fitted(a, 31):<32}{fitted(b, 31):<32}{rows:>8,}"
    if len(found.moves) > _MOST_MOVES:
        yield f"and {len(found.moves) - _MOST_MOVES} other ways"


def _ids(kind: str, found: Comparison) -> Iterator[str]:
    from rtlglot.reports.compare import KINDS

    ids = found.kinds[kind]
    if not ids:
        return
    yield ""
    yield f"{kind} ({KINDS[kind]}):"
    for id_ in ids[:_MOST_IDS]:
        how = f"{found.a.marks[id_].told} -> {found.b.marks[id_].told}"
        room = max(16, min(28, COLUMNS - 4 - len(how)))
        yield f"  {fitted(id_, room):<{room + 1}} {fitted(how, COLUMNS - 4 - room)}"
    if len(ids) > _MOST_IDS:
        yield f"  and {len(ids) - _MOST_IDS:,} more (--json has all)"


COMMAND = Command(
    help="two runs side by side: what got better, what got worse",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (_Flags,),
    call=_call,
)
