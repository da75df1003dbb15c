"""Prompts: one Markdown file per pair, rendered strictly; the extraction of a reply's text.

`load(pair)` gives the `Prompt` of a pair: `render` a row, `extract` the text of a reply, `repair`.
"""

from rtlglot.prompts.prompt import Prompt, builtin_pairs, load

__all__ = ["Prompt", "builtin_pairs", "load"]
