"""Values: numbers as they were written, what is refused, what a text is."""

from __future__ import annotations

import datetime
import decimal
import json
import math
import pickle
from typing import Any

import pytest
from hypothesis import example, given
from tests.unit.formats.format_rows import JSON_TEXT, NUMBER

from rtlglot.formats import decode, encode, text_of
from rtlglot.records import Status


@given(NUMBER)
@example("-0")
@example("0.10")
@example("1e5")
@example("1E400")
@example("-0.0")
@example("9223372036854775808")
@example("18446744073709551616")
@example("-9223372036854775809")
@example("1.0000000000000000000000001")
def test_a_number_is_written_as_it_was_read(literal: str) -> None:
    assert encode(decode(literal.encode())) == literal.encode()


@given(NUMBER)
def test_a_number_has_its_value(literal: str) -> None:
    value = decode(literal.encode())
    assert value == json.loads(literal)
    assert isinstance(value, float) == any(mark in literal for mark in ".eE")


@given(JSON_TEXT)
def test_a_value_is_written_as_it_was_read(text: str) -> None:
    value = decode(text.encode())
    assert value == json.loads(text)
    assert encode(value) == _compact(text)


def _compact(text: str) -> bytes:
    # White space between tokens goes, and each string gets the shortest escapes; numbers stay.
    kept: list[str] = []

    def keep(literal: str) -> str:
        kept.append(literal)
        return f"\x00{len(kept) - 1}\x00"

    value = json.loads(text, parse_float=keep, parse_int=keep)
    return _with_numbers(value, kept).encode()


def _with_numbers(value: Any, kept: list[str]) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(k)}:{_with_numbers(v, kept)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_with_numbers(item, kept) for item in value) + "]"
    if (
        isinstance(value, str)
        and len(value) > 2
        and value[0] == value[-1] == "\x00"
        and value[1:-1].isdecimal()
    ):
        return kept[int(value[1:-1])]
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


@given(NUMBER)
def test_a_number_survives_pickling_and_prints_as_written(literal: str) -> None:
    value = decode(literal.encode())
    again = pickle.loads(pickle.dumps(value))
    assert encode(again) == literal.encode()
    assert decode(str(value).encode()) == value


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_json_number_is_refused(constant: str) -> None:
    with pytest.raises(ValueError, match=f"{constant} is not a JSON number"):
        decode(b'{"score": %s}' % constant.encode())


@pytest.mark.parametrize("half", [r"\ud800", r"\uDFFF x", r"\ud83d\ud83d\ude00"])
def test_half_a_surrogate_pair_is_refused(half: str) -> None:
    with pytest.raises(ValueError, match="half of a surrogate pair"):
        decode(f'{{"a": ["{half}"]}}'.encode())


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert decode(rb'["\ud83d\ude00", 1.0]') == ["\U0001f600", 1.0]
    assert encode(decode(rb'["\ud83d\ude00", 1.0]')) == '["\U0001f600",1.0]'.encode()


@pytest.mark.parametrize("leaf", ["1", "1.50", '"x"'])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_what_is_deep_is_kept_or_refused_when_read(leaf: str, opening: str, closing: str) -> None:
    deep = opening * 127 + leaf + closing * 127
    assert encode(decode(deep.encode())) == deep.encode()
    for levels in (129, 300, 900, 1020, 1030, 100_000):
        with pytest.raises(ValueError, match="128 levels"):
            decode((opening * levels + leaf + closing * levels).encode())


def test_a_number_too_long_to_convert_is_refused() -> None:
    with pytest.raises(ValueError, match="4300 digits"):
        decode(b"[" + b"9" * 5000 + b"]")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (2**70, b"%d" % 2**70),
        ([math.nan, math.inf, 1.5], b"[null,null,1.5]"),
        (
            {"n": 2**70, "x": math.nan, "t": ("\ud800", None)},
            rb'{"n":%d,"x":null,"t":["\ud800",null]}' % 2**70,
        ),
        (datetime.date(2026, 11, 22), b'"2026-11-22"'),
        (datetime.datetime(2026, 11, 22, 10, 30), b'"2026-11-22T10:30:00"'),
        (datetime.timedelta(seconds=1.5), b"1.5"),
        (decimal.Decimal("1.50"), b"1.50"),
        (b"\x00\xff", b'"AP8="'),
        (Status.ACCEPTED, b'"accepted"'),
    ],
)
def test_values_of_a_program_become_json(value: Any, written: bytes) -> None:
    assert encode(value) == written


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        encode({"a": object()})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("module m; endmodule", "module m; endmodule"),
        (["module m; endmodule"], "module m; endmodule"),
        ((" x ",), " x "),
        ("", None),
        (" \n\t", None),
        ([""], None),
        ([], None),
        (["a", "b"], None),
        ([["a"]], None),
        (None, None),
        (True, None),
        (5, None),
        (1.5, None),
        ({"text": "a"}, None),
    ],
)
def test_what_is_a_text(value: Any, text: str | None) -> None:
    assert text_of(value) == text
