"""How wide a worn garment must be on another body: never narrower than the body itself, or the trousers under its hem.

Takes the cloth's points on its wearer and the person, gives factors on the distance from the spine. Cloth that covers
the body is left as wide as it was.
"""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.body.figure import SIDES, SIGN, V_LEVELS, Body, Floats, SideName
from vesture.engines.warp.fit.transfer import Transfer, Widths
from vesture.vision.parsing.parse import Label

LEVELS = np.linspace(0.35, 1.3, 20)
BARE = 1.08  # widest bare body, in those of anatomy: wider ones are clothes
AGREES = (1.0, 1.04)  # ratios up to which the cloth is wide enough, and from which on it is widened in full
WIDEST = 1.3
SEEN = 1.0  # of trousers that are seen, that the hem over them covers at least
NEAR = 0.03  # levels within which a side is looked at
STEPS = 40  # from the spine to the widest
FLARE = 0.25  # slope at which a side of cloth may widen towards the hem


def wide_enough(transfer: Transfer, points: Floats, over: bool = False) -> Widths:
    """Factors (n,) for signed distances (n,) from the person's spine at levels (n,).

    Args:
        points: (m, 2) along the sides of the torso's cloth, a few to each level at least, garment pixels.
        over: whether it hangs over what the person wears below.
    """
    here, there = transfer.source, transfer.target
    on_wearer, on_person = here.coordinates(points), there.coordinates(transfer.torso(points))
    factors = {}
    for side in SIDES:
        worn = _reach(SIGN[side] * on_wearer[:, 0], on_wearer[:, 1])
        have = _reach(SIGN[side] * on_person[:, 0], on_person[:, 1])
        # where the wearer's body was read as wider than the cloth on it, so may the person's be
        fair = np.clip(worn / np.maximum(_breadth(here, side), 1e-6), 0.5, 1)
        need = fair * _breadth(there, side)
        if over:
            need = np.maximum(need, SEEN * below_the_hem(there, side))
        need = np.where((have > 0) & (worn > 0), need, 0)
        ratio = need / np.maximum(have, 1e-6)
        full = np.clip((ratio - AGREES[0]) / (AGREES[1] - AGREES[0]), 0, 1)
        factors[side] = _smooth(np.clip(1 + full * (ratio - 1), 1, WIDEST))

    def factor(across: Floats, level: Floats) -> Floats:
        left, right = (np.interp(level, LEVELS, factors[side]) for side in SIDES)
        return np.where(across < 0, left, right)

    return factor


def _breadth(body: Body, side: SideName) -> Floats:
    """Half-width of the body at `LEVELS`, without wide clothes."""
    return np.minimum(body.width(side, LEVELS), BARE * np.interp(LEVELS, V_LEVELS, body.bare_half_width))


def below_the_hem(body: Body, side: SideName) -> Floats:
    """How far out, at `LEVELS`, what is worn below the present top is seen; 0 where it is not."""
    out = np.linspace(0, WIDEST, STEPS)
    across = SIGN[side] * out[None] * np.interp(LEVELS, V_LEVELS, body.bare_half_width)[:, None]
    path = body.point(across.ravel(), np.repeat(LEVELS, STEPS))
    column, row = np.clip(np.rint(path).astype(int), 0, np.subtract(body.labels.shape[::-1], 1)).T
    seen = (body.labels[row, column] == Label.BOTTOM).reshape(-1, STEPS)
    run = np.logical_and.accumulate(seen, axis=1).sum(1)
    reach = np.where((run > STEPS // 3) & (run < STEPS), np.abs(across[np.arange(len(LEVELS)), run - 1]), 0)
    # cloth widens gradually
    return np.asarray((reach[None] - FLARE * body.torso * np.abs(LEVELS[:, None] - LEVELS[None])).max(1).clip(0))


def _reach(out: Floats, level: Floats) -> Floats:
    """How far out cloth goes at `LEVELS`; 0 where there is none."""
    near = np.abs(level - LEVELS[:, None]) < NEAR
    return np.asarray(np.where(near, out, 0).max(axis=1, initial=0.0))


def _smooth(values: Floats) -> Floats:
    padded = np.pad(values, 1, mode="edge")
    return np.asarray(np.convolve(padded, [0.25, 0.5, 0.25], mode="valid"))
