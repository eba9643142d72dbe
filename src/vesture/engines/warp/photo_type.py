"""Is the garment worn by somebody, or lying flat? The rule behind `garment_photo_type: auto`."""

from __future__ import annotations

import cv2
import numpy as np

from vesture.core.task import Picture
from vesture.vision.garment_types import PhotoType
from vesture.vision.pose import Joint, Pose

FACE = (Joint.NOSE, Joint.LEFT_EYE, Joint.RIGHT_EYE, Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT)
LIMBS = (Joint.LEFT_WRIST, Joint.RIGHT_WRIST, Joint.LEFT_ELBOW, Joint.RIGHT_ELBOW, Joint.LEFT_KNEE, Joint.RIGHT_KNEE)
SKIN_SHARE = 0.35  # of a patch round a visible joint


def find_photo_type(garment: Picture, pose: Pose | None) -> PhotoType:
    """Decide from the pose found on the garment photo, and from real skin where bare parts should be.

    A pose alone proves nothing: the network sees a body in many an empty shirt. Skin-coloured patches at face or
    limbs are asked for as well.
    """
    if pose is None or garment.alpha is not None:
        return "flat-lay"
    skin = _skin_colour(garment.rgb)
    radius = max(
        3, int(0.09 * float(np.linalg.norm(pose.points[Joint.LEFT_SHOULDER] - pose.points[Joint.RIGHT_SHOULDER])))
    )
    share = {joint: _share(skin, pose.points[joint], radius) for joint in (*FACE, *LIMBS)}
    face = sum(share[j] > SKIN_SHARE and pose.visibility[j] > 0.5 for j in FACE)
    limbs = sum(share[j] > SKIN_SHARE and pose.visibility[j] > 0.5 for j in LIMBS)
    return "model" if face >= 3 or (limbs >= 1 and pose.score > 0.6) else "flat-lay"


def _skin_colour(rgb: np.ndarray) -> np.ndarray:
    """(h, w) bool: colours that human skin of any tone takes (range in YCrCb, Chai and Ngan 1999, widened)."""
    luma, red, blue = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb))
    return np.asarray((luma > 30) & (red >= 134) & (red <= 180) & (blue >= 80) & (blue <= 130))


def _share(mask: np.ndarray, centre: np.ndarray, radius: int) -> float:
    x, y = int(centre[0]), int(centre[1])
    patch = mask[max(0, y - radius) : max(0, y + radius + 1), max(0, x - radius) : max(0, x + radius + 1)]
    return float(patch.mean()) if patch.size else 0.0
