"""Bare limbs: their relief, and how they meet the skin that is seen."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import UNIT, drawn_body, straight_limb

from vesture.engines.warp.body.figure import ARM_RADIUS, LEG_RADIUS, Limb, _bare_from, rounded_polyline
from vesture.engines.warp.body.relief import ARM, LEG, NAVEL, flushed, limb_shade, swollen, trunk_shade, within_cloth
from vesture.engines.warp.body.silhouettes import limb_zone, pointed
from vesture.engines.warp.undress.complexion import Complexion
from vesture.engines.warp.undress.joint import skin_width, without_nicks
from vesture.engines.warp.undress.skin import CALMER, _rimmed, arm_tones, bare_limb, joined
from vesture.engines.warp.undress.trunk import trunk_tone
from vesture.vision.parsing.parse import Label


@pytest.mark.parametrize("anatomy", [ARM, LEG])
def test_a_limb_turns_dark_at_its_sides_and_light_on_the_lit_one(anatomy) -> None:
    share, across = np.full((1, 3), 0.8, np.float32), np.float32([[-0.95, 0.0, 0.95]])
    even = limb_shade(share, across, -anatomy.lit, 1.0, anatomy)[0]
    assert even[1] == pytest.approx(1, abs=0.07)
    assert max(even[0], even[2]) < 0.9
    even = limb_shade(share, across, 0.0, 1.0, anatomy)[0]
    lit = limb_shade(share, across, 0.15, 1.0, anatomy)[0]
    assert lit[2] > even[2] + 0.05
    assert lit[0] < even[0] - 0.05


@pytest.mark.parametrize("anatomy", [ARM, LEG])
def test_joints_and_muscles_show_along_a_limb_and_mirror_with_it(anatomy) -> None:
    share = np.linspace(0, 1, 200, dtype=np.float32)[:, None].repeat(2, 1)
    across = np.float32([[-0.3, 0.3]]).repeat(200, 0)
    right = limb_shade(share, across, 0.0, 1.0, anatomy)
    assert 0.05 < np.ptp(right[:, 0]) < 0.2
    np.testing.assert_allclose(limb_shade(share, across, 0.0, -1.0, anatomy), right[:, ::-1], atol=1e-6)


@pytest.mark.parametrize(("anatomy", "radii"), [(ARM, ARM_RADIUS), (LEG, LEG_RADIUS)])
def test_limbs_are_narrower_at_the_joint_than_above_and_below(anatomy, radii) -> None:
    share = np.array([0.2, anatomy.joint, 0.66, 0.95])
    width = swollen(anatomy, share)[0] * np.interp(share, [0, anatomy.joint, 1], radii)
    assert width[1] < min(width[0], 0.99 * width[2])
    assert width[3] < 0.75 * width[2]  # wrists and ankles are slim


@pytest.mark.parametrize("place", [0.45, 0.6])
def test_the_shape_of_a_limb_follows_its_own_joint(place: float) -> None:
    radii = np.interp(np.linspace(0, 1, 33), [0, place, 1], LEG_RADIUS)
    bend = LEG.bend(radii)
    assert bend == pytest.approx(place, abs=0.02)
    share = LEG.share(np.array([0.0, place, 1.0]), bend)
    np.testing.assert_allclose(share, [0, LEG.joint, 1], atol=0.02)


def test_knees_are_redder_than_thighs_and_calves() -> None:
    share = np.float32([[0.3, LEG.joint, 0.75]])
    red = flushed(share, np.zeros_like(share), 1.0, LEG)[0]
    assert red[1] > 3 * max(red[0], red[2])


@pytest.mark.parametrize(("half", "aside"), [(4, 0), (6, 4), (5, -3)])
def test_the_skin_past_a_cuff_is_measured_even_beside_the_axis(half: int, aside: int) -> None:
    body = drawn_body()
    arm = body.arms["left"]
    end = arm.at(np.array([arm.length]))[0]
    skin = np.zeros(body.labels.shape, bool)
    x = round(end[0]) + aside
    skin[round(end[1]) :, x - half : x + half + 1] = True
    found = skin_width(arm, skin, arm.length, UNIT)
    assert found is not None
    assert found[0] == pytest.approx(half, abs=1.2)
    assert abs(found[1]) == pytest.approx(abs(aside), abs=2)
    assert skin_width(arm, np.zeros_like(skin), arm.length, UNIT) is None


def test_nicks_between_painted_and_real_skin_close_only_where_cloth_goes() -> None:
    zone = np.zeros((120, 120), np.float32)
    zone[20:58, 40:80] = 1
    skin = np.zeros((120, 120), bool)
    skin[61:100, 40:80] = True
    gap = np.s_[58:61, 44:76]
    assert without_nicks(zone, skin, np.zeros_like(skin), UNIT)[gap].max() < 0.6
    old = ~skin
    assert without_nicks(zone, skin, old, UNIT)[gap].min() > 0.9
    assert without_nicks(zone, skin, old, UNIT)[:, :30].max() == 0


def test_a_wrist_is_as_wide_as_the_hand_begins_and_the_forearm_above_is_not() -> None:
    body = drawn_body()
    arm = replace(body.arms["left"], bare_from=body.arms["left"].length)
    skin = np.zeros(body.labels.shape, bool)
    column, row = np.rint(arm.at(np.array([arm.length]))[0]).astype(int)
    skin[row:300, column - 7 : column + 8] = True
    bare = bare_limb(arm, ARM, skin, UNIT, 0.0, -1.0)
    usual = bare_limb(arm, ARM, np.zeros_like(skin), UNIT, 0.0, -1.0)
    assert bare.limb.radius(np.array([arm.length]))[0] == pytest.approx(7, abs=1)
    before, past = bare.limb.radius(arm.length + np.array([0.0, 0.05]) * UNIT)
    assert past > before + 0.3  # it goes on widening into the hand
    above = np.array([arm.length - 0.4 * UNIT])
    assert bare.limb.radius(above)[0] == pytest.approx(usual.limb.radius(above)[0], rel=0.05)


def test_no_wrist_is_as_wide_as_a_wide_sleeve_that_passed_for_skin() -> None:
    body = drawn_body()
    arm = body.arms["left"]
    column, row = np.rint(arm.at(np.array([arm.length]))[0]).astype(int)
    skin = np.zeros(body.labels.shape, bool)
    skin[row:300, column - 14 : column + 15] = True
    usual = float(arm.radius(np.array([arm.length]))[0])
    found = skin_width(arm, skin, arm.length, UNIT)
    assert found is not None
    assert found[0] < 1.65 * usual
    half_way = skin_width(arm, np.ones_like(skin), 0.5 * arm.length, UNIT)
    assert half_way is not None
    assert half_way[0] > 1.5 * float(arm.radius(np.array([0.5 * arm.length]))[0])  # thick arms are wide there


def test_an_arm_is_darker_towards_the_body() -> None:
    share, across = np.full((1, 2), 0.35, np.float32), np.float32([[-0.7, 0.7]])
    left, right = limb_shade(share, across, 0.0, -1.0, ARM)[0], limb_shade(share, across, 0.0, 1.0, ARM)[0]
    assert left[0] > left[1] + 0.1
    np.testing.assert_allclose(left, right[::-1], atol=1e-6)


def test_a_hand_before_the_hip_is_no_skin_of_the_leg() -> None:
    leg = straight_limb((150, 100), (150, 300), (0.2, 0.2, 0.16), None)
    labels = np.full((400, 300), int(Label.BOTTOM), np.uint8)
    labels[90:112, 130:170] = Label.SKIN
    assert _bare_from(leg, labels) is None
    labels[260:, 130:170] = Label.SKIN  # and bare below the trousers
    assert 150 < (_bare_from(leg, labels) or 0) < 170


def test_a_spot_of_skin_before_a_sleeve_is_not_the_bare_arm() -> None:
    arm = straight_limb((150, 100), (150, 300), (0.135, 0.112, 0.075), None)
    labels = np.full((280, 300), int(Label.TOP), np.uint8)  # the picture ends above the hand
    labels[210:213, 140:160] = Label.SKIN
    assert _bare_from(arm, labels) is None
    labels[240:, 130:170] = Label.SKIN
    assert 235 < 100 + (_bare_from(arm, labels) or 0) < 250


@pytest.mark.parametrize("anatomy", [ARM, LEG])
def test_narrow_cloth_is_on_slim_limbs_and_loose_cloth_does_not_tell(anatomy) -> None:
    usual = np.ones(49)
    np.testing.assert_allclose(within_cloth(2.2 * usual, anatomy), 1, atol=1e-6)
    assert within_cloth(0.85 * usual, anatomy).max() < 0.85
    bag = usual * 1.0
    bag[24] = 2.0  # something beside it for a moment
    assert np.ptp(within_cloth(bag, anatomy)) < 0.035


def test_no_arm_fills_a_sleeve() -> None:
    for wide in (0.85, 1.0, 1.2, 1.5):
        assert within_cloth(np.full(49, wide), ARM).max() < 0.93 * wide


def test_only_scenes_that_are_blown_out_light_the_edges_of_limbs() -> None:
    body = drawn_body()
    bare = bare_limb(body.arms["left"], ARM, np.zeros(body.labels.shape, bool), UNIT, 0.0, -1.0)
    across, share = np.float32([[-0.95, 0.0]]), np.full((1, 2), 0.5, np.float32)
    field = np.full((1, 2, 3), 150, np.float32)
    white, pale = (_rimmed(field, bare, across, np.full((1, 2, 3), level, np.float32), share) for level in (254, 215))
    assert white[0, 0].mean() > 160
    np.testing.assert_allclose(white[0, 1], 150, atol=1)
    np.testing.assert_allclose(pale, 150, atol=1)


def test_a_bared_arm_is_no_more_colourful_than_face_and_hand_and_goes_over_into_the_hands_tone() -> None:
    face, hand, arm = np.float32([74, 12, 14]), np.float32([60, 17, 12]), np.float32([67, 14, 13])
    tones = Complexion(face, arm, arm, {"left": hand}, {"right": face}, {}, 0.0, face)
    upper, lower = arm_tones(tones, "left")
    most = max(np.linalg.norm(tone[1:]) / tone[0] for tone in (face, hand))
    assert np.linalg.norm(upper[1:]) / upper[0] < np.linalg.norm(lower[1:]) / lower[0] < most
    assert hand[0] < lower[0] < upper[0] < face[0]
    np.testing.assert_allclose(arm_tones(tones, "right"), [face, face])  # which is seen


def test_a_bent_arm_has_a_corner_at_the_elbow_and_no_hole_in_its_crook() -> None:
    corners = np.array([[100.0, 60.0], [180.0, 140.0], [100.0, 220.0]])
    axis = rounded_polyline(corners, 33)
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(axis, axis=0), axis=1))]
    arm = Limb(axis, along, np.full(33, 14.0), np.full(33, 14.0), 1.0)
    bare = bare_limb(arm, ARM, np.zeros((300, 300), bool), UNIT, 0.0, 1.0).limb
    gap, rounded = (np.linalg.norm(path - corners[1], axis=1).min() for path in (bare.axis, axis))
    assert gap < 0.6 * rounded
    zone = limb_zone((300, 300), bare, 0.0, bare.length)
    inside = cv2.morphologyEx((zone > 0.5).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)) > 0
    assert np.count_nonzero(inside & (zone < 0.5)) < 20
    straight = straight_limb((150, 100), (150, 300), ARM_RADIUS, None)
    np.testing.assert_allclose(pointed(straight.axis, straight.along, straight), straight.axis)


def test_a_forearm_folded_up_over_the_upper_arm_reaches_the_hand_that_is_seen() -> None:
    corners = np.array([[100.0, 60.0], [104.0, 180.0], [72.0, 70.0]])
    axis = rounded_polyline(corners, 33)
    # as clothes shift it: its halves part, and lines along them meet far below the elbow
    axis[20:, 0] -= np.linspace(6, 0, 13)
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(axis, axis=0), axis=1))]
    seen_from = float(along[-5])
    arm = Limb(axis, along, np.full(33, 14.0), np.full(33, 14.0), 1.0, seen_from)
    bare = bare_limb(arm, ARM, np.zeros((300, 300), bool), UNIT, 0.0, 1.0)
    assert bare.limb.axis[:, 1].max() < axis[:, 1].max() + 14
    end = bare.limb.at(np.array([bare.joint]))[0]
    assert np.linalg.norm(end - arm.at(np.array([seen_from]))[0]) < 4


def test_a_knee_is_modelled() -> None:
    share = np.linspace(0.44, 0.58, 60, dtype=np.float32)[:, None]
    assert np.ptp(limb_shade(share, np.zeros_like(share), 0.0, 1.0, LEG)) > 0.08


def test_a_belly_has_a_navel_and_darker_sides_and_a_chest_has_neither() -> None:
    length = 1.5
    across = np.linspace(-0.45, 0.45, 91, dtype=np.float32)[None].repeat(2, 0)
    level = np.float32([[NAVEL * length], [0.3]]) + np.zeros_like(across)
    belly, chest = trunk_shade(across, level, length, 0.0)
    assert belly[45] < belly[40] - 0.08
    assert abs(chest[45] - chest[40]) < 0.02
    assert belly[2] < chest[2] < chest[45]
    above = trunk_shade(across[:1], np.full_like(across[:1], 0.55 * length), length, 0.0)[0]
    assert above[33] - above[2] > 0.15  # sides turn away more than those of a chest
    assert above[33] - above[45] > 0.03  # the line down to the navel


def test_a_belly_is_as_calm_in_colour_as_bared_arms() -> None:
    torso, body = np.float32([60, 13, 21]), np.float32([60, 15, 20])
    belly = trunk_tone(Complexion(torso, body, body, {}, {}, {}, 0.0))
    assert belly[0] == pytest.approx(60)
    np.testing.assert_allclose(belly[1:] / (torso + 0.3 * (body - torso))[1:], CALMER[1:], atol=1e-5)


def test_gaps_between_fingers_throw_no_stripes_on_the_arm_above_and_the_hands_tone_does_reach_it() -> None:
    field = np.full((80, 40, 3), 150, np.float32)
    real, seen = field.copy(), np.zeros((80, 40), bool)
    seen[60:] = True
    real[60:] = 120
    real[60:, 18:22] = 50
    away = np.broadcast_to(np.maximum(60 - np.arange(80, dtype=np.float32), 0)[:, None] / 100, (80, 40))
    result = joined(field, real, seen, away, (0.3, 0.3, 0.3), 0.07)
    near, far = result[58].mean(-1), result[35].mean(-1)
    assert near[20] < near[5] - 20
    assert np.ptp(far) < 5
    assert 125 < far[20] < 146
