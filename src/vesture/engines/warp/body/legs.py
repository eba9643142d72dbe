"""Legs as the photo shows them: how far the cloth or skin of each reaches to both sides, where they part, where the
shoe begins.

Takes a `Body`, gives distances from the axes of its legs in photo pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, SideName
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]

CROTCH_DROP = 0.36  # units below the hip joints; 0.38 to 0.45 in photos of close-fitting trousers
STANDING = 0.85  # of legs whose gap tells something
SEEN_CROTCH = (0.28, 0.46)  # between which a gap between the legs shows where trousers part
MOST_ASIDE = 0.2  # units from the spine that this place may lie
RAISED = 0.35  # share of the drop that is left when both thighs are level
FARTHEST = 2.6  # natural radii from the axis within which cloth of a leg is looked for
HANDS_END = 0.4  # share of a leg above which skin beside cloth may be a hand
CLOTH = (Label.BOTTOM, Label.ONE_PIECE, Label.TOP)
STEPS = 64


@dataclass(frozen=True, slots=True)
class LegOutline:
    """A leg at `along` (n,), arc lengths of its axis: distances (n,) from the axis.

    Attributes:
        outer, inner: to the present outline, away from the other leg and towards it.
        touches: whether both legs are one there, seen from the front.
        middle: distance towards the other leg of the line between both.
    """

    along: Floats
    outer: Floats
    inner: Floats
    touches: Bools
    middle: Floats


def leg_outline(body: Body, side: SideName, along: Floats) -> LegOutline:
    """Measure a leg at arc lengths along its axis."""
    leg = body.legs[side]
    other = body.legs["right" if side == "left" else "left"]
    axis, outward, natural = leg.at(along), leg.outward(along, SIGN[side]), leg.radius(along)
    middle = to_middle(axis, -outward, other.at(np.linspace(0, other.length, 65)))
    limit, share = FARTHEST * natural, along / leg.length
    outer, _ = _reach(body, axis, outward, limit, share)
    inner, ends = _reach(body, axis, -outward, np.clip(2 * middle, 0.1 * natural, limit), share)
    touches = ~ends & (limit > 1.15 * middle)
    return LegOutline(along, _smooth(outer), _smooth(inner), _steady(touches), middle)


def crotch_level(body: Body) -> float:
    """Level v at which legs part, by anatomy; higher when thighs are raised."""
    return 1.0 + CROTCH_DROP * _stance(body) * body.unit / body.torso


def uprightness(body: Body, side: SideName) -> float:
    """How upright a thigh is: 1 for standing, down to `RAISED` for a level one."""
    leg = body.legs[side]
    start, knee = leg.at(np.array([0.0, 0.4 * leg.length]))
    upright = float((knee - start) @ body.down / max(float(np.linalg.norm(knee - start)), 1e-6))
    return float(np.clip(upright, RAISED, 1.0))


def _stance(body: Body) -> float:
    return float(np.mean([uprightness(body, side) for side in SIDES]))


def seen_crotch(body: Body) -> Floats:
    """Torso coordinates (u, v) of where the present trousers or bare legs part, where that can be seen, else by
    anatomy in the middle."""
    levels = 1.0 + np.linspace(0.1, 1.0, 91) * body.unit / body.torso
    sides = []
    for side in SIDES:
        leg = body.legs[side]
        line = body.coordinates(leg.at(np.linspace(0, leg.length, 65)))
        sides.append(np.interp(levels, np.maximum.accumulate(line[:, 1]), line[:, 0]))
    across = sides[0][:, None] + np.linspace(0, 1, 41) * (sides[1] - sides[0])[:, None]
    points = body.point(across.ravel(), np.repeat(levels, 41))
    open_scene = ((labels_at(body, points) == Label.BACKGROUND) & _inside(body, points)).reshape(across.shape)
    apart = np.convolve(open_scene.any(1), np.ones(6), mode="valid") >= 6
    by_anatomy = np.array([0.0, crotch_level(body)])
    if not apart.any() or _stance(body) < STANDING:
        return by_anatomy
    first = int(np.argmax(apart))
    drop = float((levels[first] - 1.0) * body.torso / body.unit)
    if not 0.2 <= drop <= 0.52:
        return by_anatomy
    top = np.s_[first : first + 3]
    aside = float(np.median(across[top][open_scene[top]]))
    lean = MOST_ASIDE * body.unit
    return np.array([np.clip(aside, -lean, lean), 1.0 + np.clip(drop, *SEEN_CROTCH) * body.unit / body.torso])


def seen_crotch_level(body: Body) -> float:
    """Level v of `seen_crotch`."""
    return float(seen_crotch(body)[1])


def shoe_from(body: Body, side: SideName) -> float | None:
    """Arc length at which a shoe begins on the axis of a leg; None when none is seen."""
    leg = body.legs[side]
    along = np.linspace(0.75 * leg.length, leg.length + 0.6 * body.unit, 60)
    shoe = np.flatnonzero(labels_at(body, leg.at(along)) == Label.SHOES)
    return float(along[shoe[0]]) if len(shoe) else None


def cloth_until(body: Body, side: SideName) -> float:
    """Arc length at which the present trousers end on the axis of a leg; 0 where it is bare."""
    leg = body.legs[side]
    along = np.linspace(0, leg.length + 0.5 * body.unit, 160)
    cloth = np.flatnonzero(np.isin(labels_at(body, leg.at(along)), (Label.BOTTOM, Label.ONE_PIECE)))
    return float(along[cloth[-1]]) if len(cloth) else 0.0


def labels_at(body: Body, points: Floats) -> NDArray[np.uint8]:
    """Labels under points (n, 2); background outside the photo."""
    column, row = np.rint(points).astype(int).T
    inside = _inside(body, points)
    seen = np.full(len(points), int(Label.BACKGROUND), np.uint8)
    seen[inside] = body.labels[row[inside], column[inside]]
    return seen


def _inside(body: Body, points: Floats) -> Bools:
    """Which points (n, 2) lie in the photo."""
    column, row = np.rint(points).astype(int).T
    height, width = body.labels.shape
    return np.asarray((column >= 0) & (column < width) & (row >= 0) & (row < height))


def to_middle(axis: Floats, inward: Floats, other: Floats) -> Floats:
    """Half the way (n,) to the other leg's axis (m, 2), measured along the inward normals."""
    offset = other[None] - axis[:, None]
    nearest = np.argmin(np.linalg.norm(offset, axis=2), axis=1)
    towards = offset[np.arange(len(axis)), nearest]
    return np.asarray(0.5 * (towards * inward).sum(1))


