"""The gap between the legs of flat trousers, and where it lies on the person."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.unit.engines.warp.drawn_person import UNIT, drawn_body
from vesture.core.task import Picture
from vesture.engines.warp.body.legs import seen_crotch
from vesture.engines.warp.fit.crotch import pointed_crotch
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.types import Garment, Part
from vesture.vision.parsing.parse import Label

BLUE = (60, 90, 150)


@pytest.fixture(scope="module")
def blunt() -> Garment:
    """Trousers whose mask ends the gap between the legs bluntly."""
    canvas = np.full((900, 520, 3), 252, np.uint8)
    cv2.fillPoly(canvas, [np.array([(90, 60), (430, 60), (450, 860), (70, 860)], np.int32)], BLUE)
    cv2.fillPoly(canvas, [np.array([(243, 330), (277, 330), (310, 880), (210, 880)], np.int32)], (252, 252, 252))
    return understand(Picture(canvas), "bottoms")


def gap_width(garment: Garment, below: float) -> int:
    """Columns of the gap in a row so far below the crotch."""
    row = round(float(garment.points["crotch"][1]) + below)
    middle = garment.alpha[row, 100:-100]
    return int((middle < 0.5).sum())


def test_a_blunt_gap_is_drawn_to_a_point(blunt: Garment) -> None:
    pointed = pointed_crotch(blunt)
    assert gap_width(blunt, 8) > 25
    assert gap_width(pointed, 8) < 12
    assert gap_width(pointed, 300) == gap_width(blunt, 300)
    widths = [gap_width(pointed, below) for below in (5, 20, 40, 60, 80)]
    assert widths == sorted(widths)


def test_what_closes_it_is_cloth_of_the_legs(blunt: Garment) -> None:
    pointed = pointed_crotch(blunt)
    added = (pointed.alpha > 0.9) & (blunt.alpha < 0.1)
    assert added.sum() > 100
    assert np.abs(pointed.rgb[added].astype(int) - BLUE).max() < 12
    low = np.arange(len(added))[:, None] > blunt.points["crotch"][1] + 2
    assert set(np.unique(pointed.parts[added & low])) == {int(Part.LEFT_LEG), int(Part.RIGHT_LEG)}
    for side, sign in (("left", -1), ("right", 1)):
        edge = pointed.curves[f"leg_inner_{side}"]
        assert np.allclose(edge[0], blunt.points["crotch"])
        assert (sign * np.diff(edge[:20, 0]) >= -1e-6).all()


def test_skirts_and_worn_trousers_stay_as_they_are(blunt: Garment) -> None:
    worn = replace(blunt, photo_type="model")
    assert pointed_crotch(worn) is worn
    skirt = replace(blunt, points={k: v for k, v in blunt.points.items() if k != "crotch"})
    assert pointed_crotch(skirt) is skirt


@pytest.mark.parametrize("aside", [-12, 0, 12])
def test_the_crotch_is_where_the_gap_begins(aside: int) -> None:
    body = drawn_body()
    row = round(float(body.neck[1]) + body.torso + 0.4 * UNIT)
    labels = body.labels.copy()
    gap = np.array([(150 + aside, row), (150 + aside + 14, 405), (150 + aside - 14, 405)], np.int32)
    cv2.fillPoly(labels, [gap], int(Label.BACKGROUND))
    u, v = seen_crotch(replace(body, labels=labels))
    seen = body.point(u, v)[0]
    assert abs(seen[0] - (150 + aside)) < 0.04 * UNIT
    assert abs(seen[1] - row) < 0.05 * UNIT
