"""Which category a garment is of, where the request says `auto`.

Takes: a garment photo. Gives: tops, bottoms or one-pieces. A worn garment is told by what of its wearer the photo
shows: of a whole body the whole outfit is meant, else what fills the photo. A garment alone is told by its outline.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from vesture.core.task import RGB, Category, GarmentPhotoType, Picture
from vesture.engines.warp.photo_type import find_photo_type
from vesture.vision.garment_cutout import Cutout, cut_out
from vesture.vision.garment_kind import leg_gap
from vesture.vision.garment_mask import separate
from vesture.vision.pose import Joint, Pose

SHOWN = 0.5  # presence of a joint from which the photo shows it
LEGS = 0.3  # of the garment's height: a gap that long is between two legs
LONG = 1.35  # height over width of a dress; tops lie or hang broader than that, sleeves and all


class FindsPose(Protocol):
    """What is needed of `PoseEstimator`."""

    def estimate(self, photo: RGB) -> Pose | None: ...


class CategoryFinder:
    """Finds categories; safe to call from several threads."""

    def __init__(self, pose: FindsPose) -> None:
        self._pose = pose

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
        return flat_category(cut_out(garment, separate(garment)))


def worn_category(pose: Pose, height: int) -> Category:
    """By the joints that lie inside the photo, whose height is in pixels."""
    shoulders = _shown(pose, (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER), height)
    legs = _shown(pose, (Joint.LEFT_KNEE, Joint.RIGHT_KNEE), height)
    if shoulders and legs:
        return "one-pieces"
    return "bottoms" if legs else "tops"


def _shown(pose: Pose, joints: tuple[Joint, ...], height: int) -> bool:
    rows = list(joints)
    inside = (pose.points[rows, 1] > 0) & (pose.points[rows, 1] < height) & (pose.presence[rows] > SHOWN)
    return bool(inside.any())


def flat_category(cutout: Cutout) -> Category:
    """By the outline: a gap between legs, else the proportions."""
    gap = leg_gap(cutout.region, cutout.axis)
    rows, columns = np.nonzero(cutout.region)
    proportion = (np.ptp(rows) + 1) / (np.ptp(columns) + 1)
    if gap > LEGS:
        return "bottoms"
    return "one-pieces" if proportion > LONG else "tops"
