"""Holes of a textured scene filled with pieces of the scene itself.

Takes a photo, the pixels to fill and the pixels that may serve as examples; knows nothing about people or clothes.

Method: whole pieces are laid at a resolution at which the hole is small (`exemplar_pieces.py`); at full size their
displacements are copied, as in "Shift-Map Image Editing" (Pritch et al., ICCV 2009), so that the grain stays sharp, and
joined with each other and the rim in one light (`exemplar_seams.py`). Where the scene is smooth, it is grown smoothly.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.exemplar_pieces import HALF, laid_pieces, whole_pieces
from vesture.vision.exemplar_seams import seam_light
from vesture.vision.fill import grain, push_pull
from vesture.vision.masks import dilate

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]

FINEST = 2000  # hole pixels at the resolution at which pieces are laid
FEW, FINER, STEP = 20, 2, 1.6  # places to copy below which finer levels are tried, how many, and how much finer each
SHARP = 2  # power of the weights by which pieces cross-fade: the nearest rules but at the seam
TEXTURED = 3.0  # levels of detail above which a smooth fill would show as a smear; an empty studio has half of it
CLEAR = 20.0  # levels of detail by which pieces are told apart; paler scenes are looked at in more contrast


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
    detail = _detail(part, smooth, near)
    if detail < TEXTURED:
        plate[box] += grain(part, known, generator)
    else:
        plate[box] = _pieced(part, smooth, hole, known, generator, finest, max(1.0, CLEAR / detail))
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
    photo: Floats,
    plate: Floats,
    need: Bools,
    usable: Bools,
    generator: np.random.Generator,
    finest: int,
    contrast: float,
) -> Floats:
    scale = min(1.0, (finest / max(int(need.sum()), 1)) ** 0.5)
    level = _level(photo, plate, need, usable, scale)
    for _ in range(FINER):
        if scale == 1 or int(whole_pieces(level.known, HALF).sum()) >= FEW:
            break
        scale = min(1.0, STEP * scale)
        level = _level(photo, plate, need, usable, scale)
    moves = laid_pieces(contrast * level.image, level.known, level.hole, generator)
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
    light = seam_light(level.image, level.known, laid, moves)
    seen = photo[usable]
    # no light makes the scene brighter or darker than it is anywhere
    return np.clip(result + _spread(light, laid, photo.shape), seen.min(0), seen.max(0))


def _spread(light: Floats, laid: Bools, shape: tuple[int, ...]) -> Floats:
    """What is to be added at full resolution (H, W, 3)."""
    whole = push_pull(light, laid.astype(np.float32))
    return np.asarray(cv2.resize(whole, shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)
