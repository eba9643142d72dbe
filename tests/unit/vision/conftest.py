from __future__ import annotations

import pytest

from vesture.assets import POSE_DETECTION, POSE_LANDMARKS, AssetStore
from vesture.settings import Settings
from vesture.vision.pose.estimator import PoseEstimator


@pytest.fixture(scope="session")
def estimator() -> PoseEstimator:
    """The pose networks on one thread."""
    assets = AssetStore(Settings.from_environment().assets)
    return PoseEstimator(assets.path(POSE_DETECTION), assets.path(POSE_LANDMARKS), threads=1)
