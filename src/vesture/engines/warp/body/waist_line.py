"""The upper edge of what is worn below, where bare skin is seen above it.

Takes a `Body`, gives that edge as a curve across the torso: waistbands lie aslant on hips that lean, and sag in front.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, SideName
from vesture.engines.warp.body.legs import labels_at
from vesture.vision.parsing.parse import Label

WIDEST = 0.8  # units from the spine within which it is looked for
AROUND = 0.3  # levels v above and below the waistband that was measured in the middle
SKIN_ABOVE = 0.04  # levels above the edge where skin must be
LEAST = 0.5  # share of the columns that must show the edge
NEAR = 0.035  # levels from the curve within which a column belongs to it
STRAIGHTEST, MOST_SAG = -0.05, 0.16  # levels that its middle may lie above and below the line of its ends
MOST_LEAN = 0.14  # levels between its ends
BOTH_SIDES = 0.7  # of the half-width to which the edge must be seen on both sides, or a bend says nothing
HAND, BESIDE_HAND = 0.45, 0.17  # units past the wrist, and to its sides, that a hand hides
COLUMNS, ROWS = 61, 121
OPENING, HIGHEST = 0.3, 0.6  # units from the spine and level v within which an open jacket shows a waistband
OPENING_COLUMNS, STEADY = 25, 3  # columns looked at, and how many neighbours must show it at least as high


@dataclass(frozen=True, slots=True)
class WaistLine:
    """Levels v of the edge as a quadratic in u (pixels), and `ends`, u of its ends by side."""

    coefficients: Floats
    ends: dict[SideName, float]

    def level(self, u: Floats | float) -> Floats:
        return np.asarray(np.polyval(self.coefficients, u), float)


def seen_waist(body: Body) -> WaistLine | None:
    """The edge between belly and waistband; None where cloth hangs over it or too little of it is seen."""
    across = np.linspace(-WIDEST, WIDEST, COLUMNS) * body.unit
    levels = body.waist + np.linspace(-AROUND, AROUND, ROWS)
    seen = labels_at(body, body.point(np.repeat(across, ROWS), np.tile(levels, COLUMNS))).reshape(COLUMNS, ROWS)
    bottom = seen == Label.BOTTOM
    first = np.argmax(bottom, axis=1)
    step = levels[1] - levels[0]
    above = np.clip(first - round(SKIN_ABOVE / step), 0, None)
    shown = bottom.any(1) & (first > round(SKIN_ABOVE / step)) & (seen[np.arange(COLUMNS), above] == Label.SKIN)
    shown &= ~_by_a_hand(body, across, levels[first])
    within = np.abs(across) < 0.9 * np.asarray([body.width(side, body.waist) for side in SIDES]).mean()
    if (shown & within).sum() < max(LEAST * within.sum(), 8):
        return None
    # hands on hips hide it: the fit begins with the slope of most pairs of columns, and what is off it goes
    curve = _most_likely_line(across[shown], levels[first[shown]])
    for _ in range(4):
        chosen = shown & (np.abs(levels[first] - np.polyval(curve, across)) <= NEAR)
        if chosen.sum() < 8:
            return None
        seen_on_both = min(-across[chosen].min(), across[chosen].max()) > BOTH_SIDES * across[within].max()
        curve = np.polyfit(across[chosen], levels[first[chosen]], 2 if seen_on_both else 1)
    if (chosen & within).sum() < LEAST * within.sum():
        return None
    ends = {side: _end(body, curve, side) for side in SIDES}
    outer = np.polyval(curve, [ends["left"], ends["right"]])
    sag = float(np.polyval(curve, 0.5 * (ends["left"] + ends["right"])) - outer.mean())
    if not STRAIGHTEST <= sag <= MOST_SAG or abs(outer[1] - outer[0]) > MOST_LEAN:
        return None
    return WaistLine(curve, ends)


def highest_under_a_top(body: Body) -> float | None:
    """Level v of the highest place at which the lower garment is seen right below an upper one: between the fronts of
    an open jacket it shows further up than under its hem. None where no top hangs over it."""
    across = np.linspace(-OPENING, OPENING, OPENING_COLUMNS) * body.unit
    levels = np.linspace(HIGHEST, body.waist + AROUND, ROWS)
    seen = labels_at(body, body.point(np.repeat(across, ROWS), np.tile(levels, OPENING_COLUMNS)))
    seen = seen.reshape(OPENING_COLUMNS, ROWS)
    begins = np.zeros(seen.shape, bool)
    begins[:, 1:] = (seen[:, 1:] == Label.BOTTOM) & (seen[:, :-1] == Label.TOP)
    edge = np.where(begins.any(1), levels[np.argmax(begins, axis=1)], np.inf)
    steady = np.lib.stride_tricks.sliding_window_view(edge, STEADY).max(1)
    highest = float(steady.min())
    return highest if np.isfinite(highest) else None


def _most_likely_line(x: Floats, y: Floats) -> Floats:
    """Slope and height of the line through points (n,) by medians (Theil 1950, Sen 1968)."""
    first, second = np.triu_indices(len(x), 1)
    slope = float(np.median((y[second] - y[first]) / (x[second] - x[first])))
    return np.array([slope, float(np.median(y - slope * x))])


def _by_a_hand(body: Body, across: Floats, levels: Floats) -> NDArray[np.bool_]:
    """Which places (n,) of the torso a hand may hide."""
    places, near = body.point(across, levels), np.zeros(len(across), bool)
    for arm in body.arms.values():
        hand = arm.at(np.linspace(0.9 * arm.length, arm.length + HAND * body.unit, 12))
        near |= np.linalg.norm(places[:, None] - hand[None], axis=2).min(1) < BESIDE_HAND * body.unit
    return near


def _end(body: Body, curve: Floats, side: SideName) -> float:
    """u where the waistband ends at a side; where a hand hides that, by the width of the body."""
    out = SIGN[side] * np.linspace(0.2, WIDEST, 61) * body.unit
    on = labels_at(body, body.point(out, np.asarray(np.polyval(curve, out) + NEAR, float))) == Label.BOTTOM
    reach = abs(float(out[int(np.argmin(on)) - 1])) if on[0] and not on.all() else 0.0
    width = float(body.width(side, body.waist))
    return SIGN[side] * float(np.clip(reach, 0.92 * width, 1.15 * width))
