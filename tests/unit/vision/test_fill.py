from __future__ import annotations

import numpy as np
import pytest

from vesture.vision.fill import grain, push_pull


def test_trusted_pixels_keep_their_value_and_holes_are_filled_from_around() -> None:
    ramp = np.tile(np.linspace(0, 200, 96, dtype=np.float32)[None, :, None], (64, 1, 3))
    weight = np.ones((64, 96), np.float32)
    weight[20:40, 30:60] = 0
    spoiled = ramp.copy()
    spoiled[20:40, 30:60] = 999
    filled = push_pull(spoiled, weight)
    np.testing.assert_allclose(filled[weight == 1], ramp[weight == 1], atol=1e-3)
    assert np.abs(filled - ramp)[20:40, 30:60].max() < 40


def test_a_single_trusted_pixel_colours_everything() -> None:
    image = np.zeros((33, 17, 3), np.float32)
    weight = np.zeros((33, 17), np.float32)
    image[5, 5], weight[5, 5] = (10, 20, 30), 1
    np.testing.assert_allclose(push_pull(image, weight), np.broadcast_to([10, 20, 30], image.shape), atol=1e-2)


@pytest.mark.parametrize("strength", [1.0, 3.0])
def test_grain_has_the_strength_of_the_photo(strength: float) -> None:
    generator = np.random.default_rng(1)
    noisy = (120 + generator.normal(0, strength, (200, 200, 3))).astype(np.float32)
    made = grain(noisy, np.ones((200, 200), bool), generator)
    assert made.std() == pytest.approx(strength, rel=0.45)


def test_grain_of_a_flat_picture_is_none() -> None:
    flat = np.full((50, 50, 3), 90, np.float32)
    assert np.abs(grain(flat, np.ones((50, 50), bool), np.random.default_rng(1))).max() < 1e-6
