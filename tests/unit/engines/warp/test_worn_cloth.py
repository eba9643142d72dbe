"""What a worn garment's mask holds besides cloth, and how cloth goes on behind what lies before it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import JUMPER, SHAPE, SKIN, UNIT, WALL, drawn_body, drawn_photo

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.worn.cloth import only_cloth
from vesture.engines.warp.worn.fill import filled_cloth
from vesture.engines.warp.worn.garment import worn_garment
from vesture.engines.warp.worn.hidden import hidden_cloth
from vesture.engines.warp.worn.sides import within_sides, without_chips
from vesture.engines.warp.worn.trace import complete
from vesture.vision.parsing.parse import Label


@pytest.fixture
def body() -> Body:
    return drawn_body()


def top(body: Body) -> np.ndarray:
    return body.labels == Label.TOP


def test_clean_cloth_stays_whole(body: Body) -> None:
    mask = top(body)
    kept = only_cloth(drawn_photo(body), mask, body)
    assert not (kept & ~mask).any()
    assert kept.sum() > 0.97 * mask.sum()


def test_an_arm_that_was_taken_for_cloth_goes(body: Body) -> None:
    photo, mask = drawn_photo(body), top(body)
    arm = np.zeros(SHAPE, np.uint8)
    cv2.rectangle(arm, (90, 195), (108, 248), 1, -1)  # the lower arm, down to the hand that is known as skin
    photo[(arm > 0) & mask] = SKIN
    kept = only_cloth(photo, mask, body)
    assert kept[(arm > 0) & mask].mean() < 0.1
    assert kept[120:240, 125:175].all()


def test_a_fingertip_goes_whole_and_a_print_beside_the_hand_stays(body: Body) -> None:
    photo, labels = drawn_photo(body), body.labels.copy()
    labels[214:242, 175:190], photo[214:242, 175:190] = Label.SKIN, SKIN
    nail, print_ = np.s_[233:238, 169:175], np.s_[216:226, 160:175]
    photo[nail], photo[print_] = (250, 240, 240), (250, 220, 40)
    kept = only_cloth(photo, labels == Label.TOP, replace(body, labels=labels))
    assert not kept[nail].any()
    assert kept[print_][:, :8].all()


def test_a_print_in_the_colour_of_skin_stays(body: Body) -> None:
    photo, mask = drawn_photo(body), top(body)
    photo[150:190, 135:165] = SKIN
    assert only_cloth(photo, mask, body)[150:190, 135:165].all()


def test_cloth_in_the_colour_of_skin_stays(body: Body) -> None:
    photo, mask = drawn_photo(body), top(body)
    photo[mask] = np.add(SKIN, 4)
    assert only_cloth(photo, mask, body).sum() > 0.97 * mask.sum()


def test_backdrop_at_the_rim_goes(body: Body) -> None:
    mask = top(body)
    wide = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    wide &= np.isin(body.labels, (Label.TOP, Label.BACKGROUND))
    kept = only_cloth(drawn_photo(body), wide, body)
    backdrop = wide & ~mask
    assert kept[backdrop].mean() < 0.3
    assert kept[mask].mean() > 0.97


def test_a_hidden_patch_is_the_mirror_image_of_the_other_half(body: Body) -> None:
    photo, mask = drawn_photo(body), top(body)
    photo[150:170, 120:181] = (240, 240, 240)  # a stripe across
    hole = np.zeros(SHAPE, bool)
    hole[140:185, 158:174] = True
    filled = filled_cloth(photo, mask & ~hole, hole, UNIT, body)
    assert np.abs(filled[153:167, 160:172] - (240, 240, 240)).mean() < 12
    assert np.abs(filled[175:183, 160:172] - JUMPER).mean() < 12
    np.testing.assert_array_equal(filled[~hole], photo[~hole])


def test_letters_are_not_mirrored(body: Body) -> None:
    photo, mask = drawn_photo(body), top(body)
    for row in range(150, 180, 4):
        photo[row : row + 2, 132:143] = (250, 250, 250)
    hole = np.zeros(SHAPE, bool)
    hole[145:185, 155:172] = True
    filled = filled_cloth(photo, mask & ~hole, hole, UNIT, body)
    assert filled[147:183, 157:170].max() < 225


def test_slivers_of_what_hides_cloth_take_its_colour(body: Body) -> None:
    whole = np.zeros(SHAPE, bool)
    whole[115:245, 118:182] = True
    seen = whole.copy()
    seen[130:170, 178:182] = False
    seen[190:230, 150:182] = False
    photo = np.where(seen[..., None], np.uint8(60), np.uint8(255)) * np.ones((1, 1, 3), np.uint8)
    rgb, alpha = complete(photo, seen, whole, 200.0, body)
    assert alpha[140:160, 179].min() > 0.9
    assert rgb[140:160, 178:181].max() < 90
    assert rgb[200:220, 160:178].max() < 90


def test_a_side_goes_on_behind_a_hand(body: Body) -> None:
    cloth = np.zeros(SHAPE, bool)
    cloth[115:245, 118:182] = True
    labels = np.where(cloth, int(Label.TOP), 0).astype(np.uint8)
    hand = np.zeros(SHAPE, bool)
    hand[214:238, 172:215] = True
    labels[hand] = Label.SKIN
    seen = cloth & ~hand
    inside, outside = within_sides(replace(body, labels=labels), seen, 0.35, 1.0, {})
    assert inside[214:238, 173:180].all()
    assert outside[190:210, 190:200].all()
    assert not (inside & outside).any()


def test_fingers_and_scene_near_a_hand_are_no_cloth_of_trousers(body: Body) -> None:
    cloth = np.zeros(SHAPE, bool)
    cloth[200:330, 118:182] = True
    outside = np.zeros(SHAPE, bool)
    outside[:, 183:] = True
    row = round(float(body.arms["right"].axis[-1, 1]))
    photo = drawn_photo(replace(body, labels=np.where(cloth, int(Label.BOTTOM), 0).astype(np.uint8)))
    photo[row : row + 8, 174:182] = SKIN
    photo[row : row + 8, 140:148] = SKIN
    kept = without_chips(photo, body, cloth, outside)
    assert not kept[row + 1 : row + 7, 175:181].any()
    assert kept[row : row + 8, 140:148].all()
    assert abs(int(cloth.sum()) - int(kept.sum())) < 150


def test_a_hand_on_the_hip_leaves_no_bite_in_what_is_worn(body: Body) -> None:
    labels, photo = body.labels.copy(), drawn_photo(body)
    labels[212:232, 168:205], photo[212:232, 168:205] = Label.SKIN, SKIN
    labels[130:240, 183:190], photo[130:240, 183:190] = Label.BACKGROUND, WALL
    garment = worn_garment(photo, replace(body, labels=labels), "tops")
    offset = body.neck - garment.wearer.neck
    row, column = int(222 - offset[1]), int(174 - offset[0])
    assert garment.alpha[row, column] > 0.9
    assert np.abs(garment.rgb[row, column].astype(int) - JUMPER).max() < 25


def test_a_notch_in_a_side_is_cloth(body: Body) -> None:
    labels, photo = body.labels.copy(), drawn_photo(body)
    for place in (np.s_[130:240, 183:190], np.s_[178:182, 178:183]):
        labels[place], photo[place] = Label.BACKGROUND, WALL
    garment = worn_garment(photo, replace(body, labels=labels), "tops")
    row, column = (np.array([180, 181]) - (body.neck - garment.wearer.neck)[::-1]).astype(int)
    assert garment.alpha[row, column] > 0.6
    assert np.abs(garment.rgb[row, column].astype(int) - JUMPER).max() < 25


def test_a_strand_of_hair_that_was_taken_for_cloth_goes(body: Body) -> None:
    labels, photo, mask = body.labels.copy(), drawn_photo(body), top(body)
    hair = (70, 50, 40)
    labels[60:135, 162:174], photo[60:200, 162:174] = Label.HAIR, hair
    body = replace(body, labels=labels)
    mask &= labels == Label.TOP
    kept = only_cloth(photo, mask, body)
    assert kept[140:195, 166:173].mean() < 0.1
    assert kept[140:195, 130:160].all()


def test_a_shoulder_behind_hair_is_that_of_the_other_half(body: Body) -> None:
    labels, photo = body.labels.copy(), drawn_photo(body)
    labels[70:150, 165:215], photo[70:150, 165:215] = Label.HAIR, (70, 50, 40)
    hidden = hidden_cloth(replace(body, labels=labels), labels == Label.TOP, np.zeros(SHAPE, bool))
    assert hidden[120:148, 168:186].all()
    assert not hidden[70:105].any()
    assert not hidden[:, 206:].any()


def test_no_cloth_is_made_up_above_the_line_of_a_shoulder_behind_hair(body: Body) -> None:
    labels = body.labels.copy()
    labels[98:150, 96:140] = Label.TOP  # the other shoulder's cloth stands up
    labels[70:150, 160:215] = Label.HAIR
    hidden = hidden_cloth(replace(body, labels=labels), labels == Label.TOP, np.zeros(SHAPE, bool))
    assert hidden[118:148, 170:190].all()
    assert not hidden[:108, 175:].any()
    assert not hidden[:140, 198:].any()  # nor beside its tip


def test_hair_hides_a_lower_shoulder_where_that_lies(body: Body) -> None:
    arms = {**body.arms, "right": replace(body.arms["right"], axis=body.arms["right"].axis + np.array([0, 24]))}
    tip, foot = (
        {**points, "right": points["right"] + (0, rise)} for points, rise in ((body.tip, 24), (body.neck_foot, 6))
    )
    labels = body.labels.copy()
    labels[70:180, 160:215] = Label.HAIR
    mask = labels == Label.TOP
    mask[180:] = False
    leaning = replace(body, labels=labels, arms=arms, tip=tip, neck_foot=foot)
    top = int(np.flatnonzero(hidden_cloth(leaning, mask, np.zeros(SHAPE, bool))[:, 180])[0])
    straight = int(np.flatnonzero(hidden_cloth(replace(body, labels=labels), mask, np.zeros(SHAPE, bool))[:, 180])[0])
    assert top > straight + 6
