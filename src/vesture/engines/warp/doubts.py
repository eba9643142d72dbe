"""What speaks against a good result: refusals where nothing sensible can be made, else warnings.

Takes: the person's pose and body, the garment, and the category. Gives: sentences for the person who asked, each saying
what to do. The bounds were read off 60 photos of the project's bench: whole and half bodies, portraits, turned and
seated people.
"""

from __future__ import annotations

import numpy as np

from vesture.core.task import Category
from vesture.engines.warp.body import SIDES, Body, Floats
from vesture.errors import PersonNotFound
from vesture.vision.garment_types import Garment
from vesture.vision.pose import Pose

LEAST_TORSO, WHOLE_TORSO = 0.2, 0.7  # share of the torso in the picture: refused below, warned of below
LEAST_LEGS, ENOUGH_LEGS = 0.08, 0.35  # share of the legs
TURNED = 0.45  # distance of the shoulders per length of the torso; 0.5 to 0.75 seen from the front
SURE_HEAD, SURE_BACK = 0.6, 0.9  # scores of the detector and of the facing; without a head the facing is a guess
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


def refuse_unseen(body: Body, category: Category, field: str) -> None:
    """Refuse a photo that does not show the part of the body that is to be dressed.

    Raises:
        PersonNotFound: names `field`.
    """
    if category != "bottoms" and torso_in_view(body) < LEAST_TORSO:
        raise PersonNotFound(
            field, "The photo does not show the person's upper body; use a photo from the head to at least the hips."
        )
    if category == "bottoms" and legs_in_view(body) < LEAST_LEGS:
        raise PersonNotFound(
            field, "The photo does not show the person's legs; use a photo from the waist to at least the knees."
        )


def person_doubts(pose: Pose, body: Body, category: Category, people: int) -> tuple[str, ...]:
    """What is unfavourable about the photo of the person; `people` is how many were seen in it."""
    doubts = []
    if people > 1:
        doubts.append("More than one person was found and only one is dressed; use a photo of one person.")
    side, sure = pose.facing
    if side == "back" and sure >= SURE_BACK and pose.detected >= SURE_HEAD:
        doubts.append("The person is seen from behind and the garment's front is shown; use a photo from the front.")
    elif pose.shoulder_distance < TURNED * pose.torso_length:
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
    side, sure = pose.facing
    if side == "back" and sure >= SURE_BACK and pose.detected >= SURE_HEAD:
        doubts.append("The garment is seen from behind on its wearer; use a photo from the front.")
    elif pose.shoulder_distance < TURNED * pose.torso_length:
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
    height, width = body.labels.shape
    inside = (points >= 0) & (points < (width, height))
    return float(inside.all(1).mean())
