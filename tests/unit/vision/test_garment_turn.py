"""Turning photos upright, with a network stand-in that knows which corner of the drawing is its head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from vesture.core.task import Picture
from vesture.vision.garment.network import KINDS, NECKS, PART_COUNT, POINT_NAMES, SLEEVES, GarmentReading
from vesture.vision.garment.turn import quarter_turned, turning, upright


@dataclass
class HeadFinder:
    """Sure of a top where the picture's bright edge is above; counts how often it is asked."""

    elsewhere: float
    asked: int = 0

    def read(self, rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None = None) -> GarmentReading:
        del alpha
        self.asked += 1
        head = rgb[: max(1, rgb.shape[0] // 5)].mean() > 200
        sure = 0.9 if head else self.elsewhere
        parts = np.zeros((PART_COUNT, *rgb.shape[:2]), np.float32)
        parts[1] = 1
        points: Mapping[str, NDArray[np.float32]] = dict.fromkeys(POINT_NAMES, np.zeros(2, np.float32))
        kind = {name: 1.0 if name == "top" else 0.0 for name in KINDS}
        return GarmentReading(
            mask=1 - parts[0],
            parts=parts,
            points=points,
            point_confidence=dict.fromkeys(POINT_NAMES, sure),
            kind=kind,
            sleeve=dict.fromkeys(SLEEVES, 0.25),
            neck=dict.fromkeys(NECKS, 1 / len(NECKS)),
            scale=1.0,
        )


def photo() -> Picture:
    rgb = np.full((60, 40, 3), 90, np.uint8)
    rgb[:14] = 250
    return Picture(rgb)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_photo_on_its_side_is_turned_upright(turns: int) -> None:
    given = quarter_turned(photo(), turns)
    found, seen, back = upright(HeadFinder(0.2), given, "tops")  # type: ignore[arg-type]
    assert np.array_equal(found.rgb, photo().rgb)
    assert (turns + back) % 4 == 0
    assert seen.confidence["collar_left"] == pytest.approx(0.9)


def test_a_sure_reading_is_not_questioned() -> None:
    finder = HeadFinder(0.2)
    upright(finder, photo(), "tops")  # type: ignore[arg-type]
    assert finder.asked == 1


def test_what_fits_hardly_better_stays() -> None:
    given = quarter_turned(photo(), 2)
    found, _, back = upright(HeadFinder(0.8), given, "tops")  # type: ignore[arg-type]
    assert back == 0
    assert found is given


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_positions_turn_with_the_picture(turns: int) -> None:
    rgb = np.zeros((5, 8, 3), np.uint8)
    rgb[1, 6] = 255
    turned = quarter_turned(Picture(rgb), turns).rgb
    matrix = turning(8, 5, turns)
    x, y = matrix[:, :2] @ np.array([6, 1]) + matrix[:, 2]
    assert turned[round(y), round(x)].min() == 255
