"""A flat netlist of yosys, and what of its state one input forces when all else is unknown.

Three-valued simulation (Kleene's strong logic) from one input outwards: what is known when nothing
but that input is known holds for all values of the rest. It sees a reset through any logic: behind
inverters, joined with other conditions, or at the end of a chain of ifs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Bit = int | str
"""A net's number, or '0', '1', 'x', 'z'."""
Value = bool | None
"""None is unknown."""

_CONSTANTS: dict[Bit, Value] = {"0": False, "1": True}
_LATCHES = frozenset({"$dlatch", "$adlatch", "$dlatchsr", "$sr"})
_MOST_STEPS = 200_000


def _not(a: Value) -> Value:
    return None if a is None else not a


def _and(a: Value, b: Value) -> Value:
    if a is False or b is False:
        return False
    return True if a and b else None


def _or(a: Value, b: Value) -> Value:
    return _not(_and(_not(a), _not(b)))


def _xor(a: Value, b: Value) -> Value:
    return None if a is None or b is None else a is not b


def _mux(a: Value, b: Value, select: Value) -> Value:
    if select is None:
        return a if a is b else None
    return b if select else a


_GATES: dict[str, tuple[str, Callable[..., Value]]] = {
    "$_NOT_": ("A", _not),
    "$_AND_": ("AB", _and),
    "$_OR_": ("AB", _or),
    "$_NAND_": ("AB", lambda a, b: _not(_and(a, b))),
    "$_NOR_": ("AB", lambda a, b: _not(_or(a, b))),
    "$_ANDNOT_": ("AB", lambda a, b: _and(a, _not(b))),
    "$_ORNOT_": ("AB", lambda a, b: _or(a, _not(b))),
    "$_XOR_": ("AB", _xor),
    "$_XNOR_": ("AB", lambda a, b: _not(_xor(a, b))),
    "$_MUX_": ("ABS", _mux),
    "$_BUF_": ("A", lambda a: a),
}


