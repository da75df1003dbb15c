"""What a user may say about an endpoint, checked before anything is sent."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from string import Template
from typing import Any, Literal

import orjson
from yarl import URL

from rtlglot import models
from rtlglot.errors import UsageError
from rtlglot.options import fill, flag, refuse_below
from rtlglot.records import Json

PART = "engine.openai"
CHAT_PATH = "/chat/completions"
OURS = {
    "model": "--model",
    "messages": "the prompt",
    "stream": "nothing: replies are read whole",
    "n": "--samples",
    "max_tokens": "--max-tokens",
    "max_completion_tokens": "--max-tokens with engine.max_tokens_field=max_completion_tokens",
    "temperature": "--temperature",
    "top_p": "--top-p",
    "seed": "--seed",
    "stop": "the sampling's stop texts",
}
"""Fields of the body that `extra` may not set, and what sets them."""
_OMITTABLE = ("max_tokens", "temperature", "top_p", "seed", "stop")
SECRET_NAME = re.compile(r"key|token|auth|secret|cookie|password|signature", re.IGNORECASE)
"""What a header or a URL's field is called when its value must not be written down."""

_SECRET_FIELD = re.compile(
    r"api.?key|secret|passw|authori[sz]ation|bearer|(access|auth).?token|cookie|credential", re.IGNORECASE
)
_LIKE_A_SECRET = re.compile(r"(sk-|hf_|gsk_|ghp_|xox[a-z]-|AKIA|AIza|Bearer )\S{12}")
KEY_VARIABLES = ("RTLGLOT_API_KEY", "OPENAI_API_KEY")
SHORTEST_SECRET = 6
"""Shorter values are dummies ('x', 'EMPTY' …); blotting them out would only garble texts."""

_flag = partial(flag, group="the engine openai (other options: --set engine.KEY=VALUE)")


@dataclass(frozen=True, slots=True)
class OpenAiOptions:
    """Options of the openai engine: `--set engine.NAME=VALUE`."""

    base_url: str = _flag(
        "http://host:port/v1 (default: a URL given as the model, else OPENAI_BASE_URL)",
        default="", metavar="URL",
    )  # fmt: skip
    api_key_env: str = ""
    """The environment variable with the key; left out: RTLGLOT_API_KEY, else OPENAI_API_KEY."""
    organization: str = ""
    headers: Json = None
    """More headers: a JSON object; a value may name an environment variable as $NAME."""
    ca_file: str = _flag(
        "PEM file: certificates to trust instead of the system's", default="", metavar="FILE"
    )
    client_cert: str = _flag("PEM file: the certificate to show", default="", metavar="FILE")
    client_key: str = _flag("PEM file: its key, where not in there", default="", metavar="FILE")
    allow_host: tuple[str, ...] = _flag(
        "refuse every other host (or host:port); comma list", default=(), metavar="HOSTS"
    )
    timeout_s: float = 600.0
    """Longest wait for one reply."""
    start_timeout_s: float = 10.0
    """How long to wait at the start for an endpoint that is not up yet."""
    max_in_flight: int = 64
    context_tokens: int | None = None
    """The model's context, where the endpoint does not say or says it wrongly."""
    check_model: bool = True
    """Refuse a model that the endpoint does not list."""
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the endpoint calls the limit of a reply."""
    omit: tuple[str, ...] = ()
    """Sampling fields not to send, for models that refuse them."""
    extra: Json = None
    """More fields of the request body: a JSON object."""
    price_in: float | None = _flag("of a million prompt tokens", default=None, metavar="PRICE")
    price_out: float | None = _flag("of a million reply tokens", default=None, metavar="PRICE")
    max_cost: float | None = _flag(
        "stop before a run has cost more; needs both prices, in their currency", default=None, metavar="MONEY"
    )

    def __post_init__(self) -> None:
        refuse_below(0, self, PART, "timeout_s", "start_timeout_s", "max_in_flight", "context_tokens")
        refuse_below(0, self, PART, "price_in", "price_out", "max_cost", inclusive=True)
        priced = self.price_in is not None and self.price_out is not None
        if self.max_cost is not None and not priced:
            raise UsageError(
                f"{PART}.max_cost needs the prices",
                hint="give price_in and price_out, per million tokens",
            )
        if self.max_cost is not None and "max_tokens" in self.omit:
            raise UsageError(f"{PART}.max_cost needs a limit for each reply, and omit takes it away")
        if self.client_key and not self.client_cert:
            raise UsageError(f"{PART}.client_key needs client_cert")
        for name in self.omit:
            if name not in _OMITTABLE:
                raise UsageError(f"{PART}.omit is {name!r}", hint=f"one of {', '.join(_OMITTABLE)}")


def read_options(values: Mapping[str, Any]) -> OpenAiOptions:
    """The options, filled and checked; UsageError names the one that is wrong."""
    options = fill(OpenAiOptions, values, part=PART)
    body_fields(options)
    _refuse_written_out(json_object(options.headers, f"{PART}.headers"))
    return options


def body_fields(options: OpenAiOptions) -> dict[str, Json]:
    """`extra` as an object; refuses fields that have an option of their own."""
    fields = json_object(options.extra, f"{PART}.extra")
    for name in fields:
        if name in OURS:
            raise UsageError(f"{PART}.extra may not hold {name!r}", hint=f"it is set by {OURS[name]}")
    _refuse_secrets(fields, f"{PART}.extra")
    return fields


def _refuse_secrets(value: Json, where: str, name: str = "") -> None:
    """UsageError for a secret in an option: options are kept in the ledger."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _refuse_secrets(inner, where, str(key))
    elif isinstance(value, list):
        for inner in value:
            _refuse_secrets(inner, where, name)
    elif isinstance(value, str) and ((value and _SECRET_FIELD.search(name)) or _looks_secret(value)):
        raise UsageError(
            f"{where} holds what looks like a key (in {name!r}), and options are kept in the ledger",
            hint="put it into an environment variable and send it as a header: "
            '--set engine.headers=\'{"NAME": "$MY_VARIABLE"}\'',
        )


