"""Arms whose hands are in pockets or behind the back: bared, they end behind something, not in the open.

Takes the body, its hands and bare arms; gives bare arms and coverage. Knows nothing about colours.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIGN, Body, SideName
from vesture.engines.warp.body.legs import labels_at
from vesture.engines.warp.body.relief import smooth_step
from vesture.engines.warp.undress.skin import BareLimb
from vesture.vision.masks import feather
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

CLOTH = (Label.TOP, Label.ONE_PIECE, Label.BOTTOM)
BEYOND = 0.3  # units past the wrist in which a hand would show
IN_CLOTH = 0.75  # share of that which is cloth, where the hand is hidden
LEAST = 0.01  # square units of skin that are a hand
ELBOW = 0.4, 0.6  # shares of an arm between which it begins to turn behind the body
BEHIND = 0.3  # units from the spine, within which a wrist is hidden by the torso


def hand_is_hidden(body: Body, side: SideName, hand: Bools) -> bool:
    """Whether cloth lies where the hand of an arm would show, whose skin (h, w) is not seen."""
    if np.count_nonzero(hand) > LEAST * body.unit**2:
        return False
    arm = body.arms[side]
    along = np.linspace(arm.length - 0.1 * body.unit, arm.length + BEYOND * body.unit, 8)
    axis, normal = arm.at(along), arm.outward(along, 1.0)
    across = np.linspace(-0.8, 0.8, 5) * float(arm.natural[-1])
    points = axis[:, None] + across[None, :, None] * normal[:, None]
    return bool(np.isin(labels_at(body, points.reshape(-1, 2)), CLOTH).mean() > IN_CLOTH)


def turned_behind(body: Body, side: SideName, bare: BareLimb) -> BareLimb:
    """The arm with its wrist behind the torso, at the height at which it is."""
    limb = bare.limb
    share = limb.along / limb.length
    wrist = limb.axis[-1]
    aside = float(body.coordinates(wrist)[0, 0])
    excess = SIGN[side] * aside - BEHIND * body.unit
    way = np.interp(share, [ELBOW[0], 1], [0, 1]) ** 1.5
    axis = limb.axis - (SIGN[side] * max(excess, 0.0) * way)[:, None] * body.across
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(axis, axis=0), axis=1))] + np.arange(len(axis)) * 1e-6
    return replace(bare, limb=replace(limb, axis=axis, along=along), hidden=True)


def before_body(along: Floats, length: float) -> Floats:
    """How much (h, w) of an arm whose hand is hidden may lie before cloth, at arc lengths (h, w)."""
    return np.asarray(1 - smooth_step((along / length - ELBOW[0]) / (ELBOW[1] - ELBOW[0])), np.float32)


def before_trousers(body: Body, old: Bools) -> Floats:
    """Where (h, w) an arm whose hand is hidden may show at all: not before the garment below, which stays."""
    kept = (body.labels == Label.BOTTOM) & ~old
    return np.asarray(1 - feather(kept, 0.8), np.float32)
