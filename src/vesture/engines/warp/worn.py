"""A garment on somebody else: the same landmarks, read off that person's body instead of the cloth's contour.

Takes the garment photo and the `Body` of its wearer, gives a `Garment` whose pixels are the photo's.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB, Category
from vesture.engines.warp.body import SIDES, SIGN, Body, Floats, SideName, resample
from vesture.engines.warp.fit_bottoms import crotch_level
from vesture.engines.warp.plates import dilate, erode, limb_zone, torso_zone
from vesture.errors import GarmentNotFound
from vesture.vision.fill import push_pull
from vesture.vision.garment_types import Garment, GarmentKind, Part
from vesture.vision.parsing import Label

Bools = NDArray[np.bool_]

WANTED: dict[Category, tuple[Label, ...]] = {
    "tops": (Label.TOP, Label.ONE_PIECE),
    "bottoms": (Label.BOTTOM, Label.ONE_PIECE),
    "one-pieces": (Label.ONE_PIECE, Label.TOP, Label.BOTTOM),
}
MINIMUM_SHARE = 0.12  # of unit squared, below which there is no garment to speak of
LONGEST = 1400


def worn_garment(photo: RGB, body: Body, category: Category) -> Garment:
    """Read a worn garment off its wearer.

    Raises:
        GarmentNotFound: the wearer shows no garment of that category.
    """
    mask = np.isin(body.labels, WANTED[category])
    if category == "tops":
        mask &= ~_lower_dress(body)
    if int(mask.sum()) < MINIMUM_SHARE * body.unit**2:
        raise GarmentNotFound(
            "garment_image", f"The person in the garment photo shows no garment of category {category}."
        )
    mask = _largest(mask)
    if category == "bottoms":
        return _bottoms(photo, body, mask)
    return _upper(photo, body, mask, category)


def _lower_dress(body: Body) -> Bools:
    rows, columns = np.indices(body.labels.shape)
    level = ((columns - body.neck[0]) * body.down[0] + (rows - body.neck[1]) * body.down[1]) / body.torso
    return np.asarray((body.labels == Label.ONE_PIECE) & (level > 1.1))


def _largest(mask: Bools) -> Bools:
    """Components of at least a tenth of the largest; specks go."""
    count, names, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 1:
        return mask
    area = stats[1:, cv2.CC_STAT_AREA]
    return np.isin(names, 1 + np.flatnonzero(area > 0.1 * area.max()))


def _upper(photo: RGB, body: Body, mask: Bools, category: Category) -> Garment:
    points: dict[str, Floats] = {}
    curves: dict[str, Floats] = {}
    hem = _hem_level(body, mask)
    reach = {side: _covered(body.arms[side].at(_steps(body.arms[side].length)), mask) for side in SIDES}
    for side in SIDES:
        points[f"shoulder_{side}"] = body.tip[side]
        points[f"collar_{side}"] = _collar(body, mask, side)
        curves[f"shoulder_{side}"] = np.stack([points[f"collar_{side}"], body.tip[side]])
        points[f"armpit_{side}"] = body.point(SIGN[side] * float(body.width(side, 0.3)), 0.3)[0]
        levels = np.linspace(0.3, hem, 16)
        width = _edge(body, mask, side, levels)
        curves[f"side_{side}"] = body.point(SIGN[side] * width, levels)
        points[f"hem_{side}"] = curves[f"side_{side}"][-1]
    has_sleeves = all(r > 0.12 for r in reach.values())
    if has_sleeves:
        for side in SIDES:
            _sleeve(body, side, max(reach.values()), points, curves)
    curves["neckline"] = _neckline(body, mask, points)
    points["neck_front"] = curves["neckline"][len(curves["neckline"]) // 2]
    curves["hem"] = _lower_edge(body, mask, points["hem_left"], points["hem_right"], hem)
    parts = _sleeve_parts(body, mask, reach, curves) if has_sleeves else mask.astype(np.uint8)
    body_part = torso_zone(mask.shape, body, 0.1, min(hem, 1.3) - 0.06) > 0.5
    cloth, alpha = _complete(photo, mask, mask | (body_part & dilate(mask, 0.25 * body.unit)), body.unit)
    parts = np.where((parts == 0) & (alpha > 0.4), int(Part.TORSO), parts).astype(np.uint8)
    kind: GarmentKind = "top" if category == "tops" else "dress"
    return _cropped(cloth, alpha, parts, kind, points, curves)


def _steps(length: float) -> Floats:
    return np.linspace(0, length, 41)


def _covered(path: Floats, mask: Bools) -> float:
    """Share of a path that lies on the mask, counted from its start until two tenths in a row are bare."""
    column = np.clip(np.rint(path[:, 0]).astype(int), 0, mask.shape[1] - 1)
    row = np.clip(np.rint(path[:, 1]).astype(int), 0, mask.shape[0] - 1)
    on = dilate(mask, 2)[row, column]
    bare = np.convolve(~on, np.ones(8), mode="valid") >= 7
    end = int(np.argmax(bare)) if bare.any() else len(on)
    last = np.flatnonzero(on[: max(end, 1)])
    return float((last[-1] + 1) / len(on)) if len(last) else 0.0


def _collar(body: Body, mask: Bools, side: SideName) -> Floats:
    """Innermost covered point of the shoulder line."""
    line = body.tip[side] + np.linspace(0, 1.1, 24)[:, None] * (body.neck_foot[side] - body.tip[side])
    inside = line + 0.05 * body.unit * body.down
    share = _covered(inside, mask)
    return np.asarray(line[int(np.clip(share * 24 - 1, 8, 22))])


def _hem_level(body: Body, mask: Bools) -> float:
    """v of the lower edge, the median over columns near the spine."""
    levels = np.linspace(0.4, 3.2, 141)
    across = np.linspace(-0.28, 0.28, 9) * body.unit
    last = []
    for u in across:
        path = body.point(np.full(len(levels), u), levels)
        column, row = np.rint(path[:, 0]).astype(int), np.rint(path[:, 1]).astype(int)
        inside = (column >= 0) & (column < mask.shape[1]) & (row >= 0) & (row < mask.shape[0])
        on = np.zeros(len(levels), bool)
        on[inside] = mask[row[inside], column[inside]]
        if on.any():
            last.append(levels[np.flatnonzero(on)[-1]])
    return float(np.clip(np.median(last) if last else 1.0, 0.6, 3.0))


def _edge(body: Body, mask: Bools, side: SideName, levels: Floats) -> Floats:
    """Half-width of the cloth at levels: where the mask ends going out from the spine, arms left out."""
    result = np.asarray(body.width(side, np.minimum(levels, 1.3))).copy()
    below = levels > 1.0
    for index in np.flatnonzero(below):
        across = np.linspace(0, 2.4 * body.unit, 97)
        path = body.point(SIGN[side] * across, np.full(97, levels[index]))
        column = np.clip(np.rint(path[:, 0]).astype(int), 0, mask.shape[1] - 1)
        row = np.clip(np.rint(path[:, 1]).astype(int), 0, mask.shape[0] - 1)
        on = np.flatnonzero(mask[row, column])
        if len(on):
            result[index] = max(float(across[on[-1]]), 0.3 * body.unit)
    return result


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


def _lower_edge(body: Body, mask: Bools, left: Floats, right: Floats, hem: float) -> Floats:
    """The hem as the mask shows it, held near its median level."""
    result = [left]
    for t in np.linspace(0, 1, 11)[1:-1]:
        middle = left + t * (right - left)
        offsets = np.linspace(-0.25, 0.25, 41) * body.unit
        path = middle + offsets[:, None] * body.down
        column = np.clip(np.rint(path[:, 0]).astype(int), 0, mask.shape[1] - 1)
        row = np.clip(np.rint(path[:, 1]).astype(int), 0, mask.shape[0] - 1)
        on = np.flatnonzero(mask[row, column])
        result.append(path[on[-1]] if len(on) else middle)
    curve = np.stack([*result, right])
    curve[1:-1] = 0.5 * curve[1:-1] + 0.25 * (curve[:-2] + curve[2:])
    return curve


def _sleeve_parts(
    body: Body, mask: Bools, reach: Mapping[SideName, float], curves: Mapping[str, Floats]
) -> NDArray[np.uint8]:
    parts = mask.astype(np.uint8) * int(Part.TORSO)
    for side, part in zip(SIDES, (Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE), strict=True):
        outline = np.concatenate([curves[f"sleeve_outer_{side}"], curves[f"sleeve_inner_{side}"][::-1]])
        canvas = np.zeros(mask.shape, np.uint8)
        cv2.fillPoly(canvas, [np.rint(outline).astype(np.int32)], 1)
        zone = dilate(canvas > 0, 0.03 * body.unit)
        tube = limb_zone(mask.shape, body.arms[side], 0.25 * body.arms[side].length, body.arms[side].length * 1.05, 2.4)
        outward = np.zeros(mask.shape, bool)
        rows, columns = np.nonzero(tube > 0.5)
        u, v = body.coordinates(np.stack([columns, rows], 1)).T
        beyond = SIGN[side] * u > np.asarray(body.width(side, v)) * 1.02
        outward[rows[beyond], columns[beyond]] = True
        parts[mask & (zone | outward)] = int(part)
    return parts


def _complete(photo: RGB, mask: Bools, whole: Bools, unit: float) -> tuple[RGB, NDArray[np.float32]]:
    """The cloth with its hidden patches (under hair, hands, straps) grown from what is seen round them."""
    inside = erode(mask, max(1.0, 0.008 * unit))
    filled = push_pull(photo.astype(np.float32), inside.astype(np.float32))
    rgb = np.where(inside[..., None], photo, np.clip(np.rint(filled), 0, 255)).astype(np.uint8)
    holes = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0
    alpha = cv2.GaussianBlur((whole | holes).astype(np.float32), (0, 0), 0.8)
    return rgb, np.asarray(alpha, np.float32)


def _bottoms(photo: RGB, body: Body, mask: Bools) -> Garment:
    points: dict[str, Floats] = {}
    curves: dict[str, Floats] = {}
    waist = float(np.clip(body.waist, 0.7, 1.1))
    level = crotch_level(body)
    reach = {s: _covered(body.legs[s].at(_steps(body.legs[s].length)), mask) for s in SIDES}
    legs = _has_leg_gap(body, mask)
    for side in SIDES:
        points[f"waist_{side}"] = body.point(SIGN[side] * float(body.width(side, waist)), waist)[0]
    curves["waist"] = resample(np.stack([points["waist_left"], points["waist_right"]]), 9)
    if not legs:
        hem = max(_hem_level(body, mask), waist + 0.4)
        for side in SIDES:
            levels = np.linspace(waist, hem, 14)
            curves[f"side_{side}"] = body.point(SIGN[side] * _edge(body, mask, side, levels), levels)
            points[f"hem_{side}"] = curves[f"side_{side}"][-1]
        curves["hem"] = _lower_edge(body, mask, points["hem_left"], points["hem_right"], hem)
        cloth, alpha = _complete(photo, mask, mask, body.unit)
        return _cropped(cloth, alpha, mask.astype(np.uint8), "skirt", points, curves)
    parts = mask.astype(np.uint8)
    points["crotch"] = body.point(0.0, level)[0]
    rows, columns = np.indices(mask.shape)
    below = ((columns - body.neck[0]) * body.down[0] + (rows - body.neck[1]) * body.down[1]) / body.torso > level
    for side, part in zip(SIDES, (Part.LEFT_LEG, Part.RIGHT_LEG), strict=True):
        _leg(body, side, waist, level, max(reach.values()), points, curves)
        parts[mask & below & _nearer_leg(body, side, mask.shape)] = int(part)
    cloth, alpha = _complete(photo, mask, mask, body.unit)
    return _cropped(cloth, alpha, parts, "trousers", points, curves)


def _has_leg_gap(body: Body, mask: Bools) -> bool:
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
    return short or any(seen)


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
    levels = np.linspace(waist, level, 9)[:-1]
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


def _cropped(
    rgb: RGB,
    alpha: NDArray[np.float32],
    parts: NDArray[np.uint8],
    kind: GarmentKind,
    points: Mapping[str, Floats],
    curves: Mapping[str, Floats],
) -> Garment:
    """Cut to the cloth with a margin, and shrink very large photos."""
    rows, columns = np.flatnonzero((alpha > 0.02).any(1)), np.flatnonzero((alpha > 0.02).any(0))
    top, left = max(0, rows[0] - 8), max(0, columns[0] - 8)
    box = np.s_[top : rows[-1] + 9, left : columns[-1] + 9]
    rgb, alpha, parts = rgb[box], alpha[box], parts[box]
    scale = min(1.0, LONGEST / max(alpha.shape))
    if scale < 1:
        size = (round(alpha.shape[1] * scale), round(alpha.shape[0] * scale))
        rgb, alpha = (np.asarray(cv2.resize(a, size, interpolation=cv2.INTER_AREA)) for a in (rgb, alpha))
        parts = np.asarray(cv2.resize(parts, size, interpolation=cv2.INTER_NEAREST))
    offset = np.array([left, top])

    def moved(values: Floats) -> NDArray[np.float32]:
        return ((np.asarray(values) - offset) * scale).astype(np.float32)

    return Garment(
        rgb,
        alpha,
        np.where(alpha > 0.3, np.maximum(parts, 1), 0).astype(np.uint8),
        kind,
        "model",
        {name: moved(value) for name, value in points.items()},
        {name: moved(value) for name, value in curves.items()},
        {"mask": 0.8, "landmarks": 0.8, "neckline": 0.8, "sleeves": 0.8},
    )
