"""A dress or jumpsuit that somebody wears who asks for trousers or a skirt: parted at the waist.

Takes the body, gives a body: what is above the waist stays as if it were a top that is tucked in, what is below goes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, Body
from vesture.engines.warp.body.silhouettes import limb_zone
from vesture.vision.parsing.parse import Label

WAIST = 0.82  # level v of the cut in the middle,
SAG = 0.03  # which lies lower there than at the sides by so many levels
OVERLAP = 0.02  # levels that the new waistband begins above it
SLEEVE = 1.3  # radii of an arm that its sleeve takes
LEAST = 0.08  # square units of a one-piece below the waist: less is a top's tail


def parted_at_the_waist(body: Body) -> Body:
    """The body with its one-piece labelled as a top and a bottom; the same body where none is worn."""
    whole = body.labels == Label.ONE_PIECE
    rows, columns = np.nonzero(whole)
    if not len(rows):
        return body
    places = body.coordinates(np.stack([columns, rows], 1))
    across = np.clip(places[:, 0] / (0.5 * body.unit), -1, 1)
    lower = places[:, 1] > WAIST - SAG * across**2
    lower &= ~_in_sleeves(body, rows, columns)
    if np.count_nonzero(lower) < LEAST * body.unit**2:
        return body
    labels = body.labels.copy()
    labels[rows, columns] = np.where(lower, int(Label.BOTTOM), int(Label.TOP))
    return replace(body, labels=labels, top_hem=None, waist=WAIST - OVERLAP)


def _in_sleeves(body: Body, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which pixels (n,) lie where a sleeve covers an arm."""
    result = np.zeros(len(rows), bool)
    for side in SIDES:
        arm = body.arms[side]
        end = arm.length if arm.bare_from is None else min(arm.bare_from, arm.length)
        result |= (limb_zone(body.labels.shape, arm, 0.0, end, grow=SLEEVE) > 0.5)[rows, columns]
    return result
