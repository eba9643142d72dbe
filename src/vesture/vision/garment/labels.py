"""Which part of the garment each pixel belongs to, from the network's belief and the silhouette.

Takes: the network's maps in the garment's frame, the silhouette, its colours and the landmarks. Gives: a label map of
`Part` and the region of the inner back. Knows nothing about outlines.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import Bool, Float, disc
from vesture.vision.garment.shape import SIDES
from vesture.vision.garment.types import GarmentKind, Part
from vesture.vision.guided_filter import guided_filter

INNER = len(Part)  # the network's part after those of `Part`
FAINT = 0.02  # share of the belief spread wide, so that pixels without any go to the nearest part
REACH = 0.015  # radius of the edge-keeping filter, as a share of the longer side
ROOM = 0.025  # round a straight sleeve, as a share of the longer side
TEXTURE = 6.0  # variance of the lightness below which it is no edge


def label_cloth(
    belief: Float,
    region: Bool,
    lab: Float,
    kind: GarmentKind,
    points: Mapping[str, Float],
) -> NDArray[np.uint8]:
    """(h, w) uint8 of `Part`, non-zero wherever `region` is; every part in one piece.

    Args:
        belief: (7, h, w) float32, the network's probabilities.
        region: (h, w) the silhouette.
        lab: (h, w, 3) float32.
        kind: of the garment.
        points: landmarks; a garment with cuffs has sleeves, one with a crotch has legs.
    """
    size = max(region.shape)
    allowed = [int(Part.TORSO)]
    if "cuff_outer_left" in points and kind in ("top", "dress", "jumpsuit"):
        allowed += [Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE]
    if "crotch" in points:
        allowed += [Part.LEFT_LEG, Part.RIGHT_LEG]
    cloth = belief[allowed].copy()
    cloth[0] += belief[INNER]  # what is left of it by the neckline is the front's
    cloth += FAINT * np.stack([cv2.GaussianBlur(part, (0, 0), 0.04 * size) for part in cloth])
    cloth = guided_filter(np.ascontiguousarray(lab[..., 0]), cloth, max(2, round(REACH * size)), TEXTURE)
    labels = np.array(allowed, np.uint8)[cloth.argmax(0)]
    rows = np.arange(region.shape[0])[:, None]
    if "crotch" in points:
        left = cloth[allowed.index(Part.LEFT_LEG)] >= cloth[allowed.index(Part.RIGHT_LEG)]
        below = rows > points["crotch"][1]
        labels = np.where(below, np.where(left, Part.LEFT_LEG, Part.RIGHT_LEG), labels)
        labels = np.where(~below & np.isin(labels, (Part.LEFT_LEG, Part.RIGHT_LEG)), Part.TORSO, labels)
    if Part.LEFT_SLEEVE in allowed:
        for side, part in zip(SIDES, (Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE), strict=True):
            labels = np.where((labels == part) & ~_sleeve_room(region, side, points), Part.TORSO, labels)
            labels = _straight_armhole(labels, side, int(part), points)
    return _in_one_piece(np.where(region, labels, 0).astype(np.uint8), region)


def _sleeve_room(region: Bool, side: str, points: Mapping[str, Float]) -> Bool:
    """(h, w) where a sleeve between these landmarks may lie: round the straight one, up to the gap that parts it from
    the body, and anywhere outside of it."""
    corners = [points[f"{name}_{side}"] for name in ("shoulder", "cuff_outer", "cuff_inner", "armpit")]
    inner, armpit = corners[2], corners[3]
    along = inner - armpit
    rows, columns = np.mgrid[: region.shape[0], : region.shape[1]].astype(np.float32)
    across = along[0] * (rows - armpit[1]) - along[1] * (columns - armpit[0])
    outside = across > 0 if side == "left" else across < 0
    room = np.zeros(region.shape, np.uint8)
    cv2.fillConvexPoly(room, cv2.convexHull(np.round(np.stack(corners)).astype(np.int32)), 1)
    room = cv2.dilate(room, disc(ROOM * max(region.shape)))
    gap = np.argwhere(~region & ~outside & _within(rows, armpit[1], inner[1]) & _within(columns, inner[0], armpit[0]))
    if len(gap):
        cv2.fillConvexPoly(room, np.round(np.stack([armpit, gap[0, ::-1], inner])).astype(np.int32), 1)
    return np.asarray((room > 0) | outside)


def _within(values: Float, one: float, other: float) -> Bool:
    return np.asarray((values > min(one, other)) & (values < max(one, other)))


def _straight_armhole(
    labels: NDArray[np.uint8], side: str, part: int, points: Mapping[str, Float]
) -> NDArray[np.uint8]:
    """Above the armpit a sleeve begins at the line from the shoulder's tip to the armpit."""
    tip, armpit = points[f"shoulder_{side}"], points[f"armpit_{side}"]
    height, width = labels.shape
    rows, columns = np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32)
    line = np.interp(rows, [tip[1], max(armpit[1], tip[1] + 1)], [tip[0], armpit[0]])[:, None]
    outside = columns[None] < line if side == "left" else columns[None] > line
    above = (rows < armpit[1])[:, None]
    moved = np.where(above & outside, part, labels)
    return np.where(above & ~outside & (moved == part), Part.TORSO, moved)


def _in_one_piece(labels: NDArray[np.uint8], region: Bool) -> NDArray[np.uint8]:
    """Scraps cut off from the largest piece of their part go to the part that lies nearest."""
    main = np.zeros_like(labels)
    for part in (int(value) for value in np.unique(labels) if value):
        count, names, stats, _ = cv2.connectedComponentsWithStats((labels == part).astype(np.uint8), connectivity=4)
        if count > 1:
            main[names == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))] = part
    if not main.any():
        return labels
    _, nearest = cv2.distanceTransformWithLabels(
        (main == 0).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner = np.zeros(int(nearest.max()) + 1, np.uint8)
    owner[nearest[main > 0]] = main[main > 0]
    return np.where(region, owner[nearest], 0).astype(np.uint8)
