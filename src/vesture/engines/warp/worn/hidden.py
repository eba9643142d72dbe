"""Where a worn garment goes on behind what lies before it: hair, hands, straps, bags.

Takes labels and the zone that cloth would fill, gives the part of it that is hidden rather than bare.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Body
from vesture.engines.warp.worn.fill import mirrored_mask
from vesture.engines.warp.worn.neckline import hidden_half
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]

HAND = 0.6  # units about a wrist within which skin is the hand's
PALE = 0.06  # square units of backdrop inside the garment that are cloth of its colour
ARMPIT = 0.25  # level v, below which hair may hide any of the cloth
RISE = 0.03  # units that cloth is thick on the shoulders
NECK = -0.05  # level v, above which skin is the neck's
BEFORE = (Label.HAIR, Label.OTHER)


def hidden_cloth(body: Body, mask: Bools, zone: Bools, over: Sequence[Label] = ()) -> Bools:
    """Pixels (H, W) of `zone` without cloth to be seen, where cloth goes on behind something.

    Skin hides cloth where it is a hand's or where cloth is seen below it, else it is bare; of the backdrop only small
    spots inside count, which have the colour of the cloth. What the parse took for this cloth by mistake lies before
    it. Hair and things hide cloth out of the zone too, where the other half of the garment has some; if they hide one
    half of the neckline, that is the mirror image of the other. Clothes `over` it hide what is in the zone.
    """
    open_ = zone & ~mask
    # on the way down the photo: people who lie or hang are out of reach anyhow
    above_cloth = np.maximum.accumulate(mask[::-1])[::-1]
    skin = open_ & (body.labels == Label.SKIN) & (above_cloth | near_hands(body))
    backdrop = open_ & (body.labels == Label.BACKGROUND)
    before, below = np.isin(body.labels, BEFORE) & ~mask, _below_the_shoulders(body)
    if (before & ~zone).any():
        before &= zone | mirrored_mask(mask, body)
        before &= below
    mistaken = open_ & np.isin(body.labels, np.unique(body.labels[mask]))
    mistaken |= open_ & np.isin(body.labels, over)
    shoulders = below & ~_lower(body)
    if (before & shoulders).any():
        before |= hidden_half(body, mask, shoulders)
    hidden = _held(skin | mistaken | before | _spots(backdrop, PALE * body.unit**2), mask)
    # what fingers leave between them
    bare = (body.labels == Label.BACKGROUND) | ((body.labels == Label.SKIN) & ~near_hands(body))
    return hidden | (_spots(~(hidden | mask), PALE * body.unit**2) & ~bare)


def _lower(body: Body) -> Bools:
    """Where (H, W) the photo is below the armpits."""
    rows, columns = np.ogrid[: body.labels.shape[0], : body.labels.shape[1]]
    across, down = columns - body.neck[0], rows - body.neck[1]
    return np.asarray(across * body.down[0] + down * body.down[1] > ARMPIT * body.torso)


def _below_the_shoulders(body: Body) -> Bools:
    """Where (H, W) cloth can be that is not seen: above the armpits not beside the shoulders' tips, nor above the lines
    from there to the neck."""
    rows, columns = np.ogrid[: body.labels.shape[0], : body.labels.shape[1]]
    dx, dy = columns - body.neck[0], rows - body.neck[1]
    u = dx * body.across[0] + dy * body.across[1]
    v = (dx * body.down[0] + dy * body.down[1]) / body.torso
    result = v > ARMPIT
    for side in SIDES:
        tip, foot = body.coordinates(np.stack([body.tip[side], body.neck_foot[side]]))
        out, reach = SIGN[side] * u, SIGN[side] * np.array([foot[0], tip[0]])
        line = np.interp(out, reach, [foot[1], tip[1]]) - RISE * body.unit / body.torso
        result |= (out >= 0) & (out <= reach[1]) & (v > line)
    return np.asarray(result)


def _held(hidden: Bools, mask: Bools) -> Bools:
    """The pieces of `hidden` that some of the mask holds."""
    names = cv2.connectedComponents((hidden | mask).astype(np.uint8))[1]
    return hidden & np.isin(names, np.unique(names[mask]))


def near_hands(body: Body, reach: float = HAND) -> Bools:
    """Where (H, W) skin is a hand's rather than an arm's: within `reach` units of a wrist."""
    near = np.zeros(body.labels.shape, np.uint8)
    for side in SIDES:
        x, y = (round(float(value)) for value in body.arms[side].axis[-1])
        cv2.circle(near, (x, y), max(1, round(reach * body.unit)), 1, -1)
    return np.asarray(near > 0)


def bare_chest(body: Body, armpit: float) -> Bools:
    """Skin above the level of the armpits that goes on up the neck: what a neckline bares, not what a hand hides."""
    rows, columns = np.nonzero(body.labels == Label.SKIN)
    level = body.coordinates(np.stack([columns, rows], 1))[:, 1]
    above = level < armpit
    skin = np.zeros(body.labels.shape, np.uint8)
    skin[rows[above], columns[above]] = 1
    names = cv2.connectedComponents(skin)[1]
    neck = level < NECK
    return np.isin(names, np.setdiff1d(names[rows[neck], columns[neck]], [0]))


def _spots(mask: Bools, largest: float) -> Bools:
    """Pieces of a mask no larger than `largest` pixels."""
    _, names, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    small = stats[:, cv2.CC_STAT_AREA] <= largest
    small[0] = False
    return np.asarray(small[names])
