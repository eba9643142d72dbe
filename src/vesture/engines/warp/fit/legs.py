"""Fitting of legs: each is a ribbon of cloth between its two edges, laid along the axis of the person's leg."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.boots import INSIDE, boot_from, shaft_half_widths
from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, SideName
from vesture.engines.warp.body.legs import (
    CROTCH_DROP,
    RAISED,
    LegOutline,
    cloth_until,
    leg_outline,
    shoe_from,
    uprightness,
)
from vesture.engines.warp.cloth.mesh import Handles
from vesture.engines.warp.cloth.placement import Ease, Wishes, curve, distance, pairs, point
from vesture.vision.garment.types import Garment, Part

WAISTBAND = 0.84  # level v at which a waistband naturally sits
FULL_LENGTH = 1.03  # of the leg: where long trousers end
OVER_SHOES = 0.2  # units that long trousers and skirts go on over the shoes with `cover_feet`
BEHIND_SHOE = 0.02  # units that long trousers go on past the upper edge of a shoe
INTO_SHAFT, IN_SHAFT = 0.35, 0.9  # units on which a leg narrows into a boot, and how much of the shaft it fills there
LOWEST_BREAK = 0.3  # units beyond the ankle where trousers end at the latest
ANKLE_SNAP, LONG_INSEAM = 0.7, 1.3  # of the leg, or of the rise, from which on legs are full length
SHORTS, LONGEST_SHORTS = 0.75, 0.58  # of the rise, below which they are those of shorts, and no longer than this
HALF_GIRTH = 1.28  # width of trousers lying flat for the width of hips seen from the front: half the way round
OUTSEAM, SHORT = 0.65, 0.3  # weight of the outseam beside the inseam, in full for inseams of so many rises
LEAST_SHARE, BROADEST = 0.65, (2.2, 1.15)  # of the present leg, but no broader than a level and an upright thigh may be
HANGING_OUT = 0.65  # share of what a leg lying flat has to spare for a thigh that shows as width on it: tubes get round
WIDEST_LEG, WIDEST_INSIDE = 1.9, 1.35  # natural radii that cloth stands off the axis, outside and inside
COVERS_INSIDE = 1.12  # of its cloth, that a leg goes inwards to cover the present one
GAP_OPENS = 0.4  # of the leg, on which the gap below the crotch widens: inner thighs part in a point
OVERLAP = 0.012  # units that legs go past the line between them where they touch
CLOSED = 0.6  # units below the crotch where legs part at the latest
MEETING = 1.25  # of its cloth's half-width: as far a leg goes to meet the other one, where they touch in the photo
SHORTEST_SKIRT = 0.15  # units below the crotch that a skirt covers at least
ONE_CLOTH = 0.88  # share of what is covered below the crotch that hangs as one, from which on it is a skirt
UNDER_A_SKIRT = 1.1  # natural radii that a leg measures whose outline a skirt hides
FILLED = 0.5  # units below the crotch where the present inner edge has lost its say
FROM_HIPS = 0.55  # units at least on which the outer edge goes over from the hips into the leg, of shorts too
HANGING, LEVELLED = 0.85, 0.6  # cosine of a leg's slope up to which its hem hangs level, and how far
ROWS, COLUMNS = 40, 7  # of handles on a leg
RIPPLE = 9  # rows: shorter ripples of a leg's outline are the mask's
RIBBON_WEIGHT = 6.0
LEG_PART = {"left": Part.LEFT_LEG, "right": Part.RIGHT_LEG}

Joints = dict[tuple[int, int], Floats]


@dataclass(frozen=True, slots=True)
class Edges:
    """The two edges of a leg's cloth (ROWS, 2) in garment pixels, where they go in the photo, and the rows (ROWS,) in
    which the inner one meets the other leg."""

    outer: Floats
    inner: Floats
    outer_target: Floats
    inner_target: Floats
    meets: NDArray[np.bool_]


def fit_legs(
    body: Body,
    garment: Garment,
    scale: float,
    hip_ends: Mapping[SideName, Floats],
    parting: Floats,
    wishes: Wishes,
    ease: Ease,
) -> tuple[dict[int, Handles], Joints, dict[SideName, float]]:
    """Both legs: handles by part, joints to the hip block, and the arc length that each covers.

    Args:
        scale: photo pixels per garment pixel.
        hip_ends: where the outer edges of the hip block end, at the level of the crotch.
        parting: torso coordinates (u, v) of the crotch.
    """
    crotch = point(garment, "crotch")
    start = {s: _leg_start(body, s, float(parting[1])) for s in SIDES}
    ratio = _leg_ratio(body, garment, scale, start)
    is_long = ratio >= FULL_LENGTH
    ratio *= min(1.0, ease.length) if is_long else ease.length
    edges, handles, joints, reach = {}, {}, {}, {}
    for side in SIDES:
        leg = body.legs[side]
        reach[side] = start[side] + ratio * (leg.length - start[side])
        if is_long and ease.length >= 1:
            reach[side] = max(reach[side], _lowest_seen(body, side))
        if is_long and wishes.cover_feet:
            reach[side] += OVER_SHOES * body.unit * ease.length
        elif (boot := boot_from(body, side)) is not None:
            reach[side] = min(reach[side], boot + INSIDE * body.unit)
        ends = hip_ends[side], body.point(*parting)[0]
        edges[side] = _leg(body, garment, side, scale, (start[side], reach[side]), ends)
        outer = curve(garment, _outer_edge(garment, side), 60)
        at_crotch = outer[np.argmin(np.abs(outer[:, 1] - crotch[1]))]
        joints[int(Part.TORSO), int(LEG_PART[side])] = np.stack([at_crotch, crotch])
    for side, edge in _meeting(body, edges).items():
        handles[int(LEG_PART[side])] = _laid(body, side, edge, reach[side])
    return handles, joints, reach


def under_a_skirt(body: Body) -> bool:
    """Whether what is worn hangs before both legs as one cloth, down to its hem: its outline is not that of legs."""
    shares = []
    for side in SIDES:
        start, end = CROTCH_DROP * body.unit, min(cloth_until(body, side), 0.97 * body.legs[side].length)
        if end < start + SHORTEST_SKIRT * body.unit:
            return False
        shares.append(leg_outline(body, side, np.linspace(start, end, 24)).touches.mean())
        if shares[0] < 2 * ONE_CLOTH - 1:
            return False
    return float(np.mean(shares)) > ONE_CLOTH


def outline_under(body: Body, side: SideName, along: Floats) -> LegOutline:
    """The leg as it shows, or as it is by nature where a skirt hides it."""
    present = leg_outline(body, side, along)
    if not under_a_skirt(body):
        return present
    radius = UNDER_A_SKIRT * body.legs[side].radius(along)
    return replace(present, outer=radius, inner=radius, touches=present.middle < radius)


def smoothed(points: Floats, width: int) -> Floats:
    """A curve (n, 2) without ripples shorter than `width` of its points; its ends stay."""
    half = width // 2
    before = 2 * points[:1] - points[half:0:-1]
    after = 2 * points[-1:] - points[-2 : -half - 2 : -1]
    padded = np.concatenate([before, points, after])
    kernel = np.hanning(2 * half + 3)[1:-1]
    kernel /= kernel.sum()
    return np.stack([np.convolve(padded[:, k], kernel, mode="valid") for k in (0, 1)], 1)


def ribbon(left: Floats, right: Floats, left_target: Floats, right_target: Floats, columns: int) -> Handles:
    """Handles on a strip of cloth between two edges (n, 2), `columns` to each pair of points."""
    t = np.linspace(0, 1, columns)[None, :, None]
    source = left[:, None] + t * (right - left)[:, None]
    target = left_target[:, None] + t * (right_target - left_target)[:, None]
    return pairs(source.reshape(-1, 2), target.reshape(-1, 2), RIBBON_WEIGHT)


def _outer_edge(garment: Garment, side: SideName) -> str:
    return f"leg_outer_{side}" if f"leg_outer_{side}" in garment.curves else f"side_{side}"


def _leg_start(body: Body, side: SideName, level: float) -> float:
    """Arc length on the leg's axis at the level of the crotch; not far down a thigh that is raised."""
    leg = body.legs[side]
    levels = body.coordinates(leg.axis)[:, 1]
    start = float(np.interp(level, np.maximum.accumulate(levels), leg.along))
    return min(start, 1.3 * CROTCH_DROP * body.unit)


