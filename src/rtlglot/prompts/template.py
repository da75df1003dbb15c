"""Templates: Jinja2 in its sandbox, strict about names, with what can be found at load found there.

A row's values are data, never templates. The template is the user's own; what it makes of a row is
bounded by length and by time.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

import jinja2
from jinja2 import meta, nodes
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range

from rtlglot.errors import RowError, UsageError
from rtlglot.records import Json, Reason
from rtlglot.registry import did_you_mean

MAX_TEMPLATE = 200_000
"""Characters."""
MAX_FIELD = 4_000_000
"""Characters of one field; no model reads more."""
MAX_RENDERED = 20_000_000
"""Characters of one rendering."""
RENDER_CPU_S = 5.0
"""CPU seconds of one rendering."""


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

    def __getitem__(self, name: Any) -> Json:
        value = self.look_up(name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._fields if self.look_up(name) is not None)

    def __contains__(self, name: object) -> bool:
        return self.look_up(name) is not None

    def __str__(self) -> str:
        return _json(dict(self.items()))

    def items(self) -> list[tuple[str, Json]]:
        """(name, value) of what is not missing, as a template iterates it."""
        return [(name, self.look_up(name)) for name in self]


class _Missing(jinja2.StrictUndefined):
    """A field that the row lacks was needed; the error's message is its name."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        return self._undefined_hint or str(self._undefined_name)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which `row.items` is the field of that name where there is one."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        data = isinstance(obj, (Fields, dict)) and attribute in obj
        return self.getitem(obj, attribute) if data else super().getattr(obj, attribute)


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


