"""The neck opening of drawn garments whose lining is known."""

from __future__ import annotations

import cv2
import numpy as np

from vesture.vision.garment.backdrop import Bool, Float, to_lab
from vesture.vision.garment.opening import Opening, joined_opening
from vesture.vision.garment.outline import Outline

SIZE, TOP, YOKE, POINT = 300, 30, 90, 130
FRONT, PALE = (70, 110, 170), (190, 205, 225)


def shirt(lining: tuple[int, int, int]) -> tuple[Float, Bool, Float, Opening, Bool]:
    """A shirt open in a V whose inside shows a yoke, which the network sees, and below it the lining."""
    picture = np.full((SIZE, SIZE, 3), 240, np.uint8)
    region = np.zeros((SIZE, SIZE), np.uint8)
    cv2.rectangle(region, (40, TOP), (260, 290), 1, -1)
    picture[region > 0] = FRONT
    opened, panel = np.zeros_like(region), np.zeros_like(region)
    cv2.fillPoly(opened, [np.array([[118, TOP], [182, TOP], [172, YOKE], [128, YOKE]])], 1)
    cv2.fillPoly(panel, [np.array([[130, YOKE + 1], [170, YOKE + 1], [150, POINT]])], 1)
    picture[opened > 0] = (50, 80, 130)
    picture[panel > 0] = lining
    belief = cv2.GaussianBlur(np.maximum(0.95 * opened, 0.2 * panel).astype(np.float32), (0, 0), 2)
    curve = np.array([[118, TOP], [150, TOP + 8], [182, TOP]], np.float32)
    return to_lab(picture), region > 0, belief, Opening(curve, np.zeros((SIZE, SIZE), bool), 0.1), panel > 0


def hole(lining: tuple[int, int, int]) -> tuple[Bool, Bool]:
    lab, region, belief, searched, panel = shirt(lining)
    outline = Outline.__new__(Outline)
    for name, value in (("see_through", None), ("stand", 0.2), ("hooded", False)):
        object.__setattr__(outline, name, value)
    return joined_opening(lab, region, belief, searched, 200.0, outline).hole, panel


def test_a_pale_lining_below_the_yoke_is_the_inner_back() -> None:
    found, panel = hole(PALE)
    assert found[panel].mean() > 0.7
    assert not found[POINT + 6 :].any()


def test_what_has_the_front_s_colour_below_the_yoke_is_the_front() -> None:
    found, panel = hole(FRONT)
    assert found[panel].mean() < 0.2
