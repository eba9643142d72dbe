"""The room that a sleeve has in a photo of a flat garment, on drawn ones."""

from __future__ import annotations

import numpy as np

from vesture.vision.garment.labels import label_cloth
from vesture.vision.garment.types import Part


def test_a_sleeve_that_lies_on_the_body_reaches_to_the_gap_between_them() -> None:
    """A slack sleeve is broader than the straight line from armpit to cuff, down to where it leaves the body."""
    rows, columns = np.mgrid[:200, :160]
    region = (rows > 20) & (rows < 180) & (columns > 10) & (columns < 150)
    region &= ~((rows > 150) & (np.abs(columns - 60) < (rows - 150) / 1.5))
    sleeve = region & (columns < 60)
    belief = np.zeros((7, *region.shape), np.float32)
    belief[Part.LEFT_SLEEVE], belief[Part.TORSO] = sleeve, region & ~sleeve
    points = {
        "shoulder_left": (60, 21), "cuff_outer_left": (11, 179), "cuff_inner_left": (30, 179), "armpit_left": (60, 60),
        "shoulder_right": (149, 21), "cuff_outer_right": (159, 30), "cuff_inner_right": (159, 50),
        "armpit_right": (149, 60),
    }  # fmt: skip
    places = {name: np.array(place, np.float32) for name, place in points.items()}
    lab = np.full((*region.shape, 3), 60, np.float32)
    labels = label_cloth(belief, region, lab, "top", places)
    beside = region & (rows > 70) & (columns < 57)
    assert (labels[beside] == Part.LEFT_SLEEVE).all()
    assert (labels[region & (columns > 64) & (columns < 140)] == Part.TORSO).all()
