"""TLS with an authority of one's own, client certificates, proxies, allowed hosts: all real."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from tests.server import Stub
from tests.server.tunnel import Tunnel
from tests.unit.engines_openai.chats import ask

from rtlglot.engines.openai.engine import OpenAiEngine
from rtlglot.errors import ConfigError, EngineLost, RtlglotError, TransientError, UsageError

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is not here")
KEY = "sk-network-5f3a9c1e77"


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority (ca.pem) and what it signed: server.pem for localhost and endpoint.example, client.pem."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new = (
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    )
    openssl(
        *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test authority",
        "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip
    for name, use in (("server", "serverAuth"), ("client", "clientAuth")):
        openssl(
            *new, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", f"{name}.key", "-out", f"{name}.pem",
            "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost,DNS:endpoint.example",
            "-addext", f"extendedKeyUsage={use}", "-addext", "basicConstraints=critical,CA:FALSE",
        )  # fmt: skip
    openssl("ec", "-in", "client.key", "-aes256", "-passout", "pass:hidden", "-out", "locked.key")
    return folder


@pytest.fixture(scope="session")
def secure(certificates: Path) -> Iterator[Stub]:
    with Stub.running("--cert", f"{certificates}/server.pem", "--key", f"{certificates}/server.key") as stub:
        yield stub


async def one_reply(base_url: str, **options: object) -> str:
    engine = OpenAiEngine("stub", {"base_url": base_url, "start_timeout_s": 3, **options})
    try:
        await engine.start()
        return (await engine.generate(ask("hello"))).text
    finally:
        await engine.aclose()


@needs_openssl
async def test_an_authority_of_ones_own(secure: Stub, certificates: Path) -> None:
    assert await one_reply(secure.base_url, ca_file=f"{certificates}/ca.pem")


@needs_openssl
async def test_an_unknown_authority_stops_at_once_and_says_how(secure: Stub) -> None:
    with pytest.raises(ConfigError, match="TLS fails") as caught:
        await one_reply(secure.base_url)
    assert "--ca-file" in caught.value.hint


@needs_openssl
async def test_a_certificate_for_another_name_is_refused(secure: Stub, certificates: Path) -> None:
    with pytest.raises(ConfigError, match="TLS fails"):
        await one_reply(f"https://127.0.0.1:{secure.port}/v1", ca_file=f"{certificates}/ca.pem")


async def test_https_to_a_server_without_tls_says_so(stub: Stub) -> None:
    with pytest.raises(ConfigError, match="TLS fails"):
        await one_reply(stub.base_url.replace("http:", "https:"))


@needs_openssl
async def test_client_certificates(certificates: Path) -> None:
    flags = ("--cert", f"{certificates}/server.pem", "--key", f"{certificates}/server.key")
    trust = {"ca_file": f"{certificates}/ca.pem"}
    with Stub.running(*flags, "--client-ca", f"{certificates}/ca.pem") as stub:
        shown = {"client_cert": f"{certificates}/client.pem", "client_key": f"{certificates}/client.key"}
        assert await one_reply(stub.base_url, **trust, **shown)
        with pytest.raises((ConfigError, EngineLost, TransientError)):
            await one_reply(stub.base_url, **trust)


@needs_openssl
@pytest.mark.parametrize(
    "options",
    [
        {"ca_file": "nowhere.pem"},
        {"ca_file": "client.key"},
        {"client_cert": "nowhere.pem"},
        {"client_cert": "client.pem"},
        {"client_cert": "client.pem", "client_key": "server.key"},
        {"client_cert": "client.pem", "client_key": "locked.key"},
    ],
)
async def test_unusable_certificates_are_named(
    secure: Stub, certificates: Path, options: dict[str, str]
) -> None:
    files = {name: str(certificates / file) for name, file in options.items()}
    with pytest.raises(ConfigError) as caught:
        await one_reply(secure.base_url, **files)
    assert all(file in str(caught.value) for file in files.values())


async def test_an_http_proxy_from_the_environment(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Tunnel.running() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        # A name that nothing resolves: only the proxy can have been asked.
        assert await one_reply(f"http://endpoint.invalid:{stub.port}/v1")
    assert proxy.heads[0].startswith(f"GET http://endpoint.invalid:{stub.port}/v1/models ")


async def test_no_proxy_is_obeyed(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "example.com,localhost")
    assert await one_reply(stub.base_url)


async def test_an_http_proxy_with_a_login(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    login = aiohttp.encode_basic_auth("me", "pa:ss")
    async with Tunnel.running(login) as proxy:
        monkeypatch.setenv("http_proxy", f"http://me:pa%3Ass@127.0.0.1:{proxy.port}")
        assert await one_reply(f"http://endpoint.invalid:{stub.port}/v1")
        monkeypatch.setenv("http_proxy", f"http://me:secret-wrong@127.0.0.1:{proxy.port}")
        with pytest.raises(ConfigError, match="407") as caught:
            await one_reply(f"http://endpoint.invalid:{stub.port}/v1")
    assert "secret-wrong" not in repr(caught.value)


@needs_openssl
async def test_https_goes_through_a_proxy_that_sees_neither_key_nor_prompt(
    secure: Stub, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    login = aiohttp.encode_basic_auth("me", "secret")
    async with Tunnel.running(login) as proxy:
        monkeypatch.setenv("https_proxy", f"http://me:secret@127.0.0.1:{proxy.port}")
        url = f"https://endpoint.example:{secure.port}/v1"
        assert await one_reply(url, ca_file=f"{certificates}/ca.pem")
        monkeypatch.setenv("https_proxy", f"http://me:wrong@127.0.0.1:{proxy.port}")
        with pytest.raises(ConfigError, match="wants a login"):
            await one_reply(url, ca_file=f"{certificates}/ca.pem")
    assert proxy.heads[0].startswith(f"CONNECT endpoint.example:{secure.port} ")
    assert not any(KEY in head or "hello" in head for head in proxy.heads)
    assert "me:secret" not in "".join(proxy.heads)
    last = secure.stats()["last"]["headers"]
    assert last["Authorization"] == f"Bearer {KEY}"
    assert "Proxy-Authorization" not in last


async def test_a_proxy_that_is_down_is_named_without_its_password(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://me:secret-word@127.0.0.1:9")
    with pytest.raises(EngineLost, match=r"127\.0\.0\.1:9") as caught:
        await one_reply("http://endpoint.invalid/v1")
    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "http://"])
async def test_a_proxy_of_another_kind_is_refused(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(ConfigError, match="proxy"):
        await one_reply("http://endpoint.invalid/v1")


@pytest.mark.parametrize("allowed", ["localhost", "LOCALHOST", "other.example,localhost"])
async def test_allowed_hosts_are_served(stub: Stub, allowed: str) -> None:
    assert await one_reply(stub.base_url, allow_host=allowed)
    assert await one_reply(stub.base_url, allow_host=f"localhost:{stub.port}")


@pytest.mark.parametrize("allowed", ["other.example", "localhost:1", "localhost.example", "ocalhost"])
def test_any_other_host_is_refused_before_anything_is_sent(stub: Stub, allowed: str) -> None:
    with pytest.raises(UsageError, match="is not an allowed host") as caught:
        OpenAiEngine("stub", {"base_url": stub.base_url, "allow_host": allowed})
    assert allowed in caught.value.hint
    with pytest.raises(UsageError, match="is not an allowed host"):
        OpenAiEngine(stub.base_url, {"allow_host": allowed})


async def test_a_proxy_that_reads_along_must_be_allowed_too(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Tunnel.running() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        url = f"http://endpoint.invalid:{stub.port}/v1"
        with pytest.raises(ConfigError, match="the proxy would read"):
            await one_reply(url, allow_host="endpoint.invalid")
        assert proxy.heads == []
        assert await one_reply(url, allow_host="endpoint.invalid,127.0.0.1")


async def test_a_redirect_leads_nowhere_else(stub: Stub) -> None:
    with Stub.running() as other:
        target = f"{other.base_url}/chat/completions"
        stub.setup(rules=[{"do": "status", "status": 308, "headers": {"Location": target}}])
        with pytest.raises(RtlglotError):
            await one_reply(stub.base_url)
        assert other.stats()["requests"] == 0


async def test_a_key_over_http_to_elsewhere_is_noted(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    async with Tunnel.running() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        engine = OpenAiEngine("stub", {"base_url": f"http://endpoint.invalid:{stub.port}/v1"})
        info = await engine.start()
        await engine.aclose()
    assert "unencrypted" in info.note
    assert KEY not in info.note


async def test_https_to_a_port_of_http_says_so(stub: Stub) -> None:
    engine = OpenAiEngine(stub.base_url.replace("http:", "https:"))
    with pytest.raises(ConfigError, match="does not speak it") as caught:
        await engine.start()
    assert caught.value.hint == f"is it http? --base-url {stub.base_url}"


async def test_a_base_url_that_is_not_there_says_so(stub: Stub) -> None:
    with pytest.raises(ConfigError, match=r"/api/v9/models lists no models \(it answers 404\)") as caught:
        await OpenAiEngine(stub.base_url.replace("/v1", "/api/v9")).start()
    assert "usually /v1" in caught.value.hint


async def test_the_variable_of_a_refused_key_is_named(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    stub.setup(rules=[{"do": "status", "status": 401, "body": {"error": {"message": "bad key"}}}])
    engine = OpenAiEngine("stub", {"base_url": stub.base_url})
    await engine.start()
    with pytest.raises(ConfigError, match="401") as caught:
        await engine.generate(ask("hi"))
    assert caught.value.hint.startswith("the key in OPENAI_API_KEY is refused")
    await engine.aclose()
