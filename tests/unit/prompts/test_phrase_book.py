"""What the extractor takes off a text and what `wording` rejects in one are the same phrases."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtlglot.checks.wording import Wording
from rtlglot.prompts.extract import extract
from rtlglot.records import Context, Finish, Reason, Severity

TEXT = "The toggle module inverts its output q at each rising edge of clk while t is high."
OPENINGS = [
    "Sure! ",
    "Certainly!\n\n",
    "Okay, ",
    "Of course. I'd be happy to help. ",
    "Here is the description:\n\n",
    "Sure! Here’s a description of the module: ",
    "Below is the description of the design:\n",
    "The following is a summary of the module.\n\n",
    "Based on the provided Verilog code, ",
    "According to your description: ",
    "Given the module:\n\n",
    "As requested, ",
    "I have written a description of the module:\n",
    "I've rewritten the text: ",
    "Let me describe the instruction:\n",
    "I'm sorry for the earlier mistake. ",
    "I apologize for the confusion. ",
    "**Description:** ",
    "### Module Description\n\n",
    "Description: ",
    "Final answer: ",
    "Summary:\n",
    "The rewritten instruction: ",
    "Explanation: ",
]
CLOSINGS = [
    "\n\nLet me know if you need any changes!",
    " Let me know if it fits.",
    "\n\nI hope this helps.",
    "\nFeel free to ask for more.",
    "\n\nWould you like a testbench?",
    " If you want any further details, ask.",
    "\n\n---\n\nIs there anything else?",
    "\n\nThis description covers all ports.",
    "\n\nI rephrased the sentences for clarity.",
    " I've kept the original text where it was right.",
    "\n\nNote that I've left out the reset.",
    "\n\n*Please let me know.*",
]
TURNS = [
    "\nUser: Thanks!\nAssistant: You are welcome.",
    "\n\nInstruction: Design a counter.",
    "\n### Response\nIt toggles.",
    "\n\n## Question\nWhat is it?",
    "\n\nExample 2: a counter",
    "\n**Human:** more",
]
REFUSALS = [
    "I'm sorry, but I can't help with that.",
    "I cannot provide a description without seeing the code.",
    "As an AI language model, I am unable to generate this.",
    "Sorry, I can't assist with writing this.",
    "Unfortunately, I don't have access to the module.",
    "We are not able to process this request.",
    "I’m sorry.",
    "My apologies.",
    "I apologise, but I won't describe it.",
    "Thank you, but I will not answer that.",
]
BOOK = {"wrapping", "refusal", "chat-marker"}


def rejected(text: str) -> set[str]:
    """The codes of the book's phrases for which `wording` rejects a text."""
    verdict = Wording().judge(text, Context(field="description"))
    return {one.code for one in verdict.findings if one.severity is Severity.ERROR} & BOOK


@pytest.mark.parametrize("words", OPENINGS)
def test_what_stands_before_a_text(words: str) -> None:
    candidate = extract(words + TEXT, Finish.STOP, "prose")
    assert candidate.text == TEXT
    assert rejected(words + TEXT) == {"wrapping"}


@pytest.mark.parametrize("words", [*CLOSINGS, *TURNS])
def test_what_stands_behind_a_text(words: str) -> None:
    candidate = extract(TEXT + words, Finish.STOP, "prose")
    assert candidate.text == TEXT
    assert rejected(TEXT + words)


@pytest.mark.parametrize("text", REFUSALS)
def test_what_stands_instead_of_a_text(text: str) -> None:
    assert extract(text, Finish.STOP, "prose").reason is Reason.REFUSED
    assert rejected(text) == {"refusal"}


TRUE_TEXTS = [
    TEXT,
    "ok, err and busy are one bit wide and follow the state.",
    "Output y is high while a and b are equal; request and answer are one bit wide.",
    "This request follows grant by a cycle. Note that i is the index of the bit.",
    "The module cannot accept data while full is high. Unfortunate timing does not occur.",
    "Great care is taken of glitches: the output is registered.",
    "Let w be the width. If you set w to 8, the sum has 9 bits.",
    "The user bits select the task. The system clock is clk.",
    "Given the address a, the module reads mem[a]. Based on sel, y is a or b.",
    "The description of the states is one-hot. Answer bits are cleared by rst.",
]


@pytest.mark.parametrize("text", TRUE_TEXTS)
def test_a_text_without_such_phrases_is_left_alone(text: str) -> None:
    candidate = extract(text, Finish.STOP, "prose")
    assert (candidate.text, candidate.notes) == (text, ())
    assert not rejected(text)


PARTS = st.sampled_from([*OPENINGS, *CLOSINGS, *TURNS, *REFUSALS, TEXT, "\n\n", " ", "It has no reset.", '"'])


@given(st.lists(PARTS, max_size=6).map("".join))
@settings(max_examples=400, deadline=None)
def test_what_the_extractor_lets_through_has_no_phrase_of_the_book(reply: str) -> None:
    candidate = extract(reply, Finish.STOP, "prose")
    if candidate.text is not None:
        assert not rejected(candidate.text)
