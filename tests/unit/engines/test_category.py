"""Categories found out: on sample photos, on silhouettes, and by what a photo shows of a wearer."""

from __future__ import annotations

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from vesture.assets import POSE_DETECTION, POSE_LANDMARKS, AssetStore, samples
from vesture.engines.category import CategoryFinder, outline_category, read_category, worn_category
from vesture.images.codec import decode
from vesture.settings import Settings
from vesture.vision.pose.estimator import Joint, PoseEstimator

STORE = AssetStore(Settings.from_environment().assets)


@pytest.fixture(scope="module")
def finder() -> CategoryFinder:
    return CategoryFinder(PoseEstimator(STORE.path(POSE_DETECTION), STORE.path(POSE_LANDMARKS)))


def picture(path):
    return decode(path.read_bytes(), "garment_image", min_side=64, max_pixels=10**8, max_bytes=10**8)


@pytest.mark.parametrize("sample", samples("garment"), ids=lambda sample: sample.name)
def test_sample_garments(finder, sample) -> None:
    assert finder(picture(sample.path(STORE))) == sample.category


def test_of_a_whole_body_the_whole_outfit_is_meant_and_of_half_a_body_its_half(finder) -> None:
    avatar = picture(next(sample.path(STORE) for sample in samples("avatar")))
    assert finder(avatar) == "one-pieces"
    half = int(0.55 * avatar.height)
    upper = decode(encoded(avatar.rgb[:half]), "garment_image", min_side=64, max_pixels=10**8, max_bytes=10**8)
    assert finder(upper) == "tops"


def encoded(rgb: np.ndarray) -> bytes:
    return cv2.imencode(".png", rgb[..., ::-1])[1].tobytes()


def test_a_photo_that_is_said_to_be_flat_is_not_searched_for_people() -> None:
    shirt = next(sample for sample in samples("garment") if sample.name == "shirts/1")
    finder = CategoryFinder(SimpleNamespace(estimate=None))
    assert finder(picture(shirt.path(STORE)), "flat-lay") == "tops"


@pytest.mark.parametrize(
    ("shoulders", "knees", "category"),
    [(20, 150, "one-pieces"), (20, 230, "tops"), (-30, 90, "bottoms"), (-30, 230, "tops")],
)
def test_a_worn_garment_by_what_the_photo_shows(shoulders: float, knees: float, category: str) -> None:
    points, presence = np.zeros((33, 2), np.float32), np.ones(33, np.float32)
    points[[Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER], 1] = shoulders
    points[[Joint.LEFT_KNEE, Joint.RIGHT_KNEE], 1] = knees
    assert worn_category(SimpleNamespace(points=points, presence=presence), 200) == category


def silhouette(*corners: tuple[int, int]) -> np.ndarray:
    region = np.zeros((320, 200), np.uint8)
    cv2.fillPoly(region, [np.array(corners, np.int32)], 1)
    return region.astype(bool)


@pytest.mark.parametrize(
    ("region", "category"),
    [
        (silhouette((60, 10), (140, 10), (150, 310), (105, 310), (100, 90), (95, 310), (50, 310)), "bottoms"),
        (silhouette((80, 10), (120, 10), (170, 300), (30, 300)), "one-pieces"),
        (silhouette((60, 10), (140, 10), (190, 110), (10, 110)), "bottoms"),
        (silhouette((60, 10), (140, 10), (195, 60), (150, 80), (150, 180), (50, 180), (50, 80), (5, 60)), "tops"),
    ],
    ids=["trousers", "dress", "skirt", "shirt"],
)
def test_silhouettes(region: np.ndarray, category: str) -> None:
    assert outline_category(region, 100.0) == category


def test_the_network_is_believed_when_it_is_sure() -> None:
    sure = {"top": 0.1, "trousers": 0.5, "skirt": 0.3, "dress": 0.05, "jumpsuit": 0.05}
    assert read_category(sure) == "bottoms"
    assert read_category({**sure, "top": 0.5, "trousers": 0.1}) is None
