"""Bare bellies and thighs round a waistband, on a drawn person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from drawn_person import drawn_body

from vesture.engines.warp.body.exposure import arm_is_bare, belly_is_bare
from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.cloth.placement import Fit
from vesture.engines.warp.compose.front import kept_in_front
from vesture.vision.parsing.parse import Label

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


def test_an_arm_in_a_sleeve_is_covered_though_its_hand_is_bare() -> None:
    assert not arm_is_bare(drawn_body(), "left")


def test_an_arm_without_a_sleeve_is_bare_though_its_elbow_lies_before_the_torso() -> None:
    body = drawn_body()
    points = np.rint(body.arms["right"].axis).astype(int)
    labels = body.labels.copy()
    for share, (column, row) in zip(np.linspace(0, 1, len(points)), points, strict=True):
        labels[row - 4 : row + 5, column - 9 : column + 10] = Label.TOP if 0.5 < share < 0.7 else Label.SKIN
    assert arm_is_bare(replace(body, labels=labels), "right")
    assert not arm_is_bare(replace(body, labels=labels), "left")
