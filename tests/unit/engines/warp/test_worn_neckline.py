"""Necklines of which hair hides one half."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from drawn_person import SHAPE, drawn_body

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.worn.hidden import hidden_cloth
from vesture.vision.parsing.parse import Label


def in_a_neckline(hair_on_both_sides: bool = False) -> Body:
    """Somebody in a V neckline, hair before the right shoulder, and skin between that and the rest of the cloth."""
    body = drawn_body()
    labels = body.labels.copy()
    cv2.fillPoly(labels, [np.array([[138, 104], [162, 104], [150, 146]])], int(Label.SKIN))
    labels[112:140, 152:169] = Label.SKIN
    labels[70:132, 163:215] = Label.HAIR
    if hair_on_both_sides:
        labels[70:132, 85:137] = Label.HAIR
    return replace(body, labels=labels)


def hidden_in(body: Body) -> np.ndarray:
    return hidden_cloth(body, body.labels == Label.TOP, np.zeros(SHAPE, bool))


def test_the_half_behind_hair_goes_on_to_the_middle_like_the_other() -> None:
    hidden = hidden_in(in_a_neckline())
    assert hidden[116:136, 164:168].all()
    assert hidden[122:136, 161:164].all()
    assert not hidden[100:135, 146:155].any()
    assert not hidden[:, :146].any()


def test_where_hair_hides_both_halves_no_skin_is_covered() -> None:
    hidden = hidden_in(in_a_neckline(hair_on_both_sides=True))
    assert not hidden[100:130, 146:160].any()
