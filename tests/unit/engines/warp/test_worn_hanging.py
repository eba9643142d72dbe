"""Skirts that swing aside hang straight once they are taken off their wearer."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.engine import _read_person
from vesture.engines.warp.worn.hanging import hanging_straight
from vesture.vision.parsing.parse import Label


@pytest.fixture(scope="module")
def body(sample, estimator) -> Body:
    photo = sample("avatars/4").rgb
    return _read_person(photo, estimator.estimate(photo)).body


def drawn_dress(body: Body, lean: float) -> tuple[np.ndarray, np.ndarray, Body]:
    """Photo, mask and body in a dress whose skirt, grey with a darker stripe down its middle, leans by degrees."""
    waist, hem = 0.8 * body.torso, 2.2 * body.torso
    aside = np.tan(np.radians(lean)) * (hem - waist)
    flare = [(-0.4, 0.1, 0), (-0.4, 0.8, 0), (-0.8, 2.2, aside), (0.8, 2.2, aside), (0.4, 0.8, 0), (0.4, 0.1, 0)]
    stripe = [(-0.05, 0.8, 0), (-0.05, 2.2, aside), (0.05, 2.2, aside), (0.05, 0.8, 0)]
    photo = np.full((*body.labels.shape, 3), 235, np.uint8)
    mask = np.zeros(body.labels.shape, np.uint8)
    for outline, value in ((flare, 150), (stripe, 60)):
        corners = np.array([body.point(u * body.unit + shift, v)[0] for u, v, shift in outline])
        cv2.fillPoly(photo, [np.rint(corners).astype(np.int32)], (value,) * 3)
        cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1)
    labels = np.where(mask > 0, np.uint8(Label.ONE_PIECE), np.uint8(Label.BACKGROUND))
    return photo, mask > 0, replace(body, labels=labels)


def middles(body: Body, where: np.ndarray) -> np.ndarray:
    """Units from the spine of the middle of what is shown at a few levels of the skirt."""
    rows, columns = np.nonzero(where)
    u, v = body.coordinates(np.stack([columns, rows], 1)).T
    return np.array([np.median(u[np.abs(v - level) < 0.03]) for level in (1.2, 1.5, 1.8, 2.0)]) / body.unit


@pytest.mark.parametrize("lean", [-20.0, 14.0])
def test_a_skirt_that_swings_aside_hangs_straight(body: Body, lean: float) -> None:
    photo, mask, wearer = drawn_dress(body, lean)
    assert np.abs(middles(body, mask)).max() > 0.25
    turned, whole, after = hanging_straight(photo, mask, wearer)
    assert np.abs(middles(body, whole)).max() < 0.15
    assert np.abs(middles(body, whole & (turned[..., 0] < 90))).max() < 0.15  # the cloth moves, not its outline alone
    assert 0.85 < whole.sum() / mask.sum() < 1.15
    assert set(np.unique(after.labels[whole])) == {Label.ONE_PIECE}
    assert not (after.labels[~whole] == Label.ONE_PIECE).any()


def test_a_skirt_that_hangs_straight_stays_as_it_is(body: Body) -> None:
    photo, mask, wearer = drawn_dress(body, 3.0)
    turned, whole, after = hanging_straight(photo, mask, wearer)
    assert np.array_equal(turned, photo)
    assert np.array_equal(whole, mask)
    assert np.array_equal(after.labels, wearer.labels)
