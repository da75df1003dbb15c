"""The wire between parent, zygote and child; and paths taken out of what tools say."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlglot.sandbox import frames
from rtlglot.sandbox.scrub import scrub, scrub_value

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(head=JSON, blobs=st.lists(st.binary()))
def test_a_frame_comes_back_as_it_went(head: str, blobs: Any) -> None:
    packed = frames.pack(head, *blobs)
    assert frames.unpack(packed[frames.HEADER.size :]) == (head, blobs)


@given(messages=st.lists(st.binary(max_size=50), max_size=8), cuts=st.lists(st.integers(1, 9), min_size=1))
def test_frames_come_whole_however_they_are_cut(messages: Any, cuts: Any) -> None:
    data = b"".join(frames.HEADER.pack(len(message)) + message for message in messages)
    seen: list[Any] = []
    stream, at, turn = frames.Stream(), 0, 0
    while at < len(data):
        size = cuts[turn % len(cuts)]
        seen += stream.feed(data[at : at + size])
        at, turn = at + size, turn + 1
    assert seen == messages


def test_an_impossible_length_is_damage() -> None:
    with pytest.raises(frames.Damaged):
        list(frames.Stream(100).feed(frames.HEADER.pack(101)))


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("cannot open /etc/passwd", "cannot open passwd"),
        ("/tmp/box/1/2/design.sv:3: error", "design.sv:3: error"),
        ("(/usr/lib/x.so) and '/home/someone/.ssh/id'", "(x.so) and 'id'"),
        ("a/b/c and 8/2 and //comment", "a/b/c and 8/2 and //comment"),
        ("assign y = a /b/ c", "assign y = a /b/ c"),
        ("/etc", "/etc"),
    ],
)
def test_host_paths_lose_all_but_their_last_part(said: str, left: Any) -> None:
    assert scrub(said) == left


@given(st.text())
def test_scrubbing_twice_is_scrubbing_once(text: str) -> None:
    assert scrub(scrub(text)) == scrub(text)


def test_a_value_loses_the_runs_folder_and_the_users_home() -> None:
    home = os.path.expanduser("~")
    value = f'["/tmp/box/1/design.sv", "/tmp/box/1", "{home}/x", "/odd/path"]'.encode()
    left = scrub_value(value, "/tmp/box/1").decode()
    assert left.startswith('["design.sv", ".", ')
    assert left.endswith('"/odd/path"]')
    assert home not in left
