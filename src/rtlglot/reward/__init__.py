"""The checks as a reward for training: from a model's reply and its row to a number that cannot be forged.

    from rtlglot.reward import Reward

    reward = Reward({"rungs": {"syntax": 0.05}})
    trainer = GRPOTrainer(..., reward_funcs=reward)  # TRL calls it with columns

`table.py` says what number each finding is worth, `grader.py` finds it, `dialects.py` reads and writes
what each trainer speaks, `serve.py` is the same over HTTP.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rtlglot.reward.grader import Grade, Grader
    from rtlglot.reward.reward import Reward
    from rtlglot.reward.table import RewardTable

_WHERE = {"Grade": "grader", "Grader": "grader", "Reward": "reward", "RewardTable": "table"}

__all__ = ["Grade", "Grader", "Reward", "RewardTable"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'rtlglot.reward' has no attribute {name!r}")
    return getattr(importlib.import_module(f"rtlglot.reward.{_WHERE[name]}"), name)