def _refuse_written_out(headers: Mapping[str, Json]) -> None:
    for header, value in headers.items():
        named = any(match["named"] or match["braced"] for match in Template.pattern.finditer(str(value)))
        if not named and (SECRET_NAME.search(header) or _looks_secret(str(value))):
            raise UsageError(
                f"{PART}.headers holds {header!r} written out, and options are kept in the ledger",
                hint=f"put the value into an environment variable: {{{header!r}: '$MY_VARIABLE'}}",
            )


def _looks_secret(text: str) -> bool:
    return bool(_LIKE_A_SECRET.match(text)) or any(key in text for key in _keys_in_environment())


def _keys_in_environment() -> list[str]:
    found = (os.environ.get(name, "").strip() for name in KEY_VARIABLES)
    return [key for key in found if len(key) >= SHORTEST_SECRET]


def json_object(value: Json, name: str) -> dict[str, Json]:
    """A mapping, or JSON text of one; None is an empty one."""
    if value is None or value == "":
        return {}
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise UsageError(
                f"{name} is not JSON: {error}", hint="""for example '{"top_k": 20}'"""
            ) from error
    if not isinstance(value, Mapping):
        raise UsageError(f"{name} is {type(value).__name__}, not a JSON object")
    return dict(value)


def base_url(model: str, options: OpenAiOptions) -> URL | None:
    """The endpoint, checked against `allow_host`; None where none is named. Raises UsageError.

    A bare host gets /v1, and a pasted .../chat/completions is cut back to its base.
    """
    named = model if models.is_url(model) else ""
    given = options.base_url or named or os.environ.get("OPENAI_BASE_URL", "")
    if not given:
        return None
    url = _http_url(given)
    if named and options.base_url and _trimmed(_http_url(model)) != _trimmed(url):
        raise UsageError(f"the model is a URL, {_shown(model)}, and --base-url another, {_shown(str(url))}")
    url = _trimmed(url)
    check_allowed(url, options.allow_host)
    return url


def below(base: URL, path: str) -> URL:
    """Where a path below the base is; the base's query stays (Azure's api-version)."""
    return base.with_path(base.path + path).with_query(base.query)


def check_allowed(url: URL, allow_host: tuple[str, ...]) -> None:
    """UsageError where a host is not among those allowed."""
    names = {str(url.host).lower(), f"{url.host}:{url.port}".lower()}
    if allow_host and not names & {host.strip().lower() for host in allow_host}:
        raise UsageError(
            f"{url.host}:{url.port} is not an allowed host",
            hint=f"allowed: {', '.join(allow_host)} (--allow-host)",
        )


def _http_url(text: str) -> URL:
    try:
        url = URL(text)
        usable = url.scheme in ("http", "https") and bool(url.host)
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{_shown(text)!r} is no endpoint", hint="for example http://localhost:8000/v1")
    if "@" in text:  # also further on, where a password holds an unquoted slash
        raise UsageError(
            f"the endpoint {_shown(text)} holds a user name or password",
            hint="keep them out of URLs: put the key into the environment (RTLGLOT_API_KEY)",
        )
    for name in url.query:
        if SECRET_NAME.search(name):
            raise UsageError(
                f"the endpoint {_shown(text)} holds a secret ({name})",
                hint='keep it out of URLs: --set engine.headers=\'{"api-key": "$MY_VARIABLE"}\'',
            )
    return url


def _trimmed(url: URL) -> URL:
    path = url.path.rstrip("/").removesuffix(CHAT_PATH)
    return url.with_path(path or "/v1").with_query(url.query)


def _shown(text: str) -> str:
    """A URL without what may be secret in it: what is before an @ or behind a question mark."""
    scheme, slashes, rest = text.partition("?")[0].partition("://")
    return scheme + slashes + rest.rpartition("@")[2]
