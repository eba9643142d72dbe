"""Trousers over shoes, drawn: the ends of wide ones are cloth, and no boot becomes one."""

from __future__ import annotations

import numpy as np
import pytest

from vesture.vision.parsing.prior import BOTTOM, SHOES, SKIN, Skeleton
from vesture.vision.parsing.trouser_ends import with_trouser_ends

SIZE = (520, 400)
UNIT = 100.0
DENIM, LEATHER, BLACK = (25.0, 0.0, -14.0), (35.0, 18.0, 22.0), (23.0, 1.0, -12.0)
HEM, SHOE = np.s_[440:478, 122:168], np.s_[484:498, 130:160]


def skeleton() -> Skeleton:
    points = np.zeros((33, 2), np.float32)
    for row, (across, down) in {23: (38, 200), 25: (52, 320), 27: (54, 440), 29: (54, 470), 31: (56, 490)}.items():
        points[row], points[row + 1] = (200 + across, down), (200 - across, down)
    return Skeleton(points, np.ones(33, np.float32), UNIT)


def standing(half: int, hem: int, shoe: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Lab photo and labels (h, w) of two legs of half-width `half`, their cloth ending at row `hem`; all below row 435
    passes for shoes."""
    noise = np.random.default_rng(0).normal(0, 1.0, (*SIZE, 3))
    labels, lab = np.zeros(SIZE, np.uint8), np.full((*SIZE, 3), (80.0, 0.0, 0.0))
    for middle in (145, 255):
        leg = np.s_[200:hem, middle - half : middle + half]
        foot = np.s_[hem:500, middle - 18 : middle + 18]
        labels[leg], labels[foot] = BOTTOM, SHOES
        labels[435:hem, middle - half : middle + half] = SHOES
        lab[leg], lab[foot] = DENIM, shoe
    return (lab + noise).astype(np.float32), labels


@pytest.mark.parametrize("shoe", [LEATHER, (60.0, 0.0, 0.0)])
def test_the_ends_of_wide_trousers_over_shoes_are_cloth(shoe: tuple[float, ...]) -> None:
    lab, labels = standing(26, 480, shoe)
    settled = with_trouser_ends(labels, lab, skeleton())
    assert (labels[HEM] == SHOES).all()
    assert (settled[HEM] == BOTTOM).mean() > 0.97
    assert (settled[SHOE] == SHOES).mean() > 0.97


def test_boots_in_the_colour_of_narrow_trousers_stay_boots() -> None:
    lab, labels = standing(13, 436, BLACK)
    assert (with_trouser_ends(labels, lab, skeleton()) == labels).all()


def test_shoes_in_another_colour_below_wide_trousers_stay_shoes() -> None:
    lab, labels = standing(26, 436, LEATHER)
    assert (with_trouser_ends(labels, lab, skeleton()) == labels).all()


def test_shoes_below_a_bare_ankle_stay_shoes() -> None:
    lab, labels = standing(26, 480, LEATHER)
    labels[425:440][labels[425:440] > 0] = SKIN
    assert (with_trouser_ends(labels, lab, skeleton()) == labels).all()


def test_nothing_changes_without_shoes() -> None:
    lab, labels = standing(26, 480, LEATHER)
    labels[labels == SHOES] = BOTTOM
    assert (with_trouser_ends(labels, lab, skeleton()) == labels).all()


def in_a_long_skirt(half: int, shoes: slice) -> tuple[np.ndarray, np.ndarray]:
    """Lab photo and labels (h, w) of a skirt of half-width `half` down to row 480, of which the rows `shoes` between
    the feet pass for shoes."""
    noise = np.random.default_rng(0).normal(0, 1.0, (*SIZE, 3))
    labels, lab = np.zeros(SIZE, np.uint8), np.full((*SIZE, 3), (80.0, 0.0, 0.0))
    labels[200:480, 200 - half : 200 + half], lab[200:480, 200 - half : 200 + half] = BOTTOM, DENIM
    labels[shoes, 140:260] = SHOES
    return (lab + noise).astype(np.float32), labels


def test_the_hem_of_a_long_skirt_is_cloth_where_it_hides_the_shoes() -> None:
    lab, labels = in_a_long_skirt(90, slice(440, 480))
    settled = with_trouser_ends(labels, lab, skeleton())
    assert (settled[442:478, 142:258] == BOTTOM).mean() > 0.97
    lab[440:480, 140:260] += (20.0, 18.0, 30.0)  # shoes before it
    settled = with_trouser_ends(labels, lab, skeleton())
    assert (settled[442:478, 142:258] == SHOES).mean() > 0.97


def test_boots_in_the_colour_of_wide_trousers_that_end_above_the_ground_stay_boots() -> None:
    lab, labels = standing(26, 436, BLACK)
    assert (with_trouser_ends(labels, lab, skeleton())[470:, :] == labels[470:, :]).mean() > 0.99


def test_stockings_and_shoes_below_a_long_skirt_are_none_of_it() -> None:
    lab, labels = in_a_long_skirt(90, slice(400, 400))
    labels[420:], lab[420:] = 0, (80.0, 0.0, 0.0)
    labels[420:500, 160:235], lab[420:500, 160:235] = SHOES, DENIM
    assert (with_trouser_ends(labels, lab, skeleton()) == labels).all()


def test_shoes_of_crossed_legs_in_the_colour_of_stockings_stay_shoes() -> None:
    lab, labels = in_a_long_skirt(30, slice(400, 400))
    labels[462:], lab[462:] = 0, (80.0, 0.0, 0.0)
    for foot in (np.s_[460:500, 130:190], np.s_[440:500, 210:270]):
        labels[foot], lab[foot] = SHOES, DENIM
    assert (with_trouser_ends(labels, lab, skeleton()) == labels).all()


@pytest.mark.parametrize(("half", "share"), [(36, (0.9, 1)), (14, (0, 0.1))])
def test_only_trousers_far_wider_than_a_foot_may_hide_most_of_it(half: int, share: tuple[float, float]) -> None:
    lab, labels = standing(half, 440, LEATHER)
    labels[435:440][labels[435:440] == SHOES] = BOTTOM
    labels[440:], lab[440:] = 0, (80.0, 0.0, 0.0)
    for middle in (145, 255):
        foot, end = np.s_[440:500, middle - 12 : middle + 12], np.s_[440:456, middle - 12 : middle + 12]
        labels[foot], lab[foot] = SHOES, LEATHER
        lab[end] = DENIM
    ends = with_trouser_ends(labels, lab, skeleton())[442:454, 134:156] == BOTTOM
    assert share[0] <= ends.mean() <= share[1]
