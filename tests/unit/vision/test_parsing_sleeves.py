"""Which pixels of the arms teach the parser the colours of the sleeves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_people import JOINTS, WIDTH, Figure, draw

from vesture.vision.parsing.bare import read_covering, skin_samples, sure_sleeves
from vesture.vision.parsing.colour import skin_model
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


def forearm(painted: tuple[int, int, int], says: float, upper: tuple[int, int, int] | None = None) -> float:
    """How bare the forearms of a figure in sleeves to the elbows are when they have a colour, and another opinion says
    that skin is so much likelier than cloth; with `upper` the sleeves have that colour, and it is sure of them."""
    photo, truth, pose = draw(Figure(sleeves=0.5))
    rows, columns = np.arange(truth.shape[0])[:, None], np.abs(np.arange(WIDTH) - WIDTH // 2)
    arms = (truth > 0) & (columns > 100) & (rows > 330) & (rows < 430)
    photo = np.where(arms[..., None], np.uint8(painted), photo)
    skeleton = Skeleton(pose.points, np.ones(33, np.float32), pose.unit)
    lab = cv2.cvtColor((photo / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    skin = skin_model(lab[skin_samples(photo, truth > 0, skeleton)])
    leaning = np.full(truth.shape, says, np.float32)
    if upper is not None:
        sleeves = (truth == TOP) & (columns > 70) & (rows < 330)
        photo, leaning = (
            np.where(sleeves[..., None], np.uint8(upper), photo),
            np.where(sleeves, np.float32(-4), leaning),
        )
        lab = cv2.cvtColor((photo / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    covering = read_covering(photo, lab, truth > 0, skeleton, skin, np.random.default_rng(0), leaning)
    return float(np.mean([arm[STEPS // 2 + 2 : -2].mean() for arm in covering.arms]))


def test_where_colours_leave_arms_open_another_opinion_settles_whether_they_are_bare() -> None:
    leather, shaded, sleeve = (206, 160, 134), (128, 104, 96), (40, 90, 160)
    assert forearm(leather, 0.0) > 0.8
    assert forearm(leather, -4.0) < 0.4
    assert forearm(shaded, 0.0) < forearm(shaded, 4.0)
    assert forearm(shaded, 4.0) > 0.8
    assert forearm(sleeve, 1.0) < 0.2


def test_sleeves_far_lighter_than_all_skin_are_not_bare_for_another_opinion_alone() -> None:
    assert forearm((255, 230, 190), 2.5) < 0.2
    assert forearm((190, 130, 106), 2.5) > 0.8


def test_where_the_colours_of_a_sure_sleeve_go_on_along_the_arm_so_does_the_sleeve() -> None:
    leather = (190, 130, 106)
    assert forearm(leather, 1.5, upper=leather) < 0.2
    assert forearm(leather, 1.5, upper=(40, 90, 160)) > 0.8
    assert forearm(leather, 1.5, upper=(120, 124, 70)) > 0.8
