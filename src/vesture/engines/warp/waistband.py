"""The upper edge of trousers and skirts, where a top ends over them: settled by colour.

The parse puts that edge where waistbands usually are. Under an open jacket or a short top the band goes on higher, and
the fronts of a jacket nearly of the trousers' colour hang lower. Takes labels and the photo, gives labels; only pixels
right above and below the edge between a top and a bottom can change, from the one to the other.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

FINE = 48  # pixels of a unit at which colours are compared: finer ones are threads
BAND = 0.17  # units above the bottom's edge within which its waistband may go on
TOP_TELLS = (0.2, 0.4)  # units above the edge where a column shows the top's own colour,
BOTTOM_TELLS = (0.05, 0.25)  # and below it the bottom's
APART = 14.0  # in Lab, that both differ at the least
LIKE = (0.55, 1.8)  # of the way from the top's colour to the bottom's: so far, and no further, lies a waistband's
LOWEST = 0.55  # units below the edge that the top may hang on,
LEG_TELLS = (0.55, 0.95)  # where the bottom's colour is taken then
SUBTLE = 4.0  # in Lab, that both differ at the least, if their colours are as even as this:
EVEN = (0.28, 0.45)  # of that difference, the scatter of the top's and of the bottom's
STILL_TOP, BOTTOM_AGAIN = 0.35, 0.55  # of the way: the top goes on below the first, and has ended above the second
STRONG, SAME_HUE = 28.0, 8.0  # chroma of a colour that shows in any light, and how far light may shift it, in Lab
DROP = 0.05  # units that it must hang on
FRONT = 0.1  # units across: no front of a jacket is narrower
LEAST = 0.03  # units across and up: what is smaller is a fold or a button
SMOOTH = 0.12  # units across over which the edge keeps its course


def with_waistband(labels: NDArray[np.uint8], photo: RGB, unit: float) -> NDArray[np.uint8]:
    """Labels (H, W) with the edge between top and bottom where their colours part.

    Args:
        photo: (H, W, 3) uint8.
        unit: length unit in pixels.
    """
    shrink = min(1.0, FINE / unit)
    size = max(1, round(labels.shape[1] * shrink)), max(1, round(labels.shape[0] * shrink))
    small = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    begins = (small[1:] == Label.BOTTOM) & (small[:-1] == Label.TOP)
    columns = np.flatnonzero(begins.any(0))
    if not len(columns):
        return labels
    lab = cv2.cvtColor(
        cv2.resize(photo, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255, cv2.COLOR_RGB2LAB
    )
    height, fall = np.zeros(size[0]), np.zeros(size[0])
    edge = np.argmax(begins, axis=0) + 1
    for column in columns:
        height[column] = _rise(lab[:, column], small[:, column], int(edge[column]), unit * shrink)
        fall[column] = _fall(lab[:, column], small[:, column], int(edge[column]), unit * shrink)
    fall = cv2.morphologyEx(fall[None], cv2.MORPH_CLOSE, np.ones((1, 2 * round(SMOOTH * unit * shrink) + 1)))[0]
    width, least = max(1, round(SMOOTH * unit * shrink)), LEAST * unit * shrink
    height, fall = _steady(height, width, least), _steady(fall, max(1, width // 2), DROP * unit * shrink)
    # an opening of columns: narrower ones are folds
    fall = cv2.morphologyEx(fall[None], cv2.MORPH_OPEN, np.ones((1, max(2, round(FRONT * unit * shrink)))))[0]
    rows = np.arange(size[1])[:, None]
    band = (rows < edge) & (rows >= edge - height) & begins.any(0)
    hanging = (rows >= edge - 2) & (rows < edge + fall) & (fall > 0) & begins.any(0)  # no seam stays between
    result = _relabelled(labels, labels, band, Label.TOP, Label.BOTTOM)
    return _relabelled(result, labels, hanging, Label.BOTTOM, Label.TOP)


def _relabelled(
    result: NDArray[np.uint8], labels: NDArray[np.uint8], small: Bools, old: Label, new: Label
) -> NDArray[np.uint8]:
    """Labels (H, W) `result`, the `new` one where `labels` have the `old` one and the reduced mask (h, w) is true."""
    if not small.any():
        return result
    result = result.copy()
    # the rows around it alone, at full resolution
    first, last = np.flatnonzero(small.any(1))[[0, -1]]
    low, high = max(0, first - 2), min(len(small), last + 3)
    place = slice(low * labels.shape[0] // len(small), high * labels.shape[0] // len(small))
    shape = (labels.shape[1], place.stop - place.start)
    whole = cv2.resize(small[low:high].astype(np.float32), shape, interpolation=cv2.INTER_LINEAR) > 0.5
    result[place][whole & (labels[place] == old)] = int(new)
    return result


def _rise(lab: Floats, labels: NDArray[np.uint8], edge: int, unit: float) -> int:
    """How many pixels the bottom goes on above `edge` in a column of colours (n, 3) and labels (n,)."""
    above = _told(lab, labels, edge, (-TOP_TELLS[1] * unit, -TOP_TELLS[0] * unit), Label.TOP)
    below = _told(lab, labels, edge, (BOTTOM_TELLS[0] * unit, BOTTOM_TELLS[1] * unit), Label.BOTTOM)
    if len(above) < 3 or len(below) < 3:
        return 0
    top, bottom = np.median(above, axis=0), np.median(below, axis=0)
    if np.linalg.norm(bottom - top) < APART:
        return 0
    band = lab[max(0, edge - round(BAND * unit)) : edge][::-1]
    way = (band - top) @ (bottom - top) / float((bottom - top) @ (bottom - top))
    like = (way > LIKE[0]) & (way < LIKE[1])
    end = len(like) if like.all() else int(np.argmin(like))
    return 0 if end == len(like) else end  # a top of two colours has no waistband to be found


def _fall(lab: Floats, labels: NDArray[np.uint8], edge: int, unit: float) -> int:
    """How many pixels the top hangs on below `edge` in a column of colours (n, 3) and labels (n,)."""
    above = _told(lab, labels, edge, (-TOP_TELLS[1] * unit, -0.06 * unit), Label.TOP)
    below = _told(lab, labels, edge, (LEG_TELLS[0] * unit, LEG_TELLS[1] * unit), Label.BOTTOM)
    if len(above) < 4 or len(below) < 4:
        return 0
    top, bottom = np.median(above, axis=0), np.median(below, axis=0)
    size = float(np.linalg.norm(bottom - top))
    scatter = (np.std(side @ (bottom - top)) / max(size, 1e-6) ** 2 for side in (above, below))
    if size < SUBTLE or any(own > most for own, most in zip(scatter, EVEN, strict=True)) or _one_cloth(top, bottom):
        return 0
    way = (lab[edge : edge + round(LOWEST * unit) + 4] - top) @ (bottom - top) / size**2
    way = np.median(np.lib.stride_tricks.sliding_window_view(np.pad(way, 1, mode="edge"), 3), axis=1)
    if way[: max(1, round(DROP * unit))].max() > STILL_TOP:
        return 0
    ended = np.flatnonzero(way > 0.5 * (STILL_TOP + BOTTOM_AGAIN))
    return int(ended[0]) if len(ended) and way[ended[0] : ended[0] + 4].mean() > BOTTOM_AGAIN else 0


def _one_cloth(top: Floats, bottom: Floats) -> bool:
    """Whether two colours (3,) are one strong colour in two lights: folds of a jumpsuit, no edge of a top."""
    shaded = top[1:] * (bottom[0] / max(float(top[0]), 1.0))
    strong = min(np.linalg.norm(top[1:]), np.linalg.norm(bottom[1:])) > STRONG
    return bool(strong and np.linalg.norm(bottom[1:] - shaded) < SAME_HUE)


def _told(lab: Floats, labels: NDArray[np.uint8], edge: int, between: tuple[float, float], label: Label) -> Floats:
    """Colours (k, 3) of a column's pixels of a label, in a stretch below (or, negative, above) its edge."""
    rows = np.arange(edge + round(between[0]), edge + round(between[1]) + 1)
    rows = rows[(rows >= 0) & (rows < len(labels))]
    return np.asarray(lab[rows[labels[rows] == label]])


def _steady(height: Floats | NDArray[np.float64], width: int, least: float) -> NDArray[np.float64]:
    """Heights (n,) of an edge without spikes: the middle of the columns around."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(height, width, mode="edge"), 2 * width + 1)
    middle = np.median(windows, axis=1)
    return np.where(middle >= least, middle, 0.0)
