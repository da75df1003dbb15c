"""The lexer: nothing is lost, nothing fails, comments and strings are what the standard says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlglot.verilog.tokens import (
    Kind,
    code_tokens,
    disputed_escape,
    longest_statement,
    nesting_depth,
    strip_comments,
    tokens,
)

FRAGMENTS = st.sampled_from(
    [
        "module",
        " ",
        "\n",
        "//",
        "/*",
        "*/",
        '"',
        "\\",
        "'",
        "8'hFF",
        "`define",
        "$finish",
        "(*",
        "*)",
        ";",
        "é",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(FRAGMENTS).map("".join))


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind.value, token.text) for token in tokens(text) if token.kind is not Kind.SPACE]


@given(TEXTS)
def test_joined_tokens_are_the_text_and_know_their_place(text: str) -> None:
    found = list(tokens(text))
    assert "".join(token.text for token in found) == text
    lines = text.split("\n")
    for token in found:
        assert text[token.offset :].startswith(token.text)
        assert lines[token.line - 1][token.column - 1 :][:1] in (token.text[:1], "")


@given(TEXTS)
def test_stripping_comments_keeps_lines_and_is_final(text: str) -> None:
    bare = strip_comments(text)
    assert bare.count("\n") == text.count("\n")
    assert all(token.kind is not Kind.COMMENT for token in tokens(bare) if "/" not in bare)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a//b\nc", [("name", "a"), ("comment", "//b"), ("name", "c")]),
        ("a/*b\n*/c", [("name", "a"), ("comment", "/*b\n*/"), ("name", "c")]),
        ("/* open", [("comment", "/* open")]),
        ('"a//b" x', [("string", '"a//b"'), ("name", "x")]),
        (r'"a\"b"', [("string", r'"a\"b"')]),
        ('"open\nx', [("string", '"open'), ("name", "x")]),
        (r"\a+b//c d", [("escaped", r"\a+b//c"), ("name", "d")]),
        ("8'hFf_x 'b1z '1 1_000.5e-3 4 'd 3", [
            ("number", "8'hFf_x"), ("number", "'b1z"), ("number", "'1"), ("number", "1_000.5e-3"),
            ("number", "4"), ("number", "'d 3")]),
        ("$clog2 `W a$b", [("system", "$clog2"), ("directive", "`W"), ("name", "a$b")]),
        ("a<<<=b ===c<=d", [
            ("name", "a"), ("punctuation", "<<<="), ("name", "b"), ("punctuation", "==="), ("name", "c"),
            ("punctuation", "<="), ("name", "d")]),
        ("@(*) (* keep *)", [
            ("punctuation", "@"), ("punctuation", "("), ("punctuation", "*)"), ("punctuation", "(*"),
            ("name", "keep"), ("punctuation", "*)")]),
        ("a−1", [("name", "a"), ("other", "−"), ("number", "1")]),
    ],
)  # fmt: skip
def test_kinds(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


def test_strip_comments_leaves_strings_and_escaped_names() -> None:
    text = 'x = "http://y"; // z\nassign \\a//b = 1; /* 1\n2 */ q'
    assert strip_comments(text) == 'x = "http://y";  \nassign \\a//b = 1; \n q'


def test_code_tokens_have_no_spaces_and_comments() -> None:
    assert [token.text for token in code_tokens("a /* b */ + // c\n d")] == ["a", "+", "d"]


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("", 0),
        ("assign y = a;", 0),
        ("((a))", 2),
        ("module m; always begin if (a) begin end end endmodule", 3),
        (")))) end end (a)", 1),
        ('"((((" // ((((', 0),
        ("(" * 5000, 5000),
    ],
)
def test_nesting_depth(text: str, depth: int) -> None:
    assert nesting_depth(text) == depth


def test_longest_statement_counts_code_only() -> None:
    assert longest_statement("a = b; // a very long comment here\nc = d + e;") == len("c=d+e;")
    assert longest_statement("assign y = " + "a + " * 1000 + "a;") > 2000


@pytest.mark.parametrize("unit", ["/*", '"', "\\", "`", "'", "(*", "0x", "é", "/", "a\n", "//\n", '"\\'])
def test_a_million_characters_of_anything_are_read(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    assert sum(len(token.text) for token in tokens(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('x = "\\x41";', 1),
        ('x = "\\n";\ny = "a\\\\\\v";', 2),
        ('x = "\\\\x41 \\101 \\n \\t \\" ";', None),
        ("\\a+x = 1; // \\x41", None),
    ],
)
def test_escapes_that_older_tools_do_not_know(text: str, line: int | None) -> None:
    found = disputed_escape(text)
    assert (found and found.line) == line
