"""Fitting of everything that hangs from the shoulders: tops, dresses, dungarees."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, SideName
from vesture.engines.warp.body.legs import seen_crotch, seen_crotch_level
from vesture.engines.warp.cloth.mesh import Handles
from vesture.engines.warp.cloth.placement import (
    FLAT_VERTICAL,
    INNER_WEIGHT,
    OUTLINE_POINTS,
    OUTLINE_WEIGHT,
    Ease,
    Fit,
    Wishes,
    curve,
    distance,
    merge,
    pairs,
    point,
)
from vesture.engines.warp.fit.bottoms import hip_bound, hip_width
from vesture.engines.warp.fit.collar import shoulder_handles, shoulder_targets
from vesture.engines.warp.fit.dresses import dress_half_widths, slim_half_width
from vesture.engines.warp.fit.hem import hem_level, is_tucked
from vesture.engines.warp.fit.legs import fit_legs
from vesture.engines.warp.fit.sleeves import fit_sleeve, has_long_sleeves, sleeve_ratio, sleeve_reach
from vesture.engines.warp.fit.straps import has_straps, strap_handles
from vesture.engines.warp.fit.worn_width import LEVELS, below_the_hem
from vesture.vision.garment.types import Garment, Part
from vesture.vision.parsing.parse import Label

CHEST_LEVEL = 0.3
ARMPIT_LEVELS = (0.25, 0.40)
HALF_CHEST = 1.15  # a dress without sleeves is scaled by its chest: flat, that is broader than on a body
BIB_SIDES = 0.85  # level at which the side seams of dungarees begin at the latest: beside the waistband
OVER_BODY, COAT = 1.14, 1.3  # half-widths of usual tops, and of the widest but coats, in those of the body
BESIDE = 0.04  # units beside the present outline where the scene is seen, unless an arm hides it
USUAL_SPARE = 1.15  # half-width of flat cloth in that of what is worn, from which on it is a loose top
SPARE_SHOWN, LOOSE, TIGHT = 0.3, (0.0, 0.08), 0.97  # share of that which shows, as shares of the width; of tight tops
UNDER_SLEEVE = 0.03  # levels below the armpit in which the sleeve takes the torso along
BAY = 0.25  # of a hem that rises between its ends, that stays on the body
FLARE = 0.05  # of the hem's width, for each unit of drape
SLEEVE_PART = {"left": Part.LEFT_SLEEVE, "right": Part.RIGHT_SLEEVE}


def fit_upper(body: Body, garment: Garment, wishes: Wishes, ease: Ease) -> Fit:
    """Place a top, dress or jumpsuit on the shoulders."""
    scale = _scale(body, garment, ease)
    shoulders = shoulder_targets(body, garment, scale)
    armpit = _armpit_level(body, garment, scale)
    hem = None if garment.has_legs else hem_level(body, garment, scale[1], wishes, ease)
    bottom = hem if hem is not None else seen_crotch_level(body)
    torso = _torso(body, garment, scale, shoulders, armpit, bottom, ease)
    handles: dict[int, Handles] = {int(Part.TORSO): torso}
    joints: dict[tuple[int, int], Floats] = {}
    reach: dict[SideName, float] = {}
    if garment.has_sleeves:
        ratio = sleeve_ratio(body, garment, scale)
        for side in SIDES:
            reach[side] = sleeve_reach(body, side, ratio, wishes, ease)
            sleeve = fit_sleeve(body, garment, side, scale, reach[side], _armpit_target(body, side, armpit))
            handles = merge(handles, {int(SLEEVE_PART[side]): sleeve})
            joints[int(Part.TORSO), int(SLEEVE_PART[side])] = np.stack(
                [point(garment, f"shoulder_{side}"), point(garment, f"armpit_{side}")]
            )
    leg_reach: Mapping[SideName, float] = {}
    if garment.has_legs:
        hips = sum(float(hip_bound(body, side, 1.1)) for side in SIDES) * 1.06 / max(hip_width(garment), 1e-6)
        ends = {
            s: _side_target(body, garment, _torso_edge(garment, s), s, scale, (armpit, bottom), ease)[-1] for s in SIDES
        }
        legs, leg_joints, leg_reach = fit_legs(body, garment, hips, ends, seen_crotch(body), wishes, ease)
        handles, joints = merge(handles, legs), {**joints, **leg_joints}
    elif hem is not None and hem > 1.15:
        leg_reach = {s: max(0.0, (hem - 1.0) * body.torso) for s in SIDES}
    over_hands = any(reach[s] > body.arms[s].length for s in reach) and wishes.adjust_hands
    tucked = is_tucked(body, garment, ease)
    return Fit(handles, joints, scale, reach, leg_reach, tucked, over_hands)


def _scale(body: Body, garment: Garment, ease: Ease) -> tuple[float, float]:
    """Photo pixels per garment pixel, across and along: shoulders decide, the chest keeps it within reason."""
    chest_width = sum(float(body.width(side, CHEST_LEVEL)) for side in SIDES) * 1.05
    chest = chest_width / distance(point(garment, "armpit_left"), point(garment, "armpit_right"))
    shoulder = chest  # straps say nothing about size
    if garment.has_sleeves:
        cloth = distance(point(garment, "shoulder_left"), point(garment, "shoulder_right"))
        shoulder = distance(body.tip["left"], body.tip["right"]) / max(cloth, 1e-6)
    across = float(np.clip(shoulder, 0.9 * chest, 1.25 * chest)) * ease.width
    if garment.kind == "jumpsuit":  # shoulders and crotch hold it
        start = np.mean([body.coordinates(body.tip[s])[0, 1] for s in SIDES])
        cloth = point(garment, "crotch")[1] - np.mean([point(garment, f"shoulder_{s}")[1] for s in SIDES])
        along = float((seen_crotch_level(body) - start) * body.torso / max(cloth, 1e-6))
        return across, float(np.clip(along, 0.7 * across, 1.4 * across))
    vertical = FLAT_VERTICAL[garment.kind]
    if garment.kind == "dress" and not garment.has_sleeves:
        vertical *= HALF_CHEST
    return across, across / ease.width * vertical


def _armpit_level(body: Body, garment: Garment, scale: tuple[float, float]) -> float:
    """v of the armpits: the garment's own armhole depth, held near the body's."""
    depth = np.mean([(point(garment, f"armpit_{s}") - point(garment, f"shoulder_{s}"))[1] for s in SIDES]) * scale[1]
    top = np.mean([body.coordinates(body.tip[s])[0, 1] for s in SIDES])
    lowest = BIB_SIDES if garment.kind == "jumpsuit" and not garment.has_sleeves else ARMPIT_LEVELS[1]
    return float(np.clip(top + depth / body.torso, ARMPIT_LEVELS[0], lowest))


def _armpit_target(body: Body, side: SideName, level: float) -> Floats:
    u = SIGN[side] * float(body.width(side, level))
    return np.asarray(body.point(u, level)[0])


def _torso(
    body: Body,
    garment: Garment,
    scale: tuple[float, float],
    shoulders: tuple[Mapping[SideName, Floats], Mapping[SideName, Floats]],
    armpit: float,
    bottom: float,
    ease: Ease,
) -> Handles:
    """Handles of the torso part."""
    if has_straps(garment):
        groups = strap_handles(body, garment, scale[0], armpit)
        neck_front = groups[-1].target[len(groups[-1].target) // 2]
    else:
        armpits = {s: _armpit_target(body, s, armpit) for s in SIDES}
        groups = shoulder_handles(body, garment, scale, shoulders, armpits)
        neck_front = groups[0].target[len(groups[0].target) // 2]
    sides: dict[SideName, Floats] = {}
    for side in SIDES:
        if f"side_{side}" not in garment.curves:
            continue
        edge = _torso_edge(garment, side)
        target = _side_target(body, garment, edge, side, scale, (armpit, bottom), ease)
        levels = target_levels(body, target)
        keep = levels <= bottom + 1e-6
        if garment.has_sleeves:
            keep &= levels > armpit + UNDER_SLEEVE
        groups.append(pairs(edge[keep], target[keep], OUTLINE_WEIGHT if garment.has_sleeves else 5.0))
        sides[side] = target
    if "hem" in garment.curves and len(sides) == 2:
        hem = curve(garment, "hem", 25)
        roundness = 0.03 * ease.drape
        groups.append(pairs(hem, _hem_target(body, hem, sides["left"][-1], sides["right"][-1], scale[1], roundness)))
    centre = _centre_line(body, garment, neck_front, armpit, bottom)
    if centre is not None:
        groups.append(centre)
    return Handles.concatenate(groups)


def _torso_edge(garment: Garment, side: SideName) -> Floats:
    """The side seam down to the hem, or to where the legs begin."""
    if not garment.has_legs:
        return curve(garment, f"side_{side}", OUTLINE_POINTS)
    edge = curve(garment, f"side_{side}", 4 * OUTLINE_POINTS)
    return edge[edge[:, 1] <= float(point(garment, "crotch")[1])][::3]


def target_levels(body: Body, points: Floats) -> Floats:
    return np.asarray(body.coordinates(points)[:, 1])


def _side_target(
    body: Body,
    garment: Garment,
    edge: Floats,
    side: SideName,
    scale: tuple[float, float],
    between: tuple[float, float],
    ease: Ease,
) -> Floats:
    """Side seam from armpit to bottom level: never inside the body, never wider than the cloth, and not a tent."""
    armpit, bottom = between
    down = (edge[:, 1] - edge[0, 1]) / max(edge[-1, 1] - edge[0, 1], 1e-6)
    level = armpit + np.clip(down, 0, 1) * (bottom - armpit)
    axis_x = (point(garment, "armpit_left")[0] + point(garment, "armpit_right")[0]) / 2
    cloth = np.abs(edge[:, 0] - axis_x) * scale[0]
    worn = worn_half_width(body, side, level, has_long_sleeves(garment))
    loose = np.clip(SPARE_SHOWN * (cloth / worn - USUAL_SPARE), *LOOSE)
    width = np.minimum(worn * (1 + loose) * ease.width, np.maximum(cloth, TIGHT * worn))
    if garment.kind == "top":
        width = np.maximum(width, np.interp(level, LEVELS, below_the_hem(body, side), left=0.0, right=0.0))
    if garment.kind == "dress":
        width = dress_half_widths(body, side, level, cloth, ease.width)
    width = width * (1 + FLARE * (ease.drape - 1) * np.clip(down, 0, 1) ** 2)
    return body.point(SIGN[side] * width, level)


def worn_half_width(body: Body, side: SideName, level: Floats, beside_sleeve: bool) -> Floats:
    """Half-widths (n,) at levels v of a top of usual fit: those of what was worn where the scene is seen beside it;
    where an arm hides its side, or it stands off like a coat, what the body under it tells, but no gap opens `beside` a
    long `sleeve` where the photo shows none."""
    seen, slim = hip_bound(body, side, level), slim_half_width(body, side, level)
    beside = body.point(SIGN[side] * (np.asarray(body.width(side, level)) + BESIDE * body.unit), level)
    column, row = (np.clip(np.rint(beside[:, k]).astype(int), 0, body.labels.shape[1 - k] - 1) for k in (0, 1))
    told = body.labels[row, column] == Label.BACKGROUND
    over = np.where(told, COAT, np.inf if beside_sleeve else OVER_BODY)
    return np.minimum(seen, over * slim)


def _hem_target(body: Body, source: Floats, left: Floats, right: Floats, scale: float, roundness: float) -> Floats:
    """The hem between the ends of the side seams as it is cut, rounded a little around the body.

    What a lying hem does from place to place, and bays in it, are folds: cloth that hangs is level or lowest in front.
    """
    t = (source[:, 0] - source[0, 0]) / max(source[-1, 0] - source[0, 0], 1e-6)
    chord = source[0] + t[:, None] * (source[-1] - source[0])
    shapes = np.stack([t * (1 - t), (t * (1 - t)) ** 2], 1)
    cut = shapes @ np.linalg.lstsq(shapes, source[:, 1] - chord[:, 1], rcond=None)[0]
    sag = np.where(cut < 0, BAY * cut, cut) * scale
    round_body = roundness * body.unit * 4 * t * (1 - t)
    return np.asarray(left + t[:, None] * (right - left) + (sag + round_body)[:, None] * body.down)


def _centre_line(body: Body, garment: Garment, neck: Floats, armpit: float, bottom: float) -> Handles | None:
    """Keep the middle of the garment on the spine."""
    if bottom <= armpit or not (garment.has_legs or "hem" in garment.curves):
        return None
    hem = point(garment, "crotch") if garment.has_legs else curve(garment, "hem", 11)[5]
    top = point(garment, "neck_front")
    t = np.linspace(0.25, 1.0 if garment.has_legs else 0.9, 6)[:, None]
    level = float(target_levels(body, neck[None])[0])
    target = body.point(0.0, level + t[:, 0] * (bottom - level))
    return pairs(top + t * (hem - top), target, INNER_WEIGHT * 0.5)
