"""What of a garment's collar stands above its shoulders, and the inside of its back, which is seen beside the neck.

Takes flat garments, draped ones for the back, and the person's body. Knows nothing about what is in the photo but how
wide the neck is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, Body, Floats
from vesture.engines.warp.body.neck_column import neck_column
from vesture.engines.warp.cloth.mesh import Mesh
from vesture.engines.warp.cloth.placement import curve, distance, point
from vesture.engines.warp.cloth.triangles import carried
from vesture.engines.warp.picture.patch import Patch, bounds
from vesture.vision.garment.types import Garment, Part
from vesture.vision.masks import dilate, erode, feather

STANDS = (0.03, 0.06)  # half chests above the shoulder line: from a ring to what stands beside the neck
OUTER_SHOULDER = (0.45, 0.85)  # of the way from collar to tip: the part that tells the shoulder's line
FOOT = 0.15  # of its height: where a collar has come down to the shoulder
HOOD = (0.3, 0.5)  # widths of the opening: what stands so high above its corners is a hood
FEW = 40  # pixels of an inner back that are none
SHADE = 0.75  # of its light that the inside of a collar keeps behind a neck
ROLL = ([0.1, 0.7, 1.0], [0.6, 1.0, 0.8])  # its light from the neck to its outline: a roll of cloth
ROUND = 2.6  # power of its outline then
HIGHEST = 0.1  # units above the corners: a hood that stands in its photo hangs down behind the neck
UNDER = 0.03  # units that the back goes on under the front
EVEN = 0.03  # units over which it is evened out: labels and hangers
FLARE = 0.8  # that a neck grows wider to each side below the collar's corners, in pixels for each
SOME = 0.02  # coverage that is seen
CRUMB = 0.003  # square units of a collar's back that is seen
CHIP, THIN = 0.05, 0.015  # square units of cloth that is a chip; units of half the width of what holds it
SEEN = 1.7  # half-widths of the neck within which skin that is seen above a collar is the neck's


@dataclass(frozen=True, slots=True)
class Stand:
    """What of a collar stands above the garment's own shoulder line, in garment pixels.

    Attributes:
        height: of the corner above that line.
        share: of the way from a ring (0) to a collar that stands beside the neck (1).
        foot: index on the shoulder's curve at which the collar has come down to the shoulder.
        half_chests: the height in half the width between the armpits.
    """

    height: float
    share: float
    foot: int
    half_chests: float


def standing_collar(garment: Garment, shoulder: Floats) -> Stand:
    """How far the collar stands above the line of a shoulder (n, 2), which runs from the collar's corner to the tip."""
    corner, tip = shoulder[0], shoulder[-1]
    way = (shoulder[:, 0] - corner[0]) / (tip[0] - corner[0] if abs(tip[0] - corner[0]) > 1e-6 else 1e-6)
    outer = (way > OUTER_SHOULDER[0]) & (way < OUTER_SHOULDER[1])
    if outer.sum() < 3:
        return Stand(0.0, 0.0, 0, 0.0)
    slope, start = np.polyfit(way[outer], shoulder[outer, 1], 1)
    above = start + slope * way - shoulder[:, 1]
    height = max(0.0, float(above[0]))
    half_chest = distance(point(garment, "armpit_left"), point(garment, "armpit_right")) / 2
    tall = height / max(half_chest, 1e-6)
    share = float(np.clip((tall - STANDS[0]) / (STANDS[1] - STANDS[0]), 0, 1))
    return Stand(height, share, int(np.argmax(above < FOOT * height)), tall)


def higher_stand(garment: Garment) -> Stand:
    """That of the side where the collar is seen to stand higher: creases and folds hide it, nothing makes it up."""
    stands = [standing_collar(garment, curve(garment, f"shoulder_{side}", 40)) for side in SIDES]
    return max(stands, key=lambda stand: stand.half_chests)


