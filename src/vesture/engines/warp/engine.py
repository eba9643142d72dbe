"""The warp engine: understand the person, understand the garment, fit, bend, compose.

Takes a `TryOnTask`, gives an `EngineOutput` at the person photo's own resolution. Thread-safe; holds the pose networks,
and what it understood of the last few photos.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from vesture.core.task import (
    RGB,
    Category,
    EngineOutput,
    OnStep,
    Picture,
    Step,
    TryOnOptions,
    TryOnTask,
    ignore_steps,
)
from vesture.engines.warp.body.figure import Body, measure_body
from vesture.engines.warp.doubts import garment_doubts, person_doubts, refuse_crossed, refuse_unseen, wearer_doubts
from vesture.engines.warp.dressing import dress
from vesture.engines.warp.photo_type import find_photo_type
from vesture.engines.warp.recent import Recent, fingerprint
from vesture.engines.warp.undress.hand_colours import with_clear_hands
from vesture.engines.warp.waist_edge import with_smooth_edge, with_whole_sleeves
from vesture.engines.warp.waistband import with_waistband
from vesture.engines.warp.worn.garment import worn_garment
from vesture.errors import PersonNotFound
from vesture.vision.frame import Box, cropped_pose, person_box, scaled_pose
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.network import GarmentNetwork
from vesture.vision.garment.types import Garment
from vesture.vision.parsing.parse import PersonNetwork, parse_person
from vesture.vision.pose.estimator import Pose, PoseEstimator

WEARER_SIDE = 1600  # pixels of the long side at which a worn garment is read: finer ones are shrunk first
REMEMBERED = 4  # photos of each kind whose reading is kept
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
    """A person understood: the part of the photo that `box` cuts out, pose and body in its pixels."""

    photo: RGB
    box: Box
    pose: Pose
    body: Body


class WarpEngine:
    """Dresses people with the garment's own pixels. See docs/explanation/warp-engine.md."""

    name = "warp"

    def __init__(
        self,
        pose: PoseEstimator,
        garment_network: GarmentNetwork | None = None,
        person_network: PersonNetwork | None = None,
    ) -> None:
        """`garment_network` reads garments alone in their photo together with their outline, `person_network` people
        together with place and colour."""
        self._pose = pose
        self._garment_network = garment_network
        self._person_network = person_network
        self._people: Recent[Person] = Recent(REMEMBERED)
        self._garments: Recent[Garment] = Recent(REMEMBERED)

    def run(self, task: TryOnTask, on_step: OnStep = ignore_steps) -> EngineOutput:
        """Dress the person.

        Raises:
            PersonNotFound: there is no body to dress in the person photo.
            GarmentNotFound: the garment cannot be told apart from its photo.
            Cancelled: `on_step` asked to stop.
        """
        clock = _Clock(on_step)
        category = task.options.found_category
        # Reading a photo keeps about one core busy, so both are read at once. Faults of the person come first.
        with ThreadPoolExecutor(1, "garment") as beside:
            reading = beside.submit(self._understand_garment, task.garment, task.options)
            person = self._understand_person(task.person, clock)
            refuse_unseen(person.pose, person.body, category, "model_image")
            with clock.stage("garment", "understood the garment"):
                garment = reading.result()
        warnings = (
            *person_doubts(person.pose, person.body, category),
            *garment_doubts(garment, category),
        )
        for warning in warnings:
            clock.warn(warning)
        with clock.stage("dress", "dressed the person"):
            images, changed = dress(task.person.rgb, person.box, person.body, garment, task.options)
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

    def _understand_person(self, picture: Picture, clock: _Clock) -> Person:
        key = fingerprint(picture)
        person = self._people.get(key)
        with clock.stage("pose", "found the person"):
            if person is None:
                pose = self._find_person(picture, "model_image")
                _refuse_empty_clothes(picture, pose)
        with clock.stage("person", "understood the person's clothes"):
            if person is None:
                person = _read_person(picture.rgb, pose, self._person_network)
                self._people.put(key, person)
        return person

    def _understand_garment(self, picture: Picture, options: TryOnOptions) -> Garment:
        wanted, category = options.garment_photo_type, options.found_category
        key = fingerprint(picture), wanted, category
        garment = self._garments.get(key)
        if garment is not None:
            return garment
        pose = None
        if wanted == "model" or (wanted == "auto" and picture.alpha is None):
            pose = self._pose.estimate(picture.rgb)
        if wanted == "auto":
            wanted = find_photo_type(picture, pose)
        if wanted == "flat-lay":
            garment = understand(picture, category, self._garment_network)
        else:
            garment = self._worn_garment(picture, pose, category)
        self._garments.put(key, garment)
        return garment

    def _worn_garment(self, picture: Picture, pose: Pose | None, category: Category) -> Garment:
        if pose is None:
            pose = self._find_person(picture, "garment_image")
        scale = min(1.0, WEARER_SIDE / max(picture.height, picture.width))
        wearer = _read_person(_resized(picture.rgb, scale), scaled_pose(pose, scale), self._person_network)
        refuse_unseen(wearer.pose, wearer.body, category, "garment_image")
        refuse_crossed(wearer.body, category)
        garment = worn_garment(wearer.photo, wearer.body, category)
        return replace(garment, warnings=(*garment.warnings, *wearer_doubts(wearer.pose, wearer.body, category)))


def _refuse_empty_clothes(picture: Picture, pose: Pose) -> None:
    """The pose network sees a body in many an empty shirt; without a head, feet or skin it is none."""
    if find_photo_type(Picture(picture.rgb), pose) == "flat-lay":
        raise PersonNotFound(
            "model_image",
            "The photo seems to show a garment, not a person. model_image is the photo of the person, garment_image "
            "that of the garment.",
        )


def _read_person(photo: RGB, pose: Pose, network: PersonNetwork | None = None) -> Person:
    """Body and clothes of the person whose pose in the photo is known."""
    box = person_box(pose)
    part, pose = np.array(photo[box.slices]), cropped_pose(pose, box)
    parse = parse_person(part, pose, network)
    labels = with_waistband(parse.full_labels(part), part, parse.unit)
    body = measure_body(pose, with_smooth_edge(labels, part, parse.unit), parse.unit)
    body = replace(body, labels=with_whole_sleeves(body, labels))
    return Person(part, box, pose, replace(body, labels=with_clear_hands(part, body)))


def _resized(rgb: RGB, scale: float) -> RGB:
    if scale >= 1:
        return rgb
    size = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
