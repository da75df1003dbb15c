"""Keys: read from the environment, put into headers, and kept out of every text that leaves the engine."""

from __future__ import annotations

import base64
import os
import re
from string import Template
from urllib.parse import quote

from rtlglot.engines.openai.http import FRAMING, TOKEN
from rtlglot.engines.openai.options import (
    KEY_VARIABLES,
    PART,
    SHORTEST_SECRET,
    OpenAiOptions,
    json_object,
)
from rtlglot.errors import ConfigError, UsageError

_TELLING = 12
"""An error that repeats this many first characters of a key is blotted to the end of the word."""
MASK = "[key]"


class Secrets:
    """Values that appear in no log, ledger, report, repr or error."""

    def __init__(self, values: list[str], variable: str = "") -> None:
        """`variable` is the environment variable with the key itself."""
        self.variable = variable
        known = sorted({value for value in values if len(value) >= SHORTEST_SECRET}, key=len, reverse=True)
        forms = [form for value in known for form in _forms(value)]
        starts = [value[:_TELLING] for value in known if len(value) > _TELLING]
        self._exact = [form.encode() for form in forms]
        self._start = [start.encode() for start in starts]
        patterns = [_spelled(form) for form in forms]
        patterns += [_spelled(start) + rf"(?:[^\s\"'<>\\]|{_ESCAPE})*" for start in starts]
        self._pattern = re.compile("|".join(patterns).encode()) if patterns else None

    def __repr__(self) -> str:
        return f"<{len(self._exact)} secrets>"

    def scrub(self, body: bytes) -> bytes:
        """The bytes with every secret, and every telling start of one, blotted out."""
        if self._pattern is None:
            return body
        if not any(known in body for known in (*self._exact, *self._start, *_ESCAPES)):
            return body
        return self._pattern.sub(MASK.encode(), body)

    def scrub_text(self, text: str) -> str:
        """The same for text."""
        return self.scrub(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


_ESCAPE = r"\\+(?:u00|x)[0-9a-fA-F]{2}"
_ESCAPES = (b"\\u00", b"\\x", b"&#")
"""Without one of them nothing is spelled in escapes."""


def _spelled(form: str) -> str:
    """A pattern for a text whose characters may be escaped as in JSON, however often, or in HTML."""

    def one(c: str) -> str:
        return rf"(?:{re.escape(c)}|\\+(?:u00|x)(?i:{ord(c):02x})|&#(?:0*{ord(c)}|x0*(?i:{ord(c):x}));)"

    return "".join(map(one, form))


def _forms(value: str) -> list[str]:
    """How a secret may come back: as it is, quoted in a URL, with JSON's escaped slash, in base64."""
    coded = [base64.b64encode(text.encode()).decode() for text in (value, f"Bearer {value}")]
    return list(dict.fromkeys([value, quote(value, safe=""), value.replace("/", "\\/"), *coded]))


def _key_variable(options: OpenAiOptions) -> str:
    """The environment variable that holds the key, or '' where there is none."""
    if options.api_key_env:
        return options.api_key_env
    return next((name for name in KEY_VARIABLES if os.environ.get(name, "").strip()), "")


def read_headers(options: OpenAiOptions) -> tuple[dict[str, str], Secrets]:
    """The headers of every request and the secrets among them.

    Raises UsageError for a key written out in an option, ConfigError for a variable that is not set
    or holds what a header cannot.
    """
    headers: dict[str, str] = {}
    secrets: list[str] = []
    name = _key_variable(options)
    if name:
        key = _variable(name, "api_key_env")
        headers["Authorization"] = f"Bearer {key}"
        secrets.append(key)
    if options.organization:
        headers["OpenAI-Organization"] = options.organization
        _refuse_unsendable("OpenAI-Organization", options.organization)
    for header, value in json_object(options.headers, f"{PART}.headers").items():
        text = str(value)
        names = [match["named"] or match["braced"] for match in Template.pattern.finditer(text)]
        values = {name: _variable(name, f"headers: {header}") for name in names if name}
        headers[header] = Template(text).safe_substitute(values)
        _refuse_unsendable(header, headers[header])
        secrets += values.values()
    return headers, Secrets(secrets, name)


def _refuse_unsendable(header: str, value: str) -> None:
    if not (TOKEN.fullmatch(header) and value.isprintable()):
        raise UsageError(f"{PART}.headers: {header!r} holds characters that no header can")
    if header.lower() in FRAMING:
        raise UsageError(f"{PART}.headers: {header!r} is what rtlglot itself says of each request")


def _variable(name: str, option: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise ConfigError(
            f"the environment variable {name} is not set (named by {PART}.{option})",
            hint=f"export {name}=…",
        )
    if not (value.isascii() and value.isprintable()):
        raise ConfigError(f"the environment variable {name} holds characters that no header can")
    return value
