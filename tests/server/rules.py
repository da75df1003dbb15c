"""Who meets which fault: rules, first fit, decided by the prompt and how often it was asked."""

from __future__ import annotations

import dataclasses
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

ACTIONS = ("status", "hang", "slow", "garbage", "disconnect", "cut", "endless", "reply")


@dataclass
class Rule:
    """One fault. See `app` for what the actions do and which of the rest they read."""

    do: str
    when: str = ""
    """A text in the last message; '' fits all."""
    times: int | None = None
    """Only the first so many askings of each prompt."""
    share: float = 1.0
    """Only this part of the askings, chosen by prompt and asking: the same ones in every run."""
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    delay_s: float = 0.0
    words: int | None = None
    """For 'reply': its length."""
    choice: dict[str, Any] = field(default_factory=dict)
    message: dict[str, Any] = field(default_factory=dict)
    usage: Any = "own"
    """For 'reply': what to put in the place of the usage; None leaves it out."""

    def __post_init__(self) -> None:
        if self.do not in ACTIONS:
            raise ValueError(f"no action {self.do!r}: one of {ACTIONS}")


@dataclass
class Setup:
    """How the endpoint behaves; every field can be changed while it runs."""

    model: str = "stub"
    context_tokens: int | None = 4096
    """None: it is enforced nowhere and not in the list of models."""
    lists_models: bool = True
    counts_tokens: bool = True
    """Whether there is a /tokenize beside /v1, as vLLM has."""
    key: str = ""
    """The key it wants; '' wants none."""
    capacity: int | None = None
    """More than this in flight get 429."""
    retry_after: str = ""
    together: int = 0
    """Nobody is answered before so many were in flight at once."""
    delay_s: float = 0.0
    words: int = 20
    """Length of a reply, in words, which are its tokens."""
    word_s: float = 0.0
    """Seconds for each of them."""
    prose: bool = False
    """Whether replies are descriptions that make sense, of about that length; else they say nothing and
    repeat themselves."""
    models_rule: dict[str, Any] | None = None
    """A rule for the list of models: 'status' or 'hang'."""
    rules: list[dict[str, Any]] = field(default_factory=list)

    def change(self, values: dict[str, Any]) -> None:
        """Raises ValueError for a name that is none."""
        known = {f.name for f in dataclasses.fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"no setting {name!r}: one of {sorted(known)}")
            setattr(self, name, value)
        for rule in self.rules:
            Rule(**rule)


class Faults:
    """Finds the rule for a prompt."""

    def __init__(self) -> None:
        self.askings: Counter[str] = Counter()

    def for_prompt(self, prompt: str, rules: list[dict[str, Any]]) -> Rule | None:
        """The first rule that fits this asking."""
        self.askings[prompt] += 1
        asking = self.askings[prompt]
        for values in rules:
            rule = Rule(**values)
            if (
                rule.when in prompt
                and (rule.times is None or asking <= rule.times)
                and _drawn(rule, prompt, asking)
            ):
                return rule
        return None


def _drawn(rule: Rule, prompt: str, asking: int) -> bool:
    if rule.share >= 1:
        return True
    return zlib.crc32(f"{prompt}/{asking}".encode()) % 10_000 < 10_000 * rule.share
