from __future__ import annotations

import numpy as np
import pytest

from vesture.assets import samples
from vesture.core.task import Picture
from vesture.engines.warp.photo_type import find_photo_type


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
