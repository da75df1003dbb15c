"""The round trip on answers that are known: what it scores, what it takes for a leak, what it costs.

    python benchmarks/roundtrip.py leak [--max-leak 0.35]
    python benchmarks/roundtrip.py known [--examples 20] [--verilogeval 40] [--benchls 100]
    python benchmarks/roundtrip.py answers [--examples 20] [--verilogeval 40]
    python benchmarks/roundtrip.py overlap [--rows 200] [--delay 0.2]
    python benchmarks/roundtrip.py model MODEL [--rows 30] [--engine NAME] [--describe none]

`leak` makes seven kinds of text of 13 example designs each, takes 13 of VerilogEval's prompts with tables
as they are, and tells precision and recall. `known` has each design rebuilt as itself: what is not at
1.0 is beyond the proof. `answers` has five texts of each design rebuilt: a true, a false, a half-true one
that is refined, one with the design pasted in, and an empty one. `overlap` runs an engine that waits and
proofs side by side, and each of the two alone. `model` describes and rebuilds real rows with a real model,
and prints what it cost and three texts.
"""

from __future__ import annotations

import argparse
import json
import os
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
from rtlglot.verilog.interface import header_of, top_module
from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.tokens import Kind, code_tokens, strip_comments, tokens

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
LEAKS = ("pasted", "renamed", "reordered", "stripped", "pseudo-code", "expressions", "literals")
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


def expressions(text: str) -> str:
    """Each assignment in a sentence, its expression as it stands in the code."""
    found = re.finditer(
        r"(?:\bif\s*\((?P<when>[^;]*?)\)\s*(?:begin\b)?\s*)?(?P<left>[\w\[\]:]+)\s*<?=(?!=)\s*(?P<right>[^;]+);",
        strip_comments(text),
    )
    told = [(f"When {m['when']}, " if m["when"] else "", f"{m['left']} becomes {m['right']}.") for m in found]
    return " ".join(when + then for when, then in told)


