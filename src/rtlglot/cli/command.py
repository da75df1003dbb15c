"""What a command is, and how its flags become an argument parser and its values a dataclass."""

from __future__ import annotations

import argparse
import dataclasses
import re
import textwrap
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from rtlglot.errors import UsageError
from rtlglot.options import Flag, by_field, fill, flag, flags
from rtlglot.registry import did_you_mean

T = TypeVar("T")
Given = Mapping[str, Any]
"""What a command line says: field -> text, list of texts, or True and False, only what is given; and under
'argv' the whole of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: what its help says, its flags as dataclasses, and what it does."""

    help: str
    description: str
    epilog: str = ""
    flags: Callable[[], Sequence[type]]
    """The dataclasses whose flags it has; called when the command is asked for."""
    call: Callable[[Given], int]
    """Does it; the exit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsJson:
    """The flag that most commands end with."""

    json: bool = flag("as JSON, on standard output", default=False)


def take(cls: type[T], given: Given) -> T:
    """A dataclass filled with those of the given flags that are its own. Raises UsageError by name."""
    own = flags(cls)
    return fill(cls, by_field(cls, {name: value for name, value in given.items() if name in own}))


class Parser(argparse.ArgumentParser):
    """Takes no abbreviations, and raises UsageError where something is not understood."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", HelpFormatter)
        super().__init__(allow_abbrev=False, **settings)
        self.commands: dict[str, Parser] = {}

    def error(self, message: str) -> NoReturn:
        """Whatever argparse has to complain of."""
        raise UsageError(message, hint=f"see {self.prog} --help")

    def add_flags(self, cls: type) -> None:
        """Add the flags of a dataclass, group by group."""
        hints = typing.get_type_hints(cls)
        groups = {group.title: group for group in self._action_groups}
        for field in dataclasses.fields(cls):
            told: Flag | None = field.metadata.get("flag")
            if told is None:
                continue
            if told.group and told.group not in groups:
                groups[told.group] = self.add_argument_group(told.group)
            target = groups.get(told.group, self)
            settings = _settings(field, told, hints[field.name])
            names = told.shown(field.name)
            if not names[0].startswith("-"):
                several = typing.get_origin(hints[field.name]) is tuple
                place = {"metavar": names[0], **settings, "nargs": "*" if several else "?"}
                target.add_argument(field.name, **place)
                continue
            target.add_argument(*names, dest=field.name, **settings)
            for name in told.also:
                target.add_argument(name, dest=field.name, **{**settings, "help": argparse.SUPPRESS})

    def refuse(self, extras: Sequence[str]) -> None:
        """UsageError for words that nothing has taken, the nearest flag named."""
        unknown = next((word for word in extras if word.startswith("-")), None)
        if unknown is None:
            self.error(f"unexpected: {' '.join(extras)}")
        name = unknown.partition("=")[0]
        known = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", self.format_help()))
        close = did_you_mean(name, known)
        hint = close if close.startswith("did") else f"see {self.prog} --help"
        raise UsageError(f"{self.prog} has no flag {name}", hint=hint)


def _settings(field: dataclasses.Field[Any], told: Flag, hint: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {"default": argparse.SUPPRESS, "help": told.help}
    if hint is bool:
        return {**settings, "action": "store_const", "const": not field.default}
    if told.parse is not None and told.shown("")[0].startswith("-"):
        settings["action"] = "append"
    if told.alone:
        settings |= {"nargs": "?", "const": told.alone}
    if typing.get_origin(hint) is typing.Literal:
        settings["metavar"] = "{" + ",".join(filter(None, typing.get_args(hint))) + "}"
    if told.metavar:
        settings["metavar"] = told.metavar
    plain = field.default not in (None, "", (), "default", dataclasses.MISSING)
    if plain and "default" not in told.help:
        shown = f"{field.default:g}" if isinstance(field.default, float) else field.default
        shown = ",".join(map(str, shown)) if isinstance(shown, tuple) else shown
        settings["help"] += f" (default: {shown})"
    return settings


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Keeps examples as they are written, shows defaults whole: no break at their hyphens."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_help_position", 28)
        super().__init__(*args, **kwargs)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False, break_long_words=False)
