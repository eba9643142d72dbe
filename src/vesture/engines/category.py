"""Which category a garment is of, where the request says `auto`.

Takes: a garment photo. Gives: tops, bottoms or one-pieces. A worn garment is told by what of its wearer the photo
shows: of a whole body the whole outfit is meant, else what the photo is about. A garment alone is told by the garment
network where it is sure, else by its outline, which cannot tell every skirt from every top.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from vesture.core.task import RGB, Category, GarmentPhotoType, Picture
from vesture.engines.warp.photo_type import find_photo_type
from vesture.vision.garment.backdrop import Bool
from vesture.vision.garment.cutout import cut_out
from vesture.vision.garment.kind import leg_gap
from vesture.vision.garment.look import look
from vesture.vision.garment.mask import separate
from vesture.vision.garment.network import GarmentNetwork
from vesture.vision.garment.types import GarmentKind
from vesture.vision.pose.estimator import Pose
from vesture.vision.pose.joints import Joint

CATEGORY_OF: Mapping[GarmentKind, Category] = {
    "top": "tops",
    "trousers": "bottoms",
    "skirt": "bottoms",
    "dress": "one-pieces",
    "jumpsuit": "one-pieces",
}
SURE = 0.6  # the network's probability from which it is believed

SHOWN = 0.5  # presence of a joint from which the photo shows it
# Shares of the garment's height, and heights in terms of its width.
LEGS = 0.2  # a gap that long is between two legs
BIB = 0.5  # dungarees are narrower than that, of their width, near the top
LONG_LEGS = 2.2
LONG = 1.3  # a dress; tops lie or hang broader, sleeves and all
SHORT = 0.82  # shorts and skirts, when they are broadest below
LOW = 0.6  # how far down


class FindsPose(Protocol):
    """What is needed of `PoseEstimator`."""

    def estimate(self, rgb: RGB) -> Pose | None: ...


class CategoryFinder:
    """Finds categories; safe to call from several threads.

    Args:
        pose: finds who wears the garment.
        network: reads garments; None: the outline has to do.
    """

    def __init__(self, pose: FindsPose, network: GarmentNetwork | None = None) -> None:
        self._pose = pose
        self._network = network

    def __call__(self, garment: Picture, photo_type: GarmentPhotoType = "auto") -> Category:
        """
        Raises:
            GarmentNotFound: no garment stands out from its photo.
        """
        pose = None if photo_type == "flat-lay" else self._pose.estimate(garment.rgb)
        if photo_type == "auto":
            photo_type = find_photo_type(garment, pose)
        if photo_type == "model" and pose is not None:
            return worn_category(pose, garment.height)
        seen = None if self._network is None else look(self._network, garment)
        believed = None if seen is None else read_category(seen.kind)
        if believed is not None:
            return believed
        cutout = cut_out(garment, separate(garment, seen))
        return outline_category(cutout.region, cutout.axis)


def read_category(kinds: Mapping[GarmentKind, float]) -> Category | None:
    """The category of the likeliest kinds (probabilities by name), None when none is likely enough."""
    sums = dict.fromkeys(CATEGORY_OF.values(), 0.0)
    for kind, probability in kinds.items():
        sums[CATEGORY_OF[kind]] += probability
    best = max(sums, key=lambda category: sums[category])
    return best if sums[best] >= SURE else None


def worn_category(pose: Pose, height: int) -> Category:
    """By the joints that lie inside the photo, whose height is in pixels."""
    shoulders = _shown(pose, (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER), height)
    knees = _shown(pose, (Joint.LEFT_KNEE, Joint.RIGHT_KNEE), height)
    if shoulders and knees:
        return "one-pieces"
    return "bottoms" if knees else "tops"


def _shown(pose: Pose, joints: tuple[Joint, Joint], height: int) -> bool:
    rows = list(joints)
    return bool(0 < pose.points[rows, 1].mean() < height and pose.presence[rows].max() > SHOWN)


def outline_category(region: Bool, axis: float) -> Category:
    """By the silhouette (h, w), upright, whose middle is the column `axis`."""
    widths = region.sum(1)
    rows = np.nonzero(widths)[0]
    top, tall, wide = int(rows[0]), int(np.ptp(rows)) + 1, int(np.ptp(np.nonzero(region.any(0))[0])) + 1
    proportion = tall / wide
    if leg_gap(region, axis) > LEGS:
        has_bib = widths[top + tall // 10] < BIB * wide and proportion > LONG_LEGS
        return "one-pieces" if has_bib else "bottoms"
    if proportion > LONG:
        return "one-pieces"
    broadest = (int(np.argmax(widths)) - top) / tall
    return "bottoms" if proportion < SHORT and broadest > LOW else "tops"
