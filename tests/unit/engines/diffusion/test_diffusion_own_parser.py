"""Vesture's own labels in the engine's numbers: skin is told apart by the bones."""

from __future__ import annotations

import numpy as np
import pytest

from vesture.engines.diffusion.assemble import blaze_points
from vesture.engines.diffusion.body_parts import BodyPart
from vesture.engines.diffusion.own_parser import own_parser, with_skin_parts
from vesture.vision.parsing.parse import Label
from vesture.vision.pose.estimator import Joint, Pose, Region

PLACES = {
    Joint.NOSE: (100, 40), Joint.LEFT_EAR: (112, 38), Joint.RIGHT_EAR: (88, 38),
    Joint.MOUTH_LEFT: (105, 52), Joint.MOUTH_RIGHT: (95, 52),
    Joint.LEFT_SHOULDER: (130, 80), Joint.RIGHT_SHOULDER: (70, 80),
    Joint.LEFT_ELBOW: (140, 130), Joint.RIGHT_ELBOW: (60, 130),
    Joint.LEFT_WRIST: (145, 175), Joint.RIGHT_WRIST: (55, 175),
    Joint.LEFT_INDEX: (146, 188), Joint.RIGHT_INDEX: (54, 188),
    Joint.LEFT_PINKY: (148, 187), Joint.RIGHT_PINKY: (52, 187),
    Joint.LEFT_THUMB: (140, 184), Joint.RIGHT_THUMB: (60, 184),
    Joint.LEFT_HIP: (118, 180), Joint.RIGHT_HIP: (82, 180),
    Joint.LEFT_KNEE: (118, 250), Joint.RIGHT_KNEE: (82, 250),
    Joint.LEFT_ANKLE: (118, 320), Joint.RIGHT_ANKLE: (82, 320),
    Joint.LEFT_HEEL: (118, 330), Joint.RIGHT_HEEL: (82, 330),
    Joint.LEFT_TOE: (125, 345), Joint.RIGHT_TOE: (75, 345),
}  # fmt: skip


@pytest.fixture
def pose() -> Pose:
    points = np.zeros((33, 2), np.float32)
    for joint, place in PLACES.items():
        points[joint] = place
    ones = np.ones(33, np.float32)
    mask = np.ones((360, 200), np.float32)
    return Pose(points, np.zeros(33, np.float32), ones, ones.copy(), mask, 1.0, Region(100, 180, 360))


@pytest.mark.parametrize(
    ("place", "part"),
    [
        ((100, 25), BodyPart.FACE),
        ((108, 66), BodyPart.FACE),
        ((100, 77), BodyPart.TORSO),
        ((106, 75), BodyPart.TORSO),
        ((100, 150), BodyPart.TORSO),
        ((138, 110), BodyPart.ARMS),
        ((60, 160), BodyPart.ARMS),
        ((147, 195), BodyPart.HANDS),
        ((52, 186), BodyPart.HANDS),
        ((120, 220), BodyPart.LEGS),
        ((80, 310), BodyPart.LEGS),
        ((123, 342), BodyPart.FEET),
    ],
)
def test_skin_belongs_to_the_nearest_bone(pose, place, part):
    labels = np.full((360, 200), Label.SKIN, np.uint8)
    assert with_skin_parts(labels, pose)[place[1], place[0]] == part


def test_clothes_keep_their_place_whatever_the_pose(pose):
    labels = np.arange(8, dtype=np.uint8).repeat(45)[:, None].repeat(200, axis=1)
    labels[labels == Label.SKIN] = Label.BACKGROUND
    parts = with_skin_parts(labels, pose)
    expected = {
        Label.BACKGROUND: BodyPart.BACKGROUND,
        Label.HAIR: BodyPart.HAIR,
        Label.TOP: BodyPart.TOP,
        Label.BOTTOM: BodyPart.PANTS,
        Label.ONE_PIECE: BodyPart.DRESS,
        Label.SHOES: BodyPart.FEET,
        Label.OTHER: BodyPart.BAG,
    }
    assert {label: set(parts[labels == label].tolist()) for label in expected} == {
        label: {int(part)} for label, part in expected.items()
    }


class Nobody:
    """A pose estimator that finds nobody."""

    def estimate(self, photo: np.ndarray) -> None:
        return None


def test_nobody_is_background():
    photo = np.zeros((30, 20, 3), np.uint8)
    assert not own_parser(Nobody())(photo).any()
    assert not blaze_points(Nobody())(photo).shows_a_person
