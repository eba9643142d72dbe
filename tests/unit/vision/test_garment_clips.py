"""Clips and bars at waistbands, on drawn skirts."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import to_lab
from vesture.vision.garment.clips import without_hanger_at_waist
from vesture.vision.garment.cutout import Cutout, Frame

RED, BLACK, WHITE = (200, 30, 40), (25, 25, 28), (240, 240, 240)
LEFT, RIGHT = (95, 72, 115, 96), (185, 72, 205, 96)  # left, top, right, bottom
Box = tuple[int, int, int, int]


def skirt(*things: tuple[Box, tuple[int, int, int]]) -> Cutout:
    """A red skirt from row 80 to 280 whose waist runs from column 80 to 220, with things in boxes on or above it."""
    solid = np.zeros((300, 300), np.uint8)
    cv2.fillPoly(solid, [np.int32([[80, 80], [220, 80], [270, 280], [30, 280]])], 1)
    rgb = np.full((300, 300, 3), WHITE, np.uint8)
    weave = np.random.default_rng(4).normal(0, 3, (300, 300, 1))
    rgb[solid > 0] = np.clip(np.float32(RED) + weave, 0, 255).astype(np.uint8)[solid > 0]
    for (left, top, right, bottom), colour in things:
        rgb[top:bottom, left:right] = colour
        solid[top:bottom, left:right] = 1
    found = solid > 0
    return Cutout(rgb, found.astype(np.float32), found, to_lab(rgb), 1.0, 150.0, 1.0, Frame(np.eye(2, 3)))


def is_red(rgb: NDArray[np.uint8], box: Box) -> float:
    """Share of a box below the waist that has the skirt's colour."""
    left, _, right, bottom = box
    part = rgb[84:bottom, left:right].astype(int)
    return float((np.abs(part - RED).max(2) < 40).mean())


def test_cloth_takes_the_place_of_two_clips() -> None:
    found = without_hanger_at_waist(skirt((LEFT, BLACK), (RIGHT, BLACK)))
    assert is_red(found.rgb, LEFT) > 0.95
    assert is_red(found.rgb, RIGHT) > 0.95


def test_a_single_patch_and_a_button_stay() -> None:
    drawn = skirt(((90, 100, 120, 120), BLACK), ((144, 86, 156, 98), BLACK))
    found = without_hanger_at_waist(drawn)
    assert np.array_equal(found.rgb, drawn.rgb)
    assert np.array_equal(found.region, drawn.region)


def test_things_in_a_colour_of_the_garment_stay() -> None:
    drawn = skirt((LEFT, BLACK), (RIGHT, BLACK), ((60, 200, 240, 260), BLACK))
    assert np.array_equal(without_hanger_at_waist(drawn).rgb, drawn.rgb)


def test_a_bar_above_the_waist_goes() -> None:
    found = without_hanger_at_waist(skirt(((70, 66, 150, 74), BLACK), ((82, 74, 100, 82), BLACK)))
    assert not found.region[:74].any()
    assert found.alpha[:72].max() < 0.05
    assert found.region[100:].sum() == skirt().region[100:].sum()


def test_a_waistband_of_another_colour_stays() -> None:
    drawn = skirt(((80, 80, 220, 96), BLACK))
    found = without_hanger_at_waist(drawn)
    assert np.array_equal(found.region, drawn.region)
    assert np.array_equal(found.rgb, drawn.rgb)


def test_no_notch_is_cut_where_one_clip_alone_is_seen() -> None:
    drawn = skirt((LEFT, BLACK))
    assert np.array_equal(without_hanger_at_waist(drawn).region, drawn.region)


def test_a_tab_at_the_slope_of_the_hips_stays() -> None:
    drawn = skirt(((222, 110, 236, 122), BLACK))
    assert np.array_equal(without_hanger_at_waist(drawn).region, drawn.region)
