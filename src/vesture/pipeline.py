"""The middle of every try-on, from bytes to bytes: decode, screen, dress, encode.

The service's worker, the library and the command line all come through here, so they cannot drift apart. The
engine is an argument; nothing here knows HTTP, storage or settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from vesture.core.ports import DressedImage, DressedResult
from vesture.core.task import Engine, EngineOutput, OnStep, Picture, Step, TryOnOptions, TryOnTask, ignore_steps
from vesture.images.codec import decode, encode_png, limit_size
from vesture.images.safety import NsfwFilter

PERSON_FIELD = "model_image"
GARMENT_FIELD = "garment_image"


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """What a photo may be: bytes, pixels, sides in pixels; and the longer side of a result."""

    max_bytes: int
    max_pixels: int
    min_side: int
    max_result_side: int


class Pipeline:
    """Decode, screen, dress, encode. Implements `vesture.core.ports.Dresser`."""

    def __init__(self, engine: Engine, nsfw_filter: NsfwFilter, limits: PhotoLimits) -> None:
        self.engine = engine
        self._nsfw_filter = nsfw_filter
        self._limits = limits

    @property
    def name(self) -> str:
        """Of the engine."""
        return self.engine.name

    def __call__(
        self, person: bytes, garment: bytes, options: TryOnOptions, on_step: OnStep = ignore_steps
    ) -> DressedResult:
        """Dress the person of one encoded photo in the garment of another.

        Raises:
            InputError: a photo or option cannot be used; names the field.
            Cancelled: `on_step` asked to stop.
        """
        output = self.dress(self.decode(person, PERSON_FIELD), self.decode(garment, GARMENT_FIELD), options, on_step)
        images = tuple(DressedImage(encode_png(rgb), "image/png", rgb.shape[1], rgb.shape[0]) for rgb in output.images)
        return DressedResult(images, output.warnings, output.facts)

    def decode(self, data: bytes, field: str) -> Picture:
        limits = self._limits
        return decode(data, field, min_side=limits.min_side, max_pixels=limits.max_pixels, max_bytes=limits.max_bytes)

    def dress(
        self, person: Picture, garment: Picture, options: TryOnOptions, on_step: OnStep = ignore_steps
    ) -> EngineOutput:
        """Screen two decoded photos and run the engine on them; the result has the (capped) person's size, or the
        engine's own."""
        if options.nsfw_filter:
            self._screen({PERSON_FIELD: person, GARMENT_FIELD: garment})
        person = limit_size(person, self._limits.max_result_side)
        output = self.engine.run(TryOnTask(person, garment, options), on_step)
        height, width = output.images[0].shape[:2]
        facts: dict[str, Any] = {**output.facts, "width": width, "height": height}
        on_step(Step(1, 1, "finish", f"made {len(output.images)} picture(s) of {width}x{height}"))
        return EngineOutput(output.images, output.changed, output.warnings, facts)

    def _screen(self, pictures: Mapping[str, Picture]) -> None:
        with ThreadPoolExecutor(len(pictures)) as pool:
            for check in [pool.submit(self._nsfw_filter.check, picture, field) for field, picture in pictures.items()]:
                check.result()
