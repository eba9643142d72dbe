"""Masks of drawn garments, whose true outline is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vesture.core.task import Picture
from vesture.errors import GarmentNotFound
from vesture.vision.garment.look import Look
from vesture.vision.garment.mask import GarmentMask, separate

SIZE = 480
RIGHT = [(280, 60), (345, 85), (410, 170), (370, 200), (340, 160), (340, 430)]
TEE = np.int32([*RIGHT, *((SIZE - x, y) for x, y in reversed(RIGHT))])


def outline() -> NDArray[np.uint8]:
    mask = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(mask, [TEE], 255, cv2.LINE_AA)
    return mask


def laid(ground: NDArray, colour: tuple[int, int, int], shadow: float = 0.3) -> Picture:
    """The T-shirt in `colour` on `ground` (h, w, 3), with a soft shadow."""
    noise = np.random.default_rng(5)
    alpha = outline()[..., None] / 255.0
    cast = cv2.GaussianBlur(np.roll(outline(), (7, 4), (0, 1)) / 255.0, (0, 0), 7)
    shaded = ground * (1 - shadow * cast[..., None])
    cloth = np.float32(colour) + noise.normal(0, 3, (SIZE, SIZE, 1))
    picture = cloth * alpha + shaded * (1 - alpha) + noise.normal(0, 0.7, (SIZE, SIZE, 3))
    return Picture(np.clip(np.round(picture), 0, 255).astype(np.uint8))


def edge(picture: Picture, mask: GarmentMask) -> NDArray[np.float32]:
    return mask.soft(picture.rgb, (0, 0, picture.width, picture.height))


def overlap(alpha: NDArray[np.float32]) -> float:
    found, truth = alpha > 0.5, outline() > 127
    return float((found & truth).sum() / (found | truth).sum())


def plain(level: float, slope: float = 0.0) -> NDArray:
    rows = np.linspace(-0.5, 0.5, SIZE)[:, None, None]
    return np.ones((SIZE, SIZE, 3)) * (level + slope * rows)


def boards() -> NDArray:
    noise = np.random.default_rng(9)
    columns = np.arange(SIZE) // 60
    tone = noise.uniform(0.75, 1.15, 9)[columns][None, :, None] * np.float32([150, 108, 70])
    grain = cv2.GaussianBlur(noise.normal(0, 1, (SIZE, SIZE)), (0, 0), sigmaX=1, sigmaY=12)[..., None] * 25
    return np.clip(tone + grain, 0, 255)


@pytest.mark.parametrize("colour", [(40, 70, 150), (20, 20, 22), (120, 120, 118), (200, 60, 60)])
def test_shadows_on_a_plain_backdrop_stay_outside(colour: tuple[int, int, int]) -> None:
    picture = laid(plain(236, 8), colour)
    found = separate(picture)
    assert found.source == "plain"
    assert overlap(edge(picture, found)) > 0.965


def test_white_on_white() -> None:
    picture = laid(plain(240), (250, 250, 250), 0.1)
    assert overlap(edge(picture, separate(picture))) > 0.93


def test_a_busy_backdrop() -> None:
    picture = laid(boards(), (60, 90, 170))
    found = separate(picture)
    assert found.source == "busy"
    assert overlap(edge(picture, found)) > 0.95


def test_the_edge_is_soft_and_within_range() -> None:
    picture = laid(plain(236), (40, 70, 150))
    alpha = edge(picture, separate(picture))
    assert alpha.dtype == np.float32
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    assert ((alpha > 0.1) & (alpha < 0.9)).sum() > 100


def test_backdrop_seen_through_a_gap_is_removed() -> None:
    picture = laid(plain(236), (40, 70, 150))
    rgb = picture.rgb.copy()
    cv2.ellipse(rgb, (240, 120), (30, 45), 0, 0, 360, (236, 236, 236), -1)
    alpha = edge(Picture(rgb), separate(Picture(rgb)))
    assert alpha[100:140, 230:250].max() < 0.1


def test_a_cut_out_alpha_is_believed_but_not_its_shadow() -> None:
    alpha = outline().astype(np.float32)
    shadow = np.zeros_like(alpha)
    cv2.ellipse(shadow, (240, 460), (110, 10), 0, 0, 360, 150, -1)
    alpha = np.maximum(alpha, cv2.GaussianBlur(shadow, (0, 0), 4)).astype(np.uint8)
    rgb = np.full((SIZE, SIZE, 3), 60, np.uint8)
    picture = Picture(rgb, alpha)
    found = separate(picture)
    assert found.source == "alpha"
    assert overlap(edge(picture, found)) > 0.985
    assert edge(picture, found)[450:].max() == 0


def test_an_alpha_that_hides_nothing_is_not_a_cut_out() -> None:
    picture = laid(plain(236), (40, 70, 150))
    found = separate(Picture(picture.rgb, np.full((SIZE, SIZE), 255, np.uint8)))
    assert found.source == "plain"
    assert overlap(edge(picture, found)) > 0.965


def test_only_a_backdrop_is_refused() -> None:
    with pytest.raises(GarmentNotFound) as caught:
        separate(Picture(np.full((200, 300, 3), 240, np.uint8)))
    assert caught.value.field == "garment_image"
    assert "plain backdrop" in caught.value.message


def test_a_part_of_the_picture_at_half_its_size_has_the_same_edge() -> None:
    picture = laid(plain(236), (40, 70, 150))
    mask = separate(picture)
    part = cv2.resize(picture.rgb[40:440, 60:420], (180, 200), interpolation=cv2.INTER_AREA)
    expected = cv2.resize(edge(picture, mask)[40:440, 60:420], (180, 200), interpolation=cv2.INTER_AREA)
    difference = np.abs(mask.soft(part, (60, 40, 420, 440)) - expected)
    assert np.mean(difference > 0.5) < 0.001


def belief(picture: Picture, cloth: NDArray[np.uint8]) -> Look:
    """What a network that sees `cloth` (h, w) in [0, 255] would say, as coarsely as one does."""
    scale = 0.4
    blurred = cv2.GaussianBlur(cloth / np.float32(255), (0, 0), 4)
    seen = cv2.resize(blurred, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32)
    parts = np.zeros((7, *seen.shape), np.float32)
    parts[0], parts[1] = 1 - seen, seen
    return Look(parts, (0, 0), scale, {}, {}, {}, {}, {})


def shadowed(ground: NDArray, colour: tuple[int, int, int]) -> Picture:
    """The T-shirt in `colour` with the hard shadow of somebody beside and below it."""
    cast = np.zeros((SIZE, SIZE), np.float32)
    cv2.ellipse(cast, (300, 420), (90, 150), 0, 0, 360, 0.45, -1)
    picture = laid(ground, colour)
    whole = picture.rgb * (1 - cv2.GaussianBlur(cast, (0, 0), 1.2)[..., None])
    return Picture(np.round(whole).astype(np.uint8))


def test_a_hard_shadow_that_the_network_does_not_take_for_cloth_stays_outside() -> None:
    picture = shadowed(plain(225), (150, 60, 60))
    assert overlap(edge(picture, separate(picture))) < 0.88
    assert overlap(edge(picture, separate(picture, belief(picture, outline())))) > 0.95


def test_a_plain_cut_is_kept_where_the_network_hardly_agrees_with_any() -> None:
    picture = laid(plain(236), (40, 70, 150))
    seen = outline()
    for x in range(150, 340, 34):  # it misses small print here and there
        for y in range(110, 420, 34):
            cv2.circle(seen, (x, y), 9, 0, -1)
    assert separate(picture, belief(picture, seen)).source == "plain"


@pytest.mark.parametrize("ground", [(250, 250, 250), (150, 60, 100)])
def test_narrow_notches_of_the_hem_show_no_backdrop(ground: tuple[int, int, int]) -> None:
    truth = np.zeros((900, 900), np.uint8)
    hem = [
        point for x in range(740, 140, -40) for point in ((x, 700 if x > 440 else 706), (x - 20, 708), (x - 21, 700))
    ]
    cv2.fillPoly(truth, [np.int32([(160, 200), (740, 200), *hem])], 1)
    cloth = np.random.default_rng(3).normal(70, 12, (900, 900, 1)) * np.float32([0.9, 1, 1.3])
    rgb = np.where(truth[..., None] > 0, cloth, np.float32(ground)).clip(0, 255).astype(np.uint8)
    small = cv2.resize(truth.astype(np.float32), (225, 225), interpolation=cv2.INTER_AREA)
    region = cv2.GaussianBlur(small, (0, 0), 1.5) > 0.4
    found = GarmentMask(region, 0.25, None, 1.0, "plain").soft(rgb, (0, 0, 900, 900)) > 0.5
    assert (found & (truth == 0)).sum() < 40
    assert (~found & (truth > 0)).sum() < 400
