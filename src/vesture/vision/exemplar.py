"""Holes of a textured scene filled with pieces of the scene itself.

Takes a photo, the pixels to fill and the pixels that may serve as examples; knows nothing about people or clothes.

Method: patches of the hole and of the scene are matched from coarse to fine, each hole pixel taking the mean of what
the patches over it propose (Wexler, Shechtman and Irani, "Space-Time Completion of Video", PAMI 2007; Barnes et al.,
"PatchMatch", SIGGRAPH 2009, for the same on pictures). Holes beside a person are small, so the nearest patches are
found exactly, by one matrix product. Only the displacements are kept: at full resolution they copy whole pieces, as in
"Shift-Map Image Editing" (Pritch et al., ICCV 2009), so that the grain stays sharp.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.fill import grain, push_pull
from vesture.vision.masks import dilate, erode

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]

PATCH = 7
WANTED = 700  # hole pixels at the resolution at which patches are matched
EXAMPLES = 1600
ROUNDS = (3, 2, 1)  # from the coarsest level to the finest
NEARNESS = 0.3  # squared colour levels for each squared pixel of displacement: near pieces are in the same light
FORGIVEN = 3.0  # variances of the scene by which a piece that goes on may fit worse than the best match
_UNSET = np.iinfo(np.int64).max
TEXTURED = 5.0  # levels of detail above which a smooth fill would show as a smear


def fill_scene(photo: Floats, need: Bools, usable: Bools, reach: float, generator: np.random.Generator) -> Floats:
    """Fill the pixels `need` of a photo from the pixels `usable`.

    Args:
        photo: (h, w, 3) float32 in [0, 255].
        need: (h, w) what to fill.
        usable: (h, w) what shows the scene; everything else is neither used nor filled.
        reach: pixels around the hole within which examples are looked for.

    Returns:
        (h, w, 3); outside `need` unspecified.
    """
    plate = _smooth_plate(photo, usable)
    near = dilate(need, 0.35 * reach) & usable
    if _detail(photo, plate, near) < TEXTURED:
        return plate + grain(photo, usable, generator)
    rows, columns = np.flatnonzero(need.any(1)), np.flatnonzero(need.any(0))
    margin = round(reach)
    box = np.s_[
        max(0, rows[0] - margin) : rows[-1] + 1 + margin,
        max(0, columns[0] - margin) : columns[-1] + 1 + margin,
    ]
    result = plate.copy()
    result[box] = _pieced(photo[box], plate[box], need[box], usable[box], generator)
    return result


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
    """One resolution: `known` shows the scene, `hole` is to be filled, `rows`/`columns` list the hole's pixels."""

    image: Floats
    known: Bools
    hole: Bools
    rows: Indices
    columns: Indices


def _pieced(photo: Floats, plate: Floats, need: Bools, usable: Bools, generator: np.random.Generator) -> Floats:
    scale = min(1.0, (WANTED / max(int(need.sum()), 1)) ** 0.5)
    levels = [_level(photo, plate, need, usable, scale * step) for step in (0.25, 0.5, 1.0)]
    image: Floats | None = None
    found: tuple[Indices, Indices] | None = None
    for level, rounds in zip(levels, ROUNDS, strict=True):
        if not len(level.rows) or min(level.image.shape[:2]) < 2 * PATCH:
            continue
        current = level.image if image is None else _carried(image, level)
        examples = _examples(level, generator)
        if examples is None:
            continue
        for _ in range(rounds):
            found = _matches(current, level, examples)
            current = _voted(current, level, found)
        image = current
        last = level
    if found is None or image is None:
        return plate
    return _copied(photo, plate, need, usable, last, _grown_together(image, last, found))


