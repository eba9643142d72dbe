"""Clips and bars of a hanger at a waistband.

Takes: a cut-out of trousers or a skirt. Gives: it with the cloth from beside the clips in their place, and without what
is left of a bar above the waist. Knows nothing about landmarks.

Clips come in pairs, at the same distance from the middle, hang over the upper edge and have a colour that the garment
has nowhere. Buttons, labels and patches are alone, belt loops are of cloth. What is left of a bar has such a colour,
too, and is thin, or lies on one side only: waistbands of another colour go all across.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import Bool, Float, disc
from vesture.vision.garment.cut import main_body
from vesture.vision.garment.cutout import Cutout
from vesture.vision.garment.tones import distance_to, main_colours

UNLIKE = 16.0  # Lab units from all that the garment has much of
ALIKE_COLOUR = 10.0  # Lab units between two that are one colour
RARE = 0.02  # share of the garment with such a colour, from which it is the garment's own
THIN = 0.012  # of the garment's longer side: half the thickness of a bar
LEVEL = 0.08  # of its height: how much lower than its highest point the waist may lie
LONG = 14.0  # length of a bar per half thickness
HALF = 0.45  # of its width: what is wider goes all across
NOTCH = 0.015  # of its longer side: what goes leaves no deeper cut in the waist
ASIDE = 0.12  # of its width from the middle, where labels are
MOST = 0.03  # of its area: more than that is no bar
DEEPEST, SHALLOWEST = 0.2, 0.012  # of the garment's height: how far down clips reach from its upper edge
WIDEST, NARROWEST = 0.2, 0.02  # of the garment's width
SOLID = 0.5  # least share of its box that a clip fills
TOUCHING = 0.012  # of the height below the upper edge: clips begin no lower
ASKEW = 0.12  # of the width: how far off the mirror image of one clip the other may be
ALIKE = 2.5  # ratio of the sizes of two clips
ROOM = 0.006  # of the garment's longer side, around a clip: its shadow and the mixed colours of its edge


@dataclass(frozen=True, slots=True)
class _Clip:
    mask: Bool
    middle: float
    area: int


def without_hanger_at_waist(cutout: Cutout) -> Cutout:
    """`cutout` with cloth in the place of a pair of clips, and without bars; the same where it shows none."""
    foreign = _foreign(cutout)
    if not foreign.any():
        return cutout
    clips = _clips(cutout.region, foreign)
    pair = _pair(clips, cutout.axis, cutout.region)
    if pair is not None:
        cutout = _with_cloth(cutout, pair)
        foreign = foreign & ~pair[0].mask & ~pair[1].mask
    return _without_bars(cutout, foreign)


def _with_cloth(cutout: Cutout, pair: tuple[_Clip, _Clip]) -> Cutout:
    rgb, size = cutout.rgb, (cutout.rgb.shape[1], cutout.rgb.shape[0])
    solid = cutout.alpha > 0.5
    for clip in pair:
        wider = cv2.dilate(clip.mask.astype(np.uint8), disc(ROOM * max(clip.mask.shape)))
        rgb = _patched(rgb, cv2.resize(wider, size, interpolation=cv2.INTER_LINEAR) > 0, solid)
    return replace(cutout, rgb=rgb)


def _below_edge(region: Bool) -> Float:
    """(h, w) rows below the upper edge of each column."""
    top = np.where(region.any(0), np.argmax(region, axis=0), len(region)).astype(np.float32)
    return np.asarray(np.arange(len(region))[:, None] - top[None], np.float32)


def _foreign(cutout: Cutout) -> Bool:
    """What near the upper edge has a colour that the garment has nowhere else."""
    region = cutout.region
    none = np.zeros_like(region)
    tall = int(region.any(1).sum())
    first = int(np.argmax(region.any(1)))
    at_waist = region.any(0) & (np.argmax(region, axis=0) < first + LEVEL * tall)  # and not at the hips' slopes
    band = region & (_below_edge(region) < DEEPEST * tall)
    cloth = cv2.erode((region & ~band).astype(np.uint8), disc(3)) > 0
    if cloth.sum() < 400:
        return none
    colours = cutout.lab[cloth]
    unlike = band & at_waist & (distance_to(cutout.lab, main_colours(colours)) > UNLIKE)
    colours = colours[:: max(1, len(colours) // 3000)]
    count, names = cv2.connectedComponents(unlike.astype(np.uint8), connectivity=8)
    for name in range(1, count):
        piece = names == name
        alike = np.linalg.norm(colours - np.median(cutout.lab[piece], axis=0), axis=1) < ALIKE_COLOUR
        if float(alike.mean()) > RARE:
            unlike &= ~piece
    return unlike


def _clips(region: Bool, foreign: Bool) -> list[_Clip]:
    """Compact things at the upper edge."""
    rows, columns = np.nonzero(region.any(1))[0], np.nonzero(region.any(0))[0]
    below = _below_edge(region)
    solid = cv2.morphologyEx(foreign.astype(np.uint8), cv2.MORPH_OPEN, disc(1))
    count, names, stats, middles = cv2.connectedComponentsWithStats(solid, connectivity=8)
    clips = []
    for name in range(1, count):
        _, _, width, height, area = stats[name]
        piece = names == name
        fits = NARROWEST < width / len(columns) < WIDEST and SHALLOWEST < height / len(rows) < DEEPEST
        if fits and area > SOLID * width * height and float(below[piece].min()) <= TOUCHING * len(rows) + 1:
            clips.append(_Clip(piece, float(middles[name][0]), int(area)))
    return clips


def _pair(clips: list[_Clip], axis: float, region: Bool) -> tuple[_Clip, _Clip] | None:
    """The two that mirror each other best."""
    width = int(region.any(0).sum())
    best: tuple[float, tuple[_Clip, _Clip] | None] = (ASKEW * width, None)
    for left in clips:
        for right in clips:
            if left.middle < axis - 0.1 * width and right.middle > axis + 0.1 * width:
                miss = abs(left.middle + right.middle - 2 * axis)
                alike = max(left.area, right.area) < ALIKE * min(left.area, right.area)
                if alike and miss < best[0]:
                    best = miss, (left, right)
    return best[1]


def _without_bars(cutout: Cutout, foreign: Bool) -> Cutout:
    """Take thin and one-sided things off the upper edge."""
    region = cutout.region
    size, width = max(region.shape), int(region.any(0).sum())
    below = _below_edge(region)
    mirrored = np.zeros_like(foreign)
    columns = np.arange(foreign.shape[1])
    others = np.round(2 * cutout.axis - columns).astype(int)
    inside = (others >= 0) & (others < foreign.shape[1])
    mirrored[:, inside] = foreign[:, others[inside]]
    mirrored = cv2.dilate(mirrored.astype(np.uint8), disc(0.02 * size)) > 0
    count, names, stats, _ = cv2.connectedComponentsWithStats(foreign.astype(np.uint8), connectivity=8)
    depth = cv2.distanceTransform(foreign.astype(np.uint8), cv2.DIST_L2, 3)
    gone = np.zeros_like(region)
    for name in range(1, count):
        piece = names == name
        if stats[name, cv2.CC_STAT_AREA] < 8 or float(below[piece].min()) > 1:
            continue
        thickest = float(depth[piece].max())
        thin = thickest < THIN * size and stats[name, cv2.CC_STAT_WIDTH] > LONG * thickest
        aside = abs(stats[name, cv2.CC_STAT_LEFT] + stats[name, cv2.CC_STAT_WIDTH] / 2 - cutout.axis) > ASIDE * width
        one_sided = aside and stats[name, cv2.CC_STAT_WIDTH] < HALF * width and mirrored[piece].mean() < 0.3
        if (thin or one_sided) and _stands_above(piece, region, NOTCH * size):
            gone |= piece
    if not gone.any():
        return cutout
    # what stands above a removed bar, and shreds of it
    shadowed = np.cumsum(gone[::-1], axis=0)[::-1] > 0
    if (shadowed & region).sum() > MOST * region.sum():
        return cutout
    left = region & ~shadowed
    solid = cv2.morphologyEx(left.astype(np.uint8), cv2.MORPH_OPEN, disc(THIN * size)) > 0
    kept = main_body(left & (solid | ~_near(gone, size)))
    off = cv2.dilate((region & ~kept).astype(np.uint8), disc(2)) > 0
    soft = cv2.GaussianBlur((off & ~kept).astype(np.float32), (0, 0), 0.8)
    shape = (cutout.alpha.shape[1], cutout.alpha.shape[0])
    soft = cv2.resize(soft, shape, interpolation=cv2.INTER_CUBIC)
    share = 1 - np.clip((soft - 0.5) / max(cutout.scale, 0.2) + 0.5, 0, 1)
    return replace(cutout, alpha=np.asarray(cutout.alpha * share, np.float32), region=kept)


def _stands_above(piece: Bool, region: Bool, reach: float) -> bool:
    """Whether `piece` ends no more than `reach` below the waist beside it: else its place would be a notch."""
    columns = np.nonzero(piece.any(0))[0]
    beside = [columns[0] - round(reach) - 1, columns[-1] + round(reach) + 1]
    tops = [int(np.argmax(region[:, c])) for c in beside if 0 <= c < region.shape[1] and region[:, c].any()]
    ends = len(piece) - 1 - np.argmax(piece[::-1, columns], axis=0)
    return not tops or float(np.median(ends)) < max(tops) + reach


def _near(gone: Bool, size: int) -> Bool:
    return np.asarray(cv2.dilate(gone.astype(np.uint8), disc(0.02 * size)) > 0)


def _patched(rgb: NDArray[np.uint8], hole: Bool, solid: Bool) -> NDArray[np.uint8]:
    """`rgb` with `hole` filled by the cloth to its left and right, which gives way to each other across it."""
    columns = np.nonzero(hole.any(0))[0]
    rows = np.nonzero(hole.any(1))[0]
    left, right = int(columns[0]), int(columns[-1]) + 1
    span = right - left
    place = slice(int(rows[0]), int(rows[-1]) + 1)
    share = (np.arange(span, dtype=np.float32) + 0.5)[None] / span
    total = np.zeros((place.stop - place.start, span, 3), np.float32)
    weight = np.zeros(total.shape[:2], np.float32)
    for start, own in ((left - span, 1 - share), (right, share)):
        if start < 0 or start + span > rgb.shape[1]:
            continue
        part = slice(start, start + span)
        known = solid[place, part] * own
        total += rgb[place, part] * known[..., None]
        weight += known
    filled = total / np.maximum(weight, 1e-3)[..., None]
    soft = cv2.GaussianBlur(hole[place, left:right].astype(np.float32), (0, 0), 1.0)
    soft = np.maximum(soft, hole[place, left:right]) * (weight > 1e-3)
    result = rgb.copy()
    kept = rgb[place, left:right].astype(np.float32)
    result[place, left:right] = np.round(kept + (filled - kept) * soft[..., None]).astype(np.uint8)
    return result
