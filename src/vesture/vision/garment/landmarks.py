"""Understanding a product photo of a garment: mask, kind, landmarks, neckline and parts.

Takes: a `Picture` of one garment without a wearer and the category that was asked. Gives: a `Garment`.
Knows nothing about persons and engines. Garments on a model are read from the model's body instead.

Two readings are joined: the outline's, which is exact where it shows something, and the network's, which knows what it
looks at. Without the network, or where it is unsure, the outline has to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import Category, Picture
from vesture.errors import GarmentNotFound
from vesture.vision.garment.backdrop import Bool, Float
from vesture.vision.garment.cap_sleeves import with_cap_sleeves
from vesture.vision.garment.clips import without_hanger_at_waist
from vesture.vision.garment.collar_corners import inner_corners
from vesture.vision.garment.crotch import open_crotch, part_legs
from vesture.vision.garment.cutout import Cutout, Frame, cut_out
from vesture.vision.garment.evened import evened, exposed
from vesture.vision.garment.join import SURE, Joined, View, join, view_of
from vesture.vision.garment.joined_kind import joined_kind, joined_sleeves, kind_doubts, looks_foreign
from vesture.vision.garment.kind import find_kind, leg_gap
from vesture.vision.garment.labels import INNER
from vesture.vision.garment.mask import separate
from vesture.vision.garment.neckline import LOW_STAND, Neckline, find_neckline
from vesture.vision.garment.opening import Opening, joined_opening, searched_opening
from vesture.vision.garment.outline import CURVE_POINTS, Outline, read_outline
from vesture.vision.garment.parts import label_parts
from vesture.vision.garment.sewn_labels import without_sewn_label
from vesture.vision.garment.shape import resample
from vesture.vision.garment.turn import turning, upright
from vesture.vision.garment.types import Garment, GarmentKind
from vesture.vision.garment.waist import front_of_waist

if TYPE_CHECKING:
    from vesture.vision.garment.network import GarmentNetwork

HEAP = (
    "The garment's parts could not be told apart; use a photo of it spread out, or hanging, with its sleeves or legs "
    "beside each other."
)
UPPER: tuple[GarmentKind, ...] = ("top", "dress", "jumpsuit")
LOWER: tuple[GarmentKind, ...] = ("trousers", "skirt")
LEGGED: tuple[GarmentKind, ...] = ("trousers", "jumpsuit")


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
        GarmentNotFound: no garment stands out from the photo, it is of another category, or it lies in a heap.
    """
    return read_flat(picture, category, network).garment


def read_flat(picture: Picture, category: Category, network: GarmentNetwork | None = None) -> FlatReading:
    """As `understand`, with the garment's place in the photo."""
    size, seen, turns = (picture.width, picture.height), None, 0
    if network is not None:
        picture, seen, turns = upright(network, picture, category)
    mask = separate(picture, seen)
    cutout = cut_out(picture, mask)
    kind, doubts = find_kind(cutout.region, cutout.axis, category)
    view, joined = None, None
    if seen is not None:
        view = view_of(seen, cutout)
        kind = joined_kind(seen, category, kind, leg_gap(cutout.region, cutout.axis))
        doubts = doubts or kind_doubts(seen, category)
    if kind in LEGGED:
        cutout = open_crotch(cutout)
    if kind in LOWER:
        cutout = without_hanger_at_waist(front_of_waist(cutout, None if view is None else view.belief))
    if kind == "trousers":
        sure = view is not None and view.confidence["crotch"] > SURE
        cutout = part_legs(cutout, float(view.points["crotch"][1]) if view is not None and sure else None)
    outline = read_outline(cutout, kind)
    if view is not None:
        joined = join(cutout, view, kind, joined_sleeves(view.look, outline.has_sleeves), outline)
        if joined is None and looks_foreign(view.look, category):
            raise GarmentNotFound("garment_image", HEAP)
    points, curves = dict(outline.points), dict(outline.curves)
    if joined is not None:
        points, curves = dict(joined.points), dict(joined.curves)
    parts = None if joined is None else joined.parts
    if kind in ("top", "dress") and "cuff_outer_left" not in points:
        points, curves = with_cap_sleeves(points, curves)
        parts = parts if "cuff_outer_left" not in points else None
    confidence = _confidence(mask.confidence, cutout.overlap, outline, joined)
    region, alpha, inner_back = cutout.region, cutout.alpha, None
    if kind in UPPER:
        if view is not None and outline.see_through is None and outline.stand < LOW_STAND and not outline.hooded:
            points, curves = inner_corners(region, points, curves, view.points, view.confidence)
        neck = _opening(cutout, outline, points, view)
        curves["neckline"] = resample(neck.curve, CURVE_POINTS)
        points["neck_front"] = neck.curve[neck.curve[:, 1] >= neck.curve[:, 1].max() - 1].mean(0)
        confidence["neckline"] = neck.confidence
        cutout = without_sewn_label(cutout, neck.hole)
        alpha = _without(alpha, neck.hole, cutout.scale)
        inner_back = cutout.alpha - alpha
        region = region & ~neck.hole
    if mask.source == "busy":  # studios light their cloth evenly, and shape it by light
        cutout = replace(cutout, rgb=evened(exposed(cutout.rgb, picture.rgb), cutout.alpha))
    parts = label_parts(region, points, curves) if parts is None else np.where(region, parts, 0)
    garment = _assemble(cutout, alpha, parts.astype(np.uint8), kind, points, curves, confidence, mask.warnings + doubts)
    garment = replace(garment, inner_back=inner_back)
    return FlatReading(garment, cutout.frame.after(turning(*size, turns)))


def _confidence(mask: float, overlap: float, outline: Outline, joined: Joined | None) -> dict[str, float]:
    if joined is not None:
        return {"mask": mask, "landmarks": joined.agreement, "sleeves": joined.agreement}
    sure = outline.sure * outline.agreement
    return {"mask": mask, "landmarks": float(np.clip(overlap * 1.1, 0, 1) * sure), "sleeves": sure}


def _opening(cutout: Cutout, outline: Outline, points: dict[str, Float], view: View | None) -> Opening:
    if outline.see_through is not None:
        neckline = Neckline(outline.see_through, 1.0, 0.9)
    else:
        corners = points["collar_left"], points["collar_right"]
        neckline = find_neckline(cutout.lab, cutout.region, *corners, outline.stand)
    searched = searched_opening(cutout.region, neckline, outline.hooded)
    if view is None:
        return searched
    armpits = (points["armpit_left"][1] + points["armpit_right"][1]) / 2
    front = view.points["neck_front"] if view.confidence["neck_front"] > SURE else None
    return joined_opening(cutout.lab, cutout.region, view.belief[INNER], searched, float(armpits), outline, front)


def _without(alpha: Float, hole: Bool, scale: float) -> Float:
    """`alpha` without `hole`, which is drawn at `scale` of its size."""
    size = (alpha.shape[1], alpha.shape[0])
    soft = cv2.GaussianBlur(hole.astype(np.float32), (0, 0), 0.8)
    soft = cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC)
    sharp = np.clip((soft - 0.5) / max(scale, 0.2) + 0.5, 0, 1)
    return np.asarray(alpha * (1 - sharp), np.float32)


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
