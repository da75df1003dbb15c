"""Checks as a user of the package would write them."""

from typing import Any

from rtlglot.checks import Check
from rtlglot.records import CheckStatus, Verdict
from rtlglot.sandbox import Box


class Short(Check):
    name = "short"

    def __init__(self, options: Any = None) -> None:
        self.options = options

    def identity(self) -> Any:
        return {"check": self.name, "version": 1}

    def applies(self, context: Any) -> Any:
        return True

    async def check(self, text: str, context: Any, box: Box) -> Any:
        return Verdict(self.name, CheckStatus.PASS if len(text) < 100 else CheckStatus.FAIL)


class Never(Short):
    name = "never"

    def applies(self, context: Any) -> Any:
        return False


class Early(Short):
    name = "early"
    rank = 25


class Stranger:
    name = "stranger"
