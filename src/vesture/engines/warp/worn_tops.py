"""A worn top or dress: its landmarks, read off the wearer's shoulders, arms and torso."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB, Category
from vesture.engines.warp.body import SIDES, SIGN, Body, Floats, SideName
from vesture.engines.warp.plates import dilate, limb_zone, torso_zone
from vesture.engines.warp.worn_trace import cloth_edge, complete, covered_share, cropped, hem_level, lower_edge, steps
from vesture.vision.garment_types import Garment, GarmentKind, Part

Bools = NDArray[np.bool_]

CAP_SLEEVE = 0.26  # share of the arm: shorter sleeves go with the torso, they cannot turn


def worn_upper(photo: RGB, body: Body, mask: Bools, category: Category) -> Garment:
    points: dict[str, Floats] = {}
    curves: dict[str, Floats] = {}
    hem = hem_level(body, mask)
    reach = {side: covered_share(body.arms[side].at(steps(body.arms[side].length)), mask) for side in SIDES}
    for side in SIDES:
        points[f"shoulder_{side}"] = body.tip[side]
        points[f"collar_{side}"] = _collar(body, mask, side)
        curves[f"shoulder_{side}"] = np.stack([points[f"collar_{side}"], body.tip[side]])
        points[f"armpit_{side}"] = body.point(SIGN[side] * float(body.width(side, 0.3)), 0.3)[0]
        levels = np.linspace(0.3, hem, 16)
        width = cloth_edge(body, mask, side, levels)
        curves[f"side_{side}"] = body.point(SIGN[side] * width, levels)
        points[f"hem_{side}"] = curves[f"side_{side}"][-1]
    has_sleeves = max(reach.values()) > CAP_SLEEVE and min(reach.values()) > 0.12
    for side in SIDES:
        if has_sleeves:
            _sleeve(body, side, max(reach.values()), points, curves)
        else:
            points[f"shoulder_{side}"] = _strap_end(body, mask, side)
            curves[f"shoulder_{side}"] = np.stack([points[f"collar_{side}"], points[f"shoulder_{side}"]])
    curves["neckline"] = _neckline(body, mask, points)
    points["neck_front"] = curves["neckline"][len(curves["neckline"]) // 2]
    curves["hem"] = lower_edge(body, mask, points["hem_left"], points["hem_right"], hem)
    parts = _sleeve_parts(body, mask, reach, curves) if has_sleeves else mask.astype(np.uint8)
    body_part = torso_zone(mask.shape, body, 0.1, min(hem, 1.3) - 0.06) > 0.5
    # hair, hands and straps hide cloth that goes on above and below them; a neckline has none above
    between = np.maximum.accumulate(mask, axis=0) & np.maximum.accumulate(mask[::-1], axis=0)[::-1]
    cloth, alpha = complete(photo, mask, mask | (body_part & between), body.unit)
    parts = np.where((parts == 0) & (alpha > 0.4), int(Part.TORSO), parts).astype(np.uint8)
    kind: GarmentKind = "top" if category == "tops" else "dress"
    return cropped(cloth, alpha, parts, kind, points, curves)


def _collar(body: Body, mask: Bools, side: SideName) -> Floats:
    """Innermost covered point of the shoulder line."""
    line = body.tip[side] + np.linspace(0, 1.1, 24)[:, None] * (body.neck_foot[side] - body.tip[side])
    inside = line + 0.05 * body.unit * body.down
    share = covered_share(inside, mask)
    return np.asarray(line[int(np.clip(share * 24 - 1, 8, 22))])


def _strap_end(body: Body, mask: Bools, side: SideName) -> Floats:
    """Outermost covered point of the shoulder line."""
    line = body.tip[side] + np.linspace(0, 0.95, 20)[:, None] * (body.neck_foot[side] - body.tip[side])
    inside = np.rint(line + 0.05 * body.unit * body.down).astype(int)
    on = mask[np.clip(inside[:, 1], 0, mask.shape[0] - 1), np.clip(inside[:, 0], 0, mask.shape[1] - 1)]
    return np.asarray(line[int(np.argmax(on))] if on.any() else line[8])


def _neckline(body: Body, mask: Bools, points: Mapping[str, Floats]) -> Floats:
    """Upper edge of the cloth between the collar corners."""
    left, right = points["collar_left"], points["collar_right"]
    result = [left]
    depth = np.linspace(0, 0.75 * body.torso, 90)
    for t in np.linspace(0, 1, 11)[1:-1]:
        start = left + t * (right - left) - 0.12 * body.unit * body.down
        path = start + depth[:, None] * body.down
        column = np.clip(np.rint(path[:, 0]).astype(int), 0, mask.shape[1] - 1)
        row = np.clip(np.rint(path[:, 1]).astype(int), 0, mask.shape[0] - 1)
        on = mask[row, column]
        first = int(np.argmax(on)) if on.any() else 20
        result.append(path[first])
    return np.stack([*result, right])


def _sleeve(body: Body, side: SideName, reach: float, points: dict[str, Floats], curves: dict[str, Floats]) -> None:
    arm = body.arms[side]
    along = np.linspace(0, min(reach, 1.0) * arm.length, 16)
    normal, axis = arm.outward(along, SIGN[side]), arm.at(along)
    outer = arm.radius(along, clothed=True)
    inner = np.minimum(outer, 1.3 * arm.radius(along))
    share = np.linspace(0, 1, 16)[:, None]
    outer_edge, inner_edge = axis + normal * outer[:, None], axis - normal * inner[:, None]
    outer_edge = outer_edge + np.clip(1 - share / 0.25, 0, 1) * (points[f"shoulder_{side}"] - outer_edge[0])
    inner_edge = inner_edge + np.clip(1 - share / 0.35, 0, 1) * (points[f"armpit_{side}"] - inner_edge[0])
    curves[f"sleeve_outer_{side}"], curves[f"sleeve_inner_{side}"] = outer_edge, inner_edge
    points[f"cuff_outer_{side}"], points[f"cuff_inner_{side}"] = outer_edge[-1], inner_edge[-1]


def _sleeve_parts(
    body: Body, mask: Bools, reach: Mapping[SideName, float], curves: Mapping[str, Floats]
) -> NDArray[np.uint8]:
    parts = mask.astype(np.uint8) * int(Part.TORSO)
    for side, part in zip(SIDES, (Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE), strict=True):
        outline = np.concatenate([curves[f"sleeve_outer_{side}"], curves[f"sleeve_inner_{side}"][::-1]])
        canvas = np.zeros(mask.shape, np.uint8)
        cv2.fillPoly(canvas, [np.rint(outline).astype(np.int32)], 1)
        zone = dilate(canvas > 0, 0.03 * body.unit)
        arm = body.arms[side]
        covered = min(reach[side], 1.0) * arm.length
        tube = limb_zone(mask.shape, arm, min(0.25 * arm.length, 0.6 * covered), 1.06 * covered, 2.4)
        outward = np.zeros(mask.shape, bool)
        rows, columns = np.nonzero(tube > 0.5)
        u, v = body.coordinates(np.stack([columns, rows], 1)).T
        beyond = SIGN[side] * u > np.asarray(body.width(side, v)) * 1.02
        outward[rows[beyond], columns[beyond]] = True
        parts[mask & (zone | outward)] = int(part)
    return parts
