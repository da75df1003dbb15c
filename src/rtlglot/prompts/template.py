"""Templates: Jinja2 in a sandbox, strict about names, bounded in work.

A row's values are data, never templates. A template may come from a stranger too, so the language
is what prompts need and no more: no include, import or macro, a closed list of filters and methods,
and every loop, join and call is paid for from a budget that ends.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NoReturn

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rtlglot.errors import RowError, UsageError
from rtlglot.prompts.names import check_names, fields_read
from rtlglot.records import Json, Reason

MAX_FIELD = 4_000_000
"""Characters of one field; no model reads more."""
BUDGET = 20_000_000
"""What one rendering may spend: a character copied costs 1, a turn of a loop STEP."""
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
            raise OverBudgetError(f"it does more work than {BUDGET:,} steps allow")


class _MissingField(jinja2.UndefinedError):
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

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return self.look_up(name) is not None

    def items(self) -> list[tuple[str, Json]]:
        """(name, value) of what is not missing, as a template iterates it."""
        return [(name, self.look_up(name)) for name in self]


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with data looked up as data and every call paid for."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "**", "%"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, (Fields, dict)):
            return self._data(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, (Fields, dict)):
            return self._data(obj, argument)
        return super().getitem(obj, argument)

    def _data(self, obj: Fields | dict[str, Any], name: Any) -> Any:
        value = obj.look_up(name) if isinstance(obj, Fields) else obj.get(name)
        if value is not None:
            return value
        if name in ("items", "keys", "values") and not isinstance(obj, Fields):
            return getattr(obj, name)
        if name == "items":
            return obj.items
        return self.undefined(hint=str(name), exc=_MissingField)

    def is_safe_callable(self, obj: Any) -> bool:
        owner, name = getattr(obj, "__self__", None), getattr(obj, "__name__", "")
        if isinstance(owner, str):
            return name in _METHODS
        return obj is _range or (isinstance(owner, (Fields, dict)) and name in ("items", "keys", "values"))

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        if not __self.is_safe_callable(__obj):
            name = getattr(__obj, "__name__", type(__obj).__name__)
            raise SecurityError(f"{name}() may not be called here; there are {', '.join(sorted(_METHODS))}")
        owner = getattr(__obj, "__self__", "")
        __context["_budget"].spend(STEP + (len(owner) if isinstance(owner, str) else 0))
        return __obj(*args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            context["_budget"].spend(len(left) + len(right))
            return left + right
        numbers = all(type(side) in (int, float) and abs(side) < 1e12 for side in (left, right))
        if operator == "**" or not numbers:
            raise SecurityError(f"{type(left).__name__} {operator} {type(right).__name__} is not supported")
        return super().call_binop(context, operator, left, right)


def _range(start: int, stop: int | None = None, step: int = 1) -> range:
    """Python's; the loop over it is paid for turn by turn."""
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


def _indented(budget: Budget, text: str, width: int = 4, first: bool = False) -> str:  # noqa: FBT001
    prefix = " " * min(width, 64)
    budget.spend(len(text) + text.count("\n") * len(prefix))
    indented = textwrap.indent(text, prefix)
    return indented if first else indented.removeprefix(prefix)


_METHODS = frozenset(
    [
        "capitalize",
        "count",
        "endswith",
        "find",
        "lower",
        "lstrip",
        "removeprefix",
        "removesuffix",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "title",
        "upper",
    ]
)
_BOUNDED: dict[str, Callable[..., Any]] = {
    "_counted": _counted,
    "_joined": _joined,
    "join": _joined,
    "replace": _replaced,
    "indent": _indented,
}
_PLAIN = frozenset(
    [
        "abs",
        "capitalize",
        "count",
        "d",
        "default",
        "first",
        "float",
        "int",
        "last",
        "length",
        "list",
        "lower",
        "reverse",
        "round",
        "sort",
        "string",
        "title",
        "tojson",
        "trim",
        "truncate",
        "unique",
        "upper",
        "wordcount",
    ]
)
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.Name,
    nodes.NSRef, nodes.Const, nodes.List, nodes.Tuple, nodes.Getattr, nodes.Getitem, nodes.Slice,
    nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Call, nodes.Keyword, nodes.Compare, nodes.Operand,
    nodes.Concat, nodes.BinExpr, nodes.UnaryExpr,
)  # fmt: skip
"""What a prompt template may be made of."""


