"""Where a face and the throat below it are, beside which collars lie.

Takes the body, gives masks; knows nothing about colours.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.undress.collar import JAW_MARGIN
from vesture.vision.masks import dilate, erode
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

CHIN, FOREHEAD = -0.2, -0.6  # levels in units, from the shoulder joints, above which faces and the middle of faces lie
FACE_RIM = 0.06  # units
BEARD = 0.45  # half-widths of the face below the jaw that chins and beards reach
FACE_BOX = 2.2  # half-widths of the face from the chin within which it lies


def above_the_jaw(body: Body) -> Bools:
    """The face (h, w) down to the jaw, or to the beard on it; nothing where no face is seen."""
    result = np.zeros(body.labels.shape, bool)
    head = body.head
    if head is None:
        return result
    reach = FACE_BOX * head.half_width
    ends = np.array([head.chin + reach * head.up, head.chin - 0.3 * reach * head.up])
    top, bottom = max(0, int(ends[:, 1].min())), max(0, int(ends[:, 1].max()))
    left, right = max(0, int(ends[:, 0].min() - reach)), max(0, int(ends[:, 0].max() + reach))
    grid = np.indices(result[top:bottom, left:right].shape, np.float32)
    result[top:bottom, left:right] = head.below_jaw(grid[1] + left, grid[0] + top) < JAW_MARGIN * head.half_width
    return result


def middle_of_face(body: Body) -> Bools:
    """The middle of the face (h, w), wherever the head leans: broad skin that is one with what lies above the chin."""
    height, width = body.labels.shape
    columns, rows = np.arange(width, dtype=np.float32)[None], np.arange(height, dtype=np.float32)[:, None]
    level = ((columns - body.neck[0]) * body.down[0] + (rows - body.neck[1]) * body.down[1]) / body.unit
    high = level < CHIN
    if body.head is not None:  # beside necks that come up as high collars stand
        high &= (body.head.below_jaw(columns, rows) < BEARD * body.head.half_width) | _within_the_neck(body, level)
    broad = erode((body.labels == Label.SKIN) & high, FACE_RIM * body.unit)
    count, names = cv2.connectedComponents(broad.view(np.uint8))
    inside = np.bincount(names[broad & (level < FOREHEAD)], minlength=count)
    inside[0] = 0
    if not inside.any():
        return np.zeros_like(broad)
    # grown back less than it was worn down: a rim is left for the seam beside a collar
    return dilate(names == int(np.argmax(inside)), 0.7 * FACE_RIM * body.unit) & (body.labels == Label.SKIN)


def _within_the_neck(body: Body, level: Floats) -> Bools:
    """Pixels (h, w) at levels (h, w) between head and shoulders that lie within the neck's usual width."""
    head = body.head
    assert head is not None
    top = head.neck_top - body.neck
    share = np.clip(level * body.unit / min(float(top @ body.down), -1.0), 0, 1)
    aside = (np.arange(level.shape[1], dtype=np.float32) - np.float32(body.neck[0]))[None] * np.float32(body.across[0])
    aside = aside + (np.arange(level.shape[0], dtype=np.float32) - np.float32(body.neck[1]))[:, None] * np.float32(
        body.across[1]
    )
    return np.asarray(np.abs(aside - share * np.float32(top @ body.across)) < head.neck_half_width)


def near_the_throat(body: Body) -> Bools:
    """Neck and upper chest (h, w), where collars and lapels lie on the skin."""
    height, width = body.labels.shape
    dx = np.arange(width, dtype=np.float32)[None] - np.float32(body.neck[0])
    dy = np.arange(height, dtype=np.float32)[:, None] - np.float32(body.neck[1])
    aside = np.abs(dx * body.across[0] + dy * body.across[1]) / body.unit
    level = (dx * body.down[0] + dy * body.down[1]) / body.unit
    return np.asarray((aside < 0.55) & (level > -0.45) & (level < 0.6))
