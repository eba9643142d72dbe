"""What the guided filter promises: constants stay, averages stay, edges of the guide attract those of the map."""

from __future__ import annotations

import numpy as np

from vesture.vision.guided_filter import guided_filter, guided_upsample

SIZE = 64


def step(size: int, at: int) -> np.ndarray:
    """(size, size) picture, 0 left of column `at`, 1 from there on."""
    return np.tile((np.arange(size) >= at).astype(np.float32), (size, 1))


def test_constants_stay_constant() -> None:
    guide = np.random.default_rng(1).random((SIZE, SIZE), np.float32)
    filtered = guided_filter(guide, np.full((2, SIZE, SIZE), 0.3, np.float32), 5, 1e-3)
    assert filtered.shape == (2, SIZE, SIZE)
    assert filtered.dtype == np.float32
    np.testing.assert_allclose(filtered, 0.3, atol=1e-4)


def test_a_flat_guide_only_averages() -> None:
    noise = np.random.default_rng(2).random((1, SIZE, SIZE)).astype(np.float32)
    filtered = guided_filter(np.full((SIZE, SIZE), 0.5, np.float32), noise, 5, 1e-3)
    assert filtered.std() < 0.2 * noise.std()
    assert abs(float(filtered.mean() - noise.mean())) < 0.02


def test_an_edge_of_the_guide_stays_sharp() -> None:
    edge = step(SIZE, 30)
    noisy = (edge + np.random.default_rng(3).normal(0, 0.2, edge.shape)).astype(np.float32)
    filtered = guided_filter(edge, noisy[None], 4, 1e-4)[0]
    assert filtered[10:-10, 29].mean() < 0.15
    assert filtered[10:-10, 30].mean() > 0.85
    assert np.abs(filtered - edge).mean() < 0.5 * np.abs(noisy - edge).mean()


def test_maps_sum_to_one_when_they_did_before() -> None:
    generator = np.random.default_rng(4)
    guide, first = generator.random((2, SIZE, SIZE), np.float32)
    filtered = guided_filter(guide, np.stack([first, 1 - first]), 3, 1e-3)
    np.testing.assert_allclose(filtered.sum(0), 1.0, atol=1e-4)


def test_upsampling_moves_the_border_onto_the_edge_of_the_large_guide() -> None:
    large = step(4 * SIZE, 4 * 30 + 2)
    small = large.reshape(SIZE, 4, SIZE, 4).mean((1, 3))
    border = step(SIZE, 31)[None]
    up = guided_upsample(large, small, border, 3, 1e-4)[0]
    assert up.shape == large.shape
    found = (up > 0.5).argmax(axis=1)
    assert np.abs(found[20:-20] - (4 * 30 + 2)).max() <= 1


def test_upsampling_to_a_size_that_is_no_multiple() -> None:
    up = guided_upsample(step(101, 50), step(SIZE, 32), step(SIZE, 32)[None], 2, 1e-4)
    assert up.shape == (1, 101, 101)
    assert abs(int((up[0, 50] > 0.5).argmax()) - 50) <= 1
