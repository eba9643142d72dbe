"""Narrow gaps that new cloth leaves between its own parts: found, and closed with cloth.

Takes the picture with the cloth on it and its coverage; gives both without the gaps.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.picture.patch import Patch
from vesture.vision.fill import push_pull
from vesture.vision.masks import closed

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

WIDEST = 0.07  # units across, of what is a gap between parts of the cloth and no opening
LARGEST = 0.08  # square units
OPENING = 0.2  # of a gap's rim may lie open; more does at the corner between a sleeve and the body
SMALL = 4  # pixels to one of the picture in which colours between are found


def closed_crevices(
    canvas: Floats, cover: Floats, person: Bools, arms: Iterable[Patch], unit: float
) -> tuple[Floats, Floats]:
    """The picture (h, w, 3) and the cloth's coverage (h, w) with the gaps between its parts closed.

    Args:
        person: (h, w) everything in the photo that is not the scene; a gap through which the scene was seen stays.
        arms: bare arms that lie before the cloth; their colour is not the cloth's.
    """
    cloth = cover.copy()
    for patch in arms:
        cloth[patch.place] *= 1 - patch.alpha
    gaps = _crevices(cover > 0.5, person, unit)
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
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    rim = gaps & (cv2.erode(gaps.view(np.uint8), cross) == 0)
    ends = rim & (cv2.dilate((~cloth & ~gaps).view(np.uint8), cross) > 0)
    length, opening = (np.bincount(names[line], minlength=count) for line in (rim, ends))
    chosen = (stats[:, cv2.CC_STAT_AREA] < LARGEST * unit**2) & (opening <= OPENING * length)
    chosen[0] = False
    return np.asarray(chosen[names])


def _cloth_between(canvas: Floats, cloth: Floats) -> Floats:
    """The colours of the new cloth, grown over what it leaves open; at a lower resolution, they are smooth."""
    size = (max(1, canvas.shape[1] // SMALL), max(1, canvas.shape[0] // SMALL))
    small = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
    trust = (cv2.resize(cloth, size, interpolation=cv2.INTER_AREA) > 0.98).astype(np.float32)
    return np.asarray(cv2.resize(push_pull(small, trust), canvas.shape[1::-1]), np.float32)
