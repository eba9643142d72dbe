"""Downloading one large file over HTTP so that nothing received is lost: a broken connection, or a killed process, is
taken up where it ended.

Takes an address and the size that is expected; appends to a part file. Whether the bytes are the right ones is for the
caller to find out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from vesture.errors import AssetError

TIMEOUT = httpx.Timeout(30.0, connect=15.0)
PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before another try after a broken connection; bytes that arrive in between let the count begin anew."""


class _Broken(Exception):
    """The connection ended too early, or the server is away for a moment; another try may succeed."""


def download(url: str, headers: Mapping[str, str], part: Path, size: int, on_done: Callable[[int], None]) -> None:
    """Bring `part` to `size` bytes; what it holds already is not asked for again.

    Args:
        on_done: told the bytes that are there, now and then.

    Raises:
        AssetError: the server cannot be reached, refuses, sends a file of another size, or keeps breaking off.
    """
    tries = 0
    with httpx.Client(timeout=TIMEOUT, follow_redirects=True, headers=dict(headers)) as client:
        while (done := _size_of(part)) != size:
            if done > size:
                part.unlink()
                continue
            try:
                _receive(client, url, part, size, on_done)
            except (httpx.TransportError, _Broken) as error:
                arrived = _size_of(part)
                tries = tries + 1 if arrived == done else 1
                if tries > len(PAUSES) or (arrived == 0 and isinstance(error, httpx.ConnectError)):
                    raise AssetError(_words(error, url, arrived, size)) from error
                time.sleep(PAUSES[tries - 1])
    on_done(size)


def _receive(client: httpx.Client, url: str, part: Path, size: int, on_done: Callable[[int], None]) -> None:
    done = _size_of(part)
    asked = {"Accept-Encoding": "identity", **({"Range": f"bytes={done}-"} if done else {})}
    with client.stream("GET", url, headers=asked) as answer:
        if answer.status_code == 416 or (answer.status_code == 206 and not _continues(answer, done)):
            part.unlink()  # the server has another file than the one that was begun
            raise _Broken(f"HTTP {answer.status_code} for the rest of the file")
        if answer.status_code in (408, 429) or answer.status_code >= 500:
            raise _Broken(f"HTTP {answer.status_code}")
        if answer.status_code not in (200, 206):
            raise AssetError(_refusal(answer.status_code, url))
        if answer.status_code == 200:
            done = 0  # all of it, whatever was asked
        length = answer.headers.get("content-length")
        if length is not None and done + int(length) != size:
            raise AssetError(f"{url} has {done + int(length):,} bytes, expected {size:,}: it is another file.")
        with part.open("ab" if done else "wb") as file:
            for chunk in answer.iter_raw():  # as it comes: what is buffered is lost when the connection breaks
                file.write(chunk)
                done += len(chunk)
                if done > size:
                    raise AssetError(f"{url} sends more than the expected {size:,} bytes: it is another file.")
                on_done(done)
    if done != size:
        raise _Broken("the connection ended early")


def _continues(answer: httpx.Response, done: int) -> bool:
    return bool(answer.headers.get("content-range", "").startswith(f"bytes {done}-"))


def _size_of(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _refusal(status: int, url: str) -> str:
    if status in (401, 403):
        return f"{url} is refused (HTTP {status}): log in with `hf auth login`, or accept its terms on its page."
    return f"{url} cannot be downloaded: HTTP {status}."


def _words(error: Exception, url: str, arrived: int, size: int) -> str:
    host = httpx.URL(url).host
    if arrived:
        so_far = f"{arrived:,} of {size:,} bytes are kept; the same command goes on from there"
        return f"The connection to {host} broke ({error}). {so_far}."
    return f"{host} cannot be reached ({error}): check the network and the proxy settings, then try again."
