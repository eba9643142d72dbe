"""What of the upper garment hangs over the lower one: flaps of open coats, ends of scarves, tails of shirts.

The border between upper and lower garment is looked for down the middle of the body, where an open coat shows what is
under it. What hangs beside it in the coat's own colours, and in none that the legs have, is the coat.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.parsing.bare import drawn_limbs
from vesture.vision.parsing.colour import fit_colours
from vesture.vision.parsing.prior import BOTTOM, ONE_PIECE, TOP, Skeleton

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Labels = NDArray[np.uint8]

CHEST = 0.12  # v where the upper garment's colours begin
ABOVE, BELOW = 0.06, 0.3  # v above the border from which colours are the upper garment's, and below it the lower one's
FEWEST = 120  # pixels
MID_THIGH, KNEE = 1.6, 2.1  # v
MIDDLE = 0.35  # half width of the body's middle, in units
WIDEST = 0.6  # units beside the body's middle within which most of a flap lies
SHOWS = 0.1  # units of the lower garment that show below a flap before it
STRONGEST, CLEAR = 4.0, 1.2  # log-likelihood ratios: of one pixel at most, and of a flap
SMOOTHING = 0.05  # units
SMALLEST = 0.03  # units squared
HANGS = 0.45  # share of its greatest width with which a flap hangs on the upper garment
NECK, WIDENS = 0.5, 1.5  # share of its width at which a flap ends if below it widens again by this factor
MOST = 0.75  # share of the lower garment: more is no flap
SKIRT = 0.9  # v from which a dress is its skirt
CLOSED = 0.65  # share of the body's middle that hangs shut beside the upper half of what hangs: a dress, no flaps


def with_flaps(labels: Labels, lab: Floats, skeleton: Skeleton, waist: float, generator: np.random.Generator) -> Labels:
    """Labels (h, w) with what hangs from the upper garment given to it.

    Args:
        labels: (h, w).
        lab: (h, w, 3) the photo.
        waist: v of the border between the garments.
    """
    shape = (labels.shape[0], labels.shape[1])
    u, v = skeleton.frame(shape)
    top, bottom = labels == TOP, labels == BOTTOM
    arms = drawn_limbs(skeleton, shape, ("forearm", "hand"), 1.3)
    legs = drawn_limbs(skeleton, shape, ("thigh", "shin"), 0.5)
    upper = lab[top & (v > CHEST) & (v < waist - ABOVE)]
    lower = lab[bottom & legs & (v > max(MID_THIGH, waist + BELOW))]
    if len(lower) < FEWEST:  # a skirt, or legs that are not in the picture
        lower = lab[bottom & legs & (v > waist + BELOW)]
    if min(len(upper), len(lower)) < FEWEST:
        return labels
    models = fit_colours(upper, generator), fit_colours(lower, generator)
    if models[0] is None or models[1] is None:
        return labels
    ratio = np.zeros(shape, np.float32)
    ratio[bottom] = np.clip(
        models[0].log_likelihood(lab[bottom]) - models[1].log_likelihood(lab[bottom]), -STRONGEST, STRONGEST
    )
    sigma = SMOOTHING * skeleton.unit
    weight = cv2.GaussianBlur(bottom.astype(np.float32), (0, 0), sigma)
    ratio = cv2.GaussianBlur(ratio, (0, 0), sigma) / np.maximum(weight, 1e-3)
    alike = bottom & (ratio > CLEAR) & (v < KNEE) & ~arms
    flaps = _hanging(alike, top, skeleton.unit)
    flaps = _over(flaps, bottom, np.abs(u), skeleton.unit)
    if flaps.sum() > MOST * bottom.sum():
        return labels
    result = labels.copy()
    result[flaps] = TOP
    if _shut(flaps, labels, np.abs(u)):
        sleeves = drawn_limbs(skeleton, shape, ("forearm", "hand"), 1.0)
        skirt = flaps | (top & (v > SKIRT) & ~sleeves)
        _, names = cv2.connectedComponents(skirt.astype(np.uint8))
        result[skirt & np.isin(names, names[flaps])] = ONE_PIECE  # and no cuff beyond an arm
    return result


def _hanging(alike: Bools, top: Bools, unit: float) -> Bools:
    """Those pieces of (h, w) that hang from the upper garment along much of their width."""
    count, names, stats, _ = cv2.connectedComponentsWithStats(alike.astype(np.uint8))
    above = np.zeros_like(top)
    reach = max(2, round(0.03 * unit))
    above[reach:] = top[:-reach]
    result = np.zeros_like(alike)
    for index in range(1, count):
        if stats[index, cv2.CC_STAT_AREA] < SMALLEST * unit**2:
            continue
        piece = _to_the_neck(names == index)
        touching = (piece & above).any(0).sum()
        if touching > HANGS * piece.sum(1).max():
            result |= piece
    return result


def _to_the_neck(piece: Bools) -> Bools:
    """A piece (h, w) down to where it grows narrow and wide again: there something else begins, held in the hand."""
    widths = piece.sum(1)
    wider_below = np.maximum.accumulate(widths[::-1])[::-1] > WIDENS * widths
    neck = (widths < NECK * np.maximum.accumulate(widths)) & wider_below
    return np.asarray(piece & ~np.logical_or.accumulate(neck)[:, None])


def _over(flaps: Bools, bottom: Bools, aside: Floats, unit: float) -> Bools:
    """Those flaps below which the lower garment shows again; what ends with it is part of it.

    Beside the body's middle, `aside` units from it, nothing need show, but what lies further out is no garment.
    """
    count, names = cv2.connectedComponents(flaps.astype(np.uint8))
    result = np.zeros_like(flaps)
    for index in range(1, count):
        piece = names == index
        columns = np.flatnonzero((piece & (aside < MIDDLE)).any(0))
        last = piece.shape[0] - 1 - np.argmax(piece[::-1, columns], axis=0)
        below = np.arange(piece.shape[0])[:, None] > last
        shown = ((bottom & ~piece)[:, columns] & below).sum(0) > SHOWS * unit
        if shown.mean() > 0.5 if len(columns) else float(np.median(aside[piece])) < WIDEST:
            result |= piece
    return result


def _shut(flaps: Bools, labels: Labels, aside: Floats) -> bool:
    """Whether what hangs down leaves nothing open in the middle: the skirt of a dress, not the flaps of a coat."""
    rows = np.flatnonzero(flaps.any(1))
    if not len(rows):
        return False
    upper = np.s_[rows[0] : (rows[0] + rows[-1]) // 2 + 1]
    middle = ((labels[upper] == TOP) | (labels[upper] == BOTTOM)) & (aside[upper] < MIDDLE)
    return bool((flaps | (labels == TOP))[upper][middle].mean() > CLOSED) if middle.any() else False
