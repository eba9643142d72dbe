"""Fitting of everything that hangs from the waist: trousers, skirts, and the legs of jumpsuits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vesture.engines.warp.body.figure import SIDES, SIGN, V_LEVELS, Body, Floats, SideName
from vesture.engines.warp.body.legs import (
    RAISED,
    crotch_level,
    seen_crotch,
    uprightness,
)
from vesture.engines.warp.body.waist_line import WaistLine, highest_under_a_top, seen_waist
from vesture.engines.warp.cloth.mesh import Handles
from vesture.engines.warp.cloth.placement import FLAT_VERTICAL, Ease, Fit, Wishes, curve, distance, merge, pairs, point
from vesture.engines.warp.fit.legs import HANGING_OUT, OVER_SHOES, fit_legs, outline_under, ribbon, smoothed
from vesture.engines.warp.fit.under_top import seen_half_width, under_the_top
from vesture.vision.garment.types import Garment, Part

MOST_SAG = 0.12  # levels by which the front of a waistband may lie below its ends
UNDER_TOP = 0.09  # levels by which a waistband goes under the top, whose hem is never quite straight
IN_OPENING = 0.03  # levels above the old one, that it goes where an open jacket shows it
ABOVE_OLD = 0.008  # levels above the old edge where the new one goes on bare skin: it hides the old one's rim
HIPS_BEGIN, SKIRT_BEGINS = 0.5, 0.3  # of the way to crotch or hem from where the waistband's width says nothing
FOLDED = 0.34  # share of a skirt's spare width that shows as width
WAIST_OF_HIPS = 0.92  # most that a waist is as wide as hips: what is more is a top's cloth
LEVEL = 0.15  # share of a flat skirt's round hem that stays round: its cloth hangs down all round
CORNER = 0.8  # of the way down from which a side that draws in is a corner of the hem, rounded as the skirt lay
TAPER = ([1.15, 1.9], [1.03, 0.88])  # least half-width of a skirt in half-widths of the hips, at levels v
SKIRT_WAIST = 0.76  # level v from which skirts hang, where a top hides how high they begin
WIDEST_SKIRT = ([0.8, 1.0, 1.6, 2.6], [1.06, 1.2, 1.6, 2.2])  # and the greatest
SKIRT_RIPPLE, SKIRT_COLUMNS = 7, 9  # points of its sides between which ripples go; handles across
SLIM_LEVEL = 0.7  # level v where even wide clothes lie closest
# how fast hips and skirts widen below the hem of a top: what they hid at its sides, they still hide
HIP_SPREAD, SKIRT_SPREAD = 0.3, 0.65
RAISED_HIP = 0.85  # level v at which a thigh that is level begins on top
BROADEST_HIP = 0.07  # of the hips: as far trousers stand off them
BLOCK_ROWS, BLOCK_RIPPLE = 16, 5  # rows of handles between waistband and crotch; shorter ripples of the outline go

HipEnds = dict[SideName, Floats]


@dataclass(frozen=True, slots=True)
class Waist:
    """Levels v of a waistband's ends and of its middle; `line` where it follows the old one's edge."""

    ends: dict[SideName, float]
    middle: float
    line: WaistLine | None = None


def fit_trousers(body: Body, garment: Garment, wishes: Wishes, ease: Ease) -> Fit:
    """Place trousers, shorts or leggings on hips and legs."""
    hips = 1.04 * sum(float(hip_bound(body, side, 1.1)) for side in SIDES)
    scale = hips / max(hip_width(garment), 1e-6) * ease.width
    crotch = seen_crotch(body)
    block, ends = _hip_block(body, garment, _waist(body, garment, scale), crotch, scale)
    legs, joints, reach = fit_legs(body, garment, scale, ends, crotch, wishes, ease)
    return Fit(merge({int(Part.TORSO): block}, legs), joints, (scale, scale), {}, reach)


def fit_skirt(body: Body, garment: Garment, wishes: Wishes, ease: Ease) -> Fit:
    """Place a skirt on the waist."""
    hips = sum(float(hip_bound(body, side, 1.1)) for side in SIDES)
    waist_width = sum(float(body.width(side, min(body.waist, 0.9))) for side in SIDES) * 1.03
    waist_width = min(waist_width, WAIST_OF_HIPS * hips)
    scale = waist_width / max(distance(point(garment, "waist_left"), point(garment, "waist_right")), 1e-6)
    waist = _waist(body, garment, scale)
    hem_line = curve(garment, "hem", 25)
    hem_y = np.mean([point(garment, f"hem_{s}")[1] for s in SIDES])
    hem_y += (1 - LEVEL) * np.clip(np.median(hem_line[8:17, 1]) - hem_y, 0, None) / 2
    waist_y = np.mean([point(garment, f"waist_{s}")[1] for s in SIDES])
    vertical = scale * FLAT_VERTICAL["skirt"] * ease.length
    hidden = waist.line is None and body.top_hem is not None
    begin = min(waist.middle, SKIRT_WAIST) if hidden else waist.middle
    hem = begin + float(hem_y - waist_y) * vertical / body.torso
    ankle = np.mean([body.coordinates(body.legs[s].axis[-1])[0, 1] for s in SIDES])
    lowest = ankle + (OVER_SHOES * body.unit / body.torso if wishes.cover_feet else 0.0)
    hem = float(np.clip(hem, waist.middle + 0.45, max(lowest, waist.middle + 0.6)))
    axis_x = (point(garment, "waist_left")[0] + point(garment, "waist_right")[0]) / 2
    groups, edges, ends = [], {}, {}
    for side in SIDES:
        edge = smoothed(curve(garment, f"side_{side}", 30), SKIRT_RIPPLE)
        down = np.clip((edge[:, 1] - edge[0, 1]) / max(edge[-1, 1] - edge[0, 1], 1e-6), 0, 1)
        level = waist.ends[side] + down * (hem - waist.ends[side])
        cloth = np.abs(edge[:, 0] - axis_x) * scale
        cloth = np.maximum(cloth, np.interp(CORNER, down, cloth) * (down > CORNER))
        loose = 1 + down * (ease.width * (0.9 + 0.1 * ease.drape) - 1)
        width = draped(cloth, hip_bound(body, side, level), level, loose)
        legs = over_the_legs(body, side, level)
        width = without_dents(level, np.maximum(width, legs))
        width = np.maximum(under_the_top(body, side, level, width, SKIRT_SPREAD), np.minimum(width, legs))
        width = _from_the_waist(waist, side, width, down / SKIRT_BEGINS)
        edges[side], ends[side] = edge, smoothed(body.point(SIGN[side] * width, level), SKIRT_RIPPLE)
        groups.append(pairs(edge, ends[side]))
    roundness = 0.05 * ease.drape
    groups.append(_inside(body, edges, ends, roundness))
    groups.append(_across(body, hem_line, ends["left"][-1], ends["right"][-1], LEVEL * vertical, roundness))
    groups.append(_waistband(body, waist, curve(garment, "waist", 17), ends["left"][0], ends["right"][0], vertical))
    reach = {side: max(0.0, (hem - 1.0) * body.torso) for side in SIDES}
    return Fit({int(Part.TORSO): Handles.concatenate(groups)}, {}, (scale, vertical), {}, reach)


def _inside(body: Body, edges: HipEnds, ends: HipEnds, roundness: float) -> Handles:
    """Handles between the sides of a skirt, which take its cloth in evenly; rows are round towards the hem."""
    rows = ribbon(edges["left"], edges["right"], ends["left"], ends["right"], SKIRT_COLUMNS)
    count = len(edges["left"])
    shape = (count, SKIRT_COLUMNS, 2)
    t = np.linspace(0, 1, SKIRT_COLUMNS)
    sag = roundness * body.unit * np.linspace(0, 1, count)[:, None] * 4 * t * (1 - t)
    target = rows.target.reshape(shape) + sag[..., None] * body.down
    inner = slice(4, round(0.8 * count)), slice(1, -1)
    return pairs(rows.source.reshape(shape)[inner].reshape(-1, 2), target[inner].reshape(-1, 2), 1.5)


def draped(cloth: Floats, body_width: Floats, level: Floats, loose: Floats) -> Floats:
    """Half-widths of a skirt as seen from the front: close at the waist, from the hips on what the flat cloth has to
    spare goes into folds for the most part. `cloth` and `body_width` in photo pixels, `loose` a factor near 1."""
    # below the hips a narrow skirt may follow the thighs
    close = np.minimum(1.03, np.interp(level, *TAPER)) * body_width
    spare = np.maximum(cloth * loose - close, 0) * FOLDED
    # cloth falls straight from where it is held: it stands off no further than on a line from there to its hem
    spare = np.minimum(spare, np.linspace(0, 1, len(level)) * spare[-1])
    widest = body_width * np.interp(level, *WIDEST_SKIRT)
    return np.asarray(np.clip(close + spare, close, np.maximum(widest * loose, close)))


def without_dents(level: Floats, width: Floats) -> Floats:
    """Half-widths (n,) at rising levels, drawn straight where they curve inwards: cloth hangs and does not cling."""
    hull: list[int] = []
    for index in range(len(level)):
        while len(hull) > 1:
            first, second = hull[-2], hull[-1]
            rise = (width[second] - width[first]) * (level[index] - level[first])
            if rise > (width[index] - width[first]) * (level[second] - level[first]):
                break
            hull.pop()
        hull.append(index)
    return np.interp(level, level[hull], width[hull])


def over_the_legs(body: Body, side: SideName, level: Floats) -> Floats:
    """Half-width (n,) that hides the leg of a side at levels v, 0 above the crotch; for wide stances."""
    leg = body.legs[side]
    along = np.linspace(0, leg.length, 33)
    edge = body.coordinates(leg.at(along) + leg.outward(along, SIGN[side]) * leg.radius(along)[:, None])
    reach = np.interp(level, np.maximum.accumulate(edge[:, 1]), SIGN[side] * edge[:, 0])
    return np.asarray(np.where(level > crotch_level(body), 1.05 * reach, 0.0))


def _waist(body: Body, garment: Garment, scale: float) -> Waist:
    """Where the new waistband goes: along the old one's edge where that is seen on skin, else level with it. Its front,
    which sags between its ends, comes to where the old one is, higher where a top will hang over it or opens."""
    line = seen_waist(body)
    if line is not None:
        ends = {side: float(line.level(line.ends[side])) - ABOVE_OLD for side in SIDES}
        return Waist(ends, float(line.level(0.0)) - ABOVE_OLD, line)
    waistline = curve(garment, "waist", 17)
    sag = float(np.median(waistline[5:12, 1]) - waistline[[0, -1], 1].mean()) * scale / body.torso
    level = min(body.waist - (UNDER_TOP if body.top_hem is not None else 0.0), 0.9) - float(np.clip(sag, 0, MOST_SAG))
    opening = highest_under_a_top(body) if body.top_hem is not None else None
    if opening is not None:
        level = min(level, opening - IN_OPENING)
    return Waist(dict.fromkeys(SIDES, level), level)


def _from_the_waist(waist: Waist, side: SideName, width: Floats, share: Floats) -> Floats:
    """Half-widths (n,) that begin where the old waistband ends, and are their own from where `share` (n,) is 1."""
    if waist.line is None:
        return width
    return np.asarray(width + np.clip(1 - share, 0, 1) * (abs(waist.line.ends[side]) - width[0]))


def _waistband(body: Body, waist: Waist, source: Floats, left: Floats, right: Floats, scale: float) -> Handles:
    """The upper edge of the new waistband between its ends."""
    if waist.line is None:
        return _across(body, source, left, right, scale, 0.02)
    t = np.clip((source[:, 0] - source[0, 0]) / max(source[-1, 0] - source[0, 0], 1e-6), 0, 1)
    across = body.coordinates(left + t[:, None] * (right - left))[:, 0]
    return pairs(source, body.point(across, waist.line.level(across) - ABOVE_OLD))


def _across(body: Body, source: Floats, left: Floats, right: Floats, scale: float, roundness: float) -> Handles:
    """A curve from side to side, keeping its own shape, rounded a little around the body."""
    t = (source[:, 0] - source[0, 0]) / max(source[-1, 0] - source[0, 0], 1e-6)
    chord = source[0] + t[:, None] * (source[-1] - source[0])
    sag = np.clip((source[:, 1] - chord[:, 1]) * scale, -0.12 * body.unit, 0.25 * body.unit)
    sag = sag + roundness * body.unit * 4 * t * (1 - t)
    return pairs(source, left + t[:, None] * (right - left) + sag[:, None] * body.down)


def hip_width(garment: Garment) -> float:
    """Width of the garment just above the crotch."""
    y = float(point(garment, "crotch")[1])
    upper = "waist" if "waist_left" in garment.points else "armpit"
    level = y - 0.15 * (y - float(np.mean([garment.points[f"{upper}_{s}"][1] for s in SIDES])))
    edges = [curve(garment, f"side_{side}", 60) for side in SIDES]
    x = [float(np.interp(level, edge[:, 1], edge[:, 0])) for edge in edges]
    return abs(x[1] - x[0])


def hip_bound(body: Body, side: SideName, level: Floats | float) -> Floats:
    """Half-width of the hips at level v in pixels: the present outline, but no wider for its size than the waist is,
    or a skirt's flare would pass for hips."""
    usual = np.interp(level, V_LEVELS, body.bare_half_width)
    at_waist = float(body.width(side, SLIM_LEVEL)) / float(np.interp(SLIM_LEVEL, V_LEVELS, body.bare_half_width))
    return np.minimum(np.asarray(body.width(side, level)), usual * max(1.1, 1.05 * at_waist))


