"""Sleeves that leave the photo before they end: selfies and portraits show no hands.

Takes the wearer, where the cloth shows, and the garment read off them; gives the garment with whole long sleeves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, Body, SideName
from vesture.engines.warp.worn.atlas import SLEEVE_PART, with_patches
from vesture.engines.warp.worn.sleeves import Worn, own_sleeves
from vesture.engines.warp.worn.wearer import WornGarment
from vesture.vision.garment.types import Part

Bools = NDArray[np.bool_]

STEPS = 41
WHOLE = 0.86  # share of the arm: a sleeve that is seen so far is read as it is
LAST, COVERED = 5, 0.6  # steps before an arm leaves the photo, and the share of them that must show cloth
READABLE = 0.2  # share of a sleeve that must be seen to be continued rather than made anew


def leaving_sleeves(body: Body, mask: Bools) -> dict[SideName, bool]:
    """Whether the sleeves of either side go on where the photo of the cloth `mask` (H, W) ends."""
    height, width = mask.shape
    result: dict[SideName, bool] = {}
    for side in SIDES:
        arm = body.arms[side]
        column, row = np.rint(arm.at(np.linspace(0, WHOLE, STEPS) * arm.length)).astype(int).T
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        first = int(np.argmin(inside)) if not inside.all() else 0
        last = np.arange(max(first - LAST, 0), first)
        result[side] = bool(len(last)) and float(mask[row[last], column[last]].mean()) >= COVERED
    return result


def with_whole_sleeves(garment: WornGarment, leaving: Mapping[SideName, bool]) -> WornGarment:
    """The garment with long sleeves, as pictures of their own, where they leave the photo."""
    wanted = {side: leaving[side] and side not in garment.sleeve_wearer for side in SIDES}
    if not garment.has_sleeves or not any(wanted.values()):
        return garment
    points = {name: np.asarray(value, float) for name, value in garment.points.items()}
    own = {side: garment.parts == SLEEVE_PART[side] for side in SIDES}
    worn = Worn(
        garment.rgb,
        own,
        garment.parts == Part.TORSO,
        np.zeros(garment.parts.shape, bool),
        garment.wearer,
        {side: points[f"shoulder_{side}"] for side in SIDES},
        {side: points[f"armpit_{side}"] for side in SIDES},
        1.0,
        1.0,
    )
    patches = own_sleeves(worn, wanted, READABLE)
    taken = np.logical_or.reduce([own[side] for side in SIDES if wanted[side]])
    left = replace(
        garment,
        alpha=np.where(taken, np.float32(0), garment.alpha),
        parts=np.where(taken, np.uint8(0), garment.parts),
    )
    return with_patches(left, patches)
