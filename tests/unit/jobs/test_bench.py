"""`rtlglot bench` over the scripted engine: what is swept, what is counted, what is written."""

import json
import tomllib
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from rtlglot import cli
from rtlglot.errors import UsageError
from rtlglot.jobs.bench import BenchSpec, Measured, bench, best, describe, parse_sweep, settings
from rtlglot.jobs.bench_memory import PeakMemory, family_rss_bytes
from rtlglot.jobs.bench_prompts import made_up_chats
from rtlglot.jobs.bench_report import markdown, spec_file, svg
from rtlglot.records import Sampling
from rtlglot.run.spec import make_spec


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "replies.json"
    path.write_text(
        json.dumps([{"when": "unit_3 ", "error": "row"}, {"reply": "It counts clock edges. " * 40}])
    )
    return str(path)


def run(line: str) -> int:
    return cli.run(["bench", *line.split()])


def spec_of(script: str, sweep: Any = None, **more: Any) -> BenchSpec:
    chats = made_up_chats(8)
    return BenchSpec("scripted", script, {}, sweep or {}, chats, Sampling(50, seed=1), **more)


def test_every_combination_is_a_setting() -> None:
    sweep = parse_sweep(["tensor_parallel=1,2", "engine.prefix-caching=on,off"])
    assert [describe(setting) for setting in settings(sweep)] == [
        "tensor_parallel=1 prefix_caching=on",
        "tensor_parallel=1 prefix_caching=off",
        "tensor_parallel=2 prefix_caching=on",
        "tensor_parallel=2 prefix_caching=off",
    ]
    assert settings({}) == [{}]


@pytest.mark.parametrize("text", ["tensor_parallel", "=1", "a=1,,2", "a="])
def test_a_bad_sweep_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not understood"):
        parse_sweep([text])


def test_a_sweep_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="twice"):
        parse_sweep(["a=1", "a=2"])


def test_prompts_share_a_long_beginning_and_are_all_different() -> None:
    chats = made_up_chats(1000)
    assert len({chat[-1].content for chat in chats}) == 1000
    assert len({chat[:-1] for chat in chats}) == 1
    assert chats == made_up_chats(1000)


def test_what_is_counted(script: str) -> None:
    (line,) = bench(spec_of(script), lambda _: None)
    assert (line.rows, line.failed) == (8, 1)
    # Each of the seven replies is cut at 50 tokens.
    assert line.output_tokens == 350
    assert line.it_s == pytest.approx(7 / line.seconds)
    assert line.output_tokens_s == pytest.approx(350 / line.seconds)
    assert line.input_tokens > 7 * 50
    assert 0 < line.first_row_s <= line.seconds
    assert line.peak_rss_bytes > 10 << 20


def test_concurrency_is_what_is_in_flight(script: str) -> None:
    sweep = {"concurrency": ["1", "8"], "delay_s": ["0.05"]}
    one, eight = bench(spec_of(script, sweep), lambda _: None)
    assert (one.in_flight, eight.in_flight) == (1, 8)
    assert one.seconds > 0.3
    assert eight.seconds < one.seconds / 2
    assert best([one, eight]) is eight


def test_varied_replies_have_the_usual_lengths(script: str) -> None:
    (line,) = bench(spec_of(script, varied=True), lambda _: None)
    assert line.output_tokens <= 350
    long = BenchSpec("scripted", script, {}, {}, made_up_chats(300), Sampling(200, seed=1), varied=True)
    (line,) = bench(long, lambda _: None)
    assert 90 < line.output_tokens / (line.rows - line.failed) < 130


def test_a_setting_that_cannot_be_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "refuses.json"
    path.write_text(json.dumps([{"error": "config", "message": "does not fit 2 GPUs"}]))
    lines = bench(spec_of(str(path)), lambda _: None)
    assert lines[0].trouble == "does not fit 2 GPUs"
    assert best(lines) is None
    assert "as it is: does not fit 2 GPUs" in markdown(lines)
    assert run(f"--engine scripted --model {path} --rows 2") == 1
    assert "does not fit 2 GPUs" in capsys.readouterr().out


