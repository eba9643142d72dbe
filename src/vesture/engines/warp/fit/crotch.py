"""The top of the gap between two legs of a flat garment, drawn to a point.

Masks end it bluntly: they lose the narrow tip in the shadow between the legs. On a body legs meet in a point, and a
blunt gap would show the scene above it. Takes a garment, gives it with cloth on both sides of the tip.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import cv2
import numpy as np

from vesture.engines.warp.body.figure import SIDES, SIGN, Floats, SideName
from vesture.engines.warp.cloth.placement import curve, distance, point
from vesture.vision.fill import push_pull
from vesture.vision.garment.types import Garment, Part

TIP = 0.22  # of the width at the crotch: how far below it the gap is drawn to a point,
SHORT = 0.5  # as far as that is no more of the length of the legs
RIM = 0.006  # of that width beside the gap where cloth has taken its colour
SOLID = 0.97
LEG_PART = {"left": Part.LEFT_LEG, "right": Part.RIGHT_LEG}


def pointed_crotch(garment: Garment) -> Garment:
    """The garment with a gap between its legs that begins in a point; the same one where there is none to mend."""
    if garment.photo_type == "model" or not garment.has_legs:
        return garment
    crotch = point(garment, "crotch")
    inner = {side: curve(garment, f"leg_inner_{side}", 240) for side in SIDES}
    width = distance(*(_at_level(garment, side, float(crotch[1])) for side in SIDES))
    depth = min(TIP * width, SHORT * float(np.mean([inner[side][-1, 1] for side in SIDES]) - crotch[1]))
    ends = {side: _at_depth(inner[side], float(crotch[1]) + depth) for side in SIDES}
    if depth < 4 or not ends["left"][0] < crotch[0] < ends["right"][0]:
        return garment
    straight = {side: _straightened(inner[side], crotch, ends[side]) for side in SIDES}
    return _with_cloth(garment, crotch, ends, straight, max(1, round(RIM * width)))


def _at_level(garment: Garment, side: SideName, level: float) -> Floats:
    """Where the outer edge passes a row of the picture."""
    edge = curve(garment, f"side_{side}" if f"side_{side}" in garment.curves else f"leg_outer_{side}", 120)
    return np.asarray(edge[np.argmin(np.abs(edge[:, 1] - level))])


def _at_depth(edge: Floats, level: float) -> Floats:
    below = np.flatnonzero(edge[:, 1] >= level)
    return np.asarray(edge[below[0]] if len(below) else edge[-1])


def _straightened(edge: Floats, crotch: Floats, end: Floats) -> Floats:
    """An inner edge that goes straight from the crotch to `end`, and on as it was."""
    rest = edge[np.flatnonzero(edge[:, 1] >= end[1])]
    straight = crotch + np.linspace(0, 1, 24, endpoint=False)[:, None] * (end - crotch)
    return np.concatenate([straight, rest]) if len(rest) else np.concatenate([straight, end[None]])


def _with_cloth(
    garment: Garment, crotch: Floats, ends: Mapping[SideName, Floats], inner: Mapping[SideName, Floats], rim: int
) -> Garment:
    """Cloth between the edges of the mask and straight lines from the crotch to `ends`; colours come from beyond `rim`
    pixels of the edges."""
    height, width = garment.alpha.shape
    bottom = float(max(ends["left"][1], ends["right"][1]))
    reach = int(max(crotch[0] - ends["left"][0], ends["right"][0] - crotch[0])) + 8 * rim
    above = int(bottom - crotch[1])
    rows = slice(max(0, int(crotch[1]) - above), min(height, int(bottom) + 1))
    columns = slice(max(0, int(crotch[0]) - reach), min(width, int(crotch[0]) + reach + 1))
    place = rows, columns
    y, x = np.mgrid[place].astype(np.float32)
    parts, alpha, rgb = garment.parts.copy(), garment.alpha.copy(), garment.rgb.copy()
    outside = np.full(y.shape, -np.inf, np.float32)  # columns beyond the lines
    for side in SIDES:
        share = np.clip((y - crotch[1]) / max(float(ends[side][1] - crotch[1]), 1.0), 0, 1)
        beyond = SIGN[side] * (x - crotch[0] - share * (ends[side][0] - crotch[0]))
        mine = (SIGN[side] * (x - crotch[0]) >= 0) & (SIGN[side] * (ends[side][0] - x) >= -rim) & (y <= ends[side][1])
        mine &= y >= crotch[1] - 2
        outside = np.where(mine, beyond, outside)
        parts[place] = np.where(mine & (beyond >= 0) & (parts[place] == 0), int(LEG_PART[side]), parts[place])
    # a mask that parts above the crotch has a slit there
    slit = (y < crotch[1] - 2) & (x >= ends["left"][0]) & (x <= ends["right"][0])
    outside = np.where(slit, 1.0, outside)
    parts[place] = np.where(slit & (parts[place] == 0), int(Part.TORSO), parts[place])
    gap = cv2.dilate((alpha[place] < SOLID).astype(np.uint8), np.ones((2 * rim + 1,) * 2, np.uint8)) > 0
    grown = push_pull(rgb[place].astype(np.float32), (~gap).astype(np.float32))
    rgb[place] = np.where((gap & (outside > -1))[..., None], np.clip(np.rint(grown), 0, 255), rgb[place])
    alpha[place] = np.maximum(alpha[place], np.clip(outside + 0.5, 0, 1))
    curves = {**garment.curves, **{f"leg_inner_{side}": inner[side].astype(np.float32) for side in SIDES}}
    return replace(garment, rgb=rgb, alpha=alpha, parts=parts, curves=curves)