def _level(photo: Floats, plate: Floats, need: Bools, usable: Bools, scale: float) -> _Level:
    size = (max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale)))
    filled = np.where(usable[..., None], photo, plate)
    image = np.asarray(cv2.resize(filled, size, interpolation=cv2.INTER_AREA), np.float32)
    known = cv2.resize(usable.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.95
    hole = (cv2.resize(need.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.02) & ~known
    rows, columns = np.nonzero(hole)
    return _Level(image, known, hole, rows, columns)


def _carried(image: Floats, level: _Level) -> Floats:
    """The coarser result in the hole of the next level."""
    larger = cv2.resize(image, level.image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.where(level.hole[..., None], larger, level.image), np.float32)


def _examples(level: _Level, generator: np.random.Generator) -> tuple[Indices, Indices] | None:
    """Middles of patches that show nothing but the scene."""
    half = PATCH // 2
    whole = erode(level.known, half + 1)
    whole[:half], whole[-half:], whole[:, :half], whole[:, -half:] = False, False, False, False
    rows, columns = np.nonzero(whole)
    if len(rows) < 50:
        return None
    if len(rows) > EXAMPLES:
        chosen = np.sort(generator.choice(len(rows), EXAMPLES, replace=False))
        rows, columns = rows[chosen], columns[chosen]
    return rows, columns


def _patches(image: Floats, rows: Indices, columns: Indices) -> Floats:
    """(n, PATCH * PATCH * c) patches round the given pixels; past the edge the picture is mirrored."""
    half = PATCH // 2
    padded = cv2.copyMakeBorder(image, half, half, half, half, cv2.BORDER_REFLECT_101)
    padded = padded[..., None] if padded.ndim == 2 else padded
    windows = np.lib.stride_tricks.sliding_window_view(padded, (PATCH, PATCH), axis=(0, 1))
    return np.ascontiguousarray(windows[rows, columns]).reshape(len(rows), -1)


def _matches(image: Floats, level: _Level, examples: tuple[Indices, Indices]) -> tuple[Indices, Indices]:
    """For each hole pixel the middle of the example patch that looks most like its surroundings."""
    matter = _patches((level.known | level.hole).astype(np.float32), level.rows, level.columns)
    # what is already known weighs more than what was guessed
    matter *= 0.35 + 0.65 * _patches(level.known.astype(np.float32), level.rows, level.columns)
    matter = np.tile(matter, (1, image.shape[2]))
    target = _patches(image, level.rows, level.columns)
    source = _patches(level.image, *examples)
    cost = matter @ (source**2).T
    cost -= 2 * (matter * target) @ source.T
    cost /= np.maximum(matter.sum(1), 1e-3)[:, None]
    away = (level.rows[:, None] - examples[0]) ** 2 + (level.columns[:, None] - examples[1]) ** 2
    best = np.argmin(cost + NEARNESS * away.astype(np.float32), axis=1)
    return examples[0][best], examples[1][best]


def _voted(image: Floats, level: _Level, found: tuple[Indices, Indices]) -> Floats:
    """Each hole pixel as the mean of what the patches over it propose."""
    half = PATCH // 2
    height, width = level.hole.shape
    index = np.full((height + 2 * half, width + 2 * half), -1)
    index[level.rows + half, level.columns + half] = np.arange(len(level.rows))
    total = np.zeros((len(level.rows), image.shape[2]), np.float32)
    count = np.zeros(len(level.rows), np.float32)
    for dy in range(-half, half + 1):
        for dx in range(-half, half + 1):
            other = index[level.rows + half + dy, level.columns + half + dx]
            votes = other >= 0
            weight = np.float32(np.exp(-(dx * dx + dy * dy) / 6))
            total[votes] += weight * level.image[found[0][other[votes]] - dy, found[1][other[votes]] - dx]
            count[votes] += weight
    result = image.copy()
    result[level.rows, level.columns] = total / count[:, None]
    return result


def _grown_together(image: Floats, level: _Level, found: tuple[Indices, Indices]) -> tuple[Indices, Indices]:
    """The matches with pieces joined from the rim inwards: a pixel goes on with the piece beside it where that fits.

    Far from the rim the voted picture is smooth, and every pixel there likes the same smoothest spot best; copied at
    full resolution that spot would tile the hole. A true piece of texture differs from the smooth vote by its own
    variance, so that much is forgiven.
    """
    half = PATCH // 2
    height, width = level.hole.shape
    whole = erode(level.known, half + 1)
    whole[:half], whole[-half:], whole[:, :half], whole[:, -half:] = False, False, False, False
    padded = cv2.copyMakeBorder(image, half, half, half, half, cv2.BORDER_REFLECT_101)

    def cost(row: int, column: int, from_row: int, from_column: int) -> float:
        target = padded[row : row + PATCH, column : column + PATCH]
        source = level.image[from_row - half : from_row + half + 1, from_column - half : from_column + half + 1]
        return float(np.mean((target - source) ** 2))

    forgiven = FORGIVEN * float(np.mean(_variance(level.image)[whole]))
    moves = np.full((height, width, 2), _UNSET, np.int64)
    depth = cv2.distanceTransform(level.hole.view(np.uint8), cv2.DIST_L2, 3)[level.rows, level.columns]
    rows, columns = found[0].copy(), found[1].copy()
    for index in np.argsort(depth, kind="stable"):
        row, column = int(level.rows[index]), int(level.columns[index])
        best = cost(row, column, int(rows[index]), int(columns[index])) + forgiven
        beside = moves[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2].reshape(-1, 2)
        for move_y, move_x in {(int(y), int(x)) for y, x in beside if y != _UNSET}:
            y, x = row + move_y, column + move_x
            if 0 <= y < height and 0 <= x < width and whole[y, x] and (worth := cost(row, column, y, x)) < best:
                best, rows[index], columns[index] = worth, y, x
        moves[row, column] = rows[index] - row, columns[index] - column
    return rows, columns


def _variance(image: Floats) -> Floats:
    """(h, w) mean variance of the colours within a patch round each pixel."""
    mean = cv2.blur(image, (PATCH, PATCH))
    return np.asarray((cv2.blur(image**2, (PATCH, PATCH)) - mean**2).mean(-1), np.float32)


def _copied(
    photo: Floats, plate: Floats, need: Bools, usable: Bools, level: _Level, found: tuple[Indices, Indices]
) -> Floats:
    """The displacements of the finest level carried out at full resolution; where two meet they cross-fade."""
    height, width = level.hole.shape
    scale_y, scale_x = photo.shape[0] / height, photo.shape[1] / width
    move_y, move_x = np.zeros((height, width), np.int64), np.zeros((height, width), np.int64)
    move_y[level.rows, level.columns] = np.rint((found[0] - level.rows) * scale_y)
    move_x[level.rows, level.columns] = np.rint((found[1] - level.columns) * scale_x)
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
            good = inside & level.hole[cell_y, cell_x] & usable[from_y, from_x]
            share = (near**3 * good).astype(np.float32)  # cubed: the nearest piece rules but at the seam
            total += share[:, None] * photo[from_y, from_x]
            weight += share
    result = plate.copy()
    filled = weight > 1e-4
    result[rows[filled], columns[filled]] = total[filled] / weight[filled, None]
    return result