def test_an_unknown_option_ends_it_before_anything_is_measured(script: str) -> None:
    with pytest.raises(UsageError, match="delay"):
        bench(spec_of(script, {"delay_s": ["0"], "delay": ["1"]}), pytest.fail)
    with pytest.raises(UsageError, match="concurrency"):
        run(f"--engine scripted --model {script} --rows 2 --sweep concurrency=many")


def measured(it_s: float, **more: Any) -> Measured:
    return Measured({"prefix_caching": "on"}, rows=100, seconds=100 / it_s, **more)


def test_the_best_answered_everything() -> None:
    whole, broken = measured(10), measured(90, failed=5)
    assert best([broken, whole]) is whole
    assert best([broken]) is broken


def test_the_recipe_is_one_that_transform_takes(tmp_path: Path) -> None:
    line = Measured({"tensor_parallel": "2", "prefix_caching": "on", "concurrency": "64"}, rows=9, seconds=3)
    options = {"dummy_weights": True, "gpu_memory_utilization": "0.9", "speculative": {"method": "ngram"}}
    file = tmp_path / "best.toml"
    file.write_text(spec_file(line, "acme/model", "vllm", options))
    flags = {"input": "rtl.json", "from": "instruction", "to": "verilog"}
    spec = make_spec(flags, str(file))
    assert (spec.model, spec.engine, spec.concurrency) == ("acme/model", "vllm", 64)
    assert spec.engine_options == {
        "gpu_memory_utilization": 0.9,
        "speculative": {"method": "ngram"},
        "tensor_parallel": 2,
        "prefix_caching": "on",
    }


def test_the_plot_is_well_formed_and_escapes() -> None:
    lines = [measured(10), Measured({"x": "<&>"}, trouble="does not fit: <no>")]
    drawn = ElementTree.fromstring(svg(lines, "a & b"))
    texts = [element.text for element in drawn.iter() if element.text]
    assert "a & b" in texts
    assert "x=<&>" in texts
    assert "does not fit: <no>" in texts
    # The background and one bar.
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}rect"))) == 2


def test_the_command(script: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plot, best_file = tmp_path / "bench.svg", tmp_path / "best.toml"
    flags = f"--engine scripted --model {script} --rows 12 --max-tokens 20 --sweep delay_s=0,0.1"
    assert run(f"{flags} --plot {plot} --write-recipe {best_file}") == 0
    out, err = capsys.readouterr()
    assert "| delay_s=0 (best) | 12 (1 failed) |" in " ".join(out.split())
    assert "[2/2] delay_s=0.1" in err
    assert plot.read_text().startswith("<svg")
    assert tomllib.loads(best_file.read_text())["set"]["engine"] == {"delay_s": 0}
    assert run(f"{flags} --json") == 0
    made = json.loads(capsys.readouterr().out)
    assert [line["best"] for line in made] == [True, False]
    assert made[0]["output_tokens_s"] > 0


def test_your_own_rows(script: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": 1, "verilog": "module m; endmodule"}\n{"id": 2}\n')
    own = f"--engine scripted --model {script} --input {rows} --from verilog --to description --json"
    assert run(own) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)[0]["rows"] == 1
    assert "1 rows cannot be asked" in err
    with pytest.raises(UsageError, match="no row can be asked"):
        run(own.replace("--from verilog", "--from instruction"))


def test_peak_memory_counts_children() -> None:
    import subprocess
    import sys
    import time

    code = "block = bytearray(150 << 20); print('x', flush=True); input()"
    with PeakMemory() as peak:
        child = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout
        child.stdout.readline()
        assert family_rss_bytes(child.pid) > 140 << 20
        time.sleep(0.7)
        child.communicate("\n")
    assert peak.rss_bytes > 160 << 20
