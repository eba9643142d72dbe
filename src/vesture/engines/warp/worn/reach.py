"""How far worn sleeves reach: told by what is seen across an arm, not on its axis alone.

Takes the wearer and where their cloth shows, gives shares of arms. An arm that hangs before the body, or whose joints
lie a little beside it, has the body's cloth on its axis; on its outer half there is none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIGN, Body, SideName
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]

STEPS = 41
ACROSS = np.array([-0.2, 0.1, 0.35, 0.6, 0.8])  # of the arm's radius, outwards
COVERED = 0.5  # of what is seen of an arm, cloth rather than skin
BARE_RUN = 8  # steps in a row that end a sleeve


def sleeve_share(body: Body, side: SideName, mask: Bools) -> float:
    """Share of an arm that its sleeve covers; 0 where the arm is bare from the shoulder on."""
    arm = body.arms[side]
    along = np.linspace(0, arm.length, STEPS)
    offset = (ACROSS[:, None] * arm.radius(along, clothed=True))[..., None]
    points = arm.at(along)[None] + arm.outward(along, SIGN[side])[None] * offset
    column = np.clip(np.rint(points[..., 0]).astype(int), 0, mask.shape[1] - 1)
    row = np.clip(np.rint(points[..., 1]).astype(int), 0, mask.shape[0] - 1)
    cloth = mask[row, column].sum(axis=0)
    skin = (body.labels[row, column] == Label.SKIN).sum(axis=0)
    on = cloth > COVERED * np.maximum(cloth + skin, 1)
    bare = np.convolve(~on, np.ones(BARE_RUN), mode="valid") >= BARE_RUN - 1
    end = int(np.argmax(bare)) if bare.any() else STEPS
    covered = np.flatnonzero(on[: max(end, 1)])
    return float((covered[-1] + 1) / STEPS) if len(covered) else 0.0
