"""Which service a request means, and under which addresses the services are reached.

One process serves four of fal's hosts: run, queue, rest and the files' CDN. A request names its service by its
`Host` (clients whose DNS points fal's names here) or by a path prefix: ``/run``, ``/queue``, ``/rest``; files are at
``/files`` under every name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

SERVICES_OF_HOSTS: Mapping[str, str] = {
    "fal.run": "run",
    "falrun.com": "run",
    "queue.fal.run": "queue",
    "queue.falrun.com": "queue",
    "rest.fal.ai": "rest",
    "rest.alpha.fal.ai": "rest",
}
FILE_HOSTS = frozenset({"v3.fal.media", "v3b.fal.media"})
ROOTS = frozenset({"run", "queue", "rest", "files", "api", "playground", "health"})  # first segments taken by routes
HOST_PATTERN = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Bases of absolute URLs in answers, without a slash at the end."""

    run: str
    queue: str
    rest: str
    files: str


def service_of_host(host: str) -> str | None:
    """The service that a `Host` header alone selects: fal's own names, and ``queue.`` of any domain."""
    name = host.rsplit(":", 1)[0].lower()
    return SERVICES_OF_HOSTS.get(name) or ("queue" if name.startswith("queue.") else None)


def service_path(host: str, path: str, apps: frozenset[str]) -> str:
    """The path of the route that a request for `path` at `host` means.

    A bare ``/owner/alias`` of a served app is its synchronous run, as on fal.run.
    """
    path = path.rstrip("/") or "/"
    segments = path.split("/")
    service = service_of_host(host)
    if service is not None and segments[1] not in ROOTS:
        return f"/{service}{path}"
    if service is None and "/".join(segments[1:3]) in apps:
        return f"/run{path}"
    return path


def addresses_for(public_url: str, scheme: str, host: str) -> Addresses:
    """Where the client of a request reaches the services: the configured base, else the name it used itself."""
    if public_url:
        return _prefixed(public_url.rstrip("/"))
    if not HOST_PATTERN.fullmatch(host):
        host = "localhost"
    name = host.rsplit(":", 1)[0].lower()
    if name in SERVICES_OF_HOSTS or name in FILE_HOSTS:
        return Addresses(
            f"{scheme}://fal.run", f"{scheme}://queue.fal.run", f"{scheme}://rest.fal.ai", f"{scheme}://v3.fal.media"
        )
    if name.startswith("queue."):
        base = _prefixed(f"{scheme}://{host.removeprefix('queue.')}")
        return Addresses(base.run, f"{scheme}://{host}", base.rest, base.files)
    return _prefixed(f"{scheme}://{host}")


def _prefixed(base: str) -> Addresses:
    return Addresses(f"{base}/run", f"{base}/queue", f"{base}/rest", base)
