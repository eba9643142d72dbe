"""Fetching from strangers, against real servers on the loopback."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpcore
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from vesture.errors import FileDownloadError, FileTooLarge, ImageLoadError, InputError
from vesture.images.fetch import Fetcher
from vesture.images.network import AddressRefused, Unreachable

PHOTO = bytes(range(256)) * 40
LIMIT = 20_000

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Server:
    """A server that answers each path with what `routes` says and remembers what it was sent."""

    def __init__(self) -> None:
        self.routes: dict[str, bytes | Answer] = {"/photo": response(PHOTO)}
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.port = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, *rest = head.strip().split("\r\n")
            headers = {key.lower(): value.strip() for key, _, value in (row.partition(":") for row in rest)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            path = line.split(" ")[1]
            self.requests.append((line, headers, body))
            answer = self.routes.get(path.partition("?")[0], response(b"unknown", "404 Not Found"))
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


def response(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers))
    return head.encode() + b"\r\n" + body


def redirect(target: str, status: str = "302 Found") -> bytes:
    return response(b"", status, f"Location: {target}")


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    handler = Server()
    listener = await asyncio.start_server(handler, "0.0.0.0", 0)
    handler.port = listener.sockets[0].getsockname()[1]
    yield handler
    listener.close()


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(LIMIT, 5.0, ["127.0.0.1"])


async def refusal(fetcher: Fetcher, reference: str) -> InputError:
    with pytest.raises(InputError) as caught:
        await fetcher.fetch(reference, "model_image")
    assert caught.value.field == "model_image"
    assert "model_image" in caught.value.message
    return caught.value


async def test_url(server: Server, fetcher: Fetcher) -> None:
    assert await fetcher.fetch(f"  {server.url('/photo?size=2#top')}\n", "model_image") == PHOTO
    line, headers, _ = server.requests[0]
    assert line == "GET /photo?size=2 HTTP/1.1"
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "host", ["127.0.0.2", "localhost", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "[::ffff:7f00:1]"]
)
async def test_private_address_is_refused_before_any_contact(server: Server, fetcher: Fetcher, host: str) -> None:
    error = await refusal(fetcher, server.url("/photo", host))
    assert isinstance(error, FileDownloadError)
    assert "not a public address" in error.message
    assert server.requests == []


async def test_own_host_must_be_allowed(server: Server) -> None:
    await refusal(Fetcher(LIMIT, 5.0), server.url("/photo"))
    assert server.requests == []


@pytest.mark.parametrize("status", ["301 M", "302 Found", "303 See Other", "307 T", "308 P"])
async def test_redirect_is_followed(server: Server, fetcher: Fetcher, status: str) -> None:
    server.routes["/start"] = redirect("photo", status)
    assert await fetcher.fetch(server.url("/start"), "model_image") == PHOTO


@pytest.mark.parametrize(
    "target",
    [
        "http://localhost:{port}/photo",
        "//127.0.0.2:{port}/photo",
        "http://[::1]:{port}/photo",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/photo",
        "data:image/png;base64,AAAA",
        "http://[::1",
    ],
)
async def test_redirect_to_what_is_not_allowed(server: Server, fetcher: Fetcher, target: str) -> None:
    server.routes["/start"] = redirect(target.format(port=server.port))
    error = await refusal(fetcher, server.url("/start"))
    assert isinstance(error, FileDownloadError)
    assert len(server.requests) == 1


async def test_five_redirects_and_no_more(server: Server, fetcher: Fetcher) -> None:
    for number in range(6):
        server.routes[f"/{number}"] = redirect(f"/{number + 1}")
    server.routes["/6"] = response(PHOTO)
    assert await fetcher.fetch(server.url("/1"), "model_image") == PHOTO
    assert "redirects more than 5 times" in (await refusal(fetcher, server.url("/0"))).message


async def test_credentials_stay_with_their_origin(server: Server) -> None:
    fetcher = Fetcher(LIMIT, 5.0, ["127.0.0.1", "localhost"])
    server.routes["/start"] = redirect("/next")
    server.routes["/next"] = redirect(f"http://other:secret@localhost:{server.port}/photo")
    await fetcher.fetch(f"http://me:p%40ss@127.0.0.1:{server.port}/start", "model_image")
    sent = [headers.get("authorization") for _, headers, _ in server.requests]
    basic = "Basic " + base64.b64encode(b"me:p@ss").decode()
    assert sent == [basic, basic, None]


async def test_announced_size_is_refused_unread(server: Server, fetcher: Fetcher) -> None:
    server.routes["/big"] = b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n"
    error = await refusal(fetcher, server.url("/big"))
    assert isinstance(error, FileTooLarge)
    assert error.context == {"max_size": LIMIT}


async def test_endless_body_is_cut(server: Server, fetcher: Fetcher) -> None:
    sent = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while sent < 100 * 2**20:
            writer.write(b"10000\r\n" + bytes(65536) + b"\r\n")
            await writer.drain()
            sent += 65536

    server.routes["/endless"] = endless
    assert isinstance(await refusal(fetcher, server.url("/endless")), FileTooLarge)
    assert sent < 20 * 2**20


async def test_body_of_exactly_the_limit(server: Server, fetcher: Fetcher) -> None:
    server.routes["/full"] = response(bytes(LIMIT))
    assert len(await fetcher.fetch(server.url("/full"), "model_image")) == LIMIT
    server.routes["/over"] = response(bytes(LIMIT + 1))
    assert isinstance(await refusal(fetcher, server.url("/over")), FileTooLarge)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
async def test_slow_server_is_given_up(server: Server, start: bytes) -> None:
    async def dripping(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        for _ in range(200):
            await asyncio.sleep(0.05)

    server.routes["/slow"] = dripping
    error = await refusal(Fetcher(LIMIT, 0.3, ["127.0.0.1"]), server.url("/slow"))
    assert isinstance(error, FileDownloadError)
    assert "longer than 0.3 seconds" in error.message


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (response(b"", "404 Not Found"), "status 404"),
        (response(b"", "500 Oops"), "status 500"),
        (response(b"", "204 No Content"), "status 204"),
        (response(b"", "302 Found"), "without saying where to"),
        (response(b"\x1f\x8b", "200 OK", "Content-Encoding: gzip"), "compressed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "broke the connection"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "does not speak HTTP"),
        (b"", "broke the connection"),
    ],
)
async def test_unusable_answers(server: Server, fetcher: Fetcher, answer: bytes, reason: str) -> None:
    server.routes["/odd"] = answer
    error = await refusal(fetcher, server.url("/odd"))
    assert isinstance(error, FileDownloadError)
    assert reason in error.message


async def test_nobody_listens(fetcher: Fetcher) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        error = await refusal(fetcher, f"http://127.0.0.1:{free.getsockname()[1]}/photo")
    assert "could not be connected to" in error.message


async def test_unknown_name(fetcher: Fetcher) -> None:
    assert "could not be resolved" in (await refusal(fetcher, "http://nobody.invalid/photo")).message


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "hello.png",
        "ftp://example.org/a.png",
        "file:///etc/passwd",
        "http://",
        "https:///a",
        "http://0177.0.0.1/a",
        "http://[::1",
        "http://a:b:c/",
        "http://exa mple.org/",
        "HTTP://127.0.0.1:99999/",
    ],
)
async def test_texts_that_are_no_reference(fetcher: Fetcher, reference: str) -> None:
    assert isinstance(await refusal(fetcher, reference), FileDownloadError)


async def test_proxy_variables_are_ignored(server: Server, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert await fetcher.fetch(server.url("/photo"), "model_image") == PHOTO


class Detour(httpcore.AsyncNetworkBackend):
    """The real network, but every connection ends at the test's server; remembers the address that was asked for."""

    def __init__(self, port: int) -> None:
        self.asked: list[str] = []
        self._port = port

    async def connect_tcp(self, host: str, port: int, *rest: Any, **named: Any) -> httpcore.AsyncNetworkStream:
        self.asked.append(host)
        return await httpcore.AnyIOBackend().connect_tcp("127.0.0.1", self._port)


