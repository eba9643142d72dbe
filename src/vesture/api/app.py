"""The edge put together: every route in one list, and the application around it.

`create_app` takes ports and plain values, never settings; it does no I/O.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from fastapi import FastAPI
from starlette.routing import Route

from vesture.api import fal_queue, fal_run, fal_stream, files, openapi, pages, storage
from vesture.api.answers import EXCEPTION_HANDLERS
from vesture.api.edge import Edge, Keys, KeySet, Limits, SamplePhoto, Workers
from vesture.api.gateway import Gateway
from vesture.api.signatures import Signer
from vesture.core.ports import BlobStore, JobStore
from vesture.core.tryon_input import INPUT_MODELS

ROUTES = (
    Route("/queue/{endpoint:path}/requests/{request_id}/status/stream", fal_queue.status_stream, methods=["GET"]),
    Route("/queue/{endpoint:path}/requests/{request_id}/status", fal_queue.status, methods=["GET"]),
    Route("/queue/{endpoint:path}/requests/{request_id}/cancel", fal_queue.cancel, methods=["PUT"]),
    Route("/queue/{endpoint:path}/requests/{request_id}/response", fal_queue.result, methods=["GET"]),
    Route("/queue/{endpoint:path}/requests/{request_id}", fal_queue.result, methods=["GET"]),
    Route("/queue/{endpoint:path}", fal_queue.submit, methods=["POST"]),
    Route("/run/{endpoint:path}/stream", fal_stream.stream, methods=["POST"]),
    Route("/run/{endpoint:path}", fal_run.run, methods=["POST"]),
    Route("/rest/storage/upload/initiate", storage.initiate, methods=["POST"]),
    Route("/rest/storage/upload/initiate-multipart", storage.initiate, methods=["POST"]),
    Route("/rest/storage/auth/token", storage.cdn_token, methods=["POST"]),
    Route("/rest/tokens", storage.temporary_token, methods=["POST"]),
    Route("/rest/tokens/realtime", storage.realtime_token, methods=["POST"]),
    Route("/rest/.well-known/jwks.json", pages.key_set, methods=["GET"]),
    Route("/files/upload", storage.cdn_upload, methods=["POST"]),
    Route("/files/upload/multipart", storage.cdn_initiate_multipart, methods=["POST"]),
    Route("/files/{key}/multipart/{upload_id}/complete", storage.complete_cdn, methods=["POST"]),
    Route("/files/{key}/multipart/{upload_id}/{number:int}", storage.put_cdn_part, methods=["PUT"]),
    Route("/files/{key}/complete", storage.complete_signed, methods=["POST"]),
    Route("/files/{key}/{number:int}", storage.put_signed_part, methods=["PUT"]),
    Route("/files/{key}", storage.put_file, methods=["PUT"]),
    Route("/files/{key}", files.download, methods=["GET"]),
    Route("/api/openapi/queue/openapi.json", openapi.openapi, methods=["GET"]),
    Route("/health", pages.health, methods=["GET"]),
    Route("/playground/about", pages.about, methods=["GET"]),
    Route("/playground/samples/{name:path}", pages.sample_photo, methods=["GET"]),
    Route("/playground/{name}", pages.page, methods=["GET"]),
    Route("/", pages.page, methods=["GET"]),
)
"""Every route. `/api/fal/proxy` and the choice of a service by host are the gateway's (`gateway`, `proxy`, `hosts`)."""


def create_app(
    *,
    jobs: JobStore,
    blobs: BlobStore,
    version: str,
    keys: Keys | None = None,
    workers: Workers | None = None,
    limits: Limits | None = None,
    public_url: str = "",
    signing_secret: bytes | None = None,
    key_set: KeySet | None = None,
    samples: Sequence[SamplePhoto] = (),
) -> FastAPI:
    """The ASGI application.

    Args:
        jobs: the queue. blobs: the files. Both are opened and closed by the caller.
        version: shown by ``/health``.
        keys: verifies API keys; None: nobody is asked for one.
        workers: who is alive, for ``/health``.
        limits: see `Limits`.
        public_url: base of the URLs in answers, ``https://tryon.example``; empty: as each request names the server.
        signing_secret: seals upload addresses and tokens. All processes of a service need the same one; None makes
            one up, which a restart forgets, together with the uploads under way.
        key_set: gives the JSON Web Key Set of the webhooks' signatures.
        samples: photos that the page offers.
    """
    edge = Edge(
        jobs=jobs,
        blobs=blobs,
        version=version,
        signer=Signer(signing_secret or secrets.token_bytes(32)),
        limits=limits or Limits(),
        keys=keys,
        workers=workers,
        key_set=key_set,
        public_url=public_url,
        samples=tuple(samples),
    )
    app = FastAPI(
        title="Vesture",
        version=version,
        routes=list(ROUTES),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers=EXCEPTION_HANDLERS,
    )
    app.state.edge = edge
    app.add_middleware(Gateway, endpoints=tuple(INPUT_MODELS), public_url=public_url)
    return app
