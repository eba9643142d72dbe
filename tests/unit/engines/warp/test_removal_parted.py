"""What hair parts from the old garment goes with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from drawn_person import UNIT, drawn_body, drawn_photo

from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.removal import SCRAP, old_garment
from vesture.vision.parsing.parse import Label

REPLACED = (Label.TOP, Label.ONE_PIECE)


def test_a_narrow_strip_of_the_garment_beyond_long_hair_on_the_trunk_goes() -> None:
    body = drawn_body()
    labels = body.labels.copy()
    first, last = (round(float(body.point(0.0, level)[0, 1])) for level in (0.38, 0.66))
    middle = round(float(body.point(0.0, 0.5)[0, 0]))
    row = labels[(first + last) // 2] == Label.TOP
    right = middle + int(np.argmin(row[middle:]))  # the trunk's side
    labels[first:last, right:] = np.where(
        labels[first:last, right:] == Label.TOP, Label.BACKGROUND, labels[first:last, right:]
    )
    strip = np.zeros(labels.shape, bool)
    strip[first + 6 : last - 6, right - 5 : right] = True
    labels[first:last, right - 20 : right] = Label.HAIR
    labels[strip] = Label.TOP
    assert strip.sum() < SCRAP * UNIT**2
    parted = replace(body, labels=labels)
    photo = drawn_photo(parted).astype(np.float32)
    gone = old_garment(photo, parted, REPLACED, Coarse.of(photo, UNIT))
    assert gone[strip].mean() > 0.9
    hair = labels == Label.HAIR
    hair[:, right - 6 :] = False
    assert gone[hair].mean() < 0.3
