"""A reference whose memories are cut out (`yosys.cuts`), simulated with memories beside its graph.

What nobody has written is x, and so is what a start value or a file would have given, all that comes out
of a black box, and whatever an x may have touched: more is left open than in the design itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rtlglot.tools.abc.aig import Aig, AigSimulation
from rtlglot.tools.abc.joined import Cut, Memory

Words = Mapping[int, str]
"""Of one memory: address to bits, the lowest first; x where it is not known."""


class RememberingSimulation(AigSimulation):
    """One run of both sides of a graph, whose second side is not looked at."""

    def __init__(self, aig: Aig, cut: Cut, tick: int | None) -> None:
        """`tick`: the input without which no edge comes."""
        super().__init__(aig, 1)
        self._cut, self._tick, self._outputs = cut, tick, aig.outputs
        places = {name: index for index, name in enumerate(aig.inputs)}
        self._heard = [[places.get(cut.heard_at(kind, bit)) for kind in "vm"] for bit in range(cut.heard)]
        self._words: tuple[Words, ...] = tuple({} for _ in cut.memories)

    def snapshot(self) -> Any:
        """See AigSimulation."""
        return self.state, self._words

    def restore(self, snapshot: Any) -> None:
        """See AigSimulation."""
        self.state, self._words = snapshot

    def frame(self, inputs: Sequence[int]) -> None:
        """See AigSimulation; each read is asked for again as long as what others hear changes."""
        before, given = self.state, list(inputs)
        self._hear(given, dict.fromkeys(range(self._cut.heard), "x"))
        for _ in range(1 + sum(memory.sources for memory in self._cut.memories)):
            self.state = before
            super().frame(given)
            asked = list(given)
            self._hear(given, self._answers())
            if asked == given:
                break
        if self._tick is None or given[self._tick]:
            self._words = tuple(map(self._written, self._cut.memories, self._words))

    def _hear(self, given: list[int], bits: Mapping[int, str]) -> None:
        for bit, value in bits.items():
            for place, number in zip(self._heard[bit], (value == "1", value == "x"), strict=True):
                if place is not None:
                    given[place] = int(number)

    def _answers(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for memory, words in zip(self._cut.memories, self._words, strict=True):
            for address, data in memory.reads[: memory.sources]:
                at = self._number(address)
                word = words.get(at, "") if at is not None else ""
                found |= dict(zip(data, word or "x" * len(data), strict=True))
        return found

    def _written(self, memory: Memory, words: Words) -> Words:
        told: dict[int, str] = {}
        for enable, address, data in memory.writes:
            on = self._told(enable)
            if set(on) == {"0"}:
                continue
            at = self._number(address)
            if at is None:
                return {}
            if at in memory.words:
                # of two writes to one word none is known to win
                fresh = self._told(data) if at not in told else "x" * len(data)
                old = words.get(at, "x" * len(data))
                bits = zip(on, old, fresh, strict=True)
                told[at] = "".join({"0": was, "1": now}.get(bit, "x") for bit, was, now in bits)
        return {**words, **told}

    def _number(self, bits: Sequence[int]) -> int | None:
        told = self._told(bits)
        return None if "x" in told else int(told[::-1] or "0", 2)

    def _told(self, bits: Sequence[int]) -> str:
        """What the reference tells in these bits, the lowest first."""
        values = []
        for bit in bits:
            value, unknown = (self._outputs[self._cut.told_at("gold", kind, bit)] for kind in "dx")
            values.append("x" if self.word(unknown) else "01"[self.word(value)])
        return "".join(values)
