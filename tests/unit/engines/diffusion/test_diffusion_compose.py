"""Composition: what is kept is kept to the byte; estimates are of the right size."""

from __future__ import annotations

import numpy as np
import pytest

from vesture.engines.diffusion.body_parts import BodyPart
from vesture.engines.diffusion.compose import (
    background_to_keep,
    blend,
    changed_region,
    clothes_to_keep,
    enlarged,
    enlarged_weights,
)
from vesture.engines.diffusion.estimate import estimate_seconds, forward_operations, spoken
from vesture.engines.diffusion.mmdit import MMDiTConfig


def photo(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (432, 288, 3), dtype=np.uint8)


def test_blend_keeps_bytes_at_both_ends():
    first, second = photo(1), photo(2)
    weights = np.zeros((432, 288), np.float32)
    weights[:, 100:] = 0.5
    weights[:, 200:] = 1
    mixed = blend(first, second, weights)
    assert np.array_equal(mixed[:, :100], first[:, :100])
    assert np.array_equal(mixed[:, 200:], second[:, 200:])
    middle = (first[:, 100:200].astype(float) + second[:, 100:200]) / 2
    assert np.abs(mixed[:, 100:200] - middle).max() <= 0.5


def test_grain_is_no_change_but_a_garment_is():
    before = np.full((432, 288, 3), 120, np.uint8)
    grain = np.random.default_rng(0).integers(-6, 7, before.shape)
    after = (before + grain).astype(np.uint8)
    assert not changed_region(before, after).any()
    after[200:300, 100:200] = 200
    weights = changed_region(before, after)
    assert (weights[200:300, 100:200] == 1).all()
    assert not weights[:170].any()
    assert not weights[:, 230:].any()
    speck = before.copy()
    speck[10:14, 10:14] = 255
    assert not changed_region(before, speck).any()


def test_background_is_kept_only_where_both_show_it():
    before, after = np.zeros((432, 288), np.uint8), np.zeros((432, 288), np.uint8)
    before[100:200, 100:200] = BodyPart.TOP
    after[150:250, 100:200] = BodyPart.TOP
    keep = background_to_keep(before, after)
    assert (keep[100:250, 100:200] < 0.5).all()
    assert not keep[105:245, 105:195].any()
    assert (keep[:85] == 1).all()
    assert (keep[265:] == 1).all()


def test_clothes_are_kept_away_from_the_swapped_garment():
    before, after = np.zeros((432, 288), np.uint8), np.zeros((432, 288), np.uint8)
    for labels, hem in ((before, 200), (after, 230)):
        labels[100:hem, 100:200] = BodyPart.TOP
        labels[hem:350, 100:200] = BodyPart.PANTS
        labels[350:380, 100:200] = BodyPart.FEET
    keep = clothes_to_keep(before, after, "tops")
    assert not keep[:231].any()
    assert (keep[245:340, 115:185] == 1).all()
    assert (keep[358:372, 115:185] == 1).all()
    assert not clothes_to_keep(before, after, "tops", keep_feet=False)[355:].any()
    assert not clothes_to_keep(before, after, "one-pieces")[:340].any()


def test_enlarging_keeps_the_ends_exact():
    weights = np.zeros((40, 30), np.float32)
    weights[:, 15:] = 1
    large = enlarged_weights(weights, 400, 300)
    assert not large[:, :140].any()
    assert (large[:, 160:] == 1).all()
    small = photo(3)
    assert enlarged(small, 432, 288) is small
    assert enlarged(small, 864, 600).shape == (864, 600, 3)


def test_operations_are_those_counted_for_the_published_model():
    """13.20e12 by torch's counter, of which 0.235e12 are the last block's unread outputs."""
    work = forward_operations(MMDiTConfig())
    assert work.total == pytest.approx(12.95e12, rel=0.005)
    assert work.attention == pytest.approx(6.115e12 - 0.122e12, rel=0.005)


def test_an_estimate_is_positive_and_grows_with_the_work(load):
    model = load()
    assert 0 < estimate_seconds(model, 1) < estimate_seconds(model, 10_000)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "about 1 s"), (42, "about 42 s"), (99.7, "about 100 s"), (1080, "about 18 min"), (9000, "about 2.5 h")],
)
def test_spoken_durations(seconds, words):
    assert spoken(seconds) == words
