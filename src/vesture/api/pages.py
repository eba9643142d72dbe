"""The page at ``/`` and what it needs: its files, the sample photos, the state of the service."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from vesture.api.answers import Refusal
from vesture.api.auth import keys_required
from vesture.api.edge import edge_of

PLAYGROUND = Path(__file__).parent / "playground"
PAGE_FILES = {"index.html": "text/html", "style.css": "text/css", "app.js": "text/javascript"}
PAGE_HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' blob: data: http: https:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}
WORKER_ALIVE_SECONDS = 20.0
"""A worker that was silent for longer is not counted; they speak every 5 seconds."""


async def health(request: Request) -> Response:
    """Answers 200 when requests can be taken: the database was asked. Tells of the workers too, whatever they do."""
    edge = edge_of(request)
    body: dict[str, Any] = {
        "status": "ok",
        "version": edge.version,
        "queue_length": await edge.jobs.queue_length(),
    }
    if edge.workers is not None:
        seen = await edge.workers.seen_within(WORKER_ALIVE_SECONDS)
        body["workers"] = {
            "alive": len(seen),
            "ready": sum(bool(worker.engine) for worker in seen),
            "engines": sorted({worker.engine for worker in seen if worker.engine}),
            "last_seen": datetime.fromtimestamp(seen[0].seen_at, UTC).isoformat(timespec="seconds") if seen else None,
        }
    return JSONResponse(body)


async def key_set(request: Request) -> Response:
    """The public keys that webhooks are signed with."""
    source = edge_of(request).key_set
    return JSONResponse(dict(await source()) if source is not None else {"keys": []})


async def page(request: Request) -> Response:
    """A file of the page; its start for ``/``."""
    name = request.path_params.get("name", "index.html")
    if name not in PAGE_FILES:
        raise Refusal(404, {"detail": f"Path {request.url.path} not found"})
    return FileResponse(PLAYGROUND / name, media_type=PAGE_FILES[name], headers=PAGE_HEADERS)


async def about(request: Request) -> Response:
    """What the page must know beforehand: whether keys are asked for, and the sample photos."""
    samples = [
        {
            "name": sample.name,
            "kind": sample.kind,
            "title": sample.title,
            "category": sample.category,
            "url": f"/playground/samples/{sample.name}",
        }
        for sample in edge_of(request).samples
    ]
    return JSONResponse({"keys_required": await keys_required(request), "samples": samples})


async def sample_photo(request: Request) -> Response:
    """One sample photo."""
    for sample in edge_of(request).samples:
        if sample.name == request.path_params["name"]:
            return FileResponse(sample.path, headers={"cache-control": "public, max-age=3600"})
    raise Refusal(404, {"detail": "No such sample photo"})
