"""The try-on task: what an engine is asked, what it gives back.

Pictures are numpy arrays, height x width x channels (HWC), RGB, uint8 in [0, 255]; masks are height x width.
Pixel coordinates are (x, y), x to the right, y down, in pixels of the picture they belong to.
"left" and "right" are the viewer's sides of the picture, never the wearer's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from vesture.errors import InputError

Category = Literal["tops", "bottoms", "one-pieces"]
CategoryChoice = Literal["tops", "bottoms", "one-pieces", "auto"]
GarmentPhotoType = Literal["auto", "model", "flat-lay"]
Moderation = Literal["permissive", "conservative"]
OutputFormat = Literal["png", "jpeg"]

RGB = NDArray[np.uint8]  # (height, width, 3)
Mask = NDArray[np.uint8]  # (height, width)

MAX_SAMPLES = 4
MAX_TIMESTEPS = 100
MAX_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class TryOnOptions:
    """The options of one request, named and defaulted as in the API (docs/reference/api.md).

    Attributes of which the published page says nothing:
        category: "auto" lets Vesture find it out; engines are always told one of the others.
        segmentation_free: whether the diffusion engine sees the person unmasked; None: as the engine is set up.
        moderation: how strict the NSFW filter is, where `nsfw_filter` lets it look.
        output_format: how the service encodes the results.

    Raises:
        InputError: a value is outside what the field accepts; names the field.
    """

    category: CategoryChoice
    garment_photo_type: GarmentPhotoType = "auto"
    nsfw_filter: bool = True
    cover_feet: bool = False
    adjust_hands: bool = False
    restore_background: bool = False
    restore_clothes: bool = False
    long_top: bool = False
    guidance_scale: float = 2.0
    timesteps: int = 50
    seed: int = 42
    num_samples: int = 1
    segmentation_free: bool | None = None
    moderation: Moderation = "permissive"
    output_format: OutputFormat = "png"

    @property
    def found_category(self) -> Category:
        """The category once it is known, which it is before an engine sees the request.

        Raises:
            ValueError: it is still "auto".
        """
        if self.category == "auto":
            raise ValueError("the category is not found out yet")
        return self.category

    def __post_init__(self) -> None:
        _one_of("category", self.category, get_args(CategoryChoice))
        _one_of("garment_photo_type", self.garment_photo_type, get_args(GarmentPhotoType))
        _one_of("moderation", self.moderation, get_args(Moderation))
        _one_of("output_format", self.output_format, get_args(OutputFormat))
        for option in fields(self):
            if option.type == "bool" and not isinstance(getattr(self, option.name), bool):
                raise InputError(option.name, f"{option.name} must be true or false")
        if self.segmentation_free not in (None, True, False):
            raise InputError("segmentation_free", "segmentation_free must be true, false or null")
        _in_range("guidance_scale", self.guidance_scale, 1.0, 20.0)
        _in_range("timesteps", self.timesteps, 1, MAX_TIMESTEPS, whole=True)
        _in_range("seed", self.seed, 0, MAX_SEED, whole=True)
        _in_range("num_samples", self.num_samples, 1, MAX_SAMPLES, whole=True)


def _one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        expected = ", ".join(choices)
        raise InputError(name, f"{name} must be one of {expected}, got {value!r}", {"expected": list(choices)})


def _in_range(name: str, value: object, low: float, high: float, *, whole: bool = False) -> None:
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not math.isfinite(value):
        raise InputError(name, f"{name} must be {'a whole number' if whole else 'a number'}, got {value!r}")
    if not low <= value <= high:
        raise InputError(name, f"{name} must be between {low} and {high}, got {value!r}", {"ge": low, "le": high})


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded photo: `rgb` (H, W, 3) uint8, and `alpha` (H, W) uint8 where the file had transparency.

    Where `alpha` is 0 the colours of `rgb` are white, whatever the file stored there.
    """

    rgb: RGB
    alpha: Mask | None = None

    @property
    def height(self) -> int:
        return int(self.rgb.shape[0])

    @property
    def width(self) -> int:
        return int(self.rgb.shape[1])


@dataclass(frozen=True, slots=True)
class TryOnTask:
    """What an engine is asked: dress `person` in the garment that `garment` shows."""

    person: Picture
    garment: Picture
    options: TryOnOptions


@dataclass(frozen=True, slots=True)
class Preview:
    """What a sample (counted from 0) will look like, as far as can be told yet: a small JPEG."""

    sample: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """Progress of a run: step `index` of `total` (1-based) of `stage` has ended; `message` is for people.

    Some engines add a `preview` to some of their steps.
    """

    index: int
    total: int
    stage: str
    message: str = ""
    level: Literal["DEBUG", "INFO", "WARN", "ERROR"] = "INFO"
    preview: Preview | None = None


OnStep = Callable[[Step], None]
"""Called by an engine after each step. It may raise `vesture.errors.Cancelled` to stop the run."""


def ignore_steps(step: Step) -> None:
    """The `OnStep` of a caller that does not care."""


@dataclass(frozen=True, slots=True)
class EngineOutput:
    """What an engine gives back.

    Attributes:
        images: one picture per sample, each (H, W, 3) uint8, the size of the person picture or of the engine's own
            frame.
        changed: (H, W) bool, true where any sample may differ from the person picture (the dressed region).
        warnings: texts for the person who asked ("the garment looks like trousers").
        facts: small JSON-able values worth knowing (engine, photo type found, seconds per stage).
    """

    images: tuple[RGB, ...]
    changed: NDArray[np.bool_]
    warnings: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


class Engine(Protocol):
    """A way of dressing people. Engines know no HTTP, storage, URLs or settings; `run` is thread-safe."""

    @property
    def name(self) -> str: ...

    def run(self, task: TryOnTask, on_step: OnStep = ignore_steps) -> EngineOutput:
        """Dress the person.

        Raises:
            InputError: nothing sensible can be made from these photos; names the field and what to do.
            Cancelled: `on_step` asked to stop.
        """
        ...
