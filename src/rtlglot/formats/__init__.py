"""Formats: datasets in, datasets out. One file per format, one line in the table.

with open_dataset("rtl.json.gz", Selection(limit=100)) as dataset:
    with open_writer("out.jsonl", like=dataset) as writer:
        for row in dataset:
            writer.write(row.id, row.fields)
"""

from rtlglot.formats.dataset import Dataset, Selection, open_dataset
from rtlglot.formats.shard import (
    ANSWERS_FILE,
    PROBLEMS_FILE,
    Shard,
    parts_of,
    refuse_other_parts,
    shard_from,
    whole_of,
)
from rtlglot.formats.sink import check_writable, refuse_link
from rtlglot.formats.table import FORMATS, Format, Record, RowWriter, Shape, data_files, format_of
from rtlglot.formats.values import decode, encode, text_of
from rtlglot.formats.verilog_files import is_verilog
from rtlglot.formats.writer import DatasetWriter, open_writer

__all__ = [
    "ANSWERS_FILE",
    "FORMATS",
    "PROBLEMS_FILE",
    "Dataset",
    "DatasetWriter",
    "Format",
    "Record",
    "RowWriter",
    "Selection",
    "Shape",
    "Shard",
    "check_writable",
    "data_files",
    "decode",
    "encode",
    "format_of",
    "is_verilog",
    "open_dataset",
    "open_writer",
    "parts_of",
    "refuse_link",
    "refuse_other_parts",
    "shard_from",
    "text_of",
    "whole_of",
]
