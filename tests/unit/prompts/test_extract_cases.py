"""Every text case of tests/cases/replies gives exactly the text, reason and notes it says."""

from __future__ import annotations

import pytest
from tests.unit.prompts.reply_cases import CASES, Case

from rtlglot.prompts.extract import extract


def test_the_cases_are_there() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    candidate = extract(case.parts["reply"], case.finish, case.kind, case.given)
    found = (candidate.text, candidate.reason.value, sorted(candidate.notes), candidate.think)
    assert found == (case.parts.get("text"), case.reason, sorted(case.notes), case.parts.get("think"))
    assert case.detail in candidate.detail
    assert bool(candidate.detail) == (candidate.text is None)
