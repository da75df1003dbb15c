"""What is refused before a cluster is looked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rtlglot
from rtlglot.errors import UsageError

pytest.importorskip("ray", reason="Ray is not installed (the extra ray)")
pytestmark = pytest.mark.ray


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"limit": 3}, "limit is given"),
        ({"shard": "1/2"}, "shard is given"),
        ({"redo": ("failed",)}, "redo is given"),
        ({"output": "-"}, "not read or written on a cluster"),
        ({"output": "there"}, "no run on a cluster made it"),
        ({"output": "new", "check": "roundtrip"}, "a check that asks an engine"),
    ],
)
def test_what_does_not_go_with_a_cluster_is_refused(
    settings: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_text('{"id": "a", "verilog": "module m(output y); endmodule"}\n')
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("")
    given = {"output": "out", "engine": "scripted", "model": "sentence", "cluster": "127.0.0.1:1", **settings}
    with pytest.raises(UsageError, match=said):
        rtlglot.transform("in.jsonl", given.pop("output"), source="verilog", target="description", **given)
