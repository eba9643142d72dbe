"""Fitting of sleeves: how much of the arm they cover, and where their edges run."""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, SideName, resample
from vesture.engines.warp.cloth.mesh import Handles
from vesture.engines.warp.cloth.placement import OUTLINE_POINTS, Ease, Wishes, curve, distance, pairs, point
from vesture.vision.garment.types import Garment

SHOULDER_DROP = 0.04  # units by which cloth rounds the corner of the shoulder
WRIST_SNAP = 0.80  # sleeves that reach this far along the arm are long sleeves
FULL_LENGTH = 1.02  # of the arm: where a long sleeve ends, just past the wrist
OVER_HAND = 1.03  # sleeves at least as long as that have cloth to spare for the hand
HAND_BACK = 0.33  # units from the wrist to the knuckles
LONG_SLEEVE = 0.85  # and so are those of this length in chest widths
CUFF_SHARE = 0.1  # of a sleeve's edge, at its end, in which the cuff's corner lies
# A bay in a sleeve's inner edge deeper than these shares of its span and of the edge's length, and shorter than that,
# is a fold; it is measured where it is deeper than the last share of the edge.
NOTCH_DEPTH, LEAST_NOTCH, NOTCH_LENGTH, NOTCH_BEGINS = 0.2, 0.07, 0.6, 0.02
LATEST_INNER = 0.8  # of its reach, at which a sleeve's inner edge begins at the latest
WORN = (1.14, 1.4)  # of the arm's radius: sleeves that were worn, that tell how wide sleeves are
USUAL_CLOTH = {True: 0.195, False: 0.24}  # units: half the width of long and of short sleeves in their lower half
CUT = (0.85, 1.12)  # what closer and wider ones count
SLEEVE = (1.08, 1.5)  # of the arm's radius, that new sleeves have
SHARP = 0.7  # cosine of the turn at a corner
SCANT_EDGE = 0.5  # of the width of a sleeve's end: an inner edge shorter than that is hidden, not short
CUFF_SAG, RIM_SAG = 0.05, 0.09  # of the width of a long and of a short sleeve's end, by which its rim is round


def has_long_sleeves(garment: Garment) -> bool:
    """Whether the sleeves are long for the garment's chest."""
    return garment.has_sleeves and _sleeve_length(garment) > LONG_SLEEVE * _chest(garment)


def sleeve_ratio(body: Body, garment: Garment, scale: tuple[float, float]) -> float:
    """Share of the arm that the sleeves would cover, the same on both sides; 1.02 or more for long sleeves."""
    arm = np.mean([body.arms[side].length for side in SIDES])
    ratio = _sleeve_length(garment) * (scale[0] + scale[1]) / 2 / float(arm)
    return max(ratio, FULL_LENGTH) if ratio > WRIST_SNAP or has_long_sleeves(garment) else max(ratio, 0.12)


def _sleeve_length(garment: Garment) -> float:
    lengths = []
    for side in SIDES:
        outer = _length(curve(garment, f"sleeve_outer_{side}", 24))
        inner = _length(curve(garment, f"sleeve_inner_{side}", 24)) + 0.25 * outer
        lengths.append(0.6 * outer + 0.4 * inner)
    return float(np.mean(lengths))


def _chest(garment: Garment) -> float:
    return distance(point(garment, "armpit_left"), point(garment, "armpit_right"))


def sleeve_reach(body: Body, side: SideName, ratio: float, wishes: Wishes, ease: Ease) -> float:
    """Arc length on the arm that the sleeve covers; a long sleeve goes on to where the old one let the hand out,
    and with `adjust_hands` over the back of the hand as far as the cloth goes."""
    arm = body.arms[side]
    if ratio < 1:
        reach = ratio * arm.length * ease.sleeves
        return max(reach, 0.12 * arm.length)
    if wishes.adjust_hands and ratio > OVER_HAND:
        return min(ratio * arm.length * max(ease.sleeves, 0.95), arm.length + HAND_BACK * body.unit)
    reach = FULL_LENGTH * arm.length * min(1.0, ease.sleeves)
    if arm.bare_from is not None and arm.bare_from > reach:
        reach = min(arm.bare_from + 0.03 * body.unit, arm.length + 0.35 * body.unit)
    return reach


