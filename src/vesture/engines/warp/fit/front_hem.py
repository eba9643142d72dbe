"""The hem of the front, where a lying shirt shows the inside of its back below it.

The tail of a back that is longer than the front ends the outline of a flat garment; on a body it hangs behind. What
tells it is the thin dark line of the front's hem above the outline: it leaves the outline near one side and comes back
to it near the other. Stitches and ribbed hems run beside the outline all along and are none.

Takes a garment, gives it without the tail.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from vesture.engines.warp.body.figure import Floats
from vesture.engines.warp.cloth.placement import curve
from vesture.vision.garment.types import Garment

COLUMNS, STEP = 160, 0.003  # places along the hem, and steps upwards from it, in hem widths
DEEPEST = 0.18  # hem widths that a front may lie above the outline
THIN = 0.012  # hem widths from the dark line to the cloth on both sides
DARK = 0.03  # share of the light that the line lacks, at least; what it lacks beyond three times that counts no more
STEEPEST = 2  # steps from one place to the next
ENDS, CORNERS = 0.02, 0.04  # of the hem's width at both sides: nothing is looked for, and a tail does not begin yet
SPAN = 0.5  # of it, that a tail has at least
SEEN, ENDS_SEEN = 0.9, 0.75  # of the line, and of its slopes down to the outline, that must be seen
LEAST_DEPTH = 0.015  # hem widths


def without_back_tail(garment: Garment) -> Garment:
    """A flat top without the tail of its back; as it is where there is none."""
    if garment.photo_type == "model" or garment.kind != "top" or "hem" not in garment.curves:
        return garment
    hem = curve(garment, "hem", COLUMNS)
    width = float(abs(hem[-1, 0] - hem[0, 0]))
    dark = _dark_lines(garment, hem, width)
    path = _best_way(np.clip(dark, -DARK, 3 * DARK) - DARK)
    tail = _tail(path, dark)
    if tail is None:
        return garment
    front = hem.copy()
    front[:, 1] -= path * STEP * width + np.where(path > 0, 0.6 * THIN * width, 0.0)
    start, end = tail
    columns = np.arange(garment.alpha.shape[1])
    order = np.argsort(hem[start:end, 0])
    edge = np.interp(columns, hem[start:end, 0][order], front[start:end, 1][order], left=np.inf, right=np.inf)
    keep = np.clip(edge[None] - np.arange(garment.alpha.shape[0])[:, None] + 0.5, 0, 1)
    alpha = (garment.alpha * keep).astype(garment.alpha.dtype)
    parts = np.where(keep > 0, garment.parts, 0).astype(garment.parts.dtype)
    return replace(garment, alpha=alpha, parts=parts, curves={**garment.curves, "hem": front.astype(np.float32)})


def _dark_lines(garment: Garment, hem: Floats, width: float) -> Floats:
    """Share of the light (d, n) that cloth lacks against what lies right above and below it, at steps up from the
    hem."""
    steps = np.arange(-4, round(DEEPEST / STEP) + 4) * STEP * width
    columns = np.repeat(hem[None, :, 0], len(steps), axis=0)
    rows = hem[None, :, 1] - steps[:, None]
    top = max(0, int(rows.min()) - 2)
    luma = cv2.cvtColor(garment.rgb[top : int(rows.max()) + 3], cv2.COLOR_RGB2GRAY).astype(np.float32)
    luma = cv2.GaussianBlur(luma, (0, 0), max(0.5, 0.5 * STEP * width))
    seen = cv2.remap(luma, columns.astype(np.float32), (rows - top).astype(np.float32), cv2.INTER_LINEAR)
    seen = cv2.GaussianBlur(seen, (0, 0), sigmaX=1.5, sigmaY=0.01)
    side = round(THIN / STEP)
    above, below = np.roll(seen, -side, axis=0), np.roll(seen, side, axis=0)
    return np.asarray(((np.minimum(above, below) - seen) / (seen + 12))[4:-4], np.float64)


def _best_way(gain: Floats) -> Floats:
    """Steps (n,) above the hem of the way along it that gains most; at the hem nothing is gained or lost."""
    gain = gain.copy()
    gain[:2] = 0.0
    outer = round(ENDS * gain.shape[1])
    gain[2:, :outer] = gain[2:, -outer:] = -1e3
    depth, count = gain.shape
    best, came = gain[:, 0].copy(), np.zeros((count, depth), int)
    for column in range(1, count):
        reach = np.full((2 * STEEPEST + 1, depth), -np.inf)
        for index, shift in enumerate(range(-STEEPEST, STEEPEST + 1)):
            low, high = max(0, -shift), depth - max(0, shift)
            reach[index, low:high] = best[low + shift : high + shift]
        chosen = reach.argmax(axis=0)
        came[column] = np.arange(depth) + chosen - STEEPEST
        best = reach.max(axis=0) + gain[:, column]
    way = np.zeros(count, int)
    way[-1] = int(best.argmax())
    for column in range(count - 1, 0, -1):
        way[column - 1] = came[column, way[column]]
    return np.where(way < 2, 0.0, way.astype(float))


def _tail(path: Floats, dark: Floats) -> tuple[int, int] | None:
    """First and last place along the hem between which a front ends above the outline; None without one."""
    raised = np.flatnonzero(np.diff(np.r_[0, (path > 0).astype(int), 0])).reshape(-1, 2)
    if not len(raised):
        return None
    start, end = (int(v) for v in raised[np.argmax(raised[:, 1] - raised[:, 0])])
    way = path[start:end].astype(int)
    line = dark[way, np.arange(start, end)] > DARK
    deep = np.flatnonzero(way > 0.6 * way.max())
    slopes = np.r_[line[: deep[0] + 1], line[deep[-1] :]]
    told = line.mean() > SEEN and slopes.mean() > ENDS_SEEN and np.median(way) * STEP > LEAST_DEPTH
    inside = start > CORNERS * len(path) and end < (1 - CORNERS) * len(path)
    return (start, end) if told and inside and end - start > SPAN * len(path) else None
