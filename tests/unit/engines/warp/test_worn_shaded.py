"""Shaded arms that the parse took for a worn garment's sleeves."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from drawn_person import SHAPE, SKIN, drawn_body, drawn_photo

from vesture.engines.warp.worn.shaded import shade_of_arms, without_shaded_skin
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


def test_the_shade_of_a_bare_arm_beside_cloth_is_found() -> None:
    body = drawn_body()
    labels = body.labels.copy()
    labels[150:, :118][labels[150:, :118] == Label.TOP] = Label.SKIN
    labels[150:235, 118:120] = Label.TOP
    body = replace(body, labels=labels)
    photo, mask = drawn_photo(body), labels == Label.TOP
    photo[mask] = (90, 170, 130)
    assert not shade_of_arms(photo, mask, body).any()
    photo[212:224, 118:140] = photo[212:224, 118:140] // 2  # a pocket that goes on from there
    photo[170:195, 118:122] = photo[170:195, 118:122] // 2  # beside the bare arm
    photo[170:180, 150:156] = photo[170:180, 150:156] // 2  # a badge
    shade = shade_of_arms(photo, mask, body)
    assert shade[172:193, 118:122].mean() > 0.95
    assert not shade[:, 130:].any()
    assert not shade[212:].any()
