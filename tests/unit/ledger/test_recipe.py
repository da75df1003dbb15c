"""The key of a recipe: older ones stay, and whatever decides an outcome changes it."""

from typing import Any

import pytest

from rtlglot.ledger.recipe import Recipe, recipe_key
from rtlglot.records import Pair, Sampling


def key(**changes: Any) -> str:
    return recipe_key(Recipe(Pair("a", "b"), "p", "scripted", "m", {}, Sampling(10), **changes)).hex()


def test_a_recipe_of_schema_1_keeps_its_key() -> None:
    assert key() == "6c40d59f5822e1e1e78db09084ce5cb4"  # as commit fb9e352 gave it


@pytest.mark.parametrize(
    "change", [{"top": "m"}, {"blackboxes": ("ram",)}, {"require": "proved"}, {"truncated": "keep"}]
)
def test_what_came_later_changes_the_key_where_it_is_said(change: dict[str, Any]) -> None:
    assert key(**change) != key()
