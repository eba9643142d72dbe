"""Under a top, waistbands and hips do not stand out; below its hem they widen gradually.

Takes the body, gives half-widths in photo pixels.
"""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.body.figure import SIGN, Body, Floats, SideName
from vesture.engines.warp.body.legs import labels_at
from vesture.vision.parsing.parse import Label

UNDER = 0.97  # of the body's width: a waistband under the top, at its hem,
NARROWER, NARROWEST = 0.6, 0.9  # and how much less per level above, down to what
LEAST_SEEN = 0.75  # of the body's width, from which on what ends before the scene is the top
SIDE_COLUMNS = (0.5, 0.6, 0.7)  # half-widths from the spine where the hem at a side is looked for,
LOWEST_SIDE = 1.25  # level v down to which that is done
HEM_EDGE = 0.02  # levels above its end that the top's own width is measured
STEPS = 51  # across, where the side of a top is looked for


def under_the_top(body: Body, side: SideName, level: Floats, width: Floats, spread: float) -> Floats:
    """Half-widths at levels, less where a top hangs over them: under it a waistband does not stand out.

    Args:
        spread: how fast they may widen below the hem, in lengths across per length down.
    """
    if body.top_hem is None:
        return width
    hem = _side_hem(body, side, body.top_hem)
    share = np.clip(UNDER - NARROWER * (hem - level), NARROWEST, UNDER)
    worn = share * seen_half_width(body, side, level)
    inside = np.minimum(width, worn)
    at_hem = UNDER * float(seen_half_width(body, side, np.array([hem - HEM_EDGE]))[0])
    below = at_hem + spread * np.maximum(level - hem, 0) * body.torso
    return np.asarray(np.where(level < hem, inside, np.minimum(width, below)))


def _side_hem(body: Body, side: SideName, middle: float) -> float:
    """Level v at which the top ends at a side: open jackets and coats end lower there than what is in the `middle`."""
    levels = np.linspace(middle - 0.02, LOWEST_SIDE, STEPS)
    across = SIGN[side] * np.array(SIDE_COLUMNS) * float(body.width(side, 0.9))
    places = body.point(np.repeat(across, STEPS), np.tile(levels, len(across)))
    top = labels_at(body, places).reshape(len(across), STEPS) == Label.TOP
    ends = np.where(top.all(1), STEPS - 1, np.argmin(top, axis=1))
    return max(middle, float(np.median(levels[ends])))


def seen_half_width(body: Body, side: SideName, level: Floats) -> Floats:
    """Half-widths (n,) of what is worn at levels: to where the scene is seen beside it, else the body's."""
    across = SIGN[side] * np.linspace(0.25, 0.75, STEPS) * body.unit
    seen = labels_at(body, body.point(np.tile(across, len(level)), np.repeat(level, STEPS))).reshape(len(level), STEPS)
    worn = np.isin(seen, (Label.TOP, Label.ONE_PIECE, Label.BOTTOM))
    end = np.argmin(worn, axis=1)
    shown = worn[:, 0] & ~worn.all(1) & (seen[np.arange(len(level)), end] == Label.BACKGROUND)
    width = np.asarray(body.width(side, level))
    reach = np.abs(across[np.clip(end - 1, 0, STEPS - 1)])
    return np.where(shown & (reach > LEAST_SEEN * width), np.minimum(reach, width), width)
