"""What hangs over new trousers throws a shadow on them."""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.compose.hem_shadow import shaded_from_above

UNIT = 100.0


def test_a_hem_shades_the_cloth_right_below_it_and_nothing_else():
    white = np.full((200, 100, 3), 240.0, np.float32)
    cover, over = np.zeros((200, 100), np.float32), np.zeros((200, 100), np.float32)
    cover[:, 40:] = 1
    over[:80] = 1
    shaded = shaded_from_above(white, cover, over, UNIT)
    np.testing.assert_array_equal(shaded[:, :40], white[:, :40])
    below = shaded[82:, 70, 0]
    assert 240 * 0.5 < below[0] < 240 * 0.8
    assert (np.diff(below) >= -0.01).all()
    np.testing.assert_allclose(below[18:], 240, atol=1.5)
    np.testing.assert_allclose(shaded[..., 0], shaded[..., 2])
