"""The body as the diffusion model knows it: OpenPose's 18 joints, two hands, a face.

Joint numbers (OpenPose): 0 nose, 1 neck, 2-4 right shoulder, elbow, wrist, 5-7 left, 8-10 right hip, knee, ankle,
11-13 left, 14 and 15 right and left eye, 16 and 17 ears; right and left are the wearer's here, as in the model's
training drawings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vesture.vision.pose.estimator import Pose
from vesture.vision.pose.joints import Joint

Points = NDArray[np.float64]

NOSE, NECK = 0, 1
RIGHT_HIP, RIGHT_KNEE, LEFT_HIP, LEFT_KNEE = 8, 9, 11, 12
MIN_CONFIDENCE = 0.3
BLAZE_CERTAIN = 0.95
"""Score from which BlazePose's body is a person and not, say, an empty jacket."""
CORE_JOINTS = 13
"""Joints 1 to 13: the body below the head."""


@dataclass(frozen=True, slots=True)
class BodyPoints:
    """Points as (x, y) in parts of the picture's width and height; absent ones are (-1, -1).

    Attributes:
        body: (18, 2) joints.
        hands: (2, 21, 2), the wrist first, then four points a finger from the thumb.
        face: (68, 2) contour points.
        boxed: a person detector saw the person (its points are more than a guess).
    """

    body: Points
    hands: Points
    face: Points
    boxed: bool = True

    @classmethod
    def none(cls) -> BodyPoints:
        """Nobody: what a flat-lay garment has."""
        return cls(np.full((18, 2), -1.0), np.full((2, 21, 2), -1.0), np.full((68, 2), -1.0), boxed=False)

    @property
    def shows_a_person(self) -> bool:
        """A detected person with at least 5 of the joints below the head."""
        found = (self.body[1 : 1 + CORE_JOINTS] >= 0).all(-1)
        return self.boxed and int(found.sum()) >= 5

    def joint(self, number: int) -> Points | None:
        """(2,) or None when it was not found."""
        return self.body[number] if (self.body[number] >= 0).all() else None


_BLAZE_JOINTS = (
    (Joint.NOSE,),
    (Joint.RIGHT_SHOULDER, Joint.LEFT_SHOULDER),
    (Joint.RIGHT_SHOULDER,),
    (Joint.RIGHT_ELBOW,),
    (Joint.RIGHT_WRIST,),
    (Joint.LEFT_SHOULDER,),
    (Joint.LEFT_ELBOW,),
    (Joint.LEFT_WRIST,),
    (Joint.RIGHT_HIP,),
    (Joint.RIGHT_KNEE,),
    (Joint.RIGHT_ANKLE,),
    (Joint.LEFT_HIP,),
    (Joint.LEFT_KNEE,),
    (Joint.LEFT_ANKLE,),
    (Joint.RIGHT_EYE,),
    (Joint.LEFT_EYE,),
    (Joint.RIGHT_EAR,),
    (Joint.LEFT_EAR,),
)


def from_blaze_pose(pose: Pose | None, height: int, width: int) -> BodyPoints:
    """The 18 joints from BlazePose's 33; the neck is the middle of the shoulders, as in the model's own pose step.

    Hands and face stay absent: BlazePose has three points a hand and none of the face's contour, and half a hand
    drawn would be a drawing that the model never saw.

    Args:
        pose: what was found in a photo of height x width, or None.
    """
    if pose is None:
        return BodyPoints.none()
    body = np.full((18, 2), -1.0)
    for number, rows in enumerate(_BLAZE_JOINTS):
        points = pose.points[list(rows)].astype(np.float64).mean(0) / (width, height)
        seen = all(pose.presence[row] > MIN_CONFIDENCE and pose.visibility[row] > MIN_CONFIDENCE for row in rows)
        if seen and (points >= 0).all() and (points < 1).all():
            body[number] = points
    absent = BodyPoints.none()
    return BodyPoints(body, absent.hands, absent.face, boxed=pose.score >= BLAZE_CERTAIN)
