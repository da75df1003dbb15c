"""Templates: Jinja2, strict about names, each with its faults found at load where they can be.

A row's values are data, never templates. What a template may say is in `language`.
"""

from __future__ import annotations

from typing import Any, NoReturn

import jinja2
from jinja2 import nodes

from rtlglot.errors import RowError, UsageError
from rtlglot.prompts.language import FILTERS, NODES, Budget, MissingFieldError, sandbox
from rtlglot.prompts.names import check_names, fields_read
from rtlglot.records import Reason

MAX_TEMPLATE = 200_000
"""Characters."""

_SANDBOX = sandbox()


class Template:
    """A compiled template: `render(row=…)` gives its text."""

    __slots__ = ("_compiled", "_name", "constant", "fields", "names")

    def __init__(self, text: str, name: str, *, line: int = 1, known: frozenset[str]) -> None:
        """`known`: the names it may use; `line`: where it starts in the file `name`.

        UsageError for a syntax error, an unknown name or filter, or what a prompt may not do.
        """
        self._name = name
        tree = _parse(text, name, line)
        check_names(_SANDBOX, tree, known, name)
        self.names = frozenset(node.name for node in tree.find_all(nodes.Name))
        """Names that it uses."""
        self.constant = "row" not in self.names
        """It says the same for every row."""
        self.fields = fields_read(tree)
        """Fields of the row that it reads; None where that cannot be known."""
        self._compiled = _SANDBOX.from_string(_guarded(tree))

    def render(self, **names: Any) -> str:
        """The text. Raises RowError: missing_field, prompt_error, prompt_too_long."""
        budget = Budget()
        try:
            context = self._compiled.new_context({**names, "_budget": budget})
            parts = []
            for part in self._compiled.root_render_func(context):
                budget.spend(len(part))
                parts.append(part)
            return "".join(parts)
        except MissingFieldError as missing:
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
    try:
        tree = _SANDBOX.parse(text)
        for node in tree.find_all(nodes.Node):
            fault = _fault(node)
            if fault:
                _refuse(name, line + node.lineno - 1, fault)
    except jinja2.TemplateSyntaxError as error:
        _refuse(name, line + error.lineno - 1, str(error.message))
    except RecursionError:
        _refuse(name, line, "it is nested too deeply")
    return tree


def _fault(node: nodes.Node) -> str:
    """Why a template may not have this node, or ''."""
    if not isinstance(node, NODES) or (isinstance(node, nodes.For) and node.recursive):
        return f"a prompt cannot use '{type(node).__name__.lower()}'"
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        return f"there is no filter {node.name!r}; there are {', '.join(sorted(FILTERS))}"
    if isinstance(node, nodes.Test) and node.name not in _SANDBOX.tests:
        return f"there is no test {node.name!r}"
    if isinstance(node, (nodes.List, nodes.Tuple)) and _makes_copies(node):
        return "a list can hold only constants here"
    return ""


def _makes_copies(node: nodes.List | nodes.Tuple) -> bool:
    """A list of variables can double in size with each use. The targets of for and set are no values."""
    return getattr(node, "ctx", "load") == "load" and not all(isinstance(i, nodes.Const) for i in node.items)


def _refuse(name: str, line: int, message: str) -> NoReturn:
    hint = "a prompt file is a Jinja2 template in which {{ row.FIELD }} stands for a field of the row"
    raise UsageError(f"{name}, line {line}: {message}", hint=hint)


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
