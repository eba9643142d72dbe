"""Backdrop in the shadow between two legs does not pass for cloth."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vesture.core.task import Picture
from vesture.vision.garment.crotch import open_crotch
from vesture.vision.garment.cutout import Cutout, cut_out
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.mask import separate

CLOTH = (40, 44, 52)


def trousers(wedge: tuple[int, int, int] | None) -> Picture:
    """Dark trousers before white whose gap has a strip of `wedge` on top, 12 pixels wide, from row 300 to 330."""
    canvas = np.full((900, 520, 3), 245, np.uint8)
    left = [(130, 60), (260, 60), (260, 300), (254, 300), (254, 330), (215, 860), (85, 860)]
    for outline in (left, [(520 - x, y) for x, y in left]):
        cv2.fillPoly(canvas, [np.array(outline, np.int32)], CLOTH)
    if wedge is not None:
        canvas[300:331, 254:267] = wedge
    noise = np.random.default_rng(5).normal(0, 2, canvas.shape)
    return Picture(np.clip(canvas + noise, 0, 255).astype(np.uint8))


def with_wedge_kept(picture: Picture) -> Cutout:
    """Cut out as if all between waistband and gap were cloth."""
    mask = separate(picture)
    scale = mask.scale
    region = mask.region.copy()
    region[round(295 * scale) : round(331 * scale), round(250 * scale) : round(270 * scale)] = True
    return cut_out(
        picture, type(mask)(**{**{n: getattr(mask, n) for n in mask.__dataclass_fields__}, "region": region})
    )


def covered(cutout: Cutout, columns: slice, rows: slice) -> float:
    """Mean coverage of a box given in the picture's pixels."""
    corners = cutout.frame.to_garment(np.array([[columns.start, rows.start], [columns.stop, rows.stop]], float))
    (left, top), (right, bottom) = np.rint(corners).astype(int)
    return float(cutout.alpha[top:bottom, left:right].mean())


@pytest.mark.parametrize("shade", [(150, 150, 146), (190, 188, 184)])
def test_shaded_backdrop_above_the_gap_is_taken_out(shade) -> None:
    kept = with_wedge_kept(trousers(shade))
    assert covered(kept, slice(257, 264), slice(308, 326)) > 0.5
    opened = open_crotch(kept)
    assert covered(opened, slice(257, 264), slice(308, 326)) < 0.1
    assert covered(opened, slice(120, 245), slice(250, 400)) > 0.99
    assert covered(opened, slice(240, 280), slice(240, 290)) > 0.99
    assert opened.region.sum() < kept.region.sum()


def test_cloth_above_the_gap_stays() -> None:
    kept = with_wedge_kept(trousers(CLOTH))
    opened = open_crotch(kept)
    assert np.abs(opened.alpha - kept.alpha).max() < 0.02


def test_a_garment_without_a_gap_stays() -> None:
    canvas = np.full((500, 500, 3), 245, np.uint8)
    cv2.rectangle(canvas, (120, 60), (380, 440), (40, 44, 52), -1)
    picture = Picture(canvas)
    cutout = cut_out(picture, separate(picture))
    assert open_crotch(cutout) is cutout


def closed_shorts(length: int, turn: int) -> Picture:
    """Shorts 300 wide whose legs touch: their hems lie `turn` lower in the middle than at the sides."""
    canvas = np.full((700, 520, 3), 245, np.uint8)
    outline = [(120, 60), (400, 60), (410, 60 + length), (260, 60 + length + turn), (110, 60 + length)]
    cv2.fillPoly(canvas, [np.array(outline, np.int32)], CLOTH)
    return Picture(canvas)


@pytest.mark.parametrize(("length", "turn", "kind"), [(300, 70, "trousers"), (300, 20, "skirt"), (150, 70, "skirt")])
def test_hems_that_meet_in_a_point_are_those_of_closed_legs(length: int, turn: int, kind: str) -> None:
    garment = understand(closed_shorts(length, turn), "bottoms")
    assert garment.kind == kind
    if kind == "trousers":
        waist = garment.points["waist_left"][1]
        assert garment.points["crotch"][1] - waist == pytest.approx(0.66 * 290, rel=0.08)
        assert garment.points["cuff_inner_left"][1] - waist > 300
        assert float(garment.alpha[round(waist) + 280, garment.alpha.shape[1] // 2]) > 0.99  # cloth stays cloth


def test_trousers_that_touch_far_down_part_at_the_crotch() -> None:
    canvas = np.full((900, 520, 3), 245, np.uint8)
    cv2.fillPoly(canvas, [np.array([(130, 60), (390, 60), (400, 860), (120, 860)], np.int32)], CLOTH)
    cv2.fillPoly(canvas, [np.array([(260, 420), (330, 870), (190, 870)], np.int32)], (245, 245, 245))
    garment = understand(Picture(canvas), "bottoms")
    assert garment.points["crotch"][1] - garment.points["waist_left"][1] == pytest.approx(0.85 * 264, rel=0.05)
    top = round(garment.points["waist_left"][1])
    middle = round(garment.points["crotch"][0])
    assert garment.alpha[top + 340, middle] < 0.1  # between the crotch and the top of the gap that was seen
    assert garment.alpha[top + 340, [middle - 25, middle + 25]].min() > 0.99
