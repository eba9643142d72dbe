"""Vesture's own person parser, in the label numbers of the diffusion engine.

Takes a photo (H, W, 3) uint8 RGB, gives `BodyPart` labels (H, W). The clothes come from
`vesture.vision.parsing.parse`; its one label for skin is told apart by the nearest bone of the pose. Trousers and
skirts are both `PANTS`, whatever is carried or worn on top is `BAG`: the masks treat them alike.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.diffusion.body_parts import BodyPart, Labels
from vesture.vision.parsing.parse import Label, parse_person
from vesture.vision.pose.estimator import Pose, PoseEstimator
from vesture.vision.pose.joints import Joint

_CLOTHES = {
    Label.BACKGROUND: BodyPart.BACKGROUND,
    Label.HAIR: BodyPart.HAIR,
    Label.SKIN: BodyPart.TORSO,
    Label.TOP: BodyPart.TOP,
    Label.BOTTOM: BodyPart.PANTS,
    Label.ONE_PIECE: BodyPart.DRESS,
    Label.SHOES: BodyPart.FEET,
    Label.OTHER: BodyPart.BAG,
}
_FINGERS = 2.2
"""Fingertips lie this many times as far from the wrist as the knuckles that the pose gives."""


def own_parser(pose: PoseEstimator) -> Callable[[RGB], Labels]:
    """The parser as the engine wants it: a photo in, labels out; all background where nobody is found."""

    def parse(photo: RGB) -> Labels:
        found = pose.estimate(photo)
        if found is None:
            return np.zeros(photo.shape[:2], np.uint8)
        return with_skin_parts(parse_person(photo, found).full_labels(photo), found)

    return parse


def with_skin_parts(labels: NDArray[np.uint8], pose: Pose) -> Labels:
    """`Label`s to `BodyPart`s.

    Args:
        labels: (H, W) of `Label`.
        pose: in pixels of the same photo.
    """
    table = np.zeros(len(Label), np.uint8)
    for label, part in _CLOTHES.items():
        table[label] = part
    parts: Labels = table[labels]
    rows, columns = np.nonzero(labels == Label.SKIN)
    places = np.stack([columns, rows], axis=1).astype(np.float32)  # (skin pixels, 2)
    bones = _bones(pose)
    distances = np.stack([_distance(places, start, end) / width for _, start, end, width in bones])
    numbers = np.array([part for part, *_ in bones], np.uint8)
    parts[rows, columns] = numbers[distances.argmin(axis=0)]
    return parts


def _bones(pose: Pose) -> list[tuple[BodyPart, NDArray[np.float32], NDArray[np.float32], float]]:
    """(part, start, end, relative width) of every bone; distances count in widths."""
    point = pose.points
    head = point[[Joint.LEFT_EAR, Joint.RIGHT_EAR, Joint.NOSE]].mean(0)
    chin = point[[Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT]].mean(0)
    chin = chin + 1.6 * (chin - point[Joint.NOSE])
    bones = [
        (BodyPart.FACE, head, chin, 1.0),
        (BodyPart.TORSO, chin, pose.neck, 1.0),
        (BodyPart.TORSO, pose.neck, pose.hips, 1.5),
    ]
    for side in (pose.side("left"), pose.side("right")):
        knuckles = (side.index + side.pinky) / 2
        fingertips = side.wrist + _FINGERS * (knuckles - side.wrist)
        bones += [
            (BodyPart.ARMS, side.shoulder, side.elbow, 1.0),
            (BodyPart.ARMS, side.elbow, side.wrist, 0.8),
            (BodyPart.HANDS, side.wrist + 0.3 * (knuckles - side.wrist), fingertips, 1.0),
            (BodyPart.HANDS, side.wrist + 0.3 * (side.thumb - side.wrist), side.thumb, 0.8),
            (BodyPart.TORSO, pose.neck, side.shoulder + 0.25 * (pose.neck - side.shoulder), 1.0),
            (BodyPart.LEGS, side.hip, side.knee, 1.4),
            (BodyPart.LEGS, side.knee, side.ankle, 1.2),
            (BodyPart.FEET, side.heel, side.toe, 0.8),
        ]
    return bones


def _distance(places: NDArray[np.float32], start: NDArray[np.float32], end: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pixels from each place to the segment. (n, 2) -> (n,)"""
    along = end - start
    share = np.clip((places - start) @ along / max(float(along @ along), 1e-6), 0, 1)
    return np.asarray(np.linalg.norm(places - start - share[:, None] * along, axis=1), np.float32)
