"""Gaps beside a drawn torso, through which the backdrop is seen."""

from __future__ import annotations

import numpy as np
import pytest

from vesture.engines.warp.worn.gaps import without_gaps

UNIT = 100.0
BACKDROP, CLOTH = (245, 244, 240), (30, 120, 70)
SIDE = np.array([[120.0, 60.0], [120.0, 260.0]])


def scene(cloth: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A photo with a torso and a sleeve beside it, and a mask that spans both and the gap between them."""
    photo = np.full((320, 300, 3), BACKDROP, np.uint8)
    photo[40:280, 126:230] = cloth
    photo[40:280, 70:114] = cloth
    mask = np.zeros((320, 300), bool)
    mask[40:280, 70:230] = True
    return photo, mask


def test_the_gap_goes_and_the_cloth_stays() -> None:
    photo, mask = scene(CLOTH)
    found = without_gaps(photo, mask, ~mask, [SIDE], UNIT)
    assert not found[60:260, 117:123].any()
    assert found[45:275, 132:225].all()
    assert found[45:275, 75:108].all()


def test_stripes_in_the_backdrops_colour_stay() -> None:
    photo, mask = scene(CLOTH)
    photo[40:280, 70:230] = CLOTH
    for top in range(50, 270, 20):
        photo[top : top + 9, 70:230] = BACKDROP
    assert np.array_equal(without_gaps(photo, mask, ~mask, [SIDE], UNIT), mask)


@pytest.mark.parametrize("cloth", [BACKDROP, (236, 236, 236)])
def test_cloth_in_the_backdrops_colour_stays(cloth: tuple[int, int, int]) -> None:
    photo, mask = scene(cloth)
    assert np.array_equal(without_gaps(photo, mask, ~mask, [SIDE], UNIT), mask)


def test_without_a_backdrop_nothing_is_a_gap() -> None:
    photo, mask = scene(CLOTH)
    assert np.array_equal(without_gaps(photo, mask, np.zeros_like(mask), [SIDE], UNIT), mask)


def test_a_gap_far_narrower_than_the_photo_is_coarse_goes() -> None:
    photo, mask = np.full((1000, 900, 3), BACKDROP, np.uint8), np.zeros((1000, 900), bool)
    photo[100:900, 100:800] = CLOTH
    mask[100:900, 100:800] = True
    photo[300:800, 400:410] = BACKDROP
    line = np.array([[405.0, 200.0], [405.0, 850.0]])
    found = without_gaps(photo, mask, ~mask, [line], 4.5 * UNIT)
    assert not found[310:790, 402:408].any()
    assert found[310:790, :380][mask[310:790, :380]].all()
    assert found[310:790, 430:790].all()
