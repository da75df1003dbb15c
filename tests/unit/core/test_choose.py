"""Of several samples, which: first, best, all, consensus."""

from rtlglot.records import Candidate, CheckStatus, Context, Reason, Verdict
from rtlglot.run.choose import all_, best, consensus, first
from rtlglot.run.judge import Judge
from rtlglot.run.walk import Try


def sample(text: str | None, *statuses: CheckStatus) -> Try:
    reason = Reason.OK if text is not None else Reason.TRUNCATED
    verdicts = tuple(Verdict("c", status) for status in statuses)
    return Try(Candidate(text, reason), Judge(())(verdicts, Context()), verdicts)


PASS, FAIL, TIMEOUT = CheckStatus.PASS, CheckStatus.FAIL, CheckStatus.TIMEOUT


async def never(a: str, b: str) -> bool:
    raise AssertionError("nothing to prove")


async def test_first_takes_the_first_accepted_and_best_the_one_with_most_clear_passes() -> None:
    tries = [sample(None), sample("no", FAIL), sample("maybe", PASS, TIMEOUT), sample("yes", PASS, PASS)]
    assert [t.candidate.text for t in await first(tries, never)] == ["maybe"]
    assert [t.candidate.text for t in await best(tries, never)] == ["yes"]
    assert [t.candidate.text for t in await all_(tries, never)] == ["maybe", "yes"]


async def test_without_an_accepted_one_the_nearest_says_why() -> None:
    tries = [sample(None), sample("low", FAIL), sample("high", PASS, FAIL)]
    for way in (first, best, all_, consensus):
        assert [t.candidate.text for t in await way(tries, never)] == ["high"]


async def test_consensus_takes_the_largest_class_and_proves_only_what_tokens_leave_open() -> None:
    proofs: list[tuple[str, str]] = []

    async def prove(a: str, b: str) -> bool:
        proofs.append((a, b))
        return {a, b} == {"a & b", "b & a"}

    texts = ["a | b", "a & b", "a  &  b // same tokens", "b & a"]
    chosen = await consensus([sample(text, PASS) for text in texts], prove)
    assert [t.candidate.text for t in chosen] == ["a & b"]
    assert chosen[0].candidate.detail.startswith("3 of 4 samples agree")
    assert ("a & b", "a  &  b // same tokens") not in proofs
