"""Mending what place and colour alone get wrong: things that bodies and clothes never do."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.parsing_prior import BOTTOM, HAIR, SHOES, SKIN, TOP, Covering, Skeleton, capsule, limb_ends

Floats = NDArray[np.float32]
Labels = NDArray[np.uint8]
Bools = NDArray[np.bool_]

ONE_PIECE = 5
CLEAR_WAIST = 0.6  # two garments meet there
SPECK = 0.012  # units squared: smaller patches of a label are mistakes


def repair(labels: Labels, lab: Floats, skeleton: Skeleton, covering: Covering) -> Labels:
    """Labels (h, w) with implausible ones replaced; `lab` (h, w, 3) is the photo."""
    labels = labels.copy()
    _, v = skeleton.frame((labels.shape[0], labels.shape[1]))
    labels = _no_hair_off_the_head(labels, skeleton, v)
    labels[(labels == BOTTOM) & (v < 0.55)] = TOP
    labels[(labels == SHOES) & (v < 1.4)] = BOTTOM
    labels = _sleeves(labels, skeleton)
    labels = _without_specks(labels, SPECK * skeleton.unit**2)
    return labels if covering.certain > CLEAR_WAIST else _dress(labels, lab, skeleton, v)


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


def _dress(labels: Labels, lab: Floats, skeleton: Skeleton, v: Floats) -> Labels:
    """Top and bottom of one colour that hang as a skirt are a dress."""
    top, bottom = labels == TOP, labels == BOTTOM
    if top.sum() < 60 or bottom.sum() < 60:
        return labels
    near_top, near_bottom = top & (v > 0.3), bottom & (v < 1.5)
    if near_top.sum() < 30 or near_bottom.sum() < 30:
        return labels
    first, second = lab[near_top], lab[near_bottom]
    difference = np.abs(np.median(first, axis=0) - np.median(second, axis=0))
    spread = 3.0 + 0.6 * (first.std(0) + second.std(0))
    if (difference > spread).any() or not _hangs_as_skirt(labels, skeleton):
        return labels
    result = labels.copy()
    result[top | bottom] = ONE_PIECE
    return result


def _hangs_as_skirt(labels: Labels, skeleton: Skeleton) -> bool:
    """Between the thighs there is cloth, and bare legs below it."""
    p = skeleton.points
    between = (p[23] + p[24] + p[25] + p[26]) / 4 + 0.12 * (p[25] + p[26] - p[23] - p[24]) / 2
    x, y = int(between[0]), int(between[1])
    if not (0 <= x < labels.shape[1] and 0 <= y < labels.shape[0]) or labels[y, x] != BOTTOM:
        return False
    shins = np.max([capsule(labels.shape, *ends) for ends in limb_ends(skeleton)["shin"]], axis=0) > 0.6
    seen = labels[shins & (labels > 0)]
    return len(seen) > 20 and float((seen == SKIN).mean()) > 0.4
