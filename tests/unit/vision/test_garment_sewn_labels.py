"""Labels beside the neck opening, on a drawn top."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vesture.vision.garment.backdrop import to_lab
from vesture.vision.garment.cutout import Cutout, Frame
from vesture.vision.garment.sewn_labels import without_sewn_label

BLUE, WHITE = (40, 60, 120), (240, 240, 240)
Box = tuple[int, int, int, int]  # left, top, right, bottom


def top(*things: Box) -> tuple[Cutout, np.ndarray]:
    """A blue top with white things in boxes, and its neck opening: columns 120 to 180, rows 30 to 100."""
    solid = np.zeros((300, 300), np.uint8)
    cv2.rectangle(solid, (60, 30), (240, 280), 1, -1)
    rgb = np.full((300, 300, 3), BLUE, np.uint8)
    weave = np.random.default_rng(4).normal(0, 3, (300, 300, 1))
    rgb = np.clip(rgb + weave, 0, 255).astype(np.uint8)
    for left, upper, right, bottom in things:
        rgb[upper:bottom, left:right] = WHITE
    found, hole = solid > 0, np.zeros((300, 300), bool)
    hole[30:100, 120:181] = True
    return Cutout(rgb, found.astype(np.float32), found, to_lab(rgb), 1.0, 150.0, 1.0, Frame(np.eye(2, 3))), hole


def test_what_is_left_of_a_label_beside_the_opening_becomes_cloth() -> None:
    cutout, hole = top((172, 50, 186, 60))
    left = without_sewn_label(cutout, hole).rgb[48:62, 181:190].astype(int)
    assert np.abs(left - BLUE).max() < 40


@pytest.mark.parametrize(
    "things",
    [
        [(186, 50, 194, 60)],  # a print that the opening does not touch
        [(60, row, 240, row + 6) for row in range(40, 280, 20)],  # stripes
        [(176, 40, 186, 48), (112, 40, 126, 48), (176, 60, 186, 68)],  # a pattern
        [(172, 90, 186, 98)],  # a button
    ],
)
def test_prints_patterns_and_buttons_stay(things: list[Box]) -> None:
    cutout, hole = top(*things)
    assert without_sewn_label(cutout, hole).rgb is cutout.rgb
