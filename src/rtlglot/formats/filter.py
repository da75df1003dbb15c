"""Filter: which rows are wanted, as a Jinja2 expression: `license == "MIT" and verilog|length < 500`."""

from __future__ import annotations

from collections.abc import Callable

from rtlglot.errors import InputError, UsageError
from rtlglot.formats.table import Record


def compile_filter(expression: str, file: str) -> Callable[[Record], bool]:
    """Whether a record passes. Names are fields, `row` is the whole row (`row["a name"]`).

    A name that the row lacks is an error; `x is defined` asks. Raises UsageError for a bad expression;
    the filter raises InputError, naming `file` and the row, where the expression fails on a row.
    """
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    try:
        evaluate = environment.compile_expression(expression, undefined_to_none=False)
    except TemplateError as error:
        raise UsageError(
            f"where is not an expression: {error}: {expression}", hint="for example: license == 'MIT'"
        ) from error

    def keep(record: Record) -> bool:
        try:
            return bool(evaluate({**record.fields, "row": record.fields}))
        except Exception as error:  # a user's expression may raise anything
            raise InputError(
                f"where fails: {type(error).__name__}: {error}",
                file=file,
                row=record.where,
                hint="for a field that only some rows have: FIELD is defined and …",
            ) from error

    return keep
