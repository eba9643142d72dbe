from __future__ import annotations

import numpy as np

from bench.scene_fill import measured

UNIT = 60.0


def somebody() -> np.ndarray:
    person = np.zeros((200, 160), bool)
    person[40:, 60:90] = True
    return person


def band(person: np.ndarray) -> np.ndarray:
    need = np.zeros_like(person)
    need[70:140, 90:110] = True
    return need


def test_a_scene_that_goes_on_as_it_is_measures_nothing_wrong() -> None:
    stripes = np.where(np.indices((200, 160))[0] % 12 < 6, 200, 90).astype(np.uint8)[..., None].repeat(3, axis=2)
    _, row = measured(stripes, somebody(), band(somebody()), UNIT)
    assert row.colour < 2
    assert row.ssim > 0.9
    assert row.blocks < 3


def test_what_nobody_could_know_is_measured_as_wrong() -> None:
    wall = np.full((200, 160, 3), 120, np.uint8)
    painted = wall.copy()
    painted[band(somebody())] = (220, 40, 40)
    _, plain = measured(wall, somebody(), band(somebody()), UNIT)
    filled, row = measured(painted, somebody(), band(somebody()), UNIT)
    assert plain.colour < 1
    assert row.colour > 20
    assert (filled[~band(somebody())] == painted[~band(somebody())]).all()
