"""The baselines on drawn people whose garment is known to the pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.baselines import Case, affine_paste, no_change, similarity_transform, thin_plate
from vesture.vision.pose.decode import Region
from vesture.vision.pose.estimator import Pose

RED, BLUE, GREY = (200, 30, 30), (30, 30, 200), (128, 128, 128)


def pose_at(scale: float, offset: tuple[float, float]) -> Pose:
    """Somebody who stands upright: a unit of 40 pixels at scale 1, wearer's left on the viewer's right."""
    points = np.zeros((33, 2), np.float32)
    upright = {11: (40, 0), 13: (50, 40), 15: (52, 80), 23: (34, 80), 25: (34, 140), 27: (34, 200)}
    for row, (x, y) in upright.items():
        points[row], points[row + 1] = (100 + x, 60 + y), (100 - x, 60 + y)
    points = points * scale + np.float32(offset)
    visibility = np.ones(33, np.float32)
    mask = np.ones((300, 240), np.float32)
    return Pose(points, np.zeros(33, np.float32), visibility, visibility, mask, 1.0, Region(100, 150, 300, 0.0))


def case(scale: float = 1.0, offset: tuple[float, float] = (0, 0), category: str = "tops") -> Case:
    person = np.full((300, 240, 3), GREY, np.uint8)
    person[60:150, 60:140] = RED
    garment = np.full((300, 240, 3), GREY, np.uint8)
    alpha = np.zeros((300, 240), np.float32)
    left, top = (round(60 * scale + offset[0]), round(60 * scale + offset[1]))
    right, bottom = (round(140 * scale + offset[0]), round(150 * scale + offset[1]))
    garment[top:bottom, left:right], alpha[top:bottom, left:right] = BLUE, 1
    return Case(person, pose_at(1, (0, 0)), garment, pose_at(scale, offset), alpha, category)  # type: ignore[arg-type]


def test_no_change_is_a_copy() -> None:
    given = case()
    result = no_change(given)
    assert np.array_equal(result, given.photo)
    assert result is not given.photo


@pytest.mark.parametrize("method", [affine_paste, thin_plate])
@pytest.mark.parametrize(("scale", "offset"), [(1.0, (0, 0)), (0.7, (30, 25)), (1.0, (-20, 12))])
def test_a_garment_lands_on_the_joints(method, scale: float, offset: tuple[float, float]) -> None:
    given = case(scale, offset)
    result = method(given)
    assert (result[64:146, 64:136] == BLUE).all()
    outside = np.ones((300, 240), bool)
    outside[55:155, 55:145] = False
    assert (result[outside] == given.photo[outside]).all()


def test_a_similarity_is_found_from_two_points() -> None:
    source = np.array([[10.0, 0.0], [30.0, 0.0]])
    target = np.array([[5.0, 5.0], [5.0, 45.0]])  # a quarter turn, twice as large
    matrix = similarity_transform(source, target)
    np.testing.assert_allclose(np.c_[source, np.ones(2)] @ matrix.T, target)
    np.testing.assert_allclose(matrix @ (10, 10, 1), (-15, 5))


def test_a_spline_bends_what_a_paste_cannot() -> None:
    given = case()
    bent = given.wearer.points.copy()
    bent[[23, 24]] += np.float32((15, 0))  # the wearer's hips are to the right of where they are here
    leaning = replace(given, wearer=replace(given.wearer, points=bent))
    assert not np.array_equal(thin_plate(leaning), thin_plate(given))
    assert np.array_equal(affine_paste(leaning), affine_paste(given))
