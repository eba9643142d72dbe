"""The outermost layer of the edge, around every route.

For each request it finds the service that is meant (host, prefix or built-in proxy), drops a trailing slash without a
redirect, answers preflights, and makes sure that every answer, errors included, carries the CORS headers and a
request id. An exception that nobody expected is logged whole and answered as a bare 500.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vesture.api.answers import Refusal
from vesture.api.hosts import Addresses, addresses_for, service_path
from vesture.api.proxy import PROXY_PATH, resolve_target

logger = logging.getLogger(__name__)

ADDRESSES_KEY = "vesture.addresses"
SERVICE_PREFIXES = ("/run/", "/queue/", "/rest/")
ALLOWED_HEADERS = (
    "authorization, content-type, accept, range, x-fal-target-url, x-fal-queue-priority, x-fal-request-timeout, "
    "x-fal-runner-hint, x-fal-object-lifecycle, x-fal-object-lifecycle-preference, x-fal-store-io, x-fal-no-retry, "
    "x-fal-tags, x-fal-file-name"
)
EXPOSED_HEADERS = (
    "x-fal-request-id, x-fal-request-timeout-type, x-fal-error-type, x-fal-needs-retry, x-fal-retryable, "
    "x-fal-billable-units, etag, content-length, content-range, accept-ranges"
)


class BrokenOff(Exception):
    """Raised by the body of an answer that cannot be brought to a good end: the connection is closed before it."""


def addresses_of(request: Request) -> Addresses:
    """The bases of the URLs that the answer to `request` may hold."""
    addresses: Addresses = request.scope[ADDRESSES_KEY]
    return addresses


class Gateway:
    """ASGI middleware; `endpoints` are the ids of the served endpoints, `public_url` as in `create_app`."""

    def __init__(self, app: ASGIApp, *, endpoints: Iterable[str], public_url: str) -> None:
        self._app = app
        self._apps = frozenset("/".join(endpoint.split("/")[:2]) for endpoint in endpoints)
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        envelope = _Envelope(send)
        try:
            if scope["method"] == "OPTIONS":
                await _preflight(Headers(scope=scope))(scope, receive, envelope)
            else:
                routed = self._route(scope)
                envelope.is_service = routed["path"].startswith(SERVICE_PREFIXES)
                await self._app(routed, receive, envelope)
        except Refusal as refusal:
            await JSONResponse(dict(refusal.body), refusal.status, refusal.headers)(scope, receive, envelope)
        except BrokenOff:
            logger.info("%s %s is broken off: its job failed", scope["method"], scope["path"])
        except Exception:
            logger.exception("%s %s failed", scope["method"], scope["path"])
            if not envelope.started:
                await JSONResponse({"detail": "Internal Server Error"}, 500)(scope, receive, envelope)

    def _route(self, scope: Scope) -> Scope:
        headers = Headers(scope=scope)
        host = headers.get("x-forwarded-host", headers.get("host", "localhost")).split(",")[0].strip()
        forwarded = headers.get("x-forwarded-proto", "").split(",")[0].strip()
        scheme = forwarded if forwarded in ("http", "https") else scope["scheme"]
        addresses = addresses_for(self._public_url, scheme, host)
        path, query = scope["path"], scope["query_string"]
        if path.rstrip("/") == PROXY_PATH:
            host, path, query = resolve_target(scope["method"], headers)
        path = service_path(host, path, self._apps)
        return {**scope, "path": path, "raw_path": path.encode(), "query_string": query, ADDRESSES_KEY: addresses}


class _Envelope:
    """Sends an answer on, with the headers that every answer carries."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False
        self.is_service = True

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["access-control-allow-origin"] = "*"
            headers["access-control-expose-headers"] = EXPOSED_HEADERS
            if self.is_service:
                headers.setdefault("x-fal-request-id", str(uuid.uuid4()))
                headers.setdefault("cache-control", "no-store")
        await self._send(message)


def _preflight(headers: Headers) -> Response:
    requested = headers.get("access-control-request-headers", "")
    return Response(
        status_code=204,
        headers={
            "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
            "access-control-allow-headers": requested or ALLOWED_HEADERS,
            "access-control-max-age": "86400",
            "vary": "access-control-request-headers",
        },
    )
