"""The shadow that what stays in front throws on the cloth below it: a top's hem on trousers, hands on a skirt.

Takes pictures and coverages, gives a picture.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

DEPTH = 0.5  # of the light that is lost under what throws the shadow: at its edge a little more than half of that
SOFT, FALL = 0.03, 0.025  # units over which the shadow goes, and by which it lies below
MARGIN = 8  # of those points above the cloth that are looked at
COARSE = 4  # pixels between the points at which it is found


def shaded_from_above(canvas: Floats, cover: Floats, over: Floats, unit: float) -> Floats:
    """The picture (h, w, 3) with the soft shadow on its cloth.

    Args:
        canvas: [0, 255], without what throws the shadow.
        cover: (h, w) coverage of the cloth.
        over: (h, w) coverage of what throws it.
    """
    rows = np.flatnonzero(cover.any(1))
    if not len(rows):
        return canvas
    place = slice(max(0, rows[0] - MARGIN * COARSE), rows[-1] + 1)
    near, laid = over[place], cover[place]
    size = max(1, near.shape[1] // COARSE), max(1, near.shape[0] // COARSE)
    small = cv2.GaussianBlur(cv2.resize(near, size, interpolation=cv2.INTER_AREA), (0, 0), SOFT * unit / COARSE)
    fallen = np.array([[1, 0, 0], [0, 1, FALL * unit / COARSE]], np.float32)
    small = cv2.warpAffine(small, fallen, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    thrown = cv2.resize(small, near.shape[::-1], interpolation=cv2.INTER_LINEAR)
    result = canvas.copy()
    result[place] *= cv2.merge([1 - DEPTH * thrown * laid] * 3)
    return result
