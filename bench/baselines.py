"""Three honest floors that any try-on must beat: no change, an affine paste, one thin-plate spline.

They are for garments worn by somebody: the cut-out is what the engine's own parser finds, the landmarks are the joints
that the engine's own pose network finds in both photos. They neither bend by parts, nor take the old garment away,
nor keep hands and hair in front.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator

from vesture.core.task import RGB, Category
from vesture.vision.pose.estimator import Pose

Points = NDArray[np.float64]  # (n, 2) pixels

ENDS = {"tops": "shoulder", "one-pieces": "shoulder", "bottoms": "hip"}
JOINTS = {
    "tops": ("shoulder", "elbow", "wrist", "hip"),
    "one-pieces": ("shoulder", "elbow", "wrist", "hip", "knee"),
    "bottoms": ("hip", "knee", "ankle"),
}
SEEN = 0.3  # least visibility of a joint in both photos
GRID = 24  # the spline is solved on a grid of this many pixels and interpolated between


@dataclass(frozen=True, slots=True)
class Case:
    """What a baseline is given.

    Attributes:
        photo: (H, W, 3) of the person.
        person: their pose.
        garment: (h, w, 3) photo of somebody who wears the garment.
        wearer: the pose of that somebody.
        alpha: (h, w) float32 in [0, 1], the garment in that photo.
        category: what is dressed.
    """

    photo: RGB
    person: Pose
    garment: RGB
    wearer: Pose
    alpha: NDArray[np.float32]
    category: Category


def no_change(case: Case) -> RGB:
    """The person's photo."""
    return case.photo.copy()


def affine_paste(case: Case) -> RGB:
    """The cut-out turned, scaled evenly and moved: its shoulder (bottoms: hip) joints meet the person's."""
    joints = (ENDS[case.category],)
    matrix = similarity_transform(joint_points(case.wearer, joints), joint_points(case.person, joints))
    size = case.photo.shape[1::-1]
    rgb = cv2.warpAffine(case.garment, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return _pasted(case.photo, rgb, cv2.warpAffine(case.alpha, matrix, size))


def thin_plate(case: Case) -> RGB:
    """The cut-out bent by one thin-plate spline through all joints of its part of the body seen in both photos."""
    joints = JOINTS[case.category]
    seen = (joint_visibility(case.wearer, joints) > SEEN) & (joint_visibility(case.person, joints) > SEEN)
    seen |= np.arange(len(seen)) < 2  # the first two anchor it, seen or not
    source, target = joint_points(case.wearer, joints)[seen], joint_points(case.person, joints)[seen]
    if len(source) < 3 or np.linalg.matrix_rank(target - target[0], tol=1.0) < 2:
        return affine_paste(case)  # a spline needs three points that are not in line
    height, width = case.photo.shape[:2]
    columns, rows = np.arange(0, width + GRID, GRID), np.arange(0, height + GRID, GRID)
    knots = np.stack(np.meshgrid(columns, rows), -1).reshape(-1, 2).astype(float)
    spline = RBFInterpolator(target, source, kernel="thin_plate_spline", degree=1)
    coarse = spline(knots).reshape(len(rows), len(columns), 2).astype(np.float32)
    y, x = np.mgrid[:height, :width].astype(np.float32) / GRID
    where = cv2.remap(coarse, x, y, cv2.INTER_LINEAR)
    alpha = cv2.remap(case.alpha, where[..., 0], where[..., 1], cv2.INTER_LINEAR)
    rgb = cv2.remap(case.garment, where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return _pasted(case.photo, rgb, alpha)


BASELINES: dict[str, Callable[[Case], RGB]] = {
    "no change": no_change,
    "affine paste": affine_paste,
    "thin plate": thin_plate,
}


def joint_points(pose: Pose, joints: tuple[str, ...]) -> Points:
    """(2n, 2) points: each joint on the viewer's left, then on the right."""
    return np.array([getattr(pose.side(side), joint) for joint in joints for side in ("left", "right")], float)


def joint_visibility(pose: Pose, joints: tuple[str, ...]) -> NDArray[np.float64]:
    """(2n,) in the order of `joint_points`."""
    return np.array([pose.visibility[pose.side(side).rows[joint]] for joint in joints for side in ("left", "right")])


def similarity_transform(source: Points, target: Points) -> Points:
    """The (2, 3) matrix that turns, scales evenly and moves two points onto two others."""
    across, onto = source[1] - source[0], target[1] - target[0]
    size = float(across @ across)
    cosine, sine = float(across @ onto) / size, float(across[0] * onto[1] - across[1] * onto[0]) / size
    turn = np.array([[cosine, -sine], [sine, cosine]])
    return np.concatenate([turn, (target[0] - turn @ source[0])[:, None]], 1)


def _pasted(photo: RGB, rgb: RGB, alpha: NDArray[np.float32]) -> RGB:
    mixed = photo + alpha[..., None] * (rgb.astype(np.float32) - photo)
    return np.asarray(np.clip(np.rint(mixed), 0, 255), np.uint8)
