"""The command line: parse, call, print. One file per command, one line in the table."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Sequence

from rtlglot import __version__
from rtlglot.cli.command import Command, Given, Parser
from rtlglot.errors import RtlglotError, UsageError, printable
from rtlglot.registry import Table, did_you_mean

COMMANDS = Table(
    "command",
    {
        "transform": "rtlglot.cli.transform:COMMAND",
        "preview": "rtlglot.cli.preview:COMMAND",
        "check": "rtlglot.cli.check:COMMAND",
        "equiv": "rtlglot.cli.equiv:COMMAND",
        "roundtrip": "rtlglot.cli.roundtrip:COMMAND",
        "report": "rtlglot.cli.report:COMMAND",
        "status": "rtlglot.cli.status:COMMAND",
        "compare": "rtlglot.cli.compare:COMMAND",
        "merge": "rtlglot.cli.merge:COMMAND",
        "models": "rtlglot.cli.models:COMMAND",
        "plan": "rtlglot.cli.plan:COMMAND",
        "bench": "rtlglot.cli.bench:COMMAND",
        "export": "rtlglot.cli.export:COMMAND",
        "eval": "rtlglot.cli.eval:COMMAND",
        "serve": "rtlglot.cli.serve:COMMAND",
        "demo": "rtlglot.cli.demo:COMMAND",
    },
)

_DESCRIPTION = """\
rtlglot translates hardware designs between instruction, description and Verilog,
on any LLM engine, for whole datasets, and checks what the model wrote."""

_EPILOG = """\
begin here:
  rtlglot demo                                   see it work on this machine's CPU
  rtlglot transform rtl.json --from instruction --to description
  rtlglot transform rtl.jsonl --from instruction --to verilog \\
      --model http://localhost:8000/v1 -o designs.jsonl
  rtlglot check decoder.sv                       is it legal, can it be synthesised
  rtlglot equiv gold.v mine.v                    are they the same

Each command has its own --help with examples."""


def parser(names: Iterable[str] = ()) -> Parser:
    """The whole command line, or the part of it that the commands of these names are."""
    top = Parser(prog="rtlglot", description=_DESCRIPTION, epilog=_EPILOG)
    top.add_argument("--version", action="version", version=f"rtlglot {__version__}")
    below = top.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name in names or COMMANDS:
        command: Command = COMMANDS.load(name)
        told = below.add_parser(
            name, help=command.help, description=command.description, epilog=command.epilog
        )
        for cls in command.flags():
            told.add_flags(cls)
        top.commands[name] = told
    return top


def parse(words: Sequence[str]) -> tuple[str, Given]:
    """The command's name, '' for none, and its flags. Raises UsageError for what is not understood."""
    name = next((word for word in words if not word.startswith("-")), "")
    if name and name not in COMMANDS:
        raise UsageError(f"there is no command {name!r}", hint=did_you_mean(name, COMMANDS))
    top = parser([name] if name else ())
    given, extras = top.parse_known_args(words)
    if extras:
        top.commands.get(name, top).refuse(extras)
    values = {flag: value for flag, value in vars(given).items() if flag != "command"}
    return name, {**values, "argv": ("rtlglot", *words)}


def run(words: Sequence[str]) -> int:
    """Run one command; its exit code. Raises RtlglotError."""
    name, given = parse(words)
    if not name:
        parser().print_help()
        return 2
    command: Command = COMMANDS.load(name)
    return command.call(given)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Errors of ours become a message and a code, never a traceback."""
    return guarded(lambda: run(sys.argv[1:] if words is None else words))


def guarded(call: Callable[[], int]) -> int:
    """Call, and turn what goes wrong into words on standard error and an exit code."""
    try:
        return call()
    except RtlglotError as error:
        _print_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader has gone (| head): what is left to print has no reader either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _print_error(error: RtlglotError) -> None:
    """'error: what was tried, what came back', then what to do."""
    print(printable(f"rtlglot: error: {error}"), file=sys.stderr)
    if error.hint:
        print(printable(f"  {error.hint}"), file=sys.stderr)


_GARBAGE = (10_000, 50, 100)
"""So many objects more, and Python looks for cycles; so much rarer among older ones. A row makes some hundred
objects and few cycles: with Python's own numbers (700, 10, 10) a tenth of a run's time goes there."""


def entry() -> None:
    """The console script."""
    gc.set_threshold(*_GARBAGE)
    sys.exit(main())
