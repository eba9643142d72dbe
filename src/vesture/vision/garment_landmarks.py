"""Understanding a product photo of a garment: mask, kind, landmarks, neckline and parts.

Takes: a `Picture` of one garment without a wearer and the category that was asked. Gives: a `Garment`.
Knows nothing about persons and engines. Garments on a model are read from the model's body instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import Category, Picture
from vesture.vision.garment_backdrop import Bool, Float
from vesture.vision.garment_cutout import Cutout, Frame, cut_out
from vesture.vision.garment_kind import find_kind
from vesture.vision.garment_mask import separate
from vesture.vision.garment_neckline import Neckline, find_neckline, opening
from vesture.vision.garment_parts import label_parts
from vesture.vision.garment_shape import (
    SIDES,
    half,
    resample,
    smooth_path,
    to_image,
    without_middle_holes,
)
from vesture.vision.garment_sides import SideOutline, measure_lower, measure_upper
from vesture.vision.garment_types import Garment, GarmentKind

if TYPE_CHECKING:
    from vesture.vision.garment_network import GarmentNetwork

CURVE_POINTS = 24


@dataclass(frozen=True, slots=True)
class FlatReading:
    """A garment read from a photo of it alone, and where it lies in that photo."""

    garment: Garment
    frame: Frame


def understand(picture: Picture, category: Category, network: GarmentNetwork | None = None) -> Garment:
    """Read a garment from a photo of it alone (lying, hanging, on a ghost mannequin or cut out).

    Args:
        picture: the photo.
        category: what the garment was said to be.
        network: what reads the parts and points that no outline shows; without it the outline has to do.

    Raises:
        GarmentNotFound: no garment stands out from the photo, or it is of another category.
    """
    return read_flat(picture, category, network).garment


def read_flat(picture: Picture, category: Category, network: GarmentNetwork | None = None) -> FlatReading:
    """As `understand`, with the garment's place in the photo."""
    mask = separate(picture)
    cutout = cut_out(picture, mask)
    kind, doubts = find_kind(cutout.region, cutout.axis, category)
    left, right, agreement = _measure(cutout, kind)
    points, curves = _landmarks(kind, left, right, cutout.axis)
    confidence = {
        "mask": mask.confidence,
        "landmarks": float(np.clip(cutout.overlap * 1.1, 0, 1) * min(left.confidence, right.confidence) * agreement),
        "sleeves": float(agreement * min(left.confidence, right.confidence)),
    }
    region = cutout.region
    alpha = cutout.alpha
    if kind in ("top", "dress", "jumpsuit"):
        stand = (left.stand + right.stand) / 2
        neckline = find_neckline(cutout.lab, region, points["collar_left"], points["collar_right"], stand)
        curves["neckline"] = resample(neckline.curve, CURVE_POINTS)
        if _is_see_through(region, left, right):
            whole = _across(left.path[: left.at["collar"] + 1], right.path[: right.at["collar"] + 1], cutout.axis)
            neckline = Neckline(resample(smooth_path(resample(whole, 61), 1.0), CURVE_POINTS * 2), 1.0, 0.9)
            curves["neckline"] = resample(neckline.curve, CURVE_POINTS)
        points["neck_front"] = neckline.curve[int(np.argmax(neckline.curve[:, 1]))]
        confidence["neckline"] = neckline.confidence
        hooded = left.hooded or right.hooded
        alpha = _without_opening(alpha, neckline, cutout.scale, hooded)
        region = region & ~_opening(region.shape, neckline.curve, hooded)
    parts = label_parts(region, points, curves)
    garment = _assemble(cutout, alpha, parts, kind, points, curves, confidence, mask.warnings + doubts)
    return FlatReading(garment, cutout.frame)


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

        def curve(start: str, end: str, outline: SideOutline = outline, side: str = side) -> Float:
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
        if outline.has_sleeve:
            curves[f"sleeve_outer_{side}"] = curve("shoulder", "cuff_outer")
            curves[f"sleeve_inner_{side}"] = curve("cuff_inner", "armpit")[::-1]
    if "crotch" in left.at:
        points["crotch"] = (
            to_image(left.point("crotch"), axis, "left") + to_image(right.point("crotch"), axis, "right")
        ) / 2
    if not upper:
        curves["waist"] = _across(left.path[: left.at["waist"] + 1], right.path[: right.at["waist"] + 1], axis)
    if "hem" in left.at:
        curves["hem"] = _across(left.path[left.at["hem"] :][::-1], right.path[right.at["hem"] :][::-1], axis)
    return points, curves


def _across(left: Float, right: Float, axis: float) -> Float:
    """A curve from left to right over the axis, of two halves that begin at the axis."""
    whole = np.concatenate([to_image(left, axis, "left")[::-1], to_image(right, axis, "right")])
    return resample(whole, CURVE_POINTS)


def _is_see_through(region: Bool, left: SideOutline, right: SideOutline) -> bool:
    """Whether the backdrop shows between the shoulders: the silhouette itself is then the neckline."""
    width = left.point("collar")[0] + right.point("collar")[0]
    drops = [side.path[0, 1] - side.point("collar")[1] for side in (left, right)]
    return bool(min(drops) > 0.3 * width and width > 4)


def _opening(shape: tuple[int, ...], curve: Float, hooded: bool) -> Bool:
    """(h, w) what the neckline cuts away: the inner back, and all of a hood that stands above the collar."""
    hole = opening((shape[0], shape[1]), curve)
    if hooded:
        columns = np.arange(shape[1], dtype=np.float32)
        level = np.interp(columns, [curve[0, 0], curve[-1, 0]], [curve[0, 1], curve[-1, 1]])
        hole |= np.arange(shape[0])[:, None] < level[None]
    return hole


def _without_opening(alpha: Float, neckline: Neckline, scale: float, hooded: bool) -> Float:
    hole = _opening(alpha.shape, neckline.curve / scale, hooded)
    soft = cv2.GaussianBlur(hole.astype(np.float32), (0, 0), 0.8)
    return np.asarray(alpha * (1 - soft), np.float32)


def _assemble(
    cutout: Cutout,
    alpha: Float,
    parts: NDArray[np.uint8],
    kind: GarmentKind,
    points: dict[str, Float],
    curves: dict[str, Float],
    confidence: dict[str, float],
    warnings: tuple[str, ...],
) -> Garment:
    """Bring everything to the scale of the cut-out's pixels."""
    height, width = alpha.shape
    known = parts > 0
    _, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    lookup = np.zeros(int(labels.max()) + 1, np.uint8)
    lookup[labels[known]] = parts[known]
    spread = cv2.resize(lookup[labels], (width, height), interpolation=cv2.INTER_NEAREST)
    grow = 1 / cutout.scale
    return Garment(
        rgb=cutout.rgb,
        alpha=alpha,
        parts=np.where(alpha > 0, spread, 0).astype(np.uint8),
        kind=kind,
        photo_type="flat-lay",
        points={name: np.asarray(point * grow, np.float32) for name, point in points.items()},
        curves={name: np.asarray(curve * grow, np.float32) for name, curve in curves.items()},
        confidence={name: round(value, 3) for name, value in confidence.items()},
        warnings=warnings,
    )