@jinja2.pass_context
def _timed(context: Context, items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        context["_limit"].look()
        yield item


class _Limit:
    """At most RENDER_CPU_S from now: half of it by the wall's clock, then half by the CPU's, which costs a
    system call that most renderings are spared."""

    __slots__ = ("_cpu", "_wall")

    def __init__(self) -> None:
        self._cpu, self._wall = 0.0, time.monotonic() + RENDER_CPU_S / 2

    def look(self) -> None:
        """Raises TimeoutError."""
        if time.monotonic() < self._wall:
            return
        self._cpu = self._cpu or time.thread_time() + RENDER_CPU_S / 2
        if time.thread_time() > self._cpu:
            raise TimeoutError(f"it takes more than {RENDER_CPU_S / 2:g} s")


def _sandbox() -> _Sandbox:
    made = _Sandbox(undefined=_Missing, autoescape=False, trim_blocks=True, lstrip_blocks=True)
    made.policies["truncate.leeway"] = 0
    made.filters |= {"tojson": _json, "_timed": _timed}
    made.globals = {"range": safe_range}
    return made


_SANDBOX = _sandbox()
_OTHER_FILES = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


class Template:
    """A compiled template: `render(row=…)` gives its text."""

    __slots__ = ("_compiled", "_globals", "_name", "constant", "fields", "names", "needs")

    def __init__(self, text: str, name: str, *, line: int = 1, known: frozenset[str]) -> None:
        """`known`: the names it may use; `line`: where it starts in the file `name`.

        UsageError for a syntax error, an unknown name or filter, or what a prompt may not do.
        """
        self._name = name
        try:
            tree = _parse(text, name, line)
            self.names = frozenset(node.name for node in tree.find_all(nodes.Name))
            """Names that it uses."""
            self.constant = "row" not in self.names
            """It says the same for every row."""
            reads = list(_reads(tree))
            self.fields = None if None in reads else frozenset(filter(None, reads))
            """Fields of the row that it reads; None where it handles the row as a whole."""
            self.needs = frozenset(filter(None, reads)) - set(_optional(tree))
            """Those without which it cannot be rendered; what it asks for first may be missing."""
            _check_names(tree, known, name)
            for loop in tree.find_all(nodes.For):
                loop.iter = nodes.Filter(loop.iter, "_timed", [], [], None, None, lineno=loop.lineno)
            self._compiled = _SANDBOX.from_string(tree)
            self._globals = dict(self._compiled.globals)
        except jinja2.TemplateSyntaxError as error:
            _refuse(name, line + error.lineno - 1, str(error.message))
        except RecursionError:
            _refuse(name, line, "it is nested too deeply")

    def render(self, **names: Any) -> str:
        """The text. Raises RowError: missing_field, prompt_error, prompt_too_long."""
        try:
            limit = _Limit()
            # not its new_context, which copies Jinja's globals for each row out of a chain of mappings
            known = {**self._globals, **names, "_limit": limit}
            context = Context(_SANDBOX, known, self._compiled.name, self._compiled.blocks)
            parts, length = [], 0
            for part in self._compiled.root_render_func(context):
                parts.append(part)
                length += len(part)
                limit.look()
                if length > MAX_RENDERED:
                    raise OverflowError(f"it makes more than {MAX_RENDERED:,} characters")
            return "".join(parts)
        except jinja2.UndefinedError as missing:
            raise RowError(
                Reason.MISSING_FIELD,
                f"the row has no text in the field {str(missing)!r}, which the prompt needs",
                hint="add the field to the input, or map another one to it with --map",
            ) from None
        except RowError:
            raise
        except Exception as error:  # a template can fail in any way it likes
            said = str(error) or type(error).__name__
            raise RowError(Reason.PROMPT_ERROR, f"{self._name} cannot be rendered: {said}") from error


def _parse(text: str, name: str, line: int) -> nodes.Template:
    if len(text) > MAX_TEMPLATE:
        _refuse(name, line, f"a template of {len(text):,} characters; the most is {MAX_TEMPLATE:,}")
    tree = _SANDBOX.parse(text)
    for node in tree.find_all(_OTHER_FILES):
        _refuse(name, line + node.lineno - 1, f"a prompt cannot use '{type(node).__name__.lower()}'")
    return tree


def _refuse(name: str, line: int, message: str) -> NoReturn:
    hint = "a prompt file is a Jinja2 template in which {{ row.FIELD }} stands for a field of the row"
    raise UsageError(f"{name}, line {line}: {message}", hint=hint)


def _check_names(tree: nodes.Template, known: frozenset[str], name: str) -> None:
    """UsageError where a template uses a name that nobody defines."""
    unknown = sorted(meta.find_undeclared_variables(tree) - known - set(_SANDBOX.globals))
    if not unknown:
        return
    hint = did_you_mean(unknown[0], sorted(known))
    if "row" in known and not hint.startswith("did"):
        hint = f"a field of the row is written {{{{ row.{unknown[0]} }}}}"
    raise UsageError(f"{name}: the name {unknown[0]!r} is not defined", hint=hint)


def _reads(node: nodes.Node) -> Iterator[str | None]:
    """The row's fields that are read; None for the row as a whole."""
    if isinstance(node, nodes.Name) and node.name == "row":
        yield None
    elif isinstance(node, (nodes.Getattr, nodes.Getitem)) and _is_row(node.node):
        yield _field(node)
    else:
        for child in node.iter_child_nodes():
            yield from _reads(child)


def _optional(tree: nodes.Template) -> Iterator[str | None]:
    """Fields of which the template asks whether they are there, or says what stands for them."""
    for node in tree.find_all((nodes.Test, nodes.Filter)):
        asks = node.name in ("defined", "undefined", "default", "d")
        if asks and isinstance(node.node, (nodes.Getattr, nodes.Getitem)) and _is_row(node.node.node):
            yield _field(node.node)


def _is_row(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "row"


def _field(node: nodes.Getattr | nodes.Getitem) -> str | None:
    if isinstance(node, nodes.Getattr):
        return None if node.attr == "items" else node.attr
    constant = node.arg.value if isinstance(node.arg, nodes.Const) else None
    return constant if isinstance(constant, str) else None
