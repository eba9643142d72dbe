"""The neck as a column between jaw and shoulders: what a collar stands round.

Takes a measured body. Where the scene is seen beside the neck its edge is the neck's; elsewhere, behind hair and
collars, a usual neck is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, SideName
from vesture.vision.parsing.parse import Label

HEIGHT = 0.45  # units from the neck's foot to the jaw, where no face is seen
HALF_WIDTH = 0.17  # units, where no face is seen
BELIEVED = (0.85, 1.2)  # of the usual half-width: within which a seen edge is the neck's
LEVELS = 8  # at which the edge is looked for; a neck only widens downwards


@dataclass(frozen=True, slots=True)
class NeckColumn:
    """A neck seen from the front.

    Attributes:
        top: (2,) its axis at the level of the chin.
        bottom: (2,) and between the neck's feet.
        half_width: pixels from the axis to each side where it is narrowest.
    """

    top: Floats
    bottom: Floats
    half_width: dict[SideName, float]


def neck_column(body: Body) -> NeckColumn:
    """The neck of a body."""
    bottom = (body.neck_foot["left"] + body.neck_foot["right"]) / 2
    if body.head is None:
        top, usual = bottom - HEIGHT * body.unit * body.down, HALF_WIDTH * body.unit
    else:
        top, usual = body.head.neck_top, body.head.neck_half_width
    return NeckColumn(np.asarray(top), bottom, {side: _half_width(body, side, top, bottom, usual) for side in SIDES})


def _half_width(body: Body, side: SideName, top: Floats, bottom: Floats, usual: float) -> float:
    """How far the neck reaches from its axis: to where the scene begins beside it, if that is seen."""
    axis = top + np.linspace(0, 1, LEVELS)[:, None] * (bottom - top)
    reach = np.linspace(0, 1.5 * usual, 60)
    place = np.rint(axis[:, None] + SIGN[side] * reach[:, None] * body.across).astype(int)
    column, row = (np.clip(place[..., k], 0, body.labels.shape[1 - k] - 1) for k in (0, 1))
    seen = body.labels[row, column]
    first = np.argmax(seen != Label.SKIN, axis=1)
    edge = reach[first[seen[np.arange(LEVELS), first] == Label.BACKGROUND]]
    edge = edge[(edge > BELIEVED[0] * usual) & (edge < BELIEVED[1] * usual)]
    return float(edge.min()) if len(edge) else usual
