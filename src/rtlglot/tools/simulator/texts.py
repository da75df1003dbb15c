"""Which texts a simulation compiles together, and under which names. Runs inside the Box."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from rtlglot.tools.slang.benches import ModuleNames, Seat, names_of, seats_of
from rtlglot.tools.slang.source import Source
from rtlglot.tools.slang.tops import Top
from rtlglot.verilog.system_tasks import COMPUTING, OF_THE_RUN
from rtlglot.verilog.tokens import Kind, code_tokens, tokens

_NAMES_OF_REFERENCES = ("RefModule", "reference_module", "ref_module")
_READING = frozenset({"$readmemh", "$readmemb", "$fscanf", "$fgets", "$fread", "$fgetc"})
_COMPLAINING = frozenset({"$error", "$fatal"})
_OVERRULING = {"1364-2005": frozenset({"force", "release"})}
_OVERRULING["1800-2017"] = _OVERRULING["1364-2005"] | {"bind", "alias"}
_BUFFERS = 3
_TIMESCALE = re.compile(r"`timescale\s+(10{0,2}\s*[munpf]?s)\s*/\s*(10{0,2}\s*[munpf]?s)\b")


class Refused(Exception):
    """Why there is nothing to simulate: a status, a code and a message."""

    def __init__(self, status: str, code: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.line = status, code, line


@dataclass(frozen=True, slots=True)
class Together:
    """Ready to compile."""

    texts: tuple[str, ...]
    """Testbench, reference where it is needed, design: in this order."""
    tops: tuple[str, ...]
    design: str
    """The name under which the testbench knows the design."""
    renamed_from: str | None = None
    reference: str | None = None
    """The reference as it is compiled."""
    seats: tuple[Seat, ...] = ()

    @property
    def timescale(self) -> str | None:
        """That of the testbench, which texts without one take over."""
        found = _TIMESCALE.search(self.texts[0])
        return f"{found[1]}/{found[2]}".replace(" ", "") if found else None

    def with_design(self, text: str) -> tuple[str, ...]:
        """The texts with another design in the seat."""
        return (*self.texts[:-1], text)


def put_together(
    candidate: Source,
    testbench: str,
    reference: str | None,
    delivered: str | None = None,
    *,
    data: bool = False,
) -> Together:
    """Find the candidate's name and the reference's part in a testbench. Raises Refused.

    `delivered` is the candidate's own text, which goes in as it is but for its top's name; without it
    the plain one does. `data`: the files that the testbench reads are there.
    """
    text = candidate.plain if delivered is None else delivered
    if not data:
        _refuse_reading(testbench)
    bench = names_of(testbench)
    if not bench.tops:
        raise Refused("unsupported", "no-testbench", "the testbench has no module")
    if not bench.missing:
        raise Refused("unsupported", "no-design", "the testbench instantiates no module that it lacks")
    ours = _of_reference(bench, reference)
    wanted = [name for name in bench.missing if ours is None or name not in names_of(ours).defined]
    top = _top(candidate, wanted)
    defined = names_of(text).defined
    texts = [testbench]
    if ours is not None:
        texts.append(_apart(ours, defined, bench))
    name = wanted[0]
    _own_names(set(defined) - {top.name}, [*bench.defined, *(names_of(ours).defined if ours else ())], bench)
    together = Together(
        texts=(*texts, text if name == top.name else renamed(text, top.name, name)),
        tops=bench.tops,
        design=name,
        renamed_from=None if name == top.name else top.name,
        reference=texts[1] if len(texts) > 1 else None,
    )
    return _seated(together, top, reference)


def _refuse_reading(testbench: str) -> None:
    reads = [t.text for t in code_tokens(testbench) if t.kind is Kind.SYSTEM and t.text in _READING]
    if reads:
        message = f"the testbench reads files ({reads[0]}), which are not here"
        raise Refused("unsupported", "reads-files", message)


def _of_reference(bench: ModuleNames, reference: str | None) -> str | None:
    """The reference under the name that the testbench uses for it; None where it needs none."""
    if not reference:
        return None
    known = names_of(reference)
    if any(name in known.defined for name in bench.missing) and len(bench.missing) > 1:
        return reference
    for name in _NAMES_OF_REFERENCES:
        if name in bench.missing and len(known.tops) == 1:
            return renamed(reference, known.tops[0], name)
    return None


def _top(candidate: Source, wanted: Sequence[str]) -> Top:
    named = [top for top in candidate.tops if top.name in wanted]
    if len(named) == 1 and len(wanted) == 1:
        return named[0]
    if len(wanted) != 1:
        missing = ", ".join(wanted)
        raise Refused("unsupported", "no-design", f"the testbench lacks more than one module: {missing}")
    if len(candidate.tops) != 1:
        names = ", ".join(top.name for top in candidate.tops) or "none"
        raise Refused("fail", "top", f"the testbench tests {wanted[0]}; top modules here: {names}")
    return candidate.tops[0]


def _own_names(defined: set[str], others: Sequence[str], bench: ModuleNames) -> None:
    """Refuse a candidate that brings modules of the testbench or of what the testbench compares with."""
    clash = sorted(defined & {*others, *bench.missing} - _inner(others, bench))
    if clash:
        raise Refused("fail", "name-clash", f"{clash[0]} is a module of the testbench, not of the design")


def _inner(others: Sequence[str], bench: ModuleNames) -> set[str]:
    """Modules inside the reference: these are renamed where they meet."""
    return {name for name in others if name not in bench.defined and name not in bench.missing}


def _apart(reference: str, taken: Sequence[str], bench: ModuleNames) -> str:
    """The reference with those of its inner modules renamed that the candidate has too."""
    inner = [name for name in names_of(reference).defined if name in taken and name not in bench.missing]
    return with_names(reference, {name: f"{name}_of_reference" for name in inner})


def with_names(text: str, names: Mapping[str, str]) -> str:
    """The text with modules called otherwise, wherever they are named; ports keep their names."""
    parts, before = [], ""
    for token in tokens(text):
        is_name = token.kind is Kind.NAME and before != "."
        parts.append(names.get(token.text, token.text) if is_name else token.text)
        if token.kind not in (Kind.SPACE, Kind.COMMENT):
            before = token.text
    return "".join(parts)


def renamed(text: str, old: str, new: str) -> str:
    """The text with the module `old` declared as `new`. For modules that no other instantiates."""
    parts, before = [], ""
    for token in tokens(text):
        declares = before in ("module", "macromodule", "static", "automatic", ":")
        is_name = token.kind is Kind.NAME and token.text == old and declares
        parts.append(new if is_name else token.text)
        if token.kind not in (Kind.SPACE, Kind.COMMENT):
            before = token.text
    return "".join(parts)


def as_design(reference: str | None, together: Together) -> str | None:
    """The reference in the candidate's place: its top under the design's name, all its other modules
    under names of their own. None where it has no one top."""
    known = names_of(reference) if reference else None
    if reference is None or known is None:
        return None
    top = together.design if together.design in known.tops else None
    if top is None and len(known.tops) == 1:
        top = known.tops[0]
    if top is None or known.missing:
        return None
    names = {name: f"{name}_of_control" for name in known.defined}
    return with_names(reference, names | {top: together.design})


def _seated(together: Together, top: Top, reference: str | None) -> Together:
    """Refuse a candidate that does not fit where the testbench connects it, or drives what it is given."""
    seats = seats_of(together.texts, together.tops[0], together.design)
    right = as_design(reference, together)
    known = seats_of(together.with_design(right), together.tops[0], together.design) if right else None
    if seats.misfits:
        if known is not None and known.misfits:
            message = f"the testbench does not fit the reference either: {known.misfits[0]}"
            raise Refused("unsupported", "interface", message)
        raise Refused("fail", "interface", f"as the testbench uses it: {seats.misfits[0]}")
    wanted = {port.name: port.direction for port in known.seats[0].ports} if known and known.seats else {}
    for port in top.ports:
        if wanted.get(port.name, port.direction) != port.direction:
            message = f"the {port.direction} {port.name} is of the kind {wanted[port.name]} in the reference"
            raise Refused("fail", "interface", message)
    return replace(together, seats=seats.seats)


def refuse_what_reaches_out(candidate: Source, text: str = "") -> None:
    """Only what computes from its inputs may stand beside a testbench: nothing that prints, stops or
    asks the run, and nothing that changes what the reference gets. `candidate` was read with
    `driven_inputs`; `text` is what was delivered, with the branches that no preprocessor takes here."""
    for remark in (remark for top in candidate.tops for remark in top.remarks):
        message = f"{remark.message}, which reaches beyond a design under test"
        raise Refused("fail", remark.code, message, remark.line)
    for token in (token for part in (text, candidate.plain) for token in code_tokens(part)):
        if token.kind is Kind.SYSTEM and (token.text not in COMPUTING or token.text in OF_THE_RUN):
            message = f"{token.text} is not allowed in a design under test: it could answer for the testbench"
            raise Refused("fail", "system-task", message)
        if token.kind is Kind.NAME and token.text in _OVERRULING[candidate.version]:
            message = f"{token.text} reaches beyond a design under test"
            raise Refused("fail", token.text, message)


def speaks_only_of_errors(testbench: str) -> bool:
    """Whether a testbench complains by $error, $fatal or assert and never prints a success."""
    complains = False
    for token in code_tokens(testbench):
        complains = complains or token.text in _COMPLAINING or token.text == "assert"
        if token.kind is Kind.STRING and any(word in token.text.lower() for word in ("pass", "success")):
            return False
    return complains


def shell_of(seat: Seat, name: str, value: str = "") -> str:
    """A module for the seat with the design's ports and nothing in it, or with constant outputs:
    `value` is '0' or '1', for each bit."""
    ports = ", ".join(f"{port.direction} [{(port.width or 1) - 1}:0] {port.name}" for port in seat.ports)
    parameters = ", ".join(f"parameter {name} = {value}" for name, value in seat.parameters)
    body = [
        f"  assign {port.name} = {{{port.width or 1}{{1'b{value}}}}};"
        for port in seat.ports
        if port.direction == "output" and value
    ]
    head = f"module {name}{f' #({parameters})' if parameters else ''}({ports});"
    return "\n".join([head, *body, "endmodule\n"])


def behind_buffers(
    design: str, together: Together, *, late: Collection[str] = (), firm: str = ""
) -> str | None:
    """The design in a module of its name that passes the inputs `late` on a moment later and shows
    x and z of the outputs as `firm`, '0' or '1'. None where it sits in several places."""
    if len(together.seats) > 1:
        return None
    inner = f"{together.design}_inside"
    outer = _around(together.seats[0], together.design, inner, late, firm)
    return with_names(design, {together.design: inner}) + "\n" + outer


def around_netlist(together: Together, netlist: str) -> str:
    """A module of the design's name and parameters around a netlist, which has none."""
    return _around(together.seats[0], together.design, netlist, (), "", fixed=True)


