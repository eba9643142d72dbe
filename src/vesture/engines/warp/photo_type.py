"""Is the garment worn by somebody, or lying flat? The rule behind `garment_photo_type: auto`."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB, Picture
from vesture.vision.garment_types import PhotoType
from vesture.vision.pose import Joint, Pose

LEGS = (Joint.LEFT_KNEE, Joint.RIGHT_KNEE, Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)
LIMBS = (Joint.LEFT_WRIST, Joint.RIGHT_WRIST, Joint.LEFT_ELBOW, Joint.RIGHT_ELBOW, Joint.LEFT_KNEE, Joint.RIGHT_KNEE)
SURE_DETECTION = 0.7  # the detector finds heads: people score from 0.79, empty garments up to 0.65
UNSURE_POSE = 0.84  # below this score no body part is believed
SURE_LEGS = (
    0.85  # mean visibility of knees and ankles: people with bare or clad legs and feet reach it, trousers do not
)
SKIN_SHARE = 0.35  # of a patch round a visible joint
UNLIKE_CLOTH = 15.0  # CIE76 distance of skin to the middle of the garment
UNLIKE_SCENE = 12.0  # and to each main colour of the photo's border

Floats = NDArray[np.float32]


def find_photo_type(garment: Picture, pose: Pose | None) -> PhotoType:
    """Decide from the pose found on the garment photo, and from real skin where bare parts should be.

    A pose alone proves nothing: the network sees a body in many an empty shirt. A head that the detector is sure of
    proves a person, and so do legs with feet; else a limb must show a skin tone that is neither the garment's (leather,
    nude cloth) nor the scene's (wooden floor, beige wall).
    """
    if pose is None or garment.alpha is not None:
        return "flat-lay"
    legs = float(pose.visibility[list(LEGS)].mean())
    if pose.detected >= SURE_DETECTION or (legs >= SURE_LEGS and pose.score > 0.94):
        return "model"
    if pose.score < UNSURE_POSE:
        return "flat-lay"
    lab = cv2.cvtColor((garment.rgb / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    tone = _skin_tone(garment.rgb)
    radius = max(3, int(0.09 * pose.shoulder_distance))
    foreign = [_median(_patch(lab, 0.6 * pose.neck + 0.4 * pose.hips, radius)), *_border_colours(lab)]

    def is_skin(joint: Joint) -> bool:
        patch, toned = _patch(lab, pose.points[joint], radius), _patch(tone, pose.points[joint], radius)
        if pose.visibility[joint] < 0.5 or not toned.size or toned.mean() < SKIN_SHARE:
            return False
        distance = [float(np.linalg.norm(_median(patch[toned]) - colour)) for colour in foreign]
        return distance[0] > UNLIKE_CLOTH and min(distance[1:]) > UNLIKE_SCENE

    return "model" if sum(map(is_skin, LIMBS)) >= 1 else "flat-lay"


def _skin_tone(rgb: RGB) -> NDArray[np.bool_]:
    """(h, w): colours that human skin of any tone takes (range in YCrCb, Chai and Ngan 1999, widened)."""
    luma, red, blue = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb))
    return np.asarray((luma > 30) & (red >= 134) & (red <= 180) & (blue >= 80) & (blue <= 130))


def _border_colours(lab: Floats) -> Floats:
    """The three main colours (3, 3) of the photo's rim."""
    width = max(2, min(lab.shape[:2]) // 40)
    rim = np.concatenate(
        [part.reshape(-1, 3) for part in (lab[:width], lab[-width:], lab[:, :width], lab[:, -width:])]
    )[:: max(1, lab.shape[0] // 200)]
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 1.0)
    nearest = (np.arange(len(rim)) * 3 // len(rim)).astype(np.int32)[:, None]
    _, _, centres = cv2.kmeans(np.ascontiguousarray(rim), 3, nearest, criteria, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    return np.asarray(centres, np.float32)


def _patch(values: NDArray[np.generic], centre: NDArray[np.float32], radius: int) -> NDArray[np.generic]:
    x, y = int(centre[0]), int(centre[1])
    return values[max(0, y - radius) : max(0, y + radius + 1), max(0, x - radius) : max(0, x + radius + 1)]


def _median(patch: NDArray[np.generic]) -> Floats:
    flat = patch.reshape(-1, 3)
    return np.asarray(np.median(flat, axis=0) if len(flat) else np.zeros(3), np.float32)
