"""What a user may say about an endpoint, and what is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from rtlglot.engines.openai.engine import OpenAiEngine
from rtlglot.engines.openai.options import base_url, below, read_options
from rtlglot.errors import UsageError


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("http://localhost:8000/v1", "http://localhost:8000/v1"),
        ("http://localhost:8000/v1/", "http://localhost:8000/v1"),
        ("http://localhost:8000", "http://localhost:8000/v1"),
        ("http://localhost:8000/", "http://localhost:8000/v1"),
        ("https://host.example/api/v1/chat/completions", "https://host.example/api/v1"),
        (
            "https://host.example/openai?api-version=2025-01-01",
            "https://host.example/openai?api-version=2025-01-01",
        ),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
    ],
)
def test_where_the_endpoint_is(given: str, base: str) -> None:
    assert str(base_url("m", read_options({"base_url": given}))) == base
    assert str(base_url(given, read_options({}))) == base


def test_the_query_stays() -> None:
    base = base_url("m", read_options({"base_url": "https://h.example/openai?api-version=1"}))
    assert base is not None
    assert str(below(base, "/models")) == "https://h.example/openai/models?api-version=1"


def test_the_environment_may_name_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://gateway.example/v1")
    assert str(base_url("m", read_options({}))) == "http://gateway.example/v1"
    assert str(base_url("m", read_options({"base_url": "http://localhost:1"}))) == "http://localhost:1/v1"


def test_a_model_that_is_another_url_is_refused() -> None:
    with pytest.raises(UsageError, match="another"):
        OpenAiEngine("http://a.example/v1", {"base_url": "http://b.example/v1"})
    OpenAiEngine("http://a.example/v1", {"base_url": "http://a.example"})


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://host/v1", "http://", "http://host:port/v1", "//host/v1"]
)
def test_what_is_no_endpoint(url: str) -> None:
    with pytest.raises(UsageError, match="no endpoint") as caught:
        OpenAiEngine("m", {"base_url": url})
    assert "http://localhost:8000/v1" in caught.value.hint


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"bas_url": "x"}, "bas_url"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"timeout_s": "nan"}, "timeout_s"),
        ({"timeout_s": "soon"}, "timeout_s"),
        ({"start_timeout_s": -1}, "start_timeout_s"),
        ({"max_in_flight": 0}, "max_in_flight"),
        ({"context_tokens": 0}, "context_tokens"),
        ({"price_in": -1}, "price_in"),
        ({"max_cost": "inf", "price_in": 1, "price_out": 1}, "max_cost"),
        ({"max_tokens_field": "max"}, "max_tokens_field"),
        ({"omit": "temperatur"}, "temperatur"),
        ({"client_key": "k.pem"}, "client_cert"),
        ({"extra": "{"}, "extra"),
        ({"extra": "[1]"}, "extra"),
        ({"headers": "3"}, "headers"),
        *(
            ({"extra": {name: 1}}, name)
            for name in ("model", "messages", "stream", "n", "temperature", "seed")
        ),
    ],
)
def test_what_is_refused_by_name(options: dict[str, Any], named: str) -> None:
    with pytest.raises(UsageError) as caught:
        OpenAiEngine("m", {"base_url": "http://localhost:1/v1", **options})
    assert named in str(caught.value)


def test_identity_is_what_changes_the_text_and_not_where_it_runs() -> None:
    one = OpenAiEngine("m", {"base_url": "http://a.example/v1", "max_in_flight": 3, "timeout_s": 5})
    two = OpenAiEngine("m", {"base_url": "http://b.example/v1", "max_tokens_field": "max_completion_tokens"})
    assert one.identity() == two.identity()
    for options in ({"extra": {"top_k": 3}}, {"omit": "seed"}):
        other = OpenAiEngine("m", {"base_url": "http://a.example/v1", **options})
        assert other.identity() != one.identity()
