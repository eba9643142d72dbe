"""A pose as the model reads it: a gray drawing, limbs as ellipses, joints, hands and face as dots.

Takes `BodyPoints` and a size, gives (height, width) uint8, pixel for pixel the published program's drawing.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from vesture.engines.diffusion.body_points import BodyPoints, Points
from vesture.engines.diffusion.frame import Pixels

LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10),
    (1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
LIMB_GRAYS = tuple(int(gray) for gray in np.linspace(20, 240, 18).astype(np.uint8))
JOINT_GRAYS = tuple(
    min(255, int(1.3 * LIMB_GRAYS[next(index for index, limb in enumerate(LIMBS) if joint in limb)]))
    for joint in range(18)
)
BONES = tuple(
    (0 if step == 0 else 4 * finger + step, 4 * finger + step + 1) for finger in range(5) for step in range(4)
)
BONE_GRAYS = tuple(int(gray) for gray in np.linspace(160, 220, len(BONES)).astype(np.uint8))
HAND_GRAY, FACE_GRAY = 240, 200
LIMB_HALF_WIDTH, JOINT_RADIUS, FACE_RADIUS, BONE_WIDTH = 4, 4, 3, 2


def draw_points(points: BodyPoints, height: int, width: int) -> Pixels:
    """(height, width) uint8; black where nothing is, all black for nobody."""
    canvas = np.zeros((height, width), np.uint8)
    for limb, gray in zip(LIMBS, LIMB_GRAYS, strict=False):
        _draw_limb(canvas, points.body[list(limb)], gray)
    canvas = (canvas * 0.6).astype(np.uint8)
    for place, gray in zip(points.body, JOINT_GRAYS, strict=True):
        if (place != -1).all():
            cv2.circle(canvas, _pixel(place, canvas), JOINT_RADIUS, gray, -1)
    for hand in points.hands:
        _draw_hand(canvas, hand)
    for place in points.face:
        pixel = _pixel(place, canvas)
        if min(pixel) > 0:
            cv2.circle(canvas, pixel, FACE_RADIUS, FACE_GRAY, -1)
    return canvas


def _pixel(place: Points, canvas: Pixels) -> tuple[int, int]:
    return int(place[0] * canvas.shape[1]), int(place[1] * canvas.shape[0])


def _draw_limb(canvas: Pixels, ends: Points, gray: int) -> None:
    if (ends == -1).any():
        return
    (x0, y0), (x1, y1) = (_pixel(place, canvas) for place in ends)
    centre = (x0 + x1) // 2, (y0 + y1) // 2
    axes = int(math.hypot(x0 - x1, y0 - y1) / 2), LIMB_HALF_WIDTH
    angle = int(math.degrees(math.atan2(y0 - y1, x0 - x1)))
    cv2.fillConvexPoly(canvas, cv2.ellipse2Poly(centre, axes, angle, 0, 360, 1), gray)


def _draw_hand(canvas: Pixels, hand: Points) -> None:
    pixels = [_pixel(place, canvas) for place in hand]
    for (start, end), gray in zip(BONES, BONE_GRAYS, strict=True):
        if min(*pixels[start], *pixels[end]) > 0:
            cv2.line(canvas, pixels[start], pixels[end], gray, BONE_WIDTH)
    for pixel in pixels:
        if min(pixel) > 0:
            cv2.circle(canvas, pixel, JOINT_RADIUS, HAND_GRAY, -1)
