"""SSIM against its definition written out for one window, and the measures of regions."""

from __future__ import annotations

import cv2
import numpy as np

from bench.similarity import dilated, iou, ssim_map


def test_a_picture_is_like_itself_and_unlike_noise() -> None:
    generator = np.random.default_rng(3)
    picture = generator.integers(0, 256, (40, 30, 3), np.uint8)
    np.testing.assert_allclose(ssim_map(picture, picture), 1)
    assert abs(ssim_map(picture, generator.integers(0, 256, (40, 30, 3), np.uint8)).mean()) < 0.1


def test_one_window_by_the_definition() -> None:
    generator = np.random.default_rng(4)
    first, second = (generator.integers(0, 256, (25, 25, 3), np.uint8) for _ in range(2))
    x, y = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[7:18, 7:18].astype(float) for picture in (first, second))
    offset = np.arange(-5, 6)
    weight = np.exp(-(offset[:, None] ** 2 + offset**2) / (2 * 1.5**2))
    weight /= weight.sum()
    mean_x, mean_y = (weight * x).sum(), (weight * y).sum()
    spread_x, spread_y = (weight * (x - mean_x) ** 2).sum(), (weight * (y - mean_y) ** 2).sum()
    common = (weight * (x - mean_x) * (y - mean_y)).sum()
    c1, c2 = 2.55**2, 7.65**2
    expected = (2 * mean_x * mean_y + c1) * (2 * common + c2)
    expected /= (mean_x**2 + mean_y**2 + c1) * (spread_x + spread_y + c2)
    np.testing.assert_allclose(ssim_map(first, second)[12, 12], expected, rtol=1e-6)


def test_a_shift_of_light_costs_less_than_a_loss_of_structure() -> None:
    stripes = np.tile(np.where(np.arange(64) % 8 < 4, 80, 160).astype(np.uint8)[None, :, None], (64, 1, 3))
    flat = np.full_like(stripes, 120)
    assert ssim_map(stripes, stripes + 20).mean() > 0.9
    assert ssim_map(stripes, flat).mean() < 0.2


def test_regions() -> None:
    mask = np.zeros((21, 21), bool)
    mask[10, 10] = True
    grown = dilated(mask, 3)
    assert grown[10, 13]
    assert not grown[10, 14]
    assert iou(mask, grown) == 1 / grown.sum()
    assert iou(mask, ~mask) == 0
    assert iou(~grown & grown, ~grown & grown) == 1
