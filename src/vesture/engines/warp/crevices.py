"""Narrow gaps that new cloth leaves between its own parts: found, and closed with cloth.

Takes the picture with the cloth on it and its coverage; gives both without the gaps.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.patch import Patch
from vesture.vision.fill import push_pull
from vesture.vision.masks import closed

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

WIDEST = 0.07  # units across, of what is a gap between parts of the cloth and no opening
LARGEST = 0.08  # square units
SMALL = 4  # pixels to one of the picture in which colours between are found


def closed_crevices(
    canvas: Floats, cover: Floats, person: Bools, arms: Iterable[Patch], unit: float
) -> tuple[Floats, Floats]:
    """The picture (h, w, 3) and the cloth's coverage (h, w) with the gaps between its parts closed.

    Args:
        person: (h, w) everything in the photo that is not the scene; a gap through which the scene was seen stays.
        arms: bare arms that lie before the cloth; what shows them is no gap, and their colour is not the cloth's.
    """
    cloth = cover.copy()
    for patch in arms:
        cloth[patch.place] *= 1 - patch.alpha
    gaps = _crevices(cover > 0.5, person, unit)
    for patch in arms:
        gaps[patch.place] &= patch.alpha < 0.5
    if not gaps.any():
        return canvas, cover
    soft = cv2.GaussianBlur(cv2.dilate(gaps.view(np.uint8), np.ones((7, 7), np.uint8)).astype(np.float32), (0, 0), 1.0)
    canvas = canvas + (_cloth_between(canvas, cloth) - canvas) * soft[..., None]
    return canvas, np.maximum(cover, soft)


def _crevices(cloth: Bools, person: Bools, unit: float) -> Bools:
    """The gaps, in the armpits above all."""
    gaps = closed(cloth, WIDEST * unit) & ~cloth & person
    count, names, stats, _ = cv2.connectedComponentsWithStats(gaps.view(np.uint8))
    if count < 2:
        return gaps
    inner = cv2.blur(cloth.astype(np.float32), (2 * round(0.09 * unit) + 1,) * 2)
    total = np.bincount(names[gaps], weights=inner[gaps], minlength=count)
    area = stats[:, cv2.CC_STAT_AREA]
    chosen = (area < LARGEST * unit**2) & (total > 0.6 * area)
    chosen[0] = False
    return np.asarray(chosen[names])


def _cloth_between(canvas: Floats, cloth: Floats) -> Floats:
    """The colours of the new cloth, grown over what it leaves open; at a lower resolution, they are smooth."""
    size = (max(1, canvas.shape[1] // SMALL), max(1, canvas.shape[0] // SMALL))
    small = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
    trust = (cv2.resize(cloth, size, interpolation=cv2.INTER_AREA) > 0.98).astype(np.float32)
    return np.asarray(cv2.resize(push_pull(small, trust), canvas.shape[1::-1]), np.float32)
