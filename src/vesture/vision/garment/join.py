"""Landmarks from two readings of a garment: its outline's and the network's.

Takes: the silhouette, the outline's landmarks, the network's look in the same frame. Gives: landmarks, curves, parts
and how well the two readings agree. Knows nothing about pictures.

The outline is exact where it shows a landmark at all; the network knows which landmark it is, and sees those that lie
inside the silhouette. So the network's points say where to look, and the outline's points are taken where they lie
there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import Bool, Float
from vesture.vision.garment.cutout import Cutout
from vesture.vision.garment.labels import label_cloth
from vesture.vision.garment.look import Look
from vesture.vision.garment.outline import Outline
from vesture.vision.garment.parts import label_parts
from vesture.vision.garment.rings import LEG, SLEEVE, Ring, walk_curves
from vesture.vision.garment.shape import SIDES
from vesture.vision.garment.types import GarmentKind

# Shares of the garment's diagonal up to which the two readings mean the same place: the more exact the outline is about
# a landmark where it shows it at all, the further off the network has to be to be believed instead.
ALIKE = {"armpit": 0.12, "hem": 0.06, "collar": 0.055}
ALIKE_ELSE = 0.035
LOPSIDED = 0.16  # of the diagonal: further from the mirror image of a sure side than garments lie askew
NARROW = 0.4  # of the other side's cuff: two corners that are one
OUTSIDE = 0.03  # of the diagonal: an armpit further out than the network's is the sleeve's edge
LEAST_GAP = 0.06  # of the diagonal: height of a gap between legs that ends at the crotch
SNAP = 0.035  # a point of the network's is moved to the rim no further than this
SURE = 0.3  # confidence of a point from which the network is asked at all
UPPER = ("collar", "shoulder", "armpit")


@dataclass(frozen=True, slots=True)
class View:
    """A `Look` in the garment's frame, at measuring scale.

    Attributes:
        belief: (7, h, w) float32 probabilities of parts.
        points, confidence: landmarks and how sure the network is of each.
        look: the look itself.
    """

    belief: Float
    points: Mapping[str, Float]
    confidence: Mapping[str, float]
    look: Look


@dataclass(frozen=True, slots=True)
class Joined:
    """Landmarks, curves (neckline excepted) and parts; `agreement` 0..1 of the two readings."""

    points: dict[str, Float]
    curves: dict[str, Float]
    parts: NDArray[np.uint8]
    agreement: float


def view_of(look: Look, cutout: Cutout) -> View:
    """Carry what the network saw into the cut-out's measuring scale."""
    matrix = cutout.frame.matrix * cutout.scale
    matrix[:, 2] += 0.5 * cutout.scale - 0.5
    points = {name: np.asarray(matrix[:, :2] @ point + matrix[:, 2], np.float32) for name, point in look.points.items()}
    return View(look.drawn(matrix, cutout.region.shape), points, look.confidence, look)


def join(cutout: Cutout, view: View, kind: GarmentKind, sleeves: bool, outline: Outline) -> Joined | None:
    """Join the readings; None where the network does not know enough and the outline has to do.

    Args:
        cutout: the garment.
        view: the network's look at it.
        kind: of the garment.
        sleeves: whether it has sleeves.
        outline: what the outline shows of a garment of that kind.
    """
    diagonal = float(np.hypot(*np.ptp(np.argwhere(cutout.region), axis=0)))
    wanted = _wanted(kind, sleeves)
    sure = {own: name for own, name in wanted.items() if view.confidence[name] > SURE}
    if len(sure) < 0.6 * len(wanted):
        return None
    own = _believable(outline, view, sleeves, cutout.axis, diagonal)
    misses = {
        name: float(np.linalg.norm(own[name] - view.points[theirs])) / diagonal
        for name, theirs in sure.items()
        if name in own
    }
    agreement = float(np.clip(1.2 - 4 * np.mean(list(misses.values())), 0.2, 1)) if misses else 0.5
    agreed = {name for name, miss in misses.items() if miss <= _alike(name, outline)}
    if set(wanted) <= set(own) and agreed == set(misses):
        parts = label_parts(cutout.region, own, outline.curves)
        return Joined(dict(own), dict(outline.curves), parts, agreement)
    points = _chosen(wanted, sure, agreed, view, own, cutout.axis, diagonal)
    if points is None:
        return None
    labels = label_cloth(view.belief, cutout.region, cutout.lab, kind, points)
    points = _on_rims(points, own, labels, kind, SNAP * diagonal)
    curves = walk_curves(labels, kind, points)
    return None if curves is None else Joined(points, curves, labels, agreement)


def _chosen(
    wanted: Mapping[str, str],
    sure: Mapping[str, str],
    agreed: Collection[str],
    view: View,
    own: Mapping[str, Float],
    axis: float,
    diagonal: float,
) -> dict[str, Float] | None:
    """Of each landmark the outline's place where the network means it too, the network's where it is sure; None where
    one is missing on both sides. Where the two agree about the other side, that side's mirror image decides between
    them, and stands in for both where both are far from it."""
    points = {name: point for name, point in own.items() if name in wanted or name == "neck_front"}
    for name in wanted:
        candidates = [own[name]] if name in own else []
        if name in sure and name not in agreed:
            candidates.append(view.points[sure[name]])
        twin = _twin(name)
        if twin in agreed and candidates and name not in agreed:
            mirrored = np.array([2 * axis - own[twin][0], own[twin][1]], np.float32)
            away = [float(np.linalg.norm(point - mirrored)) for point in candidates]
            best = int(np.argmin(away))
            points[name] = candidates[best] if away[best] < LOPSIDED * diagonal else mirrored
        elif candidates:
            points[name] = candidates[-1]
    for name in wanted:
        if name not in points:
            counterpart = _mirrored(name, points, axis)
            if counterpart is None:
                return None
            points[name] = counterpart
    return _with_even_cuffs(points, axis)


