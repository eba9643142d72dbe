"""The ends of wide trousers that hang over shoes: cloth, though they lie where feet are.

Takes labels and the photo, gives labels. What has the colours of wide trousers right above it, and hangs from them, is
their end. Narrow ones end on top of a shoe, which may well have their colours; it is left alone.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.masks import distance_to
from vesture.vision.parsing.prior import BOTTOM, SHOES, Skeleton
from vesture.vision.pose.joints import Joint

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Labels = NDArray[np.uint8]

ABOVE = 0.45  # units above a shoe within which its trousers' colours are taken
RIGHT_ABOVE = 0.2  # and their width
WIDE = 0.35  # units across from which on trousers hang over shoes
COVERED = 0.7  # share of the foot's columns that have trousers right above them
SKIRT, SOLID = 0.5, 0.95  # units across, and share of its width without a gap, of a long skirt
HEM, KEPT = 0.75, 0.8  # units across of its hem at least, and share of its width above the shoes that it keeps there
OVER = 0.25  # units that it hangs over shoes at least
FAR, WHOLLY = 0.55, 0.95  # units across, and share of the foot's columns, of a leg that hides most of a foot
FEWEST = 24  # pixels that tell colours
LIGHT = 0.6  # weight of lightness beside hue: folds and shade are the trousers' own
KINDS = 3  # of colour in the trousers above a shoe
USUAL = 90  # percentile of the trousers' distances from these colours
MOSTLY, CLEARLY = 30, 0.76  # percentile of the foot's distances that must lie below this share of the usual
SOME = 12  # that percentile where a skirt or such a leg hides most of a foot or little
LEAST_END = 0.012  # square units of what goes over to the trousers
HIGHER = 0.04  # units that trousers must end above the ground
AROUND = 0.06  # units around a hem's level within which each pixel's colour decides
SMOOTH = 0.03  # units over which neighbours agree


def with_trouser_ends(labels: Labels, lab: Floats, skeleton: Skeleton) -> Labels:
    """Labels (h, w) in which trousers that hang over shoes end where their colours do.

    Args:
        labels: (h, w).
        lab: (h, w, 3) the photo.
    """
    shoes, unit = labels == SHOES, skeleton.unit
    if not shoes.any() or not (labels == BOTTOM).any():
        return labels
    around = _box(shoes, round(ABOVE * unit))[0], np.s_[0 : labels.shape[1]]
    cloth, result = labels[around] == BOTTOM, labels.copy()
    skirt = _skirt_hem(cloth, shoes[around], unit)
    both = _feet(shoes[around], skeleton, around)
    for feet, other in (both, both[::-1]):
        if feet.any():
            box = _box(feet, round(ABOVE * unit))
            far = _across(cloth, feet, other, unit) >= FAR * unit
            ends = _ends(feet[box], cloth[box], lab[around][box], unit, skirt > 0, far)
            if skirt:
                ends[max(0, skirt - box[0].start) :] = False
            result[around][box][ends] = BOTTOM
    return result


def _box(mask: Bools, above: int) -> tuple[slice, slice]:
    """The box of a mask with some pixels beside it and `above` it."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return np.s_[
        max(0, int(rows[0]) - above) : int(rows[-1]) + 2,
        max(0, int(columns[0]) - 2) : int(columns[-1]) + 3,
    ]


def _feet(shoes: Bools, skeleton: Skeleton, box: tuple[slice, slice]) -> tuple[Bools, Bools]:
    """The pixels (h, w) of shoes of either foot in a box: those nearer to it."""
    rows, columns = np.nonzero(shoes)
    pixels = np.stack([columns + box[1].start, rows + box[0].start], 1).astype(np.float32)
    away = []
    for left in (0, 1):
        ankle, heel, toe = (
            skeleton.points[joint + left] for joint in (Joint.LEFT_ANKLE, Joint.LEFT_HEEL, Joint.LEFT_TOE)
        )
        away.append(np.minimum(_beside(pixels, ankle, heel), _beside(pixels, heel, toe)))
    first = np.zeros_like(shoes)
    first[rows, columns] = away[0] <= away[1]
    return first, shoes & ~first


def _beside(pixels: Floats, start: Floats, end: Floats) -> Floats:
    """Squared distance (n,) of pixels (n, 2) from a line."""
    way = end - start
    along = np.clip((pixels - start) @ way / max(float(way @ way), 1e-6), 0, 1)
    away = pixels - start - along[:, None] * way
    return np.asarray((away**2).sum(1), np.float32)


