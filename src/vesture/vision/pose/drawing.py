"""A pose drawn on its photo, for eyes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.pose.estimator import Pose


def draw_pose(rgb: NDArray[np.uint8], pose: Pose) -> NDArray[np.uint8]:
    """A copy of the photo with the skeleton drawn on it: the viewer's left in red, the right in green."""
    canvas = rgb.copy()
    thick = max(1, round(pose.unit / 40))
    for which, colour in (("left", (255, 40, 40)), ("right", (40, 220, 40))):
        side = pose.side(which)  # type: ignore[arg-type]
        arm, leg = [side.shoulder, side.elbow, side.wrist, side.index], [side.hip, side.knee, side.ankle, side.toe]
        for chain in (arm, leg, [side.shoulder, side.hip]):
            cv2.polylines(canvas, [np.rint(chain).astype(np.int32)], False, colour, thick, cv2.LINE_AA)
    for point in pose.points[:11]:
        cv2.circle(canvas, [int(value) for value in np.rint(point)], thick, (60, 120, 255), -1, cv2.LINE_AA)
    return canvas
