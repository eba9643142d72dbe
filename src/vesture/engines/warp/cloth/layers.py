"""From a fitted garment to picture layers: each part of the cloth, bent into place, with its own coverage.

Takes a garment, a fit and a window of the photo; gives one `Layer` per part. Knows nothing about what is
already in the photo.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.cloth.collar import collar_back
from vesture.engines.warp.cloth.edges import clean_edge
from vesture.engines.warp.cloth.mesh import Mesh, backward_map, build_mesh, deform
from vesture.engines.warp.cloth.placement import Fit
from vesture.engines.warp.cloth.shade import LEGS, SLEEVES, lack_of_folds, shaded
from vesture.engines.warp.picture.patch import Patch, coverage
from vesture.vision.frame import Box
from vesture.vision.garment.types import Garment, Part

Floats = NDArray[np.float32]

OVERSAMPLING = 1.15  # garment pixels per photo pixel: finer detail than that would only alias
BEHIND = int(Part.NONE)  # the part of the layer that lies behind the neck
TOUCHING = 0.15  # cells of its neighbour's cloth that a part shows where the two are not sewn together


@dataclass(frozen=True, slots=True)
class Draped:
    """A garment bent into place: its mesh, and where in the photo the vertices (n, 2) lie."""

    garment: Garment
    mesh: Mesh
    position: NDArray[np.float64]
    scale: tuple[float, float]

    def box(self, shape: tuple[int, int]) -> Box:
        """The part of a photo of `shape` (height, width) that it can cover."""
        low, high = np.floor(self.position.min(0)), np.ceil(self.position.max(0)) + 1
        left, right = np.clip([low[0], high[0]], 0, shape[1]).astype(int)
        top, bottom = np.clip([low[1], high[1]], 0, shape[0]).astype(int)
        return Box(int(left), int(top), int(right), int(bottom))


@dataclass(frozen=True, slots=True)
class Layer:
    """A part of the cloth in its window of the photo."""

    part: int
    patch: Patch


def drape(garment: Garment, fit: Fit) -> Draped:
    """Bend the garment into place."""
    garment = replace(garment, parts=whole_parts(garment.parts))
    mesh = build_mesh(garment.parts, fit.joints)
    return Draped(garment, mesh, deform(mesh, fit.handles, fit.scale), fit.scale)


def render_layers(draped: Draped, body: Body, box: Box) -> list[Layer]:
    """The bent garment as pictures.

    Args:
        body: in the pixels of the box.
        box: the window of the photo that is rendered.

    Returns:
        Layers from back to front: the inside of the collar's back (`BEHIND`), legs, torso, sleeves.
    """
    shrink = min(1.0, OVERSAMPLING * max(draped.scale))
    cloth = _premultiplied(draped.garment, shrink)
    window = replace(draped, position=draped.position - (box.left, box.top))
    shape = (box.bottom - box.top, box.right - box.left)
    pieces = {
        part: piece
        for part in (*LEGS, int(Part.TORSO), *SLEEVES)
        if (draped.mesh.part == part).any() and (piece := _sampled(window, part, cloth, shrink, shape)) is not None
    }
    back = collar_back(draped.garment, draped.mesh, window.position, body, shape)
    layers = [] if back is None else [Layer(BEHIND, back)]
    # a worn garment's photo shows how it turns away at the sides
    worn = draped.garment.photo_type == "model"
    plain = not worn and draped.garment.kind in ("top", "dress")
    folded = lack_of_folds(cloth[..., :3], cloth[..., 3], body.unit * shrink / max(draped.scale)) if plain else 0.0
    legged = bool(np.isin(draped.mesh.part, LEGS).any())
    for part, piece in pieces.items():
        others = coverage([other for name, other in pieces.items() if name != part], shape)[piece.place]
        rgb, alpha = clean_edge(piece.rgb, piece.alpha, others, body.unit)
        patch = replace(piece, rgb=rgb, alpha=alpha)
        layers.append(Layer(part, patch if worn else shaded(patch, part, body, legged, folded)))
    return layers


def whole_parts(parts: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Parts in one piece each: scraps cut off from the main piece go to the part that they touch most."""
    result = parts.copy()
    for part in (int(p) for p in np.unique(parts) if p):
        count, names, stats, _ = cv2.connectedComponentsWithStats((parts == part).astype(np.uint8))
        if count <= 2:
            continue
        main = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
        for index in range(1, count):
            if index == main:
                continue
            left, top, width, height, _ = stats[index]
            box = np.s_[max(0, top - 2) : top + height + 2, max(0, left - 2) : left + width + 2]
            scrap = names[box] == index
            ring = (cv2.dilate(scrap.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & ~scrap
            around = parts[box][ring]
            around = around[(around > 0) & (around != part)]
            result[box][scrap] = np.bincount(around).argmax() if len(around) else 0
    return result


def _premultiplied(garment: Garment, shrink: float) -> Floats:
    cloth = np.dstack([garment.rgb.astype(np.float32) * garment.alpha[..., None], garment.alpha])
    if shrink < 1:
        size = (max(2, round(cloth.shape[1] * shrink)), max(2, round(cloth.shape[0] * shrink)))
        cloth = cv2.resize(cloth, size, interpolation=cv2.INTER_AREA)
    return cloth.astype(np.float32, copy=False)


def _sampled(draped: Draped, part: int, cloth: Floats, shrink: float, shape: tuple[int, int]) -> Patch | None:
    """A part of the cloth where it lies, its colours premultiplied, its edge as rough as the mask's."""
    map_x, map_y = backward_map(draped.mesh, draped.position, part, shape)
    lands = map_x > -1e3
    rows, columns = np.flatnonzero(lands.any(1)), np.flatnonzero(lands.any(0))
    if not len(rows):
        return None
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    source = cloth * _own_pixels(draped, part, cloth.shape[:2], shrink)[..., None]
    # pixel centres: garment pixel i of the full picture lies at (i + 0.5) * shrink - 0.5 of the shrunk one
    sampled = cv2.remap(
        source,
        (map_x[box] + 0.5) * shrink - 0.5,
        (map_y[box] + 0.5) * shrink - 0.5,
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    # beside a step cubic interpolation rises above what there is: more coverage than all is colour too bright
    rgb = sampled[..., :3] / np.maximum(sampled[..., 3:], 1)
    return Patch(int(rows[0]), int(columns[0]), rgb, np.clip(sampled[..., 3], 0, 1))


def _own_pixels(draped: Draped, part: int, size: tuple[int, int], shrink: float) -> Floats:
    """Which garment pixels a part may show: its own, and a strip of its neighbours' so that joints do not gape. A
    sleeve that only touches the torso moves away from it: away from the joint that strip is as narrow as an edge."""
    parts, cell = draped.garment.parts, draped.mesh.cell
    own = (parts == part).astype(np.uint8)
    grown = _grown(own, cell * shrink * 0.6)
    if part not in LEGS or draped.garment.photo_type == "model":
        sewn = np.zeros_like(own)
        for x, y in draped.mesh.vertices[_shared_vertices(draped.mesh)]:
            cv2.circle(sewn, (round(float(x)), round(float(y))), round(1.5 * cell), 1, -1)
        grown = np.where(sewn > 0, grown, _grown(own, cell * shrink * TOUCHING))
    keep = np.where((parts == 0) | (grown > 0), 1, 0).astype(np.float32)
    if draped.garment.photo_type != "model" and part in LEGS:  # sewn to the hips, not to each other
        keep[np.isin(parts, LEGS) & (parts != part)] = 0
    return np.asarray(cv2.resize(keep, size[::-1], interpolation=cv2.INTER_AREA), np.float32)


def _grown(mask: NDArray[np.uint8], radius: float) -> NDArray[np.uint8]:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(radius) + 1,) * 2)
    return np.asarray(cv2.dilate(mask, kernel), np.uint8)


def _shared_vertices(mesh: Mesh) -> NDArray[np.bool_]:
    """Vertices (n,) at which parts are sewn together."""
    first, last = np.full(len(mesh.vertices), 255, np.uint8), np.zeros(len(mesh.vertices), np.uint8)
    np.minimum.at(first, mesh.triangles, mesh.part[:, None])
    np.maximum.at(last, mesh.triangles, mesh.part[:, None])
    return np.asarray(first < last)
