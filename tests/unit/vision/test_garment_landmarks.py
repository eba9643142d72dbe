"""Landmarks of drawn garments, whose true points are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vesture.core.task import Category, Picture
from vesture.errors import GarmentNotFound
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.types import Garment, Part

SIZE = 640
BACKDROP = (236, 236, 234)
BLUE = (52, 84, 150)

# Left halves of outlines as (x from the axis, y), top centre first; the other half is their mirror image.
TEE = [(58, 70), (150, 108), (235, 225), (175, 262), (138, 205), (138, 560), (0, 560)]
LONG = [(55, 70), (135, 100), (170, 180), (215, 500), (165, 508), (128, 230), (128, 540), (0, 540)]
HANGING = [(55, 70), (135, 95), (170, 180), (182, 520), (140, 522), (128, 470), (126, 545), (0, 545)]
TANK = [(70, 62), (112, 66), (100, 160), (140, 220), (136, 560), (0, 560)]
TROUSERS = [(90, 60), (118, 180), (125, 590), (45, 590), (0, 230)]
SKIRT = [(80, 90), (170, 420), (0, 430)]
DUNGAREES = [(44, 50), (64, 50), (66, 180), (110, 280), (116, 600), (24, 600), (0, 360)]


def draw(
    left_half: list[tuple[int, int]],
    *,
    colour: tuple[int, int, int] = BLUE,
    backdrop: tuple[int, int, int] = BACKDROP,
    shadow: float = 0.25,
    neck: int | None = 40,
    turned: float = 0.0,
    seed: int = 3,
) -> Picture:
    """A garment with weave, noise, a soft shadow and, for `neck` (depth in pixels), a darker inner back."""
    centre = SIZE // 2
    right = [(centre + x, y) for x, y in left_half]
    left = [(centre - x, y) for x, y in reversed(left_half)]
    outline = np.int32(right + left)
    rows = np.random.default_rng(seed)
    shape = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(shape, [outline], 255, cv2.LINE_AA)
    front = np.full((SIZE, SIZE, 3), colour, np.float32)
    front += rows.normal(0, 3, (SIZE, SIZE, 1)) + 3 * np.sin(np.arange(SIZE) / 2.0)[None, :, None]
    if neck is not None:
        wide = left_half[0][0]
        inner = np.zeros((SIZE, SIZE), np.uint8)
        cv2.ellipse(inner, (centre, left_half[0][1]), (wide, neck), 0, 0, 180, 255, -1, cv2.LINE_AA)
        share = inner[..., None] / 255.0
        front = front * (1 - 0.35 * share)
    alpha = shape[..., None] / 255.0
    ground = np.full((SIZE, SIZE, 3), backdrop, np.float32)
    cast = cv2.GaussianBlur(np.roll(shape, (8, 5), (0, 1)).astype(np.float32) / 255.0, (0, 0), 9)
    ground *= 1 - shadow * cast[..., None]
    picture = front * alpha + ground * (1 - alpha) + rows.normal(0, 0.8, (SIZE, SIZE, 3))
    if turned:
        matrix = cv2.getRotationMatrix2D((centre, centre), turned, 0.8)
        picture = cv2.warpAffine(picture, matrix, (SIZE, SIZE), borderMode=cv2.BORDER_REPLICATE)
    return Picture(np.clip(np.round(picture), 0, 255).astype(np.uint8))


def measured(garment: Garment, half: list[tuple[int, int]]) -> dict[str, np.ndarray]:
    """Points in the drawing's pixels: the crop is undone by its margin and the drawing's own bounds."""
    rows, columns = np.nonzero(garment.alpha.max(1) > 0.5)[0], np.nonzero(garment.alpha.max(0) > 0.5)[0]
    low = max(y for _, y in half)
    wide = max(x for x, _ in half)
    scale = 2 * wide / (columns[-1] - columns[0] + 1)
    middle = (columns[0] + columns[-1]) / 2
    return {
        name: np.array([SIZE / 2 + (point[0] - middle) * scale, low + (point[1] - rows[-1]) * scale])
        for name, point in garment.points.items()
    }


def assert_near(found: dict[str, np.ndarray], name: str, x: float, y: float, tolerance: float = 14) -> None:
    for side, sign in (("left", -1), ("right", 1)):
        miss = np.hypot(found[f"{name}_{side}"][0] - (SIZE / 2 + sign * x), found[f"{name}_{side}"][1] - y)
        assert miss < tolerance, f"{name}_{side} is {miss:.1f} px off"


@pytest.mark.parametrize("colour", [BLUE, (24, 24, 26), (150, 40, 40), (128, 128, 126)])
def test_points_of_a_t_shirt(colour: tuple[int, int, int]) -> None:
    garment = understand(draw(TEE, colour=colour), "tops")
    found = measured(garment, TEE)
    assert garment.kind == "top"
    assert garment.has_sleeves
    assert_near(found, "collar", 58, 70)
    assert_near(found, "armpit", 138, 205)
    assert_near(found, "cuff_outer", 235, 225)
    assert_near(found, "cuff_inner", 175, 262)
    assert_near(found, "hem", 138, 560)
    assert abs(found["neck_front"][1] - 110) < 12


def test_a_white_t_shirt_on_white() -> None:
    picture = draw(TEE, colour=(246, 246, 247), backdrop=(238, 238, 237), shadow=0.12)
    found = measured(understand(picture, "tops"), TEE)
    assert_near(found, "armpit", 138, 205, 18)
    assert_near(found, "hem", 138, 560, 18)


def test_a_turned_t_shirt_is_set_upright() -> None:
    garment = understand(draw(TEE, turned=18), "tops")
    slope = garment.points["hem_right"] - garment.points["hem_left"]
    assert abs(np.degrees(np.arctan2(slope[1], slope[0]))) < 2.5
    ratio = np.linalg.norm(garment.points["armpit_right"] - garment.points["armpit_left"]) / np.linalg.norm(slope)
    assert 0.9 < ratio < 1.1


def test_long_sleeves_with_gaps() -> None:
    found = measured(understand(draw(LONG), "tops"), LONG)
    assert_near(found, "armpit", 128, 230, 18)
    assert_near(found, "cuff_outer", 215, 500)
    assert_near(found, "hem", 128, 540)


def test_sleeves_that_lie_on_the_body_are_cut_off_it() -> None:
    picture = draw(HANGING)
    rgb = picture.rgb.copy()
    for sign in (-1, 1):  # the seam where the sleeve meets the body
        cv2.line(rgb, (320 + sign * 128, 470), (320 + sign * 126, 210), (30, 50, 95), 2, cv2.LINE_AA)
    garment = understand(Picture(rgb), "tops")
    found = measured(garment, HANGING)
    assert garment.has_sleeves
    assert_near(found, "hem", 126, 545, 18)
    for side in ("left", "right"):
        assert 150 < found[f"armpit_{side}"][1] < 330
    sleeves = (garment.parts == Part.LEFT_SLEEVE) | (garment.parts == Part.RIGHT_SLEEVE)
    assert 0.08 < sleeves.sum() / (garment.parts > 0).sum() < 0.4


def test_a_tank_top_has_no_sleeves() -> None:
    garment = understand(draw(TANK, neck=70), "tops")
    found = measured(garment, TANK)
    assert not garment.has_sleeves
    assert_near(found, "shoulder", 112, 66)
    assert_near(found, "armpit", 140, 220, 22)


def test_trousers() -> None:
    garment = understand(draw(TROUSERS, neck=None), "bottoms")
    found = measured(garment, TROUSERS)
    assert garment.kind == "trousers"
    assert_near(found, "waist", 90, 60)
    assert_near(found, "cuff_outer", 125, 590)
    assert_near(found, "cuff_inner", 45, 590)
    assert abs(found["crotch"][1] - 230) < 34
    assert {int(part) for part in np.unique(garment.parts)} == {0, Part.TORSO, Part.LEFT_LEG, Part.RIGHT_LEG}


def test_skirt() -> None:
    garment = understand(draw(SKIRT, neck=None), "bottoms")
    found = measured(garment, SKIRT)
    assert garment.kind == "skirt"
    assert_near(found, "waist", 80, 90)
    assert_near(found, "hem", 170, 420)


def test_dungarees() -> None:
    picture = draw(DUNGAREES, neck=None)
    rgb = picture.rgb.copy()
    hole = np.int32([(282, 40), (358, 40), (356, 170), (284, 170)])  # the backdrop between the straps
    cv2.fillPoly(rgb, [hole], BACKDROP)
    garment = understand(Picture(rgb), "one-pieces")
    found = measured(garment, DUNGAREES)
    assert garment.kind == "jumpsuit"
    assert not garment.has_sleeves
    assert_near(found, "leg_cuff_outer", 116, 600)
    assert abs(found["crotch"][1] - 360) < 40
    middle = garment.alpha.shape[1] // 2
    assert garment.alpha[: garment.alpha.shape[0] // 8, middle - 5 : middle + 5].max() < 0.2


def test_everything_inside_the_garment_has_a_part_and_the_opening_has_none() -> None:
    garment = understand(draw(TEE), "tops")
    assert (garment.parts[garment.alpha > 0.5] > 0).all()
    neck = garment.points["neck_front"]
    above = garment.alpha[: int(neck[1]) - 6, int(neck[0])]
    below = garment.alpha[int(neck[1]) + 6 : int(neck[1]) + 40, int(neck[0])]
    assert above.max() < 0.1
    assert below.min() > 0.9


@pytest.mark.parametrize("grain", [0.0, 2.0])
def test_an_empty_picture_holds_no_garment(grain: float) -> None:
    noise = np.random.default_rng(1).normal(0, grain, (300, 300, 3))
    picture = Picture(np.clip(235 + noise, 0, 255).astype(np.uint8))
    with pytest.raises(GarmentNotFound) as caught:
        understand(picture, "tops")
    assert caught.value.field == "garment_image"


@pytest.mark.parametrize("category", ["tops", "one-pieces"])
def test_trousers_asked_as_something_else_are_refused(category: Category) -> None:
    with pytest.raises(GarmentNotFound, match="looks like trousers"):
        understand(draw(TROUSERS, neck=None), category)


def test_a_t_shirt_asked_as_trousers_is_refused() -> None:
    with pytest.raises(GarmentNotFound, match="looks like a top"):
        understand(draw(TEE), "bottoms")


def test_a_hood_that_is_up_is_left_out() -> None:
    hood = [
        (30, 60),
        (70, 110),
        (74, 160),
        (52, 190),
        (150, 220),
        (190, 520),
        (150, 528),
        (128, 330),
        (126, 580),
        (0, 580),
    ]
    garment = understand(draw(hood, neck=None), "tops")
    found = measured(garment, hood)
    assert garment.has_sleeves
    assert_near(found, "collar", 52, 190, 24)
    assert_near(found, "hem", 126, 580, 18)
    assert (
        garment.alpha[: round(min(garment.points["collar_left"][1], garment.points["collar_right"][1])) - 8].max() < 0.2
    )
