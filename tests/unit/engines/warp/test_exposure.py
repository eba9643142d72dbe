"""Bare bellies and thighs round a waistband, on a drawn person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from drawn_person import drawn_body

from vesture.engines.warp.body import Body
from vesture.engines.warp.exposure import belly_is_bare
from vesture.engines.warp.front import kept_in_front
from vesture.engines.warp.placement import Fit
from vesture.vision.parsing import Label

FIT = Fit({}, {}, (1.0, 1.0))


def in_shorts() -> Body:
    """The jumper ends well above the waistband at row 240, the trousers at row 270."""
    body = drawn_body()
    labels = body.labels.copy()
    labels[200:240, 120:180] = Label.SKIN
    labels[270:405, 105:195] = Label.SKIN
    return replace(body, labels=labels)


def test_a_belly_is_bare_where_skin_is_seen_above_the_waistband() -> None:
    assert belly_is_bare(in_shorts())
    assert not belly_is_bare(drawn_body())


def test_a_belly_stays_before_new_trousers_and_thighs_do_not() -> None:
    body = in_shorts()
    old = body.labels == Label.BOTTOM
    kept = kept_in_front(body, old, FIT, (Label.TOP,), (Label.BOTTOM,))
    assert kept[205:235, 130:170].all()
    assert not kept[280:400, 130:170].any()
    assert np.array_equal(kept & old, np.zeros_like(old))
