"""Grain and unevenness of painted skin, and the light that scenes spill over its edges."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import SHAPE, SKIN, UNIT, drawn_body, drawn_photo, plain_texture

from vesture.engines.warp.body.relief import LEG
from vesture.engines.warp.body.silhouettes import limb_zone
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.complexion import to_lab
from vesture.engines.warp.undress.skin import bare_limb, painted_limb
from vesture.engines.warp.undress.skin_texture import skin_texture
from vesture.vision.parsing.parse import Label


def test_hairs_make_no_grain() -> None:
    noise = np.random.default_rng(3).standard_normal((*SHAPE, 1), dtype=np.float32)
    photo = 150 + 0.5 * noise + np.zeros((*SHAPE, 3), np.float32)
    hairy = photo.copy()
    hairy[::30] -= 60

    def grain(picture: np.ndarray) -> float:
        texture = skin_texture(picture, np.ones(SHAPE, bool), Coarse.of(picture, UNIT), np.random.default_rng(2))
        return float(texture.grain.std())

    assert grain(hairy) < 1.6 * grain(photo)


@pytest.mark.parametrize("noise", [0.3, 1.0])
def test_painted_skin_has_the_grain_of_the_skin_that_is_seen(noise: float) -> None:
    body = drawn_body()
    generator = np.random.default_rng(4)
    photo = np.full((*SHAPE, 3), 150, np.float32)
    photo += noise * generator.standard_normal((*SHAPE, 1), dtype=np.float32)
    skin = body.labels == Label.SKIN
    made = 150 * skin_texture(photo, skin, Coarse.of(photo, UNIT), generator).grain
    fine = made - cv2.GaussianBlur(made, (0, 0), 1.5)
    assert 0.35 * noise < float(fine.std()) < 1.1 * noise


def test_skin_is_uneven_in_light_and_colour_but_has_no_spots() -> None:
    photo = drawn_photo(drawn_body()).astype(np.float32)
    mottling = skin_texture(photo, np.ones(SHAPE, bool), Coarse.of(photo, UNIT), np.random.default_rng(5)).mottling
    lab = to_lab((np.float32(SKIN) * mottling).reshape(-1, 3))
    lightness, red, yellow = lab.std(axis=0)
    assert 0.6 < lightness < 2
    assert 0.3 < min(red, yellow) < max(red, yellow) < 1.2
    assert np.ptp(cv2.GaussianBlur(mottling, (0, 0), 8).mean(-1)) < 0.06


def _painted_leg(wall: tuple[int, int, int], skin: tuple[int, int, int] = SKIN) -> np.ndarray:
    """Lightness (32,) from the inner to the outer edge of a leg's middle, before a wall."""
    body = drawn_body()
    photo = np.full((*SHAPE, 3), wall, np.float32)
    nothing = np.zeros(SHAPE, bool)
    limb = replace(body.legs["right"], outer=1.6 * body.legs["right"].natural)
    leg = bare_limb(limb, LEG, nothing, UNIT, 0.0, 1.0)
    zone = limb_zone(SHAPE, leg.limb, 0, leg.limb.length)
    around = np.ones(SHAPE, bool)
    around[:, 145:190] = False
    tone = to_lab(np.float32([skin]))[0]
    seen = nothing, around
    patch = painted_limb(leg, (tone, tone), Coarse.of(photo, UNIT), *seen, zone, plain_texture(), UNIT)
    assert patch is not None
    row = patch.rgb[np.flatnonzero((patch.alpha > 0.9).any(1))[100]]
    full = np.flatnonzero(patch.alpha[np.flatnonzero((patch.alpha > 0.9).any(1))[100]] > 0.99)
    return np.asarray(row[full].mean(-1))


def test_a_bright_wall_lights_the_edges_of_a_limb_and_a_dark_one_does_not() -> None:
    bright, middling, dark = (_painted_leg(wall) for wall in ((255, 255, 255), (100, 100, 100), (20, 20, 20)))
    np.testing.assert_allclose(dark, middling)
    middle = len(dark) // 2
    assert abs(bright[middle] - dark[middle]) < 3
    assert bright[-2] > dark[-2] + 15
    assert bright[1] > dark[1] + 8


def test_a_bright_wall_lights_dark_skin_no_more_than_light_skin() -> None:
    gained = []
    for skin in (SKIN, (110, 70, 55)):
        bright, dark = (_painted_leg(wall, skin) for wall in ((255, 255, 255), (20, 20, 20)))
        gained.append(float((bright - dark)[-4:].mean()))
    assert gained[1] == pytest.approx(gained[0], rel=0.2)
