"""What lies between us and an endpoint: its certificates, and the proxy that the environment names."""

from __future__ import annotations

import base64
import ssl
import urllib.request

from yarl import URL

from rtlglot.engines.openai.options import OpenAiOptions, check_allowed
from rtlglot.errors import ConfigError, UsageError


def tls_context(options: OpenAiOptions) -> ssl.SSLContext:
    """For https. Raises ConfigError, which names the file that cannot be read."""
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


def proxy_of(base: URL, options: OpenAiOptions) -> tuple[URL | None, dict[str, str]]:
    """The proxy that the environment names for this endpoint, and the headers it wants.

    Found once, not per request: it cannot change, and looking it up costs as much as sending.
    """
    if urllib.request.proxy_bypass(f"{base.host}:{base.port}"):
        return None, {}
    named = urllib.request.getproxies()
    text = named.get(base.scheme) or named.get("all")
    if not text:
        return None, {}
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
    if url.user is None:
        return url, {}
    login = base64.b64encode(f"{url.user}:{url.password or ''}".encode()).decode()
    return url.with_user(None), {"Proxy-Authorization": f"Basic {login}"}
