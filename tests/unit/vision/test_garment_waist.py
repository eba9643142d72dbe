"""The front of a waistband, on drawn skirts and trousers with insides, clips and straps above it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import to_lab
from vesture.vision.garment.cutout import Cutout, Frame
from vesture.vision.garment.labels import INNER
from vesture.vision.garment.waist import front_of_waist

RED, BLACK = (200, 30, 40), (25, 25, 28)


def cutout(rgb: NDArray[np.uint8], solid: NDArray[np.bool_]) -> Cutout:
    return Cutout(rgb, solid.astype(np.float32), solid, to_lab(rgb), 1.0, 150.0, 1.0, Frame(np.eye(2, 3)))


def skirt() -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """A red skirt from row 80 to 280 whose waist runs from column 80 to 220."""
    solid = np.zeros((300, 300), np.uint8)
    cv2.fillPoly(solid, [np.int32([[80, 80], [220, 80], [270, 280], [30, 280]])], 1)
    rgb = np.full((300, 300, 3), 240, np.uint8)
    rgb[solid > 0] = RED
    return rgb, solid > 0


def belief_of(solid: NDArray[np.bool_], inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    belief = np.zeros((7, *solid.shape), np.float32)
    belief[0], belief[1], belief[INNER] = ~solid, solid & ~inside, inside
    return np.stack([cv2.GaussianBlur(part, (0, 0), 2) for part in belief])


def test_the_inside_of_the_back_goes_down_to_the_fronts_edge() -> None:
    rgb, solid = skirt()
    inside = np.zeros((300, 300), np.uint8)
    cv2.ellipse(inside, (150, 80), (62, 22), 0, 0, 180, 1, -1)
    found = front_of_waist(cutout(rgb, solid), belief_of(solid, inside > 0))
    assert found.region[84:96, 150].sum() == 0
    assert found.region[106:, 150].sum() == (solid[106:, 150]).sum()
    assert found.alpha[90, 150] < 0.05
    assert found.alpha[110, 150] > 0.95
    assert found.region[90:, 84].sum() == solid[90:, 84].sum()


def test_a_hangers_bar_and_clips_go() -> None:
    rgb, solid = skirt()
    for box in ((70, 60, 230, 70), (95, 40, 115, 92), (185, 40, 205, 92), (140, 42, 160, 64)):
        solid[box[1] : box[3], box[0] : box[2]] = True
        rgb[box[1] : box[3], box[0] : box[2]] = BLACK
    inside = np.zeros_like(solid)
    inside[58:80, 76:224] = True
    found = front_of_waist(cutout(rgb, solid | inside), belief_of(solid | inside, inside))
    assert not found.region[:76].any()
    assert found.alpha[:74].max() < 0.05
    assert found.region[100:].sum() == solid[100:].sum()


def test_clips_go_without_a_network() -> None:
    rgb, solid = skirt()
    for left in (95, 185):
        solid[58:92, left : left + 14] = True
        rgb[58:92, left : left + 14] = BLACK
    found = front_of_waist(cutout(rgb, solid), None)
    assert not found.region[:78].any()
    assert found.region[82:, 150].all() == solid[82:, 150].all()


def test_straps_and_loops_of_the_same_cloth_stay() -> None:
    rgb, solid = skirt()
    for left, top in ((95, 20), (185, 20), (145, 72)):
        solid[top:90, left : left + 12] = True
        rgb[top:90, left : left + 12] = RED
    whole = cutout(rgb, solid)
    assert front_of_waist(whole, None) is whole


def test_a_waist_that_shows_no_inside_stays() -> None:
    rgb, solid = skirt()
    whole = cutout(rgb, solid)
    assert front_of_waist(whole, belief_of(solid, np.zeros_like(solid))) is whole
