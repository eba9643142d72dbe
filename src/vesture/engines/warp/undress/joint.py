"""Where a painted limb meets the skin that is seen: its width there, and no nick left between the two.

Takes a limb and masks, gives lengths and coverage. Knows nothing about colours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import Limb
from vesture.engines.warp.picture.patch import bounds
from vesture.vision.masks import closed, dilate, feather

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

BAND = (0.01, 0.07)  # units past the joint in which the width of the skin is taken
REACH = 2.4  # radii beside the axis within which skin is the limb's
# of the bare limb's usual radius, that skin may be wide: somewhere along it, and at the wrist or ankle at the most
HALF_RANGE, AT_THE_END = (0.7, 1.75), 1.6
END = (0.7, 0.85)  # shares of the limb between which that changes
LEAST = 12  # pixels of skin
NICK = 0.045  # units of half the width of gaps that are none


def skin_width(limb: Limb, skin: Bools, joint: float, unit: float) -> tuple[float, float] | None:
    """Half-width of the visible `skin` (h, w) just past the joint and its offset along the sign-1 normal, in pixels.

    None where too little of it is seen.
    """
    origin = limb.at(np.array([joint]))[0]
    tangent, normal = limb.direction(np.array([joint]))[0], limb.outward(np.array([joint]), 1.0)[0]
    natural = float(limb.radius(np.array([joint]))[0])
    reach = REACH * natural
    left, top = np.maximum(np.floor(origin - 1.5 * reach - BAND[1] * unit).astype(int), 0)
    right, bottom = np.ceil(origin + 1.5 * reach + BAND[1] * unit).astype(int)
    rows, columns = np.nonzero(skin[top : max(bottom, 0), left : max(right, 0)])
    offset = np.stack([columns + left, rows + top], 1) - origin
    along, across = offset @ tangent / unit, offset @ normal
    beside = across[(along > BAND[0]) & (along < BAND[1]) & (np.abs(across) < reach)]
    if len(beside) < LEAST:
        return None
    first, last = np.percentile(_run(beside), [1, 99])
    half = float(last - first + 1) / 2  # from middle to middle of the outermost pixels
    if half < 0.4 * natural:
        return None
    most = float(np.interp(joint / limb.length, END, (HALF_RANGE[1], AT_THE_END)))
    return float(np.clip(half, HALF_RANGE[0] * natural, most * natural)), float(first + last) / 2


def _run(across: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest of the groups that values fall into where gaps of more than three pixels part them."""
    ordered = np.sort(across)
    groups = np.split(ordered, np.flatnonzero(np.diff(ordered) > 3) + 1)
    return max(groups, key=len)


def without_nicks(zone: Floats, skin: Bools, old: Bools, unit: float, within: Floats | None = None) -> Floats:
    """The coverage (h, w) of painted skin, with what lies between it and the skin that stays, where cloth goes.

    Args:
        within: coverage beyond which nothing is added.
    """
    box = bounds(zone > 0.5, round(3 * NICK * unit))
    if box is None:
        return zone
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    between = closed(skin[place] | (zone[place] > 0.5), NICK * unit) & dilate(old[place], 2)
    # only what is added: the limb's own edge is finer than a mask's
    added = between & ~dilate(zone[place] > 0.02, 1)
    if within is not None:
        added &= within[place] > 0.5
    result = zone.copy()
    if added.any():
        result[place] = np.maximum(result[place], feather(dilate(added, 3) & between, 0.7))
    return result
