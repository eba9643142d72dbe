"""Skirts of dresses that swing aside while their wearer walks or the wind blows: made to hang straight.

Takes the wearer's photo, mask and body, gives all three with the cloth below the waist brought back under the
spine. Cloth that hangs straight already stays as it is.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import Body
from vesture.vision.masks import dilate
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

PIVOT, BENT = 0.8, 1.25  # levels from which, and below which wholly, cloth is turned
LONG = 1.45  # level that a skirt must reach to swing
STEP = 0.02  # levels
LEAST, MOST = 8.0, 32.0  # degrees: less is how cloth hangs, more is a misreading
HEM = 0.5  # share of the lean by which the hem slopes: cloth swings partly by turning, partly by slanting


def hanging_straight(photo: RGB, mask: Bools, body: Body) -> tuple[RGB, Bools, Body]:
    """Photo (H, W, 3), mask (H, W) and body with a skirt that swings aside brought under the body."""
    lean = _lean(mask, body)
    if not LEAST < abs(np.degrees(lean[1])) < MOST:
        return photo, mask, body
    places = _turned_places(mask.shape, body, *lean)
    whole = _moved(mask.astype(np.float32), places) > 0.5
    # colours at the rim come from beside the cloth
    moved = np.where(dilate(whole, 2)[..., None], _moved(photo, places), photo)
    labels = np.where(mask & ~whole, np.uint8(Label.BACKGROUND), body.labels)
    own = cv2.remap(body.labels, *places, cv2.INTER_NEAREST)
    cloth = np.bincount(body.labels[mask])
    own = np.where((cloth > 0)[np.minimum(own, len(cloth) - 1)], own, np.argmax(cloth))
    labels = np.where(whole, own, labels).astype(np.uint8)
    return np.asarray(moved, np.uint8), whole, replace(body, labels=labels)


def _lean(mask: Bools, body: Body) -> tuple[float, float]:
    """Where (pixels from the spine) the cloth's middle is at the pivot, and by which angle in radians it leans from
    there, positive to the viewer's right; no angle where the cloth is too short."""
    rows, columns = np.nonzero(mask)
    u, v = body.coordinates(np.stack([columns, rows], 1)).T
    index = np.floor((v - PIVOT) / STEP).astype(int)
    count = int(index.max(initial=0)) + 1
    inside = index >= 0
    if count * STEP + PIVOT < LONG or not inside.any():
        return 0.0, 0.0
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, index[inside], u[inside])
    np.maximum.at(high, index[inside], u[inside])
    seen = np.isfinite(low) & np.isfinite(high)
    middle = (low[seen] + high[seen]) / 2
    level = (PIVOT + STEP * (np.arange(count) + 0.5))[seen]
    start = float(np.median(middle[level < PIVOT + 0.12])) if (level < PIVOT + 0.12).any() else 0.0
    below = level > BENT
    if below.sum() < 4:
        return start, 0.0
    run = (level[below] - PIVOT) * body.torso
    return start, float(np.arctan(np.median((middle[below] - start) / run)))


def _turned_places(shape: tuple[int, ...], body: Body, start: float, angle: float) -> tuple[Floats, Floats]:
    """Where x, y (H, W) in the photo the cloth is that comes to lie at each pixel.

    Args:
        start: pixels from the spine of the point about which cloth turns.
        angle: radians by which it leans.
    """
    rows, columns = np.indices(shape, dtype=np.float32)
    dx, dy = columns - np.float32(body.neck[0]), rows - np.float32(body.neck[1])
    across = dx * np.float32(body.across[0]) + dy * np.float32(body.across[1])
    along = dx * np.float32(body.down[0]) + dy * np.float32(body.down[1])
    below = np.maximum(along - np.float32(PIVOT * body.torso), 0)
    share = np.clip(below / np.float32((BENT - PIVOT) * body.torso), 0, 1)
    slope = np.float32(np.tan(angle)) * share * share * (3 - 2 * share)
    u, v = across + below * slope, along - HEM * slope * (across - np.float32(start))
    x = body.neck[0] + u * body.across[0] + v * body.down[0]
    y = body.neck[1] + u * body.across[1] + v * body.down[1]
    return x.astype(np.float32), y.astype(np.float32)


def _moved(values: NDArray[np.float32] | RGB, places: tuple[Floats, Floats]) -> NDArray[np.float32]:
    return np.asarray(cv2.remap(values, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
