"""What becomes of a text by its verdicts: accepted, rejected, disputed, unexamined; and how sure that is."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from rtlglot.checks import Check
from rtlglot.checks.ladder import climb, ladder
from rtlglot.errors import UsageError
from rtlglot.records import Assurance, CheckStatus, Context, Json, Reason, Verdict
from rtlglot.run.judge import Judge, Judgement
from rtlglot.sandbox import Box

CHECKS = ladder("default")
BOTH = Context(reference="module m; endmodule", testbench="module t; endmodule")
NEITHER = Context()


async def judged(context: Context, require: str = "auto", **said: str) -> Judgement:
    """The judgement on a text to which the checks say this, and 'pass' where nothing is said."""

    async def ask(check: Check) -> Verdict:
        usual = "equivalent" if check.name == "equivalence" else "pass"
        status = CheckStatus(said.get(check.name, usual))
        return Verdict(check.name, status, (), 0.0, {}, check.must_answer, check.assurance)

    climbed = await climb(CHECKS, context, ask)
    asked = [verdict for verdict in climbed if verdict.status is not CheckStatus.SKIPPED]
    return Judge(CHECKS, require)(asked, context)


@pytest.mark.parametrize(
    ("said", "assurance"),
    [
        ({}, Assurance.PROVED),
        ({"testbench": "unsupported"}, Assurance.PROVED),
        ({"equivalence": "timeout"}, Assurance.TESTED),
        ({"equivalence": "bounded"}, Assurance.TESTED),
        ({"equivalence": "unconfirmed"}, Assurance.TESTED),
        ({"equivalence": "incomplete", "synth": "incomplete"}, Assurance.TESTED),
    ],
)
async def test_the_strongest_yes_is_the_assurance(said: Mapping[str, str], assurance: Assurance) -> None:
    found = await judged(BOTH, **said)
    assert (found.reason, found.assurance) == (Reason.OK, assurance)


@pytest.mark.parametrize(
    "answer", ["bounded", "unsupported", "incomplete", "timeout", "unavailable", "error"]
)
async def test_no_answer_is_no_yes_where_the_row_brings_something_to_compare_with(answer: str) -> None:
    found = await judged(BOTH, equivalence=answer, testbench="unsupported")
    assert found.reason is Reason.UNEXAMINED
    assert f"'equivalence' said {answer}" in found.detail
    assert "'testbench' said unsupported" in found.detail
    assert found.send_back is None  # the text is not at fault
    assert found.assurance is Assurance.SYNTHESISED


async def test_a_row_that_brings_nothing_is_judged_by_what_there_is() -> None:
    found = await judged(NEITHER)
    assert (found.reason, found.assurance) == (Reason.OK, Assurance.SYNTHESISED)
    found = await judged(NEITHER, synth="incomplete")
    assert (found.reason, found.assurance) == (Reason.OK, Assurance.READ)


@pytest.mark.parametrize(
    ("said", "mendable"),
    [
        ({"testbench": "fail"}, None),
        ({"equivalence": "different"}, "equivalence"),
        ({"equivalence": "ports-differ"}, "equivalence"),
    ],
)
async def test_witnesses_that_contradict_each_other_are_a_dispute(
    said: Mapping[str, str], mendable: str | None
) -> None:
    found = await judged(BOTH, **said)
    assert found.reason is Reason.DISPUTED
    assert "'equivalence' said" in found.detail
    assert "'testbench' said" in found.detail
    assert (found.send_back.check if found.send_back else None) == mendable


async def test_a_proof_that_only_a_simulation_contradicts_is_not_overruled_by_another_simulation() -> None:
    tested = Verdict("testbench", CheckStatus.PASS, assurance=Assurance.TESTED)
    proved = Verdict(
        "equivalence", CheckStatus.UNCONFIRMED, data={"confirmed": False}, assurance=Assurance.PROVED
    )
    found = Judge(CHECKS)([proved, tested], BOTH)
    assert (found.reason, found.send_back) == (Reason.DISPUTED, None)
    assert "'equivalence' said unconfirmed" in found.detail
    # the other kind: proved from any start, and x in a simulation until something is set
    found = Judge(CHECKS)([replace(proved, data={"confirmed": True}), tested], BOTH)
    assert (found.reason, found.assurance) == (Reason.OK, Assurance.TESTED)


async def test_two_that_say_no_are_no_dispute_and_a_lower_rung_ends_the_climb() -> None:
    found = await judged(BOTH, equivalence="different", testbench="fail")
    assert found.reason is Reason.CHECK_FAILED
    assert found.send_back is not None
    assert found.send_back.check == "equivalence"
    found = await judged(BOTH, syntax="fail")
    assert (found.reason, found.assurance) == (Reason.CHECK_FAILED, Assurance.NONE)
    found = await judged(BOTH, synth="timeout")
    assert (found.reason, found.assurance) == (Reason.UNEXAMINED, Assurance.READ)


@pytest.mark.parametrize(
    ("require", "context", "said", "reason"),
    [
        ("proved", BOTH, {"equivalence": "timeout"}, Reason.UNEXAMINED),
        ("proved", NEITHER, {}, Reason.UNEXAMINED),
        ("tested", BOTH, {"equivalence": "timeout"}, Reason.OK),
        ("tested", NEITHER, {}, Reason.UNEXAMINED),
        ("synthesised", BOTH, {"equivalence": "timeout", "testbench": "timeout"}, Reason.OK),
        ("read", NEITHER, {"synth": "incomplete"}, Reason.OK),
        ("synthesised", NEITHER, {"synth": "incomplete"}, Reason.UNEXAMINED),
    ],
)
async def test_another_bar_can_be_asked_for(
    require: str, context: Context, said: Mapping[str, str], reason: Reason
) -> None:
    assert (await judged(context, require, **said)).reason is reason


class Mine(Check):
    """A check of a user's own, of which nothing is known."""

    name = "mine"

    def __init__(self, options: Mapping[str, Json] | None = None) -> None:
        pass

    def identity(self) -> Mapping[str, Json]:
        return {"check": self.name}

    def applies(self, context: Context) -> bool:
        return True

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        return Verdict(self.name, CheckStatus.FAIL)


def test_a_no_of_a_users_own_check_is_a_no_and_no_dispute() -> None:
    verdicts = (
        Verdict("equivalence", CheckStatus.EQUIVALENT, assurance=Assurance.PROVED),
        Verdict("mine", CheckStatus.FAIL),
    )
    found = Judge((*CHECKS, Mine()))(verdicts, BOTH)
    assert (found.reason, found.assurance) == (Reason.CHECK_FAILED, Assurance.PROVED)


def test_a_bar_that_no_check_reaches_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(UsageError, match="no check that is asked for can say that"):
        Judge(ladder("elaborate"), "proved")
    Judge(ladder("elaborate"), "read")
