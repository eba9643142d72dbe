"""Which pixels of the arms teach the parser the colours of the sleeves."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_people import JOINTS, WIDTH, Figure, draw

from vesture.vision.parsing.bare import sure_sleeves
from vesture.vision.parsing.prior import Covering, Skeleton, spatial_prior
from vesture.vision.pose.estimator import Joint

TOP = 3
STEPS = 24


def sleeves(bare: tuple[float, float], *, headless: bool = False, cut: int = 0) -> np.ndarray:
    """Pixels of sleeves when these shares of the two arms are bare, with the photo cut off above row `cut`."""
    _, truth, pose = draw(Figure(sleeves=1.0))
    truth, points, visibility = truth[cut:], pose.points - np.float32([0, cut]), pose.visibility.copy()
    visibility[:11] = 0.1 if headless else 1.0
    skeleton = Skeleton(points, visibility, pose.unit)
    first, second = (np.full(STEPS, share, np.float32) for share in bare)
    legs = np.full(STEPS, 0.06, np.float32)
    levels = np.linspace(-0.1, 1.3, 29).astype(np.float32)
    covering = Covering((first, second), (legs, legs), (levels, np.full_like(levels, 0.04)), 0.97, 1.0)
    shape = (truth.shape[0], truth.shape[1])
    prior = spatial_prior(skeleton, shape, covering, np.zeros(shape, np.float32))
    return sure_sleeves(prior[TOP], skeleton, covering)


def test_the_middle_of_both_sleeves_is_taken_and_the_hands_are_not() -> None:
    found = sleeves((0.06, 0.06))
    _, truth, _ = draw(Figure(sleeves=1.0))
    assert found.sum() > 1000
    assert (truth[found] == TOP).mean() > 0.95
    x, y = JOINTS[Joint.LEFT_INDEX]
    for side in (-1, 1):
        assert found[:, : WIDTH // 2].any() if side < 0 else found[:, WIDTH // 2 :].any()
        assert not found[y - 10 : y + 10, WIDTH // 2 + side * x - 10 : WIDTH // 2 + side * x + 10].any()


@pytest.mark.parametrize("bare", [(0.9, 0.9), (0.06, 0.9), (0.9, 0.06)])
def test_with_a_bare_arm_there_are_none(bare: tuple[float, float]) -> None:
    assert not sleeves(bare).any()


def test_where_the_photo_shows_no_head_or_no_shoulders_there_are_none() -> None:
    assert not sleeves((0.06, 0.06), headless=True).any()
    assert not sleeves((0.06, 0.06), cut=115).any()
    assert not sleeves((0.06, 0.06), cut=230).any()
