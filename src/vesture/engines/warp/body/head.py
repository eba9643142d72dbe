"""Where the head sits on the shoulders: jaw and neck, from the pose's face points.

Takes a pose, gives a `Head` in photo pixels, or None where the face is not in the picture. Knows nothing about labels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vesture.vision.pose.estimator import Pose
from vesture.vision.pose.joints import Joint

Floats = NDArray[np.float64]

CHIN = 0.75  # of the distance from eyes to mouth, the chin lies below the mouth
NECK_OF_HEAD = 0.4  # half-width of a neck in distances between the ears; anthropometric means of both sexes
NECK_OF_UNIT = 0.155  # and in units: a turned head has its ears close together
JAW_RISE = 0.3  # half-widths of the face by which the jaw rises to its sides, beards and ears left above
SURE = 0.5  # presence of the face points


@dataclass(frozen=True, slots=True)
class Head:
    """A head seen from the front.

    Attributes:
        chin: (2,) its lowest point.
        up: (2,) unit vector from chin to eyes.
        half_width: half the distance between the ears, pixels.
        neck_half_width: of the bare neck, pixels.
        stem: (2,) where the neck leaves the head, as low as the chin. A turned head carries its chin to one side, the
            neck stays under the ears. None: above the chin's own place.
    """

    chin: Floats
    up: Floats
    half_width: float
    neck_half_width: float
    stem: Floats | None = None

    @property
    def neck_top(self) -> Floats:
        """(2,) the upper end of the neck's axis."""
        return self.chin if self.stem is None else self.stem

    def moved(self, offset: Floats) -> Head:
        """The head in the pixels of a part of the photo that begins at `offset` (2,)."""
        return replace(self, chin=self.chin - offset, stem=None if self.stem is None else self.stem - offset)

    def below_jaw(self, columns: NDArray[np.floating], rows: NDArray[np.floating]) -> NDArray[Any]:
        """How far, in pixels, each pixel lies below the line of the jaw; negative in the face.

        `columns` and `rows` are arrays that broadcast together. The jaw is a parabola from ear to ear.
        """
        dx, dy = columns - self.chin[0], rows - self.chin[1]
        aside = -dx * self.up[1] + dy * self.up[0]
        height = dx * self.up[0] + dy * self.up[1]
        jaw = JAW_RISE * self.half_width * np.minimum(np.abs(aside) / self.half_width, 1.3) ** 2
        return np.asarray(jaw - height, np.float32)


def find_head(pose: Pose, unit: float) -> Head | None:
    """The head of a pose whose body has this unit; None where the face lies outside the photo or is seen askew."""
    points = np.asarray(pose.points, float)
    eyes = (points[Joint.LEFT_EYE] + points[Joint.RIGHT_EYE]) / 2
    mouth = (points[Joint.MOUTH_LEFT] + points[Joint.MOUTH_RIGHT]) / 2
    face = [Joint.LEFT_EYE, Joint.RIGHT_EYE, Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT]
    height, width = pose.mask.shape
    inside = 0 <= eyes[0] < width and 0 <= eyes[1] < height and mouth[1] < height
    drop = float(np.linalg.norm(mouth - eyes))
    if not inside or float(np.min(pose.presence[face])) < SURE or drop < 0.05 * unit:
        return None
    up = (eyes - mouth) / drop
    chin = mouth - CHIN * drop * up
    below = (pose.neck - chin) @ -up
    if up[1] > -0.6 or below < 0:
        return None
    ears = float(np.linalg.norm(points[Joint.LEFT_EAR] - points[Joint.RIGHT_EAR]))
    half = float(np.clip(ears / 2, 0.75 * drop, 1.5 * drop))
    middle = (points[Joint.LEFT_EAR] + points[Joint.RIGHT_EAR]) / 2
    stem = middle - ((middle - chin) @ up) * up
    return Head(chin, up, half, max(NECK_OF_HEAD * ears, NECK_OF_UNIT * unit), stem)
