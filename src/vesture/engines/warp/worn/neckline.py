"""The half of a neckline that hair hides: the mirror image of the half that is seen, in one smooth edge.

Takes the wearer and the cloth that is seen, gives where cloth is wanted at the hidden shoulder.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, SideName
from vesture.engines.warp.picture.patch import bounds
from vesture.engines.warp.worn.fill import mirrored_mask
from vesture.vision.masks import closed, dilate, erode
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

LEAST_HIDDEN = 0.01  # square units of cloth behind hair on one side
MOST_BESIDE = 0.5  # of that on the other side, which shows how the neckline goes
LOWEST = 0.12  # units above the end of the bare chest: its middle is the neckline's
OFF_SPINE = 0.2  # units between spine and neckline's middle at the most
REACH = 0.25  # units beside hair that mirrored cloth may cover of what is seen: skin, and cloth that hair has coloured
NOTCH, SPIKE = 0.07, 0.03  # units: half the width of what is evened at its edge


def hidden_half(body: Body, mask: Bools, below: Bools) -> Bools:
    """Where (H, W) cloth goes on at a shoulder that hair hides, if the other one is seen.

    Args:
        body: the wearer.
        mask: the cloth (H, W) that is seen.
        below: where cloth can be, above the armpits under the line of the shoulders.
    """
    result = np.zeros_like(mask)
    before = ((body.labels == Label.HAIR) | (body.labels == Label.OTHER)) & ~mask & below
    box = bounds(below & (mask | before), round(REACH * body.unit))
    if box is None or np.count_nonzero(before) < LEAST_HIDDEN * body.unit**2:
        return result
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    chest = (body.labels[place] == Label.SKIN) & below[place]
    rows, columns = (axis.astype(np.float32) for axis in np.ogrid[place])
    (x, y), (across_x, across_y), (down_x, down_y) = (
        (float(value) for value in pair) for pair in (body.neck, body.across, body.down)
    )
    across = (columns - x) * across_x + (rows - y) * across_y
    down = (columns - x) * down_x + (rows - y) * down_y
    middle = _middle(across, down, chest, body.unit)
    other = mirrored_mask(mask, replace(body, neck=body.neck + middle * body.across))[place]
    hair = {side: before[place] & (SIGN[side] * (across - middle) > 0) for side in SIDES}
    side: SideName = max(SIDES, key=lambda name: int((hair[name] & other).sum()))
    hidden = hair[side] & other
    if hidden.sum() < LEAST_HIDDEN * body.unit**2:
        return result
    opposite = hair["left" if side == "right" else "right"]
    if opposite.sum() > MOST_BESIDE * hair[side].sum():
        return result
    half = below[place] & (SIGN[side] * (across - middle) > 0)
    near = half & dilate(hidden, REACH * body.unit)
    near &= body.labels[place] != Label.BACKGROUND
    whole = mask[place] | hidden | (near & other)
    whole |= near & closed(whole, NOTCH * body.unit)
    result[place] = dilate(erode(whole, SPIKE * body.unit), SPIKE * body.unit) & whole & ~mask[place]
    return result


def _middle(across: Floats, down: Floats, chest: Bools, unit: float) -> float:
    """Distance from the spine to the middle of the neckline: where the bare chest reaches furthest down."""
    inside = chest & (np.abs(across) < 2 * OFF_SPINE * unit)
    if not inside.any():
        return 0.0
    low = inside & (down > down[inside].max() - LOWEST * unit)
    return float(np.clip(np.median(across[low]), -OFF_SPINE * unit, OFF_SPINE * unit))
