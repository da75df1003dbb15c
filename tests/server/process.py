"""The endpoint as a child process, and its two controls."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.server.rules import Setup

ROOT = Path(__file__).parents[2]


class Stub:
    """An endpoint in a process of its own. `base_url` is what `--base-url` takes."""

    def __init__(self, flags: tuple[str, ...] = (), defaults: dict[str, Any] | None = None) -> None:
        """`defaults` are its settings until `setup` changes them."""
        self._flags = flags
        self._defaults = defaults or {}
        self._scheme = "https" if "--cert" in flags else "http"
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    @property
    def base_url(self) -> str:
        return f"{self._scheme}://localhost:{self.port}/v1"

    @classmethod
    @contextmanager
    def running(cls, *flags: str, **defaults: Any) -> Iterator[Stub]:
        """A new one, ended with the block."""
        stub = cls(flags, defaults)
        try:
            stub.start()
            yield stub
        finally:
            stub.kill()

    def start(self) -> None:
        """Start it; where it was killed, again on the port that it had."""
        command = [sys.executable, "-m", "tests.server", "--setup", json.dumps(self._defaults), *self._flags]
        command += ["--port", str(self.port)] if self.port else []
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the stub server did not start"
        self.port = json.loads(line)["port"]

    def kill(self) -> None:
        """SIGKILL: what is in flight is cut off."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def setup(self, **settings: Any) -> None:
        """Change settings and zero all counts."""
        status, text = self._call("POST", "/stub/setup", json.dumps(settings))
        assert status == 200, text

    def reset(self) -> None:
        """All settings as they were at the start."""
        self.setup(**{**vars(Setup()), **self._defaults})

    def stats(self, *, askings: bool = False) -> dict[str, Any]:
        """What it has seen since the last change of settings."""
        status, text = self._call("GET", "/stub/stats" + ("?askings=1" if askings else ""))
        assert status == 200, text
        counts: dict[str, Any] = json.loads(text)
        return counts

    def _call(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection: http.client.HTTPConnection
        if self._scheme == "https":
            unchecked = ssl._create_unverified_context()
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=unchecked, timeout=30)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()