def collar_back(garment: Garment, mesh: Mesh, position: Floats, body: Body, shape: tuple[int, int]) -> Patch | None:
    """The inside of the back of a standing collar, without what a neck hides of it; None where there is none.

    Args:
        position: where in a window of the photo of `shape` (height, width) the vertices (n, 2) of the mesh lie.
        body: in the pixels of the window.
    """
    mine = mesh.triangles[mesh.part == int(Part.TORSO)]
    seen = garment.inner_back
    if seen is None or body.head is None or (seen > 0.5).sum() < FEW or not len(mine):
        return None
    share = higher_stand(garment).share
    frame, size = _Frame.of(garment), bounds(seen > 0.5, 2)
    if frame is None or size is None:
        return None
    reach, above, below = frame.extent(size)
    hood = float(np.clip((above / frame.width - HOOD[0]) / (HOOD[1] - HOOD[0]), 0, 1))
    share = max(share, hood)
    if share == 0:
        return None
    corners = np.stack([point(garment, name) for name in ("collar_left", "collar_right", "neck_front")])
    placed = _Frame.through(*carried(corners, mesh.vertices[mine], position[mine]))
    if placed is None:
        return None
    ratio = placed.width / frame.width
    roll = HIGHEST * body.unit
    up = ratio * min(1.0, roll / max(ratio * above, 1e-6))
    rise, drop = up * above, max(0.0, below) * placed.depth / frame.depth
    corner = placed.place(np.array([-reach, reach, -reach, reach]), np.array([-rise, -rise, drop, drop]))
    left, top = np.clip(np.floor(corner.min(0)).astype(int) - 2, 0, (shape[1], shape[0]))
    right, bottom = np.clip(np.ceil(corner.max(0)).astype(int) + 3, 0, (shape[1], shape[0]))
    if right - left < 3 or bottom - top < 3:
        return None
    spots = np.stack(np.meshgrid(np.arange(left, right), np.arange(top, bottom)), -1).astype(float)
    aside, down = placed.coordinates(spots)
    source = frame.place(aside, np.where(down < 0, down / up, down * frame.depth / placed.depth))
    source = (source - (size[1], size[0])).astype(np.float32)
    part = np.s_[size[0] : size[2], size[1] : size[3]]
    shown = np.dstack([garment.rgb[part] * seen[part][..., None], seen[part]]).astype(np.float32)
    piece = cv2.remap(shown, source[..., 0], source[..., 1], cv2.INTER_LINEAR, borderValue=0)
    even = cv2.GaussianBlur(piece, (0, 0), EVEN * body.unit)
    rounded = np.abs(aside) ** ROUND + (np.minimum(down, 0) / roll) ** 2
    light = (1 - hood) * SHADE + hood * np.interp(rounded, *ROLL)
    rgb = light[..., None] * even[..., :3] / np.maximum(even[..., 3:], 1e-3)
    wider = cv2.dilate(piece[..., 3], np.ones((2 * round(UNDER * body.unit) + 1,) * 2, np.uint8))
    between = np.clip((1 - np.abs(aside)) * placed.width / 4, 0, 1)
    lying = np.clip(0.5 + (1 - rounded) * roll / 2, 0, 1)
    standing = np.where(down > 0, wider, piece[..., 3])
    alpha = np.maximum((1 - hood) * standing, hood * np.where(down > 0, wider, lying)) * between
    alpha *= 1 - _neck(body, spots, down)
    return Patch(int(top), int(left), np.asarray(rgb, np.float32), np.asarray(share * alpha, np.float32))


def _neck(body: Body, spots: Floats, down: Floats) -> Floats:
    """Coverage (h, w) of the neck at pixels (h, w, 2), which lie so far `down` (h, w) below a collar's corners. Below
    these it is taken to grow wider, and a collar's inside is seen in its corners only."""
    _, across, half = _beside(body, spots)
    return np.asarray(np.clip(0.5 + (half + FLARE * np.maximum(down, 0) - np.abs(across)) / 1.5, 0, 1))


def behind_skin(patch: Patch, body: Body, skin: NDArray[np.bool_]) -> Patch:
    """A collar's back without what face and neck hide of it that are seen, `skin` (H, W), and without what is left in
    crumbs."""
    height, width = patch.alpha.shape
    rows, columns = np.indices((height, width)) + np.array([patch.top, patch.left])[:, None, None]
    share, across, half = _beside(body, np.stack([columns, rows], -1))
    before = skin[patch.place] & ((share == 0) | ((share < 1) & (np.abs(across) < SEEN * half)))
    alpha = patch.alpha * (1 - feather(before, 0.7))
    _, names, stats, _ = cv2.connectedComponentsWithStats((alpha > SOME).view(np.uint8))
    return replace(patch, alpha=alpha * (stats[:, cv2.CC_STAT_AREA] > CRUMB * body.unit**2)[names])


