"""Checks as a user of the package would write them."""

from rtlglot.checks import Check
from rtlglot.records import CheckStatus, Verdict


class Short(Check):
    name = "short"

    def __init__(self, options=None):
        self.options = options

    def identity(self):
        return {"check": self.name, "version": 1}

    def applies(self, context):
        return True

    async def check(self, text, context, box):
        return Verdict(self.name, CheckStatus.PASS if len(text) < 100 else CheckStatus.FAIL)


class Never(Short):
    name = "never"

    def applies(self, context):
        return False


class Early(Short):
    name = "early"
    rank = 25


class Stranger:
    name = "stranger"
