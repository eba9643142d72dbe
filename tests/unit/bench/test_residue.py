"""The residue's arithmetic on drawn pictures: what is left, what was taken, and what counts as the new garment."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.colour import lab
from bench.residue import PAINTS, Residue, count_islands, like_paint, measure, painted, strangest_paint
from vesture.vision.parsing.parse import Label

Pixels = NDArray[np.uint8]
PAINT = PAINTS[0]


@pytest.fixture
def truth() -> Pixels:
    """A person of blocks, 1000 pixels high: hair, face, top, trousers, shoes, and a bag beside the trousers."""
    labels = np.zeros((1040, 500), np.uint8)
    for label, top, bottom, left, right in (
        (Label.HAIR, 20, 80, 200, 300),
        (Label.SKIN, 80, 150, 200, 300),
        (Label.TOP, 150, 550, 150, 350),
        (Label.BOTTOM, 550, 960, 150, 350),
        (Label.SHOES, 960, 1020, 150, 350),
        (Label.OTHER, 600, 700, 380, 460),
    ):
        labels[top:bottom, left:right] = label
    return labels


@pytest.fixture
def photo(truth: Pixels) -> Pixels:
    colours = np.array([[200, 200, 200], [60, 40, 20], [220, 170, 140], [40, 60, 160], [30, 30, 35], [0, 0, 0]])
    colours = np.vstack([colours, [[90, 60, 30], [150, 110, 60]]])
    return colours.astype(np.uint8)[truth]


def new_cloth() -> Pixels:
    return painted(np.full((4, 4, 4), 255, np.uint8), PAINT)[0, 0, :3]


def test_a_garment_wholly_replaced_leaves_nothing(photo: Pixels, truth: Pixels) -> None:
    result = photo.copy()
    result[truth == Label.TOP] = new_cloth()
    assert measure(photo, result, truth, "tops", PAINT) == Residue(0, 0, 0, 0, 0)


def test_nothing_changed_leaves_all_of_it_far_from_anything_new(photo: Pixels, truth: Pixels) -> None:
    residue = measure(photo, photo, truth, "tops", PAINT)
    assert residue.near == 0
    assert residue.far == 1
    assert residue.islands == 0  # one garment left whole is no scrap


def test_what_is_left_is_near_or_far(photo: Pixels, truth: Pixels) -> None:
    result = photo.copy()
    result[150:450, 150:350] = new_cloth()
    residue = measure(photo, result, truth, "tops", PAINT)
    rows, whole = 550 - 4 - 450, 550 - 150 - 8  # the rim of the true label does not count
    assert residue.near == pytest.approx(50 / whole, abs=0.01)
    assert residue.near + residue.far == pytest.approx(rows / whole, abs=0.01)


def test_scraps_are_counted_and_specks_are_not() -> None:
    left = np.zeros((100, 100), bool)
    left[10:20, 10:20] = left[40:50, 40:50] = left[80, 80] = True
    left[60:100, 0:60] = True
    assert count_islands(left, smallest=20, largest=1000) == 2


def test_damage_to_the_head_counts_even_where_it_is_covered(photo: Pixels, truth: Pixels) -> None:
    result = photo.copy()
    result[truth == Label.TOP] = new_cloth()
    result[20:80, 200:250] = new_cloth()
    hair, face = (80 - 20) * 100, (150 - 80) * 100
    expected = hair / 2 / (hair + face)
    assert measure(photo, result, truth, "tops", PAINT).head == pytest.approx(expected, abs=0.02)


def test_what_stays_counts_where_the_new_garment_does_not_cover_it(photo: Pixels, truth: Pixels) -> None:
    covered, spoiled = photo.copy(), photo.copy()
    for result in (covered, spoiled):
        result[truth == Label.TOP] = new_cloth()
    covered[600:700, 380:460] = new_cloth()
    spoiled[600:700, 380:460] = 250
    assert measure(photo, covered, truth, "tops", PAINT).rest == 0
    assert measure(photo, spoiled, truth, "tops", PAINT).rest > 0.05


def test_the_paint_is_known_in_light_and_shade_and_unlike_the_photo() -> None:
    light = np.linspace(0, 255, 60).astype(np.uint8)[None, :, None] * np.ones((1, 1, 3), np.uint8)
    for paint in PAINTS:
        cloth = painted(np.dstack([light, np.full_like(light[..., :1], 255)]), paint)[..., :3]
        assert like_paint(lab(cloth), paint).all()
        assert strangest_paint(cloth.reshape(-1, 3)) != paint