def _around(
    seat: Seat, name: str, inner: str, late: Collection[str], firm: str, *, fixed: bool = False
) -> str:
    body, passed = [], []
    for port in seat.ports:
        width, wire = port.width or 1, f"{port.name}_inside"
        firmed = bool(firm) and port.direction == "output"
        if firmed:
            body.append(f"  wire [{width - 1}:0] {wire};")
            value = f"{wire}[n] === 1'b{1 - int(firm)} ? 1'b{1 - int(firm)} : 1'b{firm}"
            loop = f"for (genvar n = 0; n < {width}; n = n + 1) begin : firm_{port.name}"
            body.append(f"  {loop} assign {port.name}[n] = {value}; end")
        if port.name in late:
            names = [port.name, *(f"{port.name}_late{n}" for n in range(_BUFFERS - 1)), wire]
            for before, after in itertools.pairwise(names):
                body += [f"  wire [{width - 1}:0] {after};", f"  assign {after} = {before};"]
        passed.append(f".{port.name}({wire if port.name in late or firmed else port.name})")
    values = ", ".join(f".{parameter}({parameter})" for parameter, _ in seat.parameters)
    set_here = f"#({values}) " if values and not fixed else ""
    body.append(f"  {inner} {set_here}{inner}_dut({', '.join(passed)});")
    return "\n".join([shell_of(seat, name).removesuffix("\nendmodule\n"), *body, "endmodule\n"])


def probe_of(seat: Seat, design: str, name: str) -> str:
    """A module that instantiates the design as the seat does, and knows nothing else."""
    parameters = ", ".join(f".{parameter}({value})" for parameter, value in seat.parameters)
    return f"module {name};\n  {design} {f'#({parameters}) ' if parameters else ''}dut();\nendmodule\n"
