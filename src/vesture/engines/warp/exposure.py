"""What of a body was bare already, read off its labels."""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.body import Body
from vesture.vision.parsing import Label

BARE_BELLY = 0.4  # share of the places above the waistband that must show skin


def belly_is_bare(body: Body) -> bool:
    """Whether skin is seen above the waistband; places outside the photo take the value of its nearest pixel."""
    levels, across = np.linspace(body.waist - 0.16, body.waist - 0.04, 7), np.linspace(-0.25, 0.25, 7) * body.unit
    points = np.concatenate([body.point(across, np.full(len(across), level)) for level in levels])
    column = np.clip(np.rint(points[:, 0]).astype(int), 0, body.labels.shape[1] - 1)
    row = np.clip(np.rint(points[:, 1]).astype(int), 0, body.labels.shape[0] - 1)
    return bool((body.labels[row, column] == Label.SKIN).mean() > BARE_BELLY)