def _reach(body: Body, axis: Floats, direction: Floats, limit: Floats, share: Floats) -> tuple[Floats, Bools]:
    """How far the leg's cloth or skin goes on in a direction, at most `limit` (n,), and whether it ends before."""
    distance = np.linspace(0, 1, STEPS)[None] * limit[:, None]
    points = axis[:, None] + direction[:, None] * distance[..., None]
    seen = labels_at(body, points.reshape(-1, 2)).reshape(len(axis), STEPS)
    skin = seen == Label.SKIN
    bare = skin[:, 0] | (share > HANDS_END)
    on = np.isin(seen, CLOTH) | (skin & bare[:, None])
    on[:, 0] = True
    on |= np.roll(on, 1, axis=1) & np.roll(on, -1, axis=1)
    first_off = np.where(on.all(1), STEPS, np.argmin(on, axis=1))
    return limit * np.clip(first_off - 1, 0, STEPS - 1) / (STEPS - 1), first_off < STEPS - 1


def _smooth(values: Floats) -> Floats:
    """Without outliers: the middle of seven, then the mean of five."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(values, 3, mode="edge"), 7)
    return np.convolve(np.pad(np.median(windows, axis=1), 2, mode="edge"), np.ones(5) / 5, mode="valid")


def _steady(values: Bools) -> Bools:
    """Without outliers: what most of seven say."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(values, 3, mode="edge"), 7)
    return np.asarray(windows.mean(axis=1) > 0.5)
