"""The arithmetic round the pose networks, on numbers worked out by hand."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from vesture.vision.pose.decode import (
    DETECTOR_SIZE,
    LANDMARK_SIZE,
    Levels,
    Region,
    anchor_centres,
    decode_detections,
    decode_landmarks,
    intersection_over_union,
    move_points,
    paste_mask,
    region_between,
    sigmoid,
)


def array(values: object) -> np.ndarray:
    return np.asarray(values, np.float32)


def test_anchors_lie_in_cell_centres_of_three_grids() -> None:
    anchors = anchor_centres()
    assert anchors.shape == (2 * 28 * 28 + 2 * 14 * 14 + 6 * 7 * 7, 2)
    np.testing.assert_allclose(anchors[[0, 1]], 0.5 / 28, atol=1e-6)
    np.testing.assert_allclose(anchors[2], [1.5 / 28, 0.5 / 28], atol=1e-6)  # x runs fastest
    np.testing.assert_allclose(anchors[1568], 0.5 / 14, atol=1e-6)
    np.testing.assert_allclose(anchors[-6:], 6.5 / 7, atol=1e-6)


def test_sigmoid_of_any_float_is_a_probability_without_warnings() -> None:
    values = array([-3e38, -1000, -89, -1, 0, 1, 89, 1000, 3e38, -np.inf, np.inf])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = sigmoid(values)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[[3, 4, 5]], [0.26894, 0.5, 0.73106], atol=1e-4)
    assert (found[[0, 1, 2, 9]] < 1e-6).all()
    assert (found[[6, 7, 8, 10]] > 1 - 1e-6).all()


def test_region_of_an_upright_body_is_not_turned() -> None:
    region = region_between(array([100, 200]), array([100, 120]))
    assert (region.x, region.y) == (100, 200)
    assert region.size == pytest.approx(2 * 80 * 1.25)
    assert region.angle == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("rim", "angle"), [((180, 200), math.pi / 2), ((20, 200), -math.pi / 2)])
def test_region_turns_with_the_body(rim: tuple[float, float], angle: float) -> None:
    region = region_between(array([100, 200]), array(rim))
    assert region.angle == pytest.approx(angle, abs=1e-6)
    above_the_centre = move_points(array([rim]), region.to_crop())[0]
    assert above_the_centre[0] == pytest.approx(LANDMARK_SIZE / 2, abs=1e-3)
    assert above_the_centre[1] < LANDMARK_SIZE / 2


def test_region_maps_are_inverse() -> None:
    region = Region(312.0, 95.5, 240.0, 0.7)
    points = array([[0, 0], [312, 95.5], [500, 20]])
    there = move_points(points, region.to_crop())
    np.testing.assert_allclose(there[1], LANDMARK_SIZE / 2, atol=1e-2)
    np.testing.assert_allclose(move_points(there, region.to_image()), points, atol=1e-2)


def test_no_region_is_empty() -> None:
    assert region_between(array([5, 5]), array([5, 5])).size >= 1


@pytest.mark.parametrize("size", [256.0, 700.0, 120.0])
def test_cutting_a_region_shows_its_pixels_where_the_map_says(size: float) -> None:
    photo = np.zeros((900, 900, 3), np.uint8)
    photo[430:470, 505:545] = 255
    region = Region(500.0, 460.0, size, 0.3)
    crop = Levels(photo).cut(region, 256)
    assert crop.shape == (256, 256, 3)
    assert crop.min() >= 0.0
    assert crop.max() == pytest.approx(1.0)
    rows, columns = np.nonzero(crop[..., 0] > 0.5)
    expected = move_points(array([[525, 450]]), region.to_crop())[0]
    np.testing.assert_allclose([columns.mean() + 0.5, rows.mean() + 0.5], expected, atol=0.6)


def test_what_lies_outside_the_photo_is_black() -> None:
    crop = Levels(np.full((50, 50, 3), 255, np.uint8)).cut(Region(0.0, 0.0, 100.0), 64)
    assert crop[:30, :].max() == 0
    assert crop[40:, 40:].min() == 1


def test_mask_survives_the_way_into_the_photo_and_back() -> None:
    ys, xs = np.mgrid[:256, :256]
    mask = ((xs - 150) ** 2 + (ys - 90) ** 2 < 50**2).astype(np.float32)
    region = Region(300.0, 240.0, 400.0, -0.4)
    pasted = paste_mask(mask, region, 480, 640)
    assert pasted.shape == (480, 640)
    as_photo = (np.repeat(pasted[..., None], 3, 2) * 255).astype(np.uint8)
    back = Levels(as_photo).cut(region, 256)[..., 0] > 0.5
    inside = mask > 0.5
    assert (back & inside).sum() / (back | inside).sum() > 0.97
    assert pasted[0, 0] == 0  # outside the turned square


def network_output(*people: tuple[int, tuple[float, ...], float]) -> tuple[np.ndarray, np.ndarray]:
    """Raw boxes (2254, 12) and logits (2254,): everything unlikely but the rows given as (anchor, values, logit)."""
    boxes, logits = np.zeros((2254, 12), np.float32), np.full(2254, -200.0, np.float32)
    for anchor, values, logit in people:
        boxes[anchor], logits[anchor] = values, logit
    return boxes, logits


PERSON = (0.0, 0.0, 56.0, 56.0, 0.0, 22.4, 0.0, -44.8, 0, 0, 0, 0)


def test_detections_are_offsets_to_anchors() -> None:
    anchors = anchor_centres()
    (found,) = decode_detections(*network_output((900, PERSON, 2.0)), anchors, 0.5)
    x, y = anchors[900]
    np.testing.assert_allclose(found.box, [x - 0.125, y - 0.125, x + 0.125, y + 0.125], atol=1e-5)
    np.testing.assert_allclose(found.points[:2], [[x, y + 0.1], [x, y - 0.2]], atol=1e-5)
    assert found.score == pytest.approx(1 / (1 + math.exp(-2)), abs=1e-5)
    assert found.region().size == pytest.approx(2 * 0.3 * 1.25, abs=1) or found.region().size == 1.0


def test_overlapping_detections_are_one_person_and_distant_ones_two() -> None:
    anchors = anchor_centres()
    neighbour, far = 901, 900 + 2 * 12
    found = decode_detections(
        *network_output((900, PERSON, 3.0), (neighbour, PERSON, 1.0), (far, PERSON, 2.0)), anchors, 0.5
    )
    assert len(found) == 2
    assert found[0].score > found[1].score
    assert decode_detections(*network_output(), anchors, 0.5) == []


def test_blending_leans_to_the_surer_detection() -> None:
    anchors = anchor_centres()
    shifted = (11.2, 0.0, *PERSON[2:])
    (found,) = decode_detections(*network_output((900, PERSON, 3.0), (901, shifted, 0.1)), anchors, 0.5)
    middle = (found.box[0] + found.box[2]) / 2
    assert anchors[900, 0] < middle < anchors[900, 0] + 0.5 * 11.2 / DETECTOR_SIZE


def test_intersection_over_union() -> None:
    boxes = array([[0, 0, 2, 2], [1, 1, 3, 3], [5, 5, 6, 6]])
    np.testing.assert_allclose(intersection_over_union(boxes[0], boxes), [1, 1 / 7, 0], atol=1e-6)


def test_landmarks_move_to_the_peak_of_a_confident_heat_map_only() -> None:
    raw = np.zeros((39, 5), np.float32)
    raw[:, :2] = 100.0
    raw[3] = [100, 100, 7, 200.0, -200.0]
    heat = np.full((64, 64, 39), -200.0, np.float32)
    heat[26, 24, 0] = 5.0  # 25 = 100 / 4 is the cell of the guess; this peak is one to the left, one below
    heat[26, 24, 1] = -1.0  # too weak to count
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        landmarks = decode_landmarks(raw.ravel(), heat)
    np.testing.assert_allclose(landmarks[0, :2], [96, 104], atol=0.1)
    np.testing.assert_allclose(landmarks[1, :2], [100, 100])
    np.testing.assert_allclose(landmarks[3, 2:], [7, 1, 0], atol=1e-6)


def test_landmarks_outside_the_crop_are_kept() -> None:
    raw = np.full((39, 5), -50.0, np.float32)
    landmarks = decode_landmarks(raw.ravel(), np.full((64, 64, 39), 9.0, np.float32))
    np.testing.assert_allclose(landmarks[:, :2], -50.0)
