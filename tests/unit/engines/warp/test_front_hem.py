"""The tail of a shirt's back is not worn in front; stitches and ribs are no tails; lying hems hang level."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_person import drawn_body

from vesture.core.task import Picture
from vesture.engines.warp.cloth.mesh import Handles
from vesture.engines.warp.cloth.placement import curve
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.engines.warp.fit.front_hem import without_back_tail
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.types import Garment, Part

HALF = [(350, 150), (290, 130), (230, 150), (110, 300), (180, 345), (230, 290)]
CLOTH, SHADE = (60, 90, 150), (40, 62, 108)


def shirt(lower: list[tuple[int, int]], lines: list[list[tuple[int, int]]]) -> Garment:
    """A shirt before white whose left half ends in `lower`, with dark `lines` on it, both mirrored."""
    canvas = np.full((700, 700, 3), 252, np.uint8)
    half = [*HALF, *lower]
    outline = [*half, *[(700 - x, y) for x, y in half[-2:0:-1]]]
    cv2.fillPoly(canvas, [np.array(outline, np.int32)], CLOTH, lineType=cv2.LINE_AA)
    for line in lines:
        whole = [*line, *[(700 - x, y) for x, y in line[-2::-1]]]
        cv2.polylines(canvas, [np.array(whole, np.int32)], False, SHADE, 2, lineType=cv2.LINE_AA)
    return understand(Picture(canvas), "tops")


TAIL = [(230, 560), (250, 566), (262, 580), (290, 598), (320, 604), (350, 605)]


def test_a_tail_below_the_front_goes() -> None:
    garment = shirt(TAIL, [[(252, 568), (275, 576), (300, 582), (350, 585)]])
    cut = without_back_tail(garment)
    lost = (garment.alpha > 0.5) & (cut.alpha < 0.5)
    rows = np.flatnonzero(lost.any(axis=1))
    assert lost.sum() > 1500
    assert rows[0] > np.flatnonzero((garment.alpha > 0.5).any(axis=1))[-1] - 50
    lowest = np.flatnonzero(cut.alpha[:, cut.alpha.shape[1] // 2] > 0.5)[-1]
    before = np.flatnonzero(garment.alpha[:, garment.alpha.shape[1] // 2] > 0.5)[-1]
    assert 14 < before - lowest < 28
    assert abs(curve(cut, "hem", 25)[12, 1] - lowest) < 4
    assert not cut.parts[lost & (cut.alpha == 0)].any()


@pytest.mark.parametrize(
    "lines", [[], [[(231, 582), (350, 585)]], [[(231, 540), (350, 545)]], [[(240, 560), (260, 470), (350, 430)]]]
)
def test_plain_stitched_and_ribbed_hems_stay(lines: list[list[tuple[int, int]]]) -> None:
    garment = shirt([(230, 600), (350, 605)], lines)
    assert without_back_tail(garment) is garment


def hem_of(fit_handles: Handles, garment: Garment) -> np.ndarray:
    """Where the places of the hem (n, 2) are to lie."""
    hem = curve(garment, "hem", 25)
    near = np.linalg.norm(fit_handles.source[:, None] - hem[None], axis=2).min(1) < 0.5
    low = near & (fit_handles.target[:, 1] > fit_handles.target[near, 1].max() - 30)
    return np.asarray(fit_handles.target[low])


def test_the_waves_of_a_lying_hem_hang_level() -> None:
    garment = shirt([(230, 600), (260, 612), (290, 570), (350, 560)], [])
    target = hem_of(fit_garment(drawn_body(), garment).handles[int(Part.TORSO)], garment)
    assert len(target) > 15
    assert np.ptp(target[:, 1]) < 6


def test_a_hem_that_is_cut_round_stays_round() -> None:
    garment = shirt([(230, 560), (260, 580), (300, 600), (350, 605)], [])
    target = hem_of(fit_garment(drawn_body(), garment).handles[int(Part.TORSO)], garment)
    order = np.argsort(target[:, 0])
    rows = target[order, 1]
    assert rows[len(rows) // 2] - (rows[0] + rows[-1]) / 2 > 6
