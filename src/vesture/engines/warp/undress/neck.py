"""The outline of the bare neck, where a collar is taken away: a column from the jaw that flares into the shoulders.

Takes the body and what goes; gives a coverage map. Where the neck's edge is seen the outline follows it and goes on
from there; elsewhere, and without a face in the picture, a usual neck is drawn.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, SideName
from vesture.engines.warp.body.head import Head
from vesture.engines.warp.body.silhouettes import filled, neck_zone
from vesture.engines.warp.picture.patch import bounds
from vesture.engines.warp.undress.joint import without_nicks
from vesture.vision.masks import dilate, distance_to
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Points = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEVELS = np.linspace(0.0, 0.85, 35)  # shares of the way down the neck's axis at which its sides are looked for
SIDE_RANGE = (0.7, 1.9)  # of the usual half-width, a side may lie from the axis
FLARED = 2.0  # half-widths by which a side may lie further out at the axis' lower end
LEAST_LEVELS = 3
SEAM = 0.018  # units of mixed pixels between a neck and the scene
SHOULDER_RISE = 0.11  # units of the bare shoulder above its joint
THICKNESS = 0.035  # units that cloth stands off neck and shoulders
STEPLESS = 0.12  # units from the skin that is seen within which that thickness begins
FLARE = 0.42  # share of the way at which the shoulder's slope begins at the latest
FLARE_RISE = 0.26  # units above the shoulder joints at which it begins at the lowest
COLLAR_TIP = (0.08, 0.5)  # units from the middle between which the top of a collar or strap lies
JAW_END = 0.03  # share of the neck's axis down to which the face is beside it
SPREADING = 0.7  # pixels by which a neck may widen below the jaw with each pixel downwards
SHOULDER_COVER = 0.1  # units above the cloth within which no shoulder is seen
# units on both sides of the collar's tip between which a bare shoulder begins, how high above the cloth, and how much
# of it is enough to be no scrap where it falls less than it does on under the cloth
SLOPE_FROM, SLOPE_RISE, SLOPE_LENGTH, SLOPE = 0.03, 0.12, 0.06, 0.55
SLOPE_DEPTH = 0.04  # units that the skin of a shoulder is high somewhere; less is a scrap beside the neck
MEETING = 1.2  # pixels by which it comes at least nearer to the cloth with each pixel outwards
BESIDE = 0.02  # units outside the outline within which a nick is one


def bare_neck(shape: tuple[int, int], body: Body, old: Bools, cover: Floats | None = None) -> Floats:
    """Coverage (h, w) of the bare neck and the shoulders' upper side.

    Args:
        old: (h, w) what is taken away; sides of the neck count where the scene ends them.
        cover: (h, w) coverage of the new garment; on a shoulder that it lies on, nothing is seen above it.
    """
    head = body.head
    if head is None or float((body.neck - head.chin) @ body.down) < 0.1 * body.unit:
        return neck_zone(shape, body)
    outlines = side_lines(body, head, old)
    zone = filled(shape, np.concatenate([outlines["left"], outlines["right"][::-1]]))
    columns, rows = np.arange(shape[1], dtype=np.float32)[None], np.arange(shape[0], dtype=np.float32)[:, None]
    below = head.below_jaw(columns, rows) + 0.1 * head.half_width
    under_jaw = np.clip(0.5 + below / max(1.0, 0.02 * body.unit), 0, 1)
    zone = np.asarray(zone * under_jaw, np.float32)
    if cover is not None:
        zone = _down_to_the_cloth(zone, body, cover, old)
    box = bounds(zone > 0, round(2 * BESIDE * body.unit) + 2)
    if box is None:
        return np.asarray(zone, np.float32)
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    outline = dilate(zone[place] > 0.5, BESIDE * body.unit)
    under = _under_cloth(np.ascontiguousarray(body.labels[place]), old[place], body.unit)
    zone[place] *= np.where(old[place], under, 1)
    # nicks between the skin that stays and what is drawn belong to the neck
    skin = (body.labels[place] == Label.SKIN) & ~old[place]
    whole = without_nicks(zone[place], skin, old[place], body.unit) * under_jaw[place]
    zone[place] = np.maximum(zone[place], np.where(outline, whole, 0))
    return np.asarray(zone, np.float32)


def side_lines(body: Body, head: Head, old: Bools) -> dict[SideName, Points]:
    """Both outlines (n, 2), from beside the chin down the neck and out along the shoulders to the chest's middle."""
    usual = 1.06 * head.neck_half_width
    seen = {side: _seen_side(body, head, old, SIGN[side], usual) for side in SIDES}
    narrowest = {side: float(found[1][0]) for side, found in seen.items() if found is not None}
    result = {}
    for side in SIDES:
        found = seen[side]
        if found is None:
            # necks are the same on both sides
            half = float(np.mean([usual, *narrowest.values()]))
            found = np.array([0.0]), np.array([half])
        result[side] = _side_line(body, head, old, side, found[0], found[1])
    return result


