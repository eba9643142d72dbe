"""Connections to addresses that strangers name: resolved once, judged, and pinned.

`GuardedNetwork` is the network of an HTTP connection pool. It is given the host of a URL, resolves it, demands that
every address it has is public, and connects to just those addresses. As the judged address is the one that is
connected to, a name that resolves to something else a moment later gains nothing. Host header, TLS server name and
certificate check stay those of the name. No proxy is ever used, whatever the environment says.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import Any

import httpcore

from vesture.errors import VestureError
from vesture.images.addresses import is_public

CONNECT_SECONDS = 10.0  # for one address, so that a dead first one leaves time for the second

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of (host, port), as texts; raises OSError when there are none."""


class Unreachable(VestureError):
    """A URL cannot be used, or nothing usable answered. The text says why, and tells nothing of our network."""


class AddressRefused(Unreachable):
    """A host has an address that is not public."""


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """The addresses the system's resolver gives. Unusual spellings of IPv4 (``0x7f.1``) become addresses here."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for _, _, _, _, sockaddr in found))


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only.

    Args:
        allow_hosts: hosts (as written in the URL, lower case) that may have any address.
        resolve: the resolver.
        network: what makes the connections to judged addresses.
    """

    def __init__(
        self,
        allow_hosts: Collection[str] = (),
        resolve: Resolve = resolve_by_system,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._allow_hosts = frozenset(host.lower() for host in allow_hosts)
        self._resolve = resolve
        self._network = network or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._judged(host, port)
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, CONNECT_SECONDS, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError):
                continue
        raise Unreachable("its server could not be connected to")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 -- the signature is httpcore's
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise AddressRefused("its host is not a public address")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _judged(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise Unreachable("its host name could not be resolved") from error
        if not addresses:
            raise Unreachable("its host name could not be resolved")
        if host.lower() not in self._allow_hosts and not all(is_public(address) for address in addresses):
            raise AddressRefused("its host is not a public address")
        return addresses
