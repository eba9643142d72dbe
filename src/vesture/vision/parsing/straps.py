"""Straps of bags that hang on a shoulder: from the thing up over the clothes, so that both stay or neither does.

Takes a parse's labels, gives labels. A strap is a narrow stripe that differs from the cloth on both of its sides, which
are alike, all the way down from a shoulder's edge to a thing. The best such way is found row by row (dynamic
programming, as in Avidan and Shamir, "Seam carving", SIGGRAPH 2007).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from vesture.vision.masks import dilate
from vesture.vision.parsing.prior import HAIR, ONE_PIECE, OTHER, SKIN, TOP, Skeleton

Floats = NDArray[np.float32]
Labels = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Way = tuple[NDArray[np.intp], NDArray[np.intp]]  # rows and columns, from below upwards

WIDTHS = (0.03, 0.06, 0.1, 0.15)  # units that straps are wide
BESIDE, ALONG = 3, 5  # pixels of cloth at either side, and rows, that are compared together
UNLIKE_SIDES = 0.7  # how much of the sides' own difference counts against a stripe
DEEPEST = 0.7  # of its lightness that cloth keeps in a crease
CLEAR = 20.0  # CIELAB distance from both sides at which a stripe cannot be clearer
USUAL, FAINTEST = 12.0, 7.5  # such distances that half of a strap, and all but its faintest seventh, have
SHOULDER = (0.2, 0.75), (-0.35, 0.2)  # units from the spine, and levels, at which a strap lies over the edge
EDGE = 0.05  # units that this edge is thick
LEAST = 0.03  # square units of a thing that hangs on one
CHANGE = 1.0  # how much a change of colour along a way costs
SMOOTH, OWN = 15, 0.8  # rows over which sides are straight; a pixel is nearer than this to the strap than to the cloth
STEPS = (0, -1, 1, -2, 2)  # pixels that a way turns aside from one row to the next


def with_straps(labels: Labels, lab: Floats, skeleton: Skeleton) -> Labels:
    """Labels (h, w) in which straps from a shoulder down to things belong to these.

    Args:
        lab: (h, w, 3) the photo.
    """
    _, names, stats, _ = cv2.connectedComponentsWithStats((labels == OTHER).view(np.uint8))
    large = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] > LEAST * skeleton.unit**2)[1:]
    start = _shoulder_edges(labels, skeleton)
    if not len(large) or not start.any():
        return labels
    box = _around(start | np.isin(names, large), round(max(WIDTHS) * skeleton.unit) + BESIDE)
    result, seen, colours = labels.copy(), labels[box], lab[box]
    clothes = np.isin(seen, (TOP, ONE_PIECE))
    clear, width = _stripes(colours, skeleton.unit)
    ways = _Ways(clear, cv2.blur(colours, (BESIDE, ALONG)), start[box], (seen > 0) & (seen != HAIR) & (seen != OTHER))
    for index in large:
        way = ways.to(dilate(names[box] == index, 1.5))
        if way is None:
            continue
        found = np.minimum(clear[way], _off_shade(way, width, colours))
        # what is skin for the most part is an arm beside the trunk
        if np.median(found) > USUAL and np.percentile(found, 15) > FAINTEST and (seen[way] != SKIN).mean() > 0.5:
            result[box][_drawn(way, width, colours) & (clothes | (seen == SKIN))] = OTHER
    return result


def _shoulder_edges(labels: Labels, skeleton: Skeleton) -> Bools:
    """The upper edge (h, w) of both shoulders, over which straps lie."""
    person = (labels > 0) & (labels != HAIR)
    aside, level = skeleton.frame((labels.shape[0], labels.shape[1]))
    above = np.zeros_like(person)
    thick = max(2, round(EDGE * skeleton.unit))
    above[thick:] = ~person[:-thick]
    (inner, outer), (top, bottom) = SHOULDER
    return np.asarray(
        person & above & (np.abs(aside) > inner) & (np.abs(aside) < outer) & (level > top) & (level < bottom)
    )


def _around(where: Bools, margin: int) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(where.any(1)), np.flatnonzero(where.any(0))
    return (
        slice(max(0, rows[0] - margin), rows[-1] + 1 + margin),
        slice(max(0, columns[0] - margin), columns[-1] + 1 + margin),
    )


def _stripes(lab: Floats, unit: float) -> tuple[Floats, NDArray[np.int64]]:
    """How clearly (h, w) a pixel lies in the middle of an upright stripe, and how many pixels (h, w) that is wide."""
    widths = sorted({max(3, int(width * unit) | 1) for width in WIDTHS})
    side = cv2.blur(lab, (BESIDE, ALONG))
    columns = np.arange(lab.shape[1])
    measures = []
    for width in widths:
        step = width // 2 + BESIDE
        middle = cv2.blur(lab, (width, ALONG))
        left, right = (side[:, np.clip(columns + aside, 0, len(columns) - 1)] for aside in (-step, step))
        apart = np.minimum(_apart(middle, left), _apart(middle, right))
        measures.append(apart - UNLIKE_SIDES * _apart(left, right))
    clear = np.stack(measures)
    return clear.max(0), np.array(widths)[clear.argmax(0)]


def _apart(first: Floats, second: Floats) -> Floats:
    difference = first - second
    squares = cv2.transform(difference * difference, np.ones((1, 3), np.float32))
    return np.asarray(np.sqrt(squares), np.float32)


def _off_shade(way: Way, width: NDArray[np.int64], lab: Floats) -> Floats:
    """CIELAB distance (n,) of a way's pixels from the cloth beside them in any shade: creases are no straps."""
    rows, columns = way
    smooth = cv2.blur(lab, (BESIDE, ALONG))
    step = width[way] // 2 + BESIDE
    distances = []
    for beside in (columns - step, columns + step):
        cloth = smooth[rows, np.clip(beside, 0, lab.shape[1] - 1)]
        shade = np.clip(smooth[way][:, 0] / np.maximum(cloth[:, 0], 1), DEEPEST, 1)
        distances.append(np.linalg.norm(smooth[way] - shade[:, None] * cloth, axis=1))
    return np.asarray(np.minimum(*distances), np.float32)


