"""Faces stay when the garment under them goes, wherever the head leans and whatever shadow lies on it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import UNIT, drawn_body, drawn_photo

from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.removal import old_garment
from vesture.vision.parsing.parse import Label

REPLACED = (Label.TOP, Label.ONE_PIECE)


@pytest.mark.parametrize("aside", [0, 12, -12])
@pytest.mark.parametrize("shade", [0.35, 1.0])
def test_a_leaning_face_beside_a_high_collar_stays_whole(aside: int, shade: float) -> None:
    body = drawn_body()
    labels = body.labels.copy()
    labels[:112] = Label.BACKGROUND
    cv2.rectangle(labels, (118, 92), (182, 118), int(Label.TOP), -1)  # a hood that reaches the jaw
    centre = (150 + aside, 88)
    cv2.circle(labels, centre, 24, int(Label.SKIN), -1)
    body = replace(body, labels=labels)
    photo = drawn_photo(body).astype(np.float32)
    lower = np.zeros(labels.shape, np.uint8)
    cv2.circle(lower, centre, 24, 1, -1)
    lower[: centre[1] + 4] = 0
    photo[lower > 0] *= shade  # the jaw lies in the shade
    middle = np.zeros(labels.shape, np.uint8)
    cv2.circle(middle, centre, 20, 1, -1)
    gone = old_garment(photo, body, REPLACED, Coarse.of(photo, UNIT))
    assert not gone[middle > 0].any()
    assert gone[labels == Label.TOP].mean() > 0.95
