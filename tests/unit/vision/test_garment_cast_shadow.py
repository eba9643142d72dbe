"""Shadows on the wall beside drawn garments, whose true outline is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import to_lab
from vesture.vision.garment.cast_shadow import cast_shadow

SIZE = 400
WALL, BEIGE, GREY = (206, 208, 214), (176, 160, 132), (150, 152, 156)


def hung(cloth: tuple[int, int, int] = BEIGE) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.bool_]]:
    """A garment before a wall, its soft shadow to the right: picture, garment, and a mask that holds both."""
    garment = np.zeros((SIZE, SIZE), np.uint8)
    cv2.rectangle(garment, (110, 60), (280, 340), 1, -1)
    cast = cv2.GaussianBlur(np.roll(garment, 22, 1).astype(np.float32), (0, 0), 6)
    wall = np.float32(WALL) * (1 - 0.45 * cast[..., None])
    noise = np.random.default_rng(3).normal(0, 1.0, (SIZE, SIZE, 1))
    picture = np.where(garment[..., None] > 0, np.float32(cloth), wall) + noise
    both = (garment > 0) | (np.roll(garment, 18, 1) > 0)
    return np.clip(picture, 0, 255).astype(np.uint8), garment > 0, both


def test_the_shadow_beside_a_tinted_garment_is_found() -> None:
    picture, garment, mask = hung()
    found = cast_shadow(to_lab(picture), mask)
    assert found[mask & ~garment].mean() > 0.7
    assert found[garment].mean() < 0.01


def test_a_band_in_the_colour_of_the_shaded_wall_stays() -> None:
    picture, garment, _ = hung()
    band = garment & (np.arange(SIZE)[:, None] > 322)
    picture = np.where(garment[..., None], picture, np.uint8(WALL))
    picture[band] = GREY
    assert not cast_shadow(to_lab(picture), garment)[band].any()


@pytest.mark.parametrize("cloth", [GREY, WALL])
def test_cloth_of_the_tint_of_the_wall_is_left_alone(cloth: tuple[int, int, int]) -> None:
    picture, _, mask = hung(cloth)
    assert not cast_shadow(to_lab(picture), mask).any()


def test_a_print_in_the_tint_of_the_wall_says_that_the_cloth_has_it() -> None:
    picture, _, mask = hung()
    picture[150:250, 170:230] = GREY
    assert not cast_shadow(to_lab(picture), mask).any()
