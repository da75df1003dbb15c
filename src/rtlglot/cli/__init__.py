"""The command line: parse, call, print. One file per command, one line in the table."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from rtlglot import __version__
from rtlglot.cli.words import HelpFormatter
from rtlglot.errors import RtlglotError

COMMANDS = [
    "transform",
    "check",
    "report",
    "status",
    "compare",
    "models",
    "plan",
    "bench",
    "export",
    "demo",
]
"""Each is a module of this package with `add(subparsers)`."""

DESCRIPTION = """\
rtlglot translates hardware designs between instruction, description and Verilog,
on any LLM engine, for whole datasets, and checks what the model wrote."""

EPILOG = """\
begin here:
  rtlglot demo                                   see it work on this machine's CPU
  rtlglot transform rtl.json --from instruction --to description
  rtlglot transform rtl.jsonl --from instruction --to verilog \\
      --model http://localhost:8000/v1 -o designs.jsonl

Each command has its own --help with examples."""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="rtlglot", description=DESCRIPTION, epilog=EPILOG, formatter_class=HelpFormatter
    )
    top.add_argument("--version", action="version", version=f"rtlglot {__version__}")
    subparsers = top.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name in COMMANDS:
        importlib.import_module(f"rtlglot.cli.{name}").add(subparsers)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Errors of ours become a message and a code, never a traceback."""
    top = parser()
    given = sys.argv[1:] if arguments is None else arguments
    parsed = top.parse_args(given)
    parsed.argv = ("rtlglot", *given)
    if parsed.command is None:
        top.print_help()
        return 2
    return guarded(lambda: int(parsed.call(parsed)))


def guarded(call: object) -> int:
    """Call, and turn what goes wrong into words on standard error and an exit code."""
    assert callable(call)
    try:
        return int(call())
    except RtlglotError as error:
        print_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader has gone (| head): what is left to print has no reader either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def print_error(error: RtlglotError) -> None:
    """'error: what was tried, what came back', then what to do."""
    print(f"rtlglot: error: {error}", file=sys.stderr)
    if error.hint:
        print(f"  {error.hint}", file=sys.stderr)


def entry() -> None:
    """The console script."""
    sys.exit(main())