def _metered(plain: Callable[..., Any]) -> Callable[..., Any]:
    """A Jinja filter that pays for the text it is given."""
    takes = getattr(plain, "jinja_pass_arg", None)

    @jinja2.pass_context
    def metered(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:
        size = len(value) if isinstance(value, (str, list, dict)) else 1
        context["_budget"].spend(STEP + size)
        if takes is None:
            return plain(value, *args, **kwargs)
        first = context.eval_ctx if takes.name == "eval_context" else context.environment
        return plain(first, value, *args, **kwargs)

    return metered


def _bounded(own: Callable[..., Any]) -> Callable[..., Any]:
    @jinja2.pass_context
    def bounded(context: Context, *args: Any, **kwargs: Any) -> Any:
        return own(context["_budget"], *args, **kwargs)

    return bounded


def _sandbox() -> _Sandbox:
    sandbox = _Sandbox(
        undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    plain = {name: _metered(sandbox.filters[name]) for name in _PLAIN}
    sandbox.filters = plain | {name: _bounded(own) for name, own in _BOUNDED.items()}
    sandbox.globals = {"range": _range}
    return sandbox


_SANDBOX = _sandbox()


class Template:
    """A compiled template: `render(row, …)` gives its text."""

    __slots__ = ("_compiled", "_name", "constant", "fields", "names")

    def __init__(self, text: str, name: str, *, line: int = 1, names: frozenset[str]) -> None:
        """`names`: what the template may use. UsageError for a syntax error or an unknown name."""
        self._name = name
        tree = _parse(text, name, line)
        check_names(_SANDBOX, tree, names, name)
        self.names = frozenset(node.name for node in tree.find_all(nodes.Name))
        """Names that it uses."""
        self.fields = fields_read(tree)
        """Fields of the row that it reads; None where that cannot be known."""
        self.constant = not self.names
        """It says the same for every row."""
        self._compiled = _SANDBOX.from_string(_guarded(tree))

    def render(self, **names: Any) -> str:
        """The text. RowError(missing_field | prompt_error | prompt_too_long) where there is none."""
        budget = Budget()
        try:
            context = self._compiled.new_context({**names, "_budget": budget})
            parts = []
            for part in self._compiled.root_render_func(context):
                budget.spend(len(part))
                parts.append(part)
            return "".join(parts)
        except _MissingField as missing:
            raise RowError(
                Reason.MISSING_FIELD,
                f"the row has no text in the field {str(missing)!r}, which the prompt needs",
                hint="add the field to the input, or map another one to it with --map",
            ) from None
        except RowError:
            raise
        except Exception as error:
            said = str(error) or type(error).__name__
            raise RowError(Reason.PROMPT_ERROR, f"{self._name} cannot be rendered: {said}") from error


def _parse(text: str, name: str, line: int) -> nodes.Template:
    try:
        tree = _SANDBOX.parse(text)
    except jinja2.TemplateSyntaxError as error:
        _refuse(name, line + error.lineno - 1, str(error.message))
    except RecursionError:
        _refuse(name, line, "it is nested too deeply")
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED) or (isinstance(node, nodes.For) and node.recursive):
            _refuse(name, line + node.lineno - 1, f"a prompt cannot use {type(node).__name__.lower()}")
        if isinstance(node, nodes.Filter) and (node.name not in _SANDBOX.filters or node.name[0] == "_"):
            known = ", ".join(sorted(_PLAIN | {"join", "replace", "indent"}))
            _refuse(name, line + node.lineno - 1, f"there is no filter {node.name!r}; there are {known}")
        if isinstance(node, (nodes.List, nodes.Tuple)) and _makes_copies(node):
            _refuse(name, line + node.lineno - 1, "a list can hold only constants here")
    return tree


def _makes_copies(node: nodes.List | nodes.Tuple) -> bool:
    """A list of variables can double in size with each use; targets of for and set are no values."""
    return getattr(node, "ctx", "load") == "load" and not all(isinstance(i, nodes.Const) for i in node.items)


def _refuse(name: str, line: int, message: str) -> NoReturn:
    raise UsageError(f"{name}, line {line}: {message}", hint="prompt files are Jinja2 templates, see docs")


def _guarded(tree: nodes.Template) -> nodes.Template:
    """The same template with its loops counted and its concatenations measured."""
    for loop in tree.find_all(nodes.For):
        loop.iter = _through("_counted", loop.iter)
    for parent in list(tree.find_all(nodes.Node)):
        for field, value in list(parent.iter_fields()):
            if isinstance(value, list):
                setattr(parent, field, [_measured(item) for item in value])
            else:
                setattr(parent, field, _measured(value))
    return tree


def _measured(value: Any) -> Any:
    if not isinstance(value, nodes.Concat):
        return value
    return _through("_joined", nodes.List([_measured(v) for v in value.nodes], lineno=value.lineno))


def _through(name: str, value: nodes.Node) -> nodes.Filter:
    return nodes.Filter(value, name, [], [], None, None, lineno=value.lineno)