def _lowest_seen(body: Body, side: SideName) -> float:
    """Arc length at which the present trousers end; behind the shoe no further than its upper edge."""
    lowest = min(cloth_until(body, side), body.legs[side].length + LOWEST_BREAK * body.unit)
    shoe = shoe_from(body, side)
    return lowest if shoe is None else min(lowest, shoe + BEHIND_SHOE * body.unit)


def _leg_ratio(body: Body, garment: Garment, scale: float, start: Mapping[SideName, float]) -> float:
    """Share of the leg below the crotch that is covered; FULL_LENGTH where it is all of it."""
    left, scale = float(np.mean([body.legs[s].length - start[s] for s in SIDES])), scale * HALF_GIRTH
    inseam = np.mean([distance(point(garment, "crotch"), _cuff(garment, side)) for side in SIDES])
    ratio = float(inseam * scale / max(left, 1e-6))
    if "waist_left" in garment.points:
        waist_y = np.mean([garment.points[f"waist_{s}"][1] for s in SIDES])
        outseam = np.mean([_cuff(garment, side)[1] for side in SIDES]) - waist_y
        rise = (1.0 - WAISTBAND) * body.torso + CROTCH_DROP * body.unit
        weight = OUTSEAM * float(np.clip(_inseam(garment) / SHORT, 0, 1))  # folds hide the crotch
        ratio += weight * (float((outseam * scale - rise) / max(left, 1e-6)) - ratio)
    if 0 < _inseam(garment) < SHORTS:
        ratio = min(ratio, LONGEST_SHORTS)  # the skirt of a coat may pass for broad hips
    return FULL_LENGTH if ratio > ANKLE_SNAP or _inseam(garment) > LONG_INSEAM else max(ratio, 0.08)


