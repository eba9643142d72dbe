"""Where a waistband that the parse took for the top's cloth goes on."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vesture.engines.warp.waistband import with_waistband
from vesture.vision.parsing.parse import Label

UNIT = 100
WHITE, BLACK, DENIM = (235, 235, 235), (20, 20, 24), (110, 150, 180)
PARSED, SEEN = 160, 148  # rows where the parse and the photo have the upper edge of the trousers


def open_jacket(trousers: tuple[int, int, int] = DENIM) -> tuple[np.ndarray, np.ndarray]:
    """Photo and labels of a shirt between the fronts of a jacket, over trousers."""
    photo = np.full((300, 200, 3), 128, np.uint8)
    photo[20:SEEN, 30:170] = WHITE
    photo[SEEN:280, 30:170] = trousers
    photo[20:200, 30:70] = photo[20:200, 130:170] = BLACK
    noise = np.random.default_rng(3).normal(0, 3, photo.shape)
    photo = np.clip(photo + noise, 0, 255).astype(np.uint8)
    labels = np.zeros((300, 200), np.uint8)
    labels[20:PARSED, 30:170] = int(Label.TOP)
    labels[PARSED:280, 30:170] = int(Label.BOTTOM)
    labels[20:200, 30:70] = labels[20:200, 130:170] = int(Label.TOP)
    return photo, labels


def edge(labels: np.ndarray, column: int) -> int:
    return int(np.argmax(labels[:, column] == Label.BOTTOM))


def test_the_waistband_goes_up_to_the_shirt() -> None:
    photo, labels = open_jacket()
    result = with_waistband(labels, photo, UNIT)
    for column in range(78, 123, 4):
        assert abs(edge(result, column) - SEEN) <= 3
    assert (result[:200, 35:65] == Label.TOP)[20:].all()  # the fronts of the jacket
    assert (labels[SEEN:PARSED, 100] == Label.TOP).all()  # what was given stays


def test_a_button_on_it_is_part_of_it() -> None:
    photo, labels = open_jacket()
    cv2.circle(photo, (100, SEEN + 6), 4, (200, 190, 160), -1)
    assert abs(edge(with_waistband(labels, photo, UNIT), 100) - SEEN) <= 3


@pytest.mark.parametrize("trousers", [WHITE, (238, 232, 232)])
def test_cloth_of_the_shirt_s_own_colour_tells_nothing(trousers: tuple[int, int, int]) -> None:
    photo, labels = open_jacket(trousers)
    assert (with_waistband(labels, photo, UNIT) == labels).all()


def test_a_top_that_ends_where_the_parse_says_stays() -> None:
    photo, labels = open_jacket()
    photo[SEEN:PARSED, 70:130] = WHITE
    assert (with_waistband(labels, photo, UNIT) == labels).all()


def test_a_top_of_two_colours_keeps_the_lower_one() -> None:
    photo, labels = open_jacket()
    photo[PARSED - 30 : PARSED, 70:130] = DENIM  # broader than waistbands are
    assert (with_waistband(labels, photo, UNIT) == labels).all()


def test_fronts_of_a_jacket_like_the_trousers_hang_lower() -> None:
    rng = np.random.default_rng(5)
    photo = np.zeros((300, 200, 3), np.float32)
    photo[20:290, 30:170] = (20, 20, 18)  # dark trousers, and a dark blue jacket whose fronts end 35 rows lower
    photo[20:195, 30:80] = photo[20:195, 120:170] = (18, 20, 32)
    photo[20:PARSED, 80:120] = WHITE
    photo = np.clip(photo + rng.normal(0, 1.5, photo.shape), 0, 255).astype(np.uint8)
    labels = np.zeros((300, 200), np.uint8)
    labels[20:PARSED, 30:170] = int(Label.TOP)
    labels[PARSED:290, 30:170] = int(Label.BOTTOM)
    result = with_waistband(labels, photo, UNIT)
    for column in (40, 50, 60, 70, 130, 140, 150, 160):
        assert abs(edge(result, column) - 195) <= 4
    for column in (90, 100, 110):
        assert abs(edge(result, column) - PARSED) <= 3


@pytest.mark.parametrize(("lower", "hangs"), [((0.72, 0.72, 0.72), False), ((0.5, 0.75, 1.6), True)])
def test_shade_on_one_strong_colour_is_no_end_of_a_top(lower: tuple[float, float, float], hangs: bool) -> None:
    """A mustard jumpsuit darker from the thighs on is one cloth; a mustard top over trousers in another colour ends."""
    rng = np.random.default_rng(6)
    photo = np.zeros((300, 200, 3), np.float32)
    photo[20:195, 30:170] = (170, 130, 40)
    photo[195:290, 30:170] = np.float32([170, 130, 40]) * np.float32(lower)
    photo = np.clip(photo + rng.normal(0, 1.5, photo.shape), 0, 255).astype(np.uint8)
    labels = np.zeros((300, 200), np.uint8)
    labels[20:PARSED, 30:170] = int(Label.TOP)
    labels[PARSED:290, 30:170] = int(Label.BOTTOM)
    result = with_waistband(labels, photo, UNIT)
    assert (edge(result, 100) > 185) == hangs
    assert (result == labels).all() != hangs
