"""For verl: reward.custom_reward_function.path names this file, and .name `compute_score`."""

from __future__ import annotations

from typing import Any

from rtlglot.records import Json
from rtlglot.reward.reward import Reward

_REWARD = Reward()


async def compute_score(
    data_source: str, solution_str: str, ground_truth: Any, extra_info: Any = None, **more: Any
) -> dict[str, Json]:
    """See Reward.compute_score; with a table of your own write this function around a Reward of yours."""
    return await _REWARD.compute_score(data_source, solution_str, ground_truth, extra_info, **more)