def below_the_face(patch: Patch, body: Body, skin: NDArray[np.bool_], hair: NDArray[np.bool_]) -> Patch:
    """Cloth without what lies before the face above its jaw, of which `skin` (H, W) is seen, nor the chips that this
    and the `hair` (H, W) before it part from the rest."""
    head = body.head
    if head is None:
        return patch
    rows, columns = (np.arange(place.start, place.stop, dtype=np.float32) for place in patch.place)
    reach = 2 * head.half_width
    high, low = np.searchsorted(rows, [head.chin[1] - reach, head.chin[1] + reach])
    left, right = np.searchsorted(columns, [head.chin[0] - reach, head.chin[0] + reach])
    near = np.s_[high:low, left:right]
    row, column = rows[high:low, None], columns[None, left:right]
    aside = (row - head.chin[1]) * head.up[0] - (column - head.chin[0]) * head.up[1]
    face = skin[patch.place][near] & (head.below_jaw(column, row) < 0) & (np.abs(aside) < head.half_width)
    if not (face & (patch.alpha[near] > SOME)).any():
        return patch
    alpha = patch.alpha.copy()
    alpha[near] *= 1 - feather(face, 0.7)
    thin = THIN * body.unit
    whole = erode((alpha > SOME) & ~hair[patch.place], thin)
    _, names, stats, _ = cv2.connectedComponentsWithStats(whole.view(np.uint8))
    chips = np.unique(names[near][dilate(face, 3 * thin + 2)])
    chips = chips[(chips > 0) & (stats[chips, cv2.CC_STAT_AREA] < CHIP * body.unit**2)]
    if len(chips):
        alpha *= 1 - feather(dilate(np.isin(names, chips), 3 * thin), 0.7)
    return replace(patch, alpha=alpha)


def _beside(body: Body, spots: NDArray[Any]) -> tuple[Floats, Floats, Floats]:
    """Of pixels (h, w, 2): the share of the neck's length at which they lie, 0 above it and 1 below; how far beside its
    axis; and how far it reaches there."""
    column = neck_column(body)
    axis, offset = column.bottom - column.top, spots - column.top
    share = np.clip(offset @ body.down / max(float(axis @ body.down), 1e-6), 0, 1)
    across = offset @ body.across - share * float(axis @ body.across)
    return share, across, np.where(across > 0, column.half_width["right"], column.half_width["left"])


@dataclass(frozen=True, slots=True)
class _Frame:
    """A neck opening: the middle between its corners, unit vectors along them and down, its width and depth."""

    middle: Floats
    across: Floats
    down: Floats
    width: float
    depth: float

    @staticmethod
    def of(garment: Garment) -> _Frame | None:
        return _Frame.through(*(point(garment, name) for name in ("collar_left", "collar_right", "neck_front")))

    @staticmethod
    def through(left: Floats, right: Floats, front: Floats) -> _Frame | None:
        """None for an opening that is none."""
        width = distance(left, right)
        across = (right - left) / max(width, 1e-6)
        down = np.array([-across[1], across[0]])
        depth = float((front - left) @ down)
        return _Frame((left + right) / 2, across, down, width, depth) if min(width, depth) > 2 else None

    def place(self, aside: Floats, below: Floats) -> Floats:
        """Pixels (..., 2) at shares of half the width from the middle, and so many pixels below the corners."""
        return np.asarray(self.middle + aside[..., None] * self.width / 2 * self.across + below[..., None] * self.down)

    def coordinates(self, spots: Floats) -> tuple[Floats, Floats]:
        offset = spots - self.middle
        return offset @ self.across * 2 / self.width, offset @ self.down

    def extent(self, box: tuple[int, int, int, int]) -> tuple[float, float, float]:
        """How far a box (top, left, bottom, right) reaches aside, in half widths, above and below, in pixels."""
        top, left, bottom, right = box
        aside, below = self.coordinates(np.array([[left, top], [right, top], [left, bottom], [right, bottom]], float))
        return float(np.abs(aside).max()), float(-below.min()), float(below.max())
