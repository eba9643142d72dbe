"""Bare legs within the outline of what was on them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import UNIT, drawn_body

from vesture.engines.warp.body.figure import SIDES, SIGN
from vesture.engines.warp.body.legs import crotch_level
from vesture.engines.warp.body.relief import LEG
from vesture.engines.warp.body.silhouettes import limb_zone
from vesture.engines.warp.undress.skin import bare_limb
from vesture.engines.warp.undress.thighs import beside_a_tube, clothed_legs
from vesture.vision.parsing.parse import Label


def _bare_legs(body):
    nothing = np.zeros(body.labels.shape, bool)
    return {side: bare_limb(body.legs[side], LEG, nothing, UNIT, 0.0, SIGN[side]) for side in SIDES}


def _zone(body, legs):
    return np.maximum(*(limb_zone(body.labels.shape, legs[side].limb, 0.0, legs[side].limb.length) for side in SIDES))


def test_thighs_meet_at_the_crotch_and_part_below_it() -> None:
    body = drawn_body()
    legs = {side: replace(body.legs[side], axis=body.legs[side].axis + np.array([6 * SIGN[side], 0])) for side in SIDES}
    body = replace(body, legs=legs)  # a stance in which tubes leave a gap right up to the hips
    bare = _bare_legs(body)
    crotch = round(float(body.point(0.0, crotch_level(body))[0, 1]))
    assert _zone(body, bare)[crotch - 4, 150] < 0.5
    zone = _zone(body, clothed_legs(body, bare))
    assert zone[crotch - 4, 148:153].min() > 0.5
    gap = [int((zone[row, 120:180] < 0.5).sum()) for row in (crotch + 6, crotch + 20, crotch + 60)]
    assert 0 < gap[0] < gap[1] < gap[2]
    # the outer sides stay where they were
    before, after = (np.argmax(picture[crotch] > 0.5) for picture in (_zone(body, bare), zone))
    assert abs(int(before) - int(after)) <= 1


@pytest.mark.parametrize("hand", [False, True])
def test_a_thigh_ends_inside_tight_trousers_even_behind_a_hand(hand: bool) -> None:
    body = drawn_body()
    labels = np.zeros_like(body.labels)
    for leg in body.legs.values():
        column = round(float(leg.axis[0, 0]))
        cv2.rectangle(labels, (column - 12, 230), (column + 12, 405), int(Label.BOTTOM), -1)
    if hand:
        cv2.rectangle(labels, (100, 268), (118, 290), int(Label.SKIN), -1)
        cv2.rectangle(labels, (182, 268), (200, 290), int(Label.SKIN), -1)
    body = replace(body, labels=labels)
    zone = _zone(body, clothed_legs(body, _bare_legs(body)))
    rows = zone[255:310]
    assert rows[:, :119].max() < 0.5
    assert rows[:, 122:142].min() > 0.5


def test_a_raised_thigh_keeps_its_shape_between_the_legs() -> None:
    body = drawn_body()
    legs = {}
    for side in SIDES:
        axis = body.legs[side].axis.copy()
        axis[:16, 0] += SIGN[side] * np.linspace(0, 40, 16)
        axis[:16, 1] = 240 + np.linspace(0, 12, 16)
        legs[side] = replace(body.legs[side], axis=axis)
    body = replace(body, legs=legs, labels=np.zeros_like(body.labels))
    bare = _bare_legs(body)
    shaped = clothed_legs(body, bare)
    for side in SIDES:
        np.testing.assert_allclose(shaped[side].limb.natural, bare[side].limb.natural)


@pytest.mark.parametrize("aside", [-4, 3])
def test_an_ankle_comes_out_of_the_middle_of_its_shoe(aside: int) -> None:
    body = drawn_body()
    labels = np.zeros((470, 300), np.uint8)
    for middle in (132, 168):
        labels[240:398, middle - 14 : middle + 14] = Label.BOTTOM
        labels[398:430, middle + aside - 10 : middle + aside + 11] = Label.SHOES
    body = replace(body, labels=labels)
    bare = _bare_legs(body)
    shaped = clothed_legs(body, bare)
    for side, middle in (("left", 132), ("right", 168)):
        ankle = shaped[side].limb.at(np.array([158.0]))[0]
        assert ankle[0] == pytest.approx(middle + aside, abs=1)
        assert np.linalg.norm(np.diff(shaped[side].limb.axis, 2, axis=0), axis=1).max() < 1
    without = clothed_legs(replace(body, labels=np.where(labels == Label.SHOES, 0, labels).astype(np.uint8)), bare)
    assert without["left"].limb.at(np.array([158.0]))[0, 0] == pytest.approx(132, abs=1)


def test_a_shoe_far_below_the_end_of_a_leg_in_wide_trousers_does_not_draw_the_ankle() -> None:
    body = drawn_body()
    labels = np.zeros((500, 300), np.uint8)
    labels[240:425, 100:200] = Label.BOTTOM
    for middle in (132, 168):
        labels[425:450, middle - 16 : middle + 5] = Label.SHOES
    body = replace(body, labels=labels)
    ankle = clothed_legs(body, _bare_legs(body))["left"].limb.at(np.array([155.0]))[0]
    assert ankle[0] == pytest.approx(_bare_legs(body)["left"].limb.at(np.array([155.0]))[0, 0], abs=0.5)


def test_an_ankle_comes_out_below_long_trousers_and_not_beside_them() -> None:
    body = drawn_body()
    limb, margin, hem = body.legs["left"], 0.1 * UNIT, 380
    cover = np.zeros(body.labels.shape, np.float32)
    for row in range(240, hem):
        half = round(0.12 * (hem - row)) + 6  # they taper
        cover[row, 132 - half : 133 + half] = 1
    beside = beside_a_tube(limb, cover, margin)
    assert beside[hem - 4, [132 - 9, 132 + 9]].all()
    assert not beside[hem - 4, 132 - 5 : 132 + 6].any()
    assert not beside[hem + 3 :].any()
    assert not beside_a_tube(limb, np.zeros_like(cover), margin).any()
