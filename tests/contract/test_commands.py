"""What every command promises."""

from __future__ import annotations

import re
import shlex

import pytest

from rtlglot.cli import COMMANDS, parse, parser
from rtlglot.cli.command import Command
from rtlglot.errors import UsageError


@pytest.fixture(params=list(COMMANDS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_is_a_command_that_says_what_it_does(name: str) -> None:
    command = COMMANDS.load(name)
    assert isinstance(command, Command)
    assert command.help
    assert command.description.endswith((".", "."))
    assert command.help in re.sub(r"\s+", " ", parser().format_help())


def test_its_examples_are_understood(name: str) -> None:
    epilog = COMMANDS.load(name).epilog.replace("\\\n", " ")
    examples = re.findall(rf"^  rtlglot {name}( .*)?$", epilog, re.MULTILINE)
    assert examples or name == "demo"
    for example in examples:
        words = shlex.split(re.split(r"\s{3,}", example)[0])
        assert parse([name, *words])[0] == name


def test_a_flag_that_it_lacks_is_refused_by_name(name: str) -> None:
    with pytest.raises(UsageError, match="no flag --colour"):
        parse([name, "--colour", "red"])


def test_no_line_of_its_help_is_wider_than_a_terminal(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = parser([name]).commands[name].format_help().splitlines()
    assert [line for line in lines if len(line) > 100] == []
