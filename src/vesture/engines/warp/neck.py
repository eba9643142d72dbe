"""The outline of the bare neck, where a collar is taken away: as wide as what is seen of it, and down to the shoulders.

Takes the body and what goes; gives a coverage map. Without a face in the picture a usual neck is drawn.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body import SIDES, SIGN, Body, SideName
from vesture.engines.warp.head import Head
from vesture.engines.warp.joint import without_nicks
from vesture.engines.warp.patch import bounds
from vesture.engines.warp.silhouettes import filled, neck_zone
from vesture.vision.masks import distance_to
from vesture.vision.parsing import Label

Floats = NDArray[np.float32]
Points = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEVELS = np.linspace(0.1, 0.75, 14)  # shares of the way from chin to shoulder joints at which its sides are looked for
SIDE_RANGE = (0.7, 1.4)  # of the usual half-width, a side may lie from the middle
LEAST_LEVELS = 3
SHOULDER_RISE = 0.11  # units of the bare shoulder above its joint
THICKNESS = 0.035  # units that cloth stands off neck and shoulders
STEPLESS = 0.12  # units from the skin that is seen within which that thickness begins
FLARE = 0.42  # share of the way at which the shoulder's slope begins


def bare_neck(shape: tuple[int, int], body: Body, old: Bools) -> Floats:
    """Coverage (h, w) of the bare neck and the shoulders' upper side.

    Args:
        old: (h, w) what is taken away; sides of the neck count where the scene or hair ends them.
    """
    head = body.head
    if head is None or float((body.neck - head.chin) @ body.down) < 0.1 * body.unit:
        return neck_zone(shape, body)
    sides = {side: _neck_side(body, head, old, SIGN[side]) for side in SIDES}
    outlines = {side: _side_line(body, head, side, sides[side]) for side in SIDES}
    zone = filled(shape, np.concatenate([outlines["left"], outlines["right"][::-1]]))
    columns, rows = np.arange(shape[1], dtype=np.float32)[None], np.arange(shape[0], dtype=np.float32)[:, None]
    below = head.below_jaw(columns, rows) + 0.1 * head.half_width
    under_jaw = np.clip(0.5 + below / max(1.0, 0.02 * body.unit), 0, 1)
    zone = zone * under_jaw
    box = bounds(zone > 0)
    if box is None:
        return np.asarray(zone, np.float32)
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    under = _under_cloth(np.ascontiguousarray(body.labels[place]), old[place], body.unit)
    zone[place] *= np.where(old[place], under, 1)
    # nicks between the skin that stays and what is drawn belong to the neck
    skin = (body.labels == Label.SKIN) & ~old
    return np.asarray(np.maximum(zone, without_nicks(zone, skin, old, body.unit) * under_jaw), np.float32)


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
    """Points (n, 2) from the chin (0) to between the shoulder joints (1)."""
    return head.chin + share[:, None] * (body.neck - head.chin)


def _neck_side(body: Body, head: Head, old: Bools, sign: float) -> float:
    """Distance in pixels of one side of the neck from its axis, by what is seen or else as usual."""
    usual = 1.06 * head.neck_half_width
    origin = _axis(body, head, LEVELS)
    distance = np.linspace(0.3, 1.6, 53) * usual
    points = origin[:, None] + sign * body.across * distance[None, :, None]
    column, row = np.rint(points[..., 0]).astype(int), np.rint(points[..., 1]).astype(int)
    inside = (column >= 0) & (column < old.shape[1]) & (row >= 0) & (row < old.shape[0])
    column, row = np.clip(column, 0, old.shape[1] - 1), np.clip(row, 0, old.shape[0] - 1)
    label, gone = body.labels[row, column], old[row, column]
    skin = (label == Label.SKIN) & ~gone & inside
    below = head.below_jaw(points[:, 0, 0], points[:, 0, 1]) > 0.1 * head.half_width
    ends = np.argmin(skin, axis=1)
    found = []
    for level in range(len(LEVELS)):
        end = ends[level]
        # the seam of mixed pixels along an edge counts as gone; what lies right behind it tells
        behind = label[level, end : end + 4]
        if below[level] and skin[level, 0] and end > 0 and np.isin(behind, (Label.BACKGROUND, Label.HAIR)).any():
            found.append(distance[end])
    if len(found) < LEAST_LEVELS:
        return usual
    return float(np.clip(np.median(found), SIDE_RANGE[0] * usual, SIDE_RANGE[1] * usual))


def _side_line(body: Body, head: Head, side: SideName, half: float) -> Points:
    """One side's outline (n, 2) from beside the chin down the neck, out along the shoulder, to the chest's middle."""
    sign = SIGN[side]
    shares = np.array([-0.35, 0.0, FLARE])
    upper = _axis(body, head, shares) + sign * body.across * half
    crown = body.arms[side].axis[0] - SHOULDER_RISE * body.unit * body.down
    foot = 0.35 * upper[-1] + 0.65 * (body.neck_foot[side] + 0.05 * body.unit * body.down)
    foot = foot + sign * body.across * max(0.0, half * 1.05 - float((foot - body.neck) @ body.across) * sign)
    share = np.linspace(0, 1, 13)[1:, None]
    slope = (1 - share) ** 2 * upper[-1] + 2 * share * (1 - share) * foot + share**2 * crown
    chest = body.point(sign * float(body.bare_half_width[1]), 0.2)
    return np.concatenate([upper, slope, chest])
