"""Growing, shrinking and softening of masks. Takes boolean arrays (h, w), gives new ones."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

SMALL_RADIUS = 4  # up to here a kernel is faster than a distance map


def dilate(mask: Bools, radius: float) -> Bools:
    """The mask and everything within `radius` pixels of it."""
    radius = max(1, round(radius))
    if radius > SMALL_RADIUS:
        return np.asarray(distance_to(mask) <= radius + 0.25)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
    return np.asarray(cv2.dilate(mask.view(np.uint8), kernel) > 0)


def distance_to(mask: Bools) -> Floats:
    """Distance (h, w) in pixels of each pixel to the nearest one of the mask; huge where the mask is empty."""
    if not mask.any():
        return np.full(mask.shape, 1e6, np.float32)
    return np.asarray(cv2.distanceTransform((~mask).view(np.uint8), cv2.DIST_L2, 5), np.float32)


def erode(mask: Bools, radius: float) -> Bools:
    """The mask without what lies within `radius` pixels of its outside; the picture's edge is no outside."""
    return ~dilate(~mask, radius)


def closed(mask: Bools, radius: float) -> Bools:
    """The mask with its gaps up to twice the radius filled."""
    return erode(dilate(mask, radius), radius)


def feather(mask: Bools, sigma: float) -> Floats:
    """The mask as coverage in [0, 1], its edge softened by a Gaussian."""
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), max(sigma, 0.3)), np.float32)
