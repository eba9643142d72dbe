"""Where a hand comes out of a long sleeve: in one even line across the wrist.

Takes the body, what is kept in front and how far the sleeve reaches; gives the pixels that go under the cuff.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import Body, Limb

Bools = NDArray[np.bool_]

ABOUT = 0.16  # units on either side of the edge of the skin within which a hand's beginning is looked for
LOWEST = 85.0  # percentile of where it begins, over the width of the wrist: below that it is a thumb
UNEVEN = 0.1  # units by which the skin's edge may be uneven; where it varies more, it is no cuff's edge
LEAST_WIDTH = 0.1  # units of wrist that show an edge
UNDER_RIM = 0.02  # units by which the line stays above the end of the sleeve's cloth


def under_cuff(body: Body, arm: Limb, keep: Bools, reach: float) -> Bools:
    """Kept pixels (h, w) of a hand that the cuff of a sleeve hides that reaches `reach` pixels along the arm.

    The label of the hand begins in a ragged line where the old cuff ended; the new cuff, which reaches about as far,
    ends in an even one.
    """
    result = np.zeros(keep.shape, bool)
    unit = body.unit
    start = max(arm.length, arm.bare_from or 0.0)
    middle, ahead = arm.at(np.array([start]))[0], arm.direction(np.array([arm.length]))[0]
    across = np.array([-ahead[1], ahead[0]])
    half = round(1.6 * ABOUT * unit) + 1
    left, top = (max(0, round(float(c)) - half) for c in middle)
    box = np.s_[top : round(float(middle[1])) + half, left : round(float(middle[0])) + half]
    rows, columns = np.nonzero(keep[box])
    if not len(rows):
        return result
    place = np.stack([columns + left, rows + top], 1) - middle
    along, aside = place @ ahead, place @ across
    near = (np.abs(along) < ABOUT * unit) & (np.abs(aside) < ABOUT * unit * 1.5)
    if not near.any():
        return result
    rows, columns, along, aside = rows[near], columns[near], along[near], np.round(aside[near]).astype(int)
    first = np.full(int(np.ptp(aside)) + 1, np.inf)
    np.minimum.at(first, aside - aside.min(), along)
    first = first[first < float(np.min(first)) + UNEVEN * unit]
    if len(first) < LEAST_WIDTH * unit:
        return result
    line = min(float(np.percentile(first, LOWEST)), reach - start - UNDER_RIM * unit)
    hidden = along < line
    result[box][rows[hidden], columns[hidden]] = True
    return result
