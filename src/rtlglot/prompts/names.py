"""What a template reads, told from its syntax tree."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import Environment, meta, nodes

from rtlglot.errors import UsageError
from rtlglot.registry import did_you_mean


def check_names(environment: Environment, tree: nodes.Template, known: frozenset[str], name: str) -> None:
    """UsageError where a template uses a name that nobody defines."""
    unknown = sorted(meta.find_undeclared_variables(tree) - known - set(environment.globals))
    if not unknown:
        return
    hint = did_you_mean(unknown[0], sorted(known))
    if "row" in known and not hint.startswith("did"):
        hint = f"a field of the row is written {{{{ row.{unknown[0]} }}}}"
    raise UsageError(f"{name}: the name {unknown[0]!r} is not defined", hint=hint)


def fields_read(tree: nodes.Template) -> frozenset[str] | None:
    """The row's fields that a template reads; None where it handles the row as a whole."""
    found: set[str] = set()
    for name in _reads(tree):
        if name is None:
            return None
        found.add(name)
    return frozenset(found)


def _reads(node: nodes.Node) -> Iterator[str | None]:
    if isinstance(node, nodes.Name) and node.name == "row":
        yield None
        return
    if isinstance(node, (nodes.Getattr, nodes.Getitem)) and _is_row(node.node):
        yield _field(node)
        return
    for child in node.iter_child_nodes():
        yield from _reads(child)


def _is_row(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "row"


def _field(node: nodes.Getattr | nodes.Getitem) -> str | None:
    if isinstance(node, nodes.Getattr):
        return None if node.attr == "items" else node.attr
    constant = node.arg.value if isinstance(node.arg, nodes.Const) else None
    return constant if isinstance(constant, str) else None
