"""Poses from the real networks on the sample photos, and what a `Pose` derives from its joints."""

from __future__ import annotations

import threading
import warnings
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from vesture.assets import AssetStore, samples
from vesture.settings import Settings
from vesture.vision.pose.decode import Detection
from vesture.vision.pose.drawing import draw_pose
from vesture.vision.pose.estimator import Joint, Pose, PoseEstimator, guessed_regions, people_of_a_size

AVATARS = tuple(sample.name for sample in samples("avatar"))
EVERYBODY = tuple(sample.name for sample in samples() if sample.kind != "garment")
SIDES = ("left", "right")


def photo(name: str) -> np.ndarray:
    sample = next(sample for sample in samples() if sample.name == name)
    return np.array(Image.open(sample.path(AssetStore(Settings.from_environment().assets))).convert("RGB"))


@pytest.mark.parametrize("name", AVATARS)
def test_bodies_are_the_right_way_up_and_round(estimator: PoseEstimator, name: str) -> None:
    rgb = photo(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pose = estimator.estimate(rgb)
    assert pose is not None
    assert pose.score > 0.9
    height, width = rgb.shape[:2]
    for which in SIDES:
        side = pose.side(which)
        levels = [pose.points[Joint.NOSE][1], side.shoulder[1], side.hip[1], side.knee[1], side.ankle[1]]
        assert levels == sorted(levels)
    left, right = pose.side("left"), pose.side("right")
    assert left.shoulder[0] < pose.points[Joint.NOSE, 0] < right.shoulder[0]
    assert left.hip[0] < right.hip[0]
    assert pose.facing[0] == "front"
    assert pose.facing[1] > 0.9
    assert not pose.mirrored
    assert 0.15 * width < pose.shoulder_distance < 0.5 * width
    assert 0.15 * height < pose.torso_length < 0.4 * height
    assert (pose.visibility[[Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.NOSE]] > 0.9).all()


@pytest.mark.parametrize("name", AVATARS)
def test_the_mask_covers_the_person_and_not_the_corners(estimator: PoseEstimator, name: str) -> None:
    rgb = photo(name)
    pose = estimator.estimate(rgb)
    assert pose is not None
    assert pose.mask.shape == rgb.shape[:2]
    chest = (0.7 * pose.neck + 0.3 * pose.hips).astype(int)
    assert pose.mask[chest[1], chest[0]] > 0.9
    assert 0.1 < (pose.mask > 0.5).mean() < 0.6
    assert max(pose.mask[0, 0], pose.mask[0, -1]) < 0.2


def test_a_mirrored_photo_gives_the_mirrored_pose(estimator: PoseEstimator) -> None:
    rgb = photo(AVATARS[0])
    pose, mirrored = estimator.estimate(rgb), estimator.estimate(np.ascontiguousarray(rgb[:, ::-1]))
    assert pose is not None
    assert mirrored is not None
    for joint in ("shoulder", "hip", "ankle"):
        found, expected = getattr(mirrored.side("left"), joint), getattr(pose.side("right"), joint)
        assert np.abs(found - [rgb.shape[1] - expected[0], expected[1]]).max() < 0.12 * pose.unit


def test_joints_stay_when_the_photo_grows_a_border(estimator: PoseEstimator) -> None:
    rgb = photo(AVATARS[3])
    pose = estimator.estimate(rgb)
    wider = estimator.estimate(np.pad(rgb, ((120, 0), (300, 200), (0, 0)), mode="edge"))
    assert pose is not None
    assert wider is not None
    body = slice(Joint.LEFT_SHOULDER, Joint.LEFT_HIP + 2)
    assert np.abs(wider.points[body] - pose.points[body] - [300, 120]).max() < 0.2 * pose.unit


def test_the_same_photo_gives_the_same_pose_in_every_thread(estimator: PoseEstimator) -> None:
    rgb = photo(AVATARS[1])
    expected = estimator.estimate(rgb)
    assert expected is not None
    found: list[Pose | None] = []
    threads = [threading.Thread(target=lambda: found.append(estimator.estimate(rgb))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    for pose in found:
        assert pose is not None
        assert (pose.points == expected.points).all()
        assert (pose.mask == expected.mask).all()


def pictures_of_nobody() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(7)
    shape = (600, 400, 3)
    ramp = np.repeat(np.tile(np.linspace(0, 255, 400), (600, 1))[..., None], 3, axis=2)
    return {
        "white": np.full(shape, 255, np.uint8),
        "grey": np.full(shape, 128, np.uint8),
        "black": np.zeros(shape, np.uint8),
        "skin colour": np.full(shape, (220, 180, 150), np.uint8),
        "ramp": ramp.astype(np.uint8),
        "noise": generator.integers(0, 256, shape).astype(np.uint8),
        "faint noise": generator.normal(128, 4, shape).astype(np.uint8),
        "one pixel": np.full((1, 1, 3), 90, np.uint8),
    }


@pytest.mark.parametrize("name", pictures_of_nobody())
def test_nobody_is_found_where_nobody_is(estimator: PoseEstimator, name: str) -> None:
    rgb = pictures_of_nobody()[name]
    assert estimator.estimate(rgb) is None
    assert estimator.count_people(rgb) == 0


@pytest.mark.parametrize("name", EVERYBODY)
def test_each_sample_person_is_counted_once(estimator: PoseEstimator, name: str) -> None:
    assert estimator.count_people(photo(name)) == 1


def test_two_people_side_by_side_are_counted_and_the_larger_is_the_main_one(estimator: PoseEstimator) -> None:
    large, other = photo(AVATARS[0]), photo(AVATARS[3])
    small = np.array(Image.fromarray(other).resize((other.shape[1] // 2, other.shape[0] // 2)))
    pair = np.full((large.shape[0], large.shape[1] + small.shape[1], 3), 225, np.uint8)
    pair[:, : large.shape[1]] = large
    pair[-small.shape[0] :, large.shape[1] :] = small
    assert estimator.count_people(pair) == 2
    pose = estimator.estimate(pair)
    assert pose is not None
    assert pose.neck[0] < large.shape[1]
    assert pose.people == 2


def test_small_passers_by_and_unsure_detections_are_not_counted() -> None:
    def detection(size: float, score: float) -> Detection:
        reach = size / 2.5
        return Detection(np.zeros(4, np.float32), np.array([[400, 800], [400, 800 - reach]], np.float32), score)

    assert people_of_a_size([detection(1000, 0.9), detection(800, 0.8), detection(300, 0.9)], 0.7) == 2
    assert people_of_a_size([detection(1000, 0.9), detection(800, 0.5)], 0.7) == 1
    assert people_of_a_size([detection(1000, 0.5)], 0.7) == 0


def test_sides_are_the_viewers_also_from_behind(estimator: PoseEstimator) -> None:
    pose = estimator.estimate(photo(AVATARS[0]))
    assert pose is not None
    swapped = pose.points.copy()
    swapped[11::2], swapped[12::2] = pose.points[12::2], pose.points[11::2]
    behind = replace(pose, points=swapped)
    assert behind.mirrored
    assert not pose.mirrored
    np.testing.assert_array_equal(behind.side("left").wrist, pose.side("left").wrist)
    assert behind.side("left").rows["wrist"] != pose.side("left").rows["wrist"]


def test_guessed_regions_cover_the_photo_and_reach_beyond() -> None:
    regions = list(guessed_regions(1000, 600))
    assert regions[0].size >= 1000
    assert all(region.x == 300 for region in regions)
    assert max(region.y + region.size / 2 for region in regions) > 1000


def test_drawing_leaves_the_photo_alone(estimator: PoseEstimator) -> None:
    rgb = photo(AVATARS[0])
    before = rgb.copy()
    pose = estimator.estimate(rgb)
    assert pose is not None
    drawn = draw_pose(rgb, pose)
    assert (rgb == before).all()
    assert drawn.shape == rgb.shape
    shoulder = pose.side("left").shoulder.astype(int)
    assert drawn[shoulder[1], shoulder[0]].tolist() != rgb[shoulder[1], shoulder[0]].tolist()
