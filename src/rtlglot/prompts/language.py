"""What a prompt template may say, and what it pays for it.

Jinja2's sandbox keeps a template away from Python; it does not keep it from running for a year. So
the language is what prompts need and no more, and each loop, join, copy and call is paid for, before
it happens, from a budget that ends. What a template costs does not depend on the machine.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rtlglot.errors import RowError
from rtlglot.records import Json, Reason

MAX_FIELD = 4_000_000
"""Characters of one field; no model reads more."""
BUDGET = 20_000_000
"""What one rendering may spend: a character copied costs 1, a turn of a loop or a call STEP."""
STEP = 1_000


class OverBudgetError(Exception):
    """A rendering that would not end soon."""


class Budget:
    """What is left of one rendering's work."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = BUDGET

    def spend(self, amount: int) -> None:
        """Raises OverBudgetError before the work is done, not after."""
        self.left -= amount
        if self.left < 0:
            raise OverBudgetError(f"it does more work than {BUDGET:,} steps")

    def spend_on(self, value: Any) -> None:
        """Pay for reading or copying a value once."""
        self.spend(STEP + (len(value) if isinstance(value, (str, list, dict, range)) else 0))


class MissingFieldError(jinja2.UndefinedError):
    """A field that the row lacks was needed; the message is its name."""


