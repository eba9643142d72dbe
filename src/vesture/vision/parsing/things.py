"""Bags, papers, umbrellas: what a person carries is neither body nor garment, and stays where it is."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.parsing.prior import BOTTOM, OTHER, Skeleton, capsule, limb_ends

Floats = NDArray[np.float32]
Labels = NDArray[np.uint8]
Bools = NDArray[np.bool_]

SMALLEST = 0.035  # units squared
LARGEST_SCRAP, AT_HAND = 0.08, 0.4  # units squared of a scrap, and units from a hand within which most of it lies
OFF_BODY = 0.3  # share of a thing that lies clear of the body
REACH = 0.75  # units from a hand to what hangs from it
SPREAD, NEARBY = 0.4, 0.2  # units around a bulge to which its thing may go on, and how likely that is
SEEN = 0.5  # visibility of the shoulders, without which the body's middle is a guess
STEEPEST = 0.35  # sideways lean of a spine, over its length, beyond which left and right cannot be compared
LOOSE = {
    "upper arm": 1.7,
    "forearm": 1.8,
    "hand": 1.3,
    "thigh": 1.0,
    "shin": 1.25,
    "foot": 1.6,
}  # radii of clothed limbs


def bulges(person: Bools, skeleton: Skeleton) -> Bools:
    """Pixels (h, w) where the silhouette reaches out near a hand on one side of the body and not on the other.

    Skirts and coats spread to both sides alike; a bag hangs on one.
    """
    shape = (person.shape[0], person.shape[1])
    _, _, down = skeleton.axes()
    if skeleton.visibility[[11, 12]].min() < SEEN or abs(float(down[0])) > STEEPEST * float(down[1]):
        return np.zeros(shape, bool)
    mirrored = _mirrored(person, skeleton)
    kernel = np.ones((2 * max(1, round(0.05 * skeleton.unit)) + 1,) * 2, np.uint8)
    lonely = person & ~(cv2.dilate(mirrored.astype(np.uint8), kernel) > 0) & ~clothed_body(skeleton, shape)
    lonely &= near_hands(skeleton, shape, REACH)
    opened = cv2.morphologyEx(lonely.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    count, names, stats, _ = cv2.connectedComponentsWithStats(opened)
    large = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] > SMALLEST * skeleton.unit**2]
    return np.isin(names, large)


def around(things: Bools, skeleton: Skeleton) -> Floats:
    """How likely (h, w), in [0, 1], each place belongs to a thing that was seen at `things`."""
    if not things.any():
        return np.zeros(things.shape, np.float32)
    away = cv2.distanceTransform((~things).astype(np.uint8), cv2.DIST_L2, 3)
    return np.where(things, 1, NEARBY * (away < SPREAD * skeleton.unit)).astype(np.float32)


def only_real_things(labels: Labels, scores: Floats, skeleton: Skeleton) -> Labels:
    """Labels (h, w) with patches that cannot be carried given back to their second-best label.

    A thing is of some size, near a hand, and in part beside the body.
    """
    things = labels == OTHER
    if not things.any():
        return labels
    shape = (labels.shape[0], labels.shape[1])
    body, hands = clothed_body(skeleton, shape), near_hands(skeleton, shape, REACH)
    opened = cv2.morphologyEx(things.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, names, stats, _ = cv2.connectedComponentsWithStats(opened)
    kept = np.zeros(shape, bool)
    for index in range(1, count):
        patch, area = names == index, float(stats[index, cv2.CC_STAT_AREA])
        if area > SMALLEST * skeleton.unit**2 and (patch & ~body).sum() > OFF_BODY * area and (patch & hands).any():
            kept |= patch
    result = labels.copy()
    lost = things & ~kept
    rest = scores.copy()
    rest[OTHER] = 0
    result[lost] = np.argmax(rest[:, lost], axis=0)
    return result


def with_held_scraps(labels: Labels, skeleton: Skeleton) -> Labels:
    """Labels (h, w) in which scraps of trousers at a hand, off the legs and apart from the rest, are held."""
    shape = (labels.shape[0], labels.shape[1])
    count, names, stats, _ = cv2.connectedComponentsWithStats((labels == BOTTOM).astype(np.uint8))
    if count < 3:
        return labels
    hands, legs = near_hands(skeleton, shape, AT_HAND), _legs(skeleton, shape)
    result = labels.copy()
    for index in range(1, count):
        area = float(stats[index, cv2.CC_STAT_AREA])
        if area > LARGEST_SCRAP * skeleton.unit**2 or area >= stats[1:, cv2.CC_STAT_AREA].max():
            continue
        scrap = names == index
        if (scrap & hands).sum() > 0.5 * area > (scrap & legs).sum():
            result[scrap] = OTHER
    return result


def near_hands(skeleton: Skeleton, shape: tuple[int, int], reach: float) -> Bools:
    """Pixels (h, w) within `reach` units of a hand that is seen, or of where a bag hangs from it."""
    near = np.zeros(shape, np.uint8)
    for side, (start, end, _) in enumerate(limb_ends(skeleton)["hand"]):
        if skeleton.visibility[15 + side] < 0.3 or float(start[1]) < float(skeleton.points[[11, 12], 1].max()):
            continue  # a raised hand is in the hair rather than on a handle
        below = end + np.array([0, 0.3 * skeleton.unit], np.float32)
        for place in (start, end, below):
            centre = [int(x) for x in np.clip(place, -2000, 4000)]
            cv2.circle(near, centre, max(1, round(reach * skeleton.unit)), 1, -1)
    return near > 0


def _mirrored(person: Bools, skeleton: Skeleton) -> Bools:
    """The silhouette (h, w) turned over at the middle of the body, row by row."""
    p = skeleton.points
    middles = np.array([p[[a, a + 1]].mean(0) for a in (11, 23, 25, 27)])
    rows = np.arange(person.shape[0], dtype=np.float32)
    order = np.argsort(middles[:, 1])
    middle = np.interp(rows, middles[order, 1], middles[order, 0])
    columns = np.rint(2 * middle[:, None] - np.arange(person.shape[1])[None]).astype(np.int64)
    inside = (columns >= 0) & (columns < person.shape[1])
    return inside & np.take_along_axis(person, np.clip(columns, 0, person.shape[1] - 1), axis=1)


def _legs(skeleton: Skeleton, shape: tuple[int, int]) -> Bools:
    """Pixels that thighs and shins take up, the hips between them too."""
    u, v = skeleton.frame(shape)
    legs = (np.abs(u) < 0.3) & (v > 0.7) & (v < 1.3)
    for name in ("thigh", "shin"):
        for start, end, radius in limb_ends(skeleton)[name]:
            legs |= capsule(shape, start, end, radius) > 0.6
    return legs


def clothed_body(skeleton: Skeleton, shape: tuple[int, int]) -> Bools:
    """Pixels that limbs and torso take up in clothes that are not wide."""
    u, v = skeleton.frame(shape)
    body = (np.abs(u) < 0.5) & (v > -0.1) & (v < 1.15)
    for name, capsules in limb_ends(skeleton).items():
        for start, end, radius in capsules:
            body |= capsule(shape, start, end, LOOSE[name] * radius) > 0.6
    return body
