"""Up the ladder with the ledger: what is asked, remembered, asked again, and kept from breaking a run."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from rtlglot.checks import Check
from rtlglot.errors import ConfigError
from rtlglot.ledger import Ledger
from rtlglot.records import CheckStatus, Context, Finding, Json, Severity, Verdict
from rtlglot.run.examine import NOT_ASKED, SLOW_PER_CORE, Examine, Proof
from rtlglot.sandbox import Box, open_box

MUST_ANSWER = ("screen", "syntax", "elaborate", "interface", "synth")


class Asked(Check):
    """A check whose answers are given; it counts the askings."""

    def __init__(self, name: str, answer: CheckStatus | Exception, *, slow: bool = False) -> None:
        self.name, self.slow, self.answer = name, slow, answer
        self.must_answer = name in MUST_ANSWER
        self.context = Context()
        self.asked = self.at_work = self.most_at_work = 0

    def identity(self) -> Mapping[str, Json]:
        return {"check": self.name}

    def applies(self, context: Context) -> bool:
        return True

    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        self.asked, self.context = self.asked + 1, context
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        await asyncio.sleep(0.001)
        self.at_work -= 1
        if isinstance(self.answer, Exception):
            raise self.answer
        finding = Finding(Severity.NOTE, "said", f"of {text}")
        return Verdict(self.name, self.answer, (finding,), data={"of": [text]})


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    opened = Ledger(tmp_path / "ledger")
    opened.start_writing()
    yield opened
    await opened.stop_writing()
    opened.close()


async def test_the_climb_ends_at_the_first_no_and_nothing_is_asked_twice(ledger: Ledger) -> None:
    checks = [Asked("a", CheckStatus.PASS), Asked("b", CheckStatus.FAIL), Asked("c", CheckStatus.PASS)]
    examine = Examine(ledger, checks, open_box())
    for _ in range(2):
        examined = await examine("text", Context())
        assert [verdict.status for verdict, _ in examined] == [CheckStatus.PASS, CheckStatus.FAIL]
        await ledger.save_verdict(b"x" * 16, examined[0][0])  # everything before it is on disk then
    assert [check.asked for check in checks] == [1, 1, 0]
    recalled = await Examine(ledger, checks, None).recall("text", Context())
    assert [verdict.status for verdict in recalled] == [
        CheckStatus.PASS, CheckStatus.FAIL, CheckStatus.SKIPPED,
    ]  # fmt: skip
    never = await Examine(ledger, checks, None).recall("another text", Context())
    assert [verdict.findings[0].code for verdict in never] == [NOT_ASKED] * 3


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        *((name, 0) for name in MUST_ANSWER),
        *((name, 1) for name in ("equivalence", "testbench", "fidelity", "mine")),
    ],
)
async def test_the_climb_ends_where_a_rung_that_must_answer_does_not(
    ledger: Ledger, name: str, asked: int
) -> None:
    for status in (CheckStatus.TIMEOUT, CheckStatus.ERROR, CheckStatus.UNAVAILABLE):
        above = Asked("above", CheckStatus.PASS)
        examined = await Examine(ledger, [Asked(name, status), above], open_box())(status, Context())
        assert above.asked == asked
        assert [verdict.ok for verdict, _ in examined] == [bool(asked), True][: 1 + asked]


class Misnamed(Asked):
    async def check(self, text: str, context: Context, box: Box) -> Verdict:
        assert isinstance(self.answer, CheckStatus)
        return Verdict("another name", self.answer)


async def test_a_no_under_another_name_is_not_lost(ledger: Ledger) -> None:
    examined = await Examine(ledger, [Misnamed("mine", CheckStatus.FAIL)], open_box())("text", Context())
    assert [(verdict.check, verdict.ok) for verdict, _ in examined] == [("mine", False)]


@pytest.mark.parametrize("status", [CheckStatus.TIMEOUT, CheckStatus.ERROR, CheckStatus.UNAVAILABLE])
async def test_what_speaks_of_the_machine_is_asked_again(ledger: Ledger, status: CheckStatus) -> None:
    check = Asked("a", status)
    examine = Examine(ledger, [check], open_box())
    for _ in range(2):
        ((_, key),) = await examine("text", Context())
        await ledger.save_verdict(b"x" * 16, Verdict("x", status))
        assert ledger.verdict(key) is not None
    assert check.asked == 2


async def test_a_check_that_breaks_gives_an_error_that_names_no_path(ledger: Ledger) -> None:
    check = Asked("a", ValueError("/home/someone/secret"))
    ((verdict, _),) = await Examine(ledger, [check], open_box())("text", Context())
    assert verdict.status is CheckStatus.ERROR
    assert "ValueError" in verdict.findings[0].message
    assert "secret" not in verdict.findings[0].message


async def test_what_concerns_all_texts_is_raised(ledger: Ledger) -> None:
    check = Asked("a", ConfigError("no sandbox can be started"))
    with pytest.raises(ConfigError):
        await Examine(ledger, [check], open_box())("text", Context())


async def test_half_a_character_reaches_no_file(ledger: Ledger) -> None:
    ((verdict, key),) = await Examine(ledger, [Asked("a", CheckStatus.PASS)], open_box())(
        "\ud800é", Context()
    )
    assert verdict.findings[0].message == "of ?é"
    assert verdict.data == {"of": ["?é"]}
    await ledger.save_verdict(b"x" * 16, verdict)
    assert ledger.verdict(key) == verdict


async def test_slow_checks_are_begun_few_at_once(ledger: Ledger) -> None:
    quick, slow = Asked("quick", CheckStatus.PASS), Asked("slow", CheckStatus.PASS, slow=True)
    examine = Examine(ledger, [quick, slow], open_box())
    await asyncio.gather(*(examine(f"text {n}", Context()) for n in range(60)))
    assert quick.most_at_work == 60
    assert slow.most_at_work == SLOW_PER_CORE * (os.cpu_count() or 1)
    assert slow.asked == 60


@pytest.mark.parametrize(
    ("status", "proved"),
    [(CheckStatus.EQUIVALENT, True), (CheckStatus.BOUNDED, False), (CheckStatus.PASS, False)],
)
async def test_a_proof_is_of_these_two_in_the_language_of_the_run(
    ledger: Ledger, status: CheckStatus, proved: bool
) -> None:
    check = Asked("equivalence", status)
    assert await Proof(ledger, check, open_box(), "v2001")("reference", "text") is proved
    assert (check.context.reference, check.context.standard) == ("reference", "v2001")
