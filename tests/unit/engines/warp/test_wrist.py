"""Hands come out of long sleeves in an even line across the wrist."""

from __future__ import annotations

import numpy as np
from drawn_person import SHAPE, drawn_body, straight_limb

from vesture.engines.warp.body.figure import ARM_RADIUS
from vesture.engines.warp.compose.wrist import under_cuff

WRIST = 205


def ragged_hand(*, depth: int) -> np.ndarray:
    """A hand (h, w) below a wrist, whose upper edge goes up and down by `depth` pixels."""
    hand = np.zeros(SHAPE, bool)
    for column in range(96, 113):
        hand[WRIST + 2 + (depth if column % 4 < 2 else 0) : WRIST + 30, column] = True
    return hand


def test_the_ragged_edge_of_a_hand_goes_under_the_cuff() -> None:
    body, arm = drawn_body(), straight_limb((104, 120), (104, WRIST), ARM_RADIUS, WRIST - 120 + 2.0)
    hand = ragged_hand(depth=3)
    seen = hand & ~under_cuff(body, arm, hand, arm.length + 0.3 * body.unit)
    first = np.argmax(seen[:, 97:112], axis=0)
    assert np.ptp(first) <= 1
    assert seen[WRIST + 8 : WRIST + 30, 97:112].all()


def test_no_hand_goes_where_the_sleeve_does_not_reach() -> None:
    body, arm = drawn_body(), straight_limb((104, 120), (104, WRIST), ARM_RADIUS, WRIST - 120 + 2.0)
    hand = ragged_hand(depth=3)
    assert not under_cuff(body, arm, hand, 0.9 * arm.length).any()
