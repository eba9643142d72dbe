from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from vesture.assets import POSE_DETECTION, POSE_LANDMARKS, AssetStore, samples
from vesture.core.task import Picture
from vesture.engines.warp.engine import WarpEngine
from vesture.settings import Settings
from vesture.vision.pose.estimator import PoseEstimator


@pytest.fixture(scope="session")
def store() -> AssetStore:
    return AssetStore(Settings.from_environment().assets)


@pytest.fixture(scope="session")
def estimator(store: AssetStore) -> PoseEstimator:
    return PoseEstimator(store.path(POSE_DETECTION), store.path(POSE_LANDMARKS))


@pytest.fixture(scope="session")
def engine(estimator: PoseEstimator) -> WarpEngine:
    return WarpEngine(estimator)


@pytest.fixture(scope="session")
def sample(store: AssetStore):
    """Sample photos by name, decoded."""
    by_name = {sample.name: sample for sample in samples()}

    def load(name: str) -> Picture:
        with Image.open(by_name[name].path(store)) as photo:
            return Picture(np.array(photo.convert("RGB")))

    return load
