"""The middle of every try-on, from bytes to bytes: decode, screen, dress, encode.

The service's worker, the library and the command line all come through here, so they cannot drift apart. The
engine is an argument; nothing here knows HTTP, storage or settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from vesture.core.ports import DressedImage, DressedResult
from vesture.core.task import (
    Category,
    Engine,
    EngineOutput,
    GarmentPhotoType,
    OnStep,
    Picture,
    Step,
    TryOnOptions,
    TryOnTask,
    ignore_steps,
)
from vesture.errors import InputError
from vesture.images.codec import decode, encode_jpeg, encode_png, limit_size
from vesture.images.safety import NsfwFilter

PERSON_FIELD = "model_image"
GARMENT_FIELD = "garment_image"
ENCODERS = {"png": (encode_png, "image/png"), "jpeg": (encode_jpeg, "image/jpeg")}

FindCategory = Callable[[Picture, GarmentPhotoType], Category]
"""The category of the garment that a photo shows; the kind of photo is as the request says it."""


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """What a photo may be: bytes, pixels, sides in pixels; and the longer side of a result."""

    max_bytes: int
    max_pixels: int
    min_side: int
    max_result_side: int


class Pipeline:
    """Decode, screen, dress, encode. Implements `vesture.core.ports.Dresser`."""

    def __init__(
        self,
        engine: Engine,
        nsfw_filter: NsfwFilter,
        limits: PhotoLimits,
        find_category: FindCategory | None = None,
    ) -> None:
        self.engine = engine
        self._nsfw_filter = nsfw_filter
        self._limits = limits
        self._find_category = find_category

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
        encode, kind = ENCODERS[options.output_format]
        images = tuple(DressedImage(encode(rgb), kind, rgb.shape[1], rgb.shape[0]) for rgb in output.images)
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
            strict = options.moderation == "conservative"
            self._screen({PERSON_FIELD: person, GARMENT_FIELD: garment}, strict=strict)
        if options.category == "auto":
            options = self._with_category(garment, options, on_step)
        person = limit_size(person, self._limits.max_result_side)
        output = self.engine.run(TryOnTask(person, garment, options), on_step)
        height, width = output.images[0].shape[:2]
        facts: dict[str, Any] = {**output.facts, "width": width, "height": height}
        on_step(Step(1, 1, "finish", f"made {len(output.images)} picture(s) of {width}x{height}"))
        return EngineOutput(output.images, output.changed, output.warnings, facts)

    def _with_category(self, garment: Picture, options: TryOnOptions, on_step: OnStep) -> TryOnOptions:
        if self._find_category is None:
            raise InputError("category", "category cannot be found out here; name it: tops, bottoms or one-pieces")
        category = self._find_category(garment, options.garment_photo_type)
        on_step(Step(1, 1, "category", f"the garment is taken for one of the category {category}"))
        return replace(options, category=category)

    def _screen(self, pictures: Mapping[str, Picture], *, strict: bool) -> None:
        with ThreadPoolExecutor(len(pictures)) as pool:
            checks = [
                pool.submit(self._nsfw_filter.check, picture, field, strict=strict)
                for field, picture in pictures.items()
            ]
            for check in checks:
                check.result()
