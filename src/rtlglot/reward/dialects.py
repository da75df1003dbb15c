"""What trainers send and expect: texts in completions, fields in rows, the numbers back."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from rtlglot.errors import UsageError
from rtlglot.records import Json
from rtlglot.reward.grader import FIELDS, Grade


def text_of_completion(completion: Any) -> str:
    """A completion's text: a text, a chat (its last message), or a response of OpenAI's Responses API."""
    if isinstance(completion, str):
        return completion
    if isinstance(completion, Sequence) and completion:
        return text_of_completion(completion[-1])
    if isinstance(completion, Mapping):
        if "output" in completion:
            parts = completion["output"] if isinstance(completion["output"], list) else []
            messages = [m for m in parts if isinstance(m, Mapping) and m.get("type") == "message"]
            return text_of_completion(messages)
        content = completion.get("content", completion.get("text", ""))
        if isinstance(content, list):
            return "".join(text_of_completion(part) for part in content)
        return str(content or "")
    return ""


def row_of(*sources: Any) -> dict[str, Any]:
    """The fields of a row out of what a trainer keeps of it: objects, their JSON, or the reference alone."""
    row: dict[str, Any] = {}
    for source in sources:
        if isinstance(source, str) and source.lstrip().startswith("{"):
            with contextlib.suppress(ValueError, RecursionError):
                source = json.loads(source)
        if isinstance(source, Mapping):
            row |= {name: source[name] for name in FIELDS if source.get(name) is not None}
        elif isinstance(source, str) and source.strip():
            row.setdefault("reference", source)
    return row


def rows_of_columns(columns: Mapping[str, Sequence[Any]], number: int) -> list[dict[str, Any]]:
    """A row for each completion out of TRL's columns. Raises UsageError where no column is known."""
    known = {name: columns[name] for name in FIELDS if columns.get(name) is not None}
    if not {"reference", "testbench"} & known.keys():
        hint = f"a reward reads the columns {', '.join(FIELDS)}: rename yours"
        raise UsageError("the dataset has neither a column 'reference' nor 'testbench'", hint=hint)
    return [{name: values[n] for name, values in known.items()} for n in range(number)]


def verl_score(grade: Grade, missing: float, rungs: Sequence[str]) -> dict[str, Json]:
    """A dict with `score`, which verl needs as a number; `answered` is 0 where there is none. The same
    keys for every reply, as verl puts those of a batch into one array: a rung that was not asked is 0."""
    answered = grade.reward is not None
    told = {"score": grade.reward if answered else missing, "answered": float(answered), "entry": grade.entry}
    told |= {f"rung_{name}": grade.metrics.get(name, 0.0) for name in rungs}
    return told | {"equal_outputs": grade.metrics.get("equal_outputs", 0.0)}


def verify_answer(body: Mapping[str, Any], grade: Grade, missing: float) -> dict[str, Json]:
    """NeMo Gym's answer to /verify: what was sent, with `reward` as a number."""
    answered = grade.reward is not None
    sent = {name: body[name] for name in ("responses_create_params", "response") if name in body}
    return {
        **sent,
        "reward": grade.reward if answered else missing,
        "answered": answered,
        "entry": grade.entry,
        "detail": grade.detail,
        "metrics": dict(grade.metrics),
    }


def verify_request(body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The reply and the row in a request to /verify: the response is an object, a chat or a text, the row's
    fields stand beside it, or in `verifier_metadata`. Raises UsageError where there is no response."""
    response = body.get("response")
    if not isinstance(response, (str, Sequence, Mapping)):
        raise UsageError("there is no response in the request", hint="see docs/reward.md for its form")
    return text_of_completion(response), row_of(body, body.get("verifier_metadata"))
