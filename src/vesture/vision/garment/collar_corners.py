"""Collar corners of round necks, where the outline bends too far out and the network knows better.

Takes: the silhouette, landmarks and curves, the network's points. Gives: landmarks and curves. Knows nothing about
pictures.

The shoulder's line of a flat garment often runs on smoothly over the ribbing, or is creased: the outline then bends
where the ribbing is sewn on, or anywhere, and the corner that both edges of the collar spring from lies further in.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vesture.vision.garment.backdrop import Bool, Float
from vesture.vision.garment.shape import SIDES

FURTHER_IN = 0.09  # collar widths that the network's corner lies inside the outline's, at least on one side
ALSO_IN = 0.04  # and on the other then
FURTHEST = 0.35  # more is another place
LOWER = 0.03  # collar widths; a place that lies lower lies beyond the corner, on the back's rim
SURE = 0.5


def inner_corners(
    region: Bool,
    points: Mapping[str, Float],
    curves: Mapping[str, Float],
    seen: Mapping[str, Float],
    confidence: Mapping[str, float],
) -> tuple[dict[str, Float], dict[str, Float]]:
    """`points` and `curves` with collar corners where the network has `seen` them, if that is well inside.

    Args:
        region: (h, w) the silhouette.
        points, curves: of the garment.
        seen, confidence: the network's points and how sure it is of each.
    """
    points, curves = dict(points), dict(curves)
    width = float(points["collar_right"][0] - points["collar_left"][0])
    inward = {"left": 1, "right": -1}
    moves = {
        side: inward[side] * float(seen[f"collar_{side}"][0] - points[f"collar_{side}"][0]) / max(width, 1e-6)
        for side in SIDES
        if confidence[f"collar_{side}"] > SURE
    }
    moves = {side: move for side, move in moves.items() if ALSO_IN < move < FURTHEST}
    if not moves or max(moves.values()) < FURTHER_IN:
        return points, curves
    for side in moves:
        old = points[f"collar_{side}"]
        columns = np.arange(round(float(seen[f"collar_{side}"][0])), round(float(old[0])), -inward[side])
        columns = columns[(columns >= 0) & (columns < region.shape[1])]
        columns = columns[region[:, columns].any(0)]
        ridge = np.stack([columns, np.argmax(region[:, columns], axis=0)], 1).astype(np.float32)
        if (
            not len(ridge) or ridge[0, 1] > max(old[1], ridge[-1, 1]) + LOWER * width
        ):  # the other side's may lie outside
            continue
        points[f"collar_{side}"] = ridge[0]
        if f"shoulder_{side}" in curves:
            curves[f"shoulder_{side}"] = np.concatenate([ridge, curves[f"shoulder_{side}"]]).astype(np.float32)
    return points, curves
