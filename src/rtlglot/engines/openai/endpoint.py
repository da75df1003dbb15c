"""One endpoint, one session: carries bytes there and back, and maps what breaks on the way.

No status is judged here (see `faults`), no redirect followed, nothing sent twice.
"""

from __future__ import annotations

import errno
import io
import ssl
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from rtlglot.engines.openai.credentials import Secrets
from rtlglot.engines.openai.faults import HttpAnswer
from rtlglot.engines.openai.options import CHAT_PATH, OpenAiOptions, below, check_allowed
from rtlglot.errors import ConfigError, EngineDead, RtlglotError, TransientError, UsageError

_CONNECT_TIMEOUT_S = 30.0
_KEEP_ALIVE_S = 4.0
"""Idle connections are dropped before a server does it: uvicorn, below vLLM and others, waits 5 s."""
_LARGEST_ANSWER_BYTES = 64 * 2**20
_LARGEST_PLAIN_BODY_BYTES = 2**20
"""aiohttp wants larger bodies as a file."""


class NotSent(TransientError):
    """The request did not reach the endpoint, so it cannot have cost anything."""


class Endpoint:
    """The session to one base URL."""

    def __init__(
        self, base: URL, headers: Mapping[str, str], secrets: Secrets, options: OpenAiOptions
    ) -> None:
        """Inside a running event loop. Raises ConfigError for unreadable certificates."""
        self.base = base
        self.chat_url = below(base, CHAT_PATH)
        self._secrets = secrets
        self._timeout_s = options.timeout_s
        self._proxy, login = _proxy(base, options)
        # Not the session's defaults: aiohttp would send those, the key included, to the proxy as well.
        self._headers = {"Content-Type": "application/json", "User-Agent": "rtlglot", **headers}
        self._proxy_headers = login if base.scheme == "https" else None
        if base.scheme == "http":
            self._headers.update(login or {})
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # how many are in flight is the supervisor's decision
                ssl=_tls(options) if base.scheme == "https" else True,
                keepalive_timeout=_KEEP_ALIVE_S,
                ttl_dns_cache=300,
            ),
            timeout=aiohttp.ClientTimeout(total=options.timeout_s, sock_connect=_CONNECT_TIMEOUT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def get(self, url: URL) -> HttpAnswer:
        """Raises TransientError and ConfigError for what breaks on the way, EngineDead once closed."""
        return await self._send("GET", url, None)

    async def post(self, url: URL, body: bytes) -> HttpAnswer:
        """As `get`."""
        return await self._send("POST", url, body)

    async def aclose(self) -> None:
        """Close all connections; requests in flight end as EngineDead."""
        await self._session.close()

    async def _send(self, method: str, url: URL, body: bytes | None) -> HttpAnswer:
        if self._session.closed:
            raise EngineDead(f"{url}: the engine is closed")
        large = body is not None and len(body) > _LARGEST_PLAIN_BODY_BYTES
        failure: RtlglotError
        try:
            async with self._session.request(
                method,
                url,
                data=io.BytesIO(body) if body is not None and large else body,
                headers=self._headers,
                allow_redirects=False,
                proxy=self._proxy,
                proxy_headers=self._proxy_headers,
            ) as response:
                data = self._secrets.scrub(await _read(response))
                if response.status == 200:  # nobody reads its headers
                    return HttpAnswer(response.status, {}, data)
                told = self._scrubbed(response.headers)
                return HttpAnswer(response.status, told, data, self._secrets.variable)
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            closed = self._session.closed
            failure = EngineDead(f"{url}: the engine was closed") if closed else self._explain(url, error)
        # Raised out here so that the error drags no request, and with it no key, along as its context.
        raise failure

    def _scrubbed(self, headers: CIMultiDictProxy[str]) -> CIMultiDictProxy[str]:
        pairs = [(name, self._secrets.scrub_text(value)) for name, value in headers.items()]
        return CIMultiDictProxy(CIMultiDict(pairs))

    def _explain(self, url: URL, error: Exception) -> RtlglotError:
        where = f"{url.scheme}://{url.authority}"
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            return NotSent(f"{where}: no connection within {_CONNECT_TIMEOUT_S:g} s")
        if isinstance(error, TimeoutError):
            return TransientError(f"{where}: no answer within timeout_s={self._timeout_s:g}")
        said = self._secrets.scrub_text(f"{type(error).__name__}: {error}".removesuffix(": "))
        if _is_tls_trouble(error):
            if _speaks_no_tls(error):
                plain = self.base.with_scheme("http")
                hint = f"is it http? --base-url {plain}"
                return ConfigError(f"{where}: TLS fails: what answers there does not speak it", hint=hint)
            return ConfigError(
                f"{where}: TLS fails: {said}",
                hint="name the authority that signed its certificate: --ca-file FILE.pem; "
                "client certificates: --client-cert FILE.pem",
            )
        if isinstance(error, aiohttp.ClientHttpProxyError):
            return self._proxy_refusal(where, error.status)
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            return NotSent(
                f"{where}: too many open files for this many requests in flight (see ulimit -n)",
                overload=True,
            )
        kind = NotSent if isinstance(error, aiohttp.ClientConnectorError) else TransientError
        return kind(f"{where}: {said}")

    def _proxy_refusal(self, where: str, status: int) -> RtlglotError:
        proxy = f"{self._proxy.scheme}://{self._proxy.authority}" if self._proxy else "?"
        if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return ConfigError(
                f"{where}: the proxy {proxy} wants a login",
                hint="put it into the proxy variable: http://user:password@proxy:port",
            )
        return NotSent(f"{where}: the proxy {proxy} answers {status}")


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body, bounded: an endpoint that sends without end must not fill our memory."""
    chunks, size = [], 0
    async for chunk in response.content.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if size > _LARGEST_ANSWER_BYTES:
            raise aiohttp.ClientPayloadError(f"the answer is larger than {_LARGEST_ANSWER_BYTES} bytes")
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _speaks_no_tls(error: Exception) -> bool:
    """What answers is something else, most often plain http."""
    if not isinstance(error, aiohttp.ClientConnectorSSLError) or not isinstance(error.os_error, ssl.SSLError):
        return False
    return error.os_error.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")


def _is_tls_trouble(error: Exception) -> bool:
    """TLS that time does not heal. A connection cut in the middle (SSLEOFError) is not among it."""
    for cause in (error, error.__cause__, getattr(error, "os_error", None)):
        if isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return False
        if isinstance(cause, ssl.SSLError | ssl.CertificateError):
            return True
    return False


def _tls(options: OpenAiOptions) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=options.ca_file or None)
    except OSError as error:
        raise ConfigError(f"ca_file {options.ca_file}: {error}") from error
    if options.client_cert:
        try:
            # An encrypted key fails instead of asking on the terminal for its password.
            context.load_cert_chain(options.client_cert, options.client_key or None, password=lambda: b"")
        except (OSError, ValueError) as error:
            files = " and ".join(filter(None, (options.client_cert, options.client_key)))
            raise ConfigError(
                f"client_cert {files}: {error}", hint="PEM files, the key not encrypted"
            ) from error
    return context


def _proxy(base: URL, options: OpenAiOptions) -> tuple[URL | None, dict[str, str] | None]:
    """The proxy that the environment names for this endpoint, and the headers it wants.

    Found once, not per request: it cannot change, and looking it up costs as much as sending.
    """
    if urllib.request.proxy_bypass(f"{base.host}:{base.port}"):
        return None, None
    named = urllib.request.getproxies()
    text = named.get(base.scheme) or named.get("all")
    if not text:
        return None, None
    try:
        url = URL(text if "://" in text else f"http://{text}")
        usable = url.scheme in ("http", "https") and bool(url.host)
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(
            f"the {base.scheme} proxy that the environment names is no http:// or https:// proxy",
            hint=f"to do without one: NO_PROXY={base.host}",
        )
    if base.scheme == "http":  # https goes through a proxy unread, http does not
        try:
            check_allowed(url, options.allow_host)
        except UsageError as error:
            raise ConfigError(f"the proxy would read every request: {error}", hint=error.hint) from error
    headers = None
    if url.user is not None:
        headers = {"Proxy-Authorization": aiohttp.encode_basic_auth(url.user, url.password or "")}
    return url.with_user(None), headers
