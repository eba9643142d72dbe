"""Open coats and scarves over trousers, drawn: what hangs is given to the top, and nothing else is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vesture.vision.parsing.flaps import with_flaps
from vesture.vision.parsing.prior import BOTTOM, SKIN, TOP, Skeleton
from vesture.vision.parsing.repair import ONE_PIECE

SIZE = (520, 400)
COAT, SHIRT, TROUSERS, LEGS = (72.0, 4.0, 18.0), (92.0, 0.0, 2.0), (28.0, 2.0, -18.0), (68.0, 15.0, 17.0)
WAIST = 1.0
FLAP, BETWEEN = np.s_[285:335, 150:170], np.s_[285:335, 186:214]


def skeleton() -> Skeleton:
    points = np.zeros((33, 2), np.float32)
    for row, (across, down) in {
        11: (60, 60), 13: (125, 130), 15: (180, 200), 17: (190, 210), 19: (192, 212),
        23: (38, 260), 25: (40, 380), 27: (40, 490), 29: (40, 500), 31: (45, 505),
    }.items():  # fmt: skip
        points[row], points[row + 1] = (200 + across, down), (200 - across, down)
    return Skeleton(points, np.ones(33, np.float32), 125.0)


def box(where: np.ndarray, place: tuple[int, int, int, int], value: float | tuple[float, ...]) -> None:
    left, top, right, bottom = place
    where[top:bottom, left:right] = value


def in_a_coat(low: int = 340, lower: tuple[float, ...] = TROUSERS) -> tuple[np.ndarray, np.ndarray]:
    """Lab photo and labels (h, w): an open coat down to row `low` whose flaps are taken for the lower garment."""
    labels, lab = np.zeros(SIZE, np.uint8), np.zeros((*SIZE, 3), np.float32)
    for place, label, colour in (
        ((150, 260, 198, 500), BOTTOM, lower),
        ((202, 260, 250, 500), BOTTOM, lower),
        ((140, 50, 260, 260), TOP, COAT),
        ((180, 60, 220, 260), TOP, SHIRT),
        ((140, 260, 180, low), BOTTOM, COAT),
        ((220, 260, 260, low), BOTTOM, COAT),
    ):
        box(labels, place, label)
        box(lab, place, colour)
    lab += np.random.default_rng(1).normal(0, 0.7, lab.shape)
    return lab.astype(np.float32), labels


def found(lab: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return with_flaps(labels, lab, skeleton(), WAIST, np.random.default_rng(0))


def test_the_flaps_of_an_open_coat_are_the_coats() -> None:
    result = found(*in_a_coat())
    assert (result[FLAP] == TOP).mean() > 0.95
    assert (result[BETWEEN] == TOP).mean() < 0.1
    assert (result[360:500] != TOP).all()


def test_a_suit_of_one_cloth_keeps_its_trousers() -> None:
    lab, labels = in_a_coat(lower=COAT)
    np.testing.assert_array_equal(found(lab, labels), labels)


@pytest.mark.parametrize("low", [270, 500])
def test_what_is_hardly_there_or_goes_down_all_the_way_stays(low: int) -> None:
    lab, labels = in_a_coat(low)
    np.testing.assert_array_equal(found(lab, labels)[270:], labels[270:])


def test_a_middle_that_ends_with_what_is_beside_it_is_no_flap() -> None:
    lab, labels = in_a_coat()
    box(labels, (140, 340, 260, 500), SKIN)
    box(lab, (140, 340, 260, 500), LEGS)
    box(lab, (180, 260, 220, 340), SHIRT)
    box(labels, (180, 260, 220, 340), BOTTOM)
    assert (found(lab, labels)[BETWEEN] == BOTTOM).all()


def test_a_bag_of_the_coats_colour_beside_the_trousers_is_no_flap() -> None:
    lab, labels = in_a_coat(low=262)
    cv2.rectangle(labels, (285, 300), (335, 350), BOTTOM, -1)
    cv2.rectangle(lab, (285, 300), (335, 350), COAT, -1)
    assert (found(lab, labels)[305:345, 290:330] == BOTTOM).all()


def test_the_skirt_of_a_dress_is_no_flap() -> None:
    lab, labels = in_a_coat()
    box(labels, (140, 260, 260, 340), BOTTOM)
    box(lab, (140, 260, 260, 340), COAT)
    box(lab, (192, 320, 208, 340), SHIRT)
    lab += np.random.default_rng(2).normal(0, 0.7, lab.shape).astype(np.float32)
    result = found(lab, labels)
    assert (result[250:310, 160:240] == ONE_PIECE).mean() > 0.95
    np.testing.assert_array_equal(result[:230], labels[:230])
    assert (result[360:500] != TOP).all()


def test_a_flap_ends_where_a_thing_of_its_colour_is_held_before_the_legs() -> None:
    lab, labels = in_a_coat(low=300)
    for place in ((150, 300, 158, 350), (150, 350, 186, 390)):
        box(lab, place, COAT)
    result = found(lab, labels)
    assert (result[275:295, 150:170] == TOP).mean() > 0.95
    assert (result[345:400, 140:198] != TOP).all()
