from __future__ import annotations

import cv2
import numpy as np

from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.bleed import bled

UNIT = 120.0


def scene(blur: float) -> tuple[np.ndarray, np.ndarray]:
    """A blue garment before a rough grey wall, in a photo that is more or less sharp."""
    random = np.random.default_rng(2)
    old = np.zeros((200, 240), bool)
    old[40:170, 80:150] = True
    wall = 150 + 12 * cv2.GaussianBlur(random.normal(0, 3, (200, 240, 3)).astype(np.float32), (0, 0), 1.5)
    photo = np.where(old[..., None], np.float32([20, 40, 120]), wall).astype(np.float32)
    return (cv2.GaussianBlur(photo, (0, 0), blur) if blur else photo), old


def farthest(blur: float) -> float:
    photo, old = scene(blur)
    away = cv2.distanceTransform((~old).view(np.uint8), cv2.DIST_L2, 5)
    return float(np.percentile(away[bled(photo, old, ~old, Coarse.of(photo, UNIT), UNIT)], 90))


def test_the_less_sharp_a_photo_the_farther_the_old_colour_reaches() -> None:
    assert farthest(0) < 3
    assert farthest(3.0) >= farthest(0) + 2


def test_only_the_scene_is_named() -> None:
    photo, old = scene(2.0)
    behind = ~old
    behind[:, 150:] = False
    assert not (bled(photo, old, behind, Coarse.of(photo, UNIT), UNIT) & ~behind).any()


def test_a_garment_of_the_colour_of_the_scene_leaves_the_least_rim() -> None:
    photo, old = np.full((200, 240, 3), 150, np.float32), scene(0)[1]
    away = cv2.distanceTransform((~old).view(np.uint8), cv2.DIST_L2, 5)
    found = bled(photo, old, ~old, Coarse.of(photo, UNIT), UNIT)
    assert found.any()
    assert away[found].max() < 3
