"""Sleeves of worn garments with pictures of their own."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import JUMPER, SHAPE, SKIN, UNIT, drawn_body, drawn_photo, straight_limb

from vesture.engines.warp.body.figure import ARM_RADIUS, SIDES, Body, Limb, rounded_polyline
from vesture.engines.warp.worn.atlas import SLEEVE_PART, Patch, with_patches
from vesture.engines.warp.worn.garment import worn_garment
from vesture.engines.warp.worn.sleeves import Worn, own_sleeves
from vesture.engines.warp.worn.sleeves import straight_limb as stretched
from vesture.engines.warp.worn.wearer import WornGarment
from vesture.vision.garment.types import Part
from vesture.vision.parsing.parse import Label

CUFF = (250, 240, 60)


def bent_arm() -> Limb:
    """The left arm, its lower half lying across the belly."""
    axis = rounded_polyline(np.array([[112.0, 120.0], [104.0, 185.0], [168.0, 200.0]]), 33)
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(axis, axis=0), axis=1))]
    natural = np.interp(np.linspace(0, 1, 33), [0, 0.5, 1], np.asarray(ARM_RADIUS) * UNIT)
    return Limb(axis, along, natural, 1.3 * natural, 1.0, None)


@pytest.fixture(scope="module")
def crossed() -> tuple[np.ndarray, Body]:
    """Somebody in a jumper whose left forearm crosses the belly, with a yellow cuff and a hand at its end."""
    body = drawn_body()
    labels = body.labels.copy()
    labels[113:270, 85:119] = Label.BACKGROUND  # where the arm hung
    arm = bent_arm()
    path = np.rint(arm.axis).astype(np.int32)
    canvas = np.zeros(SHAPE, np.uint8)
    cv2.polylines(canvas, [path], False, 1, 18)
    labels[canvas > 0] = Label.TOP
    cv2.circle(labels, (178, 202), 9, int(Label.SKIN), -1)
    body = replace(body, arms={**body.arms, "left": arm}, labels=labels)
    photo = drawn_photo(body)
    shade = cv2.dilate(canvas, np.ones((3, 3), np.uint8)) - canvas
    photo[(shade > 0) & (labels == Label.TOP)] = (60, 10, 12)  # the arm's shadow on the body
    cuff = np.zeros(SHAPE, np.uint8)
    cv2.polylines(cuff, [path[-5:]], False, 1, 18)
    photo[(cuff > 0) & (labels == Label.TOP)] = CUFF
    return photo, body


def yellow(rgb: np.ndarray) -> np.ndarray:
    return np.abs(rgb.astype(int) - CUFF).max(-1) < 60


def test_an_arm_is_stretched_out_the_way_it_begins() -> None:
    arm = bent_arm()
    straight = stretched(arm)
    np.testing.assert_allclose(straight.axis[0], arm.axis[0])
    assert straight.length == pytest.approx(arm.length)
    steps = np.diff(straight.axis, axis=0)
    assert np.allclose(steps / np.linalg.norm(steps, axis=1)[:, None], [steps[0] / np.linalg.norm(steps[0])], atol=1e-6)
    assert straight.axis[-1][1] > arm.axis[-1][1] + 30


def test_a_sleeve_before_the_body_gets_a_straight_picture_of_its_own(crossed) -> None:
    photo, body = crossed
    garment = worn_garment(photo, body, "tops")
    assert set(garment.sleeve_wearer) == {"left"}
    sleeve = garment.parts == Part.LEFT_SLEEVE
    rows, columns = np.nonzero(sleeve & yellow(garment.rgb))
    assert len(rows) > 60
    limb = garment.body_at("left").arms["left"]
    assert np.linalg.norm(limb.axis[-1] - (columns.mean(), rows.mean())) < 0.25 * UNIT  # the cuff ends the sleeve
    share = np.linspace(0, 1, 10)
    x, y = np.rint(limb.at(share[2:-1] * limb.length)).astype(int).T
    assert (garment.parts[y, x] == Part.LEFT_SLEEVE).all()
    assert not (yellow(garment.rgb) & (garment.parts == Part.TORSO)).any()


def test_the_body_behind_an_arm_is_whole_and_plain(crossed) -> None:
    photo, body = crossed
    garment = worn_garment(photo, body, "tops")
    x, y = (garment.wearer.neck + np.array([0, 82])).astype(int)
    patch = np.s_[y - 25 : y + 25, x - 20 : x + 20]
    assert garment.alpha[patch].min() > 0.95
    assert (np.abs(garment.rgb[patch].astype(int) - JUMPER).max(-1) > 30).mean() < 0.005


def read(crossed, **changes) -> Worn:
    photo, body = crossed
    cloth = body.labels == Label.TOP
    tip = {side: body.tip[side] for side in SIDES}
    armpit = {"left": np.array([122.0, 156.0]), "right": np.array([178.0, 156.0])}
    sides = dict.fromkeys(SIDES, cloth)
    empty = body.labels == Label.BACKGROUND
    return replace(Worn(photo, sides, cloth, empty, body, tip, armpit, 1.0, 1.0), **changes)


def test_a_sleeve_that_cannot_be_read_is_the_mirror_image_of_the_other(crossed) -> None:
    nothing = np.zeros(SHAPE, bool)
    worn = read(crossed)
    blind = replace(worn, cloth={**worn.cloth, "right": nothing})
    (left,) = own_sleeves(blind, {"left": True, "right": False})
    (right,) = own_sleeves(blind, {"left": False, "right": True})
    np.testing.assert_array_equal(right.rgb, left.rgb[:, ::-1])
    assert right.side == "right"
    assert right.wearer.arms["right"].axis[-1][0] > right.wearer.arms["right"].axis[0][0]


def test_sleeves_that_cannot_be_read_are_made_of_the_torsos_cloth(crossed) -> None:
    nothing = np.zeros(SHAPE, bool)
    left, right = own_sleeves(read(crossed, cloth={"left": nothing, "right": nothing}), {"left": True, "right": True})
    for patch in (left, right):
        solid = patch.alpha > 0.5
        arm = patch.wearer.arms[patch.side]
        x, y = np.rint(arm.at(np.linspace(0.1, 0.95, 12) * arm.length)).astype(int).T
        assert solid[y, x].all()
        colours = patch.rgb[solid].astype(int)
        assert (np.abs(colours - SKIN).max(-1) > 40).mean() > 0.99
        assert np.abs(np.median(colours, axis=0) - JUMPER).max() < 45


def test_a_patch_carries_outlines_and_wearer_along_and_leaves_the_rest(crossed) -> None:
    photo, body = crossed
    garment = worn_garment(
        photo, replace(body, arms={**body.arms, "left": straight_limb((112, 120), (98, 245), ARM_RADIUS, None)}), "tops"
    )
    assert isinstance(garment, WornGarment)
    height, width = garment.alpha.shape
    picture = np.full((60, 30, 3), 77, np.uint8)
    edge = np.array([[3.0, 2.0], [4.0, 50.0]], np.float32)
    names = ("sleeve_outer", "sleeve_inner", "cuff_outer", "cuff_inner")
    patch = Patch("right", picture, np.ones((60, 30), np.float32), dict.fromkeys(names, edge), garment.wearer)
    whole = with_patches(garment, [patch])
    np.testing.assert_array_equal(whole.rgb[:height, :width], garment.rgb)
    place = whole.parts[:, width:] == SLEEVE_PART["right"]
    assert place.sum() == 60 * 30
    moved = whole.curves["sleeve_outer_right"] - edge
    assert np.ptp(moved, axis=0).max() == 0
    np.testing.assert_allclose(whole.body_at("right").neck - garment.wearer.neck, moved[0])
    np.testing.assert_array_equal(whole.curves["sleeve_outer_left"], garment.curves["sleeve_outer_left"])
