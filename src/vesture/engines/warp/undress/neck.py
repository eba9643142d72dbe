"""The outline of the bare neck, where a collar is taken away: a column from the jaw that flares into the shoulders.

Takes the body and what goes; gives a coverage map. Where the neck's edge is seen the outline follows it and goes on
from there; elsewhere, and without a face in the picture, a usual neck is drawn.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Body
from vesture.engines.warp.body.head import Head
from vesture.engines.warp.body.silhouettes import filled, neck_zone
from vesture.engines.warp.picture.patch import bounds
from vesture.engines.warp.undress.joint import without_nicks
from vesture.engines.warp.undress.neck_sides import side_lines
from vesture.vision.masks import dilate, distance_to
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Points = NDArray[np.float64]
Bools = NDArray[np.bool_]

THICKNESS = 0.035  # units that cloth stands off neck and shoulders
STEPLESS = 0.12  # units from the skin that is seen within which that thickness begins
COLLAR_TIP = (0.08, 0.5)  # units from the middle between which the top of a collar or strap lies
SHOULDER_COVER = 0.1  # units above the cloth within which no shoulder is seen
# units on both sides of the collar's tip between which a bare shoulder begins, how high above the cloth, and how much
# of it is enough to be no scrap where it falls less than it does on under the cloth
SLOPE_FROM, SLOPE_RISE, SLOPE_LENGTH, SLOPE = 0.03, 0.12, 0.06, 0.55
SLOPE_DEPTH = 0.04  # units that the skin of a shoulder is high somewhere; less is a scrap beside the neck
MEETING = 1.2  # pixels by which it comes at least nearer to the cloth with each pixel outwards
CHIN_WIDTH, CHIN_HEIGHT = 0.85, 0.4  # half-widths of the face beside the chin and above the jaw that a collar may hide
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
    outline = np.concatenate([outlines["left"], outlines["right"][::-1]])
    zone = filled(shape, outline)
    top, bottom = (int(np.clip(edge, 0, shape[0])) for edge in (outline[:, 1].min() - 1, outline[:, 1].max() + 2))
    left, right = (int(np.clip(edge, 0, shape[1])) for edge in (outline[:, 0].min() - 1, outline[:, 0].max() + 2))
    place = np.s_[top:bottom, left:right]
    columns = np.arange(left, right, dtype=np.float32)[None]
    rows = np.arange(top, bottom, dtype=np.float32)[:, None]
    zone[place] *= _under_jaw(body, head, columns, rows, body.labels[place], old[place])
    if cover is not None:
        zone = _down_to_the_cloth(zone, body, cover, old)
    box = bounds(zone > 0, round(2 * BESIDE * body.unit) + 2)
    if box is None:
        return np.asarray(zone, np.float32)
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    inside = dilate(zone[place] > 0.5, BESIDE * body.unit)
    under = _under_cloth(np.ascontiguousarray(body.labels[place]), old[place], body.unit)
    zone[place] *= np.where(old[place], under, 1)
    # nicks between the skin that stays and what is drawn belong to the neck
    skin = (body.labels[place] == Label.SKIN) & ~old[place]
    columns = np.arange(box[1], box[3], dtype=np.float32)[None]
    rows = np.arange(box[0], box[2], dtype=np.float32)[:, None]
    whole = without_nicks(zone[place], skin, old[place], body.unit)
    whole *= _under_jaw(body, head, columns, rows, body.labels[place], old[place])
    zone[place] = np.maximum(zone[place], np.where(inside, whole, 0))
    return np.asarray(zone, np.float32)


def _under_jaw(body: Body, head: Head, columns: Floats, rows: Floats, labels: NDArray[np.uint8], old: Bools) -> Floats:
    """How far (h, w) a neck may be bare: below the jaw, and on the chin where a collar stood before that."""
    below = head.below_jaw(columns, rows) + 0.1 * head.half_width
    result = np.clip(0.5 + below / max(1.0, 0.02 * body.unit), 0, 1)
    aside = np.abs((rows - head.chin[1]) * head.up[0] - (columns - head.chin[0]) * head.up[1])
    chin = (aside < CHIN_WIDTH * head.half_width) & (below > -CHIN_HEIGHT * head.half_width) & (result < 1)
    # what goes right below a face hid it; up to where the edge of what goes is soft
    row = np.arange(old.shape[0], dtype=np.int32)[:, None]
    above = np.maximum.accumulate(np.where(old, -1, row), axis=0)
    hidden = chin & old & (above >= 0)
    if hidden.any():
        hidden &= np.take_along_axis(labels, np.maximum(above, 0), axis=0) == Label.SKIN
        result = np.where(chin & dilate(hidden, 2), 1, result)
    return np.asarray(result, np.float32)


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
