"""A real S3 server on loopback (moto's), behind a proxy that makes trouble."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

SECRET = "wJalrXUtnFEMI-not-to-be-told"
SIGNED = "AWS4-HMAC-SHA256 Credential=x/20261127/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
_HOP = ("content-length", "connection", "transfer-encoding", "date", "server")
Fault = Callable[[str, str], tuple[int, str] | None]
"""(method, path) -> (status, S3's code) of a refusal; None lets the request through."""


class Store:
    """The bucket `bucket`, and what goes wrong on the way to it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.fault: Fault = lambda method, path: None
        self.asked: list[tuple[str, str]] = []
        self._lock = threading.Lock()

    def refuse(self, method: str, path: str) -> tuple[int, str] | None:
        """What the proxy asks for each request."""
        with self._lock:
            self.asked.append((method, path))
            return self.fault(method, path)

    def call(self, method: str, path: str, body: bytes = b"", headers: Any = None) -> Any:
        """One request to the server itself."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection.request(method, path, body, headers or {"Authorization": SIGNED})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, data, answer.getheaders()

    def put(self, name: str, data: bytes) -> None:
        """An object."""
        assert self.call("PUT", f"/bucket/{name}", data)[0] == 200

    def get(self, name: str) -> bytes | None:
        """An object; None where there is none."""
        status, data, _ = self.call("GET", f"/bucket/{name}")
        return data if status == 200 else None


def _proxy(store: Store) -> type[BaseHTTPRequestHandler]:
    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            refused = store.refuse(self.command, self.path)
            if refused:
                code = f"<Error><Code>{refused[1]}</Code><Message>{refused[1]} of the test</Message></Error>"
                status, data, headers = refused[0], code.encode(), [("Content-Type", "application/xml")]
            else:
                status, data, headers = store.call(self.command, self.path, body, dict(self.headers))
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in (
                    "content-length",
                    "connection",
                    "transfer-encoding",
                    "date",
                    "server",
                ):
                    self.send_header(name, value)
            known = dict(headers).get("Content-Length", "0") if self.command == "HEAD" else str(len(data))
            self.send_header("Content-Length", known)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _answer

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Proxy


@pytest.fixture(scope="session")
def _server() -> Iterator[int]:
    pytest.importorskip("s3fs", reason="s3fs is not installed (the extra remote)")
    pytest.importorskip("moto", reason="moto[server] is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        assert process.poll() is None, "moto's server ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield port
    process.kill()
    process.wait()


@pytest.fixture(scope="session")
def _proxied(_server: int) -> Iterator[tuple[Store, str]]:
    store = Store(_server)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _proxy(store))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield store, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def store(_proxied: tuple[Store, str], monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty bucket; credentials and address are in the environment, as users have them."""
    found, url = _proxied
    found.fault, found.asked = (lambda method, path: None), []
    found.call("POST", "/moto-api/reset")
    answer = found.call("PUT", "/bucket")
    assert answer[0] == 200, answer
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    return found
