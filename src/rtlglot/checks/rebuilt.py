"""What a check may have built: designs that a model writes from a text alone, each proved or not."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, Protocol

from rtlglot.options import flag, refuse_below, refuse_unlisted
from rtlglot.records import Context, Json, Verdict

_flag = partial(flag, group="the round trip")


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildOptions:
    """Who builds, from what, and how it is proved."""

    rebuilder: str = _flag(
        "model that builds from the text, named as --model is (default: the one that describes)",
        default="", metavar="MODEL",
    )  # fmt: skip
    rebuilder_engine: str = _flag("its engine (default: from the model)", default="", metavar="NAME")
    given: Literal["text", "text+name", "text+interface"] = _flag(
        "what the rebuilder gets: the text, the module's name or its whole header too", default="text+name"
    )
    rebuild_temperature: float | None = _flag(
        "of the rebuilder (default: as --temperature)", default=None, metavar="X"
    )
    rebuild_max_tokens: int | None = _flag(
        "most tokens of a rebuilt design (default: the prompt's)", default=None, metavar="N"
    )
    rebuild_prompt: str = _flag("a prompt of your own for the rebuilder", default="", metavar="FILE.md")
    engine: Mapping[str, Json] = field(default_factory=dict)
    """The rebuilder's engine's own options."""
    proof: Mapping[str, Json] = field(default_factory=dict)
    """Options of the check `equivalence` that proves."""

    def __post_init__(self) -> None:
        refuse_unlisted(self)
        refuse_below(0, self, "", "rebuild_max_tokens")
        refuse_below(0, self, "", "rebuild_temperature", inclusive=True)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One design that was built, and what is said of it."""

    request: bytes
    """Key of the request in the ledger."""
    text: str | None
    """None where the reply held no design, or there was none."""
    key: bytes = b""
    """Of the text, in the ledger."""
    verdicts: tuple[Verdict, ...] = ()
    """Up to the proof against the text's own design, as far as it came."""
    answered: bool = True
    """Whether the engine gave a reply at all."""
    said: str = ""
    """Why there is no text."""
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Rebuilder(Protocol):
    """Builds designs from texts."""

    def identity(self) -> Mapping[str, Json]:
        """All that can change what is built: engine, model, prompt, sampling, checks."""

    def itself(self, context: Context) -> Awaitable[Sequence[Verdict]]:
        """What the checks of rebuilt designs say of the design that a text is about."""

    def rebuild(self, text: str, context: Context, times: int) -> Awaitable[Sequence[Rebuilt]]:
        """So many designs, each asked for with the text and what else is given."""
