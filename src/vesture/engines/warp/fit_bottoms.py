"""Fitting of everything that hangs from the waist: trousers, skirts, and the legs of jumpsuits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vesture.engines.warp.body import SIDES, SIGN, V_LEVELS, Body, Floats, SideName
from vesture.engines.warp.mesh import Handles
from vesture.engines.warp.placement import Ease, Fit, Wishes, curve, distance, merge, pairs, point
from vesture.vision.garment_types import Garment, Part

UNDER_TOP = 0.05  # levels by which a waistband goes under the top, whose hem is never quite straight
WAISTBAND = 0.84  # level v at which a waistband naturally sits
CROTCH_DROP = 0.26  # units below the hip joints
FULL_LENGTH = 1.03  # of the leg: where long trousers end
OVER_SHOES = 0.2  # units that long trousers and skirts go on over the shoes with `cover_feet`
ANKLE_SNAP = 0.62  # legs that reach this far are full length
WORN_ANKLE_SNAP = 0.88
LONG_INSEAM = 1.3  # as do legs this much longer than the rise; shorts measure 0.2 to 1
FOLDED = 0.6  # share of a skirt's spare width that shows as width
SLIM_LEVEL = 0.7  # level v where even wide clothes lie closest
WIDER_LEGS = 1.1  # how much wider than the cloth is a leg is made, to cover the old garment
HALF_GIRTH = 1.16  # width of trousers lying flat for the width of hips seen from the front
LEG_PART = {"left": Part.LEFT_LEG, "right": Part.RIGHT_LEG}


def fit_trousers(body: Body, garment: Garment, wishes: Wishes, ease: Ease) -> Fit:
    """Place trousers, shorts or leggings on hips and legs."""
    waist = _waist_level(body)
    slack = 1.0 if garment.photo_type == "model" else 1.04
    hips = sum(float(hip_bound(body, side, 1.1)) for side in SIDES) * slack
    scale = hips / max(hip_width(garment), 1e-6) * ease.width
    block = _hip_block(body, garment, waist, scale)
    legs, joints, reach = fit_legs(body, garment, scale, wishes, ease)
    return Fit(merge(block, legs), joints, (scale, scale), {}, reach)


def fit_skirt(body: Body, garment: Garment, wishes: Wishes, ease: Ease) -> Fit:
    """Place a skirt on the waist."""
    waist = _waist_level(body)
    waist_width = sum(float(body.width(side, waist)) for side in SIDES) * 1.03
    scale = waist_width / max(distance(point(garment, "waist_left"), point(garment, "waist_right")), 1e-6)
    hem_y = np.mean([point(garment, f"hem_{s}")[1] for s in SIDES])
    waist_y = np.mean([point(garment, f"waist_{s}")[1] for s in SIDES])
    vertical = scale * (1.0 if garment.photo_type == "model" else 0.9) * ease.length
    hem = waist + float(hem_y - waist_y) * vertical / body.torso
    ankle = np.mean([body.coordinates(body.legs[s].axis[-1])[0, 1] for s in SIDES])
    lowest = ankle + (OVER_SHOES * body.unit / body.torso if wishes.cover_feet else 0.0)
    hem = float(np.clip(hem, waist + 0.45, max(lowest, waist + 0.6)))
    axis_x = (point(garment, "waist_left")[0] + point(garment, "waist_right")[0]) / 2
    groups, ends = [], {}
    for side in SIDES:
        edge = curve(garment, f"side_{side}", 30)
        down = np.clip((edge[:, 1] - edge[0, 1]) / max(edge[-1, 1] - edge[0, 1], 1e-6), 0, 1)
        level = waist + down * (hem - waist)
        cloth = np.abs(edge[:, 0] - axis_x) * scale
        bound = np.asarray(body.width(side, level))
        width = draped(cloth, bound, level, 1 + down * (ease.width * (0.9 + 0.1 * ease.drape) - 1))
        target = body.point(SIGN[side] * width, level)
        ends[side] = target
        groups.append(pairs(edge, target))
    roundness = 0.05 * ease.drape
    groups.append(_across(body, curve(garment, "hem", 25), ends["left"][-1], ends["right"][-1], vertical, roundness))
    groups.append(_across(body, curve(garment, "waist", 17), ends["left"][0], ends["right"][0], vertical, 0.02))
    reach = {side: max(0.0, (hem - 1.0) * body.torso) for side in SIDES}
    return Fit({int(Part.TORSO): Handles.concatenate(groups)}, {}, (scale, vertical), {}, reach)


def draped(cloth: Floats, body_width: Floats, level: Floats, loose: Floats) -> Floats:
    """Half-widths of a skirt as seen from the front: close at the waist, from the hips on what the flat cloth has to
    spare goes into folds for the most part. `cloth` and `body_width` in photo pixels, `loose` a factor near 1."""
    close = 1.03 * body_width
    spare = np.maximum(cloth * loose - close, 0) * FOLDED
    widest = body_width * np.interp(level, [0.8, 1.0, 1.6, 2.6], [1.06, 1.3, 1.9, 2.6])
    return np.asarray(np.clip(close + spare, close, np.maximum(widest * loose, close)))


def _waist_level(body: Body) -> float:
    """v of the new waistband: where the old one is, a little higher where a top will hang over it."""
    return min(body.waist - (UNDER_TOP if body.top_hem is not None else 0.0), 0.9)


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


def crotch_level(body: Body) -> float:
    return 1.0 + CROTCH_DROP * body.unit / body.torso


def _hip_block(body: Body, garment: Garment, waist: float, scale: float) -> dict[int, Handles]:
    """From the waistband to the crotch."""
    bottom = crotch_level(body)
    crotch = point(garment, "crotch")
    groups, ends = [], {}
    for side in SIDES:
        edge = curve(garment, f"side_{side}", 60)
        edge = edge[: max(int((edge[:, 1] <= crotch[1]).sum()), 12)][::4]
        down = (edge[:, 1] - edge[0, 1]) / max(crotch[1] - edge[0, 1], 1e-6)
        level = waist + np.clip(down, 0, 1) * (bottom - waist)
        bound = hip_bound(body, side, level)
        width = np.clip(np.abs(edge[:, 0] - crotch[0]) * scale, 1.02 * bound, 1.2 * bound)
        target = body.point(SIGN[side] * width, level)
        ends[side] = target[0]
        groups.append(pairs(edge, target))
    groups.append(_across(body, curve(garment, "waist", 17), ends["left"], ends["right"], scale, 0.02))
    waist_middle = curve(garment, "waist", 9)[4]
    t = np.linspace(0.3, 1, 5)[:, None]
    target = body.point(0.0, waist + t[:, 0] * (bottom - waist))
    groups.append(pairs(waist_middle + t * (crotch - waist_middle), target, 3.0))
    return {int(Part.TORSO): Handles.concatenate(groups)}


def fit_legs(
    body: Body, garment: Garment, scale: float, wishes: Wishes, ease: Ease
) -> tuple[dict[int, Handles], dict[tuple[int, int], Floats], dict[SideName, float]]:
    """Both legs: handles by part, joints to the hip block, and the arc length that each covers."""
    crotch = point(garment, "crotch")
    prefix = "leg_cuff" if garment.kind == "jumpsuit" else "cuff"
    level = crotch_level(body)
    start = {s: _leg_start(body, s, level) for s in SIDES}
    ratio = _leg_ratio(body, garment, prefix, scale, start)
    is_long = ratio >= FULL_LENGTH
    ratio *= min(1.0, ease.length) if is_long else ease.length
    handles, joints, reach = {}, {}, {}
    for side in SIDES:
        leg = body.legs[side]
        reach[side] = start[side] + ratio * (leg.length - start[side])
        if is_long and wishes.cover_feet:
            reach[side] += OVER_SHOES * body.unit * ease.length
        handles[int(LEG_PART[side])] = _leg(body, garment, side, scale, start[side], reach[side])
        outer = curve(garment, _leg_edge(garment, side), 60)
        at_crotch = outer[np.argmin(np.abs(outer[:, 1] - crotch[1]))]
        joints[int(Part.TORSO), int(LEG_PART[side])] = np.stack([at_crotch, crotch])
    return handles, joints, reach


def _leg_edge(garment: Garment, side: SideName) -> str:
    return f"leg_outer_{side}" if f"leg_outer_{side}" in garment.curves else f"side_{side}"


def _leg_start(body: Body, side: SideName, level: float) -> float:
    """Arc length on the leg's axis at the level of the crotch."""
    leg = body.legs[side]
    levels = body.coordinates(leg.axis)[:, 1]
    return float(np.interp(level, np.maximum.accumulate(levels), leg.along))


