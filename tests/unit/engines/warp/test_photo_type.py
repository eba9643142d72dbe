from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from vesture.assets import samples
from vesture.core.task import Picture
from vesture.engines.warp.photo_type import SURE_DETECTION, Evidence, find_photo_type, measure_evidence, worn_score
from vesture.vision.pose.decode import Region
from vesture.vision.pose.estimator import Joint, Pose


@pytest.mark.parametrize("name", [s.name for s in samples("garment")])
def test_product_photos_lie_flat(name: str, sample, estimator) -> None:
    picture = sample(name)
    assert find_photo_type(picture, estimator.estimate(picture.rgb)) == "flat-lay"


@pytest.mark.parametrize("name", [s.name for s in samples() if s.kind != "garment"])
def test_photos_of_people_are_worn(name: str, sample, estimator) -> None:
    picture = sample(name)
    assert find_photo_type(picture, estimator.estimate(picture.rgb)) == "model"


def test_a_cut_out_garment_lies_flat_whatever_the_pose(sample, estimator) -> None:
    picture = sample("avatars/1")
    pose = estimator.estimate(picture.rgb)
    cut_out = Picture(picture.rgb, np.full(picture.rgb.shape[:2], 128, np.uint8))
    assert find_photo_type(cut_out, pose) == "flat-lay"


def test_no_pose_lies_flat() -> None:
    assert find_photo_type(Picture(np.zeros((64, 64, 3), np.uint8)), None) == "flat-lay"


NECK = 50  # row where the photo begins
WALL, CLOTH, SKIN = (235, 238, 240), (40, 60, 150), (205, 150, 120)
JOINTS = {
    Joint.LEFT_SHOULDER: (250, 60),
    Joint.RIGHT_SHOULDER: (150, 60),
    Joint.LEFT_ELBOW: (275, 150),
    Joint.RIGHT_ELBOW: (125, 150),
    Joint.LEFT_WRIST: (285, 230),
    Joint.RIGHT_WRIST: (115, 230),
    Joint.LEFT_HIP: (225, 250),
    Joint.RIGHT_HIP: (175, 250),
    Joint.LEFT_KNEE: (225, 400),
    Joint.RIGHT_KNEE: (175, 400),
    Joint.LEFT_ANKLE: (225, 520),
    Joint.RIGHT_ANKLE: (175, 520),
}


def drawn(arms: tuple[int, int, int], cloth=CLOTH, wall=WALL, one_armed: bool = False) -> tuple[np.ndarray, Pose]:
    """A trunk and arms, cut off at the neck and the hips, with the pose that the networks might find on it."""
    rgb = np.full((300, 400, 3), wall, np.uint8)
    mask = np.zeros((300, 400), np.float32)
    points = np.full((33, 2), (200, 10), np.float32)
    for joint, place in JOINTS.items():
        points[joint] = place
    left = [(250, 70), (275, 150), (285, 230)]
    right = [(150, 70), (125, 150), (115, 230)]
    for arm in [left] if one_armed else [left, right]:
        for canvas, colour in ((rgb, arms), (mask, 1.0)):
            cv2.polylines(canvas, [np.array(arm, np.int32)], False, colour, 22)
    for canvas, colour in ((rgb, cloth), (mask, 1.0)):
        cv2.rectangle(canvas, (150, 50), (250, 299), colour, -1)
    visibility = np.zeros(33, np.float32)
    visibility[[Joint.LEFT_WRIST, Joint.RIGHT_WRIST]] = 0.5
    points, rgb, mask = points - np.float32([0, NECK]), rgb[NECK:], mask[NECK:]
    pose = Pose(points, np.zeros(33, np.float32), visibility, visibility, mask, 0.95, Region(200, 150, 400))
    return rgb, pose


def test_bare_arms_are_skin_and_sleeves_are_not() -> None:
    bare = measure_evidence(*drawn(SKIN))
    assert 0.35 < bare.skin < 0.7
    assert measure_evidence(*drawn((60, 130, 60))).skin == 0
    assert bare.limbs == pytest.approx(0.5)


