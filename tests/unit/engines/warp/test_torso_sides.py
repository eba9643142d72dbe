"""The sides of a worn torso: smooth from armpit to hem, beside gaps, sleeves, hands and crossing arms."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import JUMPER, SHAPE, SKIN, UNIT, WALL, drawn_body, drawn_photo

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.worn.garment import worn_garment
from vesture.engines.warp.worn.torso_sides import Side, between_sides, doubtful, torso_sides
from vesture.vision.garment.types import Part
from vesture.vision.parsing.parse import Label

EDGE = 30.0  # pixels from the spine to the drawn jumper's sides


@pytest.fixture
def body() -> Body:
    return drawn_body()


def right_side(photo: np.ndarray, body: Body, sleeves: dict) -> Side:
    return torso_sides(photo, body, body.labels == Label.TOP, sleeves, 0.3, 1.0)["right"]


def arm(body: Body) -> np.ndarray:
    zone = np.zeros(SHAPE, np.uint8)
    shoulder, wrist = (tuple(int(v) for v in point) for point in body.arms["right"].axis[[0, -1]])
    cv2.line(zone, shoulder, wrist, 1, 18)
    return zone > 0


def below_armpit(side: Side) -> np.ndarray:
    return np.abs(side.reach - EDGE)[side.levels > 0.45]


def test_beside_the_backdrop_the_line_is_the_edge(body: Body) -> None:
    side = right_side(drawn_photo(body), body, {"right": arm(body)})
    assert side.seen[side.levels > 0.45].all()
    assert below_armpit(side).max() < 2


def test_beside_a_sleeve_the_line_is_the_crease(body: Body) -> None:
    photo, labels = drawn_photo(body), body.labels.copy()
    labels[140:240, 170:215], photo[140:240, 170:215] = Label.TOP, JUMPER
    crease = np.array([[186, 130], [183, 180], [187, 250]], np.int32)
    cv2.polylines(photo, [crease], False, (90, 10, 12), 2)
    sleeve = np.zeros(SHAPE, bool)
    sleeve[115:245, 188:215] = True  # the pose tells about where the arm is
    side = right_side(photo, replace(body, labels=labels), {"right": sleeve})
    rows = 120 + side.levels * 120
    inner = (rows > 160) & (rows < 225)
    expected = np.interp(rows, crease[:, 1], crease[:, 0]) - 150
    assert side.sleeved[inner].all()
    assert np.abs(side.reach - expected)[inner].max() < 2.5
    assert np.abs(np.diff(side.reach, 2)).max() < 0.5


def test_the_line_goes_on_from_a_gap_and_does_not_jump_to_a_seam_of_the_torso(body: Body) -> None:
    photo, labels = drawn_photo(body), body.labels.copy()
    labels[120:200, 170:215], photo[120:200, 170:215] = Label.TOP, JUMPER
    cv2.polylines(photo, [np.array([[175, 110], [175, 250]], np.int32)], False, (90, 10, 12), 2)
    sleeve = np.zeros(SHAPE, bool)
    sleeve[115:245, 181:215] = True
    side = right_side(photo, replace(body, labels=labels), {"right": sleeve})
    rows = 120 + side.levels * 120
    assert side.sleeved[rows < 195].all()
    assert np.abs(side.reach - EDGE)[rows > 190].max() < 1.7


def test_an_arm_along_the_whole_side_hides_a_hem_that_it_bites_into(body: Body) -> None:
    labels = body.labels.copy()
    labels[150:250, 180:200] = Label.SKIN
    labels[225:250, 170:200] = Label.SKIN
    side = right_side(drawn_photo(body), replace(body, labels=labels), {})
    assert below_armpit(side).max() < 3


def test_behind_a_hand_the_line_goes_straight_on(body: Body) -> None:
    photo, labels = drawn_photo(body), body.labels.copy()
    labels[212:232, 168:200], photo[212:232, 168:200] = Label.SKIN, SKIN
    side = right_side(photo, replace(body, labels=labels), {"right": arm(body)})
    assert not side.seen[np.abs(120 + side.levels * 120 - 222) < 6].any()
    assert below_armpit(side).max() < 3


def test_behind_a_crossing_sleeve_the_line_goes_straight_on(body: Body) -> None:
    photo, labels = drawn_photo(body), body.labels.copy()
    forearm = np.zeros(SHAPE, np.uint8)
    cv2.line(forearm, (198, 200), (140, 205), 1, 20)
    labels[forearm > 0], photo[forearm > 0] = Label.TOP, JUMPER
    side = right_side(photo, replace(body, labels=labels), {"right": arm(body) | (forearm > 0)})
    assert below_armpit(side).max() < 4


def test_between_the_sides_is_the_torso(body: Body) -> None:
    levels = np.linspace(0.3, 1.0, 20)
    straight = Side(levels, np.full(20, EDGE), np.ones(20, bool), np.zeros(20, bool))
    above = np.array([[110.0, 115.0], [190.0, 115.0]])
    below = np.array([[120.0, 240.0], [180.0, 240.0]])
    out = {"left": np.zeros(20), "right": np.full(20, 10.0)}
    zone = between_sides(SHAPE, body, {"left": straight, "right": straight}, (above, below), out)
    assert zone[200, 122:188].all()
    assert not np.delete(zone[200], np.s_[118:193]).any()
    assert not zone[245:].any()


def test_a_sleeve_that_touches_the_torso_is_parted_from_it_smoothly(body: Body) -> None:
    photo, labels = drawn_photo(body), body.labels.copy()
    labels[140:240, 90:215], photo[140:240, 90:215] = Label.TOP, JUMPER
    labels[:, :90], photo[:, :90] = Label.BACKGROUND, WALL
    garment = worn_garment(photo, replace(body, labels=labels), "tops")
    first_of_sleeve = np.argmax(garment.parts == Part.RIGHT_SLEEVE, axis=1).astype(float)
    offset = body.neck - garment.wearer.neck
    inner = first_of_sleeve[int(165 - offset[1]) : int(225 - offset[1])]
    assert (inner > 0).all()
    assert np.abs(np.diff(inner)).max() <= 3
    assert np.ptp(inner) < 0.3 * UNIT


def test_sides_are_doubtful_where_next_to_nothing_of_both_is_known() -> None:
    levels, nothing = np.linspace(0.3, 1.0, 10), np.zeros(10, bool)
    hidden = Side(levels, np.full(10, EDGE), nothing, nothing)
    seen = replace(hidden, seen=~nothing)
    assert doubtful({"left": hidden, "right": hidden})
    assert not doubtful({"left": hidden, "right": seen})
    assert not doubtful({"left": replace(hidden, sleeved=~nothing), "right": hidden})


def test_shreds_go_where_the_sides_are_doubtful(body: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vesture.engines.warp.worn.tops.doubtful", lambda _: True)
    photo = drawn_photo(body)
    plain = worn_garment(photo, body, "tops")
    labels = body.labels.copy()
    labels[100:125, 131:134], photo[100:125, 131:134] = Label.TOP, JUMPER
    torn = worn_garment(photo, replace(body, labels=labels), "tops")
    assert abs(plain.alpha.shape[0] - torn.alpha.shape[0]) < 6
