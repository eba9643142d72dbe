"""Bodies whose head the photo's upper edge cuts off."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_people import Figure, draw
from PIL import Image

from vesture.assets import AssetStore, samples
from vesture.settings import Settings
from vesture.vision.pose.estimator import Joint, PoseEstimator
from vesture.vision.pose.headless import with_drawn_head

SHOULDERS = [Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER]
AVATARS = tuple(sample.name for sample in samples("avatar"))


def photo(name: str) -> np.ndarray:
    sample = next(sample for sample in samples() if sample.name == name)
    return np.array(Image.open(sample.path(AssetStore(Settings.from_environment().assets))).convert("RGB"))


@pytest.mark.parametrize("name", AVATARS)
def test_shoulders_stay_where_they_are_without_a_head(estimator: PoseEstimator, name: str) -> None:
    rgb = photo(name)
    whole = estimator.estimate(rgb)
    assert whole is not None
    mouth = float(whole.points[[Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT], 1].mean())
    top = round(0.45 * mouth + 0.55 * float(whole.neck[1]))
    pose = estimator.estimate(np.ascontiguousarray(rgb[top:]))
    assert pose is not None
    moved = pose.points + np.float32([0, top]) - whole.points
    assert np.linalg.norm(moved[SHOULDERS], axis=1).max() < 0.15 * whole.unit
    assert (pose.points[:11, 1] < 0).all()
    assert (pose.visibility[:11] == 0).all()
    assert pose.mask.shape == (rgb.shape[0] - top, rgb.shape[1])


def test_the_head_is_drawn_above_the_neck_and_the_photo_stays() -> None:
    rgb, _, pose = draw(Figure())
    top = 190
    points, cut = pose.points - np.float32([0, top]), np.ascontiguousarray(rgb[top:])
    drawn = with_drawn_head(cut, points, np.ascontiguousarray(pose.mask[top:]))
    assert drawn is not None
    canvas, rows = drawn
    assert np.array_equal(canvas[rows:], cut)
    columns = np.flatnonzero((canvas[rows // 2] != canvas[0, 0]).any(1))
    assert abs(columns.mean() - pose.neck[0]) < 0.1 * pose.unit
    assert 0.4 * pose.unit < len(columns) < 0.8 * pose.unit


def test_a_body_clear_of_the_upper_edge_needs_no_head() -> None:
    rgb, _, pose = draw(Figure())
    assert with_drawn_head(rgb, pose.points, pose.mask) is None
