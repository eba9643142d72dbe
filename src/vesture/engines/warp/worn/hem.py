"""The hem of a top that the parse could not tell from what is below: black on black, in photos that end at the hips.

Takes the wearer's photo and the top's mask, gives the mask down to the hem. Cloth changes a little across a hem, and at
one level over the whole width of the body: lightness by light that falls differently, hue by another dye. Folds and
prints do not reach across, or not evenly.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.worn.cloth import scaled_scene
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

HIGHEST, LOWEST = 0.7, 1.2  # levels between which hems are looked for
STEP = 0.01  # levels
BAND, GAP = 10, 3  # steps on either side that are compared, and steps next to a hem that are passed over
ACROSS = np.linspace(-0.36, 0.36, 37)  # units from the spine
LEAST_LOWER = 0.05  # square units of trousers or skirt: where they are told, the hem is known
LEAST_EDGE = 0.3  # units of the photo's lower edge that the top reaches
SEEN = 0.5  # share of the columns that must show cloth on both sides
LEAST_CHANGE, CLEAR = 2.5, 4.0  # CIELAB distance; times the unevenness of the cloth on either side
ALIKE, MOST_COLUMNS = 0.35, 0.82  # a column agrees with this share of the usual change; how many must
FIRST = 0.85  # of the greatest change, where the hem is taken to be
NEAR = 4  # steps about the usual level where a column's own hem is looked for


def above_hem(photo: RGB, mask: Bools, body: Body) -> Bools:
    """The mask (H, W) of a top without what is below its hem.

    Args:
        photo: (H, W, 3) of the wearer.
        mask: (H, W) where the top was found.
        body: the wearer.
    """
    lower = int((body.labels == Label.BOTTOM).sum())
    if lower > LEAST_LOWER * body.unit**2 or int(mask[-1].sum()) < LEAST_EDGE * body.unit:
        return mask
    levels = np.arange(HIGHEST - (BAND + GAP) * STEP, LOWEST + (BAND + GAP) * STEP, STEP)
    columns = _columns(photo, mask, body, levels)
    found = [(*_change(columns, index), index) for index in range(BAND + GAP, len(levels) - BAND - GAP)]
    greatest = max(change for change, _, _ in found)
    if greatest <= 0:
        return mask
    # what is below may go on changing: the hem is where it begins
    _, way, index = next(one for one in found if one[0] > FIRST * greatest)
    hem = _course(columns, way, index, levels)
    rows, places = np.nonzero(mask)
    kept = body.coordinates(np.stack([places, rows], 1))[:, 1] < hem
    result = np.zeros_like(mask)
    result[rows[kept], places[kept]] = True
    return result


def _columns(photo: RGB, mask: Bools, body: Body, levels: Floats) -> Floats:
    """Colours (levels, columns, 3) down the body; not a number beside the mask."""
    scene, scale = scaled_scene(photo, mask, body.labels, body.unit)
    points = np.stack([body.point(ACROSS * body.unit, level) for level in levels]).astype(np.float32)
    x, y = points[..., 0] * np.float32(scale), points[..., 1] * np.float32(scale)
    smooth = cv2.GaussianBlur(scene.lab, (0, 0), 0.7)
    colours = cv2.remap(smooth, x, y, cv2.INTER_LINEAR).astype(float)
    on = cv2.remap(scene.mask.astype(np.uint8), x, y, cv2.INTER_NEAREST, borderValue=0) > 0
    return np.where(on[..., None], colours, np.nan)


def _change(columns: Floats, index: int) -> tuple[float, Floats]:
    """How much (0 where it is no hem) and which way (3,) the cloth changes at a step."""
    above, below = columns[index - GAP - BAND : index - GAP], columns[index + GAP : index + GAP + BAND]
    seen = (np.isfinite(above[..., 0]).mean(0) > 0.7) & (np.isfinite(below[..., 0]).mean(0) > 0.7)
    if seen.mean() < SEEN:
        return 0.0, np.zeros(3)
    above, below = above[:, seen], below[:, seen]
    differences = np.nanmedian(below, axis=0) - np.nanmedian(above, axis=0)
    usual = np.median(differences, axis=0)
    change = float(np.linalg.norm(usual))
    uneven = float(np.median(np.concatenate([np.nanstd(above, axis=0), np.nanstd(below, axis=0)])))
    agreeing = float((differences @ usual > ALIKE * change**2).mean())
    if change < LEAST_CHANGE or change < CLEAR * uneven or agreeing < MOST_COLUMNS:
        return 0.0, np.zeros(3)
    return change, usual / change


def _course(columns: Floats, way: Floats, index: int, levels: Floats) -> float:
    """The hem's level: the median of where the columns change most, near the usual step."""
    along = columns @ way
    first, last = max(index - NEAR, GAP + BAND), min(index + NEAR, len(levels) - GAP - BAND)
    changes = np.stack(
        [
            along[step + GAP : step + GAP + BAND].mean(0) - along[step - GAP - BAND : step - GAP].mean(0)
            for step in range(first, last + 1)
        ]
    )
    seen = np.isfinite(changes).all(0)
    if not seen.any():
        return float(levels[index])
    return float(np.median(levels[first + np.argmax(changes[:, seen], axis=0)]))
