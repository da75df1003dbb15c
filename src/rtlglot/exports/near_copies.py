"""Near copies: which rows of a dataset hold the same design, or the same text, but for small changes.

MinHash (Broder 1997) over shingles of 5 tokens proposes pairs, their true Jaccard similarity decides, and
pairs that share a row join into one group. Of designs comments are stripped and module names masked.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from array import array
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from rtlglot.errors import UsageError
from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.tokens import Kind, Token, code_tokens
from rtlglot.verilog.units import units

SHINGLE_TOKENS = 5
LEAST_JACCARD = 0.8
BANDS = 25
BAND_ROWS = 5
"""25 bands of 5 miss one of 20,000 pairs that are 0.8 alike, and one of 10 million that are 0.9 alike
(Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, 3.4)."""

_WORD = re.compile(r"\w+")
_HEADS = frozenset({"module", "macromodule", "interface", "package", "primitive", "program", "automatic"})


def design_tokens(text: str) -> list[str]:
    """A design's tokens without comments; the units that it defines are called by their number."""
    numbers = {unit.name: f"unit {number}" for number, unit in enumerate(units(text))}
    code = list(code_tokens(text))
    told = [token.text for token in code]
    for at, name in enumerate(told):
        if name in numbers and _names_a_unit(code, at):
            told[at] = numbers[name]
    return told


def _names_a_unit(code: Sequence[Token], at: int) -> bool:
    """Whether a unit's name stands here for the unit: a signal may be called the same."""
    before = [token.text for token in code[max(0, at - 2) : at]]
    if before[-1:] and (before[-1] in _HEADS or (before[-1] == ":" and before[0].startswith("end"))):
        return True
    after = code[at + 1] if at + 1 < len(code) else None
    if after is None:
        return False
    named = after.kind in (Kind.NAME, Kind.ESCAPED) and after.text not in KEYWORDS
    return named or after.text in ("#", "::")


def text_words(text: str) -> list[str]:
    """A text's words in lower case."""
    return _WORD.findall(text.lower())


def fingerprint(tokens: Sequence[str]) -> bytes:
    """16 bytes that equal token sequences share."""
    joined = "\0".join(tokens).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=16).digest()


class Groups:
    """Disjoint sets of the numbers 0, 1, 2 …: union-find with path halving, always towards the smaller."""

    def __init__(self) -> None:
        self._parent = array("q")

    def __len__(self) -> int:
        return len(self._parent)

    def grow(self, size: int) -> None:
        """Have at least `size` numbers, new ones each alone."""
        self._parent.extend(range(len(self._parent), size))

    def find(self, item: int) -> int:
        """The group's smallest number."""
        parent = self._parent
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    def join(self, one: int, other: int) -> None:
        """Make one group of two."""
        low, high = sorted((self.find(one), self.find(other)))
        self._parent[high] = low


class NearCopies:
    """Takes token sequences, each of some row; `link` then joins the rows whose sequences are near copies.

    What is needed of each sequence lies in temporary files under `scratch`: memory grows by some 200 bytes
    for each different sequence. A context manager.
    """

    def __init__(self, scratch: Path, least: float = LEAST_JACCARD) -> None:
        """Raises UsageError where datasketch is not installed."""
        self._minhash = _empty_minhash()
        self._least = least
        self._first: dict[bytes, int] = {}  # fingerprint -> row
        self._same: list[tuple[int, int]] = []
        self._rows = array("q")  # of each different sequence
        self._ends = array("q", [0])  # its shingles end here in the file
        self._shingles: BinaryIO = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115 - closed by __exit__
        self._bands: BinaryIO = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115

    def __enter__(self) -> NearCopies:
        return self

    def __exit__(self, *_: object) -> None:
        self._shingles.close()
        self._bands.close()

    def add(self, row: int, tokens: Sequence[str]) -> None:
        """Take a sequence; an empty one is like no other."""
        if not tokens:
            return
        first = self._first.setdefault(fingerprint(tokens), row)
        if first != row:
            self._same.append((first, row))
            return
        import numpy as np

        hashes = shingles(tokens)
        minhash = self._minhash.copy()
        minhash.update_batch((hashes >> np.uint64(32)).tolist())
        signature = minhash.hashvalues.astype(np.uint64).reshape(BANDS, BAND_ROWS)
        self._bands.write(_mixed(signature.T).tobytes())
        self._shingles.write(hashes.tobytes())
        self._ends.append(self._ends[-1] + len(hashes))
        self._rows.append(row)

    def link(self, groups: Groups) -> None:
        """Join the rows of `groups` that hold near copies of each other."""
        import numpy as np

        for one, other in self._same:
            groups.join(one, other)
        count = len(self._rows)
        if not count:
            return
        self._bands.flush()
        self._shingles.flush()
        bands = np.memmap(self._bands, np.uint64, "r", shape=(count, BANDS))
        stored = np.memmap(self._shingles, np.uint64, "r", shape=(self._ends[-1],))
        pairs = _Pairs(stored, self._ends, self._least)
        for band in range(BANDS):
            keys = np.array(bands[:, band])
            order = np.argsort(keys, kind="stable")
            edges = np.flatnonzero(np.diff(keys[order])) + 1
            for bucket in np.split(order, edges) if len(edges) < count - 1 else ():
                if len(bucket) > 1:
                    self._link_bucket(bucket.tolist(), pairs, groups)

    def _link_bucket(self, bucket: Sequence[int], pairs: _Pairs, groups: Groups) -> None:
        """Join what is alike among the sequences that share a band; what is in one group is not compared."""
        seen: dict[int, list[int]] = {}
        for sequence in bucket:
            row = self._rows[sequence]
            for root, others in list(seen.items()):
                if groups.find(row) == groups.find(root):
                    continue
                if any(pairs.alike(sequence, other) for other in others):
                    groups.join(row, root)
            members = [
                s for root in list(seen) if groups.find(root) == groups.find(row) for s in seen.pop(root)
            ]
            seen[groups.find(row)] = [*members, sequence]