def _cuff(garment: Garment, side: SideName) -> Floats:
    """The middle of a leg's end."""
    prefix = "leg_cuff" if garment.kind == "jumpsuit" else "cuff"
    return np.asarray((point(garment, f"{prefix}_outer_{side}") + point(garment, f"{prefix}_inner_{side}")) / 2)


def _inseam(garment: Garment) -> float:
    """Length of the legs below the crotch in rises (waistband to crotch); 0 where there is no waistband."""
    if "waist_left" not in garment.points:
        return 0.0
    waist_y, crotch_y = np.mean([garment.points[f"waist_{s}"][1] for s in SIDES]), point(garment, "crotch")[1]
    cuff_y = np.mean([_cuff(garment, side)[1] for side in SIDES])
    return float((cuff_y - crotch_y) / max(crotch_y - waist_y, 1e-6))


def _leg(
    body: Body,
    garment: Garment,
    side: SideName,
    scale: float,
    between: tuple[float, float],
    ends: tuple[Floats, Floats],
) -> Edges:
    """Edges of a leg between two arc lengths; `ends` are the places of its outer and inner upper ends."""
    crotch = point(garment, "crotch")
    outer = curve(garment, _outer_edge(garment, side), 120)
    below = np.flatnonzero(outer[:, 1] >= crotch[1])
    first = min(int(below[0]) if len(below) else 119, 100)  # of hot pants the side ends above the crotch
    outer = smoothed(outer[np.linspace(first, 119, ROWS).astype(int)], RIPPLE)
    inner = curve(garment, f"leg_inner_{side}", ROWS)
    share = np.linspace(0, 1, ROWS)[:, None]
    # where legs part the outline bends: smoothed, it would open the gap further
    inner = inner + np.clip((share - 0.05) / 0.15, 0, 1) * (smoothed(inner, RIPPLE) - inner)
    along = np.linspace(*between, ROWS)
    cloth = 0.5 * np.linalg.norm(outer - inner, axis=1) * scale
    outside, inside, meets = _half_widths(body, side, along, cloth)
    outside, inside = _into_a_boot(body, side, along, outside, inside)
    leg = body.legs[side]
    axis, normal = leg.at(along), leg.outward(along, SIGN[side])
    outer_target, inner_target = axis + normal * outside[:, None], axis - normal * inside[:, None]
    # the way from the hip block to the ribbon, without a corner
    way = max(0.25, FROM_HIPS * body.unit / max(between[1] - between[0], 1e-6))
    outer_target = outer_target + _fading(share, way) * (ends[0] - outer_target[0])
    inner_target = inner_target + _fading(share, GAP_OPENS) * (ends[1] - inner_target[0])
    return Edges(outer, inner, outer_target, inner_target, meets)


