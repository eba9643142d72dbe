from __future__ import annotations

import numpy as np
import pytest

from vesture.vision.masks import closed, dilate, distance_to, erode, feather


def disc(radius: float) -> np.ndarray:
    rows, columns = np.indices((81, 81)) - 40
    return rows**2 + columns**2 <= radius**2


@pytest.mark.parametrize("radius", [2, 4, 5, 12])
def test_growing_and_shrinking_by_a_radius(radius: int) -> None:
    grown, shrunk = dilate(disc(15), radius), erode(disc(15), radius)
    assert grown.sum() == pytest.approx(np.pi * (15 + radius) ** 2, rel=0.1)
    assert shrunk.sum() == pytest.approx(np.pi * (15 - radius) ** 2, rel=0.2)
    assert grown[disc(15)].all()
    assert disc(15)[shrunk].all()


def test_narrow_gaps_are_closed_and_wide_ones_are_not() -> None:
    mask = np.ones((60, 60), bool)
    mask[20:24] = False
    mask[40:52] = False
    result = closed(mask, 4)
    assert result[20:24].all()
    assert not result[45].any()


def test_empty_masks() -> None:
    empty = np.zeros((20, 20), bool)
    assert not dilate(empty, 8).any()
    assert not erode(empty, 8).any()
    assert (distance_to(empty) > 1e5).all()


def test_a_feathered_edge_is_half_covered() -> None:
    mask = np.zeros((20, 20), bool)
    mask[:, 10:] = True
    soft = feather(mask, 1.0)
    assert soft[10, 9] + soft[10, 10] == pytest.approx(1, abs=1e-3)
    assert soft[10, 18] == pytest.approx(1, abs=1e-3)
