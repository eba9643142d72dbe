"""The diffusion engine: a person photo and a garment photo in, the dressed person out.

Takes a `TryOnTask`; gives an `EngineOutput`. The model, a pose finder and a parser of people are arguments; knows no
files, settings, HTTP or storage. Nothing that belongs to a run is kept on the engine, so runs may overlap.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from vesture.core.task import RGB, EngineOutput, OnStep, Step, TryOnOptions, TryOnTask, ignore_steps
from vesture.engines.diffusion import compose
from vesture.engines.diffusion.agnostic import agnostic_mask, agnostic_person, garment_alone, needs_mask
from vesture.engines.diffusion.body_parts import GARMENT_PARTS, SKIN, BodyPart, Labels, Marked, where
from vesture.engines.diffusion.body_points import BodyPoints
from vesture.engines.diffusion.frame import Frame, fit, fit_lines, frame_for, shrink_to_fit
from vesture.engines.diffusion.mmdit import Condition, MMDiT
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.pose_drawing import draw_points
from vesture.engines.diffusion.sampler import to_model_range
from vesture.engines.diffusion.samples import SampleMaker
from vesture.errors import GarmentNotFound, InputError, PersonNotFound
from vesture.vision.garment.types import PhotoType

FindPoints = Callable[[RGB], BodyPoints]
"""The main person's joints in a photo."""
Parse = Callable[[RGB], Labels]
"""Label map (H, W) of `BodyPart` of a photo (H, W, 3)."""

PERSON_FIELD, GARMENT_FIELD = "model_image", "garment_image"
FEWEST_JOINTS = 3
LEAST_SKIN = 0.03
"""Share of whoever wears a garment that must be skin; a mannequin has none."""
LEAST_GARMENT = 0.002
"""Share of an on-model garment photo that must be the garment."""


@dataclass(slots=True)
class _Prepared:
    """One run's photos, made ready."""

    person: RGB  # (h, w, 3), fits 864 x 864
    garment: RGB
    person_points: BodyPoints
    garment_points: BodyPoints
    photo_type: PhotoType
    frame: Frame
    masked: bool
    garment_labels: Labels | None = None
    person_labels: Labels | None = None
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


