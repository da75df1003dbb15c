"""The report of 2,000 rows: how long it takes to write, how large it is, how fast the page is.

    python benchmarks/report.py               2,000 rows
    python benchmarks/report.py 100000        more: the page shows some of every kind

The rows have every kind of end, designs of some forty lines, references and prompts. The page is opened
from disk in a real Chromium (RTLGLOT_CHROMIUM, or the one on the PATH) and measures itself: from the
start of the navigation until its rows can be used, and from a key in the search until the next frame
is drawn.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.browser.conftest import ARGUMENTS, chromium
from tests.browser.ledgers import usual_ledger

from rtlglot.reports import write_report

FILTER = """
async (text) => {
  const search = document.getElementById("f-q");
  const begun = performance.now();
  search.value = text;
  search.dispatchEvent(new Event("input"));
  document.body.getBoundingClientRect();
  const worked = performance.now() - begun;
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return [worked, performance.now() - begun];
}"""


def main(count: int) -> None:
    """Write and measure."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = usual_ledger(Path(folder), count)
        times, cpu_s = [], []
        for _ in range(3):
            begun, used = time.perf_counter(), time.process_time()
            report = write_report(ledger, Path(folder) / "report.html")
            times.append(time.perf_counter() - begun)
            cpu_s.append(time.process_time() - used)
        size_mb = report.size_bytes / 1e6
        took = f"{min(times):.2f} s, {min(cpu_s):.2f} s of CPU"
        print(f"write   {count:,} rows, {report.shown:,} shown: {took}, {size_mb:.2f} MB")
        path = chromium()
        if path is None:
            print("no Chromium is found: the page was not measured")
            return
        measure(path, report.path)


def measure(path: str, page_path: Path) -> None:
    """Open it five times; type into the search of the last."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        ready = []
        for _ in range(5):
            page: Any = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            page.goto(page_path.as_uri())
            page.wait_for_function("document.documentElement.dataset.ready")
            ready.append(int(page.evaluate("document.documentElement.dataset.ready")))
        print(f"open    median {statistics.median(ready):.0f} ms, worst {max(ready)} ms")
        words = ["u", "un", "unit_1", "unit_19", "stage 7", "expectedtoken", "no such text", ""]
        spans = [page.evaluate(FILTER, word) for word in words]
        for name, index in (("work and layout", 0), ("until the frame is drawn", 1)):
            values = [span[index] for span in spans]
            print(f"filter  median {statistics.median(values):.0f} ms, worst {max(values):.0f} ms, {name}")
        browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
