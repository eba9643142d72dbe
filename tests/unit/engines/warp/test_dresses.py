"""How flat dresses follow the body under what was worn, and how long they are."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from tests.unit.engines.warp.drawn_person import drawn_body
from vesture.core.task import Picture
from vesture.engines.warp.body.figure import SIDES, V_LEVELS, Body
from vesture.engines.warp.fit.dresses import slim_half_width
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.types import Garment, Part


def sheath(length: int) -> Garment:
    """A dress without sleeves, lying flat before white: chest 190, waist 160, hem 220 pixels wide."""
    canvas = np.full((length + 160, 500, 3), 252, np.uint8)
    waist, hem = 80 + round(0.4 * length), 80 + length
    left = [(175, 80), (165, 130), (155, 180), (170, waist), (140, hem)]
    outline = [*left, *[(500 - x, y) for x, y in reversed(left)], (300, 84), (250, 120), (200, 84)]
    cv2.fillPoly(canvas, [np.array(outline, np.int32)], (140, 40, 60), lineType=cv2.LINE_AA)
    return understand(Picture(canvas), "one-pieces")


def in_a_jacket() -> Body:
    """The drawn person with a waist as broad as a jacket that hangs straight down to the hips."""
    body = drawn_body()
    broad = np.where((V_LEVELS > 0.4) & (V_LEVELS < 1.1), 1.35, 1.0) * body.bare_half_width
    return replace(body, half_width=dict.fromkeys(SIDES, broad))


def outline(body: Body, garment: Garment) -> np.ndarray:
    place = body.coordinates(fit_garment(body, garment).handles[int(Part.TORSO)].target)
    return place


def test_a_bodice_follows_the_waist_under_a_jacket() -> None:
    body, garment = in_a_jacket(), sheath(420)
    assert garment.kind == "dress"
    place = outline(body, garment)
    waist = float(np.abs(place[np.abs(place[:, 1] - 0.7) < 0.08][:, 0]).max())
    assert waist < 1.15 * float(np.interp(0.7, V_LEVELS, body.bare_half_width))
    assert waist < 0.9 * float(body.width("left", 0.7))


def test_a_broad_body_is_broad_and_a_slim_one_slim() -> None:
    body, level = in_a_jacket(), np.array([0.3, 0.7, 1.15])
    mean = np.interp(level, V_LEVELS, body.bare_half_width)
    broad = replace(body, half_width=dict.fromkeys(SIDES, 1.25 * body.bare_half_width))
    slim = replace(body, half_width=dict.fromkeys(SIDES, 0.97 * body.bare_half_width))
    np.testing.assert_allclose(slim_half_width(body, "left", level), mean, rtol=0.01)
    np.testing.assert_allclose(slim_half_width(broad, "left", level), 1.25 * mean, rtol=0.01)
    np.testing.assert_allclose(slim_half_width(slim, "left", level), 0.97 * mean, rtol=0.01)


def test_a_short_dress_covers_the_thighs_and_a_long_one_stays_longer() -> None:
    body = drawn_body()
    short, usual, long = (float(outline(body, sheath(length))[:, 1].max()) for length in (300, 420, 620))
    assert 1.4 < short < usual < long
    assert long > 1.8