class GateNetlist:
    """One flat module as `write_json` gives it, its fine-grained logic in gates."""

    def __init__(self, module: Mapping[str, Any]) -> None:
        self.inputs: dict[str, list[Bit]] = {
            name: port["bits"] for name, port in module["ports"].items() if port["direction"] != "output"
        }
        self.outputs: dict[str, list[Bit]] = {
            name: port["bits"] for name, port in module["ports"].items() if port["direction"] == "output"
        }
        self.flip_flops = self.latches = 0
        self.memories: list[list[int]] = []
        """Words and bits of each."""
        self.clocked: list[tuple[Bit, bool, int]] = []
        """Clock, whether its rising edge counts, bits of state."""
        self._names = {bit: name for name, bits in self.inputs.items() for bit in bits}
        self._gates: list[tuple[Callable[..., Value], tuple[Bit, ...], Bit]] = []
        self._readers: dict[Bit, list[int]] = defaultdict(list)
        """Gates by their number, other cells by its complement."""
        self._others: list[list[Bit]] = []
        """Outputs of each other cell."""
        self._state: list[Bit] = []
        self._muxes: dict[Bit, tuple[Bit, ...]] = {}
        self._inverts: dict[Bit, Bit] = {}
        self._data: list[tuple[Bit, Bit]] = []
        """Next value and output of each bit of a flip-flop."""
        self._overrides: list[tuple[Bit, bool, Bit, Value]] = []
        """Asynchronous control, the value at which it acts, the output, what that is then."""
        for cell in module["cells"].values():
            self._add(cell)

    def source(self, bit: Bit) -> tuple[str | None, bool]:
        """The input port behind a net and whether it arrives inverted; None where there is none."""
        inverted = False
        for _ in range(64):
            if bit in self._names or bit not in self._inverts:
                break
            bit, inverted = self._inverts[bit], not inverted
        return self._names.get(bit), inverted

    def forced(self, input_bit: Bit, value: bool) -> dict[str, set[Bit]]:  # noqa: FBT001
        """The bits of state that an input holds, or makes constant at the next edge, while it has a value."""
        known = self._propagate({input_bit: value})
        held = {q for control, active, q, _ in self._overrides if known.get(control) is active}
        constant = {
            q for d, q in self._data if d not in _CONSTANTS and known.get(d) is not None and q not in held
        }
        return {"asynchronous": held, "synchronous": constant}

    def outputs_while(self, input_bit: Bit, value: bool) -> dict[str, str]:  # noqa: FBT001
        """The bits of each output, the highest first, once an input has had a value at an edge of every
        clock; 'x' for what that does not tell."""
        known = self._propagate({input_bit: value})
        state = {q: known[d] for d, q in self._data if d in known}
        state |= {q: to for control, active, q, to in self._overrides if known.get(control) is active}
        starts = {q: to for q, to in state.items() if to is not None}
        known = self._propagate({input_bit: value, **starts})
        digits = {True: "1", False: "0", None: "x"}
        return {
            name: "".join(digits[known.get(bit)] for bit in reversed(bits))
            for name, bits in self.outputs.items()
        }

    def loaded(self, input_bit: Bit, value: bool) -> set[Bit]:  # noqa: FBT001
        """The bits of flip-flops that forget all state while an input has a value, and while it has the
        other neither do so nor stand still (as they would behind an enable)."""
        active, idle = (self._propagate({input_bit: level}) for level in (value, not value))
        still = {q for d, q in self._data if self._resolved(d, idle) == q}
        return self._forgetting(active) - self._forgetting(idle) - still

    def _forgetting(self, known: Mapping[Bit, Value]) -> set[Bit]:
        """The bits of flip-flops whose next value depends on no state when this much is known."""
        reached = set(self._state)
        waiting = list(reached)
        while waiting:
            bit = waiting.pop()
            for number in self._readers[bit]:
                fresh = [output for output in self._passed(number, bit, known) if output not in reached]
                reached.update(fresh)
                waiting += fresh
        return {q for d, q in self._data if d not in reached and d not in _CONSTANTS}

    def _resolved(self, bit: Bit, known: Mapping[Bit, Value]) -> Bit:
        """What a net is once the selects of multiplexers are known."""
        while bit in self._muxes and (select := known.get(self._muxes[bit][2])) is not None:
            bit = self._muxes[bit][select]
        return bit

    def _passed(self, number: int, bit: Bit, known: Mapping[Bit, Value]) -> Iterable[Bit]:
        """What of a cell's output can depend on one of its inputs when this much is known."""
        if number < 0:
            return self._others[~number]
        function, inputs, output = self._gates[number]
        if known.get(output) is not None:
            return ()
        if function is _mux and (select := known.get(inputs[2])) is not None:
            return (output,) if bit == inputs[select] else ()
        return (output,)

    def _add_other(self, directions: Mapping[str, str], nets: Mapping[str, list[Bit]]) -> None:
        """A cell of which only is known what goes in and what comes out."""
        for pin, bits in nets.items():
            for bit in bits if directions[pin] == "input" else ():
                self._readers[bit].append(~len(self._others))
        self._others.append([bit for pin, bits in nets.items() if directions[pin] != "input" for bit in bits])

    def _add(self, cell: Mapping[str, Any]) -> None:
        kind, parameters, nets = cell["type"], cell["parameters"], cell["connections"]
        if kind in _GATES:
            pins, function = _GATES[kind]
            self._add_gate(function, tuple(nets[pin][0] for pin in pins), nets["Y"][0])
            if kind == "$_NOT_":
                self._inverts[nets["Y"][0]] = nets["A"][0]
        elif kind == "$mem_v2":
            self._state += nets["RD_DATA"]
            self._add_memory(parameters, nets)
        elif kind in _LATCHES:
            self._state += nets["Q"]
            self.latches += len(nets["Q"])
            self._add_overrides(parameters, nets)
        elif "CLK" in nets and "Q" in nets:
            bits = nets["Q"]
            self._state += bits
            self.flip_flops += len(bits)
            self.clocked.append((nets["CLK"][0], parameters["CLK_POLARITY"].endswith("1"), len(bits)))
            self._data += zip(nets["D"], bits, strict=True)
            self._add_overrides(parameters, nets)
        else:
            self._add_other(cell["port_directions"], nets)

    def _add_gate(self, function: Callable[..., Value], inputs: tuple[Bit, ...], output: Bit) -> None:
        for bit in inputs:
            self._readers[bit].append(len(self._gates))
        if function is _mux:
            self._muxes[output] = inputs
        self._gates.append((function, inputs, output))

    def _add_overrides(self, parameters: Mapping[str, str], nets: Mapping[str, list[Bit]]) -> None:
        outputs = nets["Q"]
        values: dict[str, list[Value]] = {
            "ARST": [_CONSTANTS.get(bit) for bit in reversed(parameters.get("ARST_VALUE", ""))],
            "ALOAD": [_CONSTANTS.get(bit) for bit in nets.get("AD", ())],
            "SET": [True] * len(outputs),
            "CLR": [False] * len(outputs),
        }
        for pin, to in values.items():
            if pin in nets:
                active = parameters[f"{pin}_POLARITY"].endswith("1")
                controls = nets[pin] if len(nets[pin]) > 1 else nets[pin] * len(outputs)
                self._overrides += zip(controls, [active] * len(outputs), outputs, to, strict=True)

    def _add_memory(self, parameters: Mapping[str, str], nets: Mapping[str, list[Bit]]) -> None:
        words, bits = int(parameters["SIZE"], 2), int(parameters["WIDTH"], 2)
        if not int(parameters["WR_PORTS"], 2):
            return  # a table: `proc` makes one of a case statement over constants
        self.memories.append([words, bits])
        clocks = {
            (clock, polarity == "1")
            for clock, polarity, enabled in zip(
                nets["WR_CLK"],
                reversed(parameters["WR_CLK_POLARITY"]),
                reversed(parameters["WR_CLK_ENABLE"]),
                strict=False,
            )
            if enabled == "1"
        }
        self.clocked += ((clock, rising, words * bits) for clock, rising in clocks)

    def _propagate(self, starts: Mapping[Bit, Value]) -> dict[Bit, Value]:
        """Everything that is known once these nets are."""
        known: dict[Bit, Value] = {**_CONSTANTS, **starts}
        waiting = list(starts)
        steps = 0
        while waiting and steps < _MOST_STEPS:
            for number in self._readers[waiting.pop()]:
                if number < 0:
                    continue
                steps += 1
                function, inputs, output = self._gates[number]
                if output in known:
                    continue
                result = function(*(known.get(bit) for bit in inputs))
                if result is not None:
                    known[output] = result
                    waiting.append(output)
        return known
