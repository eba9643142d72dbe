"""The top of the gap between two legs: backdrop in their shadow that passes for cloth, and legs that touch below it.

Takes a cut-out garment with legs, gives it without that wedge, and parted up to the crotch. Knows nothing about
landmarks.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import Bool, Float, disc, to_lab
from vesture.vision.garment.cutout import Cutout

SEARCHED = (0.16, 0.1)  # of the garment's height above the gap, of its width to each side: where the wedge may be
BESIDE = 0.06  # of its width: how much of each side of the search tells the colour of the cloth
LEAST_CONTRAST = 12.0  # in Lab between wedge and cloth
MATTE = 0.5  # of the wedge's contrast, from where a pixel is backdrop rather than cloth
LARGEST = 0.02  # of the garment's area: a wedge is no more
HIGHEST_GAP = 0.15  # of its height: nothing above is between legs
ABOVE = 0.035  # of the garment's width above the gap: where a wedge shows at the latest
RIM = 0.012  # of the garment's width: backdrop left along the gap's sides
SHADE = 0.5  # what a difference in darkness counts: folds are dark too
# The rise, from the waist to the crotch, in widths of the garment at the crotch: 0.6 to 0.87 in photos of trousers
LONGEST_RISE, USUAL_RISE = 0.85, 0.66
SHORTEST_INSEAM = 0.12  # of the height: legs of shorts are no shorter
MOUTH = 0.04  # of the height below the top of a gap: where it is as wide as it would be without the shadow
SLIT = 3  # pixels of the measuring scale


def open_crotch(cutout: Cutout) -> Cutout:
    """Take what is left of the backdrop at the top of the gap between the legs out of a cut-out."""
    tip = _gap_top(cutout.region, cutout.axis)
    if tip is None:
        return cutout
    height, width = cutout.alpha.shape
    column, row = round(tip[0] / cutout.scale), round(tip[1] / cutout.scale)
    rows = slice(max(0, row - round(SEARCHED[0] * height)), min(height, row + round(SEARCHED[0] * height)))
    reach = round((SEARCHED[1] + BESIDE) * width)
    columns = slice(max(0, column - reach), min(width, column + reach))
    place = rows, columns
    hole = _wedge(cutout.rgb[place], cutout.alpha[place], (column - columns.start, row - rows.start), width)
    if hole is None or hole.sum() > LARGEST * (cutout.alpha > 0.5).sum():
        return cutout
    alpha = cutout.alpha.copy()
    alpha[place] *= 1 - np.clip(cv2.GaussianBlur(hole.astype(np.float32), (0, 0), 1.0), 0, 1)
    size = (cutout.region.shape[1], cutout.region.shape[0])
    region = cutout.region & (cv2.resize(alpha, size, interpolation=cv2.INTER_AREA) > 0.5)
    return replace(cutout, alpha=alpha, region=region)


def part_legs(cutout: Cutout, seen: float | None) -> Cutout:
    """Part the region where legs touch below the crotch, by a slit up to where the garment's width says that it lies.

    Closed legs of shorts have no gap at all: they stay whole, only the silhouette that landmarks are read from is
    parted. Legs on a hanger touch far down, or the wall between them lies in their shadow: the gap goes on in a point.

    Args:
        cutout: trousers or shorts.
        seen: row of the region in which the network surely sees the crotch; it is heard where legs are closed.
    """
    region, axis = cutout.region, round(cutout.axis)
    rows, column = np.nonzero(region.any(1))[0], np.nonzero(region[:, axis])[0]
    if not len(column):
        return cutout
    top, least = int(column[0]), int(rows[-1] - SHORTEST_INSEAM * len(rows))
    tip = _gap_top(region, cutout.axis)
    closed = tip is None or tip[1] > least
    rise = USUAL_RISE if closed else LONGEST_RISE
    width = region.shape[1] - np.argmax(region[:, ::-1], axis=1) - np.argmax(region, axis=1)
    crotch = next((row for row in range(top, least) if row - top > rise * width[row]), least)
    if closed and seen is not None:
        crotch = min(max(top, round(seen)), least)
    end = (axis, int(rows[-1])) if tip is None or closed else tip
    if crotch >= end[1]:
        return cutout
    parted = region.astype(np.uint8)
    cv2.line(parted, end, (axis, crotch), 0, SLIT)
    if closed:
        return replace(cutout, region=parted > 0)
    base = min(end[1] + round(MOUTH * len(rows)), int(rows[-1]))
    cloth = np.nonzero(region[base])[0]
    left, right = cloth[cloth < end[0]], cloth[cloth > end[0]]
    if region[base, end[0]] or not len(left) or not len(right):
        return replace(cutout, region=parted > 0)
    corners = np.array([(axis, crotch), (int(right[0]), base), (int(left[-1]), base)])
    cv2.fillConvexPoly(parted, corners, 0)
    wedge = cv2.fillConvexPoly(np.zeros(cutout.alpha.shape, np.uint8), np.int32(np.round(corners / cutout.scale)), 1)
    alpha = cutout.alpha * (1 - cv2.GaussianBlur(wedge.astype(np.float32), (0, 0), 1.0))
    return replace(cutout, region=parted > 0, alpha=np.asarray(alpha, np.float32))


def _gap_top(region: Bool, axis: float) -> tuple[int, int] | None:
    """Column and row of the highest point between the legs, at the region's scale; None without a gap."""
    height, width = region.shape
    low = round(0.97 * height)
    middle = slice(max(0, round(axis - 0.2 * width)), min(width, round(axis + 0.2 * width)))
    count, pieces = cv2.connectedComponents((~region[:low]).astype(np.uint8), connectivity=4)
    if count < 2:
        return None
    names = np.unique(pieces[low - 1, middle])
    best: tuple[int, int] | None = None
    for name in names[names > 0]:
        # of the space round the garment only what has a leg on both sides
        between = pieces == name
        cloth = region[:low]
        left = np.maximum.accumulate(cloth, axis=1)
        right = np.maximum.accumulate(cloth[:, ::-1], axis=1)[:, ::-1]
        rows, columns = np.nonzero(between & left & right)
        inside = (columns >= middle.start) & (columns < middle.stop) & (rows > HIGHEST_GAP * height)
        if inside.sum() < 20:
            continue
        rows, columns = rows[inside], columns[inside]
        top = int(rows.min())
        if best is None or top < best[1]:
            best = int(np.median(columns[rows == top])), top
    return best if best is not None and best[1] < 0.93 * height else None


