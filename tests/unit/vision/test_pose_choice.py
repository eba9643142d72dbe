"""Which pose is a body: drawn bodies, whole, squeezed and cut off."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vesture.vision.pose.choice import (
    BONES,
    cut_off_at_the_waist,
    explained,
    plausibility,
    proportions,
    squeezed,
    with_head_above,
    with_upper_body_above,
)


def standing() -> np.ndarray:
    """Landmarks (33, 2) of a person who stands upright in a photo of 400 x 600."""
    points = np.zeros((33, 2), np.float32)
    points[:11] = [200, 70]
    points[:11, 0] += np.linspace(-15, 15, 11)
    for row, (across, down) in {
        11: (45, 120), 13: (60, 200), 15: (65, 270), 17: (66, 290), 19: (64, 292), 21: (60, 285),
        23: (28, 270), 25: (30, 390), 27: (30, 500), 29: (30, 515), 31: (38, 520),
    }.items():  # fmt: skip
        points[row], points[row + 1] = (200 + across, down), (200 - across, down)
    return points


def mask_of(points: np.ndarray, width: int = 400, height: int = 600) -> np.ndarray:
    """A person mask drawn round the bones."""
    canvas = np.zeros((height, width), np.uint8)
    head = points[:11].mean(0)
    for start, end in [*((points[a], points[b]) for a, b in BONES), (points[[11, 12]].mean(0), head)]:
        cv2.line(canvas, np.rint(start).astype(int).tolist(), np.rint(end).astype(int).tolist(), 1, 40)
    cv2.fillPoly(canvas, [np.rint(points[[11, 12, 24, 23]]).astype(np.int32)], 1)
    return canvas.astype(np.float32)


def test_a_standing_body_is_plausible() -> None:
    assert plausibility(standing(), mask_of(standing())) > 0.85


def test_a_body_beside_its_mask_is_not() -> None:
    beside = standing() + np.float32([170, 0])
    assert explained(beside, mask_of(standing())) < 0.3
    assert explained(standing(), np.zeros((600, 400), np.float32)) == 0


@pytest.mark.parametrize("fault", ["head below the shoulders", "endless arm", "tiny shin"])
def test_impossible_proportions_cost(fault: str) -> None:
    points = standing()
    if fault == "head below the shoulders":
        points[:11, 1] += 120
    elif fault == "endless arm":
        points[15] = (500, 500)
    else:
        points[27] = points[25] + (0, 10)
    assert proportions(points) < 0.7 * proportions(standing())
    assert proportions(standing()) == 1.0


def test_a_body_squeezed_into_the_picture_is_put_above_its_legs() -> None:
    points = standing()
    points[11:13, 1] = 235
    points[:11, 1] = 260
    assert squeezed(points, (600, 400))
    assert not squeezed(standing(), (600, 400))
    mended = with_upper_body_above(points)
    assert not squeezed(mended, (600, 400))
    assert proportions(mended, headless=True) == 1.0
    assert mended[:11, 1].mean() < mended[11:13, 1].mean() < 235
    np.testing.assert_array_equal(mended[13:], points[13:])


def test_a_body_without_visible_shoulders_is_cut_off_and_gets_a_head_outside() -> None:
    points = standing() - np.float32([0, 180])
    assert cut_off_at_the_waist(points, (420, 400))
    assert not cut_off_at_the_waist(standing(), (600, 400))
    points[:11] = [200, 60]
    mended = with_head_above(points)
    assert mended[:11, 1].max() < points[11, 1]
    np.testing.assert_array_equal(mended[11:], points[11:])
