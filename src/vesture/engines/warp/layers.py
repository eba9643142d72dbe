"""From a fitted garment to picture layers: each part of the cloth, bent into place, with its own coverage.

Takes a garment, a fit and the size of the photo; gives one `Layer` per part. Knows nothing about what is
already in the photo.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body import SIGN, Body, SideName
from vesture.engines.warp.mesh import Mesh, backward_map, build_mesh, deform
from vesture.engines.warp.placement import Fit
from vesture.vision.garment_types import Garment, Part

Floats = NDArray[np.float32]

OVERSAMPLING = 1.15  # garment pixels per photo pixel: finer detail than that would only alias
PART_SIDE: dict[int, SideName] = {
    Part.LEFT_SLEEVE: "left",
    Part.RIGHT_SLEEVE: "right",
    Part.LEFT_LEG: "left",
    Part.RIGHT_LEG: "right",
}
SLEEVES = (int(Part.LEFT_SLEEVE), int(Part.RIGHT_SLEEVE))
LEGS = (int(Part.LEFT_LEG), int(Part.RIGHT_LEG))


@dataclass(frozen=True, slots=True)
class Layer:
    """A part of the cloth in the photo: `rgb` (H, W, 3) float32 in [0, 255], `alpha` (H, W) float32 in [0, 1]."""

    part: int
    rgb: Floats
    alpha: Floats


def render_layers(garment: Garment, fit: Fit, body: Body, shape: tuple[int, int]) -> list[Layer]:
    """Bend the garment into place.

    Args:
        shape: (height, width) of the photo; fit and body are in its pixels.

    Returns:
        Layers from back to front: legs, torso, sleeves.
    """
    garment = replace(garment, parts=whole_parts(garment.parts))
    mesh = build_mesh(garment.parts, fit.joints)
    position = deform(mesh, fit.handles, fit.scale)
    shrink = min(1.0, OVERSAMPLING * max(fit.scale))
    cloth = _premultiplied(garment, shrink)
    layers = [
        _shade(_render(mesh, position, part, garment, cloth, shrink, shape), body)
        for part in (*LEGS, int(Part.TORSO), *SLEEVES)
        if (mesh.part == part).any()
    ]
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
    return cloth.astype(np.float32)


def _render(
    mesh: Mesh,
    position: NDArray[np.float64],
    part: int,
    garment: Garment,
    cloth: Floats,
    shrink: float,
    shape: tuple[int, int],
) -> Layer:
    map_x, map_y = backward_map(mesh, position, part, shape)
    rows, columns = np.flatnonzero((map_x > -1e3).any(1)), np.flatnonzero((map_x > -1e3).any(0))
    rgb, alpha = np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32)
    if not len(rows):
        return Layer(part, rgb, alpha)
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    source = cloth * _own_pixels(garment.parts, part, cloth.shape[:2], mesh.cell * shrink)[..., None]
    # pixel centres: garment pixel i of the full picture lies at (i + 0.5) * shrink - 0.5 of the shrunk one
    sampled = cv2.remap(
        source,
        (map_x[box] + 0.5) * shrink - 0.5,
        (map_y[box] + 0.5) * shrink - 0.5,
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    coverage = np.clip(sampled[..., 3], 0, 1)
    rgb[box] = np.clip(sampled[..., :3] / np.maximum(sampled[..., 3:], 1e-3), 0, 255)
    alpha[box] = np.where(coverage < 0.02, 0, coverage)
    return Layer(part, rgb, alpha)


def _own_pixels(parts: NDArray[np.uint8], part: int, size: tuple[int, int], overlap: float) -> Floats:
    """Which garment pixels a part may show: its own, and a strip of its neighbours' so that joints do not gape."""
    own = (parts == part).astype(np.uint8)
    grown = cv2.dilate(own, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(overlap * 0.6) + 1,) * 2))
    keep = np.where((parts == 0) | (grown > 0), 1, 0).astype(np.float32)
    return np.asarray(cv2.resize(keep, size[::-1], interpolation=cv2.INTER_AREA), np.float32)


def _shade(layer: Layer, body: Body) -> Layer:
    """Light that a flat picture lacks: the cloth turns away at the sides of torso, arms and legs."""
    rows, columns = np.nonzero(layer.alpha > 0)
    if not len(rows):
        return layer
    pixels = np.stack([columns, rows], 1).astype(np.float64)
    if layer.part == Part.TORSO:
        coordinates = body.coordinates(pixels)
        width = np.where(
            coordinates[:, 0] < 0, body.width("left", coordinates[:, 1]), body.width("right", coordinates[:, 1])
        )
        turn = np.clip(np.abs(coordinates[:, 0]) / width, 0, 1.15)
        below_armpit = np.clip((coordinates[:, 1] - 0.2) / 0.25, 0, 1)
        factor = 1 - 0.16 * turn**4 * below_armpit
    else:
        side = PART_SIDE[layer.part]
        limb = body.arms[side] if layer.part in SLEEVES else body.legs[side]
        offset = pixels[:, None] - limb.axis[None]
        nearest = np.argmin((offset**2).sum(-1), axis=1)
        normal = limb.outward(limb.along, SIGN[side])[nearest]
        across = (offset[np.arange(len(pixels)), nearest] * normal).sum(1)
        turn = np.clip(np.abs(across) / (1.25 * limb.natural[nearest]), 0, 1.2)
        factor = 1 - 0.17 * turn**3
    shade = np.ones(layer.alpha.shape, np.float32)
    shade[rows, columns] = factor
    shade = cv2.GaussianBlur(shade, (0, 0), max(1.0, 0.03 * body.unit))
    return Layer(layer.part, layer.rgb * shade[..., None], layer.alpha)


def over(base: Floats, rgb: Floats, alpha: Floats) -> Floats:
    """`rgb` laid over `base` with coverage `alpha` (H, W)."""
    return np.asarray(base + (rgb - base) * alpha[..., None], np.float32)


def union(layers: list[Layer], shape: tuple[int, int]) -> Floats:
    """Coverage (H, W) of several layers together."""
    clear = np.ones(shape, np.float32)
    for layer in layers:
        clear *= 1 - layer.alpha
    return np.asarray(1 - clear, np.float32)
