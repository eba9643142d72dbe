"""Which part of the garment each pixel belongs to.

Takes: the silhouette and the landmark curves. Gives: a label map of `Part`. Knows nothing about pixels' colours.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import Bool, Float
from vesture.vision.garment.types import Part


def label_parts(region: Bool, points: Mapping[str, Float], curves: Mapping[str, Float]) -> NDArray[np.uint8]:
    """(h, w) uint8 of `Part`, non-zero wherever `region` is."""
    parts = np.full(region.shape, Part.TORSO, np.uint8)
    if "crotch" in points:
        _label_legs(parts, points, curves)
    for side, part in (("left", Part.LEFT_SLEEVE), ("right", Part.RIGHT_SLEEVE)):
        if f"sleeve_outer_{side}" in curves:
            _label_sleeve(parts, region, side, part, points, curves)
    return np.where(region, parts, Part.NONE).astype(np.uint8)


def _label_sleeve(
    parts: NDArray[np.uint8],
    region: Bool,
    side: str,
    part: Part,
    points: Mapping[str, Float],
    curves: Mapping[str, Float],
) -> None:
    """Label one sleeve: its outline's polygon, and what lies nearer to it than to the torso beyond the armhole."""
    outline = np.concatenate([curves[f"sleeve_outer_{side}"], curves[f"sleeve_inner_{side}"][::-1]])
    sleeve = _filled(region.shape, outline)
    torso_edge = np.concatenate(
        [points[f"shoulder_{side}"][None], points[f"armpit_{side}"][None], curves[f"side_{side}"]]
    )
    outward = -1.0 if side == "left" else 1.0
    far = torso_edge[::-1] + np.array([outward * 4 * region.shape[1], 0], np.float32)
    beyond = _filled(region.shape, np.concatenate([torso_edge, far]))
    torso = region & ~sleeve & ~beyond
    near_sleeve = cv2.distanceTransform((~sleeve).astype(np.uint8), cv2.DIST_L2, 3)
    near_torso = cv2.distanceTransform((~torso).astype(np.uint8), cv2.DIST_L2, 3)
    parts[region & (sleeve | (beyond & (near_sleeve < near_torso)))] = part


def _label_legs(parts: NDArray[np.uint8], points: Mapping[str, Float], curves: Mapping[str, Float]) -> None:
    """Label the legs: below the level of the crotch, parted along the inner seams' middle."""
    height, width = parts.shape
    crotch = points["crotch"]
    rows = np.arange(height, dtype=np.float32)
    inner = []
    for side in ("left", "right"):
        curve = curves[f"leg_inner_{side}"]
        order = np.argsort(curve[:, 1])
        inner.append(np.interp(rows, curve[order, 1], curve[order, 0]))
    middle = (inner[0] + inner[1]) / 2
    columns = np.arange(width, dtype=np.float32)[None]
    below = (rows > crotch[1])[:, None]
    parts[below & (columns < middle[:, None])] = Part.LEFT_LEG
    parts[below & (columns >= middle[:, None])] = Part.RIGHT_LEG


def _filled(shape: tuple[int, ...], outline: Float) -> Bool:
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round(np.clip(outline, -9999, 9999) * 8).astype(np.int32)], 1, shift=3)
    return mask > 0
