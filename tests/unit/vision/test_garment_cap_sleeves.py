"""Shoulders as wide as the chest, and shoulders cut in."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vesture.core.task import Picture
from vesture.vision.garment.cap_sleeves import with_cap_sleeves
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.types import Part


def top(shoulder: int) -> Picture:
    """A blue top without a gap below its arms; its shoulders reach `shoulder` pixels from its middle, its chest 120."""
    right = [(50, 60), (shoulder, 75), (shoulder + 2, 150), (120, 172), (112, 400)]
    outline = np.int32([(240 + x, y) for x, y in right] + [(240 - x, y) for x, y in reversed(right)])
    rgb = np.full((480, 480, 3), 236, np.uint8)
    cv2.fillPoly(rgb, [outline], (40, 70, 150), cv2.LINE_AA)
    return Picture(rgb)


def test_shoulders_as_wide_as_the_chest_hang_over_the_arms() -> None:
    garment = understand(top(121), "tops")
    assert garment.has_sleeves
    for side, part in (("left", Part.LEFT_SLEEVE), ("right", Part.RIGHT_SLEEVE)):
        assert f"armhole_{side}" not in garment.curves
        seam, corner = garment.points[f"shoulder_{side}"], garment.points[f"cuff_outer_{side}"]
        middle = float(garment.points["neck_front"][0])
        assert abs(float(seam[0]) - middle) < 0.9 * abs(float(corner[0]) - middle)
        assert 0.01 < float((garment.parts == part).mean()) < 0.1


def test_a_top_cut_in_at_the_shoulders_has_no_sleeves() -> None:
    garment = understand(top(92), "tops")
    assert not garment.has_sleeves
    assert not np.isin(garment.parts, (Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE)).any()


@pytest.mark.parametrize("missing", ["armhole_left", "armhole_right"])
def test_what_was_not_read_without_sleeves_is_left_as_it_is(missing: str) -> None:
    points = {
        f"{name}_{side}": np.float32([sign * 50, y])
        for name, y in (("shoulder", 10), ("armpit", 60))
        for side, sign in (("left", -1), ("right", 1))
    }
    curves = {
        f"{name}_{side}": np.float32([[0, 0], [1, 1]]) for name in ("armhole", "shoulder") for side in ("left", "right")
    }
    del curves[missing]
    found, lines = with_cap_sleeves(points, curves)
    assert set(found) == set(points)
    assert set(lines) == set(curves)
