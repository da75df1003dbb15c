"""The round trip on answers that are known: what it scores, what it takes for a leak, what it costs.

    python benchmarks/roundtrip.py leak [--max-leak 0.35]
    python benchmarks/roundtrip.py known [--examples 20] [--verilogeval 40] [--benchls 100]
    python benchmarks/roundtrip.py overlap [--rows 200] [--delay 0.2]
    python benchmarks/roundtrip.py model MODEL [--rows 30] [--engine NAME]

`leak` makes seven kinds of text of 13 example designs each, takes 13 of VerilogEval's prompts with tables
as they are, and tells precision and recall. `known` has each design rebuilt as itself: what is not at
1.0 is beyond the proof. `overlap` runs an engine that waits and proofs side by side, and each of the two
alone. `model` describes and
rebuilds with a real model, and prints three texts.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import rtlglot
from rtlglot.prose.giveaway import giveaway
from rtlglot.verilog.interface import top_module
from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.tokens import Kind, code_tokens, strip_comments, tokens

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
LEAKS = ("pasted", "renamed", "reordered", "stripped", "pseudo-code")
TABLE = re.compile(r"^\s*\S.*\|.*$|^\s*(?:[01x]\s+){3,}", re.MULTILINE)


def examples() -> dict[str, dict[str, str]]:
    """The example designs by id."""
    found: dict[str, dict[str, str]] = json.loads((ROOT / "examples" / "rtl.json").read_text())
    return found


def verilogeval() -> list[dict[str, str]]:
    """VerilogEval v2's tasks."""
    path = DATA / "verilogeval" / "spec-to-rtl.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


# -- leak ---------------------------------------------------------------------------------------


def body_of(design: str) -> str:
    """What stands between the header and endmodule."""
    return design.partition(");")[2].rpartition("endmodule")[0]


def renamed(text: str) -> str:
    """Every name another one."""
    names: dict[str, str] = {}
    parts = []
    for token in tokens(text):
        ours = token.kind is Kind.NAME and token.text not in KEYWORDS
        parts.append(names.setdefault(token.text, f"w{len(names)}") if ours else token.text)
    return "".join(parts)


def reordered(text: str) -> str:
    """The items of a body in another order."""
    items = re.split(r"\n(?=\s{0,4}(?:always|assign|initial)\b)", text)
    random.Random(7).shuffle(items)
    return "\n".join(items)


def pseudo(text: str) -> str:
    """As a programmer would write it down who does not write Verilog."""
    text = strip_comments(text)
    changes = (
        (r"always[^\n]*posedge (\w+)[^\n]*", r"on each rising edge of \1:"),
        (r"always[^\n]*", "whenever an input changes:"),
        (r"\bbegin\b|\bend\b|;", ""), (r"if \((.*)\)", r"if \1 then"), (r"<=", ":="),
        (r"\bassign\b", ""), (r"&&", "and"), (r"\|\|", "or"), (r"\n\s*\n", "\n"),
    )  # fmt: skip
    for pattern, by in changes:
        text = re.sub(pattern, by, text)
    return text