class Rebinding:
    """A resolver whose answers change from call to call."""

    def __init__(self, answers: Iterable[list[str]]) -> None:
        self._answers = iter(answers)
        self.calls = 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.calls += 1
        return next(self._answers)


async def test_rebinding_name_is_resolved_once_and_pinned(server: Server) -> None:
    resolver, network = Rebinding([["93.184.216.34"], ["127.0.0.1"]]), Detour(server.port)
    fetcher = Fetcher(LIMIT, 5.0, resolve=resolver, network=network)
    assert await fetcher.fetch("http://photos.example/photo", "model_image") == PHOTO
    assert resolver.calls == 1
    assert network.asked == ["93.184.216.34"]
    assert server.requests[0][1]["host"] == "photos.example"


async def test_redirect_to_the_same_name_is_judged_again(server: Server) -> None:
    server.routes["/start"] = redirect("/photo")
    resolver, network = Rebinding([["93.184.216.34"], ["127.0.0.1"]]), Detour(server.port)
    error = await refusal(Fetcher(LIMIT, 5.0, resolve=resolver, network=network), "http://photos.example/start")
    assert "not a public address" in error.message
    assert network.asked == ["93.184.216.34"]


@pytest.mark.parametrize("answer", [["93.184.216.34", "10.0.0.1"], ["::1", "93.184.216.34"], []])
async def test_every_address_must_be_public(server: Server, answer: list[str]) -> None:
    network = Detour(server.port)
    await refusal(Fetcher(LIMIT, 5.0, resolve=Rebinding([answer]), network=network), "http://photos.example/photo")
    assert network.asked == []


async def test_second_address_is_tried(server: Server) -> None:
    fetcher = Fetcher(LIMIT, 5.0, ["two.example"], resolve=Rebinding([["127.0.0.1", "127.0.0.3"]]))
    listener = await asyncio.start_server(server, "127.0.0.3", 0)
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        assert await fetcher.fetch(f"http://two.example:{port}/photo", "model_image") == PHOTO


