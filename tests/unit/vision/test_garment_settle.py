"""Settling outlines by local colour and texture, on drawings whose true outline is known."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import to_lab
from vesture.vision.garment.busy import agreement
from vesture.vision.garment.settle import settle

SIZE = 400

Mask = NDArray[np.bool_]


def checked_cloth() -> tuple[NDArray[np.float32], Mask]:
    """Cloth in black and white checks on grey ground, in Lab, and where it is."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    truth = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(truth, [np.int32([[140, 60], [260, 60], [330, 340], [70, 340]])], 1)
    checks = np.where((rows // 9 + columns // 9) % 2 == 0, 30, 225)
    noise = np.random.default_rng(5).normal(0, 5, (SIZE, SIZE))
    grey = np.clip(np.where(truth > 0, checks, 135) + noise, 0, 255).astype(np.uint8)
    return to_lab(np.repeat(grey[..., None], 3, 2)), truth > 0


def coarse_belief(truth: Mask, grow: int) -> NDArray[np.float32]:
    """A soft belief whose outline lies `grow` pixels too far out (or in, when negative)."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(grow) + 1,) * 2)
    change = cv2.dilate if grow > 0 else cv2.erode
    return cv2.GaussianBlur(change(truth.astype(np.float32), disc), (0, 0), 5)


def test_checks_do_not_draw_the_outline_in_or_out() -> None:
    lab, truth = checked_cloth()
    for grow in (-8, 8):
        belief = coarse_belief(truth, grow)
        found = settle(lab, belief > 0.5, belief)
        assert agreement(found, truth.astype(np.float32)) > 0.97
        assert agreement(found, truth.astype(np.float32)) > agreement(belief > 0.5, truth.astype(np.float32)) + 0.02


def test_the_outline_of_a_print_is_straight_where_the_cloth_is() -> None:
    lab, truth = checked_cloth()
    belief = coarse_belief(truth, 5)
    found = settle(lab, belief > 0.5, belief)
    lowest = np.array([np.nonzero(found[:, column])[0].max() for column in range(100, 300)])
    assert lowest.std() < 1.2
    assert abs(float(np.median(lowest)) - 340) < 4


def test_it_moves_no_further_than_the_belief_allows() -> None:
    lab, truth = checked_cloth()
    belief = coarse_belief(truth, -60)
    found = settle(lab, belief > 0.5, belief)
    assert agreement(found, truth.astype(np.float32)) < 0.9
    assert not found[:80].any()


def test_without_ground_to_learn_from_nothing_changes() -> None:
    lab, _ = checked_cloth()
    everything = np.ones((SIZE, SIZE), bool)
    assert np.array_equal(settle(lab, everything, everything.astype(np.float32)), everything)


def test_a_dark_joint_of_the_floor_is_no_part_of_the_cloth() -> None:
    lab, truth = checked_cloth()
    joint = np.zeros_like(truth)
    joint[198:202, :] = True
    lab = np.where((joint & ~truth)[..., None], np.float32([12, 0, 0]), lab).astype(np.float32)
    belief = coarse_belief(truth, 3)
    found = settle(lab, belief > 0.5, belief)
    beyond = cv2.dilate(truth.astype(np.uint8), np.ones((15, 15), np.uint8)) == 0
    assert not (found & beyond).any()


def test_a_gap_that_opens_to_the_ground_is_let_in_and_a_print_of_its_colour_stays() -> None:
    rng = np.random.default_rng(3)
    truth = np.zeros((SIZE, SIZE), bool)
    truth[60:340, 80:320] = True
    belief = cv2.GaussianBlur(truth.astype(np.float32), (0, 0), 5)
    truth[180:340, 150:158] = False  # between sleeve and body
    rgb = np.where(truth[..., None], (130, 132, 128), (190, 40, 110)).astype(np.float32)
    rgb[120:150, 220:250] = (190, 40, 110)  # a print in the colour of the ground
    rgb = np.clip(rgb + rng.normal(0, 4, rgb.shape), 0, 255).astype(np.uint8)
    found = settle(to_lab(rgb), belief > 0.5, belief)
    assert found[210:330, 152:156].mean() < 0.1
    assert found[120:150, 220:250].all()
