"""Where the colour of what goes has run into the scene beside it: photos are not sharp.

Takes the photo and masks, gives a mask. Lenses and compression spread an edge over some pixels; whatever is taken
from there to fill the scene brings the old garment back.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.picture.coarse import Coarse
from vesture.vision.masks import distance_to

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

LEAST, MOST = 0.015, 0.06  # units
LEAST_PIXELS = 2.0
SHARE = 0.06  # of the old garment's colour in the scene's, that is none
APART = 40.0  # colour distance from which garment and scene can be told apart
ENOUGH = 40  # pixels that make a share
MIXED = 0.1  # of it in a single pixel that counts


def bled(photo: Floats, old: Bools, scene: Bools, coarse: Coarse, unit: float) -> Bools:
    """Pixels (h, w) of the scene into which the colour of the old garment is mixed.

    Args:
        photo: (h, w, 3) float32 in [0, 255].
        old: (h, w) the garment that goes.
        scene: (h, w) what is neither the person nor a thing.
    """
    least, most = max(LEAST_PIXELS, LEAST * unit), max(LEAST_PIXELS + 2, MOST * unit)
    distance = distance_to(old)
    result = scene & (distance <= least)
    clear, pure = coarse.pure(scene & (distance > 1.5 * most)), coarse.pure(old)
    rows, columns = np.nonzero(scene & (distance <= 1.5 * most))
    if not len(rows) or not clear.any() or not pure.any():
        return result
    away = distance[rows, columns]
    behind = coarse.at(coarse.grown(clear), rows, columns)
    difference = coarse.at(coarse.grown(pure), rows, columns) - behind
    length = (difference**2).sum(1)
    told = length > APART**2
    mixed = ((photo[rows, columns] - behind) * difference).sum(1) / np.maximum(length, APART**2)
    reach = _reach(mixed[told], away[told], most)
    field = np.zeros(old.shape, np.float32)
    field[rows[told], columns[told]] = mixed[told]
    weight = np.zeros(old.shape, np.float32)
    weight[rows[told], columns[told]] = 1
    smooth = cv2.GaussianBlur(field, (0, 0), 1.0) / np.maximum(cv2.GaussianBlur(weight, (0, 0), 1.0), 1e-3)
    return np.asarray(result | ((weight > 0) & (distance <= reach) & (smooth > MIXED)))


def _reach(mixed: Floats, away: Floats, most: float) -> float:
    """Distance up to which the old garment's share in the colours is more than the scene's own variety makes it."""
    beyond = mixed[away > most]
    usual = float(np.median(beyond)) if len(beyond) >= ENOUGH else 0.0
    for reach in range(int(most), 0, -1):
        ring = mixed[(away > reach - 1) & (away <= reach)]
        if len(ring) >= ENOUGH and abs(float(np.median(ring)) - usual) > SHARE:
            return reach + 1.0
    return 0.0
