"""Dungarees go under an open jacket, and over a jumper."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.unit.engines.warp.drawn_person import drawn_body, drawn_photo
from vesture.core.task import TryOnOptions
from vesture.engines.warp.body.figure import SIDES, V_LEVELS, Body
from vesture.engines.warp.dressing import dress
from vesture.engines.warp.open_jacket import under_an_open_jacket
from vesture.vision.frame import Box
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.network import GarmentNetwork
from vesture.vision.garment.types import Garment
from vesture.vision.parsing.parse import Label

SHIRT = (235, 235, 230)


@pytest.fixture(scope="module")
def dungarees(sample) -> Garment:
    return understand(sample("pants/4"), "one-pieces", GarmentNetwork())


def in_a_jacket() -> tuple[Body, np.ndarray]:
    """The drawn person in a jacket of the jumper's colour over a white shirt, and its photo."""
    body = drawn_body()
    photo = drawn_photo(body)
    opening = np.zeros(body.labels.shape, np.uint8)
    cv2.rectangle(opening, (139, 112), (161, 245), 1, -1)
    shirt = (opening > 0) & (body.labels == Label.TOP)
    photo[shirt] = SHIRT
    broad = np.where((V_LEVELS > 0.4) & (V_LEVELS < 1.1), 1.3, 1.0) * body.bare_half_width
    return replace(body, half_width=dict.fromkeys(SIDES, broad)), photo


def test_the_jacket_is_a_thing_and_the_shirt_a_top() -> None:
    body, photo = in_a_jacket()
    photo[170:173, 149:152] = photo[170, 125]  # a button of the shirt
    under = under_an_open_jacket(photo, body)
    top = body.labels == Label.TOP
    shirt = np.zeros_like(top)
    shirt[:, 143:158] = True
    assert (under.labels[top & shirt] == Label.TOP).mean() > 0.99
    beside = np.ones_like(top)
    beside[:, 136:165] = False
    assert (under.labels[top & beside] == Label.OTHER).mean() > 0.99
    assert np.array_equal(under.labels[~top], body.labels[~top])


def test_the_trunk_is_as_wide_as_it_is_under_the_jacket() -> None:
    body, photo = in_a_jacket()
    under = under_an_open_jacket(photo, body)
    for side in SIDES:
        np.testing.assert_allclose(under.width(side, 0.7), np.interp(0.7, V_LEVELS, body.bare_half_width), rtol=0.02)


def test_a_jumper_is_no_jacket() -> None:
    body = drawn_body()
    assert under_an_open_jacket(drawn_photo(body), body) is body


def test_a_large_print_is_no_shirt_under_a_jacket() -> None:
    body, photo = in_a_jacket()
    photo[112:132, 120:181] = np.where(
        (body.labels[112:132, 120:181] == Label.TOP)[..., None], photo[170, 125], photo[112:132, 120:181]
    )
    assert under_an_open_jacket(photo, body) is body


def test_a_shirt_with_a_stripe_down_its_front_is_no_jacket() -> None:
    body, photo = in_a_jacket()
    photo[112:246, 122:179][body.labels[112:246, 122:179] == Label.TOP] = SHIRT  # sleeves alone have another colour
    assert under_an_open_jacket(photo, body) is body


def test_a_bib_lies_under_the_fronts_of_a_jacket(dungarees) -> None:
    body, photo = in_a_jacket()
    whole = Box(0, 0, photo.shape[1], photo.shape[0])
    (image,), _ = dress(photo, whole, body, dungarees, TryOnOptions(category="one-pieces"))
    bib, front = np.s_[190:220, 146:155], np.s_[140:235, 124:134]
    assert np.abs(image[bib].astype(int) - photo[bib]).mean() > 40
    assert np.abs(image[front].astype(int) - photo[front]).mean() < 4
