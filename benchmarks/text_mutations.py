"""Makes true texts false, one defect at a time.

Each mutation takes a text with its field and the interface of its design, and gives the false text,
or None where the text offers no place for it. They work on the words alone and know nothing of how
the checks read. `FIDELITY` says which findings each one makes true.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from rtlglot.verilog.interface import ModuleInterface


@dataclass(frozen=True)
class Subject:
    """What a mutation works on."""

    text: str
    field: str
    interface: ModuleInterface
    verilog: str
    instruction: str
    pick: random.Random

    @property
    def ports(self) -> list[str]:
        return [port.name for port in self.interface.ports]

    def names(self) -> str:
        return "|".join(sorted(map(re.escape, self.ports), key=len, reverse=True))


Mutation = Callable[[Subject], str | None]


def _one(subject: Subject, pattern: str, change: Callable[[re.Match[str]], str]) -> str | None:
    """The text with one match, chosen by chance, changed."""
    found = list(re.finditer(pattern, subject.text))
    if not found:
        return None
    match = subject.pick.choice(found)
    return subject.text[: match.start()] + change(match) + subject.text[match.end() :]


def _other_width(subject: Subject, width: int) -> int:
    choices = {width + 1, width * 2, max(1, width - 1), max(1, width // 2)} - {width}
    return subject.pick.choice(sorted(choices))


def wrong_width(subject: Subject) -> str | None:
    """Another number of bits at a port's name."""
    names = subject.names()
    pattern = (
        rf"\b(?P<a>\d+)(?=-bit (?:(?:inputs?|outputs?|operands?|data|signed|unsigned) )*(?:{names})\b)"
        rf"|(?<=\b)(?P<b>\d+)(?= bits? wide, (?:{names})\b)"
    )

    def change(match: re.Match[str]) -> str:
        return str(_other_width(subject, int(match[0])))

    return _one(subject, pattern, change)


def wrong_range(subject: Subject) -> str | None:
    """A declared range eight bits too wide: paddr[15:0]."""
    return _one(
        subject,
        rf"\b(?:{subject.names()})\[(\d+):0\]",
        lambda m: m[0].replace(f"[{m[1]}:", f"[{int(m[1]) + 8}:"),
    )


def _swap(text: str, pairs: dict[str, str], pattern: str) -> str | None:
    changed = re.sub(pattern, lambda m: pairs[m[0]], text)
    return changed if changed != text else None


def swapped_polarity(subject: Subject) -> str | None:
    """active high for active low and back, at the reset."""
    found = re.search(
        r"active[- ](high|low)(?=[^.;\n]{0,24}\breset)|(?<=reset )active[- ](high|low)"
        r"|(?:(?<=synchronous, )|(?<=synchronous and )|(?<=is ))active[- ](high|low)"
        r"(?=[^.\n]{0,30}synchronous|[.,;) ])",
        subject.text,
    )
    if found is None or not re.search(
        r"reset|rst", subject.text[max(0, found.start() - 90) : found.end() + 40]
    ):
        return None
    new = found[0].replace("high", "\0").replace("low", "high").replace("\0", "low")
    return subject.text[: found.start()] + new + subject.text[found.end() :]


def swapped_edge(subject: Subject) -> str | None:
    """Every rising edge a falling one, and back."""
    pairs = {"rising": "falling", "falling": "rising", "Rising": "Falling", "Falling": "Rising"}
    return _swap(
        subject.text,
        pairs,
        r"\b(?:[Rr]ising|[Ff]alling)(?= (?:edges? of (?:clk|\w+_clk|pclk)|(?:\w*clk) edges?))",
    )


def swapped_synchrony(subject: Subject) -> str | None:
    """synchronous for asynchronous and back, at the reset."""
    found = re.search(
        r"\ba?synchronous(?=[^.;\n]{0,24}\breset)|(?<=is )a?synchronous\b|(?<=\()a?synchronous\b",
        subject.text,
    )
    if found is None or "reset" not in subject.text[max(0, found.start() - 40) : found.end() + 40]:
        return None
    new = found[0][1:] if found[0].startswith("a") else "a" + found[0]
    return subject.text[: found.start()] + new + subject.text[found.end() :]


_INVENTED = ("parity_en", "ovf_flag", "data_in2", "scan_mode", "irq_out", "dbg_state")


