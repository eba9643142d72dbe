"""Narrow gaps that new cloth leaves between its own parts: found, and closed with cloth.

Takes the picture with the cloth on it and its coverage; gives both without the gaps.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.picture.patch import Patch
from vesture.vision.masks import closed, dilate, erode

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

# Units: half the width of what is a gap between parts of the cloth and no opening, all of it on the person, and of
# what is one though some of the scene was seen in it.
WIDEST, NARROW = 0.07, 0.03
NARROWEST = 0.016  # where worn cloth hangs, with gaps of its own
LARGEST = 0.08  # square units
# Of a wide gap's rim and of a narrow one's, what may lie open; more does at the corner between a sleeve and the body.
WIDE_OPEN, OPEN = 0.15, 0.2
# Of a gap, what must lie on the person, or on skin that was bared: else it is one through which the scene was seen.
ON_PERSON, ON_SKIN = 0.5, 0.25
IN_SHADE, SLIT = 0.75, 0.016  # of its light that cloth has in a slit; units, half the width of one
SMALL = 4  # pixels to one of the picture in which colours between are found


def closed_crevices(
    canvas: Floats,
    cover: Floats,
    person: Bools,
    bared: Bools,
    arms: Iterable[Patch],
    unit: float,
    hanging: Bools | None = None,
) -> tuple[Floats, Floats]:
    """The picture (h, w, 3) and the cloth's coverage (h, w) with the gaps between its parts closed.

    Args:
        person: (h, w) everything in the photo that is not the scene; a gap through which the scene was seen stays.
        bared: (h, w) where skin was painted for the clothes that these replace.
        arms: bare arms that lie before the cloth; their colour is not the cloth's.
        hanging: (h, w) where sleeves of a worn garment hang beside its torso; only the narrowest gaps are closed there.
    """
    cloth = cover.copy()
    for patch in arms:
        cloth[patch.place] *= 1 - patch.alpha
    gaps = _crevices(cover > 0.5, person, bared, unit, hanging)
    if not gaps.any():
        return canvas, cover
    soft = cv2.GaussianBlur(cv2.dilate(gaps.view(np.uint8), np.ones((7, 7), np.uint8)).astype(np.float32), (0, 0), 1.0)
    slits = gaps & ~dilate(erode(gaps, SLIT * unit), 1.5 * SLIT * unit)
    light = 1 - (1 - IN_SHADE) * cv2.GaussianBlur(slits.astype(np.float32), (0, 0), 1.0)
    canvas = canvas + (_cloth_between(canvas, cloth) * light[..., None] - canvas) * soft[..., None]
    return canvas, np.maximum(cover, soft)


def _crevices(cloth: Bools, person: Bools, bared: Bools, unit: float, hanging: Bools | None) -> Bools:
    """The gaps, in the armpits above all."""
    wide = closed(cloth, WIDEST * unit) & ~cloth & person
    # skin that was covered before would show as a sliver
    narrow = closed(cloth, NARROW * unit) & ~cloth
    if hanging is not None:
        narrowest = ~hanging | closed(cloth, NARROWEST * unit)
        wide, narrow = wide & narrowest, narrow & narrowest
    shut = _shut(wide, cloth, person, (WIDE_OPEN, ON_PERSON), unit)
    return shut | _shut(narrow, cloth, person & bared, (OPEN, ON_SKIN), unit)


def _shut(gaps: Bools, cloth: Bools, behind: Bools, shares: tuple[float, float], unit: float) -> Bools:
    """Those of the gaps that are small, of which at most a share of the rim is open, and at least a share has something
    `behind`."""
    most, least = shares
    count, names, stats, _ = cv2.connectedComponentsWithStats(gaps.view(np.uint8))
    if count < 2:
        return gaps
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    rim = gaps & (cv2.erode(gaps.view(np.uint8), cross) == 0)
    ends = rim & (cv2.dilate((~cloth & ~gaps).view(np.uint8), cross) > 0)
    length, opening, shut = (np.bincount(names[where], minlength=count) for where in (rim, ends, gaps & behind))
    area = stats[:, cv2.CC_STAT_AREA]
    chosen = (area < LARGEST * unit**2) & (opening <= most * length) & (shut >= least * area)
    chosen[0] = False
    return np.asarray(chosen[names])


def _cloth_between(canvas: Floats, cloth: Floats) -> Floats:
    """The colours of the new cloth, those nearest, where it leaves something open; found at a lower resolution."""
    size = (max(1, canvas.shape[1] // SMALL), max(1, canvas.shape[0] // SMALL))
    small = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
    open_ = (cv2.resize(cloth, size, interpolation=cv2.INTER_AREA) <= 0.98).view(np.uint8)
    if open_.all():
        return canvas
    names = cv2.distanceTransformWithLabels(open_, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1]
    colours = np.zeros((int(names.max()) + 1, canvas.shape[2]), np.float32)
    colours[names[open_ == 0]] = small[open_ == 0]
    nearest = cv2.GaussianBlur(colours[names], (0, 0), 1.0)
    return np.asarray(cv2.resize(nearest, canvas.shape[1::-1]), np.float32)
