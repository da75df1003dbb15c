"""One endpoint and the connections to it: carries bytes there and back, and maps what breaks on the way.

No status is judged here (see `faults`), no redirect followed, nothing sent twice.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohappyeyeballs
from multidict import CIMultiDict
from yarl import URL

from rtlglot.engines.openai.credentials import Secrets
from rtlglot.engines.openai.faults import HttpAnswer
from rtlglot.engines.openai.http import Answer, BadAnswer, Connection
from rtlglot.engines.openai.options import CHAT_PATH, OpenAiOptions, below
from rtlglot.engines.openai.way import proxy_of, tls_context
from rtlglot.errors import ConfigError, EngineDead, RtlglotError, TransientError

_CONNECT_TIMEOUT_S = 30.0
_NEXT_ADDRESS_S = 0.25
"""So long an address of a host may take before the next is tried beside it (RFC 8305)."""
_KEEP_ALIVE_S = 4.0
"""Idle connections are dropped before a server does it: uvicorn, below vLLM and others, waits 5 s."""
_KEEP_ADDRESSES_S = 300.0


class NotSent(TransientError):
    """The request did not reach the endpoint, so it cannot have cost anything."""


class Endpoint:
    """All connections to one base URL."""

    def __init__(
        self, base: URL, headers: Mapping[str, str], secrets: Secrets, options: OpenAiOptions
    ) -> None:
        """Inside a running event loop. Raises ConfigError for unreadable certificates."""
        self.base = base
        self.chat_url = below(base, CHAT_PATH)
        self._secrets = secrets
        self._timeout_s = options.timeout_s
        self._proxy, login = proxy_of(base, options)
        self._secure = base.scheme == "https"
        self._tls = tls_context(options) if self._secure else None
        self._login = login if self._secure else {}
        """What only the proxy is told; what is sent to it unread has neither key nor prompt."""
        ours = {"Host": _authority(base, always=False), "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
        ours |= {"Content-Type": "application/json", "User-Agent": "rtlglot"}
        self._headers = CIMultiDict({**ours, **({} if self._secure else login)})
        self._headers.update(headers)
        self._heads: dict[tuple[str, URL], bytes] = {}
        """All of a request's head but its length."""
        self._idle: list[Connection] = []
        self._open: set[Connection] = set()
        self._addresses: tuple[float, asyncio.Future[list[Any]]] | None = None
        self._closed = False

    async def get(self, url: URL) -> HttpAnswer:
        """Raises TransientError and ConfigError for what breaks on the way, EngineDead once closed."""
        return await self._send("GET", url, b"")

    async def post(self, url: URL, body: bytes) -> HttpAnswer:
        """As `get`."""
        return await self._send("POST", url, body)

    async def aclose(self) -> None:
        """Close all connections; requests in flight end as EngineDead."""
        self._closed = True
        for connection in self._open:
            connection.close()
        await asyncio.sleep(0)  # a round of the loop, in which they end

    async def _send(self, method: str, url: URL, body: bytes) -> HttpAnswer:
        if self._closed:
            raise EngineDead(f"{url}: the engine is closed")
        failure: RtlglotError
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._asked(method, url, body)
            data = self._secrets.scrub(answer.body)
            if answer.status == 200:  # nobody reads its headers
                return HttpAnswer(200, {}, data)
            told = CIMultiDict(
                (name, self._secrets.scrub_text(said)) for name, said in answer.headers.items()
            )
            return HttpAnswer(answer.status, told, data, self._secrets.variable)
        except (RtlglotError, OSError, BadAnswer) as error:  # TimeoutError is an OSError
            failure = EngineDead(f"{url}: the engine was closed") if self._closed else self._explain(error)
        # Raised out here so that the error drags no request, and with it no key, along as its context.
        raise failure

    async def _asked(self, method: str, url: URL, body: bytes) -> Answer:
        connection = self._kept() or await self._connect()
        self._open.add(connection)
        try:
            answer = await connection.ask(self._head(method, url) + b"%d\r\n\r\n%b" % (len(body), body))
        finally:
            if connection.usable and not self._closed:
                connection.idle_since = asyncio.get_running_loop().time()
                self._idle.append(connection)
            else:
                self._drop(connection)
        return answer

    def _head(self, method: str, url: URL) -> bytes:
        head = self._heads.get((method, url))
        if head is None:
            direct = self._proxy is None or self._secure
            target = url.raw_path_qs if direct else str(url.with_fragment(None))
            lines = [
                f"{method} {target} HTTP/1.1",
                *(f"{name}: {said}" for name, said in self._headers.items()),
            ]
            head = self._heads[method, url] = "\r\n".join([*lines, "Content-Length: "]).encode()
        return head

    def _kept(self) -> Connection | None:
        """A connection that waits for its next request; the last one used is the freshest."""
        oldest = asyncio.get_running_loop().time() - _KEEP_ALIVE_S
        while self._idle:
            connection = self._idle.pop()
            if connection.usable and connection.idle_since >= oldest:
                return connection
            self._drop(connection)
        return None

    def _drop(self, connection: Connection) -> None:
        connection.close()
        self._open.discard(connection)

    async def _connect(self) -> Connection:
        """A new connection, through the proxy if there is one. Raises NotSent and ConfigError."""
        where = f"{self.base.scheme}://{self.base.authority}"
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                return (
                    await self._tunnel()
                    if self._proxy is not None
                    else await self._dial(self.base, self._tls)
                )
        except TimeoutError:
            raise NotSent(f"{where}: no connection within {_CONNECT_TIMEOUT_S:g} s") from None
        except BadAnswer as error:
            raise NotSent(f"{where}: the proxy {_shown(self._proxy)}: {error}") from error
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                said = f"{where}: too many open files for this many requests in flight (see ulimit -n)"
                raise NotSent(said, overload=True) from error
            if not _is_tls_trouble(error):
                to = f" to the proxy {_shown(self._proxy)}" if self._proxy else ""
                raise NotSent(f"{where}: Cannot connect{to}: {self._said(error)}") from error
            raise

    async def _dial(self, to: URL, tls: ssl.SSLContext | None) -> Connection:
        loop = asyncio.get_running_loop()
        found = await self._found(to)
        sock = await aiohappyeyeballs.start_connection(found, happy_eyeballs_delay=_NEXT_ADDRESS_S)
        try:
            name = to.raw_host if tls else None
            _, made = await loop.create_connection(Connection, sock=sock, ssl=tls, server_hostname=name)
        except BaseException:
            sock.close()
            raise
        return made

    async def _tunnel(self) -> Connection:
        """To the proxy; for https through it to the endpoint, in TLS that it cannot read."""
        assert self._proxy is not None
        tls = ssl.create_default_context() if self._proxy.scheme == "https" else None
        connection = await self._dial(self._proxy, tls)
        if self._tls is None:
            return connection
        try:
            to = _authority(self.base, always=True)
            lines = [
                f"CONNECT {to} HTTP/1.1",
                f"Host: {to}",
                *(f"{n}: {said}" for n, said in self._login.items()),
            ]
            head = "\r\n".join([*lines, "", ""]).encode()
            answer = await connection.ask(head, head_only=True)
            if answer.status != HTTPStatus.OK:
                raise self._proxy_refusal(answer.status)
            await connection.start_tls(self._tls, self.base.raw_host or "")
        except BaseException:
            connection.close()
            raise
        return connection

    async def _found(self, to: URL) -> list[Any]:
        """The addresses of a host, looked up once for all who ask at a time, and kept a while."""
        loop = asyncio.get_running_loop()
        known = self._addresses
        if known is None or loop.time() > known[0] or (known[1].done() and known[1].exception()):
            looking = loop.create_task(loop.getaddrinfo(to.raw_host, to.port, type=socket.SOCK_STREAM))
            self._addresses = known = (loop.time() + _KEEP_ADDRESSES_S, looking)
        return await asyncio.shield(known[1])

    def _explain(self, error: Exception) -> RtlglotError:
        if isinstance(error, RtlglotError):
            return error
        where = f"{self.base.scheme}://{self.base.authority}"
        if isinstance(error, TimeoutError):
            return TransientError(f"{where}: no answer within timeout_s={self._timeout_s:g}")
        if not _is_tls_trouble(error):
            return TransientError(f"{where}: {self._said(error)}")
        if getattr(error, "reason", "") in _NO_TLS:
            plain = self.base.with_scheme("http")
            hint = f"is it http? --base-url {plain}"
            return ConfigError(f"{where}: TLS fails: what answers there does not speak it", hint=hint)
        return ConfigError(
            f"{where}: TLS fails: {self._said(error)}",
            hint="name the authority that signed its certificate: --ca-file FILE.pem; "
            "client certificates: --client-cert FILE.pem",
        )

    def _said(self, error: Exception) -> str:
        return self._secrets.scrub_text(f"{type(error).__name__}: {error}".removesuffix(": "))

    def _proxy_refusal(self, status: int) -> RtlglotError:
        where, proxy = f"{self.base.scheme}://{self.base.authority}", _shown(self._proxy)
        if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return ConfigError(
                f"{where}: the proxy {proxy} wants a login",
                hint="put it into the proxy variable: http://user:password@proxy:port",
            )
        return NotSent(f"{where}: the proxy {proxy} answers {status}")


_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")
"""How OpenSSL says that what answers is something else, most often plain http."""


def _authority(url: URL, *, always: bool) -> str:
    """Host and port as a request names them; the usual port only where it must be said."""
    port = f":{url.port}" if always or not url.is_default_port() else ""
    return f"{url.host_subcomponent}{port}"


def _shown(proxy: URL | None) -> str:
    return f"{proxy.scheme}://{proxy.authority}" if proxy else "?"


def _is_tls_trouble(error: Exception) -> bool:
    """TLS that time does not heal. A connection cut in the middle (SSLEOFError) is not among it."""
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return False
    return isinstance(error, ssl.SSLError | ssl.CertificateError)
