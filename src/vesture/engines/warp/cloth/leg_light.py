"""Shade between the legs of trousers: each lies in the other's, so that two legs read as two where they meet.

Takes the body, gives a factor on light. Knows nothing about the photo.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.body.legs import CROTCH_DROP
from vesture.engines.warp.body.silhouettes import LimbFrame

Floats = NDArray[np.float32]

SOFT, SOFT_DEPTH = 0.55, 0.17  # radii from the line between the legs that the soft shade reaches, and light lost in it
CREASE, CREASE_DEPTH = 0.09, 0.3  # the same of the crease where they touch
CROSSED = 0.6  # radii from both axes: where legs cross there is no line between them
FROM_CROTCH = 0.3  # units below the crotch at which both have their depth


def between_legs(body: Body, own: LimbFrame, other: LimbFrame) -> Floats:
    """The share (h, w) of the light that a leg's cloth keeps beside the other leg.

    Args:
        own: places on the leg that the cloth lies on.
        other: the same places on the other leg.
    """
    past = np.abs(other.across) - np.abs(own.across)  # 0 on the line between the legs
    begun = np.clip((own.along / body.unit - CROTCH_DROP) / FROM_CROTCH, 0, 1)
    begun = begun * np.clip((np.abs(other.across) + np.abs(own.across) - CROSSED) / CROSSED, 0, 1)
    soft = SOFT_DEPTH * np.exp(-((past / SOFT) ** 2))
    crease = CREASE_DEPTH * np.exp(-((past / CREASE) ** 2))
    return np.asarray(1 - begun * (soft + crease), np.float32)
