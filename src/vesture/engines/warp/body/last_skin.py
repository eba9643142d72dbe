"""Where a limb begins to be bare, read from the labels along its axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float64]

CLOTH = (int(Label.TOP), int(Label.ONE_PIECE), int(Label.BOTTOM))
SPOT = 0.6  # of a limb's radius: skin along it that ends sooner in cloth is a spot


def last_skin(along: Floats, seen: NDArray[np.uint8], length: float, radius: float) -> float | None:
    """Where the last stretch of skin along a limb begins; None where there is none.

    Args:
        along: evenly spaced arc lengths (n,) on the limb and a little beyond, from 0.
        seen: labels (n,) there.
        length: of the limb.
        radius: of the limb where it begins.
    """
    cloth = np.isin(seen, CLOTH)
    skin = np.flatnonzero((seen == Label.SKIN) & ~_spots(seen == Label.SKIN, cloth, SPOT * radius / along[1]))
    # a hand before the hip is no skin of the leg that goes on below it in trousers
    if not len(skin) or (along[skin[-1]] < 0.5 * length and cloth[skin[-1] :].any()):
        return None
    covered = np.flatnonzero(cloth[: skin[-1]])
    return float(along[covered[-1] + 1]) if len(covered) else float(along[skin[0]])


def _spots(skin: NDArray[np.bool_], cloth: NDArray[np.bool_], least: float) -> NDArray[np.bool_]:
    """Which places (n,) of skin are runs of fewer than `least` that cloth follows: something else lies before it."""
    edge = np.diff(np.r_[0, skin.astype(int), 0])
    result = np.zeros_like(skin)
    for first, end in zip(np.flatnonzero(edge > 0), np.flatnonzero(edge < 0), strict=True):
        result[first:end] = end - first < least and cloth[end : end + 1].any()
    return result
