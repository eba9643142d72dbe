"""Holes of a textured scene filled with pieces of the scene itself.

Takes a photo, the pixels to fill and the pixels that may serve as examples; knows nothing about people or clothes.

Method: whole pieces are laid at a resolution at which the hole is small (`exemplar_pieces.py`); at full size their
displacements are copied, as in "Shift-Map Image Editing" (Pritch et al., ICCV 2009), so that the grain stays sharp, and
brought into the light that the scene has at the rim. Where the scene is smooth, it is grown smoothly.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.exemplar_pieces import BESIDE, laid_pieces
from vesture.vision.fill import grain, push_pull
from vesture.vision.masks import dilate

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]

FINEST = 2000  # hole pixels at the resolution at which pieces are laid
SHARP = 2  # power of the weights by which pieces cross-fade: the nearest rules but at the seam
LIGHT = 22.0  # levels by which a piece may be brightened or darkened to match what it joins
TEXTURED = 5.0  # levels of detail above which a smooth fill would show as a smear


def fill_scene(
    photo: Floats, need: Bools, usable: Bools, reach: float, generator: np.random.Generator, finest: int = FINEST
) -> Floats:
    """Fill the pixels `need` of a photo from the pixels `usable`.

    Args:
        photo: (h, w, 3) float32 in [0, 255].
        need: (h, w) what to fill.
        usable: (h, w) what shows the scene; everything else is neither used nor filled.
        reach: pixels around the hole within which examples are looked for.
        finest: hole pixels at the resolution at which pieces are laid.

    Returns:
        (h, w, 3); outside `need` unspecified.
    """
    plate = _smooth_plate(photo, usable)
    rows, columns = np.flatnonzero(need.any(1)), np.flatnonzero(need.any(0))
    margin = round(reach)
    box = np.s_[
        max(0, rows[0] - margin) : rows[-1] + 1 + margin,
        max(0, columns[0] - margin) : columns[-1] + 1 + margin,
    ]
    part, smooth, hole, known = photo[box], plate[box], need[box], usable[box]
    near = dilate(hole, 0.35 * reach) & known
    if _detail(part, smooth, near) < TEXTURED:
        plate[box] += grain(part, known, generator)
    else:
        plate[box] = _pieced(part, smooth, hole, known, generator, finest)
    return plate


def _smooth_plate(photo: Floats, usable: Bools) -> Floats:
    """The scene grown smoothly from its usable pixels; found at half size, it holds no detail."""
    size = (max(1, photo.shape[1] // 2), max(1, photo.shape[0] // 2))
    weight = cv2.resize(usable.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(photo * usable[..., None], size, interpolation=cv2.INTER_AREA)
    small /= np.maximum(weight, 1e-3)[..., None]
    filled = push_pull(small, (weight > 0.3).astype(np.float32))
    return np.asarray(cv2.resize(filled, photo.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _detail(photo: Floats, plate: Floats, near: Bools) -> float:
    """Levels by which the scene next to the hole differs from its own smooth version."""
    if int(near.sum()) < 32:
        return 0.0
    sigma = 4.0
    smooth = cv2.GaussianBlur(np.where(near[..., None], photo, plate), (0, 0), sigma)
    return float(np.percentile(np.abs(photo - smooth)[near].max(-1), 80))


@dataclass(frozen=True, slots=True)
class _Level:
    """One resolution: `known` shows the scene, `hole` is to be filled."""

    image: Floats
    known: Bools
    hole: Bools


def _pieced(
    photo: Floats, plate: Floats, need: Bools, usable: Bools, generator: np.random.Generator, finest: int
) -> Floats:
    level = _level(photo, plate, need, usable, min(1.0, (finest / max(int(need.sum()), 1)) ** 0.5))
    moves = laid_pieces(level.image, level.known, level.hole, generator)
    return _copied(photo, plate, need, usable, level, moves)


def _level(photo: Floats, plate: Floats, need: Bools, usable: Bools, scale: float) -> _Level:
    size = (max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale)))
    filled = np.where(usable[..., None], photo, plate)
    image = np.asarray(cv2.resize(filled, size, interpolation=cv2.INTER_AREA), np.float32)
    known = cv2.resize(usable.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.95
    hole = (cv2.resize(need.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.02) & ~known
    return _Level(image, known, hole)


def _copied(photo: Floats, plate: Floats, need: Bools, usable: Bools, level: _Level, moves: Indices) -> Floats:
    """The displacements of the finest level carried out at full resolution; where two meet they cross-fade."""
    height, width = level.hole.shape
    scale_y, scale_x = photo.shape[0] / height, photo.shape[1] / width
    laid = level.hole & moves.any(-1)
    move_y = np.rint(moves[..., 0] * scale_y).astype(np.int64)
    move_x = np.rint(moves[..., 1] * scale_x).astype(np.int64)
    rows, columns = np.nonzero(need)
    y = np.clip((rows + 0.5) / scale_y - 0.5, 0, height - 1.001)
    x = np.clip((columns + 0.5) / scale_x - 0.5, 0, width - 1.001)
    total = np.zeros((len(rows), 3), np.float32)
    weight = np.zeros(len(rows), np.float32)
    for corner_y in (0, 1):
        for corner_x in (0, 1):
            cell_y, cell_x = np.floor(y).astype(int) + corner_y, np.floor(x).astype(int) + corner_x
            cell_y, cell_x = np.minimum(cell_y, height - 1), np.minimum(cell_x, width - 1)
            near = (1 - np.abs(y - cell_y)).clip(0, 1) * (1 - np.abs(x - cell_x)).clip(0, 1)
            from_y, from_x = rows + move_y[cell_y, cell_x], columns + move_x[cell_y, cell_x]
            inside = (from_y >= 0) & (from_y < photo.shape[0]) & (from_x >= 0) & (from_x < photo.shape[1])
            from_y, from_x = np.clip(from_y, 0, photo.shape[0] - 1), np.clip(from_x, 0, photo.shape[1] - 1)
            good = inside & laid[cell_y, cell_x] & usable[from_y, from_x]
            share = (near**SHARP * good).astype(np.float32)
            total += share[:, None] * photo[from_y, from_x]
            weight += share
    result = plate.copy()
    filled = weight > 1e-4
    result[rows[filled], columns[filled]] = total[filled] / weight[filled, None]
    return result + _in_the_light_beside(photo, need, usable, level, moves)


def _in_the_light_beside(photo: Floats, need: Bools, usable: Bools, level: _Level, moves: Indices) -> Floats:
    """What the pieces lack (h, w, 3) of the light that the scene has at the rim of the hole, spread into it.

    As in gradient-domain cloning (Pérez, Gangnet and Blake, "Poisson Image Editing", SIGGRAPH 2003), but smooth only.
    """
    smooth = cv2.GaussianBlur(level.image, (0, 0), 1.5)
    rows, columns = np.nonzero(level.known & (cv2.dilate(level.hole.view(np.uint8), np.ones((3, 3), np.uint8)) > 0))
    total = np.zeros((*level.hole.shape, 3), np.float32)
    trust = np.zeros(level.hole.shape, np.float32)
    height, width = level.hole.shape
    for step in BESIDE:
        y, x = np.clip(rows + step[0], 0, height - 1), np.clip(columns + step[1], 0, width - 1)
        move = moves[y, x]
        from_y, from_x = rows + move[:, 0], columns + move[:, 1]
        good = move.any(1) & (from_y >= 0) & (from_x >= 0) & (from_y < height) & (from_x < width)
        good[good] = level.known[from_y[good], from_x[good]]
        at, origin = (rows[good], columns[good]), (from_y[good], from_x[good])
        np.add.at(total, at, np.clip(smooth[at] - smooth[origin], -LIGHT, LIGHT))
        np.add.at(trust, at, 1.0)
    if not trust.any():
        return np.zeros_like(photo)
    light = push_pull(np.asarray(total / np.maximum(trust, 1)[..., None], np.float32), (trust > 0).astype(np.float32))
    light = cv2.GaussianBlur(light, (0, 0), 2.0)
    return np.asarray(cv2.resize(light, photo.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)