def _leg_ratio(body: Body, garment: Garment, prefix: str, scale: float, start: Mapping[SideName, float]) -> float:
    """Share of the leg below the crotch that is covered; FULL_LENGTH where it is all of it."""
    crotch, left = point(garment, "crotch"), np.mean([body.legs[s].length - start[s] for s in SIDES])
    inseam = np.mean([distance(crotch, _cuff(garment, prefix, side)) for side in SIDES])
    if garment.photo_type == "model":  # measured along its wearer's legs: to be believed
        ratio = float(inseam * scale / max(left, 1e-6))
        return FULL_LENGTH if ratio > WORN_ANKLE_SNAP else max(ratio, 0.08)
    scale *= HALF_GIRTH
    ratio = float(inseam * scale / max(left, 1e-6))
    if "waist_left" in garment.points:
        # where the crotch is, folds and a low seat hide; the length from waistband to cuff is seen more surely
        waist_y = np.mean([garment.points[f"waist_{s}"][1] for s in SIDES])
        outseam = np.mean([_cuff(garment, prefix, side)[1] for side in SIDES]) - waist_y
        rise = (crotch_level(body) - WAISTBAND) * body.torso
        ratio = 0.5 * ratio + 0.5 * float((outseam * scale - rise) / max(left, 1e-6))
    return FULL_LENGTH if ratio > ANKLE_SNAP or _inseam(garment, prefix) > LONG_INSEAM else max(ratio, 0.08)


