"""Where the upper garment gives way to the lower one: the level, and the line."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vesture.vision.parsing.border import USUAL, find_border
from vesture.vision.parsing.hem import settle_hem
from vesture.vision.parsing.prior import BOTTOM, TOP, Skeleton

UNIT = 100.0
SHAPE = (520, 320)
NAVY, BLUE, ORANGE, BEIGE = (24, 26, 44), (26, 32, 66), (200, 120, 30), (205, 190, 165)


def standing() -> Skeleton:
    """A skeleton with the neck at (160, 60) and hips 150 px below: v = 1 at row 210, u = 1 after 100 columns."""
    points = np.full((33, 2), 60.0, np.float32)
    points[:, 0] = 160
    for left, sign in ((0, 1), (1, -1)):
        for joint, (x, y) in {
            11: (45, 60),
            13: (75, 130),
            15: (80, 205),
            23: (25, 210),
            25: (28, 340),
            27: (30, 460),
        }.items():
            points[joint + left] = 160 + sign * x, y
        points[17 + left] = points[19 + left] = points[15 + left] + (0, 25)
        points[29 + left] = points[31 + left] = points[27 + left] + (0, 20)
    return Skeleton(points, np.ones(33, np.float32), UNIT)


def dressed(hem: float, upper: tuple[int, int, int], lower: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Lab photo and pixels of a body whose garment changes at the level `hem`."""
    _, v = standing().frame(SHAPE)
    rgb = np.where((v < hem)[..., None], np.array(upper, np.float32), np.array(lower, np.float32))
    rgb = rgb + np.random.default_rng(3).normal(0, 4, rgb.shape)
    lab = cv2.cvtColor((np.clip(rgb, 0, 255) / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    body = np.zeros(SHAPE, bool)
    body[40:470, 120:200] = True
    return lab, body


def border_of(lab: np.ndarray, body: np.ndarray, bare: np.ndarray | None = None) -> tuple[float, float]:
    _, v = standing().frame(SHAPE)
    return find_border(lab, body, v, np.random.default_rng(0), np.zeros(SHAPE, bool) if bare is None else bare)


@pytest.mark.parametrize("hem", [0.5, 0.75, 1.0, 1.3, 1.6])
@pytest.mark.parametrize("lower", [ORANGE, BEIGE, BLUE])
def test_the_border_is_found_wherever_the_garments_meet(hem: float, lower: tuple[int, int, int]) -> None:
    level, certain = border_of(*dressed(hem, NAVY, lower))
    assert abs(level - hem) < 0.06
    assert certain > 0.9


def test_a_coat_of_one_colour_has_no_border_above_bare_legs() -> None:
    lab, body = dressed(1.6, ORANGE, (205, 160, 135))
    _, v = standing().frame(SHAPE)
    assert border_of(lab, body)[0] == pytest.approx(1.6, abs=0.06)
    assert border_of(lab, body, body & (v > 1.6)) == (USUAL, 0.0)


def test_nobody_and_plain_cloth_have_no_border() -> None:
    lab, body = dressed(1.0, NAVY, NAVY)
    assert border_of(lab, body)[1] == 0.0
    assert border_of(lab, np.zeros_like(body)) == (USUAL, 0.0)


def test_the_hem_is_one_line_through_weak_edges() -> None:
    """Garments of nearly one colour, labels in rags: the line follows the slanting edge that is there."""
    skeleton = standing()
    u, v = skeleton.frame(SHAPE)
    hem = 1.0 + 0.15 * u
    lab, body = dressed(9.0, NAVY, NAVY)
    lab[..., 0] += np.where(v > hem, 9, 0)
    generator = np.random.default_rng(5)
    rags = v + cv2.GaussianBlur(generator.normal(0, 6, SHAPE).astype(np.float32), (0, 0), 8) * 0.6
    labels = np.where(body, np.where(rags < 1.0, TOP, BOTTOM), 0).astype(np.uint8)
    scores = np.zeros((8, *SHAPE), np.float32)
    scores[TOP] = np.clip(0.5 - 0.3 * (rags - 1.0), 0.2, 0.8) * body
    scores[BOTTOM] = body - scores[TOP]
    truth = np.where(v < hem, TOP, BOTTOM)
    settled = settle_hem(labels, scores, lab, skeleton)
    assert (settled[~body] == 0).all()
    before, after = (float((found[body] != truth[body]).mean()) for found in (labels, settled))
    assert after < 0.012
    assert after < 0.3 * before


def test_a_photo_of_one_garment_is_left_alone() -> None:
    labels = np.zeros(SHAPE, np.uint8)
    labels[40:470, 120:200] = TOP
    scores = np.zeros((8, *SHAPE), np.float32)
    assert (settle_hem(labels, scores, np.zeros((*SHAPE, 3), np.float32), standing()) == labels).all()