def _skirt_hem(cloth: Bools, shoes: Bools, unit: float) -> int:
    """The row down to which a long skirt hangs over the shoes, 0 where none does.

    A skirt is one piece from side to side, as wide over the shoes as above them. Legs part, and shoes below a hem, or
    crossed legs, are narrower than the skirt, or far apart.
    """
    top = int(np.argmax(shoes.any(1)))
    whole = cloth | shoes
    first, last = np.argmax(whole, axis=1), whole.shape[1] - np.argmax(whole[:, ::-1], axis=1)
    width = (last - first) * whole.any(1)
    solid = whole.sum(1) >= SOLID * np.maximum(width, 1)
    above = slice(max(0, top - round(RIGHT_ABOVE * unit)), top)
    if not top or not solid[above].all() or np.median(width[above]) < SKIRT * unit:
        return 0
    hangs = solid[top:] & (width[top:] >= KEPT * width[:top].max())
    hem = top + int(np.argmin(np.append(hangs, False)))
    if hem - top < OVER * unit or width[top:hem].max() < HEM * unit:
        return 0
    return hem


def _across(cloth: Bools, foot: Bools, other: Bools, unit: float) -> float:
    """Width in pixels of the cloth (h, w) right above a foot, half the way to the other one at most."""
    middle, own = np.flatnonzero(foot.any(0)).mean(), np.ones(foot.shape[1], bool)
    if other.any():
        way = np.flatnonzero(other.any(0)).mean() - middle
        own = (np.arange(foot.shape[1]) - middle) * np.sign(way) < abs(way) / 2
    return _width(cloth & own, foot, unit)


def _ends(foot: Bools, trousers: Bools, lab: Floats, unit: float, skirt: bool, far: bool) -> Bools:
    """Which pixels (h, w) of a foot are the end of the wide trousers above it, or of a skirt, which may hide it, as
    trousers may that reach `far` beyond it."""
    nothing = np.zeros_like(foot)
    near = trousers & (distance_to(foot) <= ABOVE * unit)
    if min(np.count_nonzero(near), np.count_nonzero(foot)) < FEWEST:
        return nothing
    columns = np.flatnonzero(foot.any(0))
    covered = float(near[np.argmax(foot[:, columns], axis=0) - 1, columns].mean())
    hides = skirt or (far and covered >= WHOLLY)
    if not hides and (covered < COVERED or _width(near, foot, unit) < WIDE * unit):
        return nothing
    away = _distance(lab * np.array([LIGHT, 1, 1], np.float32), near)
    usual = float(np.percentile(away[near], USUAL))
    if float(np.percentile(away[foot], SOME if hides else MOSTLY)) > CLEARLY * usual:
        return nothing
    leg = foot | near
    known = np.maximum(cv2.GaussianBlur(leg.astype(np.float32), (0, 0), SMOOTH * unit), 1e-3)
    alike = cv2.GaussianBlur(((away < usual) & leg).astype(np.float32), (0, 0), SMOOTH * unit) / known > 0.5
    hem = _hem(alike, foot)
    level = np.arange(len(foot))[:, None] - hem
    ends = foot & ((level < -AROUND * unit) | ((level < AROUND * unit) & alike))
    ground = int(np.flatnonzero(foot.any(1))[-1])
    if (not skirt and ground - hem < HIGHER * unit) or np.count_nonzero(ends) < LEAST_END * unit**2:
        return nothing
    return ends


def _hem(alike: Bools, foot: Bools) -> int:
    """The row that best parts a foot into what is like the trousers, above, and what is not."""
    shows = np.where(alike, 1, -1) * foot
    return int(np.argmax(np.cumsum(np.append(0, shows.sum(1)))))


def _width(trousers: Bools, foot: Bools, unit: float) -> float:
    """Width in pixels of the trousers right above a foot."""
    top = int(np.argmax(foot.any(1)))
    return float(np.median(trousers[max(0, top - round(RIGHT_ABOVE * unit)) : top + 1].sum(1)))


def _distance(lab: Floats, known: Bools) -> Floats:
    """Distance (h, w) of each pixel's colour to the nearest of the main colours of known ones."""
    colours = np.ascontiguousarray(lab[known], np.float32)
    order = np.argsort(colours[:, 0], kind="stable")
    first = (np.arange(len(colours)) * KINDS // len(colours)).astype(np.int32)
    start = np.empty((len(colours), 1), np.int32)
    start[order, 0] = first
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, _, centres = cv2.kmeans(colours, KINDS, start, criteria, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    return np.asarray(np.linalg.norm(lab[:, :, None] - centres, axis=-1).min(-1), np.float32)
