"""The report page in a real Chromium."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rtlglot.records import (
    Assurance,
    CheckStatus,
    Finding,
    Outcome,
    Reason,
    Row,
    Severity,
    Status,
    Verdict,
)
from rtlglot.reports import write_report
from rtlglot.reports.compare import compare
from rtlglot.reports.compare_page import write_comparison
from tests.browser.conftest import Sight
from tests.browser.ledgers import (
    ATTACKS,
    DIFFERENT,
    Story,
    attempt,
    climbed,
    module,
    usual,
    usual_ledger,
    usual_rows,
)

pytestmark = pytest.mark.browser

DRAWN = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"


def listed(page: Any) -> list[str]:
    texts: list[str] = page.locator("#rows-body .row-link").all_inner_texts()
    return texts


def test_it_says_what_became_of_the_rows(sight: Sight, usual: Path) -> None:
    page = sight.open(usual)
    tiles = page.locator("#tiles dd").all_inner_texts()
    assert [tile.split("\n")[0] for tile in tiles] == ["60", "36", "12", "12"]
    assert "6 of them after repair" in tiles[1]
    flow = page.locator("#flow").text_content()
    assert "syntax said no" in flow
    assert "refused" in flow
    assert page.locator("#rows-count").inner_text() == "60 rows"
    sight.assert_quiet()


def test_search_and_filters_leave_what_they_say(sight: Sight, usual: Path) -> None:
    page = sight.open(usual)
    page.fill("#f-q", "unit_17")
    assert listed(page) == ["unit_17"]
    page.fill("#f-q", "")
    page.select_option("#f-status", "rejected")
    assert page.locator("#rows-count").inner_text() == "12 of 60 rows"
    page.select_option("#f-rung", "syntax")
    assert listed(page) == [f"unit_{n}" for n in range(6, 60, 10)]
    page.select_option("#f-group", "book")
    assert listed(page) == ["unit_6", "unit_36"]
    page.click("#f-clear")
    assert page.locator("#rows-count").inner_text() == "60 rows"
    page.fill("#f-q", "no such text anywhere")
    assert page.locator("#rows-none").is_visible()
    sight.assert_quiet()


def test_a_loss_in_the_flow_shows_its_rows(sight: Sight, usual: Path) -> None:
    page = sight.open(usual)
    page.get_by_role("button", name="refused: 6 rows").click()
    assert listed(page) == [f"unit_{n}" for n in range(8, 60, 10)]
    page.get_by_role("button", name="syntax ExpectedToken").click()
    assert page.locator("#rows-count").inner_text() == "12 of 60 rows"
    assert page.locator("#f-finding").is_visible()
    page.click("#f-finding")
    assert page.locator("#rows-count").inner_text() == "60 rows"


def test_columns_sort(sight: Sight, usual: Path) -> None:
    page = sight.open(usual)
    page.click(".c-attempts button")
    assert listed(page)[0] == "unit_5"
    assert page.locator("th.c-attempts").get_attribute("aria-sort") == "descending"
    page.click(".c-position button")
    page.click(".c-position button")
    assert listed(page)[0] == "unit_59"


def test_a_row_opens_with_its_verdicts_waveform_diff_and_prompt(sight: Sight, usual: Path) -> None:
    page = sight.open(usual)
    page.get_by_role("button", name="unit_7", exact=True).click()
    detail = page.locator("#detail")
    assert "equivalence: different" in detail.inner_text()
    assert (
        detail.locator(".wave svg").get_attribute("aria-label")
        == "Output q in cycle 2 should be ha5 but is h5a."
    )
    assert detail.locator(".wave .wave-wrong").count() == 1
    detail.get_by_text("Exact prompt and reply").click()
    detail.get_by_text("Write Verilog.").wait_for()
    assert detail.locator(".t-keyword").first.inner_text() == "module"

    page.keyboard.press("k")  # unit_6: a finding at its line
    assert page.locator("#detail-title").inner_text() == "unit_6"
    marked = page.locator("#detail .code .marked .no").first
    assert marked.get_attribute("data-no") == "48"
    assert "expected ';'" in page.locator("#detail .code .finding").first.inner_text()

    page.keyboard.press("k")  # unit_5: a repair as a diff
    diff = page.locator("#detail .attempts .diff")
    assert diff.locator(".gone code").all_inner_texts() == ["    assign q = s8"]
    assert diff.locator(".come mark").all_inner_texts() == [";"]
    sight.assert_quiet()


def test_buses_are_told_in_the_radix_that_is_chosen_with_their_widths(sight: Sight, usual: Path) -> None:
    page = sight.open(usual)
    page.get_by_role("button", name="unit_7", exact=True).click()
    wave = page.locator("#detail .wave")
    assert "q[7:0]" in wave.locator("svg").text_content()
    for radix, told in (("d", "165 but is 90"), ("b", "10100101 but is 01011010"), ("h", "ha5 but is h5a")):
        wave.locator("select").select_option(radix)
        assert f"should be {told}" in wave.locator("svg").get_attribute("aria-label")
    wave.get_by_text("the same as a table").click()
    assert "h5a (wrong)" in wave.inner_text()


def _reserved(ledger: Any, row: Row) -> Outcome:
    """In turn: a clear yes, one with a warning, one where a check could not say, a combinational difference
    and one that comes after many cycles."""
    text = module(row.position)
    warned = Finding(Severity.WARNING, "latch", "a latch is inferred for q", 3)
    if row.position < 3:
        verdicts = {
            0: climbed("equivalence"),
            1: climbed("synth", Verdict("synth", CheckStatus.PASS, (warned,), 0.1)),
            2: climbed("elaborate", Verdict("elaborate", CheckStatus.INCOMPLETE, (), 0.1)),
        }[row.position]
        tries = (attempt(ledger, row, text, verdicts),)
        return Outcome(
            row.id, Status.ACCEPTED, Reason.OK, text, attempts=tries, assurance=Assurance.SYNTHESISED
        )
    steps = [{"inputs": {"a": "1", "b": "0110"}, "expected": {"y": "xxxx"}, "got": {"y": "1001"}}]
    last = {"inputs": {"a": "0", "b": "1111"}, "expected": {"y": "0001"}, "got": {"y": "1001"}}
    cycles = 40 if row.position == 4 else 0
    first = {"step": 60 + cycles if cycles else 0, "output": "y", "expected": "0001", "got": "1001"}
    trace = {
        "clock": "clk" if cycles else None, "edge": "rising" if cycles else None,
        "skipped": 60 if cycles else 0, "steps": [*(steps * cycles), last], "first": first,
    }  # fmt: skip
    bad = replace(DIFFERENT, data={**DIFFERENT.data, "trace": trace})
    tries = (attempt(ledger, row, text, climbed("equivalence", bad)),)
    return Outcome(row.id, Status.REJECTED, Reason.CHECK_FAILED, text, "first\nlast", attempts=tries)


def test_what_is_accepted_with_reservations_is_marked(sight: Sight, tmp_path: Path) -> None:
    ledger = Story(tmp_path, "marks", usual_rows(5)).write(_reserved)
    page = sight.open(write_report(ledger, tmp_path / "marks.html").path)
    tile = page.locator("#tiles dd").nth(1).inner_text()
    assert "1 with warnings" in tile
    assert "1 where a check could not say" in tile
    page.select_option("#f-status", "warned")
    assert listed(page) == ["unit_1"]
    assert page.locator("#rows-body .r-warned").get_attribute("aria-label") == "with warnings"
    page.select_option("#f-status", "unsure")
    assert listed(page) == ["unit_2"]
    page.locator("#rows-body .row-link").click()
    assert "? a check could not say" in page.locator("#detail .badges").inner_text()
    sight.assert_quiet()


def test_a_combinational_difference_is_a_line_a_late_one_is_in_sight(sight: Sight, tmp_path: Path) -> None:
    ledger = Story(tmp_path, "waves", usual_rows(5)).write(_reserved)
    page = sight.open(write_report(ledger, tmp_path / "waves.html").path, "#row=unit_3")
    line = page.locator("#detail .wave .truth")
    assert line.locator("th").all_inner_texts() == ["a", "b[3:0]", "y[3:0] should be", "y[3:0] is"]
    assert line.locator("td").all_inner_texts() == ["0", "hf", "h1", "h9 ✕"]
    assert page.locator("#detail .wave svg").count() == 0

    page.keyboard.press("j")  # unit_4: of 101 cycles the last one differs
    wave = page.locator("#detail .wave")
    assert "The first 60 cycles are left out." in wave.inner_text()
    assert wave.locator(".wave-first").count() == 1
    assert wave.locator(".wave-step").last.text_content() == "100"
    assert wave.get_by_text("x", exact=True).count() > 0  # not xxxx
    page.evaluate(DRAWN)
    seen = page.evaluate(
        """() => { const [a, b] = ['.wave-scroll', '.wave-first'].map((n) =>
            document.querySelector('#detail ' + n).getBoundingClientRect());
            return b.right <= a.right + 1 && b.left >= a.left; }"""
    )
    assert seen
    sight.assert_quiet()


def test_some_rows_stand_before_the_charts_and_open(sight: Sight, usual: Path) -> None:
    page = sight.open(usual)
    cards = page.locator("#picked-cards article")
    assert cards.count() == 6
    ended = cards.locator(".badges").all_inner_texts()
    assert ["accepted" in each for each in ended] == [True] * 3 + [False] * 3
    tops = [page.locator(name).bounding_box()["y"] for name in ("#picked", "#flow", "#rungs")]
    assert tops == sorted(tops)
    id_ = cards.nth(4).locator("button").inner_text()
    cards.nth(4).locator("button").click()
    assert page.locator("#detail-title").inner_text() == id_
    assert page.locator("#rows-body .gist").first.inner_text().startswith("Design unit 0: eight stages")


def test_a_repair_returns_in_the_flow_and_an_empty_loss_panel_folds_away(
    sight: Sight, usual: Path, tmp_path: Path
) -> None:
    page = sight.open(usual)
    assert (
        "6 rows sent back for repair, 6 of them accepted" in page.locator("#flow .flow-return").text_content()
    )

    def good(ledger: Any, row: Row) -> Outcome:
        text = module(row.position)
        tries = (attempt(ledger, row, text, climbed("equivalence")),)
        return Outcome(row.id, Status.ACCEPTED, Reason.OK, text, attempts=tries, assurance=Assurance.PROVED)

    ledger = Story(tmp_path, "good", usual_rows(3)).write(good)
    page = sight.open(write_report(ledger, tmp_path / "good.html").path)
    assert page.locator("#flow-part").is_hidden()
    sight.assert_quiet()


def test_keys(sight: Sight, usual: Path) -> None:
    page = sight.open(usual)
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator("tr.current .row-link").inner_text() == "unit_1"
    page.keyboard.press("Enter")
    assert page.locator("#detail-title").inner_text() == "unit_1"
    page.keyboard.press("Escape")
    assert not page.locator("#detail-pane").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "unit_1"
    page.keyboard.press("/")
    page.keyboard.type("jk?")
    assert page.input_value("#f-q") == "jk?"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "f-q"


def test_the_address_opens_the_same_row_under_the_same_filters(sight: Sight, usual: Path) -> None:
    page = sight.open(usual)
    page.select_option("#f-status", "failed")
    page.get_by_role("button", name="unit_18", exact=True).click()
    address = page.evaluate("location.hash")
    page.goto("about:blank")
    page = sight.open(usual, address)
    assert page.locator("#detail-title").inner_text() == "unit_18"
    assert "I cannot do that." in page.locator("#detail").inner_text()
    assert page.locator("#rows-count").inner_text() == "12 of 60 rows"


def test_light_and_dark(browser: Any, usual: Path) -> None:
    shades = {}
    for scheme in ("light", "dark"):
        page = browser.new_context(color_scheme=scheme).new_page()
        Sight(page).open(usual)
        shades[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.click("#theme")
        shades[scheme + " toggled"] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.context.close()
    assert shades["light"] == shades["dark toggled"] != shades["dark"] == shades["light toggled"]


def test_nothing_from_a_dataset_runs_or_reaches_out(sight: Sight, attack: Path) -> None:
    page = sight.open(attack)
    total = page.evaluate("document.querySelectorAll('#rows-body tr').length")
    assert total == len(ATTACKS) + 4
    for _ in range(total):
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        for summary in page.locator("#detail summary").all():
            summary.evaluate("node => node.parentElement.open = true")
        page.evaluate(DRAWN)  # a part is made when it has opened
        page.evaluate(
            "document.querySelectorAll('#detail *').forEach(n => n.dispatchEvent(new Event('mouseover')))"
        )
    assert page.evaluate("window.attacked") is None
    assert page.evaluate("document.querySelectorAll('iframe, img, base, link[rel=stylesheet]').length") == 0
    assert page.evaluate("document.querySelectorAll('script:not([type])').length") == 1
    assert page.evaluate("({}).polluted") is None
    sight.assert_quiet()


def test_hidden_characters_are_shown(sight: Sight, attack: Path) -> None:
    page = sight.open(attack)
    page.locator("#rows-body .row-link", has_text="admin").click()
    shown = page.locator("#detail").inner_text()
    for code in ("U+202E", "U+2066", "U+200B", "U+0000", "U+001B"):
        assert code in shown
    whole = page.evaluate("document.body.textContent")
    assert "\u202e" not in whole
    assert "\u2066" not in whole


def test_fields_of_ten_megabytes_are_cut_and_say_so(sight: Sight, attack: Path) -> None:
    assert attack.stat().st_size < 5_000_000
    page = sight.open(attack)
    page.locator("#rows-body .row-link").nth(len(ATTACKS)).click()
    assert "more characters left out here" in page.locator("#detail").inner_text()


def test_a_policy_forbids_every_other_script(sight: Sight, usual: Path) -> None:
    page = sight.open(usual)
    page.evaluate(
        "() => { const script = document.createElement('script');"
        " script.textContent = 'window.attacked = 1'; document.body.append(script); }"
    )
    assert page.evaluate("window.attacked") is None
    assert any("Content Security Policy" in error for error in sight.errors)


@pytest.mark.parametrize("width", [1440, 800, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Any, usual: Path, scheme: Any, width: int) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    page = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
    ).new_page()
    Sight(page).open(usual, "#row=unit_7")
    page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
    page.evaluate(DRAWN)
    for state in ("opened", "list", "help"):
        if state == "list":
            page.keyboard.press("Escape")
        if state == "help":
            page.click("#help-open")
        response = axe.Axe().run(page).response
        assert len(response["passes"]) > 15
        grave = [v for v in response["violations"] if v["impact"] in ("serious", "critical")]
        serious = [(v["id"], v["nodes"][0]["html"][:200]) for v in grave]
        assert serious == [], f"{state}: {serious}"
    page.context.close()


def test_it_can_be_read_at_200_percent_without_scrolling_sideways(browser: Any, usual: Path) -> None:
    page = browser.new_context(viewport={"width": 720, "height": 450}, device_scale_factor=2).new_page()
    Sight(page).open(usual, "#row=unit_6")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()


def test_of_many_rows_it_shows_some_of_every_kind_and_says_so(sight: Sight, tmp_path: Path) -> None:
    report = write_report(usual_ledger(tmp_path, 300), tmp_path / "r.html", most_rows=50)
    page = sight.open(report.path)
    assert page.locator("#tiles .tile dd").first.inner_text().startswith("300")
    assert "50 are shown" in page.locator("#notes").inner_text()
    kinds = page.evaluate("[...document.querySelectorAll('#f-reason option')].map(o => o.value)")
    assert {"check_failed", "refused", "missing_field"} <= set(kinds)


def test_compare_shows_both_sides(sight: Sight, tmp_path: Path) -> None:
    rows = usual_rows(40)
    a = Story(tmp_path, "a", rows).write(usual)

    def shifted(ledger: Any, row: Any) -> Any:
        return usual(ledger, type(row)(row.id, row.fields, (row.position + 3), row.where))

    b = Story(tmp_path, "b", rows).write(shifted)
    page = sight.open(write_comparison(compare(a, b), tmp_path / "c.html"))
    tiles = page.locator("#tiles dd button").all_inner_texts()
    assert tiles == ["12", "12", "0", "4", "12"]
    page.select_option("#f-kind", "lost")
    page.locator("#rows-body .row-link").first.click()
    detail = page.locator("#detail").inner_text()
    assert "What changed in the text" in detail
    assert page.locator("#detail .side").count() == 2
    sight.assert_quiet()
