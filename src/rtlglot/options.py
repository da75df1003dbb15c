"""A part's own options: a dataclass filled from strings or TOML values, unknown names refused.

Each part declares a frozen dataclass; `fill` is the only way values from a command line reach it.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from rtlglot.errors import UsageError
from rtlglot.registry import did_you_mean

T = TypeVar("T")

_TRUE = {"1", "true", "on", "yes"}
_FALSE = {"0", "false", "off", "no"}


def fill(cls: type[T], values: Mapping[str, Any], *, part: str) -> T:
    """`cls(**values)` with texts turned into the declared types.

    `part` names the part in errors ('engine.openvino'). Raises UsageError for an unknown name and
    for a value that does not fit, naming the option, the value and what is expected.
    """
    hints = typing.get_type_hints(cls)
    known = {f.name: hints[f.name] for f in dataclasses.fields(cls) if f.init}  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            raise UsageError(f"{part} has no option {name!r}", hint=did_you_mean(name, known))
    typed = {name: _as(known[name], value, f"{part}.{name}") for name, value in values.items()}
    return cls(**typed)


def _as(wanted: Any, value: Any, name: str) -> Any:
    choices = typing.get_args(wanted)
    if isinstance(wanted, types.UnionType) or typing.get_origin(wanted) is typing.Union:
        if type(None) in choices and (value is None or value in ("none", "")):
            return None
        wanted = next(choice for choice in choices if choice is not type(None))
    origin = typing.get_origin(wanted)
    if origin is typing.Literal:
        allowed = typing.get_args(wanted)
        if value in allowed:
            return value
        raise UsageError(f"{name} is {value!r}", hint=f"expected one of {', '.join(map(str, allowed))}")
    try:
        return _convert(origin or wanted, value)
    except (TypeError, ValueError) as error:
        kind = getattr(origin or wanted, "__name__", str(wanted))
        raise UsageError(f"{name} is {value!r}", hint=f"expected a value of type {kind}") from error


def _convert(wanted: Any, value: Any) -> Any:
    if wanted is bool:
        text = str(value).lower()
        if text not in _TRUE | _FALSE:
            raise ValueError(value)
        return text in _TRUE
    if wanted is int and isinstance(value, float) and not value.is_integer():
        raise ValueError(value)
    if wanted is tuple:
        return tuple(value.split(",")) if isinstance(value, str) else tuple(value)
    if isinstance(wanted, type) and issubclass(wanted, (int, float, str)):  # enumerations of texts too
        return wanted(value)
    return value