class _Ways:
    """The cheapest ways down from a start to every pixel, along clear stripes."""

    def __init__(self, clear: Floats, lab: Floats, start: Bools, where: Bools) -> None:
        cost = np.where(where, np.clip(CLEAR - clear, 0, CLEAR), np.inf)
        self.total = np.full(clear.shape, np.inf)
        self.came = np.zeros(clear.shape, np.int64)
        columns = np.arange(clear.shape[1])
        came = np.clip(columns + np.array(STEPS)[:, None], 0, clear.shape[1] - 1)
        first = int(np.flatnonzero(start.any(1))[0])
        change = np.stack([_apart(lab[first:], np.roll(lab, 1, axis=0)[first:, aside]) for aside in came], axis=1)
        for row in range(first, len(clear)):
            options = self.total[row - 1, came] + CHANGE * change[row - first]
            chosen = options.argmin(0)
            self.came[row] = came[chosen, columns]
            self.total[row] = np.where(start[row], 0, options[chosen, columns]) + cost[row]
        self.start = start

    def to(self, end: Bools) -> Way | None:
        """Rows and columns of the cheapest way to pixels `end` (h, w); None if there is none."""
        total = np.where(end, self.total, np.inf)
        row, column = (int(at) for at in np.unravel_index(int(total.argmin()), total.shape))
        if not np.isfinite(total[row, column]):
            return None
        way = [(row, column)]
        while not self.start[row, column]:
            row, column = row - 1, int(self.came[row, column])
            way.append((row, column))
        rows, columns = np.array(way).T
        return rows, columns


def _drawn(way: Way, width: NDArray[np.int64], lab: Floats) -> Bools:
    """Pixels (h, w) along a way that are nearer to its colour than to that of the cloth beside it, between smooth
    sides."""
    last = lab.shape[1] - 1
    reach = np.zeros((len(way[0]), 2), np.float32)
    for place, (row, column) in enumerate(zip(*way, strict=True)):
        half = int(width[row, column]) // 2
        own = lab[row, max(0, column - half // 2) : column + half // 2 + 1].mean(0)
        for side, sign in enumerate((-1, 1)):
            away = np.clip(column + sign * np.arange(half + BESIDE + 1), 0, last)
            line = lab[row, away]
            inside = np.linalg.norm(line - own, axis=1) < OWN * np.linalg.norm(line - line[-1], axis=1)
            reach[place, side] = np.argmin(inside)
    smooth = cv2.blur(median_filter(reach, (SMOOTH, 1), mode="nearest"), (1, ALONG), borderType=cv2.BORDER_REPLICATE)
    columns = cv2.blur(way[1].astype(np.float32)[:, None], (1, ALONG), borderType=cv2.BORDER_REPLICATE)[:, 0]
    across = np.arange(lab.shape[1]) - columns[:, None]
    result = np.zeros(width.shape, bool)
    result[way[0]] = (across > -smooth[:, :1]) & (across < smooth[:, 1:])
    return result
