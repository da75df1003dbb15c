"""The recipe: all that decides an outcome, and the key under which outcomes are remembered."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from rtlglot.ledger.keys import canonical, digest
from rtlglot.records import Json, Pair, Sampling


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides an outcome. It is hashed whole: what must not change the key is not in it."""

    pair: Pair
    prompt: str
    """The prompt by content, few-shot examples included."""
    engine: str
    model: str
    identity: Mapping[str, Json]
    """The engine's options that change the text."""
    sampling: Sampling
    samples: int = 1
    choose: str = "first"
    repair: int = 0
    checks: tuple[Mapping[str, Json], ...] = ()
    """Each check's identity: name, options, tool versions."""
    standard: str = "sv2017"
    interface: str = ""
    """Field with the module header that a candidate must have, 'auto', or none."""
    top: str = ""
    """The top module's name, or a field that holds it."""
    blackboxes: tuple[str, ...] = ()
    require: str = "auto"
    """The least assurance with which a text is accepted, or 'auto'."""
    truncated: str = "fail"
    """What becomes of a reply that was cut."""
    write: str = "all"
    """The rows whose text the model writes: 'all', 'missing' or 'none'."""
    budget: str = ""
    """'source' where a reply may be as long as its row's source."""
    share: bool = True
    """Whether identical requests are asked once."""


_LATER = ("top", "blackboxes", "require", "truncated", "write", "budget")
"""Fields that older recipes lack: said only where they are not as it always was, so that older keys stay."""


def recipe_body(recipe: Recipe) -> str:
    """Canonical JSON of a whole recipe."""
    usual = {field.name: field.default for field in dataclasses.fields(Recipe)}
    body = dataclasses.asdict(recipe)
    return canonical({name: v for name, v in body.items() if name not in _LATER or v != usual[name]})


def recipe_key(recipe: Recipe) -> bytes:
    """Key of a recipe: all of it, no list of fields that matter."""
    return digest(recipe_body(recipe))
