"""Filling holes from what surrounds them.

Takes arrays, gives new arrays; knows nothing about people or clothes.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def push_pull(image: Floats, weight: Floats) -> Floats:
    """Fill an image smoothly from its trusted pixels.

    Averages are pushed down a pyramid and pulled back up into the holes (Gortler et al., "The Lumigraph",
    SIGGRAPH 1996, section 3.4). Trusted pixels keep their value.

    Args:
        image: (h, w, c) float32.
        weight: (h, w) float32 in [0, 1], the trust in each pixel; 0 in holes.

    Returns:
        (h, w, c) float32.
    """
    levels = [(image * weight[..., None], weight)]
    while max(levels[-1][1].shape) > 1:
        colour, trust = levels[-1]
        size = (max(1, (trust.shape[1] + 1) // 2), max(1, (trust.shape[0] + 1) // 2))
        smaller = cv2.resize(colour, size, interpolation=cv2.INTER_AREA)
        smaller_trust = cv2.resize(trust, size, interpolation=cv2.INTER_AREA)
        # a quarter-filled cell already says enough about its level
        gain = np.minimum(1.0, 4.0 * smaller_trust) / np.maximum(smaller_trust, 1e-6)
        levels.append((_channels(smaller * gain[..., None], image), (smaller_trust * gain).astype(np.float32)))
    colour, trust = levels[-1]
    filled = colour / np.maximum(trust, 1e-6)[..., None]
    for colour, trust in reversed(levels[:-1]):
        coarse = _channels(cv2.resize(filled, trust.shape[::-1], interpolation=cv2.INTER_LINEAR), image)
        filled = colour + coarse * (1.0 - trust)[..., None]
    return filled.astype(np.float32)


def _channels(array: NDArray[np.float32], like: Floats) -> Floats:
    return array.reshape(*array.shape[:2], like.shape[2]).astype(np.float32)


def grain(image: Floats, where: NDArray[np.bool_], generator: np.random.Generator) -> Floats:
    """Noise of the same strength and size as the fine grain of the pixels `where` is true, (h, w, 3) float32."""
    if int(where.sum()) < 64:
        return np.zeros_like(image)
    detail = image - cv2.GaussianBlur(image, (0, 0), 1.2)
    inside = detail[where]
    # median absolute deviation: edges and texture must not count as grain
    strength = np.minimum(1.4826 * np.median(np.abs(inside), axis=0), 6.0)
    noise = generator.standard_normal(image.shape[:2]).astype(np.float32)
    noise -= cv2.GaussianBlur(noise, (0, 0), 1.2)
    noise /= max(float(noise.std()), 1e-6)
    return np.asarray(noise[..., None] * strength, np.float32)