def _down_to_the_cloth(zone: Floats, body: Body, cover: Floats, old: Bools) -> Floats:
    """The coverage (h, w) of the neck, further out than the top of the collar only where skin is seen: shoulders carry
    cloth. From the end of that skin on it goes down to the cloth in a slope."""
    rows = np.arange(cover.shape[0], dtype=np.float32)[:, None]
    columns = np.arange(cover.shape[1])
    solid = cover > 0.5
    top = np.where(solid.any(axis=0), np.argmax(solid, axis=0), cover.shape[0])
    skin = (body.labels == Label.SKIN) & ~old
    aside = (columns - body.neck[0]) / body.unit
    for side in SIDES:
        beside = (SIGN[side] * aside > COLLAR_TIP[0]) & (SIGN[side] * aside < COLLAR_TIP[1])
        if not beside.any() or top[beside].min() >= cover.shape[0]:
            continue
        tip = int(columns[beside][np.argmin(top[beside])])
        line = _slope(skin, top, tip, int(SIGN[side]), body.unit)
        outer = (columns - tip) * SIGN[side] > 0
        above = outer & (rows < top) & (rows > np.minimum(top - SHOULDER_COVER * body.unit, line - 1))
        bare = np.asarray(np.clip(0.5 + (rows - line) / 1.5, 0, 1), np.float32)
        zone = np.where(above, np.where(old, bare, np.minimum(zone, bare)), zone)
    return zone


def _slope(skin: Bools, top: NDArray[np.int64], tip: int, sign: int, unit: float) -> Points:
    """The row (w,) above which nothing is bare: of the skin that is seen from the collar's tip outwards, and from its
    end on down to the cloth, whose upper rows are `top`."""
    line = top.astype(float)
    seen: list[tuple[int, float]] = []
    deepest = 0
    for column in range(tip - sign * round(SLOPE_FROM * unit), len(top) if sign > 0 else -1, sign):
        if not 0 <= column < len(top) or top[column] >= skin.shape[0]:
            return line
        first = max(0, int(top[column] - SLOPE_RISE * unit))
        found = skin[first : top[column], column]
        if found.any() and not found[0]:
            seen.append((column, float(first + np.argmax(found))))
            deepest = max(deepest, int(np.count_nonzero(found)))
        elif found.any():  # a neck beside a collar
            seen = []
        else:  # the end of the shoulder, or a scrap beside the neck further out
            break
        if not seen and sign * (column - tip) > SLOPE_FROM * unit:
            return line
    # scraps beside a neck stick out, shoulders fall
    falls = bool(seen) and seen[-1][1] - seen[0][1] >= SLOPE * len(seen)
    if deepest < SLOPE_DEPTH * unit or not (falls or len(seen) >= SLOPE_LENGTH * unit):
        return line
    columns, levels = np.array(seen).T
    beyond = sign * (np.arange(len(top)) - columns[-1])
    gap = line[int(columns[-1])] - levels[-1]
    slope = np.maximum(levels[-1] + SLOPE * beyond, line - np.maximum(gap - MEETING * beyond, 0))
    line = np.where(beyond > 0, np.minimum(slope, line), line)
    line[columns.astype(int)] = levels
    return line


def _under_cloth(labels: NDArray[np.uint8], old: Bools, unit: float) -> Floats:
    """Coverage (h, w): what cloth covered ends a cloth's thickness inside its outline, and more smoothly; next to
    skin that is seen there is no step."""
    scene = (labels == Label.BACKGROUND).view(np.uint8)
    size = 2 * round(0.03 * unit) + 1
    from_skin = np.clip(distance_to((labels == Label.SKIN) & ~old) / (STEPLESS * unit), 0, 1)
    away = distance_to(cv2.medianBlur(scene, min(size, 255)) > 0) - THICKNESS * unit * from_skin
    away = cv2.GaussianBlur(away, (0, 0), 0.012 * unit + 0.5)
    return np.asarray(np.clip(0.5 + away / 1.5, 0, 1), np.float32)


def _axis(body: Body, head: Head, share: Points) -> Points:
    """Points (n, 2) from the head's stem (0) to between the shoulder joints (1)."""
    return head.neck_top + share[:, None] * (body.neck - head.neck_top)


