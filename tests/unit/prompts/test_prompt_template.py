"""Templates: strict names, data never run, work bounded."""

from __future__ import annotations

import pytest

from rtlglot.errors import RowError, UsageError
from rtlglot.prompts.template import MAX_FIELD, Fields, Template
from rtlglot.records import Json, Reason

KNOWN = frozenset({"row", "interface"})
ROW: dict[str, Json] = {
    "text": "hello  ",
    "number": 5,
    "list": ["b", "a"],
    "one": ["alone"],
    "blank": " \n ",
    "none": None,
    "meta": {"width": 8, "none": None},
    "inject": "{{ 7 * 7 }}{% for i in range(9) %}",
    "big": "y" * 1_000_000,
}


def template(text: str) -> Template:
    return Template(text, "p.md", known=KNOWN)


def rendered(text: str) -> str:
    return template(text).render(row=Fields(ROW), interface=None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ row.text | trim }}|", "hello|"),
        ('{{ row["text"] }}', "hello  "),
        ("{{ row.one }}", "alone"),
        ("{{ row.number * 2 + 1 }}", "11"),
        ("{{ row.text ~ '-' ~ row.number }}", "hello  -5"),
        ("{{ row.text + 'x' }}", "hello  x"),
        ("{{ row.text.upper().strip() }}", "HELLO"),
        ("{{ row.text[:3] }}", "hel"),
        ("{{ row.meta.width }}", "8"),
        ("{{ row.meta | tojson }}", '{"width": 8, "none": null}'),
        ("{{ row.absent | default('d') }}", "d"),
        ("{% if row.blank is defined %}a{% else %}b{% endif %}", "b"),
        ("{% if row.text is defined and 'text' in row %}a{% endif %}", "a"),
        ("{% for x in row.list %}{{ loop.index }}{{ x }}{{ ',' if not loop.last }}{% endfor %}", "1b,2a"),
        ("{% for i in range(2, 8, 3) %}{{ i }}{% endfor %}", "25"),
        ("{{ row.list | sort | join(', ') }}", "a, b"),
        ("{{ row.list|first }}{{ row.list|last }}{{ row.list|length }}", "ba2"),
        ("{{ row.text | replace('l', 'LL') | truncate(5) }}", "he..."),
        ("{{ 'a\nb' | indent(2) }}", "a\n  b"),
        ("{% set x = row.number %}{{ x }}", "5"),
        ("{% for k, v in row.items() if k == 'number' %}{{ k }}={{ v }}{% endfor %}", "number=5"),
        ("a\n{% if true %}\nb\n{% endif %}\nc", "a\nb\nc"),
    ],
)
def test_what_templates_can_say(text: str, expected: str) -> None:
    assert rendered(text) == expected


def test_values_are_data_and_never_templates() -> None:
    assert rendered("{{ row.inject }}") == ROW["inject"]


@pytest.mark.parametrize("field", ["absent", "blank", "none"])
@pytest.mark.parametrize("text", ["{{ row.F }}", "{{ row['F'] | trim }}", "{% if row.F %}x{% endif %}"])
def test_a_missing_or_blank_field_is_named(field: str, text: str) -> None:
    with pytest.raises(RowError, match=field) as caught:
        rendered(text.replace("F", field))
    assert caught.value.reason is Reason.MISSING_FIELD


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{{ instruction }}", "instruction"),
        ("{{ rows.text }}", "rows"),
        ("{{ row.text }}{% if cond %}x{% endif %}", "cond"),
        ("{{ loop.index }}", "loop"),
        ("{{ cycler() }}", "cycler"),
        ("{% for x in items %}{% endfor %}", "items"),
    ],
)
def test_an_unknown_name_is_found_at_load(text: str, name: str) -> None:
    with pytest.raises(UsageError, match=f"p.md: the name '{name}' is not defined"):
        template(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("line\n{{ row.x", "p.md, line 2: unexpected end"),
        ("{% include 'x' %}", "cannot use 'include'"),
        ("{% import 'x' as y %}", "cannot use 'import'"),
        ("{% extends 'x' %}", "cannot use 'extends'"),
        ("{{ row.text | nosuch }}", "No filter named 'nosuch'"),
        ("{{ row.text is nosuch }}", "No test named 'nosuch'"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "nested too deeply"),
        ("x" * 300_000, "the most is"),
    ],
)
def test_what_a_prompt_may_not_say_is_found_at_load(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        template(text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ row.text.__class__.__mro__ }}",
        "{{ range.__globals__ }}",
        "{{ row.list.append(1) }}",
        "{{ row.look_up('text')() }}",
        "{{ row.number / 0 }}",
        "{{ row.number.real() }}",
    ],
)
def test_what_is_refused_while_rendering_is_the_rows_prompt_error(text: str) -> None:
    with pytest.raises(RowError, match=r"p\.md cannot be rendered") as caught:
        rendered(text)
    assert caught.value.reason is Reason.PROMPT_ERROR


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{% for i in range(1000000000) %}{% endfor %}", "too big"),
        ("{{ range(1000000000) | list }}", "too big"),
        ("{% for a in row.big %}{% for b in row.big %}{% endfor %}{% endfor %}", "takes more than"),
        ("{% for i in range(10000) %}{{ row.big }}{% endfor %}", "makes more than"),
        ("{{ row.big ~ row.big }}" * 30, "makes more than"),
    ],
)
def test_work_without_end_ends(text: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtlglot.prompts.template.RENDER_CPU_S", 0.5)
    with pytest.raises(RowError, match=said) as caught:
        rendered(text)
    assert caught.value.reason is Reason.PROMPT_ERROR


def test_a_field_longer_than_any_context_is_refused_unread() -> None:
    with pytest.raises(RowError, match="'x' has") as caught:
        template("{{ row.x }}").render(row=Fields({"x": "a" * (MAX_FIELD + 1)}), interface=None)
    assert caught.value.reason is Reason.PROMPT_TOO_LONG


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("constant", set()),
        ("{{ row.a }}{{ row['b'] }}{{ row.a }}", {"a", "b"}),
        ("{% if row.a is defined %}{{ row.b | trim }}{% endif %}", {"a", "b"}),
        ("{% for x in row.a %}{{ x.b }}{% endfor %}", {"a"}),
        ("{{ row.meta.width }}", {"meta"}),
        ("{{ row }}", None),
        ("{% for k, v in row.items() %}{% endfor %}", None),
        ("{{ row[interface] }}", None),
        ("{% if 'a' in row %}{% endif %}", None),
    ],
)
def test_fields_that_are_read(text: str, fields: set[str] | None) -> None:
    assert template(text).fields == (None if fields is None else frozenset(fields))


def test_the_whole_row_is_shown_as_json() -> None:
    assert template("{{ row }}").render(row=Fields({"a": "x", "b": " "}), interface=None) == '{"a": "x"}'


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("{{ row.a }}{{ row['b'] }}", {"a", "b"}),
        ("{% if row.a is defined %}{{ row.a }}{% endif %}{{ row.b }}", {"b"}),
        ("{{ row.a | default('x') }}{{ row.b }}", {"b"}),
    ],
)
def test_fields_without_which_nothing_is_rendered(text: str, needs: set[str]) -> None:
    assert template(text).needs == needs
