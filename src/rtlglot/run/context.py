"""Which fields of a row tell what its text is held against: the one rule for what a row's Context is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rtlglot.formats import text_of
from rtlglot.records import Context, Json


@dataclass(frozen=True, slots=True)
class ContextFields:
    """Called with a row's fields it gives the row's Context."""

    kind: str
    """What the candidate is: a kind of field that has a ladder."""
    reference: str
    """Names of fields, as the next three; '' where there is none."""
    testbench: str
    instruction: str
    interface: str
    """Or 'auto': the header that reference and testbench need, with the name that the instruction says."""
    top: str
    """The top module's name, or a field that holds it."""
    standard: str
    blackboxes: tuple[str, ...]
    parts_elsewhere: bool
    files: str = ""
    """A field with the data that the testbench reads: {name: text}."""
    masked: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The fields that are read."""
        fields = {self.reference, self.testbench, self.instruction, self.interface, self.top, self.files}
        return frozenset((fields | {self.masked}) - {"", "auto"})

    def __call__(self, fields: Mapping[str, Json]) -> Context:
        """What the checks may know of a row with these fields."""

        def text(name: str) -> str | None:
            return text_of(fields.get(name)) if name else None

        reference, testbench, asked = text(self.reference), text(self.testbench), text(self.instruction)
        if self.interface != "auto":
            interface = text(self.interface)
        elif reference:
            # Most jobs need no reader of requests: loading it takes as long as many rows.
            from rtlglot.prose.asked import asked_name
            from rtlglot.verilog.interface import required_header

            interface = required_header(reference, testbench, asked_name(asked or ""))
        else:
            interface = None
        return Context(
            field=self.kind,
            reference=reference,
            testbench=testbench,
            files=_files(fields.get(self.files)) if self.files else (),
            interface=interface,
            standard=self.standard,
            instruction=asked,
            top=text(self.top) or self.top or None,
            blackboxes=self.blackboxes,
            parts_elsewhere=self.parts_elsewhere,
            masked=text(self.masked),
        )


def _files(value: Json) -> tuple[tuple[str, str], ...]:
    return tuple((str(k), str(v)) for k, v in value.items()) if isinstance(value, Mapping) else ()


def context_fields(spec: Mapping[str, Json], kind: str = "verilog") -> ContextFields:
    """Of a spec by its fields' names, as the ledger keeps it too.

    A transform that names no reference has one in the target field, or, where it writes prose, in the
    design that the prose is about; what it asks for is in its source. One that fills in a part, or writes of
    a part, has the rest in `masked`. A check has only what it names, and an instruction where its rows have a
    field of that name.
    """
    source = str(spec.get("source") or "")
    if source:
        reference = str(spec.get("reference") or "verilog")
        instruction = "" if source in ("verilog", "description", "masked") else source
    else:
        reference, instruction = str(spec.get("reference") or ""), "instruction"
    return ContextFields(
        kind=kind,
        reference=reference,
        testbench=str(spec.get("testbench") or ""),
        files=str(spec.get("files") or ""),
        instruction=instruction if kind == "verilog" else "",
        interface=str(spec.get("interface") or ""),
        top=str(spec.get("top") or ""),
        standard=str(spec.get("standard") or "sv2017"),
        blackboxes=tuple(spec.get("blackbox") or ()),
        parts_elsewhere=not source,
        masked="masked" if source == "masked" else "",
    )
