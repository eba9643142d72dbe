"""One job, from its stored input to its stored result: the story on one screen.

Takes: a job, the tools, a place for log lines. Gives: the result as it is stored. Knows nothing about leases,
attempts or queues; whoever calls it cancels it when the job is no longer wanted.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from vesture.core.job import Job
from vesture.core.ports import BlobStore, DressedImage, DressedResult
from vesture.core.task import OnStep, Step, TryOnOptions
from vesture.core.tryon_input import TryOnInput

PERSON_FIELD = "model_image"
GARMENT_FIELD = "garment_image"

WriteLog = Callable[[str, str], None]
"""Takes a level and a message of a job's log."""

ShowPreview = Callable[[Step], None]
"""Takes a step that carries a preview."""

_EXTENSIONS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}


class Engine(Protocol):
    """What a job needs of `EngineProcess`."""

    async def dress(self, person: bytes, garment: bytes, options: TryOnOptions, on_step: OnStep) -> DressedResult: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What is needed to run jobs.

    Attributes:
        parse_input: reads an input object; raises `InputError`.
        fetch: downloads the photo that a field refers to; raises `InputError`.
        own_blob_key: the key of the stored file that a reference names, None when it is not one of ours.
    """

    engine: Engine
    blobs: BlobStore
    parse_input: Callable[[str, Mapping[str, Any]], TryOnInput]
    fetch: Callable[[str, str], Awaitable[bytes]]
    own_blob_key: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result to store, and how long the engine took."""

    result: Mapping[str, Any]
    metrics: Mapping[str, float]


def ignore_previews(step: Step) -> None:
    """The `ShowPreview` of a caller that does not care."""


async def run_job(job: Job, tools: Tools, write_log: WriteLog, show_preview: ShowPreview = ignore_previews) -> Outcome:
    """Carry out a job.

    Raises:
        VestureError: what its sender has to know.
    """
    request = tools.parse_input(job.endpoint, job.payload)
    write_log("INFO", "Fetching the photos")
    person, garment = await asyncio.gather(
        _read_photo(request.person, PERSON_FIELD, tools), _read_photo(request.garment, GARMENT_FIELD, tools)
    )

    write_log("INFO", "Dressing the person")
    began = time.perf_counter()

    def on_step(step: Step) -> None:
        write_log(*_line(step))
        if step.preview is not None:
            show_preview(step)

    dressed = await tools.engine.dress(person, garment, request.options, on_step)
    seconds = time.perf_counter() - began

    if request.data_uris:
        images = [_inline_image(image) for image in dressed.images]
    else:
        images = await _store_images(dressed.images, job.result_lifetime_seconds, tools.blobs)
    for warning in dressed.warnings:
        write_log("WARN", warning)
    engine = dressed.facts.get("engine")
    write_log("INFO", f"Finished after {seconds:.1f} s" + (f" by the {engine} engine" if engine else ""))
    return Outcome({"images": images}, {"inference_time": round(seconds, 3)})


async def forget_result(result: Mapping[str, Any], blobs: BlobStore) -> None:
    """Delete the files of a result that nobody will ask for."""
    for image in result["images"]:
        if "key" in image:
            await blobs.delete(image["key"])


async def _read_photo(reference: str, field: str, tools: Tools) -> bytes:
    key = tools.own_blob_key(reference)
    stored = await tools.blobs.get(key) if key is not None else None
    return stored[1] if stored is not None else await tools.fetch(reference, field)


async def _store_images(
    images: Sequence[DressedImage], lifetime_seconds: float | None, blobs: BlobStore
) -> list[Mapping[str, Any]]:
    """Store all images. Who is cancelled meanwhile leaves no files behind: a file that is being written has no name yet
    by which anybody could delete it later, so its end is waited for."""
    stored: list[Mapping[str, Any]] = []
    for image in images:
        storing = asyncio.ensure_future(_store_image(image, lifetime_seconds, blobs))
        try:
            stored.append(await asyncio.shield(storing))
        except asyncio.CancelledError:
            await forget_result({"images": [*stored, await storing]}, blobs)
            raise
    return stored


async def _store_image(image: DressedImage, lifetime_seconds: float | None, blobs: BlobStore) -> Mapping[str, Any]:
    name = _new_name(image)
    blob = await blobs.put(image.data, image.content_type, name, lifetime_seconds)
    return {"key": blob.key, **_about(image, name)}


def _inline_image(image: DressedImage) -> Mapping[str, Any]:
    encoded = base64.b64encode(image.data).decode()
    return {"url": f"data:{image.content_type};base64,{encoded}", **_about(image, _new_name(image))}


def _new_name(image: DressedImage) -> str:
    return secrets.token_hex(8) + _EXTENSIONS.get(image.content_type, "")


def _about(image: DressedImage, name: str) -> Mapping[str, Any]:
    return {
        "content_type": image.content_type,
        "file_name": name,
        "file_size": len(image.data),
        "width": image.width,
        "height": image.height,
    }


def _line(step: Step) -> tuple[str, str]:
    return step.level, f"[{step.index}/{step.total}] {step.message or step.stage}"
