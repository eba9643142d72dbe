"""The neck opening, from the neckline that was searched for and the inner back that the network saw.

Takes: both, with the silhouette. Gives: the front neckline and what to cut away above it. Knows nothing about the rest
of the garment.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vesture.vision.garment.backdrop import Bool, Float, disc
from vesture.vision.garment.collar_ring import find_ring
from vesture.vision.garment.neckline import (
    LOW_STAND,
    Neckline,
    find_neckline,
    framed,
    lining_below,
    opening,
    rectified,
    snapped_neckline,
)
from vesture.vision.garment.outline import Outline
from vesture.vision.garment.shape import resample, smooth_path

ALIKE = 0.7  # intersection over union from which search and network mean the same opening
SEARCH_SURE = 0.4
SEARCH_CERTAIN = 0.78  # a plain edge of a round neck is more exact than the belief
LIKELY = 0.35  # belief down to which the edge of a thin crescent is looked for
BELIEVED = 0.25  # mean belief in the searched opening under which the network says that there is none
LEAST = 0.0015  # of the silhouette: a smaller inner back is none
DEEPEST = 0.85  # of the way from the collar to the armpits; a lining below it is that of an open front
GLIMPSE = 0.08  # mean belief from which a plain patch below the inner back shows more of it
UNLIKE = 9.0  # Lab units that such a patch differs from the front round it
MIDDLE = 0.65  # of the way from the middle to the corners: a patch further out is the front's
DEEPEST_LINING = 2.4  # collar widths below the corners down to which such a patch is looked for
CURVE_POINTS = 49


@dataclass(frozen=True, slots=True)
class Opening:
    """`curve` (n, 2) from the left collar corner down and up to the right one; `hole` (h, w) what is not worn in front;
    `confidence` 0..1."""

    curve: Float
    hole: Bool
    confidence: float


def searched_opening(region: Bool, neckline: Neckline, hooded: bool) -> Opening:
    """The opening as the search alone found it; all of a hood that stands above the collar goes with it."""
    curve = neckline.curve
    hole = opening((region.shape[0], region.shape[1]), curve)
    return Opening(curve, hole | _above_collar(region, curve) if hooded else hole, neckline.confidence)


def _above_collar(region: Bool, curve: Float) -> Bool:
    """All that stands above the line through the collar corners."""
    columns = np.arange(region.shape[1], dtype=np.float32)
    level = np.interp(columns, [curve[0, 0], curve[-1, 0]], [curve[0, 1], curve[-1, 1]])
    return np.asarray(np.arange(region.shape[0])[:, None] < level[None])


def joined_opening(
    lab: Float,
    region: Bool,
    belief: Float,
    searched: Opening,
    armpit_level: float,
    outline: Outline,
    front: Float | None = None,
) -> Opening:
    """Join the search with the network's belief.

    Args:
        lab: (h, w, 3) float32.
        region: (h, w) the silhouette.
        belief: (h, w) float32, the network's probability of inner back.
        searched: the opening by the search alone.
        armpit_level: row of the armpits.
        outline: what the outline shows.
        front: where the network sees the lowest point of the front neckline, if it does.
    """
    if outline.see_through is not None:  # the silhouette's own edge, which is exact
        return searched
    if outline.stand < LOW_STAND and not outline.hooded and searched.confidence > SEARCH_CERTAIN:
        return searched
    left, right = searched.curve[0], searched.curve[-1]
    if outline.stand < LOW_STAND and not outline.hooded:
        ring = find_ring(lab, region, left, right)
        if ring is not None:
            return searched_opening(region, ring, hooded=False)
    inner, sure = _inner_back(belief, region, left, right, armpit_level)
    hole = searched.hole & region
    above = _above_collar(region, searched.curve) if outline.hooded else np.zeros_like(region)
    union = float((inner | hole).sum())
    if inner.sum() < LEAST * region.sum():
        doubted = hole.any() and float(belief[hole].mean()) < BELIEVED
        return _closed(region, left, right, sure) if doubted and not outline.hooded else searched
    if union and float((inner & hole).sum()) / union > ALIKE and searched.confidence > SEARCH_SURE:
        return Opening(searched.curve, searched.hole | inner, max(searched.confidence, sure))
    edge = _lower_edge(inner, region, left, right)
    if outline.stand < LOW_STAND and not outline.hooded:
        likely, _ = _inner_back(belief, region, left, right, armpit_level, LIKELY)
        edge = _lower_edge(likely, region, left, right)
        expected = _depth(edge) if front is None else float(_depths(front[None], left, right)[0])
        round_neck = find_neckline(lab, region, left, right, outline.stand, expected)
        return searched_opening(region, Neckline(round_neck.curve, round_neck.depth, sure), hooded=False)
    curve = _with_lining(lab, region, belief, snapped_neckline(lab, region, edge))
    cut = opening((region.shape[0], region.shape[1]), curve)
    return Opening(curve, cut | inner | above, sure)


def _with_lining(lab: Float, region: Bool, belief: Float, curve: Float) -> Float:
    """`curve` let down over a closed patch of one colour right below it: inside of the back that shows below its yoke.

    It lies in the middle, is unlike the front round it, and the network has an inkling of it.
    """
    frame = framed(curve[0], curve[-1])
    offset = curve - frame.middle
    length = max(float(frame.across @ frame.across), 1e-6)
    x = np.asarray(2 * offset @ frame.across / length, np.float32)
    y = np.asarray(offset @ frame.down / length, np.float32)
    if length < 36 or (np.diff(x) <= 0).any():
        return curve
    patch, inside = rectified(lab, region, frame, DEEPEST_LINING)
    deeper = np.asarray(np.maximum(y, lining_below(patch, inside, x, y)), np.float32)
    if (deeper > y)[np.abs(x) > MIDDLE].any():
        return curve
    lower, size = frame.place(x, deeper), (region.shape[0], region.shape[1])
    hole = opening(size, lower)
    more = hole & ~opening(size, curve) & region
    beside = (cv2.dilate(more.astype(np.uint8), disc(max(2.0, 0.12 * length**0.5))) > 0) & region & ~hole
    if not more.any() or not beside.any() or float(belief[more].mean()) < GLIMPSE:
        return curve
    step = np.median(lab[more], axis=0) - np.median(lab[beside], axis=0)
    return lower if float(np.linalg.norm(step)) > UNLIKE else curve


def _inner_back(
    belief: Float, region: Bool, left: Float, right: Float, armpit_level: float, least: float = 0.5
) -> tuple[Bool, float]:
    """The inner back near the collar, and the mean belief in it (or in its absence)."""
    chance = cv2.GaussianBlur(belief, (0, 0), 1.0)
    found = (chance > least) & region
    top = float(min(left[1], right[1]))
    found[int(top + DEEPEST * max(0.0, armpit_level - top)) :] = False
    found = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, disc(1)) > 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8), connectivity=8)
    inner = np.zeros_like(found)
    low, high = sorted((float(left[0]), float(right[0])))
    for index in range(1, count):
        begin, wide = stats[index, cv2.CC_STAT_LEFT], stats[index, cv2.CC_STAT_WIDTH]
        if begin < high and begin + wide > low:  # not an open cuff or a turned hem
            inner |= labels == index
    sure = float(chance[inner].mean()) if inner.any() else float(1 - chance[region].max()) if region.any() else 0.0
    return inner, sure


def _lower_edge(inner: Bool, region: Bool, left: Float, right: Float) -> Float:
    """The front edge under the inner back and under what the silhouette leaves open, from corner to corner."""
    first, last = round(float(left[0])), round(float(right[0]))
    columns = np.arange(first + 1, last)
    if len(columns) < 4:
        return np.stack([left, (left + right) / 2, right]).astype(np.float32)
    height = region.shape[0]
    part = inner[:, first + 1 : last]
    under = np.where(part.any(0), height - np.argmax(part[::-1], axis=0), -1).astype(np.float32)
    edge = region[:, first + 1 : last]
    outside = np.where(edge.any(0), np.argmax(edge, axis=0), 0).astype(np.float32)
    rows = np.maximum(under, outside)
    known = under >= 0
    path = np.concatenate([left[None], np.stack([columns[known], rows[known]], 1), right[None]])
    return resample(smooth_path(resample(path.astype(np.float32), CURVE_POINTS), 1.2), CURVE_POINTS)


def _depth(edge: Float) -> float:
    """How deep a neckline hangs, in collar widths; single deep points don't count."""
    return float(np.percentile(_depths(edge, edge[0], edge[-1]), 90))


def _depths(points: Float, left: Float, right: Float) -> Float:
    """(n,) how far points (n, 2) hang below the line between the collar corners, in collar widths."""
    chord, offset = right - left, points - left
    return np.asarray((chord[0] * offset[:, 1] - chord[1] * offset[:, 0]) / max(1e-6, float(chord @ chord)), np.float32)


def _closed(region: Bool, left: Float, right: Float, sure: float) -> Opening:
    """A neck that shows no inside, as of a garment's back or a closed collar: the silhouette's own upper edge."""
    first, last = round(float(left[0])), round(float(right[0]))
    none = np.zeros_like(region)
    path = _lower_edge(none, region, left, right)
    columns = np.arange(first + 1, last)
    edge = region[:, first + 1 : last]
    if len(columns) > 3 and edge.any(0).all():
        top = np.argmax(edge, axis=0).astype(np.float32)
        path = np.concatenate([left[None], np.stack([columns, top], 1), right[None]]).astype(np.float32)
        path = resample(smooth_path(resample(path, CURVE_POINTS), 1.2), CURVE_POINTS)
    return Opening(path, none, sure)
