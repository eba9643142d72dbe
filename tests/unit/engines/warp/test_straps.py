"""Straps of dungarees: laid out evenly, and over the shoulders of the person."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.unit.engines.warp.drawn_person import UNIT, drawn_body
from vesture.engines.warp.body.figure import SIDES, SIGN, Floats
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.engines.warp.fit.strap_layout import laid_straps
from vesture.vision.garment.types import Garment, Part

BLUE, BACK = (60, 90, 150), (150, 170, 200)
TOP, BIB, WAIST, CROTCH, HEM = 40, 200, 360, 560, 960
STRAP = 34  # pixels


def mirrored(outline: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(400 - x, y) for x, y in outline]


def edge(*corners: tuple[int, int]) -> Floats:
    """A curve of many points through corners."""
    ends = np.array(corners, float)
    steps = np.linspace(0, len(ends) - 1, 20 * (len(ends) - 1) + 1)
    return np.stack([np.interp(steps, np.arange(len(ends)), ends[:, k]) for k in (0, 1)], 1).astype(np.float32)


@pytest.fixture(scope="module")
def dungarees() -> Garment:
    """Flat, with slanting straps that end above the bib, and the back between them."""
    rgb = np.full((1000, 400, 3), 255, np.uint8)
    cover = np.zeros((1000, 400), np.uint8)
    strap = [(90, TOP), (90 + STRAP, TOP), (110 + STRAP, BIB - 16), (110, BIB - 16)]
    back = [(125, TOP), (275, TOP), (240, BIB), (160, BIB)]
    opening = [(140, TOP - 2), (260, TOP - 2), (200, BIB - 30)]
    leg = [(40, WAIST), (200, WAIST), (200, CROTCH), (170, HEM), (50, HEM)]
    bib = [(110, BIB), (290, BIB), (300, 300), (360, WAIST), (40, WAIST), (100, 300)]
    for outline, colour in ((back, BACK), (opening, None), (strap, BLUE), (mirrored(strap), BLUE), (bib, BLUE)):
        cv2.fillPoly(cover, [np.array(outline, np.int32)], 0 if colour is None else 1)
        cv2.fillPoly(rgb, [np.array(outline, np.int32)], colour or (255, 255, 255))
    for outline in (leg, mirrored(leg)):
        cv2.fillPoly(cover, [np.array(outline, np.int32)], 1)
        cv2.fillPoly(rgb, [np.array(outline, np.int32)], BLUE)
    parts = cover * np.uint8(Part.TORSO)
    parts[CROTCH:, :200] *= np.uint8(Part.LEFT_LEG)
    parts[CROTCH:, 200:] *= np.uint8(Part.RIGHT_LEG)
    points = {"crotch": (200, CROTCH), "neck_front": (200, BIB - 30)}
    curves = {"neckline": edge((140, TOP), (200, BIB - 30), (260, TOP))}
    for side, sign in SIGN.items():

        def at(x: int, y: int, sign: float = sign) -> tuple[int, int]:
            return (x, y) if sign < 0 else (400 - x, y)

        points |= {f"shoulder_{side}": at(90, TOP), f"collar_{side}": at(140, TOP), f"armpit_{side}": at(40, WAIST)}
        points |= {f"leg_cuff_outer_{side}": at(50, HEM), f"leg_cuff_inner_{side}": at(170, HEM)}
        curves[f"shoulder_{side}"] = edge(at(140, TOP), at(90, TOP))
        curves[f"armhole_{side}"] = edge(at(90, TOP), at(110, BIB), at(100, 300), at(40, WAIST))
        curves[f"side_{side}"] = edge(at(40, WAIST), at(40, CROTCH), at(50, HEM))
        curves[f"leg_inner_{side}"] = edge(at(200, CROTCH), at(170, HEM))
    arrays = {name: np.array(place, np.float32) for name, place in points.items()}
    return Garment(rgb, cover.astype(np.float32), parts, "jumpsuit", "flat-lay", arrays, curves)


def test_the_back_goes_and_straps_are_even(dungarees: Garment) -> None:
    laid = laid_straps(dungarees)
    assert dungarees.alpha[TOP + 100, 160] == 1  # the back
    for row in (TOP + 5, TOP + 80, BIB - 5):
        cloth = laid.alpha[row] > 0.5
        assert np.abs(np.diff(np.flatnonzero(np.diff(np.r_[0, cloth, 0])))[[0, 2]] - STRAP).max() <= 3
        assert not cloth[160:240].any()
        assert np.abs(laid.rgb[row, cloth].astype(int) - BLUE).max() < 12
    assert (laid.alpha[BIB + 5 :] == dungarees.alpha[BIB + 5 :]).all()
    assert (laid.parts[TOP : BIB - 2][laid.alpha[TOP : BIB - 2] > 0.5] == Part.TORSO).all()


def test_they_begin_at_the_corners_of_the_bib(dungarees: Garment) -> None:
    laid = laid_straps(dungarees)
    for side, corner in (("left", 110), ("right", 290)):
        outer, foot = laid.curves[f"strap_{side}"][:2]
        assert abs(foot[0] - corner) < 0.3 * STRAP
        assert abs(foot[1] - BIB) < 4
        assert outer[1] == pytest.approx(TOP, abs=2)


def test_other_garments_stay_as_they_are(dungarees: Garment) -> None:
    worn = replace(dungarees, photo_type="model")
    assert laid_straps(worn) is worn
    dress = replace(dungarees, kind="dress")
    assert laid_straps(dress) is dress
    solid = dungarees.alpha.copy()
    solid[TOP:BIB, 90:310] = 1  # no straps at all
    whole = replace(dungarees, alpha=solid)
    assert laid_straps(whole) is whole


def test_straps_run_over_the_shoulders_near_the_neck(dungarees: Garment) -> None:
    body = drawn_body()
    torso = fit_garment(body, laid_straps(dungarees)).handles[int(Part.TORSO)]
    laid = laid_straps(dungarees)
    for side in SIDES:
        outer, foot, inner_foot, inner = np.asarray(laid.curves[f"strap_{side}"], float)
        ends = [
            torso.target[np.argmin(np.linalg.norm(torso.source - place, axis=1))]
            for place in (outer, inner, foot, inner_foot)
        ]
        out = [SIGN[side] * float(body.coordinates(place)[0, 0]) / UNIT for place in ends]
        assert 0.2 < out[1] < out[0] < 0.45
        widths = np.linalg.norm(ends[0] - ends[1]), np.linalg.norm(ends[2] - ends[3])
        assert widths[0] == pytest.approx(widths[1], rel=0.1)
        line = np.interp(0.5 * (out[0] + out[1]), [0.19, 0.5], [body.neck_foot[side][1], body.tip[side][1]])
        assert abs(ends[0][1] - line) < 0.2 * UNIT
