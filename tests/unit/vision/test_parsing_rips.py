"""Skin seen through torn trousers is part of them; hands, hems and ankles are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_people import Figure, draw

from vesture.vision.parsing.parse import Label
from vesture.vision.parsing.prior import Skeleton
from vesture.vision.parsing.rips import with_rips


@pytest.fixture
def person() -> tuple[np.ndarray, Skeleton]:
    _, labels, pose = draw(Figure(sleeves=0.5))
    return labels.astype(np.uint8), Skeleton(pose.points, pose.visibility, pose.unit)  # type: ignore[attr-defined]


def torn(labels: np.ndarray, place: np.ndarray, radius: float) -> np.ndarray:
    """Labels with a round patch of skin within the trousers at a place (x, y)."""
    patch = np.zeros(labels.shape, np.uint8)
    cv2.circle(patch, [round(float(x)) for x in place], round(radius), 1, -1)
    return np.where((patch > 0) & (labels == Label.BOTTOM), int(Label.SKIN), labels).astype(np.uint8)


def test_a_torn_knee_is_trousers(person: tuple[np.ndarray, Skeleton]) -> None:
    labels, skeleton = person
    with_hole = torn(labels, skeleton.points[25], 0.09 * skeleton.unit)
    assert (with_hole != labels).sum() > 50
    assert np.array_equal(with_rips(with_hole, skeleton), labels)


def test_skin_between_two_pieces_of_cloth_stays_skin(person: tuple[np.ndarray, Skeleton]) -> None:
    labels, skeleton = person
    row, half = round(float(skeleton.points[[25, 26], 1].mean())), round(0.08 * skeleton.unit)
    parted = labels.copy()
    band = parted[row - half : row + half]
    band[band == Label.BOTTOM] = Label.SKIN
    assert np.array_equal(with_rips(parted, skeleton), parted)


def test_a_hand_on_the_thigh_stays_a_hand(person: tuple[np.ndarray, Skeleton]) -> None:
    labels, skeleton = person
    place = 0.6 * skeleton.points[23] + 0.4 * skeleton.points[25]
    points = skeleton.points.copy()
    points[[15, 19]] = place
    with_hand = torn(labels, place, 0.1 * skeleton.unit)
    moved = Skeleton(points, skeleton.visibility, skeleton.unit)
    assert (with_hand != labels).sum() > 50
    assert np.array_equal(with_rips(with_hand, moved), with_hand)


def test_a_bare_ankle_stays_skin(person: tuple[np.ndarray, Skeleton]) -> None:
    labels, skeleton = person
    ankle = torn(labels, skeleton.points[27] - (0, 0.1 * skeleton.unit), 0.08 * skeleton.unit)
    assert (ankle != labels).sum() > 30
    assert np.array_equal(with_rips(ankle, skeleton), ankle)
