"""The names of the body's joints."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Point = NDArray[np.float32]  # (2,)


class Joint(IntEnum):
    """Rows of `Pose.points`. Here, and only here, LEFT and RIGHT are the WEARER's sides."""

    NOSE = 0
    LEFT_EYE_INNER = 1
    LEFT_EYE = 2
    LEFT_EYE_OUTER = 3
    RIGHT_EYE_INNER = 4
    RIGHT_EYE = 5
    RIGHT_EYE_OUTER = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_TOE = 31
    RIGHT_TOE = 32


SIDE_JOINTS = [
    "shoulder",
    "elbow",
    "wrist",
    "pinky",
    "index",
    "thumb",
    "hip",
    "knee",
    "ankle",
    "heel",
    "toe",
]  # row of the wearer's left: 11 + 2 * position, of the right: one more


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the body: joints as (2,) float32 image pixels, `rows` their rows in `Pose.points` by name."""

    shoulder: Point
    elbow: Point
    wrist: Point
    pinky: Point
    index: Point
    thumb: Point
    hip: Point
    knee: Point
    ankle: Point
    heel: Point
    toe: Point
    rows: dict[str, int]
