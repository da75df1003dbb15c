"""Formats: datasets in, datasets out. One file per format, one line in the table.

with open_dataset("rtl.json.gz", Selection(limit=100)) as dataset:
    with open_writer("out.jsonl", like=dataset) as writer:
        for row in dataset:
            writer.write(row.id, row.fields)
"""

from rtlglot.formats.dataset import Dataset, Selection, data_files, open_dataset
from rtlglot.formats.remote import beside, here, is_url, refuse_existing, upload
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
from rtlglot.formats.table import FORMATS, Format, Record, RowWriter, Shape, format_of
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
    "beside",
    "check_writable",
    "data_files",
    "decode",
    "encode",
    "format_of",
    "here",
    "is_url",
    "is_verilog",
    "open_dataset",
    "open_writer",
    "parts_of",
    "refuse_existing",
    "refuse_link",
    "refuse_other_parts",
    "shard_from",
    "text_of",
    "upload",
    "whole_of",
]
