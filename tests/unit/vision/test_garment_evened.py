"""Shade on drawn cloth, whose even colour is known, and prints on it, which have to stay."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vesture.core.task import Picture as Photo
from vesture.vision.garment.evened import evened, exposed
from vesture.vision.garment.landmarks import understand

HEIGHT, WIDTH = 600, 480
BEIGE, GREY, WHITE, RED = (176, 160, 132), (150, 152, 156), (225, 225, 222), (190, 40, 50)
Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]


def lit(cloth: tuple[int, int, int], light: Floats) -> Picture:
    """Cloth (HEIGHT, WIDTH, 3) in a light, with the noise of a photo."""
    noise = np.random.default_rng(5).normal(0, 1.5, (HEIGHT, WIDTH, 1))
    return np.clip(np.float32(cloth) * light[..., None] + noise, 0, 255).astype(np.uint8)


def shadow(depth: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Light with a shadow thrown on the lower left, and where that is."""
    inside = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(inside, (170, 420), (90, 130), 20, 0, 360, 1, -1)
    return np.asarray(1 - depth * cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 4)), inside > 0


def whole() -> Floats:
    return np.ones((HEIGHT, WIDTH), np.float32)


@pytest.mark.parametrize("cloth", [BEIGE, GREY, WHITE, RED])
def test_a_shadow_thrown_on_plain_cloth_grows_paler(cloth: tuple[int, int, int]) -> None:
    light, inside = shadow(0.35)
    picture = lit(cloth, light)
    result = evened(picture, whole())
    core = cv2.erode(inside.astype(np.uint8), np.ones((31, 31))) > 0
    lost, left = (np.mean(cloth) - shown[core].mean() for shown in (picture, result))
    assert left < 0.72 * lost
    outside = cv2.dilate(inside.astype(np.uint8), np.ones((61, 61))) == 0
    assert np.abs(result[outside].astype(int) - picture[outside]).mean() < 1.5


def test_the_light_of_a_well_lit_garment_is_left_alone() -> None:
    fall = np.linspace(1.04, 0.97, WIDTH, dtype=np.float32)
    picture = lit(BEIGE, np.repeat(fall[None], HEIGHT, 0))
    assert np.abs(evened(picture, whole()).astype(int) - picture).mean() < 0.5


def test_a_deep_crease_down_the_cloth_becomes_a_light_one() -> None:
    light = whole()
    light[120:560, 300:309] = 0.22
    crease = light < 0.5
    result = evened(lit(BEIGE, light), whole())
    assert result[crease].mean() > 0.45 * np.mean(BEIGE)
    assert result[crease].mean() < 0.85 * np.mean(BEIGE)


@pytest.mark.parametrize("ink", [(28, 28, 28), (60, 80, 190), (245, 245, 245)])
def test_prints_keep_their_colours(ink: tuple[int, int, int]) -> None:
    plain = lit(GREY, whole())
    picture = plain.copy()
    cv2.putText(picture, "TRY ON", (90, 260), cv2.FONT_HERSHEY_SIMPLEX, 3.0, ink, 14)
    cv2.rectangle(picture, (200, 330), (290, 400), ink, -1)
    printed = (picture != plain).any(2)
    change = np.abs(evened(picture, whole()).astype(int) - picture)
    assert change[printed].mean() < 5
    assert change[~printed].mean() < 0.5


def test_blocks_of_two_colours_are_no_light() -> None:
    picture = lit(GREY, whole())
    picture[: HEIGHT * 2 // 5] = (60, 60, 62)
    assert np.array_equal(evened(picture, whole()), picture)


def test_a_small_pattern_all_over_is_no_shade() -> None:
    picture = lit(WHITE, whole())
    for row in range(10, HEIGHT, 22):
        cv2.putText(picture, "ALL DAY LONG" * 4, (0, row), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (30, 30, 30), 4)
    assert np.array_equal(evened(picture, whole()), picture)


@pytest.mark.parametrize(("lightest", "gain"), [(250, 1.0), (216, 240 / 216), (120, 1.2)])
def test_cloth_of_a_photo_without_anything_light_becomes_lighter(lightest: int, gain: float) -> None:
    scene = np.full((400, 300, 3), 60, np.uint8)
    scene[100:250, 50:200] = lightest
    assert float(exposed(np.full((8, 8, 3), 100, np.uint8), scene).mean()) == pytest.approx(100 * gain, abs=1)


def test_a_speck_of_light_does_not_hide_that_a_photo_is_dark() -> None:
    scene = np.full((400, 300, 3), 180, np.uint8)
    scene[:12, :12] = 255
    assert exposed(scene, scene).mean() > 205


def test_a_white_shirt_on_a_dark_photo_becomes_white() -> None:
    tiles = np.random.default_rng(3).integers(30, 120, (12, 12, 3), np.uint8)  # a carpet: no plain backdrop
    canvas = np.repeat(np.repeat(tiles, 50, axis=0), 50, axis=1)
    body = [(200, 100), (400, 100), (520, 220), (460, 270), (410, 230), (410, 520), (190, 520), (190, 230), (140, 270)]
    cv2.fillPoly(canvas, [np.array([*body, (80, 220)], np.int32)], (186, 186, 184))
    garment = understand(Photo(canvas), "tops")
    assert np.median(garment.rgb[garment.alpha > 0.99]) > 215
