"""A counterexample in the terminal and as a VCD: what is drawn, and that a reader reads it back."""

from __future__ import annotations

from typing import Any

import pytest

from rtlglot.cli.waveform import drawn, value
from rtlglot.tools.prover.vcd import vcd


def trace(steps: int, *, clock: str | None = "clk", edge: str = "rising", width: int = 8) -> dict[str, Any]:
    """A counter that is wrong in its last step."""
    told = [
        {
            "inputs": {"en": str(n % 2)},
            "expected": {"q": format(n, f"0{width}b")[-width:]},
            "got": {"q": format(n + (n == steps - 1), f"0{width}b")[-width:]},
        }
        for n in range(steps)
    ]
    return {"clock": clock, "edge": edge if clock else None, "skipped": 0, "steps": told}


def read(text: str) -> dict[str, list[tuple[int, str]]]:
    """scope.name -> [(time, bits)], as a reader of the format takes it."""
    names: dict[str, str] = {}
    found: dict[str, list[tuple[int, str]]] = {}
    scopes: list[str] = []
    now = 0
    for line in text.splitlines():
        words = line.split()
        if words[0] == "$scope":
            scopes.append(words[2])
        elif words[0] == "$upscope":
            scopes.pop()
        elif words[0] == "$var":
            names[words[3]] = ".".join([*scopes[1:], words[4]])
            found[names[words[3]]] = []
        elif line.startswith("#"):
            now = int(line[1:])
        elif words[0].startswith("b"):
            found[names[words[1]]].append((now, words[0][1:]))
        elif line[0] in "01xz":
            found[names[line[1:]]].append((now, line[0]))
    assert not scopes
    return found


@pytest.mark.parametrize(
    ("bits", "shown"),
    [("1", "1"), ("x", "x"), ("01x", "01x"), ("0101", "h5"), ("xxxxxxxx", "x"), ("xxxx0001", "hx1"),
     ("100000001", "h101"), ("x00000001", "hx01")],
)  # fmt: skip
def test_bits_are_hexadecimal_beyond_three_and_x_is_plain(bits: str, shown: str) -> None:
    assert value(bits) == shown


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("steps", [2, 7, 300])
@pytest.mark.parametrize("bits", [1, 8, 64])
def test_a_wave_fits_its_terminal_and_ends_with_the_difference(width: int, steps: int, bits: int) -> None:
    lines = drawn(trace(steps, width=bits), width)
    assert max(map(len, lines)) <= width
    number = str(steps - 1)
    assert any(line.startswith("cycle") and line.split()[-1] == number for line in lines)
    assert lines[-1].strip().startswith("^")
    assert lines[-1].strip() == lines[-1].split()[-1]  # one step is marked
    if bits < 64:
        assert any(line.startswith("(the first") for line in lines) == (steps == 300)


def test_plain_is_ascii_and_names_are_harmless() -> None:
    told = trace(3)
    told["steps"] = [{**step, "inputs": {"\x1b[31mred": "1"}} for step in told["steps"]]
    text = "\n".join(drawn(told, 80, plain=True))
    assert text.isascii()
    assert "\x1b" not in text


def test_a_vcd_reads_back() -> None:
    steps = 200
    told = trace(steps)
    found = read(vcd(told))
    assert set(found) == {"clk", "inputs.en", "reference.q", "candidate.q", "differs.q"}
    assert found["reference.q"] == [(10 * n, format(n, "08b")) for n in range(steps)]
    assert found["differs.q"] == [(0, "0"), (10 * (steps - 1), "1")]
    assert found["clk"][:4] == [(0, "0"), (8, "1"), (10, "0"), (18, "1")]
    assert read(vcd(trace(3, edge="falling")))["clk"][:2] == [(0, "1"), (8, "0")]
    assert "clk" not in read(vcd(trace(1, clock=None)))


def test_more_signals_than_letters_have_names_of_their_own() -> None:
    step = {"inputs": {f"i{n}": "1" for n in range(10_000)}, "expected": {"y": "1"}, "got": {"y": "0"}}
    found = read(vcd({"clock": "c", "edge": "rising", "skipped": 0, "steps": [step]}))
    assert len(found) == 10_004
    assert all(changes for changes in found.values())
