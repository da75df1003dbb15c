"""GPU memory and parallelism arithmetic: what fits, how many rows in flight, how to split.

Pure: a model's shape, a number of GPUs and a need go in, a `Plan` comes out. Nothing is loaded,
no GPU is asked. `shape` knows models, `memory` does the sums, `choose` picks a split, `observed`
quotes what people have measured.
"""

from rtlglot.plan.choose import Plan, Split, plan
from rtlglot.plan.memory import Gpus, Need, shown_gib
from rtlglot.plan.shape import ModelShape, ShapeError, load_shape

__all__ = [
    "Gpus",
    "ModelShape",
    "Need",
    "Plan",
    "ShapeError",
    "Split",
    "load_shape",
    "plan",
    "shown_gib",
]
