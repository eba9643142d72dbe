"""Outlines between landmarks, walked along the rims of a garment's parts.

Takes: label maps of parts and landmarks near them. Gives: the curves of a `Garment`. Knows nothing about colours and
about how parts and landmarks were found.

Parts that touch or overlap have rims of their own, so sleeves that lie on the body and legs that lie side by side are
walked in the same way as sleeves and legs with a gap between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import Bool, Float
from vesture.vision.garment.shape import SIDES, largest, resample, smooth_path
from vesture.vision.garment.types import GarmentKind, Part

CURVE_POINTS = 24
SMOOTHING = 1.6
LONGEST_WAY = 2.2  # of the straight way between two landmarks
SLEEVE = {"left": Part.LEFT_SLEEVE, "right": Part.RIGHT_SLEEVE}
LEG = {"left": Part.LEFT_LEG, "right": Part.RIGHT_LEG}


@dataclass(frozen=True, slots=True)
class Ring:
    """The closed rim (n, 2) of a region, one point per pixel."""

    path: Float

    @staticmethod
    def of(region: Bool) -> Ring | None:
        """The rim of the largest piece of `region`; None where there is nothing to walk round."""
        contours, _ = cv2.findContours(largest(region).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        path = max(contours, key=len)[:, 0].astype(np.float32) if contours else np.zeros((0, 2), np.float32)
        return Ring(path) if len(path) > 12 else None

    def near(self, point: Float) -> int:
        """Index of the rim point nearest to `point`."""
        return int(np.argmin(((self.path - point) ** 2).sum(1)))

    def walk(self, start: Float, end: Float, avoiding: Sequence[Float]) -> Float:
        """The rim from the point nearest to `start` to that nearest to `end`, the way that `avoiding` points do not
        lie on; where both ways have as many of them, the shorter."""
        first, last, count = self.near(start), self.near(end), len(self.path)
        forward = np.arange(first, first + (last - first) % count + 1) % count
        backward = np.arange(first, first - (first - last) % count - 1, -1) % count
        met = [sum(self.near(point) in set(way[2:-2].tolist()) for point in avoiding) for way in (forward, backward)]
        choice = (forward, backward)[int(np.lexsort(([len(forward), len(backward)], met))[0])]
        path = self.path[choice]
        length = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum()) if len(path) > 1 else 0.0
        if length > LONGEST_WAY * float(np.linalg.norm(end - start)) + 12:  # the wrong way round, or round a scrap
            path = np.stack([start, end]).astype(np.float32)
        return resample(smooth_path(path, SMOOTHING), CURVE_POINTS)


def walk_curves(labels: NDArray[np.uint8], kind: GarmentKind, points: Mapping[str, Float]) -> dict[str, Float] | None:
    """The curves of a garment of `kind` (see `Garment.curves`, neckline excepted); None where parts are missing.

    Args:
        labels: (h, w) of `Part`.
        points: landmarks as `Garment.points` names them; sleeves are walked if they have cuffs.
    """
    whole = Ring.of(labels > 0)
    if whole is None:
        return None
    if kind in ("trousers", "skirt"):
        return _lower(whole, labels, points)
    body = Ring.of(~np.isin(labels, (Part.NONE, *SLEEVE.values())))
    if body is None:
        return None
    curves: dict[str, Float] = {}
    bottom = "leg_cuff_outer" if kind == "jumpsuit" else "hem"
    for side, other in zip(SIDES, SIDES[::-1], strict=True):
        collar, tip, armpit = (points[f"{name}_{side}"] for name in ("collar", "shoulder", "armpit"))
        end, far = points[f"{bottom}_{side}"], [points[f"{bottom}_{other}"], points[f"armpit_{other}"]]
        curves[f"shoulder_{side}"] = whole.walk(collar, tip, [end, *far])
        curves[f"side_{side}"] = body.walk(armpit, end, [tip, *far])
        if f"cuff_outer_{side}" not in points:
            curves[f"armhole_{side}"] = whole.walk(tip, armpit, [collar, end, *far])
        else:
            sleeve = Ring.of(labels == SLEEVE[side])
            if sleeve is None:
                return None
            outer, inner = points[f"cuff_outer_{side}"], points[f"cuff_inner_{side}"]
            curves[f"sleeve_outer_{side}"] = sleeve.walk(tip, outer, [armpit, inner])
            curves[f"sleeve_inner_{side}"] = sleeve.walk(armpit, inner, [tip, outer])
    if kind != "jumpsuit":
        tops = [points[f"armpit_{side}"] for side in SIDES]
        curves["hem"] = body.walk(points["hem_left"], points["hem_right"], tops)
        return curves
    legs = _legs(labels, {name: point for name, point in points.items() if name.startswith(("leg_", "crotch"))})
    return None if legs is None else curves | legs


def _lower(whole: Ring, labels: NDArray[np.uint8], points: Mapping[str, Float]) -> dict[str, Float] | None:
    legs = "crotch" in points
    end = "cuff_outer" if legs else "hem"
    ends = [points[f"{end}_{side}"] for side in SIDES]
    waist = [points[f"waist_{side}"] for side in SIDES]
    curves = {
        "waist": whole.walk(waist[0], waist[1], ends),
        "side_left": whole.walk(waist[0], ends[0], [waist[1], ends[1]]),
        "side_right": whole.walk(waist[1], ends[1], [waist[0], ends[0]]),
    }
    if not legs:
        return curves | {"hem": whole.walk(ends[0], ends[1], waist)}
    named = {name if name == "crotch" else f"leg_{name}": point for name, point in points.items()}
    inner = _legs(labels, named)
    return None if inner is None else curves | inner


def _legs(labels: NDArray[np.uint8], points: Mapping[str, Float]) -> dict[str, Float] | None:
    curves = {}
    for side in SIDES:
        leg = Ring.of(labels == LEG[side])
        if leg is None:
            return None
        inner, outer = points[f"leg_cuff_inner_{side}"], points[f"leg_cuff_outer_{side}"]
        curves[f"leg_inner_{side}"] = leg.walk(points["crotch"], inner, [outer])
    return curves