def rom(count: int, random_: random.Random) -> tuple[list[int], str, str]:
    """Values, the same as Verilog writes them, and a design that looks them up."""
    values = [random_.randrange(256) for _ in range(count)]
    listed = ", ".join(f"8'h{value:02x}" for value in values)
    return (
        values,
        listed,
        (
            f"module rom(input [{(count - 1).bit_length() - 1}:0] a, output [7:0] y);\n"
            f"  wire [7:0] t [0:{count - 1}] = '{{{listed}}};\n  assign y = t[a];\nendmodule\n"
        ),
    )


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
        if len(list(code_tokens(told := expressions(body)))) > 30:
            yield "expressions", told, design
    for seed in range(6):
        values, listed, design = rom(16 << seed % 3, random.Random(seed))
        say = "The rom gives on y the value that stands at the address a:"
        yield "literals", f"{say} {listed}", design
        yield "table", f"{say} in hex {' '.join(f'{value:02x}' for value in values)}", design
        yield "table", say + "".join(f"\n| {at:x} | {value:02x} |" for at, value in enumerate(values)), design
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
    some = [
        json.loads(line)
        for line in lines[:: max(1, len(lines) // max(1, options.benchls))][: options.benchls]
    ]
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
        spent = os.times().children_user + os.times().children_system
        print(f"{len(rows)} rows in {time.monotonic() - begun:.0f} s; {summary.rungs.get('roundtrip')}")
        print(f"{spent / len(rows):.2f} CPU s of the tools a row")
        ended = _delivered(folder)
    for name in dict.fromkeys(row["set"] for row in rows):
        own = [row for row in ended if row["set"] == name]
        full = [row for row in own if row["roundtrip"]["score"] == 1]
        print(f"{name}: {len(full)} of {len(own)} score 1")
        for row in own:
            if row not in full:
                print(f"  {row['id']}: {row['roundtrip']['ended']} {' '.join(row['detail'].split())[:160]}")


_ANSWERS = """import json
DESIGNS = json.load(open(%r))
def answer(request):
    said = request.messages[-1].content
    if "was checked and is not right" in said:
        return request.messages[-2].content.replace("half <", "true <")
    if "<" not in said or said.startswith("Verilog:"):
        return ""
    right, wrong = DESIGNS[said[said.index("<"):said.index(">") + 1]]
    return "```verilog\\n" + (wrong if "false <" in said or "half <" in said else right) + "\\n```"
"""
_EXPECTED = {
    "true": ("accepted", 1.0), "false": ("rejected", 0.0), "half": ("accepted", 1.0),
    "pasted": ("rejected", 1.0), "empty": ("failed", 0.0),
}  # fmt: skip


def inverted(design: str) -> str:
    """Another design with the same ports: each output is the complement."""
    name = next(unit.name for unit in [top_module(design)] if unit)
    header = header_of(design, name=name) or ""
    ports, kind = [], ""
    for part in header[header.rindex("(") + 1 :].rstrip(" );").split(","):
        words = part.split()
        kind = " ".join(words[:-1]) or kind
        ports.append((kind, words[-1]))
    outputs = [(kind, port) for kind, port in ports if kind.startswith("output")]
    plain = re.sub(r"\b(output) (?:reg|logic|wire)\b", r"\1", header)
    wires = "".join(
        f"  {re.sub('output|reg|logic|wire', '', kind).join(('wire ', ' '))}{port}_;\n"
        for kind, port in outputs
    )
    joined = ", ".join(f".{port}({port}{'_' if (kind, port) in outputs else ''})" for kind, port in ports)
    inverts = "".join(f"  assign {port} = ~{port}_;\n" for _, port in outputs)
    inner = re.sub(rf"\bmodule\s+{name}\b", f"module {name}_inner", design)
    return f"{inner}\n{plain}\n{wires}  {name}_inner inner ({joined});\n{inverts}endmodule\n"


def answers(options: argparse.Namespace) -> None:
    """Whether a true text, a false one, a half-true, a pasted and an empty one end as they should."""
    rows, built = [], {}
    for row in designs(options):
        said, design = row["description"], row["verilog"]
        built[said] = (design, inverted(design))
        texts = {kind: f"{kind} {said}" for kind in ("true", "false", "half")}
        texts |= {"pasted": f"It is {said}:\n{design}", "empty": ""}
        rows += [
            {"id": f"{kind}:{row['id']}", "verilog": design, "description": t} for kind, t in texts.items()
        ]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "designs.json").write_text(json.dumps(built))
        model = Path(folder, "answers.py")
        model.write_text(_ANSWERS % str(Path(folder, "designs.json")))
        rtlglot.roundtrip(
            rows, Path(folder, "out.jsonl"), describer=f"{model}:answer", rebuilds=1, refine=1,
        )  # fmt: skip
        ended = _delivered(folder)
    for kind, expected in _EXPECTED.items():
        own = [row for row in ended if row["id"].startswith(f"{kind}:")]
        odd = [row for row in own if (row.get("status", "accepted"), row["roundtrip"]["score"]) != expected]
        print(
            f"{kind:<7} {len(own) - len(odd)} of {len(own)} are {expected[0]} with the score {expected[1]:g}"
        )
        for row in odd:
            print(f"  {row['id']}: {row['roundtrip']} {' '.join(row.get('detail', '').split())[-300:]}")


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


def real() -> list[dict[str, str]]:
    """Real rows that have a design and a text about it."""
    rows = json.loads((DATA / "rtl_small.json").read_text())
    return [{"id": id_, **row} for id_, row in rows.items() if row.get("verilog") and row.get("description")]


def model(options: argparse.Namespace) -> None:
    """Describe and rebuild with a model; what came of it, and what it cost."""
    every = real()
    rows = every[:: max(1, len(every) // options.rows)][: options.rows]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out.jsonl")
        begun = time.monotonic()
        summary = rtlglot.roundtrip(
            rows, out, describer=options.model, engine=options.engine, describe=options.describe,
            rebuilds=1, rebuild_max_tokens=options.most, seed=1,
        )  # fmt: skip
        wall, ended = time.monotonic() - begun, _delivered(folder)
    print(f"{options.model or 'embedded'}: {len(rows)} rows in {wall:.0f} s, score {summary.score}")
    ends = Counter(row["roundtrip"]["ended"] for row in ended if row.get("roundtrip"))
    print(f"  {dict(summary.reasons)} {dict(ends)}")
    tokens = {"in": summary.prompt_tokens, "out": summary.completion_tokens}
    for what, spent in {"requests": summary.requests, **tokens}.items():
        print(f"  {what}: {spent:.0f}, a row {spent / len(rows):.1f}")
    for row in [row for row in ended if row.get("text") or row.get("description")][:3]:
        print(f"--- {row['id']} {row['roundtrip']}\n{row.get('text') or row.get('description')}")


def main() -> None:
    """Read the flags, measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    below = parser.add_subparsers(required=True)
    flags: Mapping[Any, Sequence[tuple[str, Any]]] = {
        leak: [("--max-leak", 0.35)],
        known: [("--examples", 20), ("--verilogeval", 40), ("--benchls", 100)],
        answers: [("--examples", 20), ("--verilogeval", 40), ("--benchls", 0)],
        overlap: [("--rows", 200), ("--delay", 0.2), ("--in-flight", 2)],
        model: [("--rows", 30), ("--engine", ""), ("--describe", "all"), ("--most", 600)],
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
