"""What a person sees while a run goes on."""

from __future__ import annotations

import io
import time

from rtlglot.cli.progress import PlainWatch
from rtlglot.ledger.counts import Counts
from rtlglot.run.walk import ASKED, CHECKED, MENDED
from rtlglot.run.watch import IN_FLIGHT, Tally


def told(tally: Tally) -> str:
    tally.started = time.monotonic() - 100
    stream = io.StringIO()
    PlainWatch(stream, "rtlglot again").tick(tally)
    return stream.getvalue()


def test_what_rows_are_put_through_is_told() -> None:
    tally = Tally(Counts(total=100), requests=7)
    with tally.at(IN_FLIGHT), tally.at(IN_FLIGHT), tally.at(IN_FLIGHT), tally.at(ASKED), tally.at(MENDED):
        with tally.at(CHECKED), tally.at("equivalence"):
            assert "3 in flight: 1 asked, 1 in repair, 1 checked (1 equivalence)" in told(tally)
        assert "3 in flight: 1 asked, 1 in repair" in told(tally)
    assert "in flight" not in told(tally)


def test_the_wait_for_the_first_reply_and_the_money_are_told() -> None:
    tally = Tally(Counts(total=100))
    with tally.at(IN_FLIGHT), tally.at(ASKED):
        assert "1 in flight: 1 asked; waiting for the first reply" in told(tally)
        tally.requests, tally.spent = 1, 0.25
        assert "1 in flight: 1 asked; 0.25 spent" in told(tally)
