"""Worn trousers, shorts or a skirt: their landmarks, read off the wearer's hips and legs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import SIDES, SIGN, V_LEVELS, Body, Floats, SideName, resample
from vesture.engines.warp.body.legs import crotch_level
from vesture.engines.warp.body.silhouettes import limb_zone
from vesture.engines.warp.worn.between import between_legs
from vesture.engines.warp.worn.hidden import hidden_cloth, near_hands
from vesture.engines.warp.worn.sides import HAND, within_sides, without_chips
from vesture.engines.warp.worn.trace import (
    cloth_edge,
    complete,
    covered_share,
    cropped,
    disc,
    hem_level,
    inside_outline,
    lower_edge,
    steps,
)
from vesture.engines.warp.worn.wearer import WornGarment, on_wearer
from vesture.errors import GarmentNotFound
from vesture.vision.garment.types import Part
from vesture.vision.masks import dilate, erode
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]

HIP_POINTS = 8  # of a side's outline, from the waistband to where the leg begins
STRAY = 0.09  # units beyond the outlines where cloth may still be the garment's
WIDE_FROM = 0.4  # share of the covered leg from which on wide legs may be as wide as their hems
HEM, WIDE_HEM = 0.35, 2.4  # units past the last cloth seen on the leg's axis, and radii beside it, where hems may be
UPPER = (Label.TOP, Label.ONE_PIECE)  # what hangs over
BARE = (Label.SKIN, Label.BACKGROUND)
HIGHEST_WAIST = 0.3  # level v
BELOW_WAIST, AT_CUFF = 0.02, 0.06  # levels under the waistband's edge, shares above the hem, where sides are read
RISE = 0.12  # levels that a waistband is taken to be above the edge of what hangs over it
HIGHEST_HIDDEN = 0.78  # level v of a waistband that nobody sees
UNDER_TOP = 0.5  # share of the waist's edge that lies under an upper garment: the waistband is hidden
HIP_EASE = 1.1  # half-widths of the bare hips that cloth under a wide top has
LEAST_SEEN = 0.45  # share of hips and legs that must show cloth
HIDDEN = "Most of the garment is hidden in its photo; use a photo that shows it from the waistband to the hem."


def worn_bottoms(photo: RGB, body: Body, mask: Bools) -> WornGarment:
    points: dict[str, Floats] = {}
    curves: dict[str, Floats] = {}
    waist, hips_body = _waist_level(body, mask), _under_top(body, mask)
    level = crotch_level(body)
    reach = {s: covered_share(body.legs[s].at(steps(body.legs[s].length)), mask) for s in SIDES}
    for side in SIDES:
        points[f"waist_{side}"] = body.point(SIGN[side] * float(hips_body.width(side, waist)), waist)[0]
    curves["waist"] = resample(np.stack([points["waist_left"], points["waist_right"]]), 9)
    if not has_leg_gap(body, mask):
        return _worn_skirt(photo, body, mask, waist, (points, curves))
    points["crotch"] = body.point(0.0, level)[0]
    for side in SIDES:
        _leg(hips_body, side, waist, level, max(reach.values()), points, curves)
    hips, leg_zones = _zones(mask.shape, points, curves)
    whole = hips | leg_zones["left"] | leg_zones["right"]
    if float(mask[whole].mean()) < LEAST_SEEN:
        raise GarmentNotFound("garment_image", HIDDEN)
    near = dilate(whole, STRAY * body.unit)
    for side in SIDES:
        leg = body.legs[side]
        end = reach[side] * leg.length
        near |= limb_zone(mask.shape, leg, WIDE_FROM * end, end + HEM * body.unit, WIDE_HEM) > 0.5
    inner = [body.legs[side].at(np.linspace(0, reach[side], 24) * body.legs[side].length) for side in SIDES]
    near |= inside_outline(mask.shape, np.concatenate([inner[0], inner[1][::-1]]))  # wide legs are wide inwards too
    mask = mask & near
    mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc(0.025 * body.unit)) > 0
    rows, columns = np.indices(mask.shape)
    below = ((columns - body.neck[0]) * body.down[0] + (rows - body.neck[1]) * body.down[1]) / body.torso > level
    # hands in pockets, bags and the tops over them hide cloth that goes on behind them
    solid = erode(hips, 0.04 * body.unit)
    for side in SIDES:
        solid |= erode(leg_zones[side], 0.06 * body.unit)
    solid &= ~between_legs(mask.shape, body)
    cloth, alpha = _completed(
        photo, body, mask, solid, (waist, level), {side: value - AT_CUFF for side, value in reach.items()}
    )
    parts = (alpha > 0.4).astype(np.uint8)
    for side, part in zip(SIDES, (Part.LEFT_LEG, Part.RIGHT_LEG), strict=True):
        parts[(parts > 0) & below & _nearer_leg(body, side, mask.shape)] = int(part)
    return on_wearer(cropped(cloth, alpha, parts, "trousers", points, curves), body, points)


def _completed(
    photo: RGB, body: Body, mask: Bools, solid: Bools, levels: tuple[float, float], reach: Mapping[SideName, float]
) -> tuple[RGB, NDArray[np.float32]]:
    """The cloth (H, W, 3) and its coverage (H, W) between its sides, which run between two levels and on along shares
    `reach` of the legs; what hides it in there and in the `solid` zone is filled."""
    inside, outside = within_sides(body, mask, levels[0] + BELOW_WAIST, levels[1], reach)
    mask = without_chips(photo, body, mask & ~outside, outside)
    # skin and scene above the waistband and below the hem hide nothing
    between = np.maximum.accumulate(mask) & np.maximum.accumulate(mask[::-1])[::-1]
    hidden = hidden_cloth(body, mask, solid | inside, UPPER) & (between | inside | ~np.isin(body.labels, BARE))
    hidden |= inside & ~mask & near_hands(body, HAND)
    return complete(photo, mask, mask | (hidden & ~outside), body.unit, body)


def _worn_skirt(
    photo: RGB, body: Body, mask: Bools, waist: float, outlines: tuple[dict[str, Floats], dict[str, Floats]]
) -> WornGarment:
    """A skirt that begins at level `waist`; `outlines` are its points and curves so far, in photo pixels."""
    points, curves = outlines
    hem = max(hem_level(body, mask), waist + 0.4)
    for side in SIDES:
        levels = np.linspace(waist, hem, 14)
        curves[f"side_{side}"] = body.point(SIGN[side] * cloth_edge(body, mask, side, levels), levels)
        points[f"hem_{side}"] = curves[f"side_{side}"][-1]
    curves["hem"] = lower_edge(body, mask, points["hem_left"], points["hem_right"], hem)
    around = np.concatenate([curves["side_left"][::-1], curves["side_right"], curves["hem"][::-1]])
    solid = erode(inside_outline(mask.shape, around), 0.04 * body.unit)
    cloth, alpha = _completed(photo, body, mask, solid, (waist, hem - AT_CUFF), {})
    return on_wearer(cropped(cloth, alpha, (alpha > 0.4).astype(np.uint8), "skirt", points, curves), body, points)


def _waist_level(body: Body, mask: Bools) -> float:
    """v of the upper edge, the median over columns near the spine; of a waistband under a top, where that would be."""
    levels, across = np.linspace(HIGHEST_WAIST, 1.1, 61), np.linspace(-0.25, 0.25, 9) * body.unit
    first, hidden = [], []
    for u in across:
        column, row = np.rint(body.point(np.full(len(levels), u), levels)).astype(int).T
        inside = (column >= 0) & (column < mask.shape[1]) & (row >= 0) & (row < mask.shape[0])
        on = np.flatnonzero(inside)[mask[row[inside], column[inside]]]
        if len(on):
            first.append(levels[on[0]])
            above = max(on[0] - 4, 0)
            hidden.append(bool(inside[above] and body.labels[row[above], column[above]] in UPPER))
    seen = float(np.median(first)) if first else float(np.clip(body.waist, 0.7, 1.1))
    if np.mean(hidden or [True]) < UNDER_TOP:
        return seen
    return min(seen, max(seen - RISE, HIGHEST_HIDDEN))


def _under_top(body: Body, mask: Bools) -> Body:
    """The body with the hips of what is worn below, where the outline is that of a top that hangs over them."""
    half_width = {}
    for side in SIDES:
        own = body.half_width[side]
        column, row = np.rint(body.point(SIGN[side] * 0.93 * own, V_LEVELS)).astype(int).T
        row, column = np.clip(row, 0, mask.shape[0] - 1), np.clip(column, 0, mask.shape[1] - 1)
        hidden = np.isin(body.labels[row, column], UPPER) & ~mask[row, column] & (V_LEVELS > HIGHEST_HIDDEN - RISE)
        half_width[side] = np.where(hidden, np.minimum(own, HIP_EASE * body.bare_half_width), own)
    return replace(body, half_width=half_width)


def _zones(
    shape: tuple[int, int], points: Mapping[str, Floats], curves: Mapping[str, Floats]
) -> tuple[Bools, dict[SideName, Bools]]:
    """Where hips and legs lie by their outlines."""
    hips = [curves["side_left"][: HIP_POINTS + 1], points["crotch"][None], curves["side_right"][HIP_POINTS::-1]]
    legs = {
        side: inside_outline(
            shape, np.concatenate([curves[f"side_{side}"][HIP_POINTS:], curves[f"leg_inner_{side}"][::-1]])
        )
        for side in SIDES
    }
    return inside_outline(shape, np.concatenate(hips)), legs


def has_leg_gap(body: Body, mask: Bools) -> bool:
    """Trousers part between the knees; a skirt does not, or ends above them."""
    seen = []
    for t in (0.45, 0.6, 0.8):
        left, right = (body.legs[s].at(np.array([t * body.legs[s].length]))[0] for s in SIDES)
        path = left + np.linspace(0, 1, 41)[:, None] * (right - left)
        column, row = np.rint(path[:, 0]).astype(int), np.rint(path[:, 1]).astype(int)
        if row.max() >= mask.shape[0] or row.min() < 0 or column.min() < 0 or column.max() >= mask.shape[1]:
            continue
        on = mask[row, column]
        if on[:6].any() and on[-6:].any():
            seen.append(bool((~on).any()) or float(np.linalg.norm(right - left)) < 0.45 * body.unit)
    short = not seen
    return short or sum(seen) >= min(2, len(seen))


def _leg(
    body: Body,
    side: SideName,
    waist: float,
    level: float,
    reach: float,
    points: dict[str, Floats],
    curves: dict[str, Floats],
) -> None:
    leg = body.legs[side]
    start = float(np.interp(level, np.maximum.accumulate(body.coordinates(leg.axis)[:, 1]), leg.along))
    along = np.linspace(start, max(min(reach, 1.02) * leg.length, start + 0.2 * body.unit), 16)
    normal, axis = leg.outward(along, SIGN[side]), leg.at(along)
    outer = leg.radius(along, clothed=True)
    outer_edge = axis + normal * outer[:, None]
    inner_edge = axis - normal * np.minimum(outer, 1.35 * leg.radius(along))[:, None]
    share = np.linspace(0, 1, 16)[:, None]
    hip = body.point(SIGN[side] * float(body.width(side, level)), level)[0]
    outer_edge = outer_edge + np.clip(1 - share / 0.25, 0, 1) * (hip - outer_edge[0])
    inner_edge = inner_edge + np.clip(1 - share / 0.2, 0, 1) * (points["crotch"] - inner_edge[0])
    levels = np.linspace(waist, level, HIP_POINTS + 1)[:-1]
    upper = body.point(SIGN[side] * np.asarray(body.width(side, levels)), levels)
    curves[f"side_{side}"] = np.concatenate([upper, outer_edge])
    curves[f"leg_inner_{side}"] = inner_edge
    points[f"cuff_outer_{side}"], points[f"cuff_inner_{side}"] = outer_edge[-1], inner_edge[-1]


def _nearer_leg(body: Body, side: SideName, shape: tuple[int, int]) -> Bools:
    rows, columns = np.indices(shape, dtype=np.float32)
    distance = {}
    for name in SIDES:
        best = np.full(shape, np.inf, np.float32)
        for x, y in body.legs[name].axis[::4]:
            best = np.minimum(best, (columns - x) ** 2 + (rows - y) ** 2)
        distance[name] = best
    other: SideName = "right" if side == "left" else "left"
    return np.asarray(distance[side] < distance[other])
