"""Cutting along a coarse belief, on drawings whose true outline is known."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import to_lab
from vesture.vision.garment.busy import (
    agreement,
    cut_believed,
    ground_in_corners,
    is_usable,
    with_whole_hem,
    without_hanger,
)

SIZE = 400


def drawn() -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.float32]]:
    """A grey garment with a gap 10 pixels wide on red ground: picture, truth, and a belief that misses the gap."""
    truth = np.zeros((SIZE, SIZE), np.uint8)
    cv2.rectangle(truth, (100, 60), (300, 340), 1, -1)
    belief = cv2.GaussianBlur(truth.astype(np.float32), (0, 0), 6)
    cv2.rectangle(truth, (140, 150), (149, 340), 0, -1)
    belief[150:, 136:154] = np.minimum(belief[150:, 136:154], 0.7)
    noise = np.random.default_rng(2).normal(0, 4, (SIZE, SIZE, 3))
    colours = np.where(truth[..., None] > 0, np.float32([120, 124, 122]), np.float32([170, 40, 60]))
    return np.clip(colours + noise, 0, 255).astype(np.uint8), truth > 0, belief


def test_the_outline_is_put_where_the_colours_part() -> None:
    picture, truth, belief = drawn()
    found = cut_believed(picture, to_lab(picture), belief)
    assert agreement(found, truth.astype(np.float32)) > 0.97
    assert is_usable(belief)


def test_ground_in_a_gap_that_the_belief_misses_is_left_out() -> None:
    picture, _, belief = drawn()
    found = cut_believed(picture, to_lab(picture), belief)
    assert found[200:330, 142:147].mean() < 0.1


def test_a_belief_in_nothing_is_not_used() -> None:
    assert not is_usable(np.full((40, 40), 0.2, np.float32))
    assert not is_usable(np.full((40, 40), 0.6, np.float32))


def test_a_bar_above_the_believed_cloth_goes() -> None:
    _, truth, belief = drawn()
    found = truth.copy()
    found[44:60, 80:320] = True
    assert not without_hanger(found, belief)[46:52].any()
    assert without_hanger(found, belief)[70:].sum() == truth[70:].sum()


def test_ground_goes_on_into_corners_but_not_into_straight_hems_and_what_is_at_the_top() -> None:
    shape = np.zeros((SIZE, SIZE), np.uint8)
    cv2.rectangle(shape, (100, 40), (220, 360), 1, -1)  # a body and a sleeve, with a sharp gap between them
    cv2.fillPoly(shape, [np.int32([(200, 80), (300, 340), (360, 340), (240, 40)])], 1)
    smoothed = cv2.GaussianBlur(shape.astype(np.float32), (0, 0), 4) > 0.4
    corner = np.zeros_like(smoothed)
    corner[120:200, 215:260] = (smoothed & (shape == 0))[120:200, 215:260]
    ground = corner.copy()
    ground[353:364, 150:158] = True  # a print in the colour of the ground, at the hem
    ground[36:50, 226:234] = True  # between the neck and a hanger
    found = ground_in_corners(ground, smoothed, np.zeros_like(smoothed))
    assert found[corner].mean() > 0.9
    assert not (found & ~corner).any()


def test_what_is_surely_ground_goes_on_deep_into_a_gap_and_beyond_where_its_sides_touch() -> None:
    region = np.zeros((SIZE, SIZE), bool)
    region[40:360, 100:300] = True
    region[280:, 194:212] = False  # a gap that the outline shows, and how it goes on
    deep, beyond, print_ = (np.zeros_like(region) for _ in range(3))
    deep[200:280, 196:210] = True
    beyond[150:190, 197:209] = True
    print_[150:190, 120:132] = True
    print_[170:182, 216:228] = True
    found = ground_in_corners(deep, region, deep | beyond | print_)
    assert found[deep].all()
    assert found[beyond].mean() > 0.9
    assert not found[print_].any()


def skirt_with_a_band(ground: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Lab colours of a dark skirt with grey panels and a grey hem on `ground`, and its region without half the hem."""
    rgb = np.full((SIZE, SIZE, 3), ground, np.uint8)
    cv2.rectangle(rgb, (100, 60), (300, 360), (40, 40, 44), -1)
    for left in (120, 200, 260):
        cv2.rectangle(rgb, (left, 60), (left + 24, 330), (168, 168, 166), -1)
    cv2.rectangle(rgb, (100, 330), (300, 360), (168, 168, 166), -1)
    region = np.zeros((SIZE, SIZE), bool)
    region[60:361, 100:301] = True
    region[331:, 180:285] = False
    return to_lab(rgb), region


def test_a_bite_in_a_hem_that_shows_the_garments_own_colours_is_filled() -> None:
    lab, region = skirt_with_a_band((150, 70, 70))
    whole = with_whole_hem(lab, region)
    assert whole[335:356, 185:280].all()
    assert not whole[365:].any()


def test_ground_between_two_flaps_of_a_hem_stays_ground() -> None:
    lab, region = skirt_with_a_band((150, 70, 70))
    lab[331:, 180:285] = lab[390, 20]
    assert np.array_equal(with_whole_hem(lab, region), region)
    grey, region = skirt_with_a_band((170, 170, 168))  # cloth and ground alike: nothing is told
    assert np.array_equal(with_whole_hem(grey, region), region)
