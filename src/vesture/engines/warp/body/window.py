"""A body in the pixels of a part of its photo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vesture.engines.warp.body.figure import SIDES, Body, Limb
from vesture.vision.frame import Box


def moved_body(body: Body, box: Box) -> Body:
    """The body in the pixels of a box of its photo."""
    offset = np.array([box.left, box.top], float)

    def moved(limb: Limb) -> Limb:
        return replace(limb, axis=limb.axis - offset)

    return replace(
        body,
        neck=body.neck - offset,
        tip={side: body.tip[side] - offset for side in SIDES},
        neck_foot={side: body.neck_foot[side] - offset for side in SIDES},
        arms={side: moved(body.arms[side]) for side in SIDES},
        legs={side: moved(body.legs[side]) for side in SIDES},
        labels=np.ascontiguousarray(body.labels[box.slices]),
        head=None if body.head is None else body.head.moved(offset),
    )
