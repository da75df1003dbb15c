"""Export: what a run made, in the formats that trainers read.

summary = export(ExportSpec(output="designs.jsonl", format="openai", path="sft.jsonl", split=0.05))
"""

from rtlglot.exports.example import EXPORTS, Example, ExportFormat, PreferencePair, Turn
from rtlglot.exports.job import export
from rtlglot.exports.spec import ExportSpec, ExportSummary

__all__ = [
    "EXPORTS",
    "Example",
    "ExportFormat",
    "ExportSpec",
    "ExportSummary",
    "PreferencePair",
    "Turn",
    "export",
]