class _Pairs:
    """The true similarity of two sequences, from their stored shingles."""

    def __init__(self, stored: Any, ends: array[int], least: float) -> None:
        self._ends, self._least = ends, least
        self._set = lru_cache(maxsize=4096)(lambda k: frozenset(stored[ends[k] : ends[k + 1]].tolist()))

    def alike(self, one: int, other: int) -> bool:
        """Whether the Jaccard similarity is at least the wanted one."""
        sizes = sorted(self._ends[k + 1] - self._ends[k] for k in (one, other))
        if sizes[0] < self._least * sizes[1]:
            return False
        a, b = self._set(one), self._set(other)
        common = len(a & b)
        return common >= self._least * (len(a) + len(b) - common)


def shingles(tokens: Sequence[str]) -> Any:
    """The different shingles of a sequence as sorted 64-bit hashes; a shorter sequence is one shingle."""
    import numpy as np

    hashes = np.fromiter(map(_token_hash, tokens), np.uint64, len(tokens))
    width = min(SHINGLE_TOKENS, len(tokens))
    windows = np.lib.stride_tricks.sliding_window_view(hashes, width)
    return np.unique(_mixed(windows.T))


def _mixed(columns: Any) -> Any:
    """One 64-bit hash of each position over all columns, their order counted (the mixer of splitmix64)."""
    import numpy as np

    state = np.zeros(columns.shape[1], np.uint64)
    for column in columns:
        state = (state ^ column) * np.uint64(0xBF58476D1CE4E5B9)
        state ^= state >> np.uint64(27)
        state *= np.uint64(0x94D049BB133111EB)
        state ^= state >> np.uint64(31)
    return state


@lru_cache(maxsize=1 << 16)
def _token_hash(token: str) -> int:
    data = token.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")


def _empty_minhash() -> Any:
    try:
        from datasketch import MinHash
    except ModuleNotFoundError as error:
        if error.name not in ("datasketch", "numpy", "scipy"):
            raise
        raise UsageError(
            "finding near copies (for --split and --dedup near) needs datasketch, which is not installed",
            hint="pip install 'rtlglot[export]'",
        ) from error
    return MinHash(num_perm=BANDS * BAND_ROWS, hashfunc=_as_it_is)


def _as_it_is(hash_: int) -> int:
    return hash_


def held_out(groups: Groups, keys: Sequence[bytes], fraction: float, seed: int) -> bytearray:
    """Which rows go to the validation side: 1 for each that does, whole groups only.

    `keys` has a content hash of each row, b'' for those that count for nothing. Groups come in an order that
    content and seed alone decide, and each is taken that still fits: at most `fraction` of the rows, but at
    least the smallest group. Raises UsageError where all rows are one group.
    """
    rows: dict[int, int] = {}
    least: dict[int, bytes] = {}
    for row, key in enumerate(keys):
        if key:
            root = groups.find(row)
            rows[root] = rows.get(root, 0) + 1
            least[root] = min(least.get(root, key), key)
    if len(rows) < 2:
        raise UsageError(
            "the rows cannot be split: all are near copies of each other", hint="leave --split out"
        )
    salt = seed.to_bytes(16, "little", signed=True)
    order = sorted(rows, key=lambda root: hashlib.blake2b(least[root], key=salt, digest_size=16).digest())
    total = sum(rows.values())
    room = min(round(fraction * total), total - 1)  # something is left to train on
    taken = set()
    for root in order:
        if rows[root] <= room:
            taken.add(root)
            room -= rows[root]
    taken = taken or {min(order, key=lambda root: rows[root])}
    return bytearray(bool(key) and groups.find(row) in taken for row, key in enumerate(keys))