def _certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.9"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(certificate.public_bytes(pem) + secret)
    return path


async def test_tls_checks_the_name_not_the_address(tmp_path: Path) -> None:
    path = _certificate(tmp_path, "photos.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    asked_names: list[str | None] = []
    context.sni_callback = lambda _, name, __: asked_names.append(name)
    handler = Server()
    async with await asyncio.start_server(handler, "127.0.0.1", 0, ssl=context) as listener:
        port = listener.sockets[0].getsockname()[1]
        network, trust = Detour(port), ssl.create_default_context(cafile=str(path))

        def fetcher(tls: ssl.SSLContext | None) -> Fetcher:
            return Fetcher(LIMIT, 5.0, tls=tls, resolve=Rebinding([["93.184.216.34"]]), network=network)

        assert await fetcher(trust).fetch("https://photos.example/photo", "model_image") == PHOTO
        assert asked_names == ["photos.example"]
        await refusal(fetcher(trust), "https://other.example/photo")
        await refusal(fetcher(None), "https://photos.example/photo")
        assert len(handler.requests) == 1


async def test_post(server: Server, fetcher: Fetcher) -> None:
    server.routes["/hook"] = response(b"thanks", "202 Accepted")
    headers = {"content-type": "application/json", "x-signature": "abc"}
    assert await fetcher.post(server.url("/hook"), b'{"a":1}', headers) == 202
    line, sent, body = server.requests[0]
    assert line == "POST /hook HTTP/1.1"
    assert body == b'{"a":1}'
    assert (sent["content-type"], sent["x-signature"]) == ("application/json", "abc")


async def test_post_follows_no_redirect(server: Server, fetcher: Fetcher) -> None:
    server.routes["/hook"] = redirect("/photo", "307 Temporary Redirect")
    assert await fetcher.post(server.url("/hook"), b"{}", {}) == 307
    assert len(server.requests) == 1


async def test_post_is_guarded(server: Server, fetcher: Fetcher) -> None:
    with pytest.raises(AddressRefused):
        await fetcher.post(server.url("/hook", "localhost"), b"{}", {})
    with pytest.raises(Unreachable):
        await fetcher.post("mailto:me@example.org", b"{}", {})
    assert server.requests == []


async def test_post_gives_up(server: Server, fetcher: Fetcher) -> None:
    async def silent(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    server.routes["/hook"] = silent
    with pytest.raises(Unreachable, match=r"within 0\.2 seconds"):
        await fetcher.post(server.url("/hook"), b"{}", {}, timeout_seconds=0.2)


BASE64 = base64.b64encode(PHOTO).decode()


@pytest.mark.parametrize(
    "reference",
    [
        f"data:image/png;base64,{BASE64}",
        f"DATA:image/png;charset=utf-8;BASE64,{BASE64}",
        f"data:;base64,{BASE64}",
        f"data:image/png;base64,{BASE64.rstrip('=')}",
        f"data:image/png;base64,{base64.urlsafe_b64encode(PHOTO).decode()}",
        "data:image/png;base64," + BASE64.replace("+", "%2B").replace("/", "%2f").replace("=", "%3D"),
        f"data:image/png;base64,{base64.encodebytes(PHOTO).decode()}",
        "data:application/octet-stream," + "".join(f"%{byte:02x}" for byte in PHOTO),
        BASE64,
        base64.encodebytes(PHOTO).decode(),
    ],
)
async def test_inline_photos(fetcher: Fetcher, reference: str) -> None:
    assert await fetcher.fetch(reference, "model_image") == PHOTO


async def test_percent_encoding_over_many_blocks() -> None:
    data = bytes(range(256)) * 6000
    text = "".join(f"%{byte:02X}" if byte in b"%," or byte > 125 or byte < 33 else chr(byte) for byte in data)
    for shift in range(3):
        padded = b"x" * shift + data
        assert await Fetcher(3_000_000, 5.0).fetch(f"data:,{'x' * shift}{text}", "model_image") == padded


@pytest.mark.parametrize("payload", ["A", "AAAA*AAA", "ÄÖÜ=", "AA=A", "%%%%"])
async def test_broken_base64(fetcher: Fetcher, payload: str) -> None:
    error = await refusal(fetcher, f"data:image/png;base64,{payload}")
    assert isinstance(error, ImageLoadError)
    assert "broken base64" in error.message


async def test_data_uri_without_comma(fetcher: Fetcher) -> None:
    assert isinstance(await refusal(fetcher, "data:image/png;base64"), ImageLoadError)


@pytest.mark.parametrize(
    "reference",
    [
        "data:;base64," + base64.b64encode(bytes(LIMIT + 1)).decode(),
        base64.b64encode(bytes(LIMIT + 1)).decode(),
        "data:," + "x" * (LIMIT + 1),
        "data:," + "%00" * (LIMIT + 1),
    ],
)
async def test_inline_photo_too_large(fetcher: Fetcher, reference: str) -> None:
    error = await refusal(fetcher, reference)
    assert isinstance(error, FileTooLarge)
    assert error.context == {"max_size": LIMIT}
