"""Whether a reply declines the task. Conservative: a short text that says so in its first sentence."""

from __future__ import annotations

import re

MOST = 600
"""Characters; who writes more has answered something."""

_CANNOT = (
    r"(?:can(?:no|')?t|can ?not|am (?:unable|not able)|'m (?:unable|not able)|won't|will not|am not going)"
)
_SORRY = (
    r"(?:(?:i'?m|i am|we'?re|my) ?(?:very |so |really )?(?:sorry|afraid|apologies)|sorry|apologies"
    r"|unfortunately"
    r"|i apologi[sz]e|as an? (?:ai|language|large)\b|thank)[^.!?\n]{0,80}?\b"
)
_TASK = (
    r"(?:assist|help|comply|provide|create|generate|write|answer|fulfil+|do (?:that|this)|complete|produce"
    r"|translate|convert|continue|process|describe)\b"
)
_REFUSAL = re.compile(rf"(?:{_SORRY})?(?:i|we) ?{_CANNOT} (?:\w+ ){{0,3}}?{_TASK}")


def refusal(text: str) -> str:
    """What a refusal says ('I'm sorry, but I can't help with that'), '' where a text is none."""
    if len(text) > MOST or not _REFUSAL.match(text.lstrip("\"'*_ \n").lower().replace("’", "'")):
        return ""
    said = " ".join(text.split())
    return f"the model declined: {said if len(said) <= 160 else said[:159] + '…'}"
