"""A small HTTP proxy: CONNECT opens a tunnel, anything else is forwarded. Runs inside the test's loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Tunnel:
    """A proxy and the heads of all requests made to it."""

    def __init__(self, login: str = "") -> None:
        self.login = login
        """What Proxy-Authorization must be; '' wants none."""
        self.heads: list[str] = []
        self.port = 0

    @classmethod
    @asynccontextmanager
    async def running(cls, login: str = "") -> AsyncIterator[Tunnel]:
        """A new one, ended with the block."""
        tunnel = cls(login)
        server = await asyncio.start_server(tunnel._serve, "127.0.0.1", 0)
        tunnel.port = server.sockets[0].getsockname()[1]
        try:
            yield tunnel
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.heads.append(head)
            method, target, _ = head.split(" ", 2)
            if self.login and f"Proxy-Authorization: {self.login}" not in head:
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            url = urlsplit(target if "://" in target else f"//{target}")
            # Whatever host was asked for, the endpoint is on this machine: it may have an invented name.
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", url.port)
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = url.path + ("?" + url.query if url.query else "")
                far_writer.write(head.replace(target, path, 1).encode())
            try:
                await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
            finally:
                far_writer.close()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
