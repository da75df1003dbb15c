"""Measures the coverage of every process that the tests start; on PYTHONPATH in `make coverage` only.

The Box hands its children no environment but PYTHONPATH, lets them write no file outside their folder and
ends them with `os._exit`. So each process begins to measure here, a forked child keeps a file open from
before its walls go up, and `os._exit` writes what was seen into it.
"""

import atexit
import contextlib
import fcntl
import importlib
import os
import resource
from pathlib import Path
from typing import NoReturn

import coverage

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "coverage"
ABOVE_ALL = 4096
"""The Box's children close every file below this number."""


class Measured:
    """What one process and each of its forks runs of src."""

    def __init__(self) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        importlib.import_module("sqlite3.dump")  # the Box lets its children read no module later on
        config = str(ROOT / "pyproject.toml")
        self._coverage = coverage.Coverage(data_file=None, config_file=config, messages=False)
        self._exit = os._exit
        self._file = -1
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2 * ABOVE_ALL)), hard))
        self._open()

    def start(self) -> None:
        """From here on, and in every fork."""
        os.register_at_fork(after_in_child=self._open)
        atexit.register(self._write)
        os._exit = self._leave
        self._coverage.start()

    def _open(self) -> None:
        name = f"{os.getpid()}.{os.urandom(6).hex()}"
        low = os.open(FOLDER / name, os.O_WRONLY | os.O_CREAT, 0o600)
        if self._file >= 0:
            os.close(self._file)
        self._file = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, ABOVE_ALL)
        os.close(low)

    def _write(self) -> None:
        self._coverage.stop()
        rest = self._coverage.get_data().dumps()
        with contextlib.suppress(OSError):  # a test may forbid its process to write as much
            while rest:
                rest = rest[os.write(self._file, rest) :]

    def _leave(self, status: int) -> NoReturn:
        try:
            self._write()
        finally:
            self._exit(status)


Measured().start()
