"""Ribbed hems and cuffs in another colour: they belong to the jumper, though they look unlike it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.vision.parsing.bare import drawn_limbs
from vesture.vision.parsing.prior import BOTTOM, TOP, Skeleton, capsule_and_place, limb_ends

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Labels = NDArray[np.uint8]

FOREARM_SEEN = 0.6
CUFF_FROM = 0.75  # of the forearm
CUFF_SHARE = 0.2  # of the cloth there
SMALLEST_CUFF = 0.015  # units squared
CHEST = 0.5  # v, above which nothing is a lower garment, whatever its colour
EVEN = 9.0  # spread of a hem's Lab colours
ALIKE, UNLIKE = 13.0, 14.0  # Lab distances
BANDS = np.arange(0.05, 0.24, 0.02)  # heights of a hem, in v
CORE = 0.32  # half width of the torso that is looked at, in units


def with_trims(labels: Labels, lab: Floats, skeleton: Skeleton) -> Labels:
    """Labels (h, w) with cuffs and a hem of their colour given to the top; `lab` (h, w, 3) is the photo.

    A band below the waist may as well be a belt or a waistband: it is a hem only if the sleeves end in its colour.
    """
    shape = (labels.shape[0], labels.shape[1])
    u, v = skeleton.frame(shape)
    result = _cuffs(labels, lab, skeleton, shape)
    ends = _sleeve_ends(result, lab, skeleton, shape, u)
    core = np.abs(u) < CORE
    start = _first_level(result, core & ~drawn_limbs(skeleton, shape, ("forearm", "hand"), 1.2), v)
    if not ends or start is None:
        return result
    core &= labels == BOTTOM
    for height in BANDS[::-1]:
        band = core & (v >= start) & (v < start + height)
        below = core & (v >= start + height + 0.01) & (v < start + height + 0.1)
        if min(band.sum(), below.sum()) < 30:
            continue
        colour, spread = np.median(lab[band], axis=0), lab[band].std(0)
        cuffs = [(np.linalg.norm(end - colour, axis=1) < ALIKE).mean() for end in ends]
        step = np.linalg.norm(colour - np.median(lab[below], axis=0))
        if np.linalg.norm(spread) < EVEN and max(cuffs) > CUFF_SHARE and step > UNLIKE:
            near = (result == BOTTOM) & (v < start + height + 0.1)
            result[near & (np.linalg.norm(lab - colour, axis=-1) < 1.3 * ALIKE)] = TOP
            return result
    return result


def _cuffs(labels: Labels, lab: Floats, skeleton: Skeleton, shape: tuple[int, int]) -> Labels:
    """Lower garment on a forearm that is seen is a cuff, with all of its colour around."""
    result = labels.copy()
    for side, (start, end, radius) in enumerate(limb_ends(skeleton)["forearm"]):
        if skeleton.visibility[15 + side] < FOREARM_SEEN:
            continue
        near, place = capsule_and_place(shape, start, end, radius)
        patch = (labels == BOTTOM) & (near > 0.75) & (place > 0.1)
        sleeve = (labels == TOP) & (near > 0.75)  # without one it is a bracelet, or the strap of a bag
        if patch.sum() < SMALLEST_CUFF * skeleton.unit**2 or sleeve.sum() < patch.sum():
            continue
        alike = np.linalg.norm(lab - np.median(lab[patch], axis=0), axis=-1) < 1.3 * ALIKE
        result[(labels == BOTTOM) & (patch | (alike & (near > 0.3) & (place > 0.1)))] = TOP
    return result


def _sleeve_ends(labels: Labels, lab: Floats, skeleton: Skeleton, shape: tuple[int, int], u: Floats) -> list[Floats]:
    """Colours (n, 3) of the cloth near each wrist that is seen."""
    colours = []
    for side, (start, end, radius) in enumerate(limb_ends(skeleton)["forearm"]):
        if skeleton.visibility[15 + side] < FOREARM_SEEN:
            continue
        near, place = capsule_and_place(shape, start, end, radius)
        cloth = (near > 0.5) & (place > CUFF_FROM) & (labels == TOP) & (np.abs(u) > CORE)
        if cloth.sum() > 20:
            colours.append(lab[cloth])
    return colours


def _first_level(labels: Labels, core: Bools, v: Floats) -> float | None:
    """v where the lower garment begins on the torso; None where top and bottom do not meet."""
    top, bottom = v[core & (labels == TOP)], v[core & (labels == BOTTOM) & (v > CHEST)]
    if min(len(top), len(bottom)) < 60:
        return None
    start = float(np.quantile(bottom, 0.02))
    return start if abs(start - float(np.quantile(top, 0.98))) < 0.25 else None
