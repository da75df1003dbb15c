"""Arrow arrays as JSON values, and JSON values as arrays of the type that they came from.

Both go down a type column by column: what is within a struct, a list or a map is treated as a column of
its own. What JSON has no type for is a text (times and dates ISO 8601, UUIDs), a number (decimals;
durations, in their own unit) or base64 (bytes); a map is a list of pairs. A time that its text would not
say exactly (before the zones had whole minutes, after the year 9999) is the number of its units.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from itertools import accumulate
from typing import Any

from rtlglot.formats.values import DECODER
from rtlglot.records import Json


def values_of(column: Any) -> list[Json]:
    """The JSON value of each element of an array."""
    import pyarrow as pa

    kind, is_ = column.type, pa.types
    if _is_json(kind):
        return list(column.to_pylist())
    if isinstance(kind, pa.BaseExtensionType):
        if isinstance(kind, pa.UuidType):
            return _each(column, str)
        return values_of(column.storage)
    if is_.is_dictionary(kind):
        return values_of(column.dictionary_decode())
    if is_.is_nested(kind):
        return _nested_values(column)
    if is_.is_duration(kind):
        return values_of(column.cast(pa.int64()))
    if is_.is_temporal(kind):
        return _times(column)
    if is_.is_decimal(kind):
        return [
            None if text is None else DECODER.decode(text) for text in column.cast(pa.string()).to_pylist()
        ]
    if _is_bytes(kind):
        return _each(column, lambda data: base64.b64encode(data).decode())
    raise pa.ArrowNotImplementedError(f"JSON has nothing for {kind}")


def _each(column: Any, change: Callable[[Any], Json]) -> list[Json]:
    return [None if value is None else change(value) for value in column.to_pylist()]


def _nested_values(column: Any) -> list[Json]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_struct(kind):
        names = [kind.field(i).name for i in range(kind.num_fields)]
        members = zip(*map(values_of, column.flatten()), strict=True)
        return [
            dict(zip(names, member, strict=True)) if valid else None
            for member, valid in zip(members, column.is_valid().to_pylist(), strict=True)
        ]
    spans = _spans(column)
    full = [span for span in spans if span is not None and span[0] < span[1]]
    low, high = min((begin for begin, _ in full), default=0), max((end for _, end in full), default=0)
    if pa.types.is_map(kind):
        sides = [values_of(side.slice(low, high - low)) for side in (column.keys, column.items)]
        inner: list[Json] = [list(pair) for pair in zip(*sides, strict=True)]
    else:
        inner = values_of(column.values.slice(low, high - low))
    return [None if span is None else inner[span[0] - low : span[1] - low] for span in spans]


def _spans(column: Any) -> list[tuple[int, int] | None]:
    """Where the elements of each list lie in the array of all elements; None where it is null."""
    import pyarrow as pa

    # Not by pyarrow's flatten and list_value_length, which lack some types.
    if pa.types.is_fixed_size_list(column.type):
        size = column.type.list_size
        begins = [(column.offset + place) * size for place in range(len(column))]
        ends = [begin + size for begin in begins]
    elif pa.types.is_list_view(column.type) or pa.types.is_large_list_view(column.type):
        begins = column.offsets.to_pylist()
        ends = [begin + size for begin, size in zip(begins, column.sizes.to_pylist(), strict=True)]
    else:
        *begins, _ = bounds = column.offsets.to_pylist()
        ends = bounds[1:]
    valid = column.is_valid().to_pylist()
    return [(begin, end) if there else None for begin, end, there in zip(begins, ends, valid, strict=True)]


def _times(column: Any) -> list[Json]:
    # By Arrow, for datetime has neither nanoseconds nor all zones.
    import pyarrow as pa

    texts: list[Json] = column.cast(pa.string()).to_pylist()
    try:
        if array_of(texts, column.type).equals(column):
            return texts
    except (ValueError, NotImplementedError):
        pass
    return list(column.cast(_units(column.type)).to_pylist())


def _units(kind: Any) -> Any:
    import pyarrow as pa

    return pa.int32() if kind.bit_width == 32 else pa.int64()


def _is_json(kind: Any) -> bool:
    import pyarrow as pa

    is_ = pa.types
    if isinstance(kind, pa.BaseExtensionType) or is_.is_map(kind):
        return False
    if is_.is_nested(kind):
        return all(_is_json(kind.field(i).type) for i in range(kind.num_fields))
    if is_.is_dictionary(kind):
        return _is_json(kind.value_type)
    tests: tuple[Callable[[Any], bool], ...] = (
        is_.is_string, is_.is_large_string, is_.is_string_view,
        is_.is_boolean, is_.is_integer, is_.is_floating, is_.is_null,
    )  # fmt: skip
    return any(test(kind) for test in tests)


def _is_bytes(kind: Any) -> bool:
    import pyarrow as pa

    is_ = pa.types
    tests = (is_.is_binary, is_.is_large_binary, is_.is_binary_view, is_.is_fixed_size_binary)
    return any(test(kind) for test in tests)


def array_of(values: list[Json], kind: Any) -> Any:
    """An array of that type. Raises ValueError, TypeError, OverflowError or NotImplementedError where a
    value does not fit it as it is."""
    import pyarrow as pa

    is_ = pa.types
    if isinstance(kind, pa.BaseExtensionType):
        if isinstance(kind, pa.UuidType):
            return pa.array([None if v is None else _uuid(v) for v in values], pa.binary(16)).cast(kind)
        return pa.ExtensionArray.from_storage(kind, array_of(values, kind.storage_type))
    if is_.is_dictionary(kind):
        return _dictionary(array_of(values, kind.value_type), kind)
    if is_.is_struct(kind):
        return _structs(values, kind)
    if is_.is_nested(kind):
        return _lists(values, kind)
    if is_.is_decimal(kind) or is_.is_uint64(kind):  # through texts: no float or int64 on the way
        return pa.array([None if value is None else str(value) for value in values], pa.string()).cast(kind)
    if is_.is_temporal(kind) and not is_.is_duration(kind):
        return _moments(values, kind)
    if _is_bytes(kind):
        return pa.array([None if v is None else base64.b64decode(v, validate=True) for v in values], kind)
    # Inferred and then cast: asked for a type at once, Arrow would cut 1.7 to an int without a word.
    return pa.array(values).cast(kind)


def _uuid(text: Json) -> bytes:
    if not isinstance(text, str) or str(uuid.UUID(text)) != text:
        raise ValueError(f"{text!r} is no UUID")
    return uuid.UUID(text).bytes


def _dictionary(array: Any, kind: Any) -> Any:
    import pyarrow as pa

    encoded = array.dictionary_encode()
    indices = encoded.indices.cast(kind.index_type)
    return pa.DictionaryArray.from_arrays(indices, encoded.dictionary, ordered=kind.ordered)


def _moments(values: list[Json], kind: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not all(value is None or type(value) in (str, int) for value in values):
        raise TypeError("a time is a text, or a number of units")
    texts = pa.array([value if isinstance(value, str) else None for value in values], pa.string())
    units = pa.array([value if isinstance(value, int) else None for value in values], _units(kind))
    if pa.types.is_time(kind):  # Arrow reads none from a text, but points in time
        texts = pc.binary_join_element_wise("1970-01-01", texts, " ").cast(pa.timestamp(kind.unit))
    return pc.coalesce(texts.cast(kind), units.cast(kind))


def _structs(values: list[Json], kind: Any) -> Any:
    import pyarrow as pa

    fields = [kind.field(i) for i in range(kind.num_fields)]
    names = {field.name for field in fields}
    if not all(value is None or (isinstance(value, dict) and value.keys() <= names) for value in values):
        raise ValueError("a value is no object of these members")
    members = []
    for field in fields:
        if not field.nullable and any(
            value is not None and value.get(field.name) is None for value in values
        ):
            raise ValueError(f"{field.name} must not be null")
        members.append(array_of([value and value.get(field.name) for value in values], field.type))
    mask = pa.array([value is None for value in values], pa.bool_())
    return pa.StructArray.from_arrays(members, fields=fields, mask=mask)


def _lists(values: list[Json], kind: Any) -> Any:
    """Lists of every kind, and maps."""
    import pyarrow as pa

    is_ = pa.types
    if not all(value is None or isinstance(value, list) for value in values):
        raise ValueError("a value is no list")
    fixed = kind.list_size if is_.is_fixed_size_list(kind) else 0
    if fixed and any(len(value) != fixed for value in values if value is not None):
        raise ValueError(f"a list has not {fixed} elements")
    inner: list[Json] = [one for value in values for one in ([None] * fixed if value is None else value)]
    mask = pa.array([value is None for value in values], pa.bool_())
    sizes = [len(value or ()) for value in values]
    ends = list(accumulate(sizes, initial=0))
    if is_.is_map(kind):
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in inner):
            raise ValueError("a value is no pair of a key and an item")
        keys = array_of([key for key, _ in inner], kind.key_type)
        items = array_of([item for _, item in inner], kind.item_type)
        if keys.null_count or (items.null_count and not kind.item_field.nullable):
            raise ValueError("a key or an item must not be null")
        return pa.MapArray.from_arrays(_offsets(ends, values, pa.int32()), keys, items, kind)
    if not kind.value_field.nullable and None in inner:
        raise ValueError("an element must not be null")
    elements = array_of(inner, kind.value_type)
    if fixed:
        return pa.FixedSizeListArray.from_arrays(elements, type=kind, mask=mask)
    wide = pa.int64() if is_.is_large_list(kind) or is_.is_large_list_view(kind) else pa.int32()
    if is_.is_list(kind) or is_.is_large_list(kind):
        made = pa.LargeListArray if is_.is_large_list(kind) else pa.ListArray
        return made.from_arrays(_offsets(ends, values, wide), elements, kind)
    made = pa.LargeListViewArray if is_.is_large_list_view(kind) else pa.ListViewArray
    return made.from_arrays(pa.array(ends[:-1], wide), pa.array(sizes, wide), elements, kind, mask=mask)


def _offsets(ends: list[int], values: list[Json], kind: Any) -> Any:
    """Where each list begins, and the end of the last; null where the list is."""
    import pyarrow as pa

    begins = [None if value is None else begin for begin, value in zip(ends[:-1], values, strict=True)]
    return pa.array([*begins, ends[-1]], kind)
