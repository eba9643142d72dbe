"""Skin seen through torn trousers is part of the trousers: whoever takes them off, or puts them on, does so with it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.parsing.bare import drawn_limbs
from vesture.vision.parsing.prior import BOTTOM, SKIN, Skeleton

Labels = NDArray[np.uint8]

LARGEST, SMALLEST = 0.15, 0.004  # square units of a tear
ENCLOSED = 0.65  # share of its outline along which the trousers lie: tears reach the outline of a leg
HANDS, ANKLES = 0.45, 0.3  # units around hands that are seen, and around ankles, where skin is a hand's and a foot's
ON_A_LEG = 0.7  # share of it that lies there
SEEN = 0.5  # visibility of a wrist


def with_rips(labels: Labels, skeleton: Skeleton) -> Labels:
    """Labels (h, w) in which islands of skin on a leg, with trousers of one piece around them, are trousers."""
    skin, trousers = labels == SKIN, labels == BOTTOM
    count, names, stats, _ = cv2.connectedComponentsWithStats(skin.astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA] / skeleton.unit**2
    islands = [index for index in range(1, count) if SMALLEST < areas[index] < LARGEST]
    if not islands or not trousers.any():
        return labels
    shape = (labels.shape[0], labels.shape[1])
    legs = drawn_limbs(skeleton, shape, ("thigh", "shin"), 1.3)
    _, pieces = cv2.connectedComponents(trousers.astype(np.uint8))
    result = labels.copy()
    for index in islands:
        island = names == index
        if legs[island].mean() < ON_A_LEG or _at_an_end(island, skeleton):
            continue
        ring = (cv2.dilate(island.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~island
        beside = np.bincount(pieces[ring], minlength=2)
        if beside[1:].max() > ENCLOSED * ring.sum():
            result[island] = BOTTOM
    return result


def _at_an_end(island: NDArray[np.bool_], skeleton: Skeleton) -> bool:
    """Whether an island (h, w) is near a hand that is seen, or an ankle."""
    rows, columns = np.nonzero(island)
    places = np.stack([columns, rows], 1)
    seen = [side for side in (0, 1) if skeleton.visibility[15 + side] > SEEN]
    ends = [(joint + side, HANDS) for side in seen for joint in (15, 19)] + [(27, ANKLES), (28, ANKLES)]
    return any(
        float(np.linalg.norm(places - skeleton.points[joint], axis=1).min()) < reach * skeleton.unit
        for joint, reach in ends
    )
