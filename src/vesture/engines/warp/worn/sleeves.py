"""Sleeves with pictures of their own: of arms that lie over the body, or cannot be seen.

Takes a wearer's photo and the cloth in it, gives a sleeve as it would lie on a straight arm. It is read along the
own arm of the wearer where enough of it is seen; else it is the mirror image of the other one; else it is made of cloth
of the torso.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, Limb, SideName
from vesture.engines.warp.body.silhouettes import filled
from vesture.engines.warp.worn.atlas import Patch
from vesture.engines.warp.worn.trace import complete
from vesture.engines.warp.worn.wearer import OTHER, carried

Bools = NDArray[np.bool_]

EDGE_POINTS = 16
FIRST = 0.35  # share of the arm whose direction the straight one has: the upper arm stays where it is
WIDTH, USUAL_WIDTH = (0.95, 1.6), 1.2  # of a sleeve, in radii of the bare arm
ROUNDED = 0.12  # share of the sleeve within which it rounds the shoulder
OVERLAP = 0.13  # units by which a sleeve reaches over the shoulder
READABLE = 0.62  # share of a sleeve that must be seen
CLEARLY_LESS = 0.8  # of what is seen of the other sleeve, below which that one is mirrored
FORESHORTENED = 0.7  # of the other arm's length, below which an arm points at the camera
ARMPIT, HEM = 0.35, 0.9  # levels of the torso between which cloth for a sleeve is taken
BESIDE = 0.22  # units from the spine, where it is taken
ROUND = 0.2  # share of light that a made sleeve loses at its edges
MARGIN = 3  # pixels round a sleeve


@dataclass(frozen=True, slots=True)
class Worn:
    """What sleeves are read from.

    Attributes:
        photo: (H, W, 3) uint8.
        cloth: by side, (H, W) cloth that may be that sleeve's.
        torso: (H, W) cloth of the torso.
        backdrop: (H, W) where neither the wearer nor anything of theirs is.
        body: the wearer.
        tip, armpit: by side, (2,) where the sleeves are sewn on.
        reach: share of the arm that the sleeves cover.
        scale: pixels of the garment for pixels of the photo.
    """

    photo: RGB
    cloth: Mapping[SideName, Bools]
    torso: Bools
    backdrop: Bools
    body: Body
    tip: Mapping[SideName, Floats]
    armpit: Mapping[SideName, Floats]
    reach: float
    scale: float


def own_sleeves(worn: Worn, wanted: Mapping[SideName, bool], readable: float = READABLE) -> list[Patch]:
    """Pictures of the sleeves that are `wanted`, none of them torn. Of a sleeve that is read, a share `readable` is
    seen."""
    straight = {side: _straightened(worn, side) for side in SIDES}
    seen = {side: straight[side][1] for side in SIDES}
    patches = []
    for side in SIDES:
        if not wanted[side]:
            continue
        other = OTHER[side]
        if seen[side] >= readable and seen[side] >= CLEARLY_LESS * seen[other]:
            patches.append(straight[side][0])
        elif seen[other] >= readable:
            patches.append(straight[other][0].mirrored())
        else:
            patches.append(_made(worn, side))
    return patches


def straight_limb(limb: Limb) -> Limb:
    """The limb stretched out the way that it begins."""
    start = limb.axis[0]
    way = limb.at(np.array([FIRST * limb.length]))[0] - start
    way = way / max(float(np.linalg.norm(way)), 1e-6)
    return replace(limb, axis=start + limb.along[:, None] * way)


@dataclass(frozen=True, slots=True)
class _Tube:
    """A straight sleeve's place.

    Attributes:
        limb: the arm stretched out, in photo pixels.
        radius: (EDGE_POINTS,) of the sleeve at equal steps of its `length`.
        outer, inner: (EDGE_POINTS, 2) its edges, in photo pixels.
        around: (n, 2) its outline.
        corner: (2,) upper left corner of its picture, in garment pixels.
        size: (height, width) of the picture.
    """

    limb: Limb
    radius: Floats
    length: float
    outer: Floats
    inner: Floats
    around: Floats
    corner: Floats
    size: tuple[int, int]


def _tube(worn: Worn, side: SideName) -> _Tube:
    limb = worn.body.arms[side]
    straight = straight_limb(limb)
    length = min(worn.reach, 1.0) * limb.length
    along = np.linspace(0, length, EDGE_POINTS)
    bare = limb.radius(along)
    radius = bare * _width(worn, side, length)
    axis, normal = straight.at(along), straight.outward(along, SIGN[side])
    share = np.linspace(0, 1, EDGE_POINTS)[:, None]
    outer, inner = axis + normal * radius[:, None], axis - normal * radius[:, None]
    outer = outer + np.clip(1 - share / ROUNDED, 0, 1) * (worn.tip[side] - outer[0])
    # some of the shoulder belongs to both pictures, so that they meet without a gap
    shoulder = worn.tip[side] + OVERLAP * worn.body.unit * (0.35 * worn.body.down - SIGN[side] * worn.body.across)
    armpit = worn.armpit[side] - OVERLAP * worn.body.unit * SIGN[side] * worn.body.across
    # a short sleeve may end above the armpit: then its inner edge runs straight
    seam = float((worn.armpit[side] - axis[0]) @ straight.direction(np.array([0.0]))[0]) / max(length, 1e-6)
    inner = inner + np.clip(1 - share / np.clip(1.3 * seam, 0.35, 1), 0, 1) * (worn.armpit[side] - inner[0])
    around = np.concatenate([outer, inner[::-1], armpit[None], shoulder[None]])
    points = around * worn.scale
    corner = np.floor(points.min(0)) - MARGIN
    width, height = (int(value) for value in np.ceil(points.max(0)) + MARGIN - corner)
    return _Tube(straight, radius, length, outer, inner, around, corner, (height, width))


def _width(worn: Worn, side: SideName, length: float) -> float:
    """How far a sleeve stands off the arm, in radii of it, on the side away from the body."""
    limb = worn.body.arms[side]
    along = np.linspace(0.15, 0.6, 24) * length
    out = np.linspace(0.6, 2.0, 36)
    points = (
        limb.at(along)[:, None]
        + (limb.outward(along, SIGN[side]) * limb.radius(along)[:, None])[:, None] * out[:, None]
    )
    column, row = np.rint(points[..., 0]).astype(int), np.rint(points[..., 1]).astype(int)
    cloth = worn.cloth[side]
    inside = (column >= 0) & (column < cloth.shape[1]) & (row >= 0) & (row < cloth.shape[0])
    on = cloth[np.where(inside, row, 0), np.where(inside, column, 0)] & inside
    ends = ~on.all(1)
    reach = out[np.argmin(on[ends], axis=1)]
    return float(np.clip(np.median(reach), *WIDTH)) if ends.sum() > 4 else USUAL_WIDTH


def _coordinates(worn: Worn, side: SideName, tube: _Tube) -> tuple[Floats, Floats]:
    """For each pixel (h, w) of the sleeve's picture: pixels along the straight arm, and outwards from its axis."""
    rows, columns = np.indices(tube.size)
    offset = (np.stack([columns, rows], 2) + tube.corner) / worn.scale - tube.limb.axis[0]
    way = tube.limb.direction(np.array([0.0]))[0]
    out = tube.limb.outward(np.array([0.0]), SIGN[side])[0]
    return np.asarray(offset @ way), np.asarray(offset @ out)


