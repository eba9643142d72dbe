"""What stays of a coat or dress between the hem of a new top and its own skirt, which stays.

Takes masks and gives one; knows nothing about colours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.undress.hands import pieces

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

REACH = 0.25  # units above and below within which the new hem and the old skirt must lie
SKIRT = 0.1  # square units, at least; less of it is a rim of what goes, left beside a shoe or a hand


def left_hanging(old: Bools, skirt: Bools, cover: Floats, unit: float) -> Bools:
    """Pixels (h, w) of the garment that goes which are seen between a new hem and the skirt below: the new top ends
    above the level at which the old garment was parted, and no scene may show there.

    Args:
        old: (h, w) what goes.
        skirt: (h, w) what stays of the same garment.
        cover: (h, w) coverage of the new one.
    """
    skirt = pieces(skirt, SKIRT * unit**2)
    if not skirt.any():
        return np.zeros_like(old)
    height = old.shape[0]
    row = np.arange(height, dtype=np.int32)[:, None]
    far = np.int32(2 * height)
    above = np.maximum.accumulate(np.where(cover > 0.5, row, -far), axis=0)
    below = np.minimum.accumulate(np.where(skirt, row, far)[::-1], axis=0)[::-1]
    between = (row - above < REACH * unit) & (below - row < REACH * unit)
    # nothing but the old garment lies on the way down to its skirt
    other = np.minimum.accumulate(np.where(~(old | skirt), row, far)[::-1], axis=0)[::-1]
    return np.asarray(old & between & (below < other) & (cover < 0.999))