def _wedge(rgb: NDArray[np.uint8], alpha: Float, tip: tuple[int, int], width: int) -> Bool | None:
    """What is backdrop of a window (h, w) around the gap's top `tip` (column, row)."""
    solid = alpha > 0.5
    contrast = _unlike_cloth(to_lab(rgb), solid, round(BESIDE * width))
    column, row = tip
    aside = max(2, round(0.01 * width))
    above = np.where(solid, contrast, 0)[max(0, row - round(ABOVE * width)) : row, column - aside : column + aside + 1]
    highest = float(np.percentile(above, 80)) if above.size else 0.0
    if highest < LEAST_CONTRAST:
        return None
    rows, columns = np.indices(solid.shape)
    deeper = min(row + round(0.06 * width), len(solid) - 1)
    gap = np.flatnonzero(~solid[deeper, max(0, column - round(SEARCHED[1] * width)) :])
    half = 0.5 * min(len(gap), SEARCHED[1] * width) + RIM * width
    beside_gap = cv2.dilate((~solid).astype(np.uint8), disc(max(1, round(RIM * width)))) > 0
    place = np.where(rows < row, np.abs(columns - column) <= half, beside_gap & (contrast > LEAST_CONTRAST))
    backdrop = solid & place & (contrast > MATTE * highest)
    backdrop |= cv2.dilate((~solid).astype(np.uint8), disc(2)) > 0  # the rim has taken the colour of what is inside
    _, pieces = cv2.connectedComponents(cv2.morphologyEx(backdrop.astype(np.uint8), cv2.MORPH_OPEN, disc(2)))
    name = pieces[min(row + 2, len(pieces) - 1), column]
    if name == 0:
        return None
    smooth = cv2.GaussianBlur((pieces == name).astype(np.float32), (0, 0), max(1.0, 0.006 * width)) > 0.5
    return np.asarray(smooth & solid)


def _unlike_cloth(lab: Float, solid: Bool, beside: int) -> Float:
    """How unlike the cloth at both ends of its row each pixel is (h, w): darker counts less, folds are dark."""
    ends = (slice(0, beside), slice(-beside, None))
    result = np.full(lab.shape[:2], np.inf, np.float32)
    for end in ends:
        cloth = np.where(solid[:, end, None], lab[:, end], np.nan)
        if not np.isfinite(cloth).any():
            return np.zeros(lab.shape[:2], np.float32)
        colour = np.nanmedian(cloth.reshape(-1, 3), axis=0)
        offset = lab - colour
        offset[..., 0] *= np.where(offset[..., 0] < 0, SHADE, 1.0)
        result = np.minimum(result, np.linalg.norm(offset, axis=2))
    return result
