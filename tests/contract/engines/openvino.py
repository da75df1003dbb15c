"""The embedded engine, where its package and model are here."""

from __future__ import annotations

import importlib.util

import pytest

from rtlglot import models
from tests.contract.stands import Stand, kill_children


def _missing() -> str:
    if importlib.util.find_spec("openvino_genai") is None:
        return "openvino-genai is not installed"
    if models.find(models.EMBEDDED) is None:
        return f"the embedded model is not here: rtlglot models pull {models.EMBEDDED}"
    return ""


STANDS = {
    "openvino": Stand(
        lambda _: models.EMBEDDED,
        kill_children,
        hello="Thank you!",
        missing=_missing,
        marks=(pytest.mark.embedded,),
    )
}
