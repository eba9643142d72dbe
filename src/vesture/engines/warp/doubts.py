"""What speaks against a good result: refusals where nothing sensible can be made, else warnings.

Takes: the person's pose and body, the garment, and the category. Gives: sentences for the person who asked, each saying
what to do. The bounds were read off a hundred photos of the bench: whole and half bodies, portraits, turned and seated
people.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vesture.core.task import Category
from vesture.engines.warp.body.figure import SIDES, Body, Floats
from vesture.errors import GarmentNotFound, InputError, PersonNotFound
from vesture.vision.garment.types import Garment
from vesture.vision.parsing.parse import Label
from vesture.vision.pose.estimator import Pose
from vesture.vision.pose.joints import Joint

LEAST_TORSO, WHOLE_TORSO = 0.2, 0.7  # share of the torso in the picture: refused below, warned of below
LEAST_LEGS, ENOUGH_LEGS = 0.08, 0.35  # share of the legs
# Distance of the shoulders per length of the torso: 0.57 to 0.78 seen from the front, 0.5 in three quarters, 0.32 and
# 0.12 from the side. What covers the legs is less to blame.
TURNED = 0.56
SIDEWAYS: dict[Category, float] = {"tops": 0.4, "one-pieces": 0.4, "bottoms": 0.22}
LEAST_YAW = 50.0  # degrees by the depth of the shoulders: 65 to 83 of those, up to 64 of people seen from the front
CROSSED, LEAST_CROSSED = -0.2, 3  # units by which legs have changed sides; at how many of 29 places along them
SURE_HEAD, SURE_BACK = 0.75, 0.9  # scores of the detector and of the facing; without a head the facing is a guess
# Scores of the detector: 0 of legs alone, in which a whole body was seen from behind; 0.5 to 1 of heads that are in the
# picture, but for one seen from the front. Units that a head must be inside it
LEAST_HEAD, HEAD_INSIDE = 0.25, 0.3
# Readings below these are warned of. Sound readings score from 0.7 (mask), 0.35 (landmarks), 0.1 (neckline).
SURE_ENOUGH = {"mask": 0.5, "landmarks": 0.35, "neckline": 0.1}
CLEAR = 0.9
UNSURE = {
    "mask": "The garment hardly stands out from its background; use a photo of it on a plain background of another "
    "colour.",
    "landmarks": "The shape of the garment could not be read for certain; use a photo of it spread flat or hanging, "
    "seen straight from the front, with the sleeves beside the body.",
    "neckline": "The neckline of the garment could not be read for certain; use a photo that shows its collar without "
    "folds.",
}
KINDS: dict[Category, tuple[str, ...]] = {
    "tops": ("top", "dress"),
    "bottoms": ("trousers", "skirt"),
    "one-pieces": ("dress", "jumpsuit", "top"),
}


View = Literal["front", "turned", "side", "back"]


def view_of(pose: Pose, body: Body, category: Category) -> View:
    """From where a person is seen. Without the shoulders in the photo nothing but the front is believed in."""
    side, sure = pose.facing
    if side == "back" and sure >= SURE_BACK and pose.detected >= SURE_HEAD and not _face_seen(pose, body):
        return "back"
    if not _in_picture(body, pose.points[[Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER]].astype(float)).all():
        return "front"
    breadth = pose.shoulder_distance / max(pose.torso_length, 1e-6)
    if breadth >= TURNED or _yaw(pose) < LEAST_YAW:
        return "front"
    return "side" if breadth < SIDEWAYS[category] else "turned"


def refuse_unseen(pose: Pose, body: Body, category: Category, field: str) -> None:
    """Refuse a photo that does not show the part of the body that is to be dressed, or not from the front.

    Raises:
        PersonNotFound: in the photo of the person; names `field`.
        GarmentNotFound: in the photo of somebody who wears the garment ("garment_image").
    """
    error: type[InputError] = GarmentNotFound if field == "garment_image" else PersonNotFound
    if category != "bottoms" and torso_in_view(body) < LEAST_TORSO:
        raise error(
            field, "The photo does not show the person's upper body; use a photo from the head to at least the hips."
        )
    if category == "bottoms" and legs_in_view(body) < LEAST_LEGS:
        raise error(
            field, "The photo does not show the person's legs; use a photo from the waist to at least the knees."
        )
    if category == "bottoms" and _only_legs(pose, body):
        raise error(
            field, "The photo shows legs, but not where they begin; use a photo of the person from the waist down."
        )
    view = view_of(pose, body, category)
    if view == "side":
        raise error(
            field,
            "The person is seen from the side; use a photo from the front, with both shoulders turned to the camera.",
        )
    if view == "back" and category != "bottoms":
        raise error(field, "The person is seen from behind; use a photo from the front.")


def refuse_crossed(body: Body, category: Category) -> None:
    """Refuse trousers whose wearer has the legs crossed where they are covered: neither leg can be read.

    Raises:
        GarmentNotFound: names "garment_image".
    """
    share = np.linspace(0.3, 1.0, 29)
    legs = {side: body.legs[side].at(share * body.legs[side].length) for side in SIDES}
    height, width = body.labels.shape
    clothed = np.ones(len(share), bool)
    for path in legs.values():
        column, row = np.clip(np.rint(path).astype(int), 0, (width - 1, height - 1)).T
        clothed &= np.isin(body.labels[row, column], (Label.BOTTOM, Label.ONE_PIECE))
    apart = (body.coordinates(legs["right"]) - body.coordinates(legs["left"]))[:, 0] / body.unit
    if category == "bottoms" and (clothed & (apart < CROSSED)).sum() >= LEAST_CROSSED:
        raise GarmentNotFound(
            "garment_image",
            "The legs of the person in the garment photo are crossed; use a photo with the legs side by side.",
        )


def person_doubts(pose: Pose, body: Body, category: Category) -> tuple[str, ...]:
    """What is unfavourable about the photo of the person."""
    doubts = []
    if pose.people > 1:
        doubts.append("More than one person was found and only one is dressed; use a photo of one person.")
    view = view_of(pose, body, category)
    if view == "back":
        doubts.append("The person is seen from behind and the garment's front is shown; use a photo from the front.")
    elif view == "turned":
        doubts.append("The person is turned to the side, where garments fit badly; use a photo from the front.")
    if category != "bottoms" and torso_in_view(body) < WHOLE_TORSO:
        doubts.append("Part of the upper body is outside the photo; use a photo from the head to at least the hips.")
    if category != "tops" and legs_in_view(body) < ENOUGH_LEGS:
        doubts.append("Most of the legs are outside the photo; use a photo of the whole person.")
    return tuple(doubts)


def garment_doubts(garment: Garment, category: Category) -> tuple[str, ...]:
    """What is uncertain about the garment."""
    doubts = list(garment.warnings)
    if garment.kind not in KINDS[category] and not any("category" in text for text in doubts):
        doubts.append(
            f"The garment looks like {garment.kind}, but the category is {category}; choose the garment's own category."
        )
    known = garment.confidence
    unsure = [name for name, bound in SURE_ENOUGH.items() if known.get(name, 1.0) < bound]
    if min(known.get("mask", 1.0), known.get("landmarks", 1.0)) > CLEAR and "neckline" in unsure:
        unsure.remove("neckline")  # ribs of the cloth's own colour: on a clear outline the usual neckline sits well
    doubts += [UNSURE[name] for name in unsure]
    return tuple(doubts)


def wearer_doubts(pose: Pose, body: Body, category: Category) -> tuple[str, ...]:
    """What is unfavourable about the photo of somebody who wears the garment."""
    doubts = []
    view = view_of(pose, body, category)
    if view == "back":
        doubts.append("The garment is seen from behind on its wearer; use a photo from the front.")
    elif view == "turned":
        doubts.append("The wearer of the garment is turned to the side; use a photo from the front.")
    if category != "bottoms" and torso_in_view(body) < WHOLE_TORSO:
        doubts.append("Part of the garment is outside its photo; use a photo that shows the garment whole.")
    return tuple(doubts)


def torso_in_view(body: Body) -> float:
    """Share in [0, 1] of the torso, shoulders to hips, that lies inside the picture."""
    u, v = np.meshgrid(np.linspace(-0.35, 0.35, 8) * body.unit, np.linspace(0.05, 0.95, 10))
    return _share_in_view(body, body.point(u.ravel(), v.ravel()))


def legs_in_view(body: Body) -> float:
    """Share in [0, 1] of the legs below the crotch, of the leg that is seen more."""
    start = 0.25 * body.unit
    return max(
        _share_in_view(body, leg.at(np.linspace(start, max(leg.length, start), 25)))
        for leg in (body.legs[side] for side in SIDES)
    )


def _share_in_view(body: Body, points: Floats) -> float:
    return float(_in_picture(body, points).mean())


def _in_picture(body: Body, points: Floats) -> NDArray[np.bool_]:
    """Which of the points (n, 2) lie inside the picture (n,)."""
    height, width = body.labels.shape
    return np.asarray(((points >= 0) & (points < (width, height))).all(1))


def _only_legs(pose: Pose, body: Body) -> bool:
    """Whether the body that was found is none: its head would be in the picture, and no detector saw one."""
    nose = pose.points[Joint.NOSE].astype(float)
    inside = _in_picture(body, nose + HEAD_INSIDE * body.unit * np.array([(0, -1), (-1, 0), (1, 0)])).all()
    side, sure = pose.facing
    return bool(inside and pose.detected < LEAST_HEAD and side == "back" and sure >= SURE_BACK)


def _yaw(pose: Pose) -> float:
    """Degrees by which the shoulders are turned, by their depth."""
    across = pose.points[Joint.LEFT_SHOULDER, 0] - pose.points[Joint.RIGHT_SHOULDER, 0]
    away = pose.depth[Joint.LEFT_SHOULDER] - pose.depth[Joint.RIGHT_SHOULDER]
    return float(np.degrees(np.arctan2(abs(away), abs(across))))


def _face_seen(pose: Pose, body: Body) -> bool:
    """Whether there is skin where the face would be: the back of a head has none."""
    face = pose.points[[Joint.NOSE, Joint.LEFT_EYE, Joint.RIGHT_EYE, Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT]]
    face = face[_in_picture(body, face.astype(float))]
    column, row = np.floor(face).astype(int).T
    return bool(len(face) and (body.labels[row, column] == Label.SKIN).mean() >= 0.5)