@pytest.mark.parametrize("where", ["wall", "cloth"])
def test_skin_colours_of_scene_and_cloth_prove_nothing(where: str) -> None:
    mixed_edge = 0.02  # of the body: its rim blends with the wall when the photo is scaled
    assert measure_evidence(*drawn(SKIN, **{where: SKIN})).skin ** 2 < mixed_edge


def test_the_outline_is_compared_with_its_mirror_image() -> None:
    spread = measure_evidence(*drawn(SKIN))
    askew = measure_evidence(*drawn(SKIN, one_armed=True))
    assert spread.symmetry > 0.9
    assert askew.symmetry < spread.symmetry - 0.1


def test_a_mask_in_doubt_is_less_of_a_body() -> None:
    rgb, pose = drawn(SKIN)
    doubtful = replace(pose, mask=pose.mask * np.float32(0.7))
    assert measure_evidence(rgb, doubtful).body < 0.3 * measure_evidence(rgb, pose).body


def test_skin_decides_on_the_same_outline() -> None:
    rgb, pose = drawn(SKIN)
    assert find_photo_type(Picture(rgb), pose) == "model"
    rgb, pose = drawn(CLOTH)
    assert find_photo_type(Picture(rgb), pose) == "flat-lay"


def test_a_sure_head_is_enough() -> None:
    rgb, pose = drawn(CLOTH)
    assert find_photo_type(Picture(rgb), replace(pose, detected=SURE_DETECTION)) == "model"


def test_every_measure_pulls_its_own_way() -> None:
    middle = Evidence(0.3, 0.5, 0.7, 0.6, 0.5)
    score = worn_score(middle)
    for name in ("skin", "limbs", "body"):
        assert worn_score(replace(middle, **{name: 0.9})) > score
    for name in ("symmetry", "headless"):
        assert worn_score(replace(middle, **{name: 0.95})) < score


def test_a_head_that_is_nowhere_though_the_photo_goes_on_speaks_for_a_hanger() -> None:
    rgb, pose = drawn(SKIN)
    above = 120
    wall = np.full((above, rgb.shape[1], 3), WALL, np.uint8)
    lower = replace(pose, points=pose.points + np.float32([0, above]), mask=np.pad(pose.mask, ((above, 0), (0, 0))))
    cut, whole = measure_evidence(rgb, pose), measure_evidence(np.concatenate([wall, rgb]), lower)
    assert cut.headless < 0.1
    assert whole.headless > 0.9
    assert worn_score(whole) < worn_score(cut)


def test_evidence_survives_pictures_that_are_all_body_or_none() -> None:
    rgb, pose = drawn(SKIN)
    everywhere = measure_evidence(rgb, replace(pose, mask=np.ones((300, 400), np.float32)))
    nowhere = measure_evidence(rgb, replace(pose, mask=np.zeros((300, 400), np.float32)))
    assert np.isfinite(worn_score(everywhere))
    assert nowhere.skin == 0
    assert nowhere.body == 0
    assert find_photo_type(Picture(rgb), replace(pose, mask=np.zeros((300, 400), np.float32))) == "flat-lay"


@pytest.mark.parametrize("name", [s.name for s in samples("avatar")])
def test_people_without_a_head_are_still_people(name: str, sample, estimator) -> None:
    rgb = sample(name).rgb
    pose = estimator.estimate(rgb)
    mouth = pose.points[[Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT], 1].mean()
    waist = pose.hips[1] - 0.45 * (pose.hips[1] - pose.neck[1])
    for part in (rgb[int(0.6 * mouth + 0.4 * pose.neck[1]) :], rgb[int(waist) :]):
        picture = Picture(np.ascontiguousarray(part))
        assert find_photo_type(picture, estimator.estimate(picture.rgb)) == "model"
