"""Cuffs and hems of a drawn jumper."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vesture.vision.parsing.prior import BOTTOM, SKIN, TOP, Skeleton
from vesture.vision.parsing.trims import with_trims

SIZE = (520, 400)
JUMPER, RIB, TROUSERS = (70.0, 15.0, 45.0), (12.0, 2.0, -4.0), (62.0, 1.0, 13.0)


def skeleton_of_arms(visibility: float = 1.0) -> Skeleton:
    points = np.zeros((33, 2), np.float32)
    for row, (across, down) in {
        11: (60, 60), 13: (95, 170), 15: (100, 270), 17: (104, 300), 19: (98, 302),
        23: (38, 260), 25: (40, 400), 27: (40, 500), 29: (40, 510), 31: (45, 515),
    }.items():  # fmt: skip
        points[row], points[row + 1] = (200 + across, down), (200 - across, down)
    return Skeleton(points, np.full(33, visibility, np.float32), 125.0)


def drawn(cuffs: tuple[float, float, float], hem: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Lab photo and labels (h, w) in which cuffs and hem are taken for trousers."""
    labels = np.zeros(SIZE, np.uint8)
    lab = np.zeros((*SIZE, 3), np.float32)

    def paint(mask: np.ndarray, label: int, colour: tuple[float, float, float]) -> None:
        labels[mask > 0], lab[mask > 0] = label, colour

    def box(left: int, top: int, right: int, bottom: int) -> np.ndarray:
        return cv2.rectangle(np.zeros(SIZE, np.uint8), (left, top), (right, bottom), 1, -1)

    paint(box(145, 270, 255, 519), BOTTOM, TROUSERS)
    paint(box(140, 50, 260, 250), TOP, JUMPER)
    paint(box(140, 250, 260, 275), BOTTOM, hem)
    for sign in (-1, 1):
        for (x0, y0), (x1, y1), label, colour in (
            ((60, 70), (98, 235), TOP, JUMPER),
            ((99, 240), (100, 275), BOTTOM, cuffs),
            ((101, 285), (102, 310), SKIN, (68.0, 15.0, 17.0)),
        ):
            arm = cv2.line(np.zeros(SIZE, np.uint8), (200 + sign * x0, y0), (200 + sign * x1, y1), 1, 26)
            paint(arm, label, colour)
    lab += np.random.default_rng(1).normal(0, 0.7, lab.shape)
    return lab.astype(np.float32), labels


HEM = np.s_[253:272, 150:250]
LEFT_CUFF = np.s_[245:272, 92:108]


def test_ribs_of_one_colour_are_the_jumpers() -> None:
    lab, labels = drawn(RIB, RIB)
    found = with_trims(labels, lab, skeleton_of_arms())
    assert (found[LEFT_CUFF] == TOP).mean() > 0.95
    assert (found[HEM] == TOP).mean() > 0.95
    assert (found[300:, 150:250] == BOTTOM).all()
    assert (labels[HEM] == BOTTOM).all()  # the labels that were given are left alone


def test_a_collar_in_the_colour_of_the_hem_does_not_mislead() -> None:
    lab, labels = drawn(RIB, RIB)
    collar = np.s_[55:85, 170:230]
    lab[collar], labels[collar] = RIB, BOTTOM
    found = with_trims(labels, lab, skeleton_of_arms())
    assert (found[HEM] == TOP).mean() > 0.95
    assert (found[300:, 150:250] == BOTTOM).all()


@pytest.mark.parametrize("hem", [TROUSERS, (45.0, 30.0, 20.0)])
def test_a_belt_or_waistband_unlike_the_cuffs_stays_with_the_trousers(hem: tuple[float, float, float]) -> None:
    lab, labels = drawn(RIB, hem)
    found = with_trims(labels, lab, skeleton_of_arms())
    assert (found[LEFT_CUFF] == TOP).mean() > 0.95
    assert (found[HEM] == BOTTOM).all()


def test_arms_that_are_not_seen_say_nothing() -> None:
    lab, labels = drawn(RIB, RIB)
    np.testing.assert_array_equal(with_trims(labels, lab, skeleton_of_arms(0.2)), labels)
