"""Flat cloth takes the shade of the body that it lies on, and folds where it has none of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_person import SHAPE, UNIT, drawn_body

from vesture.engines.warp.cloth.edges import without_shreds
from vesture.engines.warp.cloth.shade import lack_of_folds, shaded
from vesture.engines.warp.compose.light import shaded_by
from vesture.engines.warp.picture.patch import Patch
from vesture.vision.garment.types import Part

BODY = drawn_body()
GREY = 200.0


def sheet() -> Patch:
    """Even cloth over the whole picture."""
    return Patch(0, 0, np.full((*SHAPE, 3), GREY, np.float32), np.ones(SHAPE, np.float32))


def light(part: int, folded: float) -> np.ndarray:
    """Light (h, w), as shares of the cloth's own, that a sheet of it shows."""
    return shaded(sheet(), part, BODY, False, folded).rgb[..., 1] / GREY


def at(picture: np.ndarray, place: np.ndarray) -> float:
    column, row = np.rint(place).astype(int)
    return float(picture[row, column])


def test_folds_run_from_the_armpits_and_leave_the_middle_of_the_chest():
    smooth, folded = light(Part.TORSO, 0.0), light(Part.TORSO, 1.0)
    change = folded / smooth - 1
    for side, sign in (("left", -1.0), ("right", 1.0)):
        edge = float(BODY.width(side, 0.35))
        beside = [at(change, BODY.point(sign * (edge - 0.08 * UNIT), level)[0]) for level in np.linspace(0.3, 0.5, 30)]
        assert min(beside) < -0.04
        assert max(beside) > 0.015
    spine = [at(change, BODY.point(0.0, level)[0]) for level in np.linspace(0.1, 0.6, 30)]
    assert np.abs(spine).max() < 0.02


def test_a_top_hangs_in_flutes_down_to_its_hem():
    change = light(Part.TORSO, 1.0) / light(Part.TORSO, 0.0) - 1
    for side, sign in (("left", -1.0), ("right", 1.0)):
        edge = float(BODY.width(side, 0.9))
        across = sign * np.linspace(0.0, edge - 0.02 * UNIT, 40)
        shades = np.array([[at(change, BODY.point(u, level)[0]) for u in across] for level in (0.86, 0.9, 0.94)])
        assert np.ptp(shades, axis=1).min() > 0.05  # from fold to ridge, at every level
        assert np.abs(np.diff(shades, axis=0)).mean() < 0.25 * np.ptp(
            shades
        )  # and hardly changing from one to the next


def test_folds_are_a_share_of_their_strength_and_have_no_colour():
    half, whole = light(Part.TORSO, 0.5), light(Part.TORSO, 1.0)
    smooth = light(Part.TORSO, 0.0)
    np.testing.assert_allclose(half / smooth - 1, (whole / smooth - 1) / 2, atol=2e-3)
    red = sheet()
    red.rgb[...] = (200, 40, 20)
    dressed = shaded(red, Part.TORSO, BODY, False, 1.0).rgb
    np.testing.assert_allclose(dressed[..., 0] / dressed[..., 1], 5.0, rtol=1e-4)


@pytest.mark.parametrize(
    ("part", "side", "sign"), [(Part.LEFT_SLEEVE, "left", -1.0), (Part.RIGHT_SLEEVE, "right", 1.0)]
)
def test_the_side_of_a_sleeve_that_faces_the_body_is_darker(part: Part, side: str, sign: float):
    arm = BODY.arms[side]
    along = np.array([0.5 * arm.length])
    out = 0.8 * arm.radius(along)[0] * arm.outward(along, sign)[0]
    lit = light(part, 0.0)
    inner, outer = at(lit, arm.at(along)[0] - out), at(lit, arm.at(along)[0] + out)
    assert inner < outer - 0.05


def test_legs_that_touch_part_in_a_line_of_shade():
    left, right = light(Part.LEFT_LEG, 0.0), light(Part.RIGHT_LEG, 0.0)
    along = np.array([0.5 * BODY.legs["left"].length])
    axes = [BODY.legs[side].at(along)[0] for side in ("left", "right")]
    middle = (axes[0] + axes[1]) / 2
    assert abs(at(left, middle) - at(right, middle)) < 0.01
    assert at(left, middle) < at(left, axes[0]) - 0.2
    assert at(left, axes[0] - [0.1 * UNIT, 0]) > 0.95
    assert at(left, [middle[0], BODY.legs["left"].axis[0, 1] + 2]) > at(left, middle) + 0.1  # none on the hips


def test_cloth_with_folds_of_its_own_gets_no_others():
    cover = np.ones((300, 300), np.float32)
    even = np.full((300, 300, 3), 150, np.float32)
    waves = np.sin(np.arange(300) / 7)[None, :, None] * 20
    assert lack_of_folds(even, cover, 100.0) == 1.0
    assert lack_of_folds((even + waves).astype(np.float32), cover, 100.0) == 0.0
    assert lack_of_folds(np.zeros_like(even), np.zeros_like(cover), 100.0) == 0.0


def test_a_spike_of_a_sleeve_on_the_torso_goes_and_its_corners_and_what_hides_an_arm_stay():
    sleeve = np.zeros((300, 300), np.float32)
    sleeve[20:250, 150:280] = 1
    sleeve[120:250, 120:123] = sleeve[240:250, 120:150] = 1  # drawn apart from the hem, along the torso
    torso = np.zeros_like(sleeve)
    torso[:, :200] = 1
    left = without_shreds(sleeve, torso, 200.0)
    assert left[120:230, 119:124].max() == 0
    assert left[24:240, 152:280].min() > 0.99
    np.testing.assert_array_equal(without_shreds(sleeve, np.zeros_like(torso), 200.0), sleeve)


def test_a_crease_that_a_sleeve_surrounds_is_no_darker_than_one_beside_its_edge():
    cover = np.ones(SHAPE, np.float32)
    white = np.full((*SHAPE, 3), 240.0, np.float32)
    x, y = np.rint(BODY.point(0.0, 0.6)[0]).astype(int)
    ring = np.ones((80, 80), np.float32)
    ring[38:42, 10:70] = 0
    bay = Patch(int(y) - 40, int(x) - 40, np.zeros((80, 80, 3), np.float32), ring)
    shade = 1 - shaded_by(white, cover, [bay], BODY, 0.4)[y, x, 0] / 240
    assert 0.1 < shade < 0.2


def test_shade_is_weaker_on_the_inner_side_of_light_sleeves():
    def deepest(grey: float) -> float:
        patch = sheet()
        cloth = replace(patch, rgb=np.full_like(patch.rgb, grey))
        return float((shaded(cloth, Part.LEFT_SLEEVE, BODY, False, 0.0).rgb / grey).min())

    assert deepest(230.0) > deepest(60.0) + 0.05
    assert deepest(60.0) == pytest.approx(deepest(100.0))
