"""What stays of a coat between a new hem and the coat's own skirt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from drawn_person import UNIT as BODY_UNIT
from drawn_person import drawn_body, drawn_photo

from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.left_hanging import hangs_over_trousers, left_hanging
from vesture.engines.warp.undress.removal import old_garment
from vesture.vision.parsing.parse import Label

UNIT = 60.0
SHAPE = (200, 120)
NOWHERE = np.zeros(SHAPE, bool)


def coat() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What goes of a coat down to row 100, its skirt below that, and a new top that ends at row 92."""
    old, skirt, cover = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool), np.zeros(SHAPE, np.float32)
    old[20:100, 30:90] = True
    skirt[100:160, 30:90] = True
    cover[20:92, 30:90] = 1
    return old, skirt, cover


def test_a_short_gap_between_hem_and_skirt_stays_coat() -> None:
    old, skirt, cover = coat()
    kept = left_hanging(old, skirt, cover, NOWHERE, UNIT)
    assert kept[92:100, 30:90].all()
    assert kept.sum() == 8 * 60


def test_a_bare_waist_is_not_covered_by_the_old_coat() -> None:
    old, skirt, cover = coat()
    cover[50:] = 0
    assert not left_hanging(old, skirt, cover, NOWHERE, UNIT).any()


def test_below_a_bare_belly_the_coat_goes_on_up_to_its_level_but_at_a_hand() -> None:
    old, skirt, cover = coat()
    cover[50:] = 0
    low = np.zeros(SHAPE, bool)
    low[90:] = True
    old[96:98, 40:50] = False  # a finger
    kept = left_hanging(old, skirt, cover, low, UNIT)
    assert kept[90:100, 55:90].all()
    assert not kept[:90].any()
    assert not kept[90:98, 40:50].any()


def test_without_a_skirt_and_behind_a_hand_nothing_stays() -> None:
    old, skirt, cover = coat()
    assert not left_hanging(old, np.zeros_like(skirt), cover, NOWHERE, UNIT).any()
    old[96:98, 40:50] = False  # a finger between gap and skirt
    kept = left_hanging(old, skirt, cover, NOWHERE, UNIT)
    assert not kept[92:96, 40:50].any()
    assert kept[92:100, 55:90].all()


def test_a_rim_that_is_left_of_what_goes_is_no_skirt() -> None:
    old, skirt, cover = coat()
    skirt[104:] = False
    skirt[100:104, 32:] = False
    assert not left_hanging(old, skirt, cover, NOWHERE, UNIT).any()


def coated(below: Label):
    """The drawn person in a coat down to row 330, with something on the legs below."""
    body = drawn_body()
    labels = np.where(body.labels == Label.BOTTOM, np.uint8(below), body.labels)
    labels[200:330, 100:201] = Label.TOP
    return replace(body, labels=labels)


def test_a_coat_over_trousers_goes_whole_and_over_bare_legs_its_skirt_stays() -> None:
    for below, goes in ((Label.BOTTOM, True), (Label.SKIN, False)):
        body = coated(below)
        assert hangs_over_trousers(body) is goes
        photo = drawn_photo(body).astype(np.float32)
        old = old_garment(photo, body, (Label.TOP, Label.ONE_PIECE), Coarse.of(photo, BODY_UNIT))
        assert old[140:230, 130:170].all()
        assert bool(old[260:325, 110:190].all()) is goes
        assert bool(old[260:325, 110:190].any()) is goes


def test_a_top_that_ends_at_the_hips_hangs_over_nothing() -> None:
    assert not hangs_over_trousers(drawn_body())