def invented_port(subject: Subject) -> str | None:
    """A port that the design does not have, in a sentence of its own."""
    name = subject.pick.choice(_INVENTED)
    way, bits = subject.pick.choice(("input", "output")), subject.pick.choice((1, 2, 8))
    if subject.field == "instruction":
        return f"{subject.text} Also give it a {bits}-bit {way} {name}."
    return f"{subject.text} The {bits}-bit {way} {name} is reserved for later use."


def invented_in_list(subject: Subject) -> str | None:
    """A port more in a list of ports, with an ordinary word for its name."""
    word = subject.pick.choice([w for w in ("enable", "flush", "strobe", "mask") if w not in subject.ports])
    return _one(
        subject,
        rf"(?<=[Ii]nputs: )(?=(?:{subject.names()})\b)|(?<=inputs )(?=(?:{subject.names()}),)",
        lambda _: f"{word}, ",
    )


def missing_port(subject: Subject) -> str | None:
    """A request that never names one of the ports."""
    named = [
        name for name in subject.ports if re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", subject.text)
    ]
    wordy = [name for name in named if len(name) > 1]
    if not wordy:
        return None
    name = subject.pick.choice(wordy)
    return re.sub(rf"(?<![\w]){re.escape(name)}(?![\w])", "one more signal", subject.text)


def renamed_port(subject: Subject) -> str | None:
    """A port under another name throughout."""
    named = [
        name for name in subject.ports if re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", subject.text)
    ]
    if not named:
        return None
    name = subject.pick.choice(named)
    new = subject.pick.choice([f"{name}_in", f"i_{name}", f"{name}_sig", f"my_{name}"])
    return re.sub(rf"(?<![\w]){re.escape(name)}(?![\w])", new, subject.text)


def swapped_direction(subject: Subject) -> str | None:
    """An input called an output and back, at the port's name."""
    return _one(
        subject,
        rf"\b(?P<way>input|output)(?=s? (?:(?:data|operand|reset|clock|enable) )?(?:{subject.names()})\b)",
        lambda m: "output" if m[0] == "input" else "input",
    )


def swapped_lists(subject: Subject) -> str | None:
    """The list of inputs headed Outputs, and the other way round."""
    if "Inputs:" not in subject.text or "Outputs:" not in subject.text:
        return None
    return subject.text.replace("Inputs:", "\0").replace("Outputs:", "Inputs:").replace("\0", "Outputs:")


def wrong_default(subject: Subject) -> str | None:
    """Another default of a parameter."""
    return _one(
        subject,
        r"(?<=default )\d+|(?<=default of )\d+|\b\d+(?= by default)|(?<=default of the parameter is )\d+",
        lambda m: str(int(m[0]) + subject.pick.choice((1, 4, 16))),
    )


def renamed_module(subject: Subject) -> str | None:
    """Another module name."""
    name = subject.interface.module
    if name not in subject.text or "_" not in name:
        return None
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", f"{name}_unit2", subject.text)


def denied_reset(subject: Subject) -> str | None:
    """A reset denied."""
    if not any("rst" in name or "reset" in name for name in subject.ports):
        return None
    return f"{subject.text} The design has no reset."


def called_combinational(subject: Subject) -> str | None:
    """A clocked design called combinational."""
    if not any("clk" in name for name in subject.ports):
        return None
    return f"{subject.text} The module is purely combinational."


FIDELITY: dict[Mutation, set[str]] = {
    wrong_width: {"port-width"},
    wrong_range: {"port-width", "no-such-bit"},
    swapped_polarity: {"reset-polarity"},
    swapped_edge: {"clock-edge"},
    swapped_synchrony: {"reset-synchrony"},
    invented_port: {"no-such-port", "no-such-signal"},
    invented_in_list: {"no-such-port"},
    missing_port: {"port-missing"},
    renamed_port: {"no-such-port", "no-such-signal", "port-missing"},
    swapped_direction: {"port-direction", "port-count"},
    swapped_lists: {"port-direction", "port-count"},
    wrong_default: {"parameter-default"},
    renamed_module: {"module-name", "no-such-signal"},
    denied_reset: {"has-reset"},
    called_combinational: {"not-combinational"},
}
"""The codes of the findings that each mutation makes true."""
INSTRUCTION_ONLY = frozenset({missing_port})
"""A description need not name each port."""
