"""Landmarks and curves of a garment as its outline alone shows them.

Takes: a `Cutout` and the kind of garment. Gives: an `Outline`. Knows nothing about necklines inside the silhouette.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vesture.vision.garment.backdrop import Float
from vesture.vision.garment.cutout import Cutout
from vesture.vision.garment.shape import SIDES, Side, half, resample, smooth_path, to_image, without_middle_holes
from vesture.vision.garment.sides import SideOutline, measure_lower, measure_upper
from vesture.vision.garment.types import GarmentKind

CURVE_POINTS = 24


@dataclass(frozen=True, slots=True)
class Outline:
    """What the outline shows, in pixels of the measuring scale.

    Attributes:
        points, curves: as `Garment` names them; no neckline.
        sure: 0..1, how plainly the weaker side shows its landmarks.
        agreement: 0..1, how well the two sides mirror each other.
        stand: how far the collar stands above the shoulders, in half chests.
        hooded: whether a hood stands above the collar corners.
        see_through: the silhouette's own upper edge, (n, 2), where the backdrop shows between the shoulders.
    """

    points: dict[str, Float]
    curves: dict[str, Float]
    sure: float
    agreement: float
    stand: float
    hooded: bool
    see_through: Float | None

    @property
    def has_sleeves(self) -> bool:
        return any(name.startswith("sleeve_") for name in self.curves)


def read_outline(cutout: Cutout, kind: GarmentKind) -> Outline:
    """Measure both sides of the silhouette; a side that can't be read is taken from the other."""
    left, right, agreement = _measure(cutout, kind)
    points, curves = _landmarks(kind, left, right, cutout.axis)
    upper = kind in ("top", "dress", "jumpsuit")
    whole = None
    if upper and _is_see_through(left, right):
        whole = _across(left.path[: left.at["collar"] + 1], right.path[: right.at["collar"] + 1], cutout.axis)
        whole = resample(smooth_path(resample(whole, 61), 1.0), CURVE_POINTS * 2)
    return Outline(
        points,
        curves,
        min(left.confidence, right.confidence),
        agreement,
        (left.stand + right.stand) / 2,
        left.hooded or right.hooded,
        whole,
    )


def _measure(cutout: Cutout, kind: GarmentKind) -> tuple[SideOutline, SideOutline, float]:
    """Both sides' outlines; a side that can't be read is taken from the other. The third value is their agreement."""
    whole = without_middle_holes(cutout.region, cutout.axis)
    blurred = cv2.GaussianBlur(cutout.lab, (0, 0), 1.0)
    edges = np.abs(cv2.Sobel(blurred, cv2.CV_32F, 1, 0, ksize=3) / 8)
    edges = np.maximum(np.maximum(edges[..., 0], edges[..., 1]), edges[..., 2])
    halves = {side: np.ascontiguousarray(half(whole, cutout.axis, side)) for side in SIDES}
    if kind in ("trousers", "skirt"):
        left, right = (measure_lower(halves[side], kind == "trousers") for side in SIDES)
        return left, right, _agreement(left, right, cutout.region.shape[0])
    seams = {side: np.ascontiguousarray(half(edges, cutout.axis, side)) for side in SIDES}
    legs = kind == "jumpsuit"
    left, right = (measure_upper(halves[side], seams[side], legs) for side in SIDES)
    if left.has_sleeve and not right.has_sleeve:
        right = measure_upper(halves["right"], seams["right"], legs, eager=True)
    elif right.has_sleeve and not left.has_sleeve:
        left = measure_upper(halves["left"], seams["left"], legs, eager=True)
    if left.has_sleeve != right.has_sleeve:
        sleeved = left if left.has_sleeve else right
        return sleeved, sleeved, 0.4
    agreement = _agreement(left, right, cutout.region.shape[0])
    if agreement < 0.9 and left.confidence != right.confidence:
        better = left if left.confidence > right.confidence else right
        return better, better, agreement
    return left, right, agreement


def _agreement(left: SideOutline, right: SideOutline, height: int) -> float:
    """1 when the two sides mirror each other, down to 0.2 when they differ by a quarter of the height."""
    name = "armpit" if "armpit" in left.at else "waist"
    miss = float(np.linalg.norm(left.point(name) - right.point(name))) / height
    return float(np.clip(1.15 - 4 * miss, 0.2, 1))


def _landmarks(
    kind: GarmentKind, left: SideOutline, right: SideOutline, axis: float
) -> tuple[dict[str, Float], dict[str, Float]]:
    points: dict[str, Float] = {}
    curves: dict[str, Float] = {}
    upper = kind in ("top", "dress", "jumpsuit")
    for side, outline in zip(SIDES, (left, right), strict=True):

        def curve(start: str, end: str, outline: SideOutline = outline, side: Side = side) -> Float:
            return to_image(resample(outline.between(start, end), CURVE_POINTS), axis, side)

        for name in outline.at:
            if name != "crotch":
                target = name if upper or not name.startswith("leg_") else name.removeprefix("leg_")
                points[f"{target}_{side}"] = to_image(outline.point(name), axis, side)
        start = "armpit" if upper else "waist"
        end = "leg_cuff_outer" if "crotch" in outline.at else "hem"
        curves[f"side_{side}"] = curve(start, end)
        if "crotch" in outline.at:
            curves[f"leg_inner_{side}"] = curve("leg_cuff_inner", "crotch")[::-1]
        if upper:
            curves[f"shoulder_{side}"] = curve("collar", "shoulder")
            if not outline.has_sleeve:
                curves[f"armhole_{side}"] = curve("shoulder", "armpit")
        if outline.has_sleeve:
            curves[f"sleeve_outer_{side}"] = curve("shoulder", "cuff_outer")
            curves[f"sleeve_inner_{side}"] = curve("cuff_inner", "armpit")[::-1]
    if "crotch" in left.at:
        both = to_image(left.point("crotch"), axis, "left"), to_image(right.point("crotch"), axis, "right")
        points["crotch"] = (both[0] + both[1]) / np.float32(2)
    if not upper:
        curves["waist"] = _across(left.path[: left.at["waist"] + 1], right.path[: right.at["waist"] + 1], axis)
    if "hem" in left.at:
        curves["hem"] = _across(left.path[left.at["hem"] :][::-1], right.path[right.at["hem"] :][::-1], axis)
    return points, curves


def _across(left: Float, right: Float, axis: float) -> Float:
    """A curve from left to right over the axis, of two halves that begin at the axis."""
    whole = np.concatenate([to_image(left, axis, "left")[::-1], to_image(right, axis, "right")])
    return resample(whole, CURVE_POINTS)


def _is_see_through(left: SideOutline, right: SideOutline) -> bool:
    """Whether the backdrop shows between the shoulders: the silhouette itself is then the neckline."""
    width = left.point("collar")[0] + right.point("collar")[0]
    drops = [side.path[0, 1] - side.point("collar")[1] for side in (left, right)]
    return bool(min(drops) > 0.3 * width and width > 4)
