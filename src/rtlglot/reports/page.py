"""Numbers and rows -> one HTML file that needs nothing else and lets nothing in.

What comes from a model or a dataset is in the page only as JSON that cannot end its element; the
page's own script is the only one that may run (a Content Security Policy with its hash).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from importlib import resources

import orjson

from rtlglot import __version__
from rtlglot.records import Json

_PLACE = re.compile(r"\{\{(\w+)\}\}")
_PART = re.compile(r"\{\{> ([\w.]+)\}\}\n")
"""A template's place for another asset."""
_SHARED = (
    "dom.js",
    "verilog.js",
    "diff.js",
    "wave.js",
    "rebuilt.js",
    "detail.js",
    "chrome.js",
    "list.js",
    "explorer.js",
    "charts.js",
)
REPORT = (*_SHARED, "flow.js", "columns.js", "samples.js", "report.js")
COMPARISON = (*_SHARED, "compare.js")
_LEVEL = 6


def page(template: str, scripts: Sequence[str], texts: Mapping[str, str], data: Mapping[str, str]) -> str:
    """A template filled: `texts` are escaped, `data` is JSON from `plain_json` or `packed`."""
    style = _style()
    script = "(() => {\n'use strict';\n" + "\n".join(_asset(name) for name in scripts) + "})();\n"
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    values = {name: html.escape(shown(text)) for name, text in texts.items()}
    values |= {"version": __version__, "policy": policy, "style": style, "script": script, **data}
    # one pass: what is filled in is never looked at again
    whole = _PART.sub(lambda match: _asset(match[1]), _asset(template))
    return _PLACE.sub(lambda match: values[match[1]], whole)


def plain_json(value: Json) -> str:
    """JSON for a data block of HTML: no '<' that could end it, nothing that an editor could not show."""
    text = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode().replace("<", "\\u003c")
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def packed(value: Json) -> str:
    """The same as base64 of gzip, for what is large."""
    compressed = gzip.compress(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS), _LEVEL, mtime=0)
    return plain_json(base64.b64encode(compressed).decode())


def shown(text: str) -> str:
    """Text with what cannot be seen (controls, direction marks) as its code point."""
    return "".join(c if c.isprintable() or c in "\n\t" else f"<U+{ord(c):04X}>" for c in text)


def _style() -> str:
    dark = _asset("dark.css")
    both = (
        f':root[data-theme="dark"] {{\n{dark}}}\n'
        f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{\n{dark}}} }}'
    )
    return _asset("page.css").replace("{{dark}}", both)


def _asset(name: str) -> str:
    return resources.files("rtlglot.reports").joinpath("assets", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
