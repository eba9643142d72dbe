"""Long sleeves close around the wrists; short ones and bells stay as they are cut."""

from __future__ import annotations

import cv2
import numpy as np
from drawn_person import SHAPE, UNIT, drawn_body

from vesture.core.task import Picture
from vesture.engines.warp.cloth.cuffs import closing_cuffs
from vesture.engines.warp.cloth.layers import Draped, drape, render_layers
from vesture.engines.warp.cloth.placement import Ease, Wishes
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.engines.warp.fit.sleeves import without_notches
from vesture.vision.frame import Box
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.types import Garment, Part

BODY = drawn_body()


JACKET = [(115, 530), (200, 555)]
BELL = [(165, 370), (60, 530), (190, 580), (222, 380)]
SHORT = [(110, 300), (180, 345)]


def top(sleeve: list[tuple[int, int]]) -> Garment:
    """A top, lying flat, with the outline of a sleeve from its shoulder to its armpit."""
    canvas = np.full((700, 700, 3), 252, np.uint8)
    half = [(350, 150), (290, 130), (228, 150), *sleeve, (232, 280), (232, 600), (350, 605)]
    outline = [*half, *[(700 - x, y) for x, y in half[-2:0:-1]]]
    cv2.fillPoly(canvas, [np.array(outline, np.int32)], (60, 90, 150), lineType=cv2.LINE_AA)
    garment = understand(Picture(canvas), "tops")
    assert garment.has_sleeves
    return garment


def width_before_the_end(draped: Draped) -> tuple[float, float]:
    """Widths of the left sleeve close to its end, the greatest, and half way down, in units."""
    layers = render_layers(draped, BODY, Box(0, 0, SHAPE[1], SHAPE[0]))
    patch = next(layer.patch for layer in layers if layer.part == Part.LEFT_SLEEVE)
    widths = (patch.alpha > 0.5).sum(1)
    end = int(np.flatnonzero(widths)[-1])
    return float(widths[end - round(0.12 * UNIT) : end + 1].max()) / UNIT, float(widths[end // 2]) / UNIT


def test_a_wide_sleeve_closes_around_the_wrist():
    garment = top(JACKET)
    fit = fit_garment(BODY, garment, Wishes(), Ease())
    draped = drape(garment, fit)
    before, _ = width_before_the_end(draped)
    after, above = width_before_the_end(closing_cuffs(draped, fit, BODY))
    wrist = 2 * float(BODY.arms["left"].natural[-1]) / UNIT
    assert after < min(before, above)
    assert 1.1 * wrist < after < 1.6 * wrist + 1 / UNIT


def test_a_fold_at_the_elbow_is_no_edge_of_the_sleeve():
    outer = np.stack([np.zeros(21), np.linspace(0, 200, 21)], 1)
    inner = outer + np.array([60.0, 0.0])
    notched = inner.copy()
    notched[3:8, 0] -= (12, 24, 30, 24, 12)
    np.testing.assert_allclose(without_notches(notched, outer), inner, atol=4)
    np.testing.assert_allclose(without_notches(notched, outer)[4:7], inner[4:7], atol=1e-6)
    bowed = inner.copy()
    bowed[:, 0] -= 15 * np.sin(np.linspace(0, np.pi, 21))
    np.testing.assert_allclose(without_notches(bowed, outer), bowed)
    bulging = inner.copy()
    bulging[:, 0] += 15 * np.sin(np.linspace(0, np.pi, 21))
    np.testing.assert_allclose(without_notches(bulging, outer), bulging)


def test_a_short_sleeve_stays():
    garment = top(SHORT)
    fit = fit_garment(BODY, garment, Wishes(), Ease())
    draped = drape(garment, fit)
    np.testing.assert_array_equal(closing_cuffs(draped, fit, BODY).position, draped.position)


def test_a_bell_stays_open():
    garment = top(BELL)
    fit = fit_garment(BODY, garment, Wishes(), Ease())
    draped = drape(garment, fit)
    np.testing.assert_array_equal(closing_cuffs(draped, fit, BODY).position, draped.position)
