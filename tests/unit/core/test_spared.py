"""What a run is spared: look-ups in a new ledger, repairs that nobody will ask for, asyncio's slower loop."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import rtlglot
from rtlglot.ledger import Ledger
from rtlglot.ledger.keys import digest
from rtlglot.records import CheckStatus, Verdict

PROMPT = """# user
Describe {{ row.instruction }}

# repair
{{ findings.no_such_thing }}
"""


async def test_a_new_ledger_is_not_asked_for_verdicts_that_it_cannot_have(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "a.ledger")
    ledger.start_writing()
    asked: list[str] = []
    ledger._db.set_trace_callback(asked.append)
    assert ledger.verdict(digest("never given")) is None
    assert not asked
    await ledger.save_verdict(digest("given"), Verdict("wording", CheckStatus.PASS))
    assert (ledger.verdict(digest("given")) or Verdict("", CheckStatus.ERROR)).status is CheckStatus.PASS
    await ledger.stop_writing()
    ledger.close()
    again = Ledger(tmp_path / "a.ledger")  # one with verdicts is asked for each
    again.start_writing()
    assert again.verdict(digest("given")) is not None
    await again.stop_writing()
    again.close()


def test_without_repairs_left_none_is_written(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"instruction": "a counter"}\n')
    (tmp_path / "p.md").write_text(PROMPT)
    (tmp_path / "s.json").write_text(json.dumps([{"reply": "A counter."}]))
    summary = rtlglot.transform(
        tmp_path / "in.jsonl", tmp_path / "out.jsonl", source="instruction", target="notes",
        prompt=str(tmp_path / "p.md"), engine="scripted", model=str(tmp_path / "s.json"), check="wording",
    )  # fmt: skip
    assert summary.reasons == {"rejected check_failed": 1}


def test_a_run_takes_uvloop_where_it_is_installed_and_asyncio_elsewhere() -> None:
    code = "import sys\n{}\nfrom rtlglot.run.events import run_in_loop\nimport asyncio\n"
    code += "async def main(): print(type(asyncio.get_running_loop()).__module__)\nrun_in_loop(main())"

    def loop(first: str) -> str:
        told = subprocess.run([sys.executable, "-c", code.format(first)], capture_output=True, text=True)
        return told.stdout.strip() or told.stderr

    assert loop("sys.modules['uvloop'] = None") == "asyncio.unix_events"
    if importlib.util.find_spec("uvloop"):
        assert loop("").startswith("uvloop")
