"""A head for people whose own is cut off by the photo's upper edge: the pose networks look for one before all else.

Without a head the detector finds nobody, and the landmark network, made to answer, puts a head where the neck is and
the shoulders on the chest. So the photo is continued upwards by a plain backdrop with the drawing of a head where
the body leaves it, just for the networks' eyes.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.pose.choice import body_unit
from vesture.vision.pose.decode import Floats

RGB = NDArray[np.uint8]

HEAD_HALF_WIDTH, HEAD_SHAPE = 0.27, 1.4  # units; height over width
CHIN_HIDDEN = 0.1  # of the head's half height, below the photo's edge
SKIN, HAIR, DARK, LIPS, SHADE = (200, 160, 135), (60, 45, 35), (50, 40, 40), (165, 80, 80), (170, 125, 105)
# Ellipses of a face: centre, then half axes, in half widths across and half heights down; colour
FACE = (
    ((0.0, -0.15), (1.12, 1.05), HAIR),
    ((0.0, 0.0), (1.0, 1.0), SKIN),
    ((-0.4, -0.05), (0.16, 0.05), DARK),
    ((0.4, -0.05), (0.16, 0.05), DARK),
    ((-0.4, -0.22), (0.22, 0.03), HAIR),
    ((0.4, -0.22), (0.22, 0.03), HAIR),
    ((0.0, 0.25), (0.12, 0.07), SHADE),
    ((0.0, 0.52), (0.3, 0.05), LIPS),
)


def with_drawn_head(rgb: RGB, points: Floats, mask: Floats) -> tuple[RGB, int] | None:
    """The photo (height, width, 3) with rows on top of it that show a head, and how many rows that are.

    None where the body (33, 2) with its mask (height, width) does not leave the photo upwards.
    """
    run = _neck_run(points, mask)
    if run is None:
        return None
    half = HEAD_HALF_WIDTH * body_unit(points)
    high = HEAD_SHAPE * half
    rows = round(2.6 * high)
    canvas = np.empty((rows + rgb.shape[0], rgb.shape[1], 3), np.uint8)
    canvas[rows:] = rgb
    edge = rgb[: max(3, rgb.shape[0] // 50)]
    scene = edge[mask[: len(edge)] < 0.5]
    canvas[:rows] = np.median(scene, axis=0) if len(scene) > 20 else 128
    middle = np.array([(run[0] + run[1]) / 2, rows - (1 - CHIN_HIDDEN) * high])
    neck = (round(middle[0] - 0.55 * half), round(middle[1])), (round(middle[0] + 0.55 * half), rows - 1)
    cv2.rectangle(canvas, *neck, SKIN, -1)
    for place, axes, colour in FACE:
        centre = np.rint(middle + np.array(place) * (half, high)).astype(int)
        size = np.maximum(np.rint(np.array(axes) * (half, high)), 1).astype(int)
        cv2.ellipse(canvas, centre.tolist(), size.tolist(), 0, 0, 360, colour, -1, cv2.LINE_AA)
    canvas[rows:] = rgb
    return canvas, rows


def _neck_run(points: Floats, mask: Floats) -> tuple[float, float] | None:
    """First and last column where the body leaves the photo, on the stretch nearest to the middle of the shoulders."""
    edge = mask[: max(3, mask.shape[0] // 100)].mean(0) > 0.5
    steps = np.flatnonzero(np.diff(np.r_[False, edge, False].astype(np.int8)))
    runs = [(float(start), float(end - 1)) for start, end in zip(steps[::2], steps[1::2], strict=True)]
    unit = body_unit(points)
    runs = [run for run in runs if run[1] - run[0] > 0.15 * unit]
    middle = float(points[[11, 12], 0].mean())
    if not runs:
        return None
    return min(runs, key=lambda run: max(run[0] - middle, middle - run[1], 0.0))
