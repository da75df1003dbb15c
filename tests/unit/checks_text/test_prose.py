"""Prose in pieces: what is read past, and that places stay."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlglot.prose import phrases
from rtlglot.prose.claims import number_at, width_at
from rtlglot.prose.endings import loop_findings, repeated_share
from rtlglot.prose.manners import manner_findings
from rtlglot.prose.tokens import MOST_CHARACTERS, Mark, Prose


def words(text: str) -> Any:
    return [piece.text for piece in Prose(text).pieces if piece.mark is Mark.WORD]


def sentences(text: str) -> Any:
    prose = Prose(text)
    return [text[start:end] for start, end in prose.sentences]


def test_markdown_is_read_past_and_remembered() -> None:
    prose = Prose("The **bold** `clk` and 'd' and \"q[3:0]\" are __plain__.")
    assert [p.text for p in prose.pieces if p.quoted] == ["bold", "clk", "d", "q"]
    assert "`" not in prose.plain
    assert "*" not in prose.plain


def test_sentences_end_at_points_bullets_and_paragraphs() -> None:
    text = "One (e.g. this) is 1.5 V, i.e. low etc. and on. Two!\n\nThree\n- four\n- five\n1. six"
    assert sentences(text) == [
        "One (e.g. this) is 1.5 V, i.e. low etc. and on.",
        "Two!",
        "Three",
        "four",
        "five",
        "six",
    ]


def test_lines_that_begin_with_a_name_are_entries() -> None:
    assert sentences("Ports:\na[3:0]: first\nb: second\nand more") == [
        "Ports:",
        "a[3:0]: first",
        "b: second\nand more",
    ]


def test_code_is_blanked_out_and_its_words_kept() -> None:
    text = "Before.\n```verilog\nassign hidden = 1;\n```\nBetween module m(input x); endmodule after."
    prose = Prose(text)
    assert words(text) == ["Before", "Between", "after"]
    assert {"hidden", "x", "m"} <= prose.code
    assert len(prose.plain) == len(text)


def test_an_open_fence_runs_to_the_end() -> None:
    assert words("Before.\n```\nassign a = b;\nmore") == ["Before"]


def test_typographic_marks_become_plain_ones() -> None:
    assert [p.text for p in Prose("8\u2011bit \u201cq\u201d").pieces] == ["8", "-", "bit", "q"]


def test_a_place_is_a_line_and_a_column() -> None:
    prose = Prose("one\ntwo three")
    assert prose.line_column(prose.pieces[2].start) == (2, 5)


def test_a_long_phrase_loses_its_middle() -> None:
    prose = Prose("begin " + "word " * 60 + "end")
    phrase = prose.phrase(0, len(prose.plain))
    assert phrase.startswith("begin word")
    assert phrase.endswith("word end")
    assert len(phrase) < 100


@given(st.text(alphabet="ab_1 .,;:-()[]`*'\"|#\n\t\\!?\u2013\u00e9", max_size=300))
def test_every_piece_stands_where_it_says(text: str) -> None:
    prose = Prose(text)
    assert len(prose.plain) == len(text)
    last = 0
    for piece in prose.pieces:
        assert last <= piece.start < piece.end <= len(text)
        last = piece.end
        if piece.mark is not Mark.BREAK:
            assert prose.plain[piece.start : piece.end] == piece.text
    for start, end in prose.sentences:
        assert text[start:end].strip()


def test_what_is_too_long_is_not_read() -> None:
    assert len(Prose("a " * MOST_CHARACTERS).pieces) == MOST_CHARACTERS // 2


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("8-bit", 8),
        ("8 bits", 8),
        ("eight-bit", 8),
        ("thirty-two bits wide", 32),
        ("single-bit", 1),
        ("one bit", 1),
        ("[7:0]", 8),
        ("[1:8]", 8),
        ("[ 15 : 0 ]", 16),
        ("1,024 bits", 1024),
        ("8", None),
        ("[3]", None),
        ("0-bit", None),
        ("a bit", None),
        ("1.5 bits", None),
        ("99999999-bit", None),
    ],
)
def test_widths(text: str, width: Any) -> None:
    found = width_at(Prose(text).pieces, 0)
    assert (found[0] if found else None) == width


@pytest.mark.parametrize(
    ("text", "number"), [("seventeen", 17), ("ninety-nine", 99), ("forty", 40), ("0x10", None)]
)
def test_numbers(text: str, number: int) -> None:
    found = number_at(Prose(text).pieces, 0)
    assert (found[0] if found else None) == number


BITS = "a|it's|8'hF|[7:0]|1,024|é|ß|- |(|. |!| |  |\n|\t|I hope this helps".split("|")


@given(st.lists(st.sampled_from(BITS)).map("".join))
def test_an_offer_is_found_where_one_search_would_find_it(text: str) -> None:
    at_a_sentence = re.compile(rf"(?:^|(?<=[.!?\n])\s{{1,3}}|\n){phrases._CLOSES}", re.IGNORECASE)
    whole, found = at_a_sentence.search(text), phrases.closing(text)
    assert (whole and whole.span()) == (found and found.span())


RUNS = ["one two, three 4 five six seven", "eight 9 ten eleven twelve", "alpha beta", "x 1", "y 2 and z"]


@given(st.lists(st.sampled_from(RUNS), min_size=8, max_size=24))
def test_no_loop_is_missed_for_the_many_words_of_a_text(some: list[str]) -> None:
    text = " ".join(some)
    spoken = [p.low for p in Prose(text).pieces if p.mark not in (Mark.BREAK, Mark.PUNCTUATION)]
    words = [p for p in spoken if p.isalpha()]
    if len(words) >= 40 and repeated_share(spoken, 0.5) > 0.5:
        assert "loop" in {one.code for one in loop_findings(Prose(text))}


ECHOES = """You are an expert in it|Please act as: one|Act as a professional|Do not include any explanation
Don't include code|Answer with the complete module|Write the request for this module
Your job is to describe it
Transform the following code|Write the description of this module"""


@pytest.mark.parametrize("echo", re.split(r"[|\n]", ECHOES))
def test_words_of_a_prompt_are_found(echo: str) -> None:
    text = f"The counter counts up. {echo}. It wraps at its end."
    assert "prompt-echo" in {one.code for one in manner_findings(text, Prose(text), "description")}


SNIPPETS = (
    r"\n|\n\n|\n- |\n1. |1. | |  |.|!|?|...|'|[7:0]|[ 7 : 0 ]|8'hFF|4'b??|Is it 1'b1?|12'd1_0?|1.5|1,000|0x1F"
    r"|the|a|x1|3|2nd|$|$x|\\\\|_|e.g.|etc.|i.e. a|vs.|clk|`clk`|**|| |a: |b = |\u0130|\u0663|\u00a0|\x0b"
    r'|"|)|]|Let me know|I hope|please|This text covers'
)
snippets = st.lists(
    st.sampled_from([one.encode().decode("unicode_escape") for one in SNIPPETS.split("|")]), max_size=40
)


@given(snippets)
def test_a_break_begins_a_piece_and_each_new_item_is_one(some: list[str]) -> None:
    prose = Prose("".join(some))
    starts = [prose.first]
    for part in prose.parts:
        starts.append(starts[-1] + len(part))
    breaks = [start for start, _ in prose.breaks]
    assert set(breaks) <= set(starts[:-1])
    parts = zip(starts, prose.parts, strict=False)
    assert {start for start, part in parts if part[0] == "\n"} == {
        b for b in breaks if prose.plain[b] == "\n"
    }


@given(snippets)
def test_the_words_are_those_of_the_pieces(some: list[str]) -> None:
    prose = Prose("".join(some))
    assert prose.said == prose._said_by_parts()


@given(snippets)
def test_a_closing_is_found_wherever_one_stands(some: list[str]) -> None:
    text, found = "".join(some), phrases.closing("".join(some))
    start = max(0, len(text) - phrases._LAST)
    at_once = None if start else phrases._CLOSING_AT_ONCE.compiled.match(text)
    there = at_once or phrases._CLOSING.compiled.search(text, start)
    assert (found and found.span()) == (there and there.span())