def _length(points: Floats) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def fit_sleeve(
    body: Body, garment: Garment, side: SideName, scale: tuple[float, float], reach: float, armpit: Floats
) -> Handles:
    """A sleeve around the arm: outer and inner edge are curves of their own beside its axis."""
    arm = body.arms[side]
    count = OUTLINE_POINTS
    is_long = reach > 0.97 * arm.length
    outer, inner = (_edge(garment, f"sleeve_{edge}_{side}", is_long) for edge in ("outer", "inner"))
    hidden = lies_on_torso(outer, inner)
    seen = inner
    inner = np.repeat(inner[:1], count, axis=0) if hidden else without_notches(inner, outer)
    share = np.linspace(0, 1, count)
    along = share * reach
    cloth = 0.5 * np.linalg.norm(outer - inner, axis=1) * scale[0]
    natural, present = arm.radius(along), arm.radius(along, clothed=True)
    # what was worn tells how wide sleeves are on this arm; cloth that is cut wider or closer than usual, how much else
    cut = float(np.clip(np.median(cloth[count // 2 :]) / (USUAL_CLOTH[is_long] * body.unit), *CUT))
    width = natural * np.clip(cut * np.clip(present / natural, *WORN), *SLEEVE)
    normal = arm.outward(along, SIGN[side])
    outer_target = arm.at(along) + normal * width[:, None]
    # the inner edge begins beside the armpit: from higher up it would first run back; one laid in folds needs the room
    beside = float((armpit - arm.axis[0]) @ arm.direction(np.zeros(1))[0])
    folded = is_long and not hidden and not np.array_equal(inner, seen)
    start = 0.0 if folded else float(np.clip(beside, 0, LATEST_INNER * reach))
    within = start + share * (reach - start)
    inside = np.minimum(np.interp(within, along, width), 1.3 * arm.radius(within))
    inner_target = arm.at(within) - arm.outward(within, SIGN[side]) * inside[:, None]
    near_shoulder = np.clip(1 - along / (0.45 * body.unit), 0, 1)[:, None] ** 1.5
    tip = body.tip[side] + SHOULDER_DROP * body.unit * body.down
    outer_target = outer_target + near_shoulder * (tip - outer_target[0])
    near_armpit = np.clip(1 - share / 0.35, 0, 1)[:, None]
    inner_target = inner_target + near_armpit * (armpit - inner_target[0])
    inner_target = _beside_torso(body, inner_target, side, within / max(arm.length, 1e-6))
    t = np.linspace(0.2, 0.8, 4)[:, None]
    rim = outer_target[-1] + t * (inner_target[-1] - outer_target[-1])
    sag = (CUFF_SAG if is_long else RIM_SAG) * distance(outer_target[-1], inner_target[-1])
    rim = rim + 4 * t * (1 - t) * sag * arm.direction(np.array([reach]))
    cuff = pairs(outer[-1] + t * (inner[-1] - outer[-1]), rim)
    edge = pairs(inner[-1], inner_target[-1]) if hidden else pairs(inner, inner_target)
    return Handles.concatenate([pairs(outer, outer_target), edge, cuff])


def lies_on_torso(outer: Floats, inner: Floats) -> bool:
    """Whether a sleeve with these edges (n, 2) lies on the torso, so that hardly any of its inner one is seen: what is,
    is the corner of its hem and a piece of the rim, and the armpit is where the hem meets the torso."""
    return _length(inner) < SCANT_EDGE * distance(outer[-1], inner[0])


def _edge(garment: Garment, name: str, is_long: bool) -> Floats:
    """An edge of a sleeve, of a long one only as far as the corner of its cuff: past it, it runs along the rim."""
    count = OUTLINE_POINTS
    if not is_long:
        return curve(garment, name, count)
    path = curve(garment, name, 4 * count)
    start = round((1 - CUFF_SHARE) * len(path))
    way = path[start:] - path[start]
    chord = way[-1] / max(float(np.linalg.norm(way[-1])), 1e-9)
    corner = start + int(np.argmax(np.abs(way[:, 0] * chord[1] - way[:, 1] * chord[0])))
    bent = path[corner] - path[start]
    after = path[-1] - path[corner]
    turn = float(bent @ after) / max(float(np.linalg.norm(bent) * np.linalg.norm(after)), 1e-9)
    return resample(path[: corner + 1], count) if turn < SHARP else curve(garment, name, count)


def without_notches(inner: Floats, outer: Floats) -> Floats:
    """The inner edge (n, 2) of a sleeve, straight across the notch of a fold.

    Where a sleeve is laid in a fold at the elbow its outline jumps in and out again. Cloth drawn along that would be
    torn open there; the edge of the arm runs straight on. Wide bows are how a sleeve is cut and stay.
    """
    chord = inner[-1] - inner[0]
    length = max(float(np.linalg.norm(chord)), 1e-9)
    normal = np.array([chord[1], -chord[0]]) / length
    normal = normal if float(np.mean((inner - outer) @ normal)) > 0 else -normal
    along, out = (inner - inner[0]) @ chord / length, (inner - inner[0]) @ normal
    order = np.argsort(along, kind="stable")
    hull: list[int] = []
    for index in order:  # the upper convex hull, from one end to the other
        while len(hull) > 1 and _turns_up(along, out, hull[-2], hull[-1], int(index)):
            hull.pop()
        hull.append(int(index))
    depth = np.interp(along, along[hull], out[hull]) - out
    result = inner.copy()
    deep = np.r_[False, depth > NOTCH_BEGINS * length, False]
    for start, end in np.flatnonzero(deep[1:] != deep[:-1]).reshape(-1, 2):
        span = float(np.ptp(along[start:end]))
        if span < NOTCH_LENGTH * length and float(depth[start:end].max()) > max(
            NOTCH_DEPTH * span, LEAST_NOTCH * length
        ):
            result[start:end] += depth[start:end, None] * normal
    return result


def _turns_up(x: Floats, y: Floats, first: int, middle: int, last: int) -> bool:
    return bool((y[middle] - y[first]) * (x[last] - x[first]) <= (y[last] - y[first]) * (x[middle] - x[first]))


def _beside_torso(body: Body, points: Floats, side: SideName, share: Floats) -> Floats:
    """Keep the inner edge of a sleeve off the torso as long as the arm hangs beside it, or it lies there as a flap."""
    coordinates = body.coordinates(points)
    u, v = SIGN[side] * coordinates[:, 0], coordinates[:, 1]
    edge = np.asarray(body.width(side, v))
    slight = (u < edge) & (edge - u < 0.3 * body.unit) & (share < 0.75)
    u = np.where(slight, edge - 0.3 * (edge - u), u)
    return body.point(SIGN[side] * u, v)
