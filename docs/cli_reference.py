"""Writes docs/cli.md from the command line: `python docs/cli_reference.py`. A test checks it is current."""

import argparse
import os
import sys
from pathlib import Path

HEAD = """# Command line

Written from the code by `python docs/cli_reference.py`; a test fails where the two differ. Every command
that prints a table takes `--json`.
"""


def render() -> str:
    """The page."""
    os.environ["COLUMNS"] = "96"
    sys.argv[0] = "rtlglot"
    from rtlglot.cli import parser

    top = parser()
    parts = [HEAD, _section("rtlglot", top)]
    parts += [_section(f"rtlglot {name}", command) for name, command in top.commands.items()]
    return "\n".join(parts)


def _section(title: str, command: argparse.ArgumentParser) -> str:
    return f"## {title}\n\n```text\n{command.format_help().rstrip()}\n```\n"


if __name__ == "__main__":
    Path(__file__).with_name("cli.md").write_text(render(), encoding="utf-8")