def _cuff(garment: Garment, prefix: str, side: SideName) -> Floats:
    """The middle of a leg's end."""
    return np.asarray((point(garment, f"{prefix}_outer_{side}") + point(garment, f"{prefix}_inner_{side}")) / 2)


def _inseam(garment: Garment, prefix: str) -> float:
    """Length of the legs below the crotch in rises (waistband to crotch); 0 where there is no waistband."""
    if "waist_left" not in garment.points:
        return 0.0
    crotch = point(garment, "crotch")
    waist_y = np.mean([garment.points[f"waist_{s}"][1] for s in SIDES])
    cuff_y = np.mean([_cuff(garment, prefix, side)[1] for side in SIDES])
    return float((cuff_y - crotch[1]) / max(crotch[1] - waist_y, 1e-6))


def _leg(body: Body, garment: Garment, side: SideName, scale: float, start: float, reach: float) -> Handles:
    leg = body.legs[side]
    count = 32
    crotch = point(garment, "crotch")
    outer = curve(garment, _leg_edge(garment, side), 120)
    below = np.flatnonzero(outer[:, 1] >= crotch[1])
    first = min(int(below[0]) if len(below) else 119, 100)  # of hot pants the side ends above the crotch
    outer = outer[np.linspace(first, 119, count).astype(int)]
    inner = curve(garment, f"leg_inner_{side}", count)
    along = start + np.linspace(0, 1, count) * (reach - start)
    natural, present = leg.radius(along), leg.radius(along, clothed=True)
    cloth = 0.5 * np.linalg.norm(outer - inner, axis=1) * scale
    width = np.clip(cloth, 1.05 * natural, 1.9 * natural)
    outside = np.maximum(width, np.minimum(1.02 * present, WIDER_LEGS * width))
    normal = leg.outward(along, SIGN[side])
    axis = leg.at(along)
    outer_target = axis + normal * outside[:, None]
    inner_target = axis - normal * np.minimum(width, 1.35 * natural)[:, None]
    inner_target = _keep_beside_middle(body, inner_target, side)
    share = np.linspace(0, 1, count)[:, None]
    hip_edge = body.point(SIGN[side] * 1.03 * hip_bound(body, side, crotch_level(body)), crotch_level(body))[0]
    outer_target = outer_target + np.clip(1 - share / 0.25, 0, 1) * (hip_edge - outer_target[0])
    crotch_target = body.point(0.0, crotch_level(body))[0]
    inner_target = inner_target + np.clip(1 - share / 0.2, 0, 1) * (crotch_target - inner_target[0])
    t = np.linspace(0.2, 0.8, 4)[:, None]
    cuff = pairs(outer[-1] + t * (inner[-1] - outer[-1]), outer_target[-1] + t * (inner_target[-1] - outer_target[-1]))
    return Handles.concatenate([pairs(outer, outer_target), pairs(inner, inner_target), cuff])


def _keep_beside_middle(body: Body, points: Floats, side: SideName) -> Floats:
    """Hold an inner edge on its own side of the line between the legs."""
    middle = (
        body.legs["left"].at(np.linspace(0, body.legs["left"].length, 16))
        + body.legs["right"].at(np.linspace(0, body.legs["right"].length, 16))
    ) / 2
    coordinates, centre = body.coordinates(points), body.coordinates(middle)
    limit = np.interp(coordinates[:, 1], np.maximum.accumulate(centre[:, 1]), centre[:, 0])
    u = coordinates[:, 0]
    crossing = SIGN[side] * (u - limit) < 0
    crossed = np.median(SIGN[side] * (u - limit)) < 0  # crossed legs: the line between them says nothing
    u = np.where(crossing & ~crossed, limit, u)
    return body.point(u, coordinates[:, 1])
