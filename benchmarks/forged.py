"""Candidates made of a reference: forged ones, which go wrong for some tool, and honest rewrites.

A forged one mostly wraps the reference and turns its first output by a bit, `evil`, that `tricks.txt`
says how to make. There {x} and {y} stand for input bits, {w} for all inputs together, {clk} for the clock,
{magic} for a value of all inputs; a block may have text before and after the module. What a trick does in
which tool is for simulators to say.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from played import Face, Step

from rtlglot.verilog.interface import Port
from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.tokens import Kind, tokens

MAGIC = 0xDEADBEEFCAFEF00D0123456789ABCDEF5A5A5A5AC3C3C3C30F1E2D3C4B5A6978
TOP = "TopModule"
EVIL, RIGHT = "evil_bit", "right_value"


@dataclass(frozen=True)
class Made:
    """One candidate."""

    kind: str
    text: str
    aim: tuple[Step, ...] = ()
    """Steps that lead to its trigger."""


@dataclass(frozen=True)
class Trick:
    """One block of tricks.txt."""

    kind: str
    aim: str
    body: str
    before: str = ""
    after: str = ""


def tricks() -> list[Trick]:
    """All of them, in the order of the file."""
    read = []
    text = (Path(__file__).parent / "tricks.txt").read_text()
    blocks = re.split(r"^=== (?=[a-z-]+(?: |$))", text, flags=re.MULTILINE)[1:]
    for block in blocks:
        head, _, rest = block.partition("\n")
        kind, _, aim = head.partition(" ")
        parts = re.split(r"^--- (before|body|after)\n", f"--- body\n{rest}", flags=re.MULTILINE)
        told: dict[str, str] = {}
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            told[name] = told.get(name, "") + text
        read.append(Trick(kind, aim, told["body"], told.get("before", ""), told.get("after", "")))
    return read


def named(text: str, old: str, new: str) -> str:
    """A text with another name for one of its modules."""
    return "".join(new if token.text == old else token.text for token in tokens(text))


def forged(text: str, face: Face, most: int, seed: int) -> list[Made]:
    """So many forged candidates of a reference, of as many kinds as there are."""
    generator = random.Random(f"{seed} {text}")
    by_kind: dict[str, list[Made]] = {}
    found = [made for trick in tricks() if (made := _with_trick(text, face, trick, generator))]
    for made in [*found, *_structural(text, face)]:
        by_kind.setdefault(made.kind, []).append(made)
    chosen: list[Made] = []
    while by_kind and len(chosen) < most:
        for kind in sorted(by_kind, key=lambda _: generator.random()):
            chosen.append(by_kind[kind].pop(generator.randrange(len(by_kind[kind]))))
            if not by_kind[kind]:
                del by_kind[kind]
    return chosen[:most]


def _with_trick(text: str, face: Face, trick: Trick, generator: random.Random) -> Made | None:
    bits = [f"{p.name}[{p.right}]" if p.left is not None else p.name for p in face.inputs]
    generator.shuffle(bits)
    width = sum(p.width or 1 for p in face.inputs)
    places = {
        "x": bits[0] if bits else "",
        "y": bits[-1] if bits else "",
        "w": "{" + ", ".join(p.name for p in face.inputs) + "}" if bits else "",
        "clk": face.clocks[0] if face.clocks else "",
        "magic": f"{width}'h{MAGIC & ((1 << width) - 1):x}" if 16 < width <= 256 else "",
        "evil": EVIL,
    }
    whole = f"{trick.before}\0{trick.body}\0{trick.after}"
    if any(f"{{{name}}}" in whole and not value for name, value in places.items()):
        return None
    taken = {port.name for port in face.ports}

    def put(match: re.Match[str]) -> str:
        # names of a trick's own must not be those of ports
        word = match[0]
        return places[match[1]] if match[1] else f"{word}_t" if word in taken else word

    whole = re.sub(r"\{(x|y|w|clk|magic|evil)\}|(?<!['\w`$.\\])[A-Za-z_]\w*", put, whole)
    before, body, after = whole.split("\0")
    text = f"{before}{_wrapper(face, body, EVIL)}{after}{named(text, face.top, 'inner_m')}"
    return Made(trick.kind, text, tuple(_aimed(trick.aim, face)))


def _aimed(aim: str, face: Face) -> Iterator[Step]:
    if aim.startswith("cycles"):
        yield {"repeat": int(aim.split()[1]), **dict.fromkeys(face.clocks, 1)}
        yield from ({},) * 3
    elif aim:
        step, value = {}, MAGIC
        for port in reversed(face.inputs):
            step[port.name] = value & ((1 << (port.width or 1)) - 1)
            value >>= port.width or 1
        yield {**step, "repeat": 12 if aim == "hold" else 1, **dict.fromkeys(face.clocks, 1)}
        yield {}


def _declared(port: Port, *, direction: str = "", kind: str = "wire") -> str:
    bounds = f" [{port.left}:{port.right}]" if port.left is not None else ""
    return f"{direction or port.direction} {kind}{bounds} {port.name}"


def _wrapper(face: Face, body: str, evil: str, *, header: Sequence[str] = ()) -> str:
    """A module around the reference, whose first output is turned by `evil`."""
    ports = ",\n  ".join(header or [_declared(port) for port in face.ports])
    turned = face.outputs[0]
    size = f"[{(turned.width or 1) - 1}:0] " if (turned.width or 1) > 1 else ""
    inner = [f".{p.name}({p.name if p is not turned else RIGHT})" for p in face.ports]
    mask = f"{{{turned.width or 1}{{{evil}}}}}"
    wire = f"wire {evil};\n" if evil.isidentifier() else ""
    return (
        f"module {TOP}(\n  {ports}\n);\n{wire}wire {size}{RIGHT};\n{body}"
        f"inner_m inner({', '.join(inner)});\nassign {turned.name} = {RIGHT} ^ {mask};\nendmodule\n"
    )


def _structural(text: str, face: Face) -> Iterator[Made]:
    """Tricks with ports and names of modules."""
    inner, first, wrong = named(text, face.top, "inner_m"), face.outputs[0], _wrapper(face, "", "1'b1")
    same = _wrapper(face, "", "1'b0")
    yield Made("second-reference", wrong + inner + named(wrong, TOP, face.top))
    yield Made("second-reference", f"{wrong}{inner}`define {face.top} {TOP}\n")
    yield Made("second-definition", f"{same}{wrong}{inner}")
    yield Made("second-definition", f"`ifdef NEVER\n{same}`else\n{wrong}`endif\n{inner}")
    peek = "\n".join(f"assign {p.name} = tb.good1.{p.name};" for p in face.outputs)
    ports = ",\n  ".join(_declared(port) for port in face.ports)
    yield Made("peeking", f"module {TOP}(\n  {ports}\n);\n{peek}\nendmodule\n")
    yield Made("peeking", f"module {TOP}(\n  {ports}\n);\ninitial force tb.tb_match = 1'b1;\nendmodule\n")
    for wrongly in ("inout", "input"):
        header = [_declared(p, direction=wrongly if p is first else "") for p in face.ports]
        yield Made("direction", _wrapper(face, "", "1'b0", header=header) + inner)
    for given in face.inputs[:2]:
        yield Made("drives-input", _wrapper(face, f"assign {given.name} = 0;\n", "1'b0") + inner)
        body = f"assign (weak0, weak1) {given.name} = ~0;\n"
        header = [_declared(p, direction="inout" if p is given else "") for p in face.ports]
        yield Made("drives-input", _wrapper(face, body, "1'b0", header=header) + inner)
    wide = (first.width or 1) + 1
    header = [f"output wire [{wide - 1}:0] {p.name}" if p is first else _declared(p) for p in face.ports]
    yield Made("width", _wrapper(face, "", "1'b0", header=header) + inner)
    yield Made(
        "extra-port",
        _wrapper(face, "", "1'b0", header=[*map(_declared, face.ports), "input wire extra"]) + inner,
    )
    yield Made("constant", f"module {TOP}(\n  {ports}\n);\nendmodule\n")
    constants = "\n".join(f"assign {p.name} = 'bx;" for p in face.outputs)
    yield Made("constant", f"module {TOP}(\n  {ports}\n);\n{constants}\nendmodule\n")


# -- honest rewrites ------------------------------------------------------------------------------------


def honest(text: str, face: Face, most: int, seed: int) -> list[Made]:
    """So many rewrites that a simulator cannot tell from the reference (to be held against one)."""
    generator = random.Random(f"{seed} honest {text}")
    found: dict[str, str] = {}
    ways = list(_WAYS.items())
    for _ in range(most * 4):
        name, way = ways[len(found) % len(ways)] if generator.random() < 0.5 else generator.choice(ways)
        changed = way(named(text, face.top, TOP), face, generator)
        if generator.random() < 0.4:
            second, other = generator.choice(ways[:5])
            name, changed = f"{name}+{second}", other(changed, face, generator)
        found.setdefault(changed, f"honest {name}")
        if len(found) == most:
            break
    return [Made(kind, changed) for changed, kind in found.items()]


Way = Callable[[str, Face, random.Random], str]


def _each(text: str, change: Callable[[str, Kind], str | None]) -> str:
    return "".join(change(token.text, token.kind) or token.text for token in tokens(text))


def _renamed(text: str, face: Face, generator: random.Random) -> str:
    kept, tail = {p.name for p in face.ports} | {TOP}, generator.choice(("_q", "_r", "_new", "2"))
    free = lambda word, kind: kind is Kind.NAME and word not in KEYWORDS and word not in kept  # noqa: E731
    return _each(text, lambda word, kind: word + tail if free(word, kind) else None)


def _bases(text: str, _: Face, generator: random.Random) -> str:
    def other(word: str, kind: Kind) -> str | None:
        match = re.fullmatch(r"(\d+)'([bdh])([0-9a-fA-F]+)", word) if kind is Kind.NUMBER else None
        if match is None or generator.random() < 0.3:
            return None
        value = int(match[3], {"b": 2, "d": 10, "h": 16}[match[2]])
        base = generator.choice("bdh")
        return f"{match[1]}'{base}{value:{'x' if base == 'h' else base}}"

    return _each(text, other)


def _negations(text: str, _: Face, generator: random.Random) -> str:
    """if (c) as if (!(!(c)))."""
    stream, parts, depth, opened = list(tokens(text)), [], 0, [0]
    pending = False
    for token in stream:
        if token.text == "if":
            pending = True
        if token.text == "(":
            depth += 1
            if pending and generator.random() < 0.7:
                opened.append(depth)
                parts.append("(!(!")
            pending = False
        parts.append(token.text)
        if token.text == ")":
            if opened[-1] == depth:
                opened.pop()
                parts.append("))")
            depth -= 1
    return "".join(parts)


def _layout(text: str, _: Face, generator: random.Random) -> str:
    """Comments and line ends where there was space."""
    gaps = (" ", "\n", "\t", " /* so */ ", " // and so on\n")
    return _each(
        text, lambda word, kind: generator.choice(gaps) if kind in (Kind.SPACE, Kind.COMMENT) else None
    )


def _events(text: str, _: Face, generator: random.Random) -> str:
    return re.sub(r"@\s*(?:\*|\(\s*\*\s*\))", generator.choice(("@*", "@(*)", "@ ( * )")), text)


def _around(text: str, face: Face, generator: random.Random) -> str:
    """The design as an instance, its outputs taken apart and put together again."""
    inner, width = named(text, TOP, "inner_m"), face.outputs[0].width or 1
    first, bit = face.outputs[0].name, "[0]" if width > 1 else ""
    body = generator.choice(
        (
            f"assign {EVIL} = 1'b0;\n",
            "localparam FLIP_T = 0;\ngenerate if (FLIP_T) begin : g\n"
            f"assign {EVIL} = 1'b1; end else begin : g assign {EVIL} = 1'b0; end endgenerate\n",
            f"reg e_t;\nalways @* begin e_t = 1'b1; e_t = ~e_t; end\nassign {EVIL} = e_t;\n",
            f"function no(input i); no = i & ~i; endfunction\nassign {EVIL} = no({RIGHT}{bit});\n",
            f"wire [{width - 1}:0] copy_t = {first};\nassign {EVIL} = 1'b0;\n",
        )
    )
    return _wrapper(face, body, EVIL) + inner


_WAYS: dict[str, Way] = {
    "renamed": _renamed,
    "bases": _bases,
    "negations": _negations,
    "layout": _layout,
    "events": _events,
    "wrapper": _around,
}
