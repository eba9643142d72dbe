"""The bare foot between a painted leg and the shoe that is seen, where wide trousers hid both ankle and shoe.

Takes the body and what is taken off it, gives coverage of the photo's size.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import Body, Limb, SideName
from vesture.engines.warp.body.silhouettes import filled
from vesture.vision.masks import feather
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

REACH = 0.65  # units round a leg's end within which its shoe lies
LEAST = 0.004  # square units of a shoe
ANKLE = 0.95  # of the leg's radius at its end, that it keeps down to the shoe
MIDDLE = (15, 85)  # percentiles of a shoe's width that the foot fills
SUNK = 0.5  # of the shoe's height that the foot goes into it
GAP = 0.03  # units below a leg's end that need no foot
SEEN = 0.15  # share of the foot's place from which on the skin seen there is the foot


def instep(body: Body, side: SideName, old: Bools, bare: Limb) -> Floats:
    """Coverage (h, w) of the foot that trousers which go (h, w) have hidden above the shoe of a side, below the `bare`
    leg; 0 where the shoe reaches the leg, none is seen, or the foot itself is."""
    shape = old.shape
    leg = body.legs[side]
    ankle = np.array([min(leg.length, bare.length)])
    end, aside = bare.at(ankle)[0], bare.outward(ankle, 1.0)[0]
    left, top = (max(0, int(value - REACH * body.unit)) for value in end)
    right, bottom = (max(0, int(value + REACH * body.unit)) for value in end)
    shoes = np.zeros(shape, bool)
    box = np.s_[top:bottom, left:right]
    shoes[box] = body.labels[box] == Label.SHOES
    shoe = _nearest(shoes & ~old, leg.at(np.array([leg.length]))[0], body)  # shared by where the legs are seen
    if shoe is None:
        return np.zeros(shape, np.float32)
    rows, columns = np.nonzero(shoe)
    first, last = (float(value) for value in np.percentile(rows, [5, 95]))
    if first < end[1] + GAP * body.unit:
        return np.zeros(shape, np.float32)
    radius = ANKLE * float(bare.radius(ankle)[0])
    level = first + SUNK * (last - first)
    within = np.percentile(columns, MIDDLE)
    toes = np.array([[value, level] for value in within])
    above = end - (0, GAP * body.unit)
    ends = [above + sign * radius * aside for sign in (-1, 1)] + [end + sign * radius * aside for sign in (-1, 1)]
    hull = cv2.convexHull(np.concatenate([np.stack(ends), toes]).astype(np.float32))[:, 0]
    foot = np.asarray(filled((shape[0], shape[1]), hull.astype(np.float64)) * feather(~shoe, 0.7), np.float32)
    place = foot > 0.5
    seen = place & (body.labels == Label.SKIN) & ~old
    return foot * (np.count_nonzero(seen) < SEEN * np.count_nonzero(place))


def _nearest(shoes: Bools, end: NDArray[np.float64], body: Body) -> Bools | None:
    """The shoe (h, w) whose middle lies nearest to a leg's end, if that is the nearest leg's."""
    count, names, stats, middles = cv2.connectedComponentsWithStats(shoes.view(np.uint8))
    large = [index for index in range(1, count) if stats[index, cv2.CC_STAT_AREA] >= LEAST * body.unit**2]
    if not large:
        return None
    index = min(large, key=lambda piece: float(np.linalg.norm(middles[piece] - end)))
    piece = names == index
    rows, columns = np.nonzero(piece)
    # shoes that touch are shared between the feet
    ends = [limb.at(np.array([limb.length]))[0] for limb in body.legs.values()]
    away = [np.hypot(columns - place[0], rows - place[1]) for place in ends]
    own = np.hypot(columns - end[0], rows - end[1]) <= np.minimum(*away) + 1
    result = np.zeros_like(piece)
    result[rows[own], columns[own]] = True
    return result if np.count_nonzero(own) >= LEAST * body.unit**2 else None
