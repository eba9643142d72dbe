"""Mending what place and colour alone get wrong: things that bodies and clothes never do."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.parsing.bare import drawn_limbs
from vesture.vision.parsing.prior import (
    BOTTOM,
    HAIR,
    ONE_PIECE,
    SHOES,
    SKIN,
    TOP,
    Covering,
    Skeleton,
    capsule,
    limb_ends,
)

Floats = NDArray[np.float32]
Labels = NDArray[np.uint8]
Bools = NDArray[np.bool_]

BELTS = (0.12, 0.3)  # heights, in v, of what may part a dress at the waist
ALIKE = 0.73  # common share of the colours of one garment's upper and lower part
FLARE = 0.24  # units: more than half a trouser leg
LEGS_ONLY = 0.35  # v of the upper edge of a photo that shows no chest, where forearms hang before trousers
ONE_CLOTH = 9.0  # Lab distance within one cloth
THINNEST_SHAFT = 0.1  # units
LARGEST_LACES = 0.12  # units squared
SPECK = 0.012  # units squared: smaller patches of a label are mistakes


def repair(labels: Labels, lab: Floats, skeleton: Skeleton, covering: Covering, alike: float = ALIKE) -> Labels:
    """Labels (h, w) with implausible ones replaced; `lab` (h, w, 3) is the photo.

    `alike`: the share of colours that top and bottom have in common at the least where they are one garment.
    """
    labels = labels.copy()
    _, v = skeleton.frame((labels.shape[0], labels.shape[1]))
    labels = _no_hair_off_the_head(labels, skeleton, v)
    highest = min(0.55, covering.waist) if covering.waist < float(v.max()) else covering.waist
    labels[(labels == BOTTOM) & (v < highest)] = TOP
    labels[(labels == SHOES) & (v < 1.4)] = BOTTOM
    labels = _sleeves(labels, skeleton) if float(v.min()) < LEGS_ONLY else _hips(labels, lab, skeleton)
    labels = _thick_shoes(_laces(labels, skeleton), skeleton)
    labels = _without_specks(labels, SPECK * skeleton.unit**2)
    return _dress(labels, lab, skeleton, v, covering, alike) if alike <= 1 else labels


def _no_hair_off_the_head(labels: Labels, skeleton: Skeleton, v: Floats) -> Labels:
    """Hair hangs together with the head; dark cloth that does not is cloth."""
    centre, radius = skeleton.face()
    head = capsule((labels.shape[0], labels.shape[1]), centre, centre, 1.3 * radius) > 0.5
    _, names = cv2.connectedComponents((labels == HAIR).astype(np.uint8))
    attached = np.unique(names[head & (labels == HAIR)])
    stray = (labels == HAIR) & ~np.isin(names, attached[attached > 0])
    result = labels.copy()
    result[stray] = np.where(v[stray] < 0.9, TOP, BOTTOM)
    return result


def _sleeves(labels: Labels, skeleton: Skeleton) -> Labels:
    """Nothing but a sleeve covers a visible forearm that hangs clear of the hips."""
    result = labels.copy()
    shape = (labels.shape[0], labels.shape[1])
    for side in (0, 1):
        if skeleton.visibility[15 + side] < 0.5:
            continue
        start, end, radius = limb_ends(skeleton)["forearm"][side]
        axis = capsule(shape, start, end, 0.6 * radius) > 0.6
        wrong = axis & np.isin(result, (BOTTOM, SHOES, HAIR))
        if wrong.sum() > 0.25 * axis.sum():
            result[wrong] = TOP
    return result


def _hips(labels: Labels, lab: Floats, skeleton: Skeleton) -> Labels:
    """Where no chest is seen, what touches the trousers in their own colour is their hip, not a sleeve before it."""
    result = labels.copy()
    if not (labels == BOTTOM).any():
        return result
    cloth = np.median(lab[labels == BOTTOM], axis=0)
    count, names = cv2.connectedComponents((labels == TOP).astype(np.uint8))
    reach = np.ones((2 * max(1, round(0.08 * skeleton.unit)) + 1,) * 2, np.uint8)
    for index in range(1, count):
        patch = names == index
        touches = ((cv2.dilate(patch.astype(np.uint8), reach) > 0) & (labels == BOTTOM)).any()
        if touches and np.linalg.norm(np.median(lab[patch], axis=0) - cloth) < ONE_CLOTH:
            result[patch] = BOTTOM
    return result


def _laces(labels: Labels, skeleton: Skeleton) -> Labels:
    """Patches of trousers on a foot that hang together with no trousers above it are laces, tongues and soles."""
    feet = drawn_limbs(skeleton, (labels.shape[0], labels.shape[1]), ("foot",), 1.6)
    count, names, stats, _ = cv2.connectedComponentsWithStats((labels == BOTTOM).astype(np.uint8))
    result = labels.copy()
    for index in range(1, count):
        patch = names == index
        if (
            stats[index, cv2.CC_STAT_AREA] < LARGEST_LACES * skeleton.unit**2
            and (patch & feet).sum() > 0.5 * patch.sum()
        ):
            result[patch] = SHOES
    return result


def _thick_shoes(labels: Labels, skeleton: Skeleton) -> Labels:
    """A boot's shaft is as thick as a leg; a strip of shoe up along the leg is ground seen between the legs."""
    size = 2 * max(1, round(0.5 * THINNEST_SHAFT * skeleton.unit)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    shoes = (labels == SHOES).astype(np.uint8)
    thick = cv2.dilate(cv2.morphologyEx(shoes, cv2.MORPH_OPEN, kernel), np.ones((3, 3), np.uint8)) > 0
    feet = drawn_limbs(skeleton, (labels.shape[0], labels.shape[1]), ("foot",), 2.0)
    result = labels.copy()
    result[(shoes > 0) & ~thick & ~feet] = 0
    return result


def _without_specks(labels: Labels, smallest: float) -> Labels:
    """Small patches take the label of what surrounds them."""
    result = labels.copy()
    for label in np.unique(labels[labels > 0]):
        count, names, stats, _ = cv2.connectedComponentsWithStats((labels == label).astype(np.uint8), connectivity=4)
        small = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] < smallest]
        for index in small:
            left, top, width, height, _ = stats[index]
            box = np.s_[max(0, top - 1) : top + height + 1, max(0, left - 1) : left + width + 1]
            patch = names[box] == index
            ring = (cv2.dilate(patch.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~patch
            around = labels[box][ring]
            around = around[around > 0] if (around > 0).mean() > 0.3 else around
            if len(around):
                result[box][patch] = np.bincount(around).argmax()
    return result


def _dress(labels: Labels, lab: Floats, skeleton: Skeleton, v: Floats, covering: Covering, alike: float) -> Labels:
    """Top and bottom of one colour or pattern that hang as a skirt are a dress; a belt may part them."""
    top, bottom, waist = labels == TOP, labels == BOTTOM, covering.waist
    chest, all_above = (lab[top & (v > 0.15) & (v < end)] for end in (0.5, max(waist - 0.1, 0.6)))
    if min(len(chest), len(all_above)) < 60 or not _hangs_as_skirt(labels, skeleton, covering):
        return labels
    common = 0.0
    for belt in BELTS:
        below = lab[bottom & (v > waist + belt) & (v < waist + belt + 0.7)]
        if len(below) >= 60:
            common = max(common, _common(chest, below), _common(all_above, below))
    if common < alike:
        return labels
    result = labels.copy()
    result[top | bottom] = ONE_PIECE
    return result


def _common(first: Floats, second: Floats) -> float:
    """Intersection, in [0, 1], of the colour histograms of two sets of Lab pixels."""
    shares = []
    for pixels in (first, second):
        cells = np.rint(pixels / np.array([14.0, 6.0, 6.0], np.float32)).astype(int) + np.array([2, 24, 24])
        histogram: NDArray[np.floating] = np.zeros((16, 48, 48), np.float32)
        np.add.at(histogram, tuple(np.clip(cells, 0, (15, 47, 47)).T), 1.0 / len(pixels))
        for axis in range(3):
            histogram = (np.roll(histogram, 1, axis) + 2 * histogram + np.roll(histogram, -1, axis)) / 4
        shares.append(histogram)
    return float(np.minimum(*shares).sum())


def _hangs_as_skirt(labels: Labels, skeleton: Skeleton, covering: Covering) -> bool:
    """Cloth all the way from thigh to thigh, and legs that are bare below it or not in the picture."""
    p = skeleton.points
    height, width = labels.shape
    seen = []
    for t in (0.3, 0.4, 0.5):
        left, right = (p[23 + side] + t * (p[25 + side] - p[23 + side]) for side in (0, 1))
        places = np.rint(left + np.linspace(0, 1, 15)[:, None] * (right - left)).astype(int)
        if (places >= 0).all() and (places < (width, height)).all():
            seen.append(np.isin(labels[places[:, 1], places[:, 0]], (TOP, BOTTOM)).mean())
    if not seen or np.mean(seen) < 0.85:
        return False
    if _flares(labels, skeleton):
        return True
    legs_cut_off = float(p[[25, 26], 1].min()) > 0.97 * height
    bare = max(float((leg[len(leg) // 3 :] > 0.55).mean()) for leg in covering.legs)
    return legs_cut_off or bare > 0.15


def _flares(labels: Labels, skeleton: Skeleton) -> bool:
    """Cloth between the knees and well beyond them on both sides: a long skirt."""
    knees = skeleton.points[[25, 26]]
    left, right = knees[np.argsort(knees[:, 0])]
    out = (right - left) / max(float(np.linalg.norm(right - left)), 1e-3) * FLARE * skeleton.unit
    places = np.rint(left - out + np.linspace(0, 1, 21)[:, None] * (right - left + 2 * out)).astype(int)
    if (places < 0).any() or (places >= labels.shape[::-1]).any():
        return False
    return bool(np.isin(labels[places[:, 1], places[:, 0]], (TOP, BOTTOM)).mean() > 0.95)


def no_skin_off_the_neck(labels: Labels, skeleton: Skeleton) -> Labels:
    """What lies on the shoulders beside the neck, clear of face and raised arms, is a hood or a collar, never skin."""
    u, _ = skeleton.frame((labels.shape[0], labels.shape[1]))
    shoulders = skeleton.points[[11, 12]]
    rise = (shoulders.mean(0)[1] - np.arange(labels.shape[0], dtype=np.float32))[:, None] / skeleton.unit
    # a bare shoulder rises from its tip to the foot of the neck; this line runs a little above it
    shoulder_line = np.interp(np.abs(u), [0.2, 0.5, 0.7], [0.3, 0.15, 0.1]).astype(np.float32)
    centre, radius = skeleton.face()
    ys, xs = np.mgrid[: labels.shape[0], : labels.shape[1]].astype(np.float32)
    off_face = np.hypot(xs - centre[0], ys - centre[1]) > 1.3 * radius
    below_jaw = ys > centre[1] + 0.75 * radius
    beside = (np.abs(u) > 0.21) & (np.abs(u) < 0.6) & (rise > shoulder_line) & off_face & below_jaw
    if (skeleton.points[[13, 14, 15, 16], 1] < shoulders[:, 1].min()).any():
        return labels  # a raised arm may well be there
    result = labels.copy()
    result[beside & (labels == SKIN)] = TOP
    return result
