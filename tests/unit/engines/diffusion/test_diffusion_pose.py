"""Poses: decoding, choosing the main person and drawing give the published program's numbers and pixels."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from vesture.engines.diffusion.body_points import BodyPoints, from_blaze_pose
from vesture.engines.diffusion.dwpose import (
    decode_points,
    letterbox,
    main_person,
    people_boxes,
    pose_input,
    pose_region,
    whole_body,
    without_overlaps,
)
from vesture.engines.diffusion.pose_drawing import draw_points
from vesture.vision.pose.estimator import Joint, Pose, Region

HEIGHT, WIDTH = 384, 288  # of the pose network's input
PHOTO = (300, 220)  # of the golden detection


def golden_points(golden, subset: str, *, extremities: bool = True) -> BodyPoints:
    body = golden["candidate"].copy()
    body[golden[subset][0] < 0] = -1
    absent = BodyPoints.none()
    return BodyPoints(
        body,
        golden["hands"] if extremities else absent.hands,
        golden["faces"][0] if extremities else absent.face,
    )


@pytest.mark.parametrize(
    ("drawing", "subset", "extremities"),
    [
        ("draw_432x288", "subset", True),
        ("draw_partial_384x300", "subset_partial", True),
        ("draw_body_only_216x144", "subset", False),
    ],
)
def test_drawing_is_the_published_one(golden_pose, drawing, subset, extremities):
    expected = golden_pose[drawing]
    points = golden_points(golden_pose, subset, extremities=extremities)
    assert np.array_equal(draw_points(points, *expected.shape), expected)


def test_nobody_is_black(golden_pose):
    assert np.array_equal(draw_points(BodyPoints.none(), 64, 48), golden_pose["draw_dummy_64x48"])


def test_detector_output_decodes_to_the_published_boxes(golden_pose):
    raw = np.zeros((8400, 85), np.float32)
    raw[golden_pose["yolox_rows_index"]] = golden_pose["yolox_rows"]
    boxes = people_boxes(raw, min(640 / PHOTO[0], 640 / PHOTO[1]))
    np.testing.assert_allclose(boxes, golden_pose["det_boxes_xyxy"], rtol=0, atol=1e-4)


def test_no_detection_gives_no_boxes():
    assert people_boxes(np.zeros((8400, 85), np.float32), 1.0).shape == (0, 4)


def test_overlapping_boxes_give_way_to_the_best():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [40, 40, 50, 50]], float)
    assert without_overlaps(boxes, np.array([0.5, 0.9, 0.7])) == [1, 2]


def decoded(golden) -> tuple[np.ndarray, np.ndarray]:
    people = []
    joints = np.arange(133)
    for person, box in enumerate(golden["pose_boxes"]):
        along_x, along_y = np.zeros((133, 2 * WIDTH), np.float32), np.zeros((133, 2 * HEIGHT), np.float32)
        along_x[joints, golden["simcc_x_pos"][person]] = golden["simcc_x_val"][person]
        along_y[joints, golden["simcc_y_pos"][person]] = golden["simcc_y_val"][person]
        if person == 0:
            along_x[20] -= 0.2  # no positive value: not found
        people.append(decode_points(along_x, along_y, pose_region(box, HEIGHT, WIDTH), HEIGHT, WIDTH))
    points, confidences = zip(*people, strict=True)
    return np.stack(points), np.stack(confidences)


def test_pose_output_decodes_to_the_published_points(golden_pose):
    points, confidences = decoded(golden_pose)
    assert np.array_equal(points, golden_pose["pose_keypoints133"])
    assert np.array_equal(confidences, golden_pose["pose_scores133"])
    points, confidences = whole_body(points, confidences)
    assert np.array_equal(points, golden_pose["wholebody134_keypoints"])
    assert np.array_equal(confidences, golden_pose["wholebody134_scores"])


def test_main_person_is_the_published_one(golden_pose):
    points = main_person(*whole_body(*decoded(golden_pose)), *PHOTO)
    expected = golden_pose["pose_final_candidate"].copy()
    expected[golden_pose["pose_final_subset"][0] < 0] = -1
    assert np.array_equal(points.body, expected)
    assert np.array_equal(points.hands, golden_pose["pose_final_hands"])
    assert np.array_equal(points.face, golden_pose["pose_final_faces"][0])


def test_main_person_without_a_certain_joint():
    points = main_person(np.zeros((2, 134, 2)), np.zeros((2, 134)), *PHOTO)
    assert (points.body == -1).all()
    assert not points.shows_a_person


def test_letterbox_pixels_are_the_published_ones(golden_frame):
    """The digest is of this function's output, which was equal on the published program's own picture."""
    picture, factor = letterbox(golden_frame["down_in"])
    assert factor == 640 / 300
    assert (picture[:, 363:] == 114).all()
    assert (
        hashlib.sha256(picture.tobytes()).hexdigest()
        == "63339776df72b550c1391d71a83cac80250d8f1d0199ae3a1d562f482b693f50"
    )


def test_pose_input_is_a_scaled_cut_black_outside():
    photo = np.full((100, 100, 3), 200, np.uint8)
    region = pose_region(np.array([0, 0, 100, 100]), HEIGHT, WIDTH)
    assert np.allclose(region.size, [125, 125 * 4 / 3])
    tensor = pose_input(photo, region, HEIGHT, WIDTH)
    assert tensor.shape == (3, HEIGHT, WIDTH)
    assert tensor[0, HEIGHT // 2, WIDTH // 2] == pytest.approx((200 - 123.675) / 58.395)
    assert tensor[0, 0, 0] == pytest.approx(-123.675 / 58.395)


def blaze() -> Pose:
    points = np.stack([np.arange(33) + 10, np.arange(33) * 2 + 20], axis=1).astype(np.float32)
    ones = np.ones(33, np.float32)
    return Pose(points, ones, ones.copy(), ones.copy(), np.ones((200, 100), np.float32), 1.0, Region(50, 100, 100))


def test_blaze_pose_maps_to_the_same_joints():
    pose = blaze()
    pose.visibility[Joint.LEFT_WRIST] = 0.1
    pose.points[Joint.RIGHT_ANKLE] = (50, 230)  # below the photo
    points = from_blaze_pose(pose, 200, 100)
    expected = pose.points[[Joint.RIGHT_SHOULDER, Joint.LEFT_SHOULDER]].mean(0) / (100, 200)
    np.testing.assert_allclose(points.body[1], expected)
    np.testing.assert_allclose(points.body[2], pose.points[Joint.RIGHT_SHOULDER] / (100, 200))
    np.testing.assert_allclose(points.body[17], pose.points[Joint.LEFT_EAR] / (100, 200))
    assert (points.body[[7, 10]] == -1).all()
    assert (np.delete(points.body, [7, 10], axis=0) > 0).all()
    assert (points.hands == -1).all()
    assert points.shows_a_person


def test_an_uncertain_blaze_pose_is_drawn_but_is_no_proof_of_a_person():
    points = from_blaze_pose(replace(blaze(), score=0.9), 200, 100)
    assert (points.body[1:14] >= 0).all()
    assert not points.shows_a_person


def test_no_blaze_pose_is_nobody():
    points = from_blaze_pose(None, 200, 100)
    assert (points.body == -1).all()
    assert not points.shows_a_person
    assert points.joint(0) is None
