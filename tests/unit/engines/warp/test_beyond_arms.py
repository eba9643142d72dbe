"""Cloth behind a bare forearm does not peep out beyond it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from drawn_person import UNIT, drawn_body, drawn_photo, plain_texture

from vesture.engines.warp.cloth.placement import Fit
from vesture.engines.warp.undress.bare_arms import bare_arms, beyond_arms
from vesture.engines.warp.undress.prepared import Wardrobe, prepare
from vesture.vision.frame import Box
from vesture.vision.parsing.parse import Label


def test_a_sliver_of_cloth_beyond_a_bare_forearm_goes_and_a_wide_coat_stays() -> None:
    body = drawn_body()
    height, width = body.labels.shape
    clothes = Wardrobe((Label.TOP, Label.ONE_PIECE), (Label.HAIR, Label.OTHER))
    scene = prepare(drawn_photo(body), body, clothes, Box(0, 0, width, height))
    fit = Fit({}, {}, (1.0, 1.0), {"left": 0.3 * UNIT, "right": 0.3 * UNIT})
    limb = scene.arms["left"].limb
    (x, y), radius = limb.at(np.array([limb.length - 12]))[0], float(limb.radius(np.array([limb.length - 12]))[0])
    row, edge = round(float(y)), round(float(x) - radius)
    cover = np.zeros(body.labels.shape, np.float32)
    cover[row - 6 : row + 6, edge - 3 : 180] = 1
    stays = beyond_arms(scene, fit, cover)
    assert stays[row, edge - 2] < 0.05
    assert stays[row, round(float(x)) : 180].min() > 0.95
    cover[row - 6 : row + 6, 20:180] = 1
    assert beyond_arms(scene, fit, cover)[row, :150].min() == 1


def test_wrinkles_in_a_sleeves_outline_make_no_notches_in_the_arm() -> None:
    body = drawn_body()
    height, width = body.labels.shape
    clothes = Wardrobe((Label.TOP, Label.ONE_PIECE), (Label.HAIR, Label.OTHER))
    scene = prepare(drawn_photo(body), body, clothes, Box(0, 0, width, height))
    fit = Fit({}, {}, (1.0, 1.0), {"left": 0.3 * UNIT, "right": 0.3 * UNIT})
    whole = bare_arms(scene, fit, plain_texture())[0][0]
    row = round(float(scene.arms["left"].limb.at(np.array([0.6 * body.arms["left"].length]))[0, 1]))
    edge = whole.left + int(np.argmax(whole.alpha[row - whole.top] > 0.9))
    wrinkled = scene.fading.copy()
    wrinkled[row, : edge + 3] = 0
    folded = bare_arms(replace(scene, fading=wrinkled), fit, plain_texture())[0][0]
    assert folded.alpha[row - folded.top, edge + 1 - folded.left] > 0.9
