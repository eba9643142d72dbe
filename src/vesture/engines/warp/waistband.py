"""The upper edge of trousers and skirts, where a top ends over them: settled by colour.

The parse puts that edge where waistbands usually are; under an open jacket or a short top the band goes on higher.
Takes labels and the photo, gives labels; only pixels of a top right above a bottom can change, to the bottom's.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.vision.parsing import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

FINE = 48  # pixels of a unit at which colours are compared: finer ones are threads
BAND = 0.17  # units above the bottom's edge within which its waistband may go on
TOP_TELLS = (0.2, 0.4)  # units above the edge where a column shows the top's own colour,
BOTTOM_TELLS = (0.05, 0.25)  # and below it the bottom's
APART = 14.0  # in Lab, that both differ at the least
LIKE = (0.55, 1.8)  # of the way from the top's colour to the bottom's: so far, and no further, lies a waistband's
LEAST = 0.03  # units across and up: what is smaller is a fold or a button
SMOOTH = 0.12  # units across over which the edge keeps its course


def with_waistband(labels: NDArray[np.uint8], photo: RGB, unit: float) -> NDArray[np.uint8]:
    """Labels (H, W) with the part of a waistband that passed for the top above it.

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
    height = np.zeros(size[0])
    edge = np.argmax(begins, axis=0) + 1
    for column in columns:
        height[column] = _rise(lab[:, column], small[:, column], int(edge[column]), unit * shrink)
    height = _steady(height, max(1, round(SMOOTH * unit * shrink)), LEAST * unit * shrink)
    rows = np.arange(size[1])[:, None]
    found = (rows < edge) & (rows >= edge - height) & begins.any(0)
    if not found.any():
        return labels
    result = labels.copy()
    # the rows around it alone, at full resolution
    first, last = np.flatnonzero(found.any(1))[[0, -1]]
    low, high = max(0, first - 2), min(size[1], last + 3)
    place = slice(low * labels.shape[0] // size[1], high * labels.shape[0] // size[1])
    shape = (labels.shape[1], place.stop - place.start)
    whole = cv2.resize(found[low:high].astype(np.float32), shape, interpolation=cv2.INTER_LINEAR) > 0.5
    result[place][whole & (labels[place] == Label.TOP)] = int(Label.BOTTOM)
    return result


def _rise(lab: Floats, labels: NDArray[np.uint8], edge: int, unit: float) -> int:
    """How many pixels the bottom goes on above `edge` in a column of colours (n, 3) and labels (n,)."""

    def told(between: tuple[float, float], sign: int, label: Label) -> Floats | None:
        rows = edge + sign * np.arange(round(between[0] * unit), round(between[1] * unit) + 1)
        rows = rows[(rows >= 0) & (rows < len(labels))]
        rows = rows[labels[rows] == label]
        return np.median(lab[rows], axis=0) if len(rows) > 2 else None

    top, bottom = told(TOP_TELLS, -1, Label.TOP), told(BOTTOM_TELLS, 1, Label.BOTTOM)
    if top is None or bottom is None or np.linalg.norm(bottom - top) < APART:
        return 0
    band = lab[max(0, edge - round(BAND * unit)) : edge][::-1]
    way = (band - top) @ (bottom - top) / float((bottom - top) @ (bottom - top))
    like = (way > LIKE[0]) & (way < LIKE[1])
    end = len(like) if like.all() else int(np.argmin(like))
    return 0 if end == len(like) else end  # a top of two colours has no waistband to be found


def _steady(height: Floats | NDArray[np.float64], width: int, least: float) -> NDArray[np.float64]:
    """Heights (n,) of an edge without spikes: the middle of the columns around."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(height, width, mode="edge"), 2 * width + 1)
    middle = np.median(windows, axis=1)
    return np.where(middle >= least, middle, 0.0)
