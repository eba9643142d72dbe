"""The warp engine: understand the person, understand the garment, fit, bend, compose.

Takes a `TryOnTask`, gives an `EngineOutput` at the person photo's own resolution. Thread-safe; holds only the
pose networks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB, EngineOutput, OnStep, Picture, Step, TryOnTask, ignore_steps
from vesture.engines.warp.body import Body, measure_body
from vesture.engines.warp.compose import Scene, compose, wardrobe
from vesture.engines.warp.fit import fit_garment
from vesture.engines.warp.layers import render_layers
from vesture.engines.warp.photo_type import find_photo_type
from vesture.engines.warp.placement import Wishes
from vesture.engines.warp.variants import ease_of
from vesture.engines.warp.worn import worn_garment
from vesture.errors import PersonNotFound
from vesture.vision.frame import Box, cropped_pose, pasted, person_box
from vesture.vision.garment_landmarks import understand
from vesture.vision.garment_types import Garment
from vesture.vision.parsing import Label, parse_person
from vesture.vision.pose import Pose, PoseEstimator

STAGES = ("pose", "person", "garment", "dress")


@dataclass(slots=True)
class _Clock:
    """Seconds per stage of one run, and the reports of its progress."""

    on_step: OnStep
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, message: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - started, 4)
        self.on_step(Step(STAGES.index(name) + 1, len(STAGES), name, message))

    def warn(self, message: str) -> None:
        self.on_step(Step(len(self.seconds), len(STAGES), "warning", message, "WARN"))


@dataclass(frozen=True, slots=True)
class Person:
    """A person understood: the part of the photo that `box` cuts out, and the body in its pixels."""

    photo: RGB
    box: Box
    body: Body


class WarpEngine:
    """Dresses people with the garment's own pixels. See docs/explanation/warp-engine.md."""

    name = "warp"

    def __init__(self, pose: PoseEstimator) -> None:
        self._pose = pose

    def run(self, task: TryOnTask, on_step: OnStep = ignore_steps) -> EngineOutput:
        """Dress the person.

        Raises:
            PersonNotFound: there is no body to dress in the person photo.
            GarmentNotFound: the garment cannot be told apart from its photo.
            Cancelled: `on_step` asked to stop.
        """
        clock = _Clock(on_step)
        with clock.stage("pose", "found the person"):
            pose = self._find_person(task.person, "model_image")
            _refuse_empty_clothes(task.person, pose)
        with clock.stage("person", "understood the person's clothes"):
            person = self._understand_person(task.person, pose)
        with clock.stage("garment", "understood the garment"):
            garment = self._understand_garment(task)
        warnings = (*garment.warnings, *_doubts(person, garment, task))
        for warning in warnings:
            clock.warn(warning)
        with clock.stage("dress", "dressed the person"):
            images, changed = self._dress(task, person, garment)
        facts = {
            "engine": self.name,
            "garment_photo_type": garment.photo_type,
            "garment_kind": garment.kind,
            "seconds": clock.seconds,
        }
        return EngineOutput(images, changed, warnings, facts)

    def _find_person(self, picture: Picture, field_name: str) -> Pose:
        pose = self._pose.estimate(picture.rgb)
        if pose is None:
            raise PersonNotFound(
                field_name,
                "No person was found in the photo. Use a photo of one person, seen from the front, from at least "
                "the shoulders to the hips.",
            )
        return pose

    def _understand_person(self, picture: Picture, pose: Pose) -> Person:
        box = person_box(pose)
        photo, pose = np.ascontiguousarray(picture.rgb[box.slices]), cropped_pose(pose, box)
        parse = parse_person(photo, pose)
        return Person(photo, box, measure_body(pose, parse.full_labels(photo), parse.unit))

    def _understand_garment(self, task: TryOnTask) -> Garment:
        wanted = task.options.garment_photo_type
        pose = None
        if wanted != "flat-lay":
            pose = self._pose.estimate(task.garment.rgb)
            wanted = find_photo_type(task.garment, pose) if wanted == "auto" else "model"
        if wanted == "flat-lay":
            return understand(task.garment, task.options.category)
        if pose is None:
            pose = self._find_person(task.garment, "garment_image")
        wearer = self._understand_person(task.garment, pose)
        return worn_garment(wearer.photo, wearer.body, task.options.category)

    def _dress(self, task: TryOnTask, person: Person, garment: Garment) -> tuple[tuple[RGB, ...], NDArray[np.bool_]]:
        options = task.options
        wishes = Wishes(options.long_top, options.cover_feet, options.adjust_hands)
        photo = person.photo.astype(np.float32)
        shape = photo.shape[0], photo.shape[1]
        whole, images = task.person.rgb, []
        changed = np.zeros(whole.shape[:2], bool)
        for sample in range(options.num_samples):
            generator = np.random.default_rng([options.seed, sample])
            fit = fit_garment(person.body, garment, wishes, ease_of(sample, options.seed))
            layers = render_layers(garment, fit, person.body, shape)
            scene = Scene(
                photo,
                person.body,
                person.body.labels != Label.BACKGROUND,
                fit,
                layers,
                wardrobe(options.category, garment, options.cover_feet),
            )
            image, touched = compose(scene, generator)
            images.append(pasted(whole, image, person.box))
            changed[person.box.slices] |= touched
        return tuple(images), changed


def _refuse_empty_clothes(picture: Picture, pose: Pose) -> None:
    """The pose network sees a body in many an empty shirt; without a head, feet or skin it is none."""
    if find_photo_type(Picture(picture.rgb), pose) == "flat-lay":
        raise PersonNotFound(
            "model_image",
            "The photo seems to show a garment, not a person. model_image is the photo of the person, garment_image "
            "that of the garment.",
        )


def _doubts(person: Person, garment: Garment, task: TryOnTask) -> tuple[str, ...]:
    """What the person who asked should know about this pair."""
    doubts = []
    if person.body.facing == "back":
        doubts.append("The person seems to be seen from behind; the garment's front is shown.")
    category = task.options.category
    fits = {"tops": ("top", "dress"), "bottoms": ("trousers", "skirt"), "one-pieces": ("dress", "jumpsuit", "top")}
    if garment.kind not in fits[category]:
        doubts.append(f"The garment looks like {garment.kind}, but category is {category}.")
    return tuple(doubts)
