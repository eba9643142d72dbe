"""The line at which the upper garment gives way to the lower one, as one smooth path across the body.

Pixel by pixel, a navy blazer and navy trousers part in rags. Seen whole, a garment ends in a hem: every column of the
body is upper garment down to it and lower garment from there. The path that pays least for the pixels it puts on the
wrong side, for leaving the photo's edges, and for jumps is found by dynamic programming.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.parsing.bare import drawn_limbs
from vesture.vision.parsing.prior import BOTTOM, TOP, Skeleton

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Labels = NDArray[np.uint8]

ACROSS = np.linspace(-0.66, 0.66, 67).astype(np.float32)  # u of the columns
DOWN = np.linspace(0.3, 2.1, 145).astype(np.float32)  # v of the rows
EVIDENCE = 2.5  # largest log-ratio of one pixel
EDGE_WEIGHT = 6.0  # of a full edge, in log-ratios
EDGE_FULL = 9.0  # Lab distance across a clear edge
JUMP = 1.6  # price of one row's step between neighbouring columns
NEAR_EDGE = 3  # rows over which the two sides of an edge are averaged


def settle_hem(labels: Labels, scores: Floats, lab: Floats, skeleton: Skeleton) -> Labels:
    """Labels (h, w) with top and bottom parted anew along one line.

    Args:
        labels: (h, w).
        scores: (8, h, w) probability of each label, from place and colour.
        lab: (h, w, 3) the photo.
    """
    shape = (labels.shape[0], labels.shape[1])
    garments = (labels == TOP) | (labels == BOTTOM)
    if not (labels == TOP).any() or not (labels == BOTTOM).any():
        return labels
    arms = drawn_limbs(skeleton, shape, ("forearm", "hand"), 1.2)
    u, v = skeleton.frame(shape)
    columns, rows, inside = _places(skeleton, shape)
    known = inside & garments[rows, columns] & ~arms[rows, columns]
    ratio = np.log((scores[TOP] + 0.02) / (scores[BOTTOM] + 0.02)) * 1.5
    evidence = np.where(known, np.clip(ratio[rows, columns], -EVIDENCE, EVIDENCE), 0)
    path = _cheapest_path(evidence, _edges(lab[rows, columns], known))
    border = np.interp(u, ACROSS, DOWN[np.minimum(path, len(DOWN) - 1)]).astype(np.float32)
    settled = garments & ~arms & (np.abs(u) < ACROSS[-1]) & (v > DOWN[0])
    result = labels.copy()
    result[settled] = np.where(v[settled] < border[settled], TOP, BOTTOM)
    return result


def _places(skeleton: Skeleton, shape: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64], Bools]:
    """Pixel columns and rows (levels, columns) of the body's own grid, and which of them lie in the photo."""
    origin, right, down = skeleton.axes()
    places = origin + ACROSS[None, :, None] * right + DOWN[:, None, None] * down
    whole = np.rint(places).astype(np.int64)
    inside = (whole >= 0).all(-1) & (whole[..., 0] < shape[1]) & (whole[..., 1] < shape[0])
    return np.clip(whole[..., 0], 0, shape[1] - 1), np.clip(whole[..., 1], 0, shape[0] - 1), inside


def _edges(lab: Floats, known: Bools) -> Floats:
    """How clear an edge across the body each place (levels, columns) has, in [0, 1]."""
    weight = known.astype(np.float32)
    kernel = (3, NEAR_EDGE)
    mass = cv2.blur(weight, kernel)
    mean = np.stack([cv2.blur(lab[..., i] * weight, kernel) for i in range(3)], -1) / np.maximum(mass, 1e-3)[..., None]
    half = NEAR_EDGE // 2 + 1
    step = np.zeros(known.shape, np.float32)
    above, below = mean[: -2 * half + 1], mean[2 * half - 1 :]
    both = (mass[: -2 * half + 1] > 0.3) & (mass[2 * half - 1 :] > 0.3)
    step[half : half + len(above)] = np.linalg.norm(above - below, axis=-1) * both
    return np.minimum(step / EDGE_FULL, 1) ** 0.7


def _cheapest_path(evidence: Floats, edges: Floats) -> NDArray[np.int64]:
    """Row (columns,) of the border in each column: rows above it are the upper garment."""
    rows, columns = evidence.shape
    sums = np.concatenate([np.zeros((1, columns)), np.cumsum(evidence, axis=0)])
    price = sums[-1] - 2 * sums  # what lies above is paid for by its log-ratio, what lies below by the opposite
    price[:rows] -= EDGE_WEIGHT * edges
    steps = JUMP * np.arange(rows + 1)
    total, came = price[:, 0], np.zeros((columns, rows + 1), np.int64)
    for column in range(1, columns):
        total, came[column] = _spread(total, steps)
        total = total + price[:, column]
    path = np.zeros(columns, np.int64)
    path[-1] = int(np.argmin(total))
    for column in range(columns - 1, 0, -1):
        path[column - 1] = came[column, path[column]]
    return path


def _spread(total: NDArray[np.float64], steps: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Least of total[i] + |steps[i] - steps[j]| over i for each j, and the i that gives it."""
    index = np.arange(len(total))
    results = []
    for order in (slice(None), slice(None, None, -1)):
        slope = steps if order == slice(None) else steps[-1] - steps[::-1]
        lowered = total[order] - slope
        best = np.minimum.accumulate(lowered)
        first = np.maximum.accumulate(np.where(lowered == best, index, 0))
        results.append(((best + slope)[order], (first if order == slice(None) else len(total) - 1 - first)[order]))
    (down, from_above), (up, from_below) = results
    return np.minimum(down, up), np.where(down <= up, from_above, from_below)
