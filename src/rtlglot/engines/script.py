"""Reads a file of scripted replies: which rule answers which request.

The file is JSON (a list of rules, ``{"rules": [...]}``, or plainly ``{row id: reply}``), JSONL (a
rule a line) or TOML (``[[rules]]``). The first rule that fits answers; rules that name the row's
id go first. The keys are the fields of `Rule`.
"""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from rtlglot.errors import ConfigError, UsageError
from rtlglot.options import fill
from rtlglot.records import Finish, Reason, Request

_NAME = re.compile(r"\{\{ (\w+) \}\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """When it fits (all that is given must), how often, and what comes of it."""

    when: str | None = None
    """Regular expression, searched in the last message."""
    chat: str | None = None
    """Regular expression, searched in all messages, joined by newlines."""
    id: str | None = None
    """The row's id, exactly."""
    sample: int | None = None
    attempt: int | None = None
    times: int | None = None
    """Fits each request at most so often (an error that goes away)."""
    total: int | None = None
    """Fits at most so often in all."""
    after: int = 0
    """Lets so many fitting requests pass first."""
    reply: tuple[str, ...] = ("",)
    """The text; several are taken in turn by sample number. `{{ prompt }}`, `{{ row_id }}`,
    `{{ sample }}`, `{{ attempt }}` and the named groups of `when` are filled in."""
    finish: Finish | None = None
    """None: 'length' where the text had to be cut at max_tokens, else 'stop'."""
    think: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    delay_s: tuple[float, ...] = ()
    """Seconds before the answer; two numbers are a range, drawn by the request's content."""
    error: Literal["row", "transient", "dead", "config"] | None = None
    reason: Reason = Reason.BAD_REQUEST
    """Of error = 'row'."""
    message: str = "the script says so"
    """Of any error."""
    retry_after_s: float | None = None
    """Of error = 'transient'."""
    overload: bool = False
    """Of error = 'transient': the 429 and 503 kind."""

    def fits(self, request: Request) -> Mapping[str, str] | None:
        """The named groups of `when` ({} without any), or None where the rule does not fit."""
        wanted = ((self.id, request.row_id), (self.sample, request.sample), (self.attempt, request.attempt))
        if any(want is not None and want != have for want, have in wanted):
            return None
        if self.chat is not None and not re.search(self.chat, "\n".join(m.content for m in request.messages)):
            return None
        if self.when is None:
            return {}
        match = re.search(self.when, request.messages[-1].content)
        return None if match is None else match.groupdict("")

    def text(self, request: Request, groups: Mapping[str, str]) -> str:
        """The reply with its names filled in; what is no known name stays (Verilog's `{{`)."""
        text = self.reply[request.sample % len(self.reply)]
        if "{{ " not in text:
            return text
        known = {
            "prompt": request.messages[-1].content,
            "row_id": request.row_id,
            "sample": str(request.sample),
            "attempt": str(request.attempt),
            **groups,
        }
        return _NAME.sub(lambda match: known.get(match[1], match[0]), text)

    def wait_s(self, request: Request) -> float | None:
        """Seconds before the answer; None leaves it to the engine's option."""
        if len(self.delay_s) == 2:
            return random.Random(repr(request)).uniform(*self.delay_s)
        return self.delay_s[0] if self.delay_s else None


@dataclass(slots=True)
class Script:
    """Rules and how often each was used."""

    rules: list[Rule]
    origin: str
    _by_id: dict[str, list[int]] = field(default_factory=dict)
    _general: list[int] = field(default_factory=list)
    _seen: Counter[int] = field(default_factory=Counter)
    _used: Counter[int] = field(default_factory=Counter)
    _used_by: Counter[tuple[int, Request]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for index, rule in enumerate(self.rules):
            if rule.id is None:
                self._general.append(index)
            else:
                self._by_id.setdefault(rule.id, []).append(index)

    def rule_for(self, request: Request) -> tuple[Rule, Mapping[str, str]] | None:
        """The rule that answers, with the groups of its `when`; counts the use."""
        for index in self._candidates(request.row_id):
            rule = self.rules[index]
            groups = rule.fits(request)
            if groups is not None and self._take(index, rule, request):
                return rule, groups
        return None

    def _candidates(self, row_id: str) -> Iterator[int]:
        yield from self._by_id.get(row_id, ())
        yield from self._general

    def _take(self, index: int, rule: Rule, request: Request) -> bool:
        if rule.times is None and rule.total is None and not rule.after:
            return True
        self._seen[index] += 1
        if self._seen[index] <= rule.after:
            return False
        if rule.total is not None and self._used[index] >= rule.total:
            return False
        if rule.times is not None and self._used_by[index, request] >= rule.times:
            return False
        self._used[index] += 1
        self._used_by[index, request] += 1
        return True


def read_script(path: Path) -> Script:
    """The rules in a file. Raises ConfigError naming the file and the rule that is wrong."""
    try:
        entries = _entries(path)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read the replies in {path}: {error}") from error
    rules = [_rule(entry, f"{path}, rule {number}") for number, entry in enumerate(entries, 1)]
    if not rules:
        raise ConfigError(f"{path} holds no rules", hint='one rule that fits all: {"reply": "text"}')
    return Script(rules, str(path))


def _entries(path: Path) -> list[Any]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    data = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    if isinstance(data, dict) and isinstance(data.get("rules"), list):
        data = data["rules"]
    if isinstance(data, dict):
        return [{"id": row_id, "reply": reply} for row_id, reply in data.items()]
    return data if isinstance(data, list) else [data]


def _rule(entry: Any, place: str) -> Rule:
    if isinstance(entry, str):
        entry = {"reply": entry}
    if not isinstance(entry, dict):
        raise ConfigError(f"{place} is no object: {entry!r}")
    # `reply` and `delay_s` may be one value or several.
    several = {name: entry[name] for name in ("reply", "delay_s") if name in entry}
    several = {name: tuple(v) if isinstance(v, list) else (v,) for name, v in several.items()}
    try:
        rule = fill(Rule, {**entry, **several}, part=place)
        for pattern in (rule.when, rule.chat):
            re.compile(pattern or "")
        delays = [float(seconds) for seconds in rule.delay_s]
    except UsageError as error:
        raise ConfigError(str(error), hint=error.hint) from error
    except re.error as error:
        raise ConfigError(f"{place}: {error.pattern!r} is no regular expression: {error}") from error
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{place}: delay_s is {entry['delay_s']!r}") from error
    if not rule.reply or not all(isinstance(text, str) for text in rule.reply) or len(delays) > 2:
        raise ConfigError(f"{place}: reply is text or a list of texts, delay_s one number or two")
    return rule
