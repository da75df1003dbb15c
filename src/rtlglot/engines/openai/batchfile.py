"""The OpenAI batch-file format: requests out to a file, results back from one, no network.

One JSON object a line: `{"custom_id", "method", "url", "body"}` out,
`{"custom_id", "response": {"status_code", "body"}, "error"}` in, in any order. OpenAI, Azure and vLLM's
`run-batch` read and write it. Source: OpenAI's API reference, "Batch".
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import orjson

from rtlglot import models
from rtlglot.engines import lengths
from rtlglot.engines.openai import wire
from rtlglot.engines.openai.faults import HttpAnswer, failure
from rtlglot.engines.openai.options import read_options
from rtlglot.errors import (
    ConfigError,
    InputError,
    OutputError,
    RowError,
    RtlglotError,
    TransientError,
    UsageError,
)
from rtlglot.records import Json, Reason, Reply, Request

_CHAT_URL = "/v1/chat/completions"
MOST_REQUESTS = 50_000
MOST_BYTES = 200_000_000
"""What OpenAI takes in one file (200 MB); vLLM sets no limit. The file may be split between lines."""
_NAMED_LINES = 3


def custom_id(request: bytes, sample: int, attempt: int) -> str:
    """The name of a request in a batch file: its key in the ledger."""
    return f"{request.hex()}-{sample}-{attempt}"


def parse_custom_id(text: str) -> tuple[bytes, int, int] | None:
    """The key behind a name; None where it is not one of ours."""
    request, _, rest = text.partition("-")
    sample, _, attempt = rest.partition("-")
    try:
        return bytes.fromhex(request), int(sample), int(attempt)
    except ValueError:
        return None


class RequestWriter:
    """Writes a file of requests; it appears under its name when the block ends without an error."""

    def __init__(self, path: Path, model: str, options: Mapping[str, Any] | None = None) -> None:
        """`options` are those of the openai engine. Raises UsageError for a model that is a URL."""
        if models.is_url(model):
            raise UsageError(f"a batch file needs the model's name, not the URL {model}")
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._options = read_options(options or {})
        self._dialect = wire.dialect(model, self._options)
        self.requests = 0
        self.size_bytes = 0

    def __enter__(self) -> RequestWriter:
        try:
            self._file = self._part.open("wb")
        except OSError as error:
            raise OutputError(f"{self._path}: {error.strerror}") from error
        return self

    def add(self, name: str, request: Request) -> None:
        """One line. Raises RowError for a request that no endpoint would take."""
        wanted, context = request.sampling.max_tokens, self._options.context_tokens
        max_tokens = lengths.fit_roughly(request.messages, wanted, context)
        body = wire.chat(request, max_tokens, self._dialect)
        line = wire.encode({"custom_id": name, "method": "POST", "url": _CHAT_URL, "body": body}) + b"\n"
        try:
            self._file.write(line)
        except OSError as error:
            raise OutputError(f"{self._path}: {error.strerror}") from error
        self.requests += 1
        self.size_bytes += len(line)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with self._file:  # closes it whatever happens
                if kind is None:
                    self._file.flush()
                    os.fsync(self._file.fileno())
            if kind is None:
                self._part.replace(self._path)
        except OSError as problem:
            if kind is None:  # else the first error is the one to hear of
                raise OutputError(f"{self._path}: {problem.strerror}") from problem
        finally:
            self._part.unlink(missing_ok=True)

    def warning(self) -> str:
        """What a person should know before sending the file off; '' where there is nothing."""
        if self.requests <= MOST_REQUESTS and self.size_bytes <= MOST_BYTES:
            return ""
        return (
            f"{self._path} holds {self.requests} requests in {self.size_bytes / 1e6:.0f} MB, and OpenAI "
            f"takes {MOST_REQUESTS} in {MOST_BYTES / 1e6:.0f} MB at a time: split it between lines (split -l)"
        )


class Result(NamedTuple):
    """One line of a file of results."""

    custom_id: str
    outcome: Reply | RowError | TransientError
    """A TransientError was not served (expired, cancelled, server trouble) and may be asked again."""
    line: int
    """1-based."""


def read_results(path: Path) -> Iterator[Result]:
    """The results, as they stand in the file.

    Raises InputError for lines that are none, but only after all good ones were given; ConfigError
    where no line is a reply and one says that no request would do (unknown model, no right to it).
    """
    broken: list[str] = []
    refused: ConfigError | None = None
    replied = False
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                answer = wire.decode(line)
                name = answer.get("custom_id") if isinstance(answer, dict) else None
                if not isinstance(name, str):
                    broken.append(str(number))
                    continue
                outcome = _outcome(answer, f"{path.name} line {number}")
                replied = replied or isinstance(outcome, Reply)
                if isinstance(outcome, ConfigError):
                    refused = refused or outcome
                    outcome = RowError(Reason.ENGINE_ERROR, str(outcome))
                yield Result(name, outcome, number)
    except OSError as error:
        raise InputError(str(error.strerror), file=str(path)) from error
    if refused is not None and not replied:
        raise refused
    if broken:
        shown = ", ".join(broken[:_NAMED_LINES]) + (" …" if len(broken) > _NAMED_LINES else "")
        raise InputError(
            f"{len(broken)} lines are no results of a batch (line {shown}); all others were taken in",
            file=str(path),
            hint="is the file cut off, or the one with the requests?",
        )


def _outcome(answer: Mapping[str, Json], where: str) -> Reply | RowError | TransientError | ConfigError:
    response = answer.get("response")
    response = response if isinstance(response, dict) else {}
    body = response.get("body") or (response if "choices" in response else None)
    status = response.get("status_code")
    complaint = answer.get("error") or body
    try:
        if status in (None, 200) and not answer.get("error"):
            reply = wire.read_reply(body, None, 0.0)
            if reply is not None:
                return reply
        # Without a status the request was not served: expired, cancelled, or the server had trouble.
        known = status if isinstance(status, int) else 200
        error = failure(HttpAnswer(known, {}, orjson.dumps(complaint)), where)
    except RtlglotError as refusal:
        error = refusal
    if isinstance(error, RowError | TransientError):
        return error
    return ConfigError(str(error), hint=error.hint)
