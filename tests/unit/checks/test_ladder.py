"""Which checks a user's words stand for, and how far a text climbs."""

from __future__ import annotations

from typing import Any

import pytest

from rtlglot.checks.ladder import asking, climb, kind_of, ladder, ladders
from rtlglot.errors import UsageError
from rtlglot.records import CheckStatus, Context
from rtlglot.sandbox import open_box

GOOD = "module m(input a, output y); assign y = a; endmodule"
UNDECLARED = "module m(input a, output y); assign y = a & b; endmodule"


def names(rungs: str, target: str = "verilog") -> list[str]:
    return [check.name for check in ladder(rungs, target)]


def test_one_rung_stands_for_all_below_it() -> None:
    assert names("elaborate") == ["screen", "syntax", "elaborate"]
    assert names("screen") == ["screen"]


def test_a_list_stands_for_itself_in_the_ladders_order() -> None:
    assert names("synth,syntax") == ["syntax", "synth"]
    assert names("syntax, syntax,screen") == ["screen", "syntax"]


@pytest.mark.parametrize("rungs", ["none", "", " "])
def test_no_checks(rungs: str) -> None:
    assert names(rungs) == []


def test_the_default_is_the_whole_ladder() -> None:
    assert names("default") == list(ladders()["verilog"])
    assert names("default", "description") == ["wording", "fidelity"]
    assert names("default", "someone's own field") == []


@pytest.mark.parametrize(
    ("field", "rungs", "kind"),
    [
        ("verilog", "wording", "verilog"),
        ("instruction", "default", "instruction"),
        ("Response", "default", "verilog"),
        ("Response", "synth,syntax", "verilog"),
        ("detail_description", "fidelity", "description"),
        ("detail_description", "wording,mine:Own", "description"),
        ("x", "users_check:Short", "verilog"),
    ],
)
def test_what_a_field_holds_is_told_by_its_name_or_by_what_is_asked(
    field: str, rungs: str, kind: str
) -> None:
    assert kind_of(field, rungs) == kind


def test_strict_reaches_the_checks_that_know_it() -> None:
    checks: dict[str, Any] = {check.name: check for check in ladder("synth", strict=True)}
    assert checks["elaborate"].options.strict
    assert checks["synth"].options.strict
    plain: tuple[Any, ...] = ladder("synth")
    own: tuple[Any, ...] = ladder("synth", options={"elaborate": {"strict": False}}, strict=True)
    assert [check.options.strict for check in own if check.name in ("elaborate", "synth")] == [False, True]
    assert not any(getattr(check.options, "strict", False) for check in plain)


def test_an_unknown_rung_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="unknown check 'sintax'") as caught:
        ladder("screen,sintax")
    assert caught.value.hint == "did you mean 'syntax'?"


def test_options_reach_their_check() -> None:
    made: tuple[Any, ...] = ladder("screen,synth", options={"synth": {"strict": "true", "max_cells": "7"}})
    screen, synth = made
    assert (synth.options.strict, synth.options.max_cells) == (True, 7)
    assert screen.options.max_nesting == 256
    assert synth.identity() != ladder("synth")[-1].identity()


@pytest.mark.parametrize("options", [{"synth": {}}, {"sinth": {}}])
def test_options_for_a_check_that_is_not_asked_are_refused(options: Any) -> None:
    with pytest.raises(UsageError, match="is not asked for"):
        ladder("screen,syntax", options=options)


def test_a_wrong_option_names_itself() -> None:
    with pytest.raises(UsageError, match=r"check\.synth has no option 'strickt'") as caught:
        ladder("synth", options={"synth": {"strickt": "1"}})
    assert "'strict'" in caught.value.hint
    with pytest.raises(UsageError, match=r"check\.synth\.max_cells is 'many'"):
        ladder("synth", options={"synth": {"max_cells": "many"}})


def test_a_users_own_check_comes_last() -> None:
    assert names("screen,syntax,users_check:Short") == ["screen", "syntax", "short"]


def test_a_users_own_check_stands_where_it_says() -> None:
    assert names("elaborate,syntax,users_check:Early") == ["syntax", "early", "elaborate"]


def test_what_does_not_inherit_check_is_refused() -> None:
    with pytest.raises(UsageError, match=r"'users_check:Stranger' is no rtlglot\.checks\.Check"):
        ladder("users_check:Stranger")


async def test_the_climb_stops_at_the_first_no() -> None:
    async with open_box(workers=1) as box:
        verdicts = await climb(
            ladder("screen,syntax,elaborate,synth"), Context(), asking(UNDECLARED, Context(), box)
        )
    assert [verdict.status.value for verdict in verdicts] == ["pass", "pass", "fail", "skipped"]
    assert verdicts[3].findings[0].message == "it ended at 'elaborate'"


async def test_what_does_not_apply_is_skipped_and_the_climb_goes_on() -> None:
    async with open_box(workers=1) as box:
        checks = ladder("screen,users_check:Never,users_check:Short")
        verdicts = await climb(checks, Context(), asking(GOOD, Context(), box))
    assert [verdict.status for verdict in verdicts] == [
        CheckStatus.PASS,
        CheckStatus.SKIPPED,
        CheckStatus.PASS,
    ]


def test_a_users_own_field_has_the_ladder_of_the_rung_that_is_named() -> None:
    assert names("elaborate", "my_rtl") == ["screen", "syntax", "elaborate"]
    assert names("default", "my_rtl") == []


@pytest.mark.parametrize(("field", "applies"), [("my_rtl", True), ("verilog", True), ("description", False)])
def test_prose_is_not_parsed_as_verilog(field: str, applies: Any) -> None:
    checks = ladder("screen,syntax,elaborate,synth")
    assert [check.applies(Context(field=field)) for check in checks] == [applies] * 4
