"""The shade of a hem on bare skin."""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.picture.patch import Patch
from vesture.engines.warp.undress.hem_shade import in_hem_shade

UNIT = 100.0


def _leg() -> Patch:
    return Patch(30, 40, np.full((80, 20, 3), 180, np.float32), np.ones((80, 20), np.float32))


def test_skin_is_darkest_right_below_the_hem_and_bright_further_down() -> None:
    cover = np.zeros((120, 100), np.float32)
    cover[:50] = 1
    skin = in_hem_shade(_leg(), cover, UNIT).rgb.mean(-1)[:, 10]
    at_hem, below, far = skin[50 - 30], skin[55 - 30], skin[75 - 30]
    assert at_hem < 0.82 * 180
    assert at_hem < below < far
    assert far > 0.98 * 180
    assert np.diff(skin[20:45]).min() > -0.5


def test_cloth_beside_or_below_a_limb_throws_no_shade_on_it() -> None:
    cover = np.zeros((120, 100), np.float32)
    cover[85:] = 1
    np.testing.assert_allclose(in_hem_shade(_leg(), cover, UNIT).rgb[:40], 180, atol=0.5)
    beside = np.zeros((120, 100), np.float32)
    beside[:, :20] = 1
    np.testing.assert_allclose(in_hem_shade(_leg(), beside, UNIT).rgb, 180, atol=0.5)


def test_the_picture_may_end_right_beside_the_limb() -> None:
    cover = np.zeros((110, 60), np.float32)
    cover[:33] = 1
    patch = in_hem_shade(_leg(), cover, UNIT)
    assert patch.rgb.shape == (80, 20, 3)
    assert patch.rgb[3].mean() < patch.rgb[40].mean()


def test_an_ankle_is_dark_where_it_goes_into_its_shoe() -> None:
    shoe = np.zeros((120, 100), np.float32)
    shoe[90:] = 1
    skin = in_hem_shade(_leg(), shoe, UNIT, -0.01).rgb.mean(-1)[:, 10]
    assert skin[89 - 30] < 0.93 * 180
    assert skin[70 - 30] > 0.98 * 180
