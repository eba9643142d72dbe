"""Fitting of trousers and skirts that were photographed on somebody: from those hips and legs to these.

Takes the person and a `WornGarment`, gives a `Fit`. The same garment on the same body stays where it is.
"""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.body.figure import SIDES, Body, Floats, SideName
from vesture.engines.warp.body.legs import crotch_level
from vesture.engines.warp.body.waist_line import highest_under_a_top
from vesture.engines.warp.cloth.mesh import Handles
from vesture.engines.warp.cloth.placement import Ease, Fit, Wishes, pairs, point
from vesture.engines.warp.fit.legs import OVER_SHOES
from vesture.engines.warp.fit.transfer import Levels, Transfer, Widths, limb_coordinates
from vesture.engines.warp.fit.worn import LOOSE, PLACED, SAME, eased, lattice, spacing
from vesture.engines.warp.fit.worn_width import wide_enough
from vesture.engines.warp.worn.wearer import WornGarment
from vesture.vision.garment.types import Part

LEG_PART = {"left": Part.LEFT_LEG, "right": Part.RIGHT_LEG}
HIGHEST_READ = 0.62  # level v above which the person's waistband is not read exactly
HIGHER = 0.12  # levels above the present waistband that a high one may reach
UNDER_TOP = 0.03  # levels by which a waistband goes under the top that hangs over it
IN_OPENING = 0.04  # levels above the old one, that it goes where an open jacket shows it
HIP = 0.45  # units along the leg, below where it leaves the hips, within which cloth goes with the hips as much
LONG_LEG = 0.88  # share of the leg from which on trousers are long
SHORTEST = 0.08  # share of the leg that hot pants cover


def fit_worn_lower(body: Body, garment: WornGarment, wishes: Wishes, ease: Ease) -> Fit:
    """Place trousers, shorts or a skirt that somebody wears on the person."""
    transfer = Transfer(garment.wearer, body, from_hips=True)
    levels = _levels(body, garment, transfer, ease)
    hips = lattice(garment, Part.TORSO)
    widths = eased(wide_enough(transfer, hips, spacing(garment)), ease)
    handles = {int(Part.TORSO): pairs(hips, transfer.torso(hips, levels, widths), PLACED)}
    joints: dict[tuple[int, int], Floats] = {}
    reach: dict[SideName, float] = {}
    if garment.has_legs:
        crotch = point(garment, "crotch")
        for side in SIDES:
            leg, reach[side] = _leg(body, garment, side, transfer, (levels, widths), wishes, ease)
            handles[int(LEG_PART[side])] = leg
            edge = np.asarray(garment.curves[f"side_{side}"], float)
            at_crotch = edge[np.argmin(np.abs(edge[:, 1] - crotch[1]))]
            joints[int(Part.TORSO), int(LEG_PART[side])] = np.stack([at_crotch, crotch])
    else:
        hem = float(transfer.level(np.asarray(np.median(_level_of(garment, "hem")))))
        reach = {side: max(0.0, (hem * ease.length - 1.0) * body.torso) for side in SIDES}
    return Fit(handles, joints, (transfer.size, transfer.size), {}, reach)


def _level_of(garment: WornGarment, curve: str) -> Floats:
    return np.asarray(garment.wearer.coordinates(np.asarray(garment.curves[curve], float))[:, 1])


def _levels(body: Body, garment: WornGarment, transfer: Transfer, ease: Ease) -> Levels | None:
    """Where levels of the cloth go: the waistband up to the old one, and to under the top that hangs over it."""
    waist = float(transfer.level(np.asarray(np.median(_level_of(garment, "waist")))))
    wanted = waist
    if waist - body.waist > SAME:
        wanted = body.waist - (UNDER_TOP if body.top_hem is not None else 0.0)
    elif body.waist > HIGHEST_READ:
        wanted = body.waist if body.waist - waist < SAME else max(waist, body.waist - HIGHER)
    opening = highest_under_a_top(body) if body.top_hem is not None else None
    if opening is not None and abs(body.waist - waist) > SAME:
        wanted = min(wanted, opening - IN_OPENING)
    length = 1.0 if garment.has_legs else ease.length
    bottom = crotch_level(body)
    if wanted == waist and length == 1:
        return None
    stretch = (bottom - wanted) / max(bottom - waist, 0.05)

    def moved(level: Floats) -> Floats:
        upper = bottom - (bottom - level) * stretch
        lower = bottom + (level - bottom) * length
        return np.where(level < bottom, upper, lower)

    return moved


def _leg(
    body: Body,
    garment: WornGarment,
    side: SideName,
    transfer: Transfer,
    hips: tuple[Levels | None, Widths],
    wishes: Wishes,
    ease: Ease,
) -> tuple[Handles, float]:
    """A leg of the cloth, and the arc length that it covers on the leg; `hips` moves what goes with the hips."""
    source, target = garment.wearer.legs[side], body.legs[side]
    points = lattice(garment, LEG_PART[side])
    cuff = (point(garment, f"cuff_outer_{side}") + point(garment, f"cuff_inner_{side}"))[None] / 2
    end = max(float(limb_coordinates(source, cuff)[0][0]), SHORTEST)
    wanted = end * (min(1.0, ease.length) if end > LONG_LEG else ease.length)
    if wishes.cover_feet and end > LONG_LEG:
        wanted = max(wanted, 1 + OVER_SHOES * body.unit / target.length)

    def along(share: Floats) -> Floats:
        return np.where(share > 0, share * (wanted / end), share)

    leaves = crotch_level(garment.wearer)
    out = (garment.wearer.coordinates(points)[:, 1] - leaves) * garment.wearer.torso / garment.wearer.unit
    on_leg = transfer.limb(points, source, target, along if abs(wanted - end) > 1e-3 else None)
    with_hips = np.clip(1 - out / HIP, 0, 1)[:, None]
    place = on_leg + with_hips * (transfer.torso(points, *hips) - on_leg)
    weight = np.where(with_hips[:, 0] > 0, LOOSE, PLACED)
    return Handles(points, place, weight), wanted * target.length