def _with_even_cuffs(points: dict[str, Float], axis: float) -> dict[str, Float]:
    """`points` with a cuff much narrower than the other side's put where that one is, mirrored."""
    if "cuff_outer_left" not in points:
        return points
    ends = ("cuff_outer", "cuff_inner")
    widths = {side: float(np.linalg.norm(points[f"{ends[0]}_{side}"] - points[f"{ends[1]}_{side}"])) for side in SIDES}
    narrow = min(SIDES, key=lambda side: widths[side])
    if widths[narrow] > NARROW * max(widths.values()):
        return points
    mended = {f"{end}_{narrow}": _mirrored(f"{end}_{narrow}", points, axis) for end in ends}
    return points | {name: point for name, point in mended.items() if point is not None}


def _believable(outline: Outline, view: View, sleeves: bool, axis: float, diagonal: float) -> Mapping[str, Float]:
    """The outline's landmarks without those that it can't know.

    Where legs lie side by side without a gap its crotch is at the level of their ends; where it missed the sleeves, or
    took the sleeve's outer edge for the body's side, its armpits and shoulders are not the garment's.
    """
    points = dict(outline.points)
    ends = [point[1] for name, point in points.items() if "cuff_inner" in name]
    if "crotch" in points and ends and min(ends) - points["crotch"][1] < LEAST_GAP * diagonal:
        del points["crotch"]
    if sleeves and not outline.has_sleeves:
        return {name: point for name, point in points.items() if not name.startswith(("armpit", "shoulder"))}
    for side in SIDES:
        name = f"armpit_{side}"
        if sleeves and name in points and view.confidence[name] > SURE:
            further_out = abs(points[name][0] - axis) - abs(view.points[name][0] - axis)
            if further_out > OUTSIDE * diagonal:
                del points[name]
    return points


def _alike(name: str, outline: Outline) -> float:
    """Up to which miss the outline's landmark is the better one."""
    if name == "crotch":  # where the outline has one at all it is the end of a gap that is seen
        return np.inf
    if name.startswith("armpit") and outline.sure < 1:  # it lies where a seam was looked for, not at a gap's end
        return ALIKE_ELSE
    return ALIKE.get(name.rpartition("_")[0], ALIKE_ELSE)


def _wanted(kind: GarmentKind, sleeves: bool) -> dict[str, str]:
    """The landmarks of a garment: name in `Garment.points` -> name that the network uses."""
    if kind == "skirt":
        stems = {"waist": "waist", "hem": "hem"}
    elif kind == "trousers":
        stems = {"waist": "waist", "cuff_outer": "leg_cuff_outer", "cuff_inner": "leg_cuff_inner"}
    else:
        ends = ("leg_cuff_outer", "leg_cuff_inner") if kind == "jumpsuit" else ("hem",)
        cuffs = ("cuff_outer", "cuff_inner") if sleeves else ()
        stems = {name: name for name in (*UPPER, *cuffs, *ends)}
    wanted = {f"{own}_{side}": f"{name}_{side}" for own, name in stems.items() for side in SIDES}
    return wanted | ({"crotch": "crotch"} if kind in ("trousers", "jumpsuit") else {})


def _twin(name: str) -> str:
    """The same landmark of the other side."""
    stem, _, side = name.rpartition("_")
    return f"{stem}_{'right' if side == 'left' else 'left'}"


def _mirrored(name: str, points: Mapping[str, Float], axis: float) -> Float | None:
    twin = points.get(_twin(name))
    return None if twin is None else np.array([2 * axis - twin[0], twin[1]], np.float32)


def _on_rims(
    points: Mapping[str, Float],
    outline: Mapping[str, Float],
    labels: NDArray[np.uint8],
    kind: GarmentKind,
    reach: float,
) -> dict[str, Float]:
    """Landmarks moved onto the rim of the part that they belong to, where it is near."""
    rims: dict[str, Ring | None] = {}

    def rim(name: str, region: Bool) -> Ring | None:
        if name not in rims:
            rims[name] = Ring.of(region)
        return rims[name]

    result = {}
    for name, point in points.items():
        stem, _, side = name.rpartition("_")
        if (name in outline and np.array_equal(outline[name], point)) or side not in SIDES:
            result[name] = point
            continue
        if stem.startswith("cuff") and kind != "trousers":
            ring = rim(f"sleeve_{side}", labels == SLEEVE[side])
        elif "cuff" in stem:
            ring = rim(f"leg_{side}", labels == LEG[side])
        elif stem in ("armpit", "hem") and kind != "skirt":
            ring = rim("body", ~np.isin(labels, (0, *SLEEVE.values())))
        else:
            ring = rim("whole", labels > 0)
        nearest = point if ring is None else ring.path[ring.near(point)]
        result[name] = nearest if float(np.linalg.norm(nearest - point)) < reach else point
    return result
