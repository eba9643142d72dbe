"""The sides of a worn garment behind hands, hair and bags: straight on from where they are seen above and below.

Takes the mask of the torso's cloth and its wearer, gives the zone that the cloth fills where its edge is hidden.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, V_LEVELS, Body, Floats, SideName
from vesture.engines.warp.body.silhouettes import filled
from vesture.engines.warp.worn.hidden import near_hands
from vesture.engines.warp.worn.wearer import OTHER
from vesture.vision.masks import closed
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]

LEVELS, STEPS = 90, 121
FARTHEST = 1.6  # units from the spine
GAP = 0.12  # units: a finger before the cloth
BEYOND = (0.01, 0.08)  # units past the edge of the cloth where it shows what hides it
HIDING = (Label.HAIR, Label.OTHER)
MOST_APART = 0.3  # units that the sides of a body may differ by
LONGEST_BITE = 0.75  # units along the spine
INNER = 0.1  # units inwards of the edge that is seen, from which cloth is made
MOST_FLARE = 0.06  # units by which cloth may widen where no edge of it is seen any more


def bridged_sides(body: Body, mask: Bools, cloth: Bools, first: float, last: float) -> Bools:
    """Zone (H, W) out to where the sides go on, at the levels at which something before the cloth hides them.

    Args:
        body: the wearer.
        mask: (H, W) all cloth of the garment that is seen.
        cloth: (H, W) of it, what belongs to the torso.
        first, last: levels between which the sides are looked at.
    """
    zone = np.zeros(cloth.shape, bool)
    if last < first + 0.1:
        return zone
    levels = np.linspace(first, last, LEVELS)
    things = ~mask & np.isin(body.labels, (*HIDING, *np.unique(body.labels[cloth])))
    skin = body.labels == Label.SKIN
    hands = skin & near_hands(body)
    beside = things | skin | (mask & ~cloth)
    edges = {side: _edge(body, cloth, hands, things, beside, levels, side) for side in SIDES}
    for side in SIDES:
        (edge, by_hand, by_thing, seen), (other, _, _, other_seen) = edges[side], edges[OTHER[side]]
        if not (seen.any() or other_seen.any()):
            continue
        # an arm that hangs beside the cloth hides next to nothing of it
        bites = [run for run in _runs(by_hand) if np.ptp(levels[slice(*run)]) * body.torso < LONGEST_BITE * body.unit]
        reach = _continued(body, side, levels, edge, seen, np.where(other_seen, other, 0))
        for start, end in bites + _runs(by_thing):
            span = slice(max(0, start - 1), end + 1)
            outer = body.point(SIGN[side] * reach[span], levels[span])
            inner = body.point(SIGN[side] * np.maximum(edge[span] - INNER * body.unit, 0), levels[span])
            zone |= filled(cloth.shape, np.concatenate([inner, outer[::-1]])) > 0.5
    return closed(zone, 0.04 * body.unit) if zone.any() else zone


def _edge(
    body: Body, cloth: Bools, hands: Bools, things: Bools, beside: Bools, levels: Floats, side: SideName
) -> tuple[Floats, Bools, Bools, Bools]:
    """Pixels from the spine to the edge of the cloth at levels (n,), 0 where there is none; where (n,) hands and where
    (n,) things go on from it; and where (n,) it is seen, with nothing `beside` it."""
    across = np.linspace(0, FARTHEST, STEPS) * body.unit
    points = (
        body.neck + SIGN[side] * across[None, :, None] * body.across + (levels * body.torso)[:, None, None] * body.down
    )
    column, row = np.rint(points[..., 0]).astype(int), np.rint(points[..., 1]).astype(int)
    inside = (column >= 0) & (column < cloth.shape[1]) & (row >= 0) & (row < cloth.shape[0])
    row, column = np.where(inside, row, 0), np.where(inside, column, 0)
    on = cloth[row, column] & inside
    step = FARTHEST / (STEPS - 1)
    reach = np.zeros(len(levels), int)
    for index in range(len(levels)):
        covered = np.flatnonzero(on[index])
        if len(covered):
            breaks = np.flatnonzero(np.diff(covered) > GAP / step)
            reach[index] = covered[breaks[0]] if len(breaks) else covered[-1]
    near, far = (max(1, round(value / step)) for value in BEYOND)
    ahead = np.minimum(reach[:, None] + np.arange(near, far + 1)[None], STEPS - 1)

    def ahead_on(where: Bools) -> Bools:
        return np.asarray(np.take_along_axis(where[row, column] & inside, ahead, axis=1).mean(1) > 0.5)

    return across[reach], ahead_on(hands), ahead_on(things), (reach > 0) & ~ahead_on(beside)


def _continued(body: Body, side: SideName, levels: Floats, edge: Floats, seen: Bools, other: Floats) -> Floats:
    """The edge at all levels: between seen ones straight on; past the last, as the other side does where that is seen,
    and as far from the bare body as at the last."""
    bare = np.interp(levels, V_LEVELS, body.bare_half_width)
    if not seen.any():
        return np.where(other > 0, other, edge)
    places = np.flatnonzero(seen)
    reach = np.interp(levels, levels[places], edge[places])
    outside = (np.arange(len(levels)) < places[0]) | (np.arange(len(levels)) > places[-1])
    nearest = np.where(np.arange(len(levels)) < places[0], places[0], places[-1])
    along_body = bare + (edge - bare)[nearest]
    apart = (edge - other)[nearest]
    like_other = np.where(
        (other > 0) & (np.abs(apart) < MOST_APART * body.unit) & (other[nearest] > 0), other + apart, 0
    )
    guess = np.where(like_other > 0, like_other, along_body)
    reach = np.where(outside, np.minimum(guess, edge[nearest] + MOST_FLARE * body.unit), reach)
    return np.maximum(reach, edge)


def _runs(hidden: Bools) -> list[tuple[int, int]]:
    """(start, end) of the runs of true values, end exclusive."""
    steps = np.flatnonzero(np.diff(np.r_[False, hidden, False].astype(np.int8)))
    return [(int(start), int(end)) for start, end in zip(steps[::2], steps[1::2], strict=True)]
