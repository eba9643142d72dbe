"""Edge-aware smoothing and upsampling of soft maps.

Method: the guided filter (He, Sun and Tang, PAMI 2013) with a grey guide, and its fast form (He and Sun, 2015), whose
linear coefficients are found at low resolution and applied at full resolution.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def guided_filter(guide: Floats, maps: Floats, radius: int, epsilon: float) -> Floats:
    """Smooth maps along the edges of a guide.

    Args:
        guide: (h, w) float32 in [0, 1].
        maps: (n, h, w) float32.
        radius: half side of the window in pixels.
        epsilon: variance of the guide below which a window counts as flat.
    """
    gain, offset = _coefficients(guide, maps, radius, epsilon)
    return np.asarray(gain * guide + offset, np.float32)


def guided_upsample(guide: Floats, small_guide: Floats, maps: Floats, radius: int, epsilon: float) -> Floats:
    """Bring maps (n, h, w) to the size of `guide` (H, W), their edges moved onto the guide's."""
    return np.stack(list(_upsampled(guide, small_guide, maps, radius, epsilon)))


def guided_choice(guide: Floats, small_guide: Floats, maps: Floats, radius: int, epsilon: float) -> NDArray[np.uint8]:
    """Which of the maps, up to 256, is the greatest (H, W) after `guided_upsample`; the first of equal ones."""
    every = _upsampled(guide, small_guide, maps, radius, epsilon)
    greatest = next(every)
    choice = np.zeros(greatest.shape, np.uint8)
    for index, values in enumerate(every, 1):
        choice[values > greatest] = index
        np.maximum(greatest, values, out=greatest)
    return choice


def _upsampled(guide: Floats, small_guide: Floats, maps: Floats, radius: int, epsilon: float) -> Iterator[Floats]:
    gain, offset = _coefficients(small_guide, maps, radius, epsilon)
    size = guide.shape[::-1]
    for g, o in zip(gain, offset, strict=True):
        values = cv2.resize(g, size, interpolation=cv2.INTER_LINEAR)
        values *= guide
        values += cv2.resize(o, size, interpolation=cv2.INTER_LINEAR)
        yield np.asarray(values, np.float32)


def _coefficients(guide: Floats, maps: Floats, radius: int, epsilon: float) -> tuple[Floats, Floats]:
    window = (2 * max(radius, 1) + 1,) * 2
    mean = cv2.blur(guide, window)
    variance = cv2.blur(guide * guide, window) - mean * mean
    gains, offsets = [], []
    for values in maps:
        average = cv2.blur(values, window)
        covariance = cv2.blur(guide * values, window) - mean * average
        gain = covariance / (variance + epsilon)
        gains.append(cv2.blur(gain, window))
        offsets.append(cv2.blur(average - gain * mean, window))
    return np.stack(gains), np.stack(offsets)