def _seen_side(body: Body, head: Head, old: Bools, sign: float, usual: float) -> tuple[Points, Points] | None:
    """Where one side of the neck is seen: shares (n,) of the axis, and the side's distances from it in pixels.

    They begin at the narrowest place and grow from there on, as necks do; None where too little of it is seen.
    """
    origin = _axis(body, head, LEVELS)
    distance = np.arange(0.25, SIDE_RANGE[1] + FLARED, 0.02) * usual
    points = origin[:, None] + sign * body.across * distance[None, :, None]
    column, row = np.rint(points[..., 0]).astype(int), np.rint(points[..., 1]).astype(int)
    inside = (column >= 0) & (column < old.shape[1]) & (row >= 0) & (row < old.shape[0])
    column, row = np.clip(column, 0, old.shape[1] - 1), np.clip(row, 0, old.shape[0] - 1)
    label, gone = body.labels[row, column], old[row, column] | ~inside
    # shaded sides of a neck are often taken for hair; where hair hides them they end nowhere
    skin = np.isin(label, (Label.SKIN, Label.HAIR)) & ~gone
    scene = (label == Label.BACKGROUND) & inside
    below = head.below_jaw(points[..., 0].astype(np.float32), points[..., 1].astype(np.float32))
    ends = np.argmin(skin, axis=1)
    reach = max(2, round(SEAM * body.unit / (0.02 * usual)))
    shares, halves = [], []
    for level, end in enumerate(ends):
        widest = SIDE_RANGE[1] + FLARED * max(0.0, LEVELS[level] - FLARE)
        own = label[level, max(0, end - reach) : end]
        if (
            skin[level, 0]
            and end > 0
            and (own == Label.SKIN).any()
            and below[level, end] > 0.1 * head.half_width
            and scene[level, end : end + reach].any()
            and SIDE_RANGE[0] * usual < distance[end] < widest * usual
        ):
            shares.append(LEVELS[level])
            halves.append(distance[end])
    if len(shares) < LEAST_LEVELS:
        return None
    half = np.array(halves)
    smooth = np.array([np.median(half[max(0, i - 2) : i + 3]) for i in range(len(half))])
    first = int(np.argmin(smooth))
    return np.array(shares[first:]), np.maximum.accumulate(smooth[first:])


def _under_face(body: Body, head: Head, old: Bools, sign: float, shares: Points, length: float) -> Points:
    """How far (n,), in pixels from the axis, the neck's side may lie at shares of it: beside the jaw no further out
    than the face is seen, from there on a little further with every level."""
    origin = _axis(body, head, shares)
    distance = np.arange(0.0, 2.6, 0.02) * head.neck_half_width
    points = origin[:, None] + sign * body.across * distance[None, :, None]
    column, row = np.rint(points[..., 0]).astype(int), np.rint(points[..., 1]).astype(int)
    inside = (column >= 0) & (column < old.shape[1]) & (row >= 0) & (row < old.shape[0])
    column, row = np.clip(column, 0, old.shape[1] - 1), np.clip(row, 0, old.shape[0] - 1)
    seen = np.isin(body.labels[row, column], (Label.SKIN, Label.HAIR)) & ~old[row, column] & inside
    edge = distance[np.argmin(seen, axis=1)]
    beside = (shares < JAW_END) & seen[:, 0] & ~seen[:, -1]
    if not beside.any():
        return np.full(len(shares), np.inf)
    last = int(np.flatnonzero(beside)[-1])
    limit = np.where(beside, edge, np.inf)
    limit[last + 1 :] = edge[last] + SPREADING * length * (shares[last + 1 :] - shares[last])
    return limit


def _side_line(body: Body, head: Head, old: Bools, side: SideName, shares: Points, halves: Points) -> Points:
    """One side's outline (n, 2): straight down to the first of the given places, through them, out to the shoulder."""
    sign = SIGN[side]
    length = max(float((body.neck - head.neck_top) @ body.down), 1.0)
    flare = float(np.clip(1 - FLARE_RISE * body.unit / length, 0.1, FLARE))
    levels = np.r_[-0.35, shares, max(flare, shares[-1] + 0.01)]
    widths = np.r_[halves[0], halves, halves[-1]]
    fine = np.linspace(levels[0], levels[-1], 40)
    widths = np.minimum(np.interp(fine, levels, widths), _under_face(body, head, old, sign, fine, length))
    upper = _axis(body, head, fine) + sign * body.across * widths[:, None]
    crown = body.arms[side].axis[0] - SHOULDER_RISE * body.unit * body.down
    foot = 0.35 * upper[-1] + 0.65 * (body.neck_foot[side] + 0.03 * body.unit * body.down)
    foot = foot + sign * body.across * max(0.0, halves[-1] * 1.05 - float((foot - body.neck) @ body.across) * sign)
    share = np.linspace(0, 1, 13)[1:, None]
    slope = (1 - share) ** 2 * upper[-1] + 2 * share * (1 - share) * foot + share**2 * crown
    chest = body.point(sign * float(body.bare_half_width[1]), 0.2)
    return np.concatenate([upper, slope, chest])
