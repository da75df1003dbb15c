"""Sniff: the format of a pipe, from its first bytes."""

from __future__ import annotations

import re

from rtlglot.errors import UsageError
from rtlglot.formats.source import DataFile
from rtlglot.formats.values import NotUnicode, decode

_HEAD_BYTES = 1 << 16
_VERILOG = re.compile(
    rb"(//|/\*|\(\*|`\w|(module|macromodule|package|interface|program|primitive)\s+(automatic\s+|static\s+)?"
    rb"[A-Za-z_\\][^\s,;\t]*\s*([#(;]|import\b)|(timeunit|import)\s[^,\t\n]*;)"
)
_OBJECT_OF_OBJECTS = re.compile(rb'\{\s*(?:"(?:[^"\\]|\\.)*"\s*:\s*\{|\}\s*$)')


def sniff(source: DataFile) -> str:
    """The name of the format: parquet by its magic, JSON by its first bracket, Verilog by how a file of it
    begins, else TSV or CSV.

    An object that fills a line before another is a row of JSON Lines; one alone is a document by id where
    its first value is an object.
    Raises UsageError where there is nothing to go by.
    """
    with source.open_raw() as raw:
        if raw.read(4) == b"PAR1":
            return "parquet"
    stream, _ = source.open_text()
    with stream:
        head = stream.read(_HEAD_BYTES).lstrip()
    if not head:
        raise UsageError(f"{source.name} is empty", hint="say what it is with --format")
    if head.startswith(b"["):
        return "json"
    if head.startswith(b"{"):
        return "jsonl" if _begins_with_a_row(head) else "json"
    if _VERILOG.match(head):
        return "verilog"
    return "tsv" if b"\t" in head.partition(b"\n")[0] else "csv"


def _begins_with_a_row(head: bytes) -> bool:
    first, _, rest = head.partition(b"\n")
    if rest.lstrip().startswith(b"{"):
        try:
            decode(first)
        except ValueError as error:
            return isinstance(error, NotUnicode)
        return True
    return _OBJECT_OF_OBJECTS.match(head) is None
