"""Shaded arms that the parse took for a worn garment's sleeves."""

from __future__ import annotations

import cv2
import numpy as np
from drawn_person import SHAPE, SKIN, drawn_body, drawn_photo

from vesture.engines.warp.worn.shaded import without_shaded_skin
from vesture.vision.parsing.parse import Label

ARM = np.zeros(SHAPE, np.uint8)
cv2.rectangle(ARM, (90, 195), (108, 248), 1, -1)  # the lower arm, down to the hand that is known as skin


def test_the_shadow_side_of_an_arm_goes() -> None:
    body = drawn_body()
    photo, mask = drawn_photo(body), body.labels == Label.TOP
    photo[(ARM > 0) & mask] = np.multiply(SKIN, 0.5).astype(np.uint8)
    kept = without_shaded_skin(photo, mask, body)
    assert kept[(ARM > 0) & mask].mean() < 0.15
    assert kept[120:240, 125:175].all()


def test_cloth_keeps_its_mask() -> None:
    body = drawn_body()
    photo, mask = drawn_photo(body), body.labels == Label.TOP
    assert (without_shaded_skin(photo, mask, body) == mask).all()
    photo[mask] = np.multiply(SKIN, 0.6).astype(np.uint8)
    assert (without_shaded_skin(photo, mask, body) == mask).all()
