"""A part's own options and a command's flags: a dataclass filled from strings or TOML values.

Each part declares a frozen dataclass; `fill` is the only way values from a command line reach it, and it
refuses unknown names. A field made with `flag` is a flag too: what it is called, what it means and how it
is read is said once, there, for the command line, the spec file and the library.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from typing import Any, TypeVar

from rtlglot.errors import UsageError
from rtlglot.registry import did_you_mean

T = TypeVar("T")

_TRUE = {"1", "true", "on", "yes"}
_FALSE = {"0", "false", "off", "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """How an option is given on a command line."""

    help: str
    names: tuple[str, ...] = ()
    """'-o', '--from'; none: '--' and the field's name. One without a dash is a place, not a flag."""
    also: tuple[str, ...] = ()
    """Other names, understood and not shown."""
    metavar: str = ""
    group: str = ""
    alone: str = ""
    """What the flag means without a value, where it needs none."""
    parse: Callable[[Any], Any] | None = None
    """Makes the value of what is given: the list of all texts for a flag that may be repeated."""

    def shown(self, field: str) -> tuple[str, ...]:
        """Its names, the field's own included."""
        return self.names or (f"--{field.replace('_', '-')}",)


def flag(help_: str, *names: str, default: Any = MISSING, **rest: Any) -> Any:
    """A field of a dataclass that is a flag; `rest` are Flag's other fields. Without default: required."""
    metadata = {"flag": Flag(help=help_, names=names, **rest)}
    if isinstance(default, dict):
        return dataclasses.field(default_factory=dict, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def like(cls: type, name: str, **changed: Any) -> Any:
    """The same flag as another dataclass has, but for what is changed: its default or Flag's fields."""
    field = next(f for f in dataclasses.fields(cls) if f.name == name)
    default = changed.pop("default", {} if field.default_factory is not MISSING else field.default)
    told = dataclasses.replace(field.metadata["flag"], **changed)
    if default == {}:
        return dataclasses.field(default_factory=dict, metadata={"flag": told})
    return dataclasses.field(default=default, metadata={"flag": told})


def flags(cls: type) -> dict[str, Flag]:
    """The flags of a dataclass by field."""
    return {f.name: f.metadata["flag"] for f in dataclasses.fields(cls) if "flag" in f.metadata}


def by_field(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values under any name of their flags ('from', 'max-tokens'), under the fields' names and parsed."""
    known, fields = flags(cls), {}
    for field, told in known.items():
        for name in (*told.shown(field), *told.also):
            fields[name.lstrip("-").replace("-", "_")] = field
    fields |= {field: field for field in known}
    result = {}
    for name, value in values.items():
        field = fields.get(plain := name.replace("-", "_"), plain)
        parse = known[field].parse if field in known else None
        result[field] = value if parse is None else parse(value)
    return result


def fill(cls: type[T], values: Mapping[str, Any], *, part: str = "") -> T:
    """`cls(**values)` with texts turned into the declared types.

    `part` names the part in errors ('engine.openvino'); without it flags are named. Raises UsageError for
    an unknown name, a missing one and a value that does not fit, naming the option, the value and what is
    expected.
    """
    hints, told = typing.get_type_hints(cls), flags(cls)
    fields = {f.name: f for f in dataclasses.fields(cls) if f.init}  # type: ignore[arg-type]

    def called(name: str) -> str:
        if part:
            return f"{part}.{name}"
        return told[name].shown(name)[-1] if name in told else name

    for name in values:
        if name not in fields:
            raise UsageError(
                f"{part} has no option {name!r}" if part else f"there is no option {name!r}",
                hint=did_you_mean(name, fields),
            )
    for name, field in fields.items():
        if name not in values and field.default is MISSING and field.default_factory is MISSING:
            raise UsageError(f"{called(name)} is missing", hint="see --help for examples")
    return cls(**{name: _as(hints[name], value, called(name)) for name, value in values.items()})


def refuse_unlisted(part: object) -> None:
    """UsageError for a field whose value is none of those that its Literal lists."""
    for name, hint in typing.get_type_hints(type(part)).items():
        if typing.get_origin(hint) is typing.Literal:
            _as(hint, getattr(part, name), name)


def refuse_below(least: float, of: object, part: str, *names: str, inclusive: bool = False) -> None:
    """UsageError for a number of `of` that is not above `least`; None is left alone."""
    for name in names:
        value = getattr(of, name)
        if value is not None and not (
            math.isfinite(value) and (value > least or (inclusive and value == least))
        ):
            hint = f"expected {'at least' if inclusive else 'more than'} {least:g}"
            raise UsageError(f"{part}.{name} is {value}".removeprefix("."), hint=hint)


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
        listed = ", ".join(str(one) for one in allowed if one)
        raise UsageError(f"{name} is {value!r}", hint=f"expected one of {listed}")
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
        if not isinstance(value, str):
            return tuple(value)
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(wanted, type) and issubclass(wanted, (int, float, str)):  # enumerations of texts too
        return wanted(value)
    return value
