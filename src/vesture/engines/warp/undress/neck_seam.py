"""How a painted neck goes over into the neck that is seen: gradually, since no two skins end at a line.

Takes the body, what goes and what the new garment covers of it; gives coverage. Colours are not known here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.picture.patch import bounds
from vesture.vision.masks import dilate, distance_to, erode
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

WIDTH = 0.035  # units of the skin that is seen, over which a painted neck fades out
BELOW_JAW = (0.05, 0.25)  # half-widths of the face below the jaw between which that begins
THIN = 0.02  # units: half the width up to which painted skin between the new garment and what is seen is a line
REACH = 0.6, 0.45  # units beside the neck and below the line of the shoulders


def neck_seam(body: Body, old: Bools, cover: Floats) -> Floats:
    """Coverage (h, w) of painted skin over the neck that is seen; nothing without a face.

    Args:
        old: (h, w) what goes.
        cover: (h, w) coverage of the new garment; the neck is left alone beside what that hides again.
    """
    result = np.zeros(old.shape, np.float32)
    head = body.head
    if head is None:
        return result
    height, width = old.shape
    corners = np.array([head.chin - 0.3 * body.unit, body.neck + REACH[1] * body.unit])
    top, bottom = max(0, int(corners[:, 1].min())), min(height, int(corners[:, 1].max()))
    left = max(0, int(min(head.chin[0], body.neck[0]) - REACH[0] * body.unit))
    right = min(width, int(max(head.chin[0], body.neck[0]) + REACH[0] * body.unit))
    if bottom <= top or right <= left:
        return result
    place = np.s_[top:bottom, left:right]
    skin = (body.labels[place] == Label.SKIN) & ~old[place]
    box = bounds(skin, 1)
    if box is None:
        return result
    bared = erode(old[place] & (cover[place] < 0.5), THIN * body.unit)
    if not bared.any():
        return result
    bared = dilate(bared, THIN * body.unit)
    columns = np.arange(left, right, dtype=np.float32)[None]
    rows = np.arange(top, bottom, dtype=np.float32)[:, None]
    below = head.below_jaw(columns, rows) / head.half_width
    near = np.clip(1 - distance_to(bared) / max(1.5, WIDTH * body.unit), 0, 1)
    fade = np.clip((below - BELOW_JAW[0]) / (BELOW_JAW[1] - BELOW_JAW[0]), 0, 1)
    result[place] = np.where(skin, near * near * (3 - 2 * near) * fade, 0)
    return result