def _straightened(worn: Worn, side: SideName) -> tuple[Patch, float]:
    """The sleeve read along the arm, and which share of it is seen, less where the arm points at the camera."""
    limb, tube = worn.body.arms[side], _tube(worn, side)
    along, across = _coordinates(worn, side, tube)
    flat = along.ravel()
    source = limb.at(flat) + limb.outward(flat, SIGN[side]) * across.ravel()[:, None]
    x, y = source.astype(np.float32).reshape(*tube.size, 2).transpose(2, 0, 1)
    rgb = cv2.remap(worn.photo, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cloth = cv2.remap(worn.cloth[side].astype(np.float32), x, y, cv2.INTER_LINEAR, borderValue=0) > 0.7
    radius = np.interp(along, np.linspace(0, tube.length, EDGE_POINTS), tube.radius)
    core = (along > 0.2 * tube.length) & (along < 0.95 * tube.length) & (np.abs(across) < 0.75 * radius)
    seen = float(cloth[core].mean()) if core.any() else 0.0
    lengths = [worn.body.arms[name].length for name in (side, OTHER[side])]
    seen *= min(1.0, lengths[0] / max(FORESHORTENED * lengths[1], 1e-6))
    patch = _patch(worn, side, tube, np.asarray(rgb, np.uint8), cloth)
    empty = cv2.remap(worn.backdrop.astype(np.float32), x, y, cv2.INTER_LINEAR, borderValue=0)
    beside = cv2.morphologyEx(empty, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) * (across > 0)
    return replace(patch, alpha=patch.alpha * (1 - beside)), seen


def _made(worn: Worn, side: SideName) -> Patch:
    """A sleeve of the torso's cloth, lit as a tube."""
    tube = _tube(worn, side)
    along, across = _coordinates(worn, side, tube)
    body = worn.body
    share = np.clip(along / tube.length, 0, 1)
    level = ARMPIT + (HEM - ARMPIT) * share
    points = body.point((SIGN[side] * (BESIDE * body.unit + across)).ravel(), level.ravel()).astype(np.float32)
    x, y = points.reshape(*tube.size, 2).transpose(2, 0, 1)
    rgb = cv2.remap(worn.photo, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cloth = cv2.remap(worn.torso.astype(np.float32), x, y, cv2.INTER_LINEAR, borderValue=0) > 0.7
    radius = np.interp(along, np.linspace(0, tube.length, EDGE_POINTS), tube.radius)
    light = 1 - ROUND * np.clip(np.abs(across) / radius, 0, 1) ** 3
    patch = _patch(worn, side, tube, np.asarray(rgb, np.uint8), cloth)
    return replace(patch, rgb=np.clip(patch.rgb * light[..., None], 0, 255).astype(np.uint8))


def _patch(worn: Worn, side: SideName, tube: _Tube, rgb: RGB, cloth: Bools) -> Patch:
    """The picture of a sleeve, what is hidden of it filled."""

    def moved(points: Floats) -> NDArray[np.float32]:
        return np.asarray(points * worn.scale - tube.corner, np.float32)

    outer, inner = moved(tube.outer), moved(tube.inner)
    alpha = filled(tube.size, moved(tube.around).astype(float))
    whole = alpha > 0.02
    unit = worn.body.unit * worn.scale
    rgb, _ = complete(rgb, cloth & whole, whole, unit)
    outlines = {"sleeve_outer": outer, "sleeve_inner": inner, "cuff_outer": outer[-1], "cuff_inner": inner[-1]}
    stretched = replace(worn.body, arms={**worn.body.arms, side: tube.limb})
    return Patch(side, rgb, alpha, outlines, carried(stretched, worn.scale, -tube.corner))
