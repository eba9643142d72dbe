"""Legs or none, where the outline hardly tells."""

from __future__ import annotations

import numpy as np
import pytest

from vesture.vision.garment.joined_kind import joined_kind
from vesture.vision.garment.look import Look


def seen(length: float, crotch: float, legged: float) -> Look:
    """A look at a lower garment 100 wide, of that length, by a network that sees legs with confidence `legged`."""
    points = {
        f"{stem}_{side}": np.float32([x, y])
        for stem, y in (("waist", 20.0), ("leg_cuff_outer", 20 + length))
        for side, x in (("left", 10.0), ("right", 110.0))
    }
    kind = {"top": 0.0, "trousers": legged, "skirt": 1 - legged, "dress": 1 - legged, "jumpsuit": legged}
    return Look(np.zeros((7, 4, 4), np.float32), (0, 0), 1.0, points, {"crotch": crotch}, kind, {}, {})


@pytest.mark.parametrize(
    ("length", "crotch", "kind"), [(80, 0.6, "skirt"), (80, 0.85, "trousers"), (220, 0.6, "trousers")]
)
def test_a_slit_in_a_short_skirt_is_no_gap_between_legs(length: float, crotch: float, kind: str) -> None:
    assert joined_kind(seen(length, crotch, 0.95), "bottoms", "trousers", 0.1) == kind


def test_a_clear_gap_is_one() -> None:
    assert joined_kind(seen(80, 0.3, 0.5), "bottoms", "trousers", 0.25) == "trousers"


@pytest.mark.parametrize(("gap", "kind"), [(0.0, "dress"), (0.05, "jumpsuit")])
def test_a_suit_shows_between_the_ends_of_its_legs_that_it_has_two(gap: float, kind: str) -> None:
    assert joined_kind(seen(300, 0.7, 0.95), "one-pieces", "dress", gap) == kind


def test_shorts_may_end_in_one_line() -> None:
    assert joined_kind(seen(80, 0.7, 0.95), "bottoms", "skirt", 0.0) == "trousers"


@pytest.mark.parametrize(("legged", "kind"), [(0.03, "skirt"), (0.2, "trousers")])
def test_closed_legs_need_a_network_that_thinks_them_possible(legged: float, kind: str) -> None:
    assert joined_kind(seen(110, 0.05, legged), "bottoms", "trousers", 0.0) == kind
