"""Fitting of trousers and skirts that were photographed on somebody: from those hips and legs to these.

Takes the person and a `WornGarment`, gives a `Fit`. The same garment on the same body stays where it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, Limb, SideName
from vesture.engines.warp.body.legs import crotch_level
from vesture.engines.warp.body.relief import LEG, within_cloth
from vesture.engines.warp.body.waist_line import highest_under_a_top
from vesture.engines.warp.cloth.mesh import Handles
from vesture.engines.warp.cloth.placement import Ease, Fit, Wishes, pairs, point
from vesture.engines.warp.fit.legs import OVER_SHOES
from vesture.engines.warp.fit.transfer import Levels, Transfer, Widths, limb_coordinates
from vesture.engines.warp.fit.worn import LOOSE, PLACED, SAME, eased, lattice, outermost
from vesture.engines.warp.fit.worn_width import wide_enough
from vesture.engines.warp.worn.wearer import WornGarment
from vesture.vision.garment.types import Part
from vesture.vision.parsing.parse import Label

LEG_PART = {"left": Part.LEFT_LEG, "right": Part.RIGHT_LEG}
HIGHEST_READ = 0.62  # level v above which the person's waistband is not read exactly
HIGHER = 0.12  # levels above the present waistband that a high one may reach
MISREAD = 0.24  # levels that no waistband is higher than another: photos that begin at the waist show no shoulders
UNDER_TOP = 0.03  # levels by which a waistband goes under the top that hangs over it
IN_OPENING = 0.04  # levels above the old one, that it goes where an open jacket shows it
HIP = 0.45  # units along the leg, below where it leaves the hips, within which cloth goes with the hips as much
ACROSS = 2.0  # units from where the legs part within which a leg is sewn to the hips
INNER = 0.22  # the same between the legs, where it goes with them sooner
LONG_LEG = 0.88  # share of the leg from which on trousers are long
BELOW_HEM = 0.12  # share of the leg below a hem at which what comes out of it is looked at
OVER_SKIN, WIDEST_LEG = 1.06, 1.45  # widths of a hem in those of the bare leg, at least; factor on it, at most
OVER_BARE, WIDEST_BARE = 1.08, 1.5  # of bare skin that is seen; radii of a leg that skin of its own may reach
SHARES = np.linspace(0.05, 1, 24)  # of what cloth covers of a leg, at which widths are compared
FARTHEST = 3.0  # radii of the leg within which its cloth lies
SHORTEST = 0.08  # share of the leg that hot pants cover


def fit_worn_lower(body: Body, garment: WornGarment, wishes: Wishes, ease: Ease) -> Fit:
    """Place trousers, shorts or a skirt that somebody wears on the person."""
    transfer = Transfer(garment.wearer, body, from_hips=True)
    levels = _levels(body, garment, transfer, ease)
    hips = lattice(garment, Part.TORSO)
    widths = eased(wide_enough(transfer, outermost(garment, Part.TORSO)), ease)
    place = transfer.torso(hips, levels, widths)
    if garment.has_legs:
        place = _towards_legs(garment, transfer, hips, place)
    handles = {int(Part.TORSO): pairs(hips, place, PLACED)}
    joints: dict[tuple[int, int], Floats] = {}
    reach: dict[SideName, float] = {}
    if garment.has_legs:
        crotch = point(garment, "crotch")
        for side in SIDES:
            leg, reach[side] = _leg(body, garment, side, transfer, (levels, widths), wishes, ease)
            handles[int(LEG_PART[side])] = leg
            out = SIGN[side] * ACROSS * garment.wearer.unit * garment.wearer.across
            joints[int(Part.TORSO), int(LEG_PART[side])] = np.stack([crotch + out, crotch])
    else:
        hem = float(transfer.level(np.asarray(np.median(_level_of(garment, "hem")))))
        reach = {side: max(0.0, (hem * ease.length - 1.0) * body.torso) for side in SIDES}
    return Fit(handles, joints, (transfer.size, transfer.size), {}, reach)


def _with_hips(wearer: Body, points: Floats) -> Floats:
    """Share (n,) to which points of the cloth go with the hips rather than a leg: in the middle down from where the
    legs part, at the sides from the joint of the hip on, so that they bend with the leg."""
    across, level = wearer.coordinates(points).T
    out = (level - crotch_level(wearer)) * wearer.torso / wearer.unit
    rise = (crotch_level(wearer) - 1.0) * wearer.torso / wearer.unit
    aside = np.mean([abs(float(wearer.coordinates(wearer.legs[side].axis[:1])[0, 0])) for side in SIDES])
    middle, beside = np.clip(out / INNER, 0, 1), np.clip((out + rise) / (HIP + rise), 0, 1)
    beside = beside * beside * (3 - 2 * beside)
    return np.asarray(1 - middle - np.clip(np.abs(across) / aside, 0, 1) * (beside - middle))


def _towards_legs(garment: WornGarment, transfer: Transfer, points: Floats, places: Floats) -> Floats:
    """Places (n, 2) of the hips' points, those at the sides drawn to where the legs have them."""
    across = garment.wearer.coordinates(points)[:, 0]
    with_legs = 1 - _with_hips(garment.wearer, points)[:, None]
    for side in SIDES:
        own = (SIGN[side] * across > 0)[:, None]
        on_leg = transfer.limb(points, garment.wearer.legs[side], transfer.target.legs[side])
        places = np.where(own, places + with_legs * (on_leg - places), places)
    return places


