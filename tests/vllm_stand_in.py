"""Puts the stand-ins for vLLM and transformers before whatever is installed, and takes them away again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from rtlglot.engines.vllm import arguments

STAND_IN = Path(__file__).parent / "unit" / "engines_vllm" / "stand_in"


@contextmanager
def vllm_stand_in() -> Iterator[pytest.MonkeyPatch]:
    """Within it, `vllm` and `transformers` are the stand-ins, here and in the replicas."""
    real = _taken_away()
    arguments.known_names.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(STAND_IN))
        patch.syspath_prepend(str(STAND_IN))
        yield patch
    # What a later test imports, or finds imported, must not be a stand-in.
    _taken_away()
    sys.modules.update(real)
    arguments.known_names.cache_clear()


def _taken_away() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] in ("vllm", "transformers")]
    return {name: sys.modules.pop(name) for name in names}
