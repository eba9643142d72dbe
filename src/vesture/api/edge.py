"""What the routes need: the ports and plain values that `create_app` was given, in one frozen record.

Takes nothing from settings or the environment. A handler gets it with `edge_of(request)`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from starlette.requests import Request

from vesture.api.signatures import Signer
from vesture.core.ports import BlobStore, JobStore, SeenWorker

KeySet = Callable[[], Awaitable[Mapping[str, Any]]]
"""Gives the JSON Web Key Set that receivers of webhooks check signatures with."""


class Keys(Protocol):
    """The API keys of the service (`vesture.store` implements it)."""

    async def required(self) -> bool:
        """Whether requests need a key."""
        ...

    async def verify(self, key_id: str, secret: str) -> str | None:
        """The id of the key when the secret is right, else None."""
        ...


class Workers(Protocol):
    """The workers of the service (`vesture.store` implements it)."""

    async def seen_within(self, seconds: float) -> Sequence[SeenWorker]:
        """Those that were seen in the last `seconds`, the latest first."""
        ...


@dataclass(frozen=True, slots=True)
class SamplePhoto:
    """A photo that the page offers to try: `kind` is "person" or "garment", a garment has its `category`."""

    name: str
    kind: Literal["person", "garment"]
    title: str
    path: Path
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the edge; 0 means no limit where that is said."""

    body_max_bytes: int = 72 * 1024 * 1024
    upload_max_bytes: int = 200 * 1024 * 1024
    upload_lifetime_seconds: float = 86_400.0
    max_queue_length: int = 1000  # waiting jobs; 0: no limit
    max_attempts: int = 3
    sync_timeout_seconds: float = 280.0


@dataclass(frozen=True, slots=True)
class Edge:
    """Everything a route may use."""

    jobs: JobStore
    blobs: BlobStore
    version: str
    signer: Signer
    limits: Limits = field(default_factory=Limits)
    keys: Keys | None = None  # None: no authentication
    workers: Workers | None = None  # None: nothing is known of them
    key_set: KeySet | None = None
    public_url: str = ""
    samples: tuple[SamplePhoto, ...] = ()


def edge_of(request: Request) -> Edge:
    """The record of the application that handles `request`."""
    edge: Edge = request.app.state.edge
    return edge
