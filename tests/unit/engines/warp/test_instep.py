"""Feet that wide trousers hid, drawn: painted down to the shoe, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from drawn_person import drawn_body

from vesture.engines.warp.body.figure import SIDES, Body
from vesture.engines.warp.undress.instep import instep
from vesture.vision.parsing.parse import Label


def in_shoes(left_from: int, right_from: int) -> Body:
    """The drawn person, whose legs end at row 400, in the lowest part of a picture with shoes from these rows on."""
    body = drawn_body()
    labels = np.zeros((470, 300), np.uint8)
    labels[: body.labels.shape[0]] = body.labels
    labels[395:] = Label.BACKGROUND
    for middle, first in ((132, left_from), (168, right_from)):
        labels[395:first, middle - 12 : middle + 12] = Label.BOTTOM
        labels[first:445, middle - 9 : middle + 9] = Label.SHOES
    return replace(body, labels=labels)


def test_a_foot_fills_the_way_from_the_leg_to_its_shoe() -> None:
    body = in_shoes(425, 425)
    for side, middle in (("left", 132), ("right", 168)):
        zone = instep(body, side, body.labels == Label.BOTTOM, body.legs[side])
        assert (zone[402:423, middle - 2 : middle + 3] > 0.9).all()
        assert zone[446:].max() == 0
        assert zone[:, : middle - 14].max() == 0
        assert zone[:, middle + 14 :].max() == 0
        assert (zone[427:445, middle - 5 : middle + 5] < 0.3).all()  # the shoe stays before it


def test_a_shoe_that_reaches_the_leg_needs_no_foot() -> None:
    body = in_shoes(398, 425)
    assert instep(body, "left", body.labels == Label.BOTTOM, body.legs["left"]).max() == 0
    assert instep(body, "right", body.labels == Label.BOTTOM, body.legs["right"]).max() > 0.9


def test_no_foot_without_a_shoe() -> None:
    body = drawn_body()
    assert instep(body, "left", body.labels == Label.BOTTOM, body.legs["left"]).max() == 0


def test_a_foot_that_is_seen_is_not_painted() -> None:
    body = in_shoes(425, 425)
    body.labels[405:425][body.labels[405:425] == Label.BOTTOM] = Label.SKIN
    for side in SIDES:
        assert instep(body, side, body.labels == Label.BOTTOM, body.legs[side]).max() == 0