def pairs() -> Iterator[tuple[str, str, str]]:
    """(kind, text, design)."""
    rows = [row for row in examples().values() if len(list(code_tokens(body_of(row["verilog"])))) > 60]
    for row in rows[:: max(1, len(rows) // 13)][:13]:
        design, body, say = row["verilog"], body_of(row["verilog"]), row["description"]
        yield "paraphrase", say, design
        yield "request", row["instruction"], design
        yield "pasted", f"{say}\n{body}", design
        yield "renamed", f"{say}\n{renamed(body)}", design
        yield "reordered", f"{say}\n{reordered(body)}", design
        yield "stripped", f"{say} {' '.join(strip_comments(body).split())}", design
        yield "pseudo-code", f"{say}\n{pseudo(body)}", design
    tables = [task for task in verilogeval() if len(TABLE.findall(task["prompt"])) >= 3]
    for task in tables[:13]:
        yield "table", task["prompt"], task["ref"]


def leak(options: argparse.Namespace) -> None:
    """Precision and recall of the threshold."""
    found: dict[str, list[float]] = defaultdict(list)
    for kind, text, design in pairs():
        found[kind].append(giveaway(text, design).score)
    flagged = {kind: sum(score > options.max_leak for score in scores) for kind, scores in found.items()}
    for kind, scores in found.items():
        told = (
            f"least {min(scores):.2f}, median {sorted(scores)[len(scores) // 2]:.2f}, most {max(scores):.2f}"
        )
        print(f"{kind:<12} {flagged[kind]:>3} of {len(scores):>3} taken for leaks; {told}")
    right = sum(flagged[kind] for kind in LEAKS)
    every = sum(len(found[kind]) for kind in LEAKS)
    print(f"precision {right / sum(flagged.values()):.3f}, recall {right / every:.3f}", end="; ")
    print(f"{sum(map(len, found.values()))} pairs")
    human = [(task["task_id"], giveaway(task["prompt"], task["ref"]).score) for task in verilogeval()]
    above = [name for name, score in human if score > options.max_leak]
    print(f"VerilogEval's prompts: {len(above)} of {len(human)} above {options.max_leak}: {', '.join(above)}")


# -- known answers --------------------------------------------------------------------------------


def designs(options: argparse.Namespace) -> list[dict[str, str]]:
    """Rows with a design and a text that only names it."""
    found = [("examples", id_, row["verilog"]) for id_, row in list(examples().items())[: options.examples]]
    found += [
        ("verilogeval", t["task_id"], t["ref"]) for t in verilogeval()[:: 156 // 40][: options.verilogeval]
    ]
    lines = (DATA / "benchls" / "dev.jsonl").read_text().splitlines()
    some = [json.loads(line) for line in lines[:: max(1, len(lines) // options.benchls)][: options.benchls]]
    tops = {row["id"]: row["top"] for row in some}
    found += [("benchls", row["id"], row["verilog"]) for row in some]
    return [
        {
            "id": f"{set_}/{id_}",
            "set": set_,
            "verilog": text,
            "description": f"<{set_}/{id_}>",
            "top": tops.get(id_) or next(unit.name for unit in [top_module(text)] if unit),
        }
        for set_, id_, text in found
    ]


_ITSELF = """import json
DESIGNS = {row["description"]: row["verilog"] for row in json.load(open(%r))}
def answer(request):
    said = request.messages[-1].content
    name = said[said.index("<"):said.index(">") + 1]
    return "```verilog\\n" + DESIGNS[name] + "\\n```"
"""


def known(options: argparse.Namespace) -> None:
    """How many designs that are rebuilt as themselves score 1."""
    rows = designs(options)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "rows.json").write_text(json.dumps(rows))
        model = Path(folder, "itself.py")
        model.write_text(_ITSELF % str(Path(folder, "rows.json")))
        begun = time.monotonic()
        summary = rtlglot.roundtrip(
            rows,
            Path(folder, "out.jsonl"),
            describer=f"{model}:answer",
            describe="none",
            rebuilds=1,
            top="top",
        )
        print(f"{len(rows)} rows in {time.monotonic() - begun:.0f} s; {summary.rungs.get('roundtrip')}")
        ended = _delivered(folder)
    for name in dict.fromkeys(row["set"] for row in rows):
        own = [row for row in ended if row["set"] == name]
        full = [row for row in own if row["roundtrip"]["score"] == 1]
        print(f"{name}: {len(full)} of {len(own)} score 1")
        for row in own:
            if row not in full:
                print(f"  {row['id']}: {row['roundtrip']['ended']} {' '.join(row['detail'].split())[:160]}")


def _delivered(folder: str) -> list[dict[str, Any]]:
    files = [Path(folder, name) for name in ("out.jsonl", "out.jsonl.failures.jsonl")]
    return [json.loads(line) for file in files if file.exists() for line in file.read_text().splitlines()]


# -- overlap --------------------------------------------------------------------------------------


_COUNTER = """module unit{n}(input clk, input rst, input en, input [7:0] a, output reg [7:0] q);
  always @(posedge clk)
    if (rst) q <= 8'd{n};
    else if (en) q <= q + (a {op} 8'd{n});
endmodule
"""


def overlap(options: argparse.Namespace) -> None:
    """Wall time of both at once, of the engine alone and of the proofs alone."""
    rows = []
    for n in range(options.rows):
        text = _COUNTER.format(n=n % 200, op="^" if n < 200 else "&")
        rows.append({"id": str(n), "verilog": text, "description": f"<{n}>"})
    other = [
        row | {"verilog": row["verilog"].replace("else if (en) q <=", "else q <= !en ? q :")} for row in rows
    ]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "rows.json").write_text(json.dumps(other))
        model = Path(folder, "itself.py")
        model.write_text(_ITSELF % str(Path(folder, "rows.json")))
        spent = {}
        for name, delay, check in (("both", options.delay, "roundtrip,"), ("proofs", 0.0, "roundtrip,")):
            out = Path(folder, f"{name}.jsonl")
            engine = {"delay_s": delay, "max_in_flight": options.in_flight}
            summary = rtlglot.roundtrip(
                rows, out, describer=f"{model}:answer", describe="none", rebuilds=1, check=check,
                set={"engine": engine},
            )  # fmt: skip
            assert summary.score == 1, summary
            spent[name] = summary.seconds
    spent["engine"] = options.delay * options.rows / options.in_flight
    slower = max(spent["proofs"], spent["engine"])
    print(", ".join(f"{name} {seconds:.1f} s" for name, seconds in spent.items()))
    print(f"both at once take {spent['both'] / slower:.2f} times the slower of the two")


# -- a real model ---------------------------------------------------------------------------------


def model(options: argparse.Namespace) -> None:
    """Describe and rebuild with a model; what came of it."""
    rows = [{"id": id_, "verilog": row["verilog"]} for id_, row in list(examples().items())[: options.rows]]
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        summary = rtlglot.roundtrip(
            rows,
            Path(folder, "out.jsonl"),
            describer=options.model,
            engine=options.engine,
            rebuilds=1,
            seed=1,
        )
        print(f"{options.model}: {len(rows)} rows in {time.monotonic() - begun:.0f} s, score {summary.score}")
        print(
            f"  {summary.requests} requests, {summary.prompt_tokens} tokens in, "
            f"{summary.completion_tokens} out"
        )
        print(f"  {summary.reasons} {summary.rungs}")
        ended = _delivered(folder)
    print(f"  {Counter(part for row in ended for part in row['roundtrip']['ended'].split(', '))}")
    for row in [row for row in ended if row.get("text") or row.get("description")][:3]:
        print(f"--- {row['id']} {row['roundtrip']}\n{row.get('description') or row.get('text')}")


def main() -> None:
    """Read the flags, measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    below = parser.add_subparsers(required=True)
    flags: Mapping[Any, Sequence[tuple[str, Any]]] = {
        leak: [("--max-leak", 0.35)],
        known: [("--examples", 20), ("--verilogeval", 40), ("--benchls", 100)],
        overlap: [("--rows", 200), ("--delay", 0.2), ("--in-flight", 2)],
        model: [("--rows", 30), ("--engine", "")],
    }
    for call, own in flags.items():
        one = below.add_parser(call.__name__)
        one.set_defaults(call=call)
        if call is model:
            one.add_argument("model", nargs="?", default="")
        for name, usual in own:
            one.add_argument(name, type=type(usual), default=usual)
    options = parser.parse_args()
    options.call(options)


if __name__ == "__main__":
    main()