class DiffusionEngine:
    """FASHN VTON v1.5's way of dressing people. `run` may be called from many threads."""

    name = "diffusion"

    def __init__(
        self, model: MMDiT, find_points: FindPoints, parse: Parse | None, options: DiffusionOptions | None = None
    ) -> None:
        """
        Args:
            model: loaded by `weights.load_model` with the same options.
            find_points: `DWPose`, or BlazePose through `from_blaze_pose`.
            parse: label map of a photo; without one, options that need it are refused.

        Raises:
            ValueError: without a parser every request must be free of segmentation.
        """
        if parse is None and not (options or DiffusionOptions()).segmentation_free:
            raise ValueError("segmentation_free=False needs a parser")
        self._model, self._find_points, self._parse = model, find_points, parse
        self.options = options or DiffusionOptions()
        self._device = torch.device(self.options.device)
        self._samples = SampleMaker(model, self.options)

    def run(self, task: TryOnTask, on_step: OnStep = ignore_steps) -> EngineOutput:
        """Dress the person. Pictures have the size of the person photo, or are the model's own (`options.output`).

        Raises:
            InputError: no person or garment can be seen, or an option needs a parser and there is none.
            Cancelled: `on_step` asked to stop; it is asked after every step.
        """
        options = task.options
        with torch.inference_mode():
            prepared = self._prepare(task, on_step)
            with _timed(prepared, "condition"):
                condition = self._condition(prepared, options)
            with _timed(prepared, "sample"):
                pictures = self._samples.make(condition, options, on_step, prepared.frame.unpad)
        with _timed(prepared, "compose"):
            images, changed = self._compose(task, prepared, [prepared.frame.unpad(picture) for picture in pictures])
        on_step(Step(1, 1, "compose", f"composed {len(images)} picture(s)"))
        return EngineOutput(tuple(images), changed, tuple(prepared.warnings), self._facts(prepared))

    def _prepare(self, task: TryOnTask, on_step: OnStep) -> _Prepared:
        """Shrink both photos, find the body, tell the kind of garment photo, parse the person where that is needed."""
        options, config = task.options, self._model.config
        start = time.perf_counter()
        person, garment = (shrink_to_fit(photo.rgb, config.height) for photo in (task.person, task.garment))
        person_points = self._find_points(person)
        if int((person_points.body[1:] >= 0).all(axis=-1).sum()) < FEWEST_JOINTS:
            raise PersonNotFound(PERSON_FIELD, "No person was found. Use a photo that shows one person, upright.")
        photo_type, garment_points, garment_labels = self._photo_type(garment, options)
        prepared = _Prepared(
            person=person,
            garment=garment,
            person_points=person_points,
            garment_points=garment_points if photo_type == "model" else BodyPoints.none(),
            photo_type=photo_type,
            garment_labels=garment_labels,
            frame=frame_for(person, config.height, config.width),
            masked=needs_mask(options) or not self._is_segmentation_free(options),
        )
        prepared.seconds["pose"] = time.perf_counter() - start
        on_step(Step(1, 1, "prepare", f"found the person; the garment photo is of type {photo_type}"))
        if prepared.masked or options.restore_background or options.restore_clothes:
            with _timed(prepared, "parse"):
                prepared.person_labels = self._parsed(person, _option_that_parses(options))
            on_step(Step(1, 1, "parse", "parsed the person"))
        return prepared

    def _is_segmentation_free(self, options: TryOnOptions) -> bool:
        asked = options.segmentation_free
        return self.options.segmentation_free if asked is None else asked

    def _photo_type(self, garment: RGB, options: TryOnOptions) -> tuple[PhotoType, BodyPoints, Labels | None]:
        """`model` where a person is detected with at least 5 joints below the head, and skin is seen; with the joints
        and, where it was parsed, the labels of the garment photo."""
        if options.garment_photo_type == "flat-lay":
            return "flat-lay", BodyPoints.none(), None
        points = self._find_points(garment)
        if options.garment_photo_type == "model":
            return "model", points, None
        if not points.shows_a_person:
            return "flat-lay", points, None
        if self._parse is None:
            return "model", points, None
        labels = self._parse(garment)
        worn = where(labels, SKIN).sum() > LEAST_SKIN * (labels != BodyPart.BACKGROUND).sum()
        return ("model" if worn else "flat-lay"), points, labels

    def _parsed(self, photo: RGB, option: str) -> Labels:
        if self._parse is None:
            raise InputError(
                option, f"{option} needs a person parser, and this server has none. Leave it out or install one."
            )
        return self._parse(photo)

    def _condition(self, prepared: _Prepared, options: TryOnOptions) -> Condition:
        """What the model sees: the person (masked or not), the garment alone, both poses."""
        person, garment = prepared.person, prepared.garment
        if prepared.masked and prepared.person_labels is not None:
            mask = agnostic_mask(prepared.person_labels, options, prepared.person_points).mask
            person = agnostic_person(person, mask)
            if not mask.any():
                prepared.warnings.append(f"No clothes of category {options.category} were found on the person.")
        if prepared.photo_type == "model":
            labels = prepared.garment_labels
            if labels is None:
                labels = self._parsed(garment, "garment_photo_type")
            if where(labels, GARMENT_PARTS[options.found_category]).mean() < LEAST_GARMENT:
                raise GarmentNotFound(
                    GARMENT_FIELD,
                    f"No garment of category {options.category} was found on the person of the garment photo. "
                    "Check category and garment_photo_type.",
                )
            garment = garment_alone(garment, labels, options.found_category)
        return self._model.condition(
            self._tensor(person, lines=False),
            self._tensor(draw_points(prepared.person_points, *person.shape[:2]), lines=True),
            self._tensor(garment, lines=False),
            self._tensor(draw_points(prepared.garment_points, *garment.shape[:2]), lines=True),
        )

    def _tensor(self, picture: RGB, *, lines: bool) -> Tensor:
        """(h, w, k) or (h, w) uint8 of any size -> (1, k, H, W) of the model's size in [-1, 1]"""
        size = self._model.config.height, self._model.config.width
        fitted = fit_lines(picture, *size) if lines else fit(picture, *size)
        return to_model_range(fitted, self._device, self._samples.dtype)

    def _compose(self, task: TryOnTask, prepared: _Prepared, pictures: list[RGB]) -> tuple[list[RGB], Marked]:
        """Put back what shall be kept, in the photo's own size or the model's; and where anything changed."""
        photo, options, frame = task.person.rgb, task.options, prepared.frame
        size = self._model.config.height, self._model.config.width
        framed = frame.unpad(fit(prepared.person, *size))
        height, width = photo.shape[:2] if self.options.output == "photo" else framed.shape[:2]
        below = photo if self.options.output == "photo" else framed
        images, changed = [], np.zeros((height, width), bool)
        for picture in pictures:
            weights = np.ones(framed.shape[:2], np.float32)
            if self.options.output == "photo":
                weights = compose.changed_region(framed, picture)
            weights = weights * (1 - self._to_keep(prepared, options, picture))
            weights = compose.enlarged_weights(weights, height, width)
            images.append(compose.blend(below, compose.enlarged(picture, height, width), weights))
            changed |= weights > 0
        return images, changed

    def _to_keep(self, prepared: _Prepared, options: TryOnOptions, picture: RGB) -> compose.Weights:
        """1 where `restore_background` or `restore_clothes` bring the photo back."""
        keep = np.zeros(picture.shape[:2], np.float32)
        if prepared.person_labels is None or not (options.restore_background or options.restore_clothes):
            return keep
        size = self._model.config.height, self._model.config.width
        before = prepared.frame.unpad(fit_lines(prepared.person_labels, *size))
        after = self._parsed(picture, _option_that_parses(options))
        if options.restore_background:
            keep = np.maximum(keep, compose.background_to_keep(before, after))
        if options.restore_clothes:
            clothes = compose.clothes_to_keep(before, after, options.found_category, keep_feet=not options.cover_feet)
            keep = np.maximum(keep, clothes)
        return keep

    def _facts(self, prepared: _Prepared) -> dict[str, object]:
        return {
            "engine": self.name,
            "photo_type": prepared.photo_type,
            "segmentation_free": not prepared.masked,
            "precision": self.options.precision,
            "numerics": self.options.numerics,
            "attention": self._model.tuning.attention,
            "device": self.options.device,
            "seconds": {stage: round(seconds, 3) for stage, seconds in prepared.seconds.items()},
        }


def _option_that_parses(options: TryOnOptions) -> str:
    """The option to name when a parser is needed and absent."""
    names = ("cover_feet", "adjust_hands", "long_top", "restore_background", "restore_clothes")
    return next((name for name in names if getattr(options, name)), "segmentation_free")


@contextmanager
def _timed(prepared: _Prepared, stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    prepared.seconds[stage] = time.perf_counter() - start
