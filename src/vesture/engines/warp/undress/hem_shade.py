"""The shade of a hem on the bare limb that comes out from under it, and that of a shoe on the ankle in it.

Takes a painted patch and the cloth's coverage, gives a patch.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.picture.patch import Patch

Floats = NDArray[np.float32]

FALL, SOFT = 0.04, 0.03  # units below the hem at which its shade is half gone, and over which it goes
DEPTH = np.array([0.26, 0.3, 0.32], np.float32)  # of red, green and blue that is lost: shade reddens skin a little
COARSE = 4  # pixels between the points at which it is found


def in_hem_shade(patch: Patch, cover: Floats, unit: float, fall: float = FALL) -> Patch:
    """Painted skin with the soft shade of the cloth of coverage (H, W) above it, in the picture that it lies in.

    Args:
        fall: units below the cloth's edge at which its shade is half gone.
    """
    rows, columns = patch.place
    margin = round((FALL + 3 * SOFT) * unit)
    top, left = max(0, rows.start - margin), max(0, columns.start - margin)
    near = cover[top : rows.stop + margin, left : columns.stop + margin]
    if not near.any():
        return patch
    size = max(1, near.shape[1] // COARSE), max(1, near.shape[0] // COARSE)
    small = cv2.GaussianBlur(cv2.resize(near, size, interpolation=cv2.INTER_AREA), (0, 0), SOFT * unit / COARSE)
    shift = np.array([[1, 0, 0], [0, 1, fall * unit / COARSE]], np.float32)
    fallen = cv2.warpAffine(small, shift, size, flags=cv2.INTER_LINEAR)
    shade = cv2.resize(fallen, near.shape[::-1], interpolation=cv2.INTER_LINEAR)
    height, width = patch.alpha.shape
    own = shade[rows.start - top :, columns.start - left :][:height, :width, None]
    return replace(patch, rgb=np.asarray(patch.rgb * (1 - DEPTH * own), np.float32))
