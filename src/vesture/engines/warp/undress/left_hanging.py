"""What stays of a coat or dress under a new top: its skirt, and what lies between that and the new hem.

Takes the body and masks, gives masks; knows nothing about colours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, Body
from vesture.engines.warp.body.legs import crotch_level, labels_at
from vesture.engines.warp.undress.hands import pieces
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

REACH = 0.25  # units above and below within which the new hem and the old skirt must lie
SKIRT = 0.1  # square units, at least; less of it is a rim of what goes, left beside a shoe or a hand
PLACES = np.linspace(0.02, 0.95, 56)  # shares of a leg at which is looked what covers it
TROUSERS, SHORTEST = 0.7, 6  # share of what a coat leaves of a leg that trousers cover, and places that it leaves


def hangs_over_trousers(body: Body) -> bool:
    """Whether what is worn above hides the crotch, and both legs are in trousers or a long skirt below it."""
    lowest = 0.0
    for side in SIDES:
        leg = body.legs[side]
        axis = leg.at(PLACES * leg.length)
        labels = labels_at(body, axis)
        hanging = np.flatnonzero(np.isin(labels, (Label.TOP, Label.ONE_PIECE)))
        first = hanging[-1] + 1 if len(hanging) else 0
        shown = labels[first:][~np.isin(labels[first:], (Label.OTHER, Label.SHOES))]
        if len(shown) < SHORTEST or float((shown == Label.BOTTOM).mean()) < TROUSERS:
            return False
        lowest = max(lowest, float(body.coordinates(axis[hanging])[:, 1].max(initial=0.0)))
    return lowest > crotch_level(body)


def left_hanging(old: Bools, skirt: Bools, cover: Floats, low: Bools, unit: float) -> Bools:
    """Pixels (h, w) of the garment that goes which are seen between a new hem or a bare belly and the skirt below: the
    new top ends above the level at which the old garment was parted, and no scene may show there.

    Args:
        old: (h, w) what goes.
        skirt: (h, w) what stays of the same garment.
        cover: (h, w) coverage of the new one.
        low: (h, w) where the garment lies below the belly, sleeves left out.
    """
    skirt = pieces(skirt, SKIRT * unit**2)
    if not skirt.any():
        return np.zeros_like(old)
    height = old.shape[0]
    row = np.arange(height, dtype=np.int32)[:, None]
    far = np.int32(2 * height)
    above = np.maximum.accumulate(np.where(cover > 0.5, row, -far), axis=0)
    below = np.minimum.accumulate(np.where(skirt, row, far)[::-1], axis=0)[::-1]
    between = ((row - above < REACH * unit) | low) & (below - row < REACH * unit)
    # nothing but the old garment lies on the way down to its skirt
    other = np.minimum.accumulate(np.where(~(old | skirt), row, far)[::-1], axis=0)[::-1]
    return np.asarray(old & between & (below < other) & (cover < 0.999))