class Fields:
    """A row as templates see it: `row.name` and `row["name"]`, blank values missing."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, Json]) -> None:
        self._fields = fields

    def look_up(self, name: Any) -> Json:
        """The value, or None where it is missing or blank; a one-element list counts as its text."""
        value = self._fields.get(name)
        if type(value) is list and len(value) == 1 and isinstance(value[0], str):
            value = value[0]
        if type(value) is not str:
            return value
        if len(value) > MAX_FIELD:
            raise RowError(
                Reason.PROMPT_TOO_LONG,
                f"the field {name!r} has {len(value):,} characters; the most is {MAX_FIELD:,}",
            )
        return None if not value or value.isspace() else value

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._fields if self.look_up(name) is not None)

    def __contains__(self, name: object) -> bool:
        return self.look_up(name) is not None

    def __str__(self) -> str:
        return json.dumps(dict(self.items()), ensure_ascii=False, default=str)

    def items(self) -> list[tuple[str, Json]]:
        """(name, value) of what is not missing, as a template iterates it."""
        return [(name, self.look_up(name)) for name in self]


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with data looked up as data and every call paid for."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "**", "%"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`obj.attribute`; of data always the entry of that name first."""
        if isinstance(obj, (Fields, dict)):
            return self._entry(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`obj[argument]`."""
        if isinstance(obj, (Fields, dict)):
            return self._entry(obj, argument)
        return super().getitem(obj, argument)

    def _entry(self, obj: Fields | dict[str, Any], name: Any) -> Any:
        value = obj.look_up(name) if isinstance(obj, Fields) else obj.get(name)
        if value is not None:
            return value
        if name == "items":
            return obj.items
        return self.undefined(hint=str(name), exc=MissingFieldError)

    def is_safe_callable(self, obj: Any) -> bool:
        """`range`, `.items()` of data and the METHODS of texts; nothing else."""
        owner, name = getattr(obj, "__self__", None), getattr(obj, "__name__", "")
        if isinstance(owner, str):
            return name in METHODS
        return obj is _range or (isinstance(owner, (Fields, dict)) and name == "items")

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """Call what is safe, paid for."""
        if not __self.is_safe_callable(__obj):
            known = ", ".join(sorted(METHODS))
            raise SecurityError(f"this call is not allowed; a text has the methods {known}")
        __context["_budget"].spend_on(getattr(__obj, "__self__", None))
        return __obj(*args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on numbers of ordinary size, and + on texts."""
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            context["_budget"].spend(len(left) + len(right))
            return left + right
        numbers = all(type(side) in (int, float) and abs(side) < 1e12 for side in (left, right))
        if operator == "**" or not numbers:
            raise SecurityError(f"{type(left).__name__} {operator} {type(right).__name__} is not supported")
        return super().call_binop(context, operator, left, right)


def _range(start: int, stop: int | None = None, step: int = 1) -> range:
    """Python's; what walks over it pays turn by turn."""
    return range(start) if stop is None else range(start, stop, step)


def _counted(budget: Budget, items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        budget.spend(STEP)
        yield item


def _joined(budget: Budget, items: Iterable[Any], separator: str = "") -> str:
    texts = []
    for item in items:
        texts.append(str(item))
        budget.spend(len(texts[-1]) + len(separator))
    return separator.join(texts)


def _replaced(budget: Budget, text: str, old: str, new: str) -> str:
    budget.spend(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


def _indented(budget: Budget, text: str, width: int = 4) -> str:
    """All lines but the first."""
    prefix = " " * min(width, 64)
    budget.spend(len(text) + text.count("\n") * len(prefix))
    return textwrap.indent(text, prefix).removeprefix(prefix)


def _shortened(budget: Budget, text: str, length: int = 255, end: str = "...") -> str:
    budget.spend(min(len(text), abs(length)) + len(end))
    return text if len(text) <= length else text[: max(0, length - len(end))] + end


def _default(_: Budget, value: Any, fallback: Any = "") -> Any:
    return fallback if isinstance(value, jinja2.Undefined) else value


def _paid(plain: Callable[..., Any]) -> Callable[..., Any]:
    """A function of one value, which pays for the value."""

    def paid(budget: Budget, value: Any) -> Any:
        if isinstance(value, jinja2.Undefined):
            str(value)  # raises what is missing, by name
        budget.spend_on(value)
        return plain(value)

    return paid


FILTERS: dict[str, Callable[..., Any]] = {
    "capitalize": _paid(str.capitalize),
    "count": _paid(len),
    "d": _default,
    "default": _default,
    "first": _paid(lambda items: items[0]),
    "indent": _indented,
    "int": _paid(int),
    "join": _joined,
    "last": _paid(lambda items: items[-1]),
    "length": _paid(len),
    "list": _paid(list),
    "lower": _paid(str.lower),
    "replace": _replaced,
    "reverse": _paid(lambda items: items[::-1]),
    "round": _paid(round),
    "sort": _paid(sorted),
    "string": _paid(str),
    "title": _paid(str.title),
    "tojson": _paid(lambda value: json.dumps(value, ensure_ascii=False)),
    "trim": _paid(str.strip),
    "truncate": _shortened,
    "unique": _paid(lambda items: list(dict.fromkeys(items))),
    "upper": _paid(str.upper),
    "wordcount": _paid(lambda text: len(text.split())),
}
"""The filters of prompt templates; each is called with the budget first."""

METHODS = frozenset(
    {
        *("capitalize", "count", "endswith", "find", "lower", "lstrip", "removeprefix", "removesuffix"),
        *("rstrip", "split", "splitlines", "startswith", "strip", "title", "upper"),
    }
)
"""Methods of texts that may be called; none makes a text longer."""

NODES = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.Name),
    *(nodes.Const, nodes.List, nodes.Tuple, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.CondExpr),
    *(nodes.Filter, nodes.Test, nodes.Call, nodes.Compare, nodes.Operand, nodes.Concat, nodes.BinExpr),
    *(nodes.UnaryExpr, nodes.Keyword),
)
"""What a template may be made of."""


def _with_budget(own: Any) -> Any:
    @jinja2.pass_context
    def filtered(context: Context, *args: Any, **kwargs: Any) -> Any:
        return own(context["_budget"], *args, **kwargs)

    return filtered


def sandbox() -> Sandbox:
    """An environment for prompt templates: strict about names, no escaping, tidy about blank lines."""
    made = Sandbox(undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
    inner = {"_counted": _counted, "_joined": _joined}
    made.filters = {name: _with_budget(own) for name, own in {**FILTERS, **inner}.items()}
    made.globals = {"range": _range}
    return made
