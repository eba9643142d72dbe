"""The part of a photo that matters: a box round the person, so that the rest is neither looked at nor touched."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.pose.estimator import Pose

MARGIN = 0.8  # units around the person


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels `top` <= row < `bottom`, `left` <= column < `right` of a photo."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)


def person_box(pose: Pose) -> Box:
    """The person's surroundings, clipped to the photo."""
    height, width = pose.mask.shape
    rows, columns = np.flatnonzero((pose.mask > 0.2).any(1)), np.flatnonzero((pose.mask > 0.2).any(0))
    points = pose.points[pose.visibility > 0.3]
    margin = MARGIN * pose.unit
    xs = np.concatenate([points[:, 0], columns]) if len(columns) else points[:, 0]
    ys = np.concatenate([points[:, 1], rows]) if len(rows) else points[:, 1]
    if not len(xs):
        return Box(0, 0, width, height)
    return Box(
        int(np.clip(xs.min() - margin, 0, width - 1)),
        int(np.clip(ys.min() - margin, 0, height - 1)),
        int(np.clip(xs.max() + margin + 1, 1, width)),
        int(np.clip(ys.max() + margin + 1, 1, height)),
    )


def cropped_pose(pose: Pose, box: Box) -> Pose:
    """The pose in the pixels of the box."""
    offset = np.array([box.left, box.top], np.float32)
    return replace(pose, points=pose.points - offset, mask=np.ascontiguousarray(pose.mask[box.slices]))


def scaled_pose(pose: Pose, scale: float) -> Pose:
    """The pose in a photo shrunk by `scale`, in (0, 1]."""
    if scale >= 1:
        return pose
    height, width = pose.mask.shape
    size = max(1, round(width * scale)), max(1, round(height * scale))
    mask = np.asarray(cv2.resize(pose.mask, size, interpolation=cv2.INTER_AREA), np.float32)
    return replace(pose, points=pose.points * scale, depth=pose.depth * scale, mask=mask)


def pasted(whole: NDArray[np.uint8], part: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """A copy of `whole` with the box replaced by `part`."""
    result = whole.copy()
    result[box.slices] = part
    return result
