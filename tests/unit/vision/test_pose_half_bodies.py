"""Photos that show a part of the body: the sample people, cropped."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from vesture.assets import AssetStore, samples
from vesture.settings import Settings
from vesture.vision.pose.estimator import Joint, PoseEstimator

AVATARS = tuple(sample.name for sample in samples("avatar"))


def photo(name: str) -> np.ndarray:
    sample = next(sample for sample in samples() if sample.name == name)
    return np.array(Image.open(sample.path(AssetStore(Settings.from_environment().assets))).convert("RGB"))


@pytest.mark.parametrize("name", AVATARS)
def test_whole_people_are_detected_with_certainty(estimator: PoseEstimator, name: str) -> None:
    pose = estimator.estimate(photo(name))
    assert pose is not None
    assert pose.detected > 0.7


@pytest.mark.parametrize("name", AVATARS)
def test_legs_alone_are_found_where_the_whole_body_has_them(estimator: PoseEstimator, name: str) -> None:
    rgb = photo(name)
    whole = estimator.estimate(rgb)
    assert whole is not None
    top = int(whole.hips[1] - 0.35 * whole.unit)
    pose = estimator.estimate(np.ascontiguousarray(rgb[top:]))
    assert pose is not None
    assert pose.detected < 0.7
    legs = [Joint.LEFT_KNEE, Joint.RIGHT_KNEE, Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE]
    assert np.abs(pose.points[legs] + np.float32([0, top]) - whole.points[legs]).max() < 0.45 * whole.unit
    assert 0.6 < pose.unit / whole.unit < 1.6
    assert (pose.points[:11, 1] < pose.points[Joint.LEFT_HIP, 1]).all()
    assert (pose.visibility[:11] < 0.5).all()


@pytest.mark.parametrize("name", AVATARS)
def test_a_torso_without_a_head_is_found(estimator: PoseEstimator, name: str) -> None:
    rgb = photo(name)
    whole = estimator.estimate(rgb)
    assert whole is not None
    top, bottom = int(whole.neck[1] - 0.2 * whole.unit), int(whole.hips[1] + 0.6 * whole.unit)
    pose = estimator.estimate(np.ascontiguousarray(rgb[top:bottom]))
    assert pose is not None
    assert np.abs(pose.neck + np.float32([0, top]) - whole.neck).max() < 0.5 * whole.unit
    assert 0.6 < pose.unit / whole.unit < 1.6