def _hip_block(body: Body, garment: Garment, waist: Waist, parting: Floats, scale: float) -> tuple[Handles, HipEnds]:
    """From the waistband to the crotch at torso coordinates (u, v), and where its sides end."""
    bottom = float(parting[1])
    crotch, waistline = point(garment, "crotch"), curve(garment, "waist", 17)
    middle = waistline[8] + np.linspace(0, 1, BLOCK_ROWS)[:, None] * (crotch - waistline[8])
    middle_target = body.point(np.linspace(0, parting[0], BLOCK_ROWS), np.linspace(waist.middle, bottom, BLOCK_ROWS))
    groups, upper, ends = [], {}, {}
    for side in SIDES:
        edge = curve(garment, f"side_{side}", 120)
        edge = edge[: max(int((edge[:, 1] <= crotch[1]).sum()), 12)]
        edge = smoothed(edge[np.linspace(0, len(edge) - 1, BLOCK_ROWS).astype(int)], BLOCK_RIPPLE)
        # a raised thigh begins at the hip
        down = np.linspace(0, 1, BLOCK_ROWS)
        level = waist.ends[side] + down * max(_side_end(body, side, bottom) - waist.ends[side], 0.05)
        bound = _down_to_the_thigh(body, side, level, bottom)
        spare = np.abs(edge[:, 0] - crotch[0]) * scale - 1.02 * bound
        width = 1.02 * bound + np.clip(HANGING_OUT * spare, 0, BROADEST_HIP * bound)
        width = _from_the_waist(waist, side, under_the_top(body, side, level, width, HIP_SPREAD), down / HIPS_BEGIN)
        target = smoothed(body.point(SIGN[side] * width, level), BLOCK_RIPPLE)
        upper[side], ends[side] = target[0], target[-1]
        below = slice(2, None)  # the waistband has a curve of its own
        groups += [pairs(edge, target), ribbon(edge[below], middle[below], target[below], middle_target[below], 4)]
    groups.append(_waistband(body, waist, waistline, upper["left"], upper["right"], scale))
    return Handles.concatenate(groups), ends


def _side_end(body: Body, side: SideName, bottom: float) -> float:
    """Level v at which the outer side of the hips goes over into the leg."""
    raised = (1 - uprightness(body, side)) / (1 - RAISED)
    return float(bottom + raised * (RAISED_HIP - bottom))


def _down_to_the_thigh(body: Body, side: SideName, level: Floats, bottom: float) -> Floats:
    """Half-width of the hips at levels, towards the thigh's present outline at the level `bottom`."""
    bound = np.minimum(hip_bound(body, side, level), seen_half_width(body, side, level))
    leg = body.legs[side]
    start = float(np.interp(bottom, np.maximum.accumulate(body.coordinates(leg.axis)[:, 1]), leg.along))
    along = start + np.linspace(-0.1, 0.2, 9) * body.unit
    edge = leg.at(along) + leg.outward(along, SIGN[side]) * outline_under(body, side, along).outer[:, None]
    thigh = SIGN[side] * float(np.median(body.coordinates(edge)[:, 0]))
    share = np.clip((level - 1.0) / max(bottom - 1.0, 1e-6), 0, 1)
    return np.asarray(bound + share * (np.clip(thigh, 0.85 * bound, 1.3 * bound) - bound))
