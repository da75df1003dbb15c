"""Host paths taken out of what tools say."""

from __future__ import annotations

import functools
import os
import re
import sys


@functools.cache
def _paths() -> re.Pattern[str]:
    # what counts as a path is what starts with a folder that this host really has
    roots = "|".join(re.escape(name) for name in sorted(os.listdir("/"), reverse=True))
    return re.compile(rf"(?<![\w.<>/])(?:/(?:{roots}))(?:/[\w.+@~-]+)+/?")


def scrub(text: str) -> str:
    """`text` with every absolute path of this host cut down to its last part."""
    if "/" not in text:
        return text
    return _paths().sub(lambda match: match[0].rstrip("/").rpartition("/")[2], text)


def scrub_value(value: bytes, folder: str) -> bytes:
    """A tool's JSON without this run's folder, the user's home and the installation's place.

    Only these: a value may hold netlists and encodings in which other slashes have a meaning.
    """
    if b"/" not in value:
        return value
    own = folder.encode()
    value = value.replace(own + b"/", b"").replace(own, b".")
    for place in _places():
        value = value.replace(place, b"<host>")
    return value


@functools.cache
def _places() -> tuple[bytes, ...]:
    places = {sys.prefix, os.path.dirname(os.path.dirname(__file__)), os.path.expanduser("~")}
    return tuple(
        sorted((p.encode() for p in places if p.count("/") > 1 or p == "/root"), key=len, reverse=True)
    )
