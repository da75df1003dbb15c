"""What is true of a reference design: its interface, and how it is clocked and reset.

Read inside the box by slang (interface) and yosys (netlist), and remembered by whoever asks.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from rtlglot.records import Json
from rtlglot.sandbox import Box, BoxResult, Ended
from rtlglot.tools.yosys.reader import FRONT_ENDS
from rtlglot.verilog.facts import Clocking, Edges, Facts, Force
from rtlglot.verilog.interface import ModuleInterface, Port, top_module
from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.system_tasks import muted
from rtlglot.verilog.tokens import Kind, code_tokens

INTERFACE_TOOL = "rtlglot.tools.slang.interfaces:interface"
NETLIST_TOOL = "rtlglot.tools.yosys.clocking:netlist"
INTERFACE_CPU_S = 10.0
NETLIST_CPU_S = 20.0
_NOT_THE_TEXT = frozenset({Ended.TIMEOUT, Ended.UNAVAILABLE})


class FactsReader:
    """Reads references and remembers the latest of them."""

    def __init__(self, most: int = 2048) -> None:
        self._most = most
        self._known: OrderedDict[tuple[str, str], Facts] = OrderedDict()

    async def __call__(self, text: str, standard: str, box: Box) -> Facts:
        """The facts of a Verilog text's top module."""
        key = (text, standard)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        facts, final = await _read(text, standard, box)
        if final:
            self._known[key] = facts
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return facts


async def read_interface(text: str, standard: str, box: Box, *, top: str | None = None) -> BoxResult:
    """What slang finds in a text; the value is described at `facts.slang.interface`."""
    if top is None:
        unit = top_module(text)
        top = unit.name if unit else None
    arguments = {"text": text, "standard": standard, "top": top}
    return await box.shared(INTERFACE_TOOL, arguments, cpu_s=INTERFACE_CPU_S)


async def _read(text: str, standard: str, box: Box) -> tuple[Facts, bool]:
    """The facts, and whether they would be the same the next time."""
    result = await read_interface(text, standard, box)
    if result.ended is not Ended.OK:
        return Facts(None, trouble=f"slang: {result.detail}"), result.ended not in _NOT_THE_TEXT
    found = result.value
    if found["problems"] or found["top"] is None:
        return Facts(None, missing=tuple(found["missing"]), trouble=_problem(found)), True
    facts = interface_facts(text, found)
    if facts.missing:
        trouble = f"the text lacks the module {facts.missing[0]}"
        return Facts(**{**_fields(facts), "trouble": trouble}), True
    clocking, trouble, final = await _clocking(text, standard, found["top"]["module"], box)
    return Facts(**{**_fields(facts), "clocking": clocking, "trouble": trouble}), final


def _fields(facts: Facts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in Facts.__slots__}


def _problem(found: Json) -> str:
    if found["problems"]:
        first = found["problems"][0]
        return f"line {first['line']}: {first['message']}"
    return "there is no module in it"


def interface_facts(text: str, found: Json) -> Facts:
    """The facts that slang's answer about a text holds; nothing of clocks."""
    names = (
        token.text.lstrip("\\").lstrip("`")
        for token in code_tokens(text)
        if token.kind in (Kind.NAME, Kind.ESCAPED, Kind.DIRECTIVE)
    )
    signals = {
        name: Port(name, "", width, left, right) for name, (width, left, right) in found["signals"].items()
    }
    return Facts(
        interface=ModuleInterface.from_json(found["top"]),
        modules={module["module"]: ModuleInterface.from_json(module) for module in found["modules"]},
        signals=signals,
        names=frozenset(names) - KEYWORDS,
        missing=tuple(found["missing"]),
    )


async def _clocking(text: str, standard: str, top: str, box: Box) -> tuple[Clocking | None, str, bool]:
    result: BoxResult | None = None
    for front_end in FRONT_ENDS:
        arguments = {"text": muted(text), "standard": standard, "top": top, "front_end": front_end}
        result = await box.run(NETLIST_TOOL, arguments, cpu_s=NETLIST_CPU_S)
        if result.ended is not Ended.EXIT:
            break
    assert result is not None
    if result.ended is not Ended.OK:
        return None, f"yosys: {_last_error(result)}", result.ended not in _NOT_THE_TEXT
    value = result.value
    clocking = Clocking(
        flip_flops=value["flip_flops"],
        latches=value["latches"],
        memories=tuple((words, bits) for words, bits in value["memories"]),
        clocks={name: Edges(**edges) for name, edges in value["clocks"].items()},
        inner_clocks=value["inner_clocks"],
        forces={name: _force(counts) for name, counts in value["resets"].items()},
    )
    return clocking, "", True


def _force(counts: Json) -> Force:
    asynchronous, synchronous = counts["asynchronous"], counts["synchronous"]
    levels = (asynchronous["0"], asynchronous["1"], synchronous["0"], synchronous["1"])
    return Force(*levels, outputs=counts["outputs"])


def _last_error(result: BoxResult) -> str:
    """yosys's own words where it gave any."""
    lines = [line for line in result.log.splitlines() if line.startswith("ERROR")]
    return lines[-1][:200] if lines else result.detail
