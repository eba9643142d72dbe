"""Shade below the hems of drawn garments that lie on a plain ground; their true outline is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import Bool, fit_backdrop, to_lab
from vesture.vision.garment.contact_shade import contact_shade

SIZE, HEM = 400, 330
GROUND, BLUE, WHITE, GREY = (232, 232, 228), (110, 150, 200), (250, 250, 252), (120, 120, 118)


def lying(cloth: tuple[int, int, int]) -> tuple[NDArray[np.uint8], Bool, Bool]:
    """A garment whose hem shades the ground below it: picture, garment, and a mask that holds both."""
    rows, columns = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    garment = (rows > 60) & (rows < HEM) & (columns > 100) & (columns < 300)
    dark = np.where((columns > 110) & (columns < 290) & (rows >= HEM), 0.45 * np.exp(-(rows - HEM) / 12), 0)
    dark = cv2.GaussianBlur(dark.astype(np.float32), (0, 0), 1.5)
    picture = np.where(garment[..., None], np.float32(cloth), np.float32(GROUND) * (1 - dark[..., None]))
    both = garment | ((rows >= HEM) & (rows < HEM + 8) & (columns > 120) & (columns < 280))
    return np.clip(picture, 0, 255).astype(np.uint8), garment, both


def shade(picture: NDArray[np.uint8], mask: Bool) -> Bool:
    lab = to_lab(picture)
    return contact_shade(lab, fit_backdrop(lab), mask)


@pytest.mark.parametrize("cloth", [BLUE, WHITE])
def test_shade_below_the_hem_is_no_cloth(cloth: tuple[int, int, int]) -> None:
    picture, garment, mask = lying(cloth)
    found = shade(picture, mask)
    assert found[mask & ~garment].mean() > 0.8
    assert found[: HEM - 3].mean() < 0.001


def test_a_band_in_the_colour_of_the_shaded_ground_stays() -> None:
    picture, garment, _ = lying(BLUE)
    rows = np.arange(SIZE)[:, None]
    picture[~garment] = GROUND
    picture[garment & (rows > HEM - 10)] = GREY
    assert not shade(picture, garment).any()


def test_cloth_with_much_of_the_colour_of_shade_is_left_alone() -> None:
    picture, _, mask = lying(BLUE)
    picture[150:180, 150:210] = GREY
    assert not shade(picture, mask).any()
