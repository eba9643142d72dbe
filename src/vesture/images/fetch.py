"""Photos by reference: an http(s) URL, a data URI or base64 becomes bytes.

Promises:
* No address is contacted that is not public (see `network`), at any of the at most five redirects either.
* No more than `max_bytes` are read, and no download takes longer than `timeout_seconds`, name look-up included.
* User name and password of a URL go to its own origin only. Proxy variables are ignored.
* Every failure is an error on the field that named the photo, without a word about our network.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from urllib.parse import unquote_to_bytes

import certifi
import httpcore
import httpx

from vesture.errors import FileDownloadError
from vesture.images.inline import read_base64, read_data_uri, too_large
from vesture.images.network import GuardedNetwork, Resolve, Unreachable, resolve_by_system

MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NETWORK_FAILURES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    OSError,
)

_Headers = list[tuple[bytes, bytes]]


class Fetcher:
    """Fetches photos and posts webhooks. May be used from several event loops at once.

    Args:
        max_bytes: largest photo, in bytes.
        timeout_seconds: time limit of one download, redirects included.
        allow_hosts: hosts that may be contacted though their address is private.
        tls: how servers prove who they are; by default the system's and certifi's authorities.
        resolve, network: see `GuardedNetwork`.
    """

    def __init__(
        self,
        max_bytes: int,
        timeout_seconds: float,
        allow_hosts: Collection[str] = (),
        *,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = resolve_by_system,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self.max_bytes = max_bytes
        self.timeout_seconds = timeout_seconds
        self._network = GuardedNetwork(allow_hosts, resolve, network)
        self._tls = tls

    async def fetch(self, reference: str, field: str) -> bytes:
        """The bytes behind `reference`, which the request gave as `field`.

        Raises:
            FileDownloadError: the URL cannot be fetched, or the text is no reference at all.
            FileTooLarge: there are more than `max_bytes`.
            ImageLoadError: the base64 of a data URI is broken.
        """
        reference = reference.strip()
        scheme = reference[:8].lower()
        if scheme.startswith("data:"):
            return await asyncio.to_thread(read_data_uri, reference, field, self.max_bytes)
        if not scheme.startswith(("http://", "https://")):
            return await asyncio.to_thread(read_base64, reference, field, self.max_bytes)
        try:
            async with asyncio.timeout(self.timeout_seconds):
                return await self._download(_parse(reference), field)
        except TimeoutError as error:
            reason = f"the download took longer than {self.timeout_seconds:g} seconds"
            raise _download_error(field, reason) from error
        except Unreachable as error:
            raise _download_error(field, str(error)) from error

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], timeout_seconds: float | None = None
    ) -> int:
        """POST `body` to `url` under the same guard; redirects are not followed. Gives the HTTP status.

        Raises:
            AddressRefused: the address is not public.
            Unreachable: the URL cannot be used, nothing answered, or not in time.
        """
        limit = self.timeout_seconds if timeout_seconds is None else timeout_seconds
        sent = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
        try:
            async with (
                asyncio.timeout(limit),
                self._pool() as pool,
                self._exchange(pool, "POST", _parse(url), sent, body) as answer,
            ):
                return answer.status
        except TimeoutError as error:
            raise Unreachable(f"nothing answered within {limit:g} seconds") from error

    async def _download(self, url: httpx.URL, field: str) -> bytes:
        origin, credentials = _origin(url), _credentials(url)
        async with self._pool() as pool:
            for _ in range(MAX_REDIRECTS + 1):
                headers = credentials if _origin(url) == origin else []
                async with self._exchange(pool, "GET", url, headers) as answer:
                    if answer.status not in _REDIRECTS:
                        return await self._read(answer, field)
                    url = _next_url(url, answer)
        raise Unreachable(f"it redirects more than {MAX_REDIRECTS} times")

    async def _read(self, answer: httpcore.Response, field: str) -> bytes:
        if answer.status != 200:
            raise Unreachable(f"its server answered with status {answer.status}")
        if _header(answer, b"content-encoding") not in (b"", b"identity"):
            raise Unreachable("its server sent compressed data, which was not asked for")
        length = _header(answer, b"content-length")
        if length.isdigit() and int(length) > self.max_bytes:
            raise too_large(field, self.max_bytes)
        content = bytearray()
        async for chunk in answer.aiter_stream():
            content += chunk
            if len(content) > self.max_bytes:
                raise too_large(field, self.max_bytes)
        return bytes(content)

    def _pool(self) -> httpcore.AsyncConnectionPool:
        if self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.load_verify_locations(certifi.where())
        return httpcore.AsyncConnectionPool(
            ssl_context=self._tls, network_backend=self._network, max_keepalive_connections=0
        )

    @asynccontextmanager
    async def _exchange(
        self, pool: httpcore.AsyncConnectionPool, method: str, url: httpx.URL, headers: _Headers, body: bytes = b""
    ) -> AsyncIterator[httpcore.Response]:
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        sent: _Headers = [
            (b"host", url.netloc),
            (b"accept", b"image/*,*/*;q=0.5"),
            (b"accept-encoding", b"identity"),
            (b"user-agent", b"vesture"),
            *headers,
        ]
        if body:
            sent.append((b"content-length", str(len(body)).encode()))
        try:
            async with pool.stream(method, target, headers=sent, content=body or None) as answer:
                yield answer
        except TimeoutError:
            raise  # an OSError too, but the limit of the whole download, which the caller words
        except _NETWORK_FAILURES as error:
            raise Unreachable("its server broke the connection or does not speak HTTP") from error


def _parse(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise Unreachable("it is not a valid URL") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise Unreachable("it is not an http(s) URL")
    if url.port is not None and not 0 < url.port < 65536:
        raise Unreachable("it is not a valid URL")
    return url


def _next_url(url: httpx.URL, answer: httpcore.Response) -> httpx.URL:
    location = _header(answer, b"location")
    if not location:
        raise Unreachable("its server redirects without saying where to")
    try:
        return _parse(str(url.join(location.decode("utf-8", "strict"))))
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise Unreachable("its server redirects to an invalid URL") from error


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _credentials(url: httpx.URL) -> _Headers:
    if not url.userinfo:
        return []
    user, _, password = url.userinfo.partition(b":")
    pair = unquote_to_bytes(user) + b":" + unquote_to_bytes(password)
    return [(b"authorization", b"Basic " + base64.b64encode(pair))]


def _header(answer: httpcore.Response, name: bytes) -> bytes:
    return next((value.strip() for key, value in answer.headers if key.lower() == name), b"")


def _download_error(field: str, reason: str) -> FileDownloadError:
    return FileDownloadError(field, f"{field} could not be downloaded: {reason}; check the URL or send a data URI")
