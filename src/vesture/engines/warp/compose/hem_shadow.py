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
COARSE = 4  # pixels between the points at which it is found


def shaded_from_above(canvas: Floats, cover: Floats, over: Floats, unit: float) -> Floats:
    """The picture (h, w, 3) with the soft shadow on its cloth.

    Args:
        canvas: [0, 255], without what throws the shadow.
        cover: (h, w) coverage of the cloth.
        over: (h, w) coverage of what throws it.
    """
    size = max(1, cover.shape[1] // COARSE), max(1, cover.shape[0] // COARSE)
    small = cv2.GaussianBlur(cv2.resize(over, size, interpolation=cv2.INTER_AREA), (0, 0), SOFT * unit / COARSE)
    fallen = np.array([[1, 0, 0], [0, 1, FALL * unit / COARSE]], np.float32)
    small = cv2.warpAffine(small, fallen, size, flags=cv2.INTER_LINEAR)
    thrown = cv2.resize(small, cover.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(canvas * (1 - DEPTH * thrown * cover)[..., None], np.float32)
