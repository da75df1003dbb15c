"""Names to parts: a table of strings, imported late.

A table entry is ``"name": "package.module:Object"``, one per line. A user may also give
``their_pkg.module:Their`` wherever a name is accepted. Nothing is imported before it is asked for.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rtlglot.errors import UsageError


class Table:
    """Names of one kind of part, each with where it lives and what must be installed for it."""

    def __init__(
        self, kind: str, entries: Mapping[str, str], extras: Mapping[str, tuple[str, str]] | None = None
    ) -> None:
        """`extras` maps an entry's name to (package that must import, extra that installs it)."""
        self.kind = kind
        self._entries = dict(entries)
        self._extras = dict(extras or {})

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def add(self, name: str, target: str) -> None:
        """One more entry, for as long as this process lives."""
        self._entries[name] = target

    def load(self, name: str) -> Any:
        """The object behind a name, or behind 'package.module:Object'.

        Raises UsageError for an unknown name (with the nearest known one) and where the extra is
        missing (with the command that installs it).
        """
        target = self._entries.get(name, name)
        if ":" not in target:
            raise UsageError(f"unknown {self.kind} {name!r}", hint=did_you_mean(name, self._entries))
        module, _, attribute = target.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            self._explain(name, error)
            raise
        except AttributeError as error:
            raise UsageError(f"{self.kind} {name!r}: {module} has no {attribute!r}") from error

    def installed(self, name: str) -> bool:
        """Whether the package that a name needs can be found; imports nothing heavy."""
        package, _ = self._extras.get(name, ("", ""))
        return not package or importlib.util.find_spec(package) is not None

    def install_hint(self, name: str) -> str:
        """The command that installs what a name needs, or ''."""
        _, extra = self._extras.get(name, ("", ""))
        return f"pip install 'rtlglot[{extra}]'" if extra else ""

    def _explain(self, name: str, error: ModuleNotFoundError) -> None:
        # Only the extra's own package missing means "install the extra"; anything else is our bug.
        package, _ = self._extras.get(name, ("", ""))
        missing = (error.name or "").partition(".")[0]
        if package and missing == package.partition(".")[0]:
            raise UsageError(
                f"the {self.kind} {name!r} needs the package {missing!r}, which is not installed",
                hint=self.install_hint(name),
            ) from error


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """'did you mean X?' or the list of what is known."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names)}"
