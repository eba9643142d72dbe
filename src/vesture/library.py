"""The library's face: `TryOn`.

from vesture import TryOn
result = TryOn()(person="person.jpg", garment="shirt.png", category="tops")
result.images[0].save("out.png")
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image

from vesture.core.task import RGB, CategoryChoice, OnStep, Picture, TryOnOptions, ignore_steps
from vesture.errors import InputError
from vesture.pipeline import GARMENT_FIELD, PERSON_FIELD

Source = str | os.PathLike[str] | bytes | Image.Image | np.ndarray


@dataclass(frozen=True, slots=True)
class TryOnResult:
    """What a try-on gives.

    Attributes:
        images: one PIL image (RGB) per sample, the size of the person photo (its longer side capped).
        changed: (height, width) bool array, true where a picture may differ from the person photo.
        warnings: texts worth showing to a person.
        facts: the engine, what it found, seconds per stage.
    """

    images: list[Image.Image]
    changed: np.ndarray
    warnings: tuple[str, ...]
    facts: Mapping[str, Any]


class TryOn:
    """Dress people. Building one loads the models (a second or so); calling it may be repeated and threaded.

    Args:
        engine: "warp" (needs a CPU), "diffusion" (needs its checkpoint and patience or a GPU), or "auto":
            diffusion when its weights and a GPU are there, else warp.
        device: torch device of the diffusion engine ("cuda", "cpu"); None chooses.
        settings: overrides of settings by name, e.g. ``max_side=4096``; the environment is read otherwise.
    """

    def __init__(
        self, engine: Literal["auto", "warp", "diffusion"] = "auto", device: str | None = None, **settings: Any
    ) -> None:
        from vesture.wiring import library_pipeline

        self._pipeline = library_pipeline(engine=engine, device=device, **settings)

    @property
    def engine(self) -> str:
        """Name of the engine in use."""
        return self._pipeline.engine.name

    def __call__(
        self,
        person: Source,
        garment: Source,
        category: CategoryChoice,
        *,
        on_step: OnStep = ignore_steps,
        **options: Any,
    ) -> TryOnResult:
        """Dress the person in the garment.

        Args:
            person: photo of a person: path, encoded bytes, PIL image, or (h, w, 3 or 4) uint8 array, RGB(A).
            garment: photo of a garment, flat or worn by somebody: likewise.
            category: "tops", "bottoms" or "one-pieces"; "auto" finds it out from the garment photo.
            on_step: called with a `Step` after each step; raising `Cancelled` stops the run.
            **options: the API's options (`TryOnOptions`): num_samples, seed, garment_photo_type, ...

        Raises:
            InputError: a photo or option cannot be used; `error.field` names it.
            FileNotFoundError: a path does not exist.
        """
        unknown = set(options) - set(TryOnOptions.__dataclass_fields__)
        if unknown:
            raise TypeError(f"unknown option(s) {', '.join(sorted(unknown))}; see vesture.core.task.TryOnOptions")
        output = self._pipeline.dress(
            self._picture(person, PERSON_FIELD),
            self._picture(garment, GARMENT_FIELD),
            TryOnOptions(category, **options),
            on_step,
        )
        images = [Image.fromarray(rgb) for rgb in output.images]
        return TryOnResult(images, output.changed, output.warnings, output.facts)

    def _picture(self, source: Source, field: str) -> Picture:
        if isinstance(source, str | os.PathLike):
            return self._pipeline.decode(Path(source).read_bytes(), field)
        if isinstance(source, bytes | bytearray | memoryview):
            return self._pipeline.decode(bytes(source), field)
        if isinstance(source, np.ndarray):
            source = Image.fromarray(_checked_array(source, field))
        if isinstance(source, Image.Image):
            return self._pipeline.decode(_encoded(source), field)
        raise InputError(field, f"expected a path, bytes, PIL image or array, got {type(source).__name__}")


def _checked_array(array: np.ndarray, field: str) -> RGB:
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] not in (3, 4):
        raise InputError(
            field, f"expected a (height, width, 3 or 4) uint8 array, got {array.dtype} of shape {array.shape}"
        )
    return array


def _encoded(image: Image.Image) -> bytes:
    """The image as a file, so that colours, alpha and rotation pass the one decoder that everything passes."""
    buffer = io.BytesIO()
    kept = {key: image.info[key] for key in ("exif", "icc_profile") if image.info.get(key)}
    if image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16"):
        image, kept = image.convert("RGB"), {}
    image.save(buffer, "PNG", compress_level=1, **kept)
    return buffer.getvalue()
