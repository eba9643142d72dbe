"""Cloth that something hides: patterns go on, plain cloth stays plain."""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.worn.fill import filled_cloth
from vesture.engines.warp.worn.trace import complete

UNIT = 90.0
HOLE = np.s_[70:130, 60:120]


def cloth(shade: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A photo of cloth of these grey levels with a red thing before it; what is seen of it, and what is wanted."""
    weave = np.random.default_rng(1).normal(0, 3, shade.shape)
    photo = np.repeat(np.clip(shade + weave, 0, 255)[..., None], 3, axis=2).astype(np.uint8)
    photo[HOLE] = (220, 30, 30)
    wanted = np.zeros(shade.shape, bool)
    wanted[HOLE] = True
    return photo, ~wanted, wanted


def test_folds_of_plain_cloth_are_not_repeated_where_it_was_hidden() -> None:
    shade = np.full((200, 180), 150.0)
    shade[10:60, 20:26] -= 60  # two folds and a pocket's edge
    shade[140:190, 140:146] -= 60
    shade[150:154, 20:60] -= 50
    photo, seen, wanted = cloth(shade)
    made = filled_cloth(photo, seen, wanted, UNIT, None)[HOLE]
    assert np.abs(made.mean((0, 1)) - 150).max() < 6
    assert made.min() > 150 - 25
    assert 1.0 < made[..., 1].std() < 6.0  # it has the weave


def test_stripes_go_on_where_they_were_hidden() -> None:
    rows = np.arange(200)[:, None] * np.ones((1, 180))
    shade = np.where((rows // 10) % 2 == 0, 60.0, 200.0)
    photo, seen, wanted = cloth(shade)
    made = filled_cloth(photo, seen, wanted, UNIT, None)[HOLE].mean(2)
    assert 0.3 < (made > 130).mean() < 0.7  # both colours, as sharp as they are around
    assert ((made < 90) | (made > 170)).mean() > 0.8


def test_the_rim_of_a_pattern_keeps_its_colours() -> None:
    rows = np.arange(200)[:, None] * np.ones((1, 180))
    photo = np.repeat(np.where((rows // 14) % 2 == 0, 60.0, 200.0)[..., None], 3, axis=2).astype(np.uint8)
    mask = np.zeros((200, 180), bool)
    mask[30:170, 40:140] = True
    seen = mask.copy()
    seen[90:115, 80:105] = False
    made, _ = complete(photo, seen, mask, UNIT)
    assert np.abs(made[30:170, 40].astype(int) - photo[30:170, 40]).max() < 30
