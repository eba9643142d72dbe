"""Bare shoulders: round, as high as the present outline tells, and one with the neck and the arm."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import SHAPE, UNIT, drawn_body

from vesture.engines.warp.body.figure import SIDES, SIGN, Body
from vesture.engines.warp.body.shoulder import (
    CLOTH,
    bared_shoulders,
    out_of_shoulder,
    shoulder_cap,
    shoulder_outline,
    with_shoulders,
)
from vesture.engines.warp.body.silhouettes import limb_zone, neck_zone, torso_zone
from vesture.vision.parsing.parse import Label


def in_a_jumper(rise: float) -> Body:
    """A body whose jumper lies `rise` pixels above the joints of the shoulders and goes round into the sleeves."""
    body = drawn_body()
    labels = body.labels.copy()
    for side in SIDES:
        joint = body.arms[side].axis[0]
        outer = joint[0] + SIGN[side] * rise
        slope = np.array([(150, 100), (joint[0], joint[1] - rise), (outer, joint[1] + 4), (outer, 240), (150, 240)])
        cv2.fillPoly(labels, [np.rint(slope).astype(np.int32)], int(Label.TOP))
    return replace(body, labels=labels)


@pytest.mark.parametrize("rise", [8.0, 11.0])
def test_a_bare_shoulder_lies_a_cloths_thickness_inside_the_old_one(rise: float) -> None:
    body = in_a_jumper(rise)
    for side in SIDES:
        line, along, height = shoulder_outline(body, side, body.arms[side])
        at_joint = int(np.argmin(np.abs(along - 0.85 * line.joint)))
        assert height[at_joint] == pytest.approx(rise - CLOTH * UNIT, abs=0.05 * UNIT)


def test_skin_that_is_seen_ends_where_it_does() -> None:
    covered = in_a_jumper(11.0)
    labels = covered.labels.copy()
    labels[labels == Label.TOP] = Label.SKIN
    bare = replace(covered, labels=labels)
    for side in SIDES:
        (line, along, height), (_, _, seen) = (shoulder_outline(b, side, b.arms[side]) for b in (covered, bare))
        at_joint = int(np.argmin(np.abs(along - 0.85 * line.joint)))
        assert seen[at_joint] > height[at_joint] + 0.5 * CLOTH * UNIT


def test_the_outline_turns_into_the_arm_without_a_corner() -> None:
    body = in_a_jumper(11.0)
    for side in SIDES:
        line, along, height = shoulder_outline(body, side, body.arms[side])
        edge = line.limb.at(along) + height[:, None] * line.limb.outward(along, SIGN[side])
        step = np.diff(edge, axis=0)
        angle = np.unwrap(np.arctan2(step[:, 1], step[:, 0]))
        assert np.abs(np.diff(angle))[6:].max() < 0.4
        assert height[-1] == pytest.approx(float(body.arms[side].radius(np.array([0.42 * UNIT]))[0]), rel=0.15)


def test_neck_shoulders_and_arms_are_one_piece_without_a_bite() -> None:
    body = in_a_jumper(11.0)
    whole = np.maximum(with_shoulders(neck_zone(SHAPE, body), body, body.arms), torso_zone(SHAPE, body, 0.0, 0.5))
    for side in SIDES:
        arm = body.arms[side]
        whole = np.maximum(whole, out_of_shoulder(limb_zone(SHAPE, arm, 0, 0.6 * arm.length), body, side, arm))
    solid = (whole > 0.5).astype(np.uint8)
    # above the armpits each row is one run, and no row is narrower than those above it
    widths = []
    for row in solid[round(body.neck[1] - 0.1 * UNIT) : round(body.neck[1] + 0.3 * UNIT)]:
        seen = np.flatnonzero(row)
        widths.append(len(seen))
        assert np.ptp(seen) + 1 == len(seen)
    assert np.all(np.diff(widths) >= -1)


def test_an_arm_comes_out_of_the_cap_and_never_lies_beside_it() -> None:
    body = in_a_jumper(9.0)
    for side in SIDES:
        arm = body.arms[side]
        zone = limb_zone(SHAPE, arm, 0, 0.6 * arm.length, 1.3)
        cap = shoulder_cap(SHAPE, body, side, arm)
        own = out_of_shoulder(zone, body, side, arm)
        high = np.arange(SHAPE[0])[:, None] < arm.axis[0, 1] + 0.2 * UNIT
        assert (zone * high * (cap < 0.05) > 0.5).any()  # the arm alone stood beside it
        assert not (own * high * (cap < 0.05) > 0.05).any()
        low = np.arange(SHAPE[0])[:, None] > arm.axis[0, 1] + 0.5 * UNIT
        assert np.allclose(own * low, zone * low)


def test_sleeves_that_begin_below_the_joint_leave_the_shoulder_bare() -> None:
    body = drawn_body()
    reach = {"left": 60.0, "right": 60.0}
    shirt, carmen = (np.zeros(SHAPE, np.float32) for _ in range(2))
    cv2.fillPoly(shirt, [np.array([(135, 104), (95, 112), (90, 200), (210, 200), (205, 112), (165, 104)])], 1.0)
    cv2.fillPoly(carmen, [np.array([(90, 140), (90, 200), (210, 200), (210, 140)])], 1.0)
    assert bared_shoulders(body, shirt, reach) == ()
    assert bared_shoulders(body, carmen, reach) == SIDES
    assert bared_shoulders(body, shirt, {}) == SIDES
