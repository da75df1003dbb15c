"""`rtlglot eval` over a small benchmark of its own: every sample counted, by testbench and by proof."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from tests.unit.evals.benchmark import INVERTER, write_completions, write_problems
from tests.unit.jobs.test_merge_kinds import killed

from rtlglot import cli
from rtlglot.evals import tables
from rtlglot.tools.simulator import icarus

pytestmark = pytest.mark.skipif(icarus.installed() is None, reason="Icarus Verilog is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("eval")
    problems, completions = write_problems(here), write_completions(here)
    out = here / "out"
    command = ["eval", str(problems), "--samples-from", str(completions), "-o", str(out)]
    assert cli.run([*command, "--protocol", "verilogeval-v2", "--k", "1,2,3"]) == 0
    return out


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "score.json").read_text())
    return found


def test_each_sample_has_its_class(told: dict[str, Any]) -> None:
    assert {one["id"]: one["samples"] for one in told["by_problem"]} == {
        "inverter": ["solved", "forbidden", "refused"],
        "lookup": ["solved", "different", "ports"],
        "counter": ["solved", "contradicted", "syntax"],
        "gate": ["solved", "latch", "no answer"],
    }
    assert sum(told["classes"].values()) == told["samples"] == 12


def test_testbench_and_proof_stand_side_by_side(told: dict[str, Any]) -> None:
    found = told["all"]
    assert found["testbench"]["1"]["value"] == pytest.approx((1 / 3 + 1 / 3 + 2 / 3 + 0) / 4)
    assert found["proof"]["1"]["value"] == pytest.approx(1 / 3)
    assert found["proof"]["2"]["value"] == pytest.approx(2 / 3)
    assert found["both"]["3"]["value"] == pytest.approx(3 / 4)
    assert found["proof"]["1"]["low"] <= 0.34 <= found["proof"]["1"]["high"] + 0.01


def test_what_is_ill_is_named_and_left_out_of_a_second_line(told: dict[str, Any]) -> None:
    assert [one["id"] for one in told["ill"]] == ["gate"]
    assert told["healthy"] == 3
    assert told["healthy_only"]["testbench"]["1"]["value"] == pytest.approx(4 / 9)


def test_contradictions_are_listed(told: dict[str, Any]) -> None:
    (one,) = told["contradictions"]
    assert (one["id"], one["sample"], one["testbench"], one["proof"]) == ("counter", 1, True, False)


def test_the_official_column_believes_a_forger(told: dict[str, Any]) -> None:
    official = {one["id"]: one["official"] for one in told["by_problem"]}
    assert official["inverter"] == 2  # the right one and the forged one
    assert told["all"]["testbench"]["3"]["value"] < 1


def test_the_same_command_again_asks_nothing_and_says_the_same(folder: Path, told: dict[str, Any]) -> None:
    before = folder.parent
    command = ["eval", str(before / "problems.jsonl"), "--samples-from", str(before / "completions.jsonl")]
    assert cli.run([*command, "-o", str(folder), "--protocol", "verilogeval-v2", "--k", "1,2,3"]) == 0
    assert json.loads((folder / "score.json").read_text()) == told


def test_markdown_report_and_samples_are_there(folder: Path) -> None:
    table = (folder / "score.md").read_text()
    assert "| pass@1 | all 4 |" in table
    assert "gate: its testbench" in table
    assert "the protocol names" in table.lower()
    assert (folder / "report.html").stat().st_size > 10_000
    lines = [json.loads(line) for line in (folder / "samples.jsonl").read_text().splitlines()]
    assert len(lines) == 12
    assert lines[0]["completion"].startswith("module TopModule")


def test_the_audit_tries_testbenches_with_mutants(tmp_path: Path) -> None:
    out = tmp_path / "out"
    problems = write_problems(tmp_path)
    assert cli.run(["eval", str(problems), "--audit", "--mutants", "3", "-o", str(out)]) == 0
    found = json.loads((out / "audit.json").read_text())
    by_id = {one["id"]: one for one in found["health"]}
    assert by_id["inverter"]["ill"] == ""
    assert by_id["inverter"]["killed"] == by_id["inverter"]["different"] > 0
    assert by_id["gate"]["killed"] == 0
    assert "gate" in (out / "audit.md").read_text()


def test_the_list_of_benchmarks(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", "--list"]) == 0
    assert "rtllm" in capsys.readouterr().out


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    problems = tmp_path / "in.jsonl"
    write_problems(tmp_path).rename(problems)
    assert (
        cli.main(["eval", str(problems), "--model", "echo", "--engine", "scripted", "-o", str(tmp_path)]) == 2
    )
    assert (
        cli.main(["eval", str(problems), "--samples-from", str(write_completions(tmp_path)), "--audit"]) == 2
    )


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--k", "x"], "k is x"),
        (["--k", "1,0"], "k is 1,0"),
        (["--k", "1,-5"], "k is 1,-5"),
        (["--k", "1.5"], "k is 1.5"),
        (["-o", "FILE"], "is a file"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(
    flags: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problems, completions = write_problems(tmp_path), write_completions(tmp_path)
    flags = [str(problems) if flag == "FILE" else flag for flag in flags]
    command = ["eval", str(problems), "--samples-from", str(completions), *flags]
    assert cli.main(command if "-o" in flags else [*command, "-o", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told


def test_a_pass_at_k_for_which_there_are_too_few_samples_is_named() -> None:
    told: dict[str, Any] = {
        "benchmark": "plain", "protocol": "", "model": "m", "problems": 1, "samples": 3, "healthy": 1,
        "all": {"proof": {}}, "healthy_only": {"proof": {}}, "classes": {}, "tools": {}, "pending": 0,
        "contradictions": [], "ill": [], "left_out": [],
    }  # fmt: skip
    assert "Too few samples" in tables.markdown(told)
    told["all"] = {"proof": {"1": {"value": 1.0, "low": 1.0, "high": 1.0}}}
    assert "Too few samples" not in tables.markdown(told)


def test_problems_and_completions_may_lie_at_urls_and_the_folder_may_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed (the extra remote)")
    monkeypatch.chdir(tmp_path)
    store = fsspec.filesystem("memory")
    store.pipe({
        "/eval/in/Prob1_prompt.txt": b"A module TopModule that inverts a.",
        "/eval/in/Prob1_ref.sv": INVERTER.replace("TopModule", "RefModule").encode(),
        "/eval/samples/Prob1_sample01.sv": INVERTER.encode(),
        "/eval/notes.txt": b"no problem",
    })  # fmt: skip
    words = ["eval", "memory://eval/in", "--samples-from", "memory://eval/samples"]
    assert cli.main([*words, "-o", "memory://eval/out"]) == 2
    assert "an evaluation's folder is on this machine" in capsys.readouterr().err
    assert cli.main([*words, "-o", "out"]) == 0
    score = json.loads(Path("out/score.json").read_text())
    assert (score["benchmark"], score["input"]) == ("verilogeval", "memory://eval/in")
    assert [one["samples"] for one in score["by_problem"]] == [["solved"]]
    for wrong, said in (("none", "no such file"), ("notes.txt", "looks like none of")):
        assert cli.main(["eval", f"memory://eval/{wrong}", *words[2:], "-o", "other"]) == 2
        told = capsys.readouterr().err
        assert said in told
        assert f"memory://eval/{wrong}" in told
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


def test_the_page_has_every_sample_and_two_folders_compare(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (folder / "report.html").read_text()
    numbers = json.loads(page.partition('id="numbers">')[2].partition("</script>")[0])
    found = numbers["samples"]
    kinds = {id_: [found["kinds"][at] for at in row] for id_, row in found["rows"]}
    assert kinds["inverter"] == ["solved", "forbidden", "refused"]
    assert found["pass"]["proof"][0][:2] == [1, pytest.approx(1 / 3)]
    assert cli.run(["compare", str(folder), str(folder)]) == 0
    assert "4 rows in both: 0 gained, 0 lost" in capsys.readouterr().out


def test_a_signal_while_the_references_are_tried_ends_all_of_it(tmp_path: Path) -> None:
    texts = [
        f"module m (input [7:0] a, output [7:0] y);\n  assign y = a + {n};\nendmodule\n" for n in range(24)
    ]
    problems, completions, out = (tmp_path / name for name in ("p.jsonl", "c.jsonl", "out"))
    rows = [{"id": str(n), "instruction": "m", "reference": text} for n, text in enumerate(texts)]
    problems.write_text("\n".join(map(json.dumps, rows)))
    answers = [{"task_id": str(n), "completion": text} for n, text in enumerate(texts)]
    completions.write_text("\n".join(map(json.dumps, answers)))
    words = ["eval", str(problems), "--samples-from", str(completions), "-o", str(out)]
    said = killed(words, out / "health.jsonl.ledger", number=signal.SIGINT, code=130)
    assert "interrupted while the references were tried: nothing is asked yet" in said
    assert not (out / "answers.jsonl.ledger").exists()
    assert cli.run(words) == 0
    # Each is asked for in the same words, and yet has an answer of its own.
    assert json.loads((out / "score.json").read_text())["classes"] == {"solved": 24}


_NO_DRAIN = """
import sys
from rtlglot import cli
from rtlglot.jobs import check
check.DRAIN_S = 0.0  # what is in flight at a signal is not waited for
sys.exit(cli.main(sys.argv[1:]))
"""


def test_a_signal_while_the_published_harness_runs_leaves_its_column_out(tmp_path: Path) -> None:
    row = json.loads(write_problems(tmp_path).read_text().splitlines()[0])
    problems, completions, out = (tmp_path / name for name in ("p.jsonl", "c.jsonl", "out"))
    # long enough that some samples are left when the first one is known
    row["testbench"] = row["testbench"].replace("repeat (20)", "repeat (20000)").replace("#205", "#200005")
    problems.write_text(json.dumps(row))
    answers = [f"// {n}\n{INVERTER}" for n in range(24)]
    lines = [{"task_id": "inverter", "completion": text} for text in answers]
    completions.write_text("\n".join(map(json.dumps, lines)))
    words = ["eval", str(problems), "--samples-from", str(completions), "-o", str(out)]
    words += ["--protocol", "verilogeval-v2", "--k", "1"]
    killed(words, out / "official.jsonl.ledger", number=signal.SIGINT, code=130, program=("-c", _NO_DRAIN))
    stopped = json.loads((out / "score.json").read_text())
    assert "official" not in stopped["all"]
    assert stopped["classes"] == {"solved": 24}
    assert cli.run(words) == 0
    assert json.loads((out / "score.json").read_text())["all"]["official"]["1"]["value"] == 1


def test_shards_one_of_them_killed_are_one_evaluation(
    folder: Path, told: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, out = folder.parent, tmp_path / "ve.v2"
    words = ["eval", str(before / "problems.jsonl"), "--samples-from", str(before / "completions.jsonl")]
    words += ["--protocol", "verilogeval-v2", "--k", "1,2,3", "-o", str(out)]
    parts = [tmp_path / f"ve.v2.{number}-of-2" for number in (1, 2)]
    assert cli.run([*words, "--shard", "1/2"]) == 0
    rows = [json.loads(line)["id"] for line in (parts[0] / "problems.jsonl").read_text().splitlines()]
    assert 0 < len(rows) < 4
    assert cli.main(["merge", str(parts[0])]) == 75
    assert f"no ledger here of the shards 2/2: {4 - len(rows)} rows are theirs" in capsys.readouterr().out
    killed([*words, "--shard", "2/2"], parts[1] / "health.jsonl.ledger")
    assert cli.run([*words, "--shard", "2/2"]) == 0
    assert cli.main(["merge", str(parts[0])]) == 0
    for name in ("score.md", "samples.jsonl", "answers.jsonl", "problems.jsonl"):
        assert (out / name).read_bytes() == (folder / name).read_bytes()
    assert json.loads((out / "score.json").read_text()) == {**told, "folder": str(out)}
    assert cli.main([*words, "--shard", "1/3"]) == 2, "shards of 2 are there"
