"""Takes the wrapping off a reply that is the same for every target: reasoning, end tokens, markers.

Each step looks for its mark once from left to right; no step looks back, so time is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rtlglot.prose.phrases import refusal
from rtlglot.records import Candidate, Finish, Reason


@dataclass(slots=True)
class Answer:
    """A reply's text on its way to the wanted text."""

    text: str
    finish: Finish
    think: str | None = None
    unclosed: str | None = None
    """Reasoning that was never closed; it may end in the answer. Part of `think`."""
    notes: tuple[str, ...] = ()

    def note(self, word: str) -> None:
        """Remember once what was cleaned away."""
        if word not in self.notes:
            self.notes += (word,)


# Reasoning models' own marks: DeepSeek/Qwen, Claude-like, Seed, Sky-T1, Kimi.
_THINK = re.compile(
    r"<(?P<close>/?)(?:think(?:ing)?|thoughts?|reasoning|reflection|scratchpad|seed:think)\s*+>"
    r"|<\|(?:begin|(?P<close2>end))_of_thought\|>|◁(?P<close3>/?)think▷",
    re.IGNORECASE,
)
_END = re.compile(
    r"<\|(?:im_end|endoftext|eot_id|end_of_text|end|return|im_start)\|>|<｜end▁of▁sentence｜>"
    r"|</s>|<end_of_turn>|\[/INST\]"
)
_TURN = re.compile(r"\s*<\|(?:im_start|start)\|>\s*assistant\s*|\s*<\|start_header_id\|>assistant.*?\|>\s*")
_FINAL = re.compile(r"<\|channel\|>final(?:<\|constrain\|>\w+)?<\|message\|>|(?<=[.!?\s`])assistantfinal")
_ANALYSIS = re.compile(r"\s*(?:<\|start\|>assistant)?(?:<\|channel\|>)?analysis(?:<\|message\|>)?")
# [DONE] and [BEGIN] can be bit selects of a state register: only at a line's start or behind endmodule.
_MARKER = re.compile(
    r"^[ \t]*+(?P<begin>\[BEGIN\]|(?:#+ )?CODE BEGIN\b|\[ANSWER\])"
    r"|(?:^[ \t]*+|(?<=endmodule))(?P<end>\[DONE\]|(?:#+ )?CODE END\b|\[/ANSWER\])"
    r"|(?P<open><(?:answer|solution)\s*+>|<\|begin_of_solution\|>)"
    r"|(?P<shut></(?:answer|solution)\s*+>|<\|end_of_solution\|>)",
    re.MULTILINE | re.IGNORECASE,
)
_HINTS = ("[BEGIN]", "[DONE]", "CODE ", "ANSWER", "answer>", "solution")


def unwrap(text: str, finish: Finish) -> Answer:
    """The answer without reasoning, special tokens and answer markers; `notes` say what went."""
    answer = Answer(text, finish)
    if "<" in text or "◁" in text or "[" in text or "assistantfinal" in text:
        _channels(answer)
        _reasoning(answer)
        _end_tokens(answer)
    if any(hint in answer.text for hint in _HINTS):
        _markers(answer)
    answer.text = answer.text.strip()
    return answer


def _channels(answer: Answer) -> None:
    """The harmony format: what is behind the last `final` channel is the answer."""
    start = _ANALYSIS.match(answer.text)
    final = next(reversed([*_FINAL.finditer(answer.text)]), None)
    if final is not None and (start or final[0].startswith("<")):
        _think(answer, answer.text[start.end() if start else 0 : final.start()])
        answer.text = answer.text[final.end() :]
    elif start and "<|" in start[0]:
        _think(answer, answer.text[start.end() :])
        answer.unclosed, answer.text = answer.text[start.end() :], ""


def _reasoning(answer: Answer) -> None:
    """Cut out what stands in think tags. A stray closing tag ends reasoning that the prompt opened."""
    text = answer.text
    if text.lstrip()[:7].upper() == "[THINK]":
        text = text.replace("[THINK]", "<think>", 1).replace("[/THINK]", "</think>", 1)
    kept: list[str] = []
    at, opened = 0, None
    for tag in _THINK.finditer(text):
        closes = bool(tag["close"] or tag["close2"] or tag["close3"])
        if closes and opened is not None:
            _think(answer, text[opened : tag.start()])
            at, opened = tag.end(), None
        elif closes:
            _think(answer, "".join(kept) + text[at : tag.start()])
            kept, at = [], tag.end()
        elif opened is None:
            kept.append(text[at : tag.start()])
            opened = tag.end()
    if opened is not None:
        answer.unclosed = text[opened:]
        _think(answer, text[opened:])
        at = len(text)
    answer.text = "".join([*kept, text[at:]])


def _think(answer: Answer, text: str) -> None:
    answer.note("think")
    if text.strip():
        answer.think = f"{answer.think}\n\n{text.strip()}" if answer.think else text.strip()


def _end_tokens(answer: Answer) -> None:
    """Special tokens that leaked into the text; what follows the first was never meant for us."""
    turn = _TURN.match(answer.text)
    text = answer.text[turn.end() :] if turn else answer.text
    end = _END.search(text)
    if end is not None:
        answer.note("run-on" if text[end.end() :].strip() else "marker")
        answer.finish = Finish.STOP
        text = text[: end.start()]
    answer.text = text


def _markers(answer: Answer) -> None:
    """What stands between the last pair of answer markers that holds anything."""
    text = answer.text
    spans: list[tuple[int, int]] = []
    begin: int | None = None
    for mark in _MARKER.finditer(text):
        if mark["begin"] or mark["open"]:
            begin = mark.end()
        elif begin is not None or not spans:
            spans.append((begin or 0, mark.start()))
            begin = None
    if begin is not None:
        spans.append((begin, len(text)))
    for start, end in reversed(spans):
        if not text[start:end].isspace() and start < end:
            answer.text = text[start:end]
            answer.note("marker")
            return


def nothing(answer: Answer) -> Candidate:
    """The candidate of a reply without an answer in it."""
    if answer.finish is Finish.LENGTH:
        said = "max_tokens was reached while the model was still reasoning"
        said = said if answer.think else "max_tokens was reached before any text came"
        return Candidate(None, Reason.TRUNCATED, said, answer.think, answer.notes)
    said = "the reply is empty"
    if answer.think:
        said = "the reply holds only reasoning" + (" that was never closed" if answer.unclosed else "")
    return Candidate(None, Reason.EMPTY, said, answer.think, answer.notes)


def declined(text: str, answer: Answer) -> Candidate | None:
    """The candidate of a text that declines the task; None where it does not."""
    if refusal(text) is None:
        return None
    said = " ".join(text.split())
    said = f"the model declined: {said if len(said) <= 160 else said[:159] + '…'}"
    return Candidate(None, Reason.REFUSED, said, answer.think, answer.notes)