def _level_of(garment: WornGarment, curve: str) -> Floats:
    return np.asarray(garment.wearer.coordinates(np.asarray(garment.curves[curve], float))[:, 1])


def _levels(body: Body, garment: WornGarment, transfer: Transfer, ease: Ease) -> Levels | None:
    """Where levels of the cloth go: the waistband up to the old one, and to under the top that hangs over it."""
    waist = float(transfer.level(np.asarray(np.median(_level_of(garment, "waist")))))
    wanted = waist
    if waist - body.waist > SAME:
        wanted = body.waist - (UNDER_TOP if body.top_hem is not None else 0.0)
    elif body.waist > HIGHEST_READ:
        higher = body.waist - waist
        misread = higher > MISREAD and body.top_hem is None
        wanted = body.waist if higher < SAME or misread else max(waist, body.waist - HIGHER)
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
    inside = lattice(garment, LEG_PART[side])
    points = np.concatenate([inside, outermost(garment, LEG_PART[side])])  # its sides tell how wide it comes out
    cuff = (point(garment, f"cuff_outer_{side}") + point(garment, f"cuff_inner_{side}"))[None] / 2
    end = max(float(limb_coordinates(source, cuff)[0][0]), SHORTEST)
    wanted = end * (min(1.0, ease.length) if end > LONG_LEG else ease.length)
    if wishes.cover_feet and end > LONG_LEG:
        wanted = max(wanted, 1 + OVER_SHOES * body.unit / target.length)

    def along(share: Floats) -> Floats:
        return np.where(share > 0, share * (wanted / end), share)

    on_leg = transfer.limb(points, source, target, along if abs(wanted - end) > 1e-3 else None)
    with_hips = _with_hips(garment.wearer, points)[:, None]
    place = on_leg + with_hips * (transfer.torso(points, *hips) - on_leg)
    seen = {sign: beside_axis(garment.parts > 0, source, SHARES * end, sign) for sign in (-1.0, 1.0)}
    cloth = {sign: transfer.aside(source, SHARES * end, reach) for sign, reach in seen.items()}
    place = _over_the_leg(body, target, place, wanted, cloth)
    count = len(inside)
    weight = np.where(with_hips[:count, 0] > 0, LOOSE, PLACED)
    return Handles(inside, place[:count], weight), wanted * target.length


def _over_the_leg(body: Body, leg: Limb, places: Floats, end: float, cloth: dict[float, Floats]) -> Floats:
    """Places (n, 2) on a leg, drawn out where cloth that ends at share `end` of it would be narrower than the bare leg.

    Skin that is seen tells how wide that is. Where trousers covered it, only what comes out of a hem counts: it is
    painted as wide as anatomy has it.

    Args:
        cloth: by sign, how far (n,) the cloth reaches beside the axis at `SHARES` of `end`, 0 where it is not seen.
    """
    shares = SHARES * end
    usual = np.interp(leg.along / leg.length, LEG.at, LEG.swell) * leg.natural
    tight = np.interp(shares * leg.length, leg.along, usual * within_cloth(leg.outer / usual, LEG))
    begins = np.clip((SHARES - 0.3) / 0.5, 0, 1)
    begins = begins * begins * (3 - 2 * begins)
    column, row = np.rint(leg.at(np.array([end + BELOW_HEM]) * leg.length)[0]).astype(int)
    inside = 0 <= row < body.labels.shape[0] and 0 <= column < body.labels.shape[1]
    painted = end <= LONG_LEG and inside and body.labels[row, column] == Label.BOTTOM
    share, offset = limb_coordinates(leg, places)
    more = np.zeros(len(places))
    for sign in (-1.0, 1.0):
        own = sign * offset > 0
        need = OVER_BARE * np.minimum(
            beside_axis(body.labels == Label.SKIN, leg, shares, sign), WIDEST_BARE * leg.radius(shares * leg.length)
        )
        factor = np.where((cloth[sign] > 0) & (need > 0), need / np.maximum(cloth[sign], 1e-6), 1)
        low = own & (share > 0.8 * end) & (share < 1.1 * end)
        if painted and low.any():
            factor = np.maximum(factor, 1 + begins * (OVER_SKIN * tight[-1] / float(np.abs(offset[low]).max()) - 1))
        factor = np.convolve(np.pad(np.clip(factor, 1, WIDEST_LEG), 2, mode="edge"), np.full(5, 0.2), mode="valid")
        more[own] = np.interp(share[own], shares, factor - 1)
    return np.asarray(places + leg.outward(share * leg.length, 1.0) * (offset * more)[:, None])


def beside_axis(where: NDArray[np.bool_], leg: Limb, shares: Floats, sign: float) -> Floats:
    """Pixels (n,) that `where` (H, W) goes on beside a limb's axis at shares of its length; 0 where it is not there."""
    along = shares * leg.length
    out = np.linspace(0, FARTHEST * float(leg.natural.max()), 81)
    points = leg.at(along)[:, None] + leg.outward(along, sign)[:, None] * out[None, :, None]
    column, row = np.rint(points[..., 0]).astype(int), np.rint(points[..., 1]).astype(int)
    inside = (column >= 0) & (column < where.shape[1]) & (row >= 0) & (row < where.shape[0])
    on = where[np.where(inside, row, 0), np.where(inside, column, 0)] & inside
    run = np.logical_and.accumulate(on, axis=1).sum(1)
    return np.asarray(np.where(run > 0, out[np.maximum(run - 1, 0)], 0))
