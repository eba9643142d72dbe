"""What of a body was bare already, read off its labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import Body, Floats, SideName
from vesture.vision.parsing.parse import Label

# Shares of an arm's length between which a sleeve that reaches further must be seen: either tells.
UPPER_ARM = ((0.04, 0.2), (0.15, 0.4))
BARE_ARM = 0.7  # share of one of the stretches that must show skin
BARE_BELLY = 0.4  # share of the places above the waistband that must show skin


def arm_is_bare(body: Body, side: SideName) -> bool:
    """Whether an arm is bare from high above the elbow on; old cloth further down inside its outline is the torso's."""
    arm = body.arms[side]
    stretches = (arm.at(np.linspace(*stretch, 15) * arm.length) for stretch in UPPER_ARM)
    return any(_on_skin(body, points).mean() > BARE_ARM for points in stretches)


def belly_is_bare(body: Body) -> bool:
    """Whether skin is seen above the waistband."""
    levels, across = np.linspace(body.waist - 0.16, body.waist - 0.04, 7), np.linspace(-0.25, 0.25, 7) * body.unit
    points = np.concatenate([body.point(across, np.full(len(across), level)) for level in levels])
    return bool(_on_skin(body, points).mean() > BARE_BELLY)


def _on_skin(body: Body, points: Floats) -> NDArray[np.bool_]:
    """Which points (n, 2) show skin; those outside the photo take the value of its nearest pixel."""
    column = np.clip(np.rint(points[:, 0]).astype(int), 0, body.labels.shape[1] - 1)
    row = np.clip(np.rint(points[:, 1]).astype(int), 0, body.labels.shape[0] - 1)
    return np.asarray(body.labels[row, column] == Label.SKIN)
