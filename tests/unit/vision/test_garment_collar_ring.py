"""The front rim of a collar whose inside has the front's colour."""

import cv2
import numpy as np
import pytest

from vesture.vision.garment.collar_ring import find_ring

LEFT, RIGHT = np.array([80, 40], np.float32), np.array([200, 40], np.float32)
WIDTH = 120


def tee(front: float | None, back: float = 0.17, back_light: float = 52) -> tuple[np.ndarray, np.ndarray]:
    """Lab and region of a creased tee of one colour; its upper edge hangs 0.08, the seam of its back's ribbing `back`,
    its front's rim `front` collar widths."""
    light = np.full((260, 280), 60, np.float32)
    for start in range(-260, 280, 34):  # creases, all over and aslant
        cv2.line(light, (start, 0), (start + 150, 259), 56, 4)
    columns = np.arange(280, dtype=np.float32)
    x = np.clip((columns - 140) / (WIDTH / 2), -1, 1)
    rims = [] if front is None else [(front, 3.0), (front + 0.09, 3.0)]
    for depth, power, shade in [(back, 2.0, back_light), *((*rim, 52) for rim in rims)]:
        rows = 40 + WIDTH * depth * (1 - np.abs(x) ** power)
        path = np.round(np.stack([columns, rows], 1)[80:201]).astype(np.int32)
        cv2.polylines(light, [path], isClosed=False, color=shade, thickness=2)
    light = cv2.GaussianBlur(light, (0, 0), 1.0)
    upper = 40 + WIDTH * 0.08 * (1 - x**2)
    region = np.arange(260)[:, None] >= upper[None]
    return np.stack([light, np.zeros_like(light), np.zeros_like(light)], 2), region


@pytest.mark.parametrize("front", [0.4, 0.48])
def test_the_rim_of_the_front_is_told_by_the_seam_that_runs_beside_it(front: float) -> None:
    ring = find_ring(*tee(front), LEFT, RIGHT)
    assert ring is not None
    assert abs(ring.depth - front) < 0.03


def test_the_back_of_a_tee_has_no_front_rim() -> None:
    assert find_ring(*tee(None), LEFT, RIGHT) is None


def test_a_plainer_seam_of_the_back_does_not_hide_the_rim_of_the_front() -> None:
    ring = find_ring(*tee(0.46, back=0.29, back_light=25), LEFT, RIGHT)
    assert ring is not None
    assert abs(ring.depth - 0.46) < 0.03
