"""Hands before a drawn garment: they bend from the forearm as they like and keep their whole fingers."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import JUMPER, SHAPE, SKIN, drawn_body, drawn_photo, plain_texture, straight_limb

from vesture.engines.warp.body.figure import ARM_RADIUS
from vesture.engines.warp.cloth.placement import Fit
from vesture.engines.warp.compose.compose import compose
from vesture.engines.warp.compose.front import kept_in_front
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.bare_arms import bare_arms
from vesture.engines.warp.undress.hand_colours import with_clear_hands
from vesture.engines.warp.undress.hands import begun_hands, hand_of, hands_of, matte
from vesture.engines.warp.undress.prepared import Wardrobe, prepare
from vesture.engines.warp.undress.removal import old_garment
from vesture.vision.frame import Box
from vesture.vision.parsing.parse import Label

TOPS = Wardrobe((Label.TOP, Label.ONE_PIECE), (Label.HAIR, Label.OTHER))
REACH = {"left": 0.0, "right": 0.0}


def hand_on_hip():
    """A sleeved arm whose hand turns back upwards on the torso, three fingers apart: body and fingers (h, w)."""
    body = drawn_body()
    arm = straight_limb((112, 120), (104, 205), ARM_RADIUS, 88.0)
    labels = body.labels.copy()
    labels[:, :118] = 0
    cv2.line(labels, (112, 120), (104, 205), int(Label.TOP), 18)
    cv2.rectangle(labels, (98, 112), (180, 245), int(Label.TOP), -1)
    fingers = np.zeros(SHAPE, np.uint8)
    for slope in (-12, -2, 8):
        cv2.line(fingers, (106, 212), (134, 206 + slope), 1, 4)
    cv2.circle(fingers, (104, 213), 7, 1, -1)
    labels[fingers > 0] = Label.SKIN
    return replace(body, labels=labels, arms={**body.arms, "left": arm}), fingers > 0


def test_a_hand_that_turns_from_the_forearm_is_found_whole() -> None:
    body, fingers = hand_on_hip()
    found = hand_of(body, body.arms["left"])
    assert found[fingers].mean() > 0.97
    assert not found[~fingers].any()


def test_its_fingers_stay_whole_before_the_new_garment_unless_sleeves_may_cover_them() -> None:
    body, fingers = hand_on_hip()
    scene = prepare(drawn_photo(body), body, TOPS, Box(0, 0, SHAPE[1], SHAPE[0]))
    tips = fingers & (np.arange(SHAPE[1]) > 116)
    whole = Fit({}, {}, (1.0, 1.0), REACH)
    kept = kept_in_front(body, scene.old, whole, TOPS.in_front, TOPS.replaced)
    assert kept[tips].all()
    covered = kept_in_front(body, scene.old, replace(whole, over_hands=True), TOPS.in_front, TOPS.replaced)
    assert covered[tips].mean() < 0.6


def test_nothing_of_the_old_cloth_is_left_between_and_around_fingers() -> None:
    body, fingers = hand_on_hip()
    photo = cv2.GaussianBlur(drawn_photo(body), (0, 0), 0.6)
    scene = prepare(photo, body, TOPS, Box(0, 0, SHAPE[1], SHAPE[0]))
    picture, _ = compose(scene, Fit({}, {}, (1.0, 1.0), REACH), [], "flat-lay", np.random.default_rng(1))
    near = cv2.dilate(fingers.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    red = np.linalg.norm(picture.astype(float) - JUMPER, axis=-1) < 60
    assert not red[near & (np.arange(SHAPE[0])[:, None] > 185)].any()
    core = cv2.erode(fingers.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert np.linalg.norm(picture[core].astype(float) - SKIN, axis=-1).max() < 55  # the arm's own shade at most


def test_a_forearm_is_no_part_of_the_hand_and_a_bare_belly_neither() -> None:
    body, fingers = hand_on_hip()
    bare = replace(body.arms["left"], bare_from=0.0)
    labels = body.labels.copy()
    cv2.line(labels, (112, 120), (104, 205), int(Label.SKIN), 18)
    found = hand_of(replace(body, labels=labels), bare)
    assert found[fingers].mean() > 0.9
    assert not found[:190].any()
    labels[120:240, 98:180] = Label.SKIN
    found = hand_of(replace(body, labels=labels), bare)
    assert found.sum() < 0.3 * (labels[120:240, 98:180] == Label.SKIN).sum()


def test_no_hand_is_made_up_where_no_skin_is() -> None:
    body = drawn_body()
    labels = np.where(body.labels == Label.SKIN, Label.BACKGROUND, body.labels).astype(np.uint8)
    assert not hands_of(replace(body, labels=labels)).any()


def test_the_rim_of_a_cuff_below_it_is_left_to_the_removal() -> None:
    body = drawn_body()
    hand = hand_of(body, body.arms["left"])
    fingers = hand_of(body, body.arms["left"], 0.1)
    rows = np.flatnonzero(hand.any(1))
    assert np.flatnonzero(fingers.any(1))[0] > rows[0]
    assert np.flatnonzero(fingers.any(1))[-1] == rows[-1]


@pytest.mark.parametrize("cloth", [(30.0, 60.0, 200.0), (245.0, 245.0, 240.0), (20.0, 18.0, 16.0)])
def test_coverage_and_colour_of_an_outline_are_read_off_the_mixed_pixels(cloth) -> None:
    hard = np.zeros((240, 160), np.float32)
    cv2.line(hard, (20, 20), (130, 210), 1.0, 24)
    cv2.line(hard, (130, 20), (60, 120), 1.0, 9)
    true = cv2.GaussianBlur(cv2.resize(hard, (80, 120), interpolation=cv2.INTER_AREA), (0, 0), 0.6)
    photo = true[..., None] * np.float32([190, 140, 115]) + (1 - true[..., None]) * np.float32(cloth)
    front = np.roll(true > 0.5, 1, axis=1)  # the label is a pixel off
    alpha, colours = matte(photo.astype(np.float32), front, 100.0)
    inside = np.s_[8:-8, 8:-8]
    edge = (true[inside] > 0.1) & (true[inside] < 0.9)
    assert np.abs(alpha - true)[inside][edge].mean() < 0.5 * np.abs(front - true)[inside][edge].mean()
    error = np.linalg.norm(colours - np.float32([190, 140, 115]), axis=-1)[inside]
    assert error[alpha[inside] > 0.3].mean() < 6


def test_the_shade_between_hand_and_cloth_belongs_to_the_side_whose_hue_it_has() -> None:
    skin, jeans = np.float32([190, 140, 115]), np.float32([120, 150, 190])
    photo = np.where(np.arange(80)[None, :, None] < 40, skin, jeans) * np.ones((60, 1, 1), np.float32)
    photo[:, 40:43] = 0.35 * jeans
    front = np.arange(80)[None] < 41
    alpha, _ = matte(photo.astype(np.float32), front & np.ones((60, 1), bool), 100.0)
    assert alpha[10:50, 41:44].max() < 0.2
    photo[:, 38:40] = 0.45 * skin  # a shaded side of the hand stays
    alpha, _ = matte(photo.astype(np.float32), front & np.ones((60, 1), bool), 100.0)
    assert alpha[10:50, 36:39].min() > 0.8


def test_nothing_of_a_hand_goes_as_the_old_garment_but_its_seam() -> None:
    body, fingers = hand_on_hip()
    photo = drawn_photo(body).astype(np.float32)
    gone = old_garment(photo, body, TOPS.replaced, Coarse.of(photo, body.unit))
    core = cv2.erode(fingers.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert not gone[core & (np.arange(SHAPE[1]) > 116)].any()


def hand_beside_cloth(gap_colour: tuple[int, int, int], gap_label: Label):
    """A drawn person whose left hand was parsed with a gap between its fingers: photo, body, gap (h, w)."""
    body = drawn_body()
    photo, labels = drawn_photo(body).copy(), body.labels.copy()
    cloth = np.s_[240:330, 60:96]
    labels[cloth] = np.where(labels[cloth] == Label.SKIN, Label.SKIN, gap_label)
    photo[labels == gap_label] = gap_colour
    wrist = body.arms["left"].axis[-1].astype(int)
    hand = np.s_[wrist[1] + 8 : wrist[1] + 34, wrist[0] - 9 : wrist[0] + 10]
    labels[hand], photo[hand] = Label.SKIN, SKIN
    gap = np.zeros(SHAPE, bool)
    gap[wrist[1] + 18 : wrist[1] + 32, wrist[0] - 2 : wrist[0] + 3] = True
    photo[gap] = gap_colour
    photo = np.clip(photo + np.random.default_rng(5).normal(0, 2, photo.shape), 0, 255).astype(np.uint8)
    return photo, replace(body, labels=labels), gap


@pytest.mark.parametrize(
    ("colour", "label"),
    [((245, 245, 245), Label.BACKGROUND), ((40, 70, 200), Label.TOP), ((25, 22, 20), Label.BOTTOM)],
)
def test_a_gap_between_fingers_is_what_lies_around_the_hand(colour, label) -> None:
    photo, body, gap = hand_beside_cloth(colour, label)
    labels = with_clear_hands(photo, body)
    assert (labels[gap] == label).mean() > 0.9
    away = (body.labels == Label.SKIN) & ~cv2.dilate(gap.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    assert (labels[away] == Label.SKIN).all()


def test_cloth_in_the_shade_of_a_hand_is_no_part_of_it_and_shaded_skin_is() -> None:
    photo, body, gap = hand_beside_cloth((130, 150, 175), Label.BOTTOM)
    photo[gap] = (66, 78, 94)
    labels = with_clear_hands(photo, body)
    assert (labels[gap] == Label.BOTTOM).mean() > 0.8
    photo[gap] = (0.55 * np.array(SKIN)).astype(np.uint8)
    np.testing.assert_array_equal(with_clear_hands(photo, body), body.labels)


def test_cloth_of_the_colour_of_skin_makes_no_gaps() -> None:
    photo, body, _ = hand_beside_cloth((206, 158, 132), Label.TOP)
    np.testing.assert_array_equal(with_clear_hands(photo, body), body.labels)


def test_a_nail_is_no_gap_and_skin_that_pales_in_the_light_neither() -> None:
    photo, body, gap = hand_beside_cloth((245, 245, 245), Label.BACKGROUND)
    photo[gap] = SKIN
    wrist = body.arms["left"].axis[-1].astype(int)
    photo[wrist[1] + 30, wrist[0] : wrist[0] + 2] = (245, 240, 238)
    ramp = np.linspace(0, 1, 19)[None, :, None]
    hand = np.s_[wrist[1] + 8 : wrist[1] + 28, wrist[0] - 9 : wrist[0] + 10]
    photo[hand] = ((1 - ramp) * np.array(SKIN) + ramp * np.array((240, 225, 215))).astype(np.uint8)
    np.testing.assert_array_equal(with_clear_hands(photo, body), body.labels)


def test_a_cuff_in_nearly_the_colour_of_skin_that_was_parsed_as_skin_is_the_sleeves() -> None:
    body = drawn_body()
    labels, cloth = body.labels.copy(), (205, 185, 150)
    wrist = body.arms["left"].axis[-1].astype(int)
    photo = drawn_photo(body)
    photo[labels == Label.TOP] = cloth
    photo = np.clip(photo + np.random.default_rng(4).normal(0, 2, photo.shape), 0, 255).astype(np.uint8)
    corner = np.s_[wrist[1] - 20 : wrist[1] + 9, wrist[0] - 8 : wrist[0] - 2]
    was = labels[corner] == Label.TOP
    labels[corner] = np.where(was, Label.SKIN, labels[corner])
    cleared = with_clear_hands(photo, replace(body, labels=labels))
    assert (cleared[corner][was] == Label.TOP).mean() > 0.8
    below = (np.arange(SHAPE[0]) > wrist[1] + 8)[:, None] & (labels == Label.SKIN)
    assert (cleared[below] == Label.SKIN).all()


def test_a_shaded_crease_at_the_cuff_is_no_rim_of_it() -> None:
    body = drawn_body()
    photo = drawn_photo(body).astype(np.float32)
    wrist = body.arms["left"].axis[-1].astype(int)
    crease = np.s_[wrist[1] + 7 : wrist[1] + 9, wrist[0] - 6 : wrist[0] + 7]
    photo[crease] = 0.55 * np.array(SKIN)
    gone = old_garment(photo, body, TOPS.replaced, Coarse.of(photo, body.unit))
    assert not gone[crease][:, 2:-2].any()  # its ends lie on the seam beside the sleeve


def test_the_shade_of_a_cuff_that_slants_over_the_hand_goes_with_it() -> None:
    body = drawn_body()
    arm = body.arms["left"]
    x, y = (int(value) for value in arm.axis[-1])
    grid = np.indices(SHAPE)
    slant = (np.abs(grid[1] - x) < 12) & (grid[0] > y - 15) & (grid[0] < y + 0.5 * (grid[1] - x))
    hand = (np.abs(grid[1] - x) < 9) & (grid[0] >= y + 0.5 * (grid[1] - x)) & (grid[0] < y + 30)
    labels = body.labels.copy()
    labels[(np.abs(grid[1] - x) < 14) & (grid[0] > y - 15)] = Label.BACKGROUND
    labels[slant], labels[hand] = Label.TOP, Label.SKIN
    body = replace(body, labels=labels)
    photo = drawn_photo(body).astype(np.float32)
    shade = hand & (grid[0] < y + 0.5 * (grid[1] - x) + 2)
    photo[shade] = 0.5 * np.array(SKIN)
    scene = prepare(photo.astype(np.uint8), body, TOPS, Box(0, 0, SHAPE[1], SHAPE[0]))
    kept = kept_in_front(body, scene.old, Fit({}, {}, (1.0, 1.0), REACH), TOPS.in_front, TOPS.replaced)
    middle = np.abs(grid[1] - x) < 6
    assert scene.old[shade & middle].all()
    assert not kept[shade & middle].any()
    assert kept[hand & (grid[0] > y + 12)].all()
    begun = begun_hands(scene.hands, scene.old, body.unit)[hand & middle]
    assert begun.min() == 0 < np.median(begun[(begun > 0) & (begun < 1)]) < begun.max() == 1


@pytest.mark.parametrize(("share", "above"), [(0.97, 0.1), (0.5, 0.15)])
def test_no_painted_arm_shows_beside_a_long_sleeve_above_its_cuff(share: float, above: float) -> None:
    body = drawn_body()
    scene = prepare(drawn_photo(body), body, TOPS, Box(0, 0, SHAPE[1], SHAPE[0]))
    reach = {side: share * arm.length for side, arm in body.arms.items()}
    arms = bare_arms(scene, Fit({}, {}, (1.0, 1.0), reach), plain_texture())
    assert arms
    for patch, _ in arms:
        rows = np.flatnonzero((patch.alpha > 0.05).any(1)) + patch.top
        ends = [arm.at(np.array([reach[side] - above * body.unit]))[0, 1] for side, arm in body.arms.items()]
        assert rows.min() > min(ends)


def hanging_hand_beside_a_thigh():
    """A bare arm that hangs down, its hand touching skin-coloured cloth beside it: body, hand and cloth (h, w)."""
    body = drawn_body()
    arm = replace(straight_limb((104, 110), (104, 195), ARM_RADIUS, 88.0), bare_from=60.0)
    labels = body.labels.copy()
    labels[:, :150] = 0
    hand, cloth = np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)
    cv2.ellipse(hand, (104, 210), (7, 16), 0, 0, 360, 1, -1)
    cv2.rectangle(cloth, (109, 195), (150, 250), 1, -1)
    labels[(hand | cloth) > 0] = Label.SKIN
    return replace(body, labels=labels, arms={**body.arms, "left": arm}), hand > 0, (cloth > 0) & (hand == 0)


def test_a_hand_grows_over_no_thigh_or_leather_that_touches_it() -> None:
    body, hand, cloth = hanging_hand_beside_a_thigh()
    found = hand_of(body, body.arms["left"])
    assert found[hand].mean() > 0.9
    assert found[cloth].mean() < 0.1
    whole = Fit({}, {}, (1.0, 1.0), REACH)
    kept = kept_in_front(body, np.zeros(SHAPE, bool), whole, (Label.HAIR, Label.OTHER), (Label.TOP,))
    assert kept[hand].mean() > 0.9
    assert kept[cloth].mean() < 0.1


def test_fingers_that_a_handle_parts_from_the_hand_are_kept() -> None:
    body, hand, _ = hanging_hand_beside_a_thigh()
    labels = np.where(hand, Label.SKIN, Label.BACKGROUND).astype(np.uint8)
    labels[218:222, 90:120] = Label.OTHER
    body = replace(body, labels=labels)
    tips = hand & (np.arange(SHAPE[0])[:, None] > 222)
    assert not hand_of(body, body.arms["left"])[tips].any()
    whole = Fit({}, {}, (1.0, 1.0), REACH)
    assert kept_in_front(body, np.zeros(SHAPE, bool), whole, (Label.OTHER,), (Label.TOP,))[tips].all()


def test_skin_in_the_old_garment_away_from_the_hand_is_a_fold_and_fingers_beside_it_are_not() -> None:
    body, _ = hand_on_hip()
    labels = body.labels.copy()
    cv2.circle(labels, (150, 228), 4, int(Label.SKIN), -1)  # within a hand's reach of the wrist, and none of it
    fold = (labels == Label.SKIN) & (body.labels != Label.SKIN)
    labels[:, 116:118] = np.where(labels[:, 116:118] == Label.SKIN, Label.TOP, labels[:, 116:118])  # a ring
    tips = (labels == Label.SKIN) & (np.arange(SHAPE[1]) > 118) & ~fold & (np.arange(SHAPE[0])[:, None] > 180)
    body = replace(body, labels=labels)
    assert tips.any()
    assert not hand_of(body, body.arms["left"])[tips].all()
    gone = old_garment(drawn_photo(body), body, TOPS.replaced, Coarse.of(drawn_photo(body), body.unit))
    assert gone[fold].mean() > 0.9
    assert gone[cv2.erode(tips.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0].mean() < 0.3
