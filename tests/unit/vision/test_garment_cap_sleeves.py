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


def read(shoulder: float, collar: float) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Landmarks and curves of a garment without sleeves, 120 wide at its chest."""
    points, curves = {}, {}
    for side, sign in (("left", -1), ("right", 1)):
        places = {"collar": (collar, 0), "shoulder": (shoulder, 10), "armpit": (60, 60)}
        points |= {f"{name}_{side}": np.float32([sign * x, y]) for name, (x, y) in places.items()}
        curves[f"shoulder_{side}"] = np.stack([points[f"collar_{side}"], points[f"shoulder_{side}"]])
        curves[f"armhole_{side}"] = np.stack([points[f"shoulder_{side}"], points[f"armpit_{side}"]])
    return points, curves


@pytest.mark.parametrize(
    ("shoulder", "collar", "sleeves"),
    [(59, 25, True), (55, 25, True), (48, 20, False), pytest.param(59, 50, False, id="straps far apart")],
)
def test_wide_broad_shoulders_have_sleeves(shoulder: float, collar: float, sleeves: bool) -> None:
    points, curves = with_cap_sleeves(*read(shoulder, collar))
    assert ("cuff_outer_left" in points) == ("sleeve_inner_right" in curves) == sleeves
    assert ("armhole_left" in curves) == (not sleeves)


def test_sleeves_that_were_read_stay() -> None:
    points, curves = read(59, 25)
    points["cuff_outer_left"] = np.float32([-80, 30])
    assert with_cap_sleeves(points, curves)[0].keys() == points.keys()
