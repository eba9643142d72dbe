"""Backdrop in the shadow between two legs does not pass for cloth."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vesture.core.task import Picture
from vesture.vision.garment.crotch import open_crotch
from vesture.vision.garment.cutout import Cutout, cut_out
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