def _meeting(body: Body, edges: Mapping[SideName, Edges]) -> dict[SideName, Edges]:
    """The legs with one line between them where both are one in the photo: each measures the way to the other along
    its own normals, and legs that lean unlike would leave a gap in which nothing was ever seen."""
    both = edges["left"].meets & edges["right"].meets
    middle = (edges["left"].inner_target + edges["right"].inner_target) / 2
    result = {}
    for side, edge in edges.items():
        past = middle - SIGN[side] * OVERLAP * body.unit * body.across
        result[side] = replace(edge, inner_target=np.where(both[:, None], past, edge.inner_target))
    return result


def _laid(body: Body, side: SideName, edge: Edges, end: float) -> Handles:
    """Handles between the edges of a leg, its hem nearly level; `end` is the arc length at which it ends."""
    outer_target, inner_target = smoothed(edge.outer_target, RIPPLE), smoothed(edge.inner_target, RIPPLE)
    if abs(float(body.legs[side].direction(np.array([end]))[0, 1])) > HANGING:
        share = np.linspace(0, 1, ROWS)
        tilt = 0.5 * (outer_target[:, 1] - inner_target[:, 1]) * LEVELLED * np.clip((share - 0.8) / 0.2, 0, 1)
        outer_target[:, 1] -= tilt
        inner_target[:, 1] += tilt
    return ribbon(edge.outer, edge.inner, outer_target, inner_target, COLUMNS)


def _fading(share: Floats, length: float) -> Floats:
    """From 1 to 0 along `length`, flat at its end."""
    return np.asarray(np.clip(1 - share / length, 0, 1) ** 2)


def _into_a_boot(body: Body, side: SideName, along: Floats, outside: Floats, inside: Floats) -> tuple[Floats, Floats]:
    """Half-widths (n,) of a leg that ends in the shaft of a boot: no broader there than the shaft."""
    boot = boot_from(body, side)
    if boot is None or not boot < along[-1] <= boot + 1.01 * INSIDE * body.unit:
        return outside, inside
    spare = np.clip((boot - along) / (INTO_SHAFT * body.unit), 0, 1)
    outer, inner = (IN_SHAFT * value for value in shaft_half_widths(body, side, boot))
    return (
        np.minimum(outside, outer + spare * np.maximum(outside - outer, 0)),
        np.minimum(inside, inner + spare * np.maximum(inside - inner, 0)),
    )


def _half_widths(body: Body, side: SideName, along: Floats, cloth: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Distances (n,) of the new leg's edges from the axis, outside and inside: its own width, more where
    that covers the present leg, and up to the other leg where both are one in the photo; and where it meets that."""
    present = outline_under(body, side, along)
    anatomy = body.legs[side].radius(along)
    narrower = np.where(present.touches, present.outer, np.minimum(present.outer, present.inner))
    # a thigh that comes towards the camera is broad for its length; upright, it is the cloth that is broad
    broadest = np.interp(uprightness(body, side), [RAISED, 1.0], BROADEST)
    natural = np.clip(LEAST_SHARE * narrower, anatomy, broadest * anatomy)
    flat = np.clip(cloth, 1.05 * natural, WIDEST_LEG * natural)
    width = 1.05 * natural + HANGING_OUT * (flat - 1.05 * natural)
    outside = np.maximum(width, np.minimum(1.02 * present.outer, flat))
    inside = np.minimum(width, WIDEST_INSIDE * natural)
    inside = np.maximum(inside, np.minimum(1.02 * present.inner, COVERS_INSIDE * flat))
    meets = np.zeros(len(along), bool)
    crossed = np.median(present.middle) <= 0  # then the line between the legs says nothing
    if not crossed:
        to_middle = present.middle + OVERLAP * body.unit
        meets = present.touches & (to_middle < MEETING * flat)
        meets &= np.logical_and.accumulate(meets) & (along < along[0] + CLOSED * body.unit)
        furthest = np.maximum.reduce([to_middle, present.inner, 0.4 * natural])
        inside = np.where(meets, to_middle, np.minimum(inside, furthest))
        # right below the crotch the thigh itself fills the cloth: legs part as they did
        filled = np.minimum(present.inner, furthest) * np.clip(1 - (along - along[0]) / (FILLED * body.unit), 0, 1)
        inside = np.maximum(inside, np.where(present.inner < MEETING * flat, filled, 0.0))
    return outside, inside, meets
