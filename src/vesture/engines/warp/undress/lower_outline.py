"""The outline of trousers or a skirt where a top that goes hid them.

Takes the body and what is seen of that cloth, gives coverage. The sides run from the waist to the edge that is seen
below the hem. Where the top hid the thighs the cloth of each leg goes on along it, as far off the leg as where it is
seen, and fills what lies between the legs where both are seen as one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, SideName
from vesture.engines.warp.body.legs import crotch_level, labels_at, to_middle
from vesture.engines.warp.body.silhouettes import filled, torso_edge
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Bools = NDArray[np.bool_]

HIPS = 1.3  # level v down to which the old top may have hung where no edge is seen below it
LOWEST = 2.4  # level v down to which an edge is looked for
ROWS, COLUMNS = 141, 161
WIDEST, NARROWEST = 0.9, 0.12  # units from the spine within which edges are looked for
STEADY = 4  # levels in a row that must show an edge
USUAL = (0.6, 1.45)  # how much wider than the hips, scaled to one, cloth is at the old hem
ALONG, ACROSS = 72, 48  # places along a leg, and across it
FARTHEST = 2.6  # natural radii from a leg's axis within which its cloth ends
HANDS = 0.85  # share of the hips up to which cloth must be seen beside a hand, so that it is taken to end there
EASE = 0.03  # units that cloth lies off the hips
LEG_SIDES = (0.85, 1.15)  # levels v between which the sides go over from the trunk's to the legs'


@dataclass(frozen=True, slots=True)
class _Edge:
    """Half-widths `aside` (n,) in pixels of the cloth that is seen at levels v `levels` (n,), from the top down."""

    levels: Doubles
    aside: Doubles


@dataclass(frozen=True, slots=True)
class _Leg:
    """The edges (n, 2) of a leg in its cloth from the hip down, and the level v from which it is seen."""

    outer: Doubles
    inner: Doubles
    seen: float


def hidden_outline(shape: tuple[int, int], body: Body, lower: Bools, waistband: float) -> Floats:
    """Coverage (H, W) of what is worn below, from the level v of its waistband down to where it is seen.

    Args:
        lower: (H, W) what is seen of it.
    """
    levels = np.linspace(waistband, max(LOWEST, waistband + 0.5), ROWS)
    across = np.linspace(-WIDEST, WIDEST, COLUMNS) * body.unit
    places = body.point(np.repeat(across, ROWS), np.tile(levels, COLUMNS))
    labels = labels_at(body, places).reshape(COLUMNS, ROWS).T
    column, row = np.rint(places).astype(int).T
    inside = (column >= 0) & (column < shape[1]) & (row >= 0) & (row < shape[0])
    seen = np.zeros(len(places), bool)
    seen[inside] = lower[row[inside], column[inside]]
    cloth = seen.reshape(COLUMNS, ROWS).T
    scene = (labels == Label.BACKGROUND) & inside.reshape(COLUMNS, ROWS).T
    edges = {side: _seen_edge(cloth, scene, across, levels, side) for side in SIDES}
    for side in SIDES:
        if edges[side] is None:
            edges[side] = _edge_at_hand(body, cloth & (levels < HIPS)[:, None], across, levels, side)
    end = max([HIPS, *(edge.levels[0] for edge in edges.values() if edge is not None)])
    down = np.linspace(waistband, end, 32)
    sides = [body.point(SIGN[side] * _half_width(body, side, edges[side], down), down) for side in SIDES]
    return filled(shape, np.concatenate([sides[0], sides[1][::-1]]))


def hidden_legs(shape: tuple[int, int], body: Body, lower: Bools, waistband: float) -> Floats | None:
    """Coverage (H, W) of trousers from the level v of their waistband down to where both legs are seen; None where the
    thighs are seen, or too little of the legs.

    Args:
        lower: (H, W) what is seen of the trousers.
    """
    legs = {side: leg for side in SIDES if (leg := _leg(body, side, lower)) is not None}
    if len(legs) < len(SIDES) or max(leg.seen for leg in legs.values()) < crotch_level(body):
        return None
    zones = [filled(shape, np.concatenate([leg.outer, leg.inner[::-1]])) for leg in legs.values()]
    return np.maximum.reduce([filled(shape, _trunk(body, legs, waistband)), *zones])


def _seen_edge(cloth: Bools, scene: Bools, across: Doubles, levels: Doubles, side: SideName) -> _Edge | None:
    """Where the cloth ends at a side and the scene begins; None if something else lies there at all levels."""
    order = np.argsort(SIGN[side] * across)[len(across) // 2 :]  # from the spine outwards
    outward = cloth[:, order]
    outermost = outward.shape[1] - 1 - np.argmax(outward[:, ::-1], axis=1)
    aside = np.abs(across[order])[outermost]
    beyond = scene[:, order][np.arange(len(levels)), np.minimum(outermost + 2, outward.shape[1] - 1)]
    seen = outward.any(1) & beyond & (aside > NARROWEST / WIDEST * aside.max()) & (outermost < outward.shape[1] - 2)
    steady = np.convolve(seen, np.ones(STEADY), mode="valid") >= STEADY
    if not steady.any():
        return None
    first = int(np.argmax(steady))
    chosen = np.arange(len(levels)) >= first
    chosen &= seen
    return _Edge(levels[chosen], aside[chosen])


def _edge_at_hand(body: Body, cloth: Bools, across: Doubles, levels: Doubles, side: SideName) -> _Edge | None:
    """Where the cloth ends at a hand that hangs right beside it; None if that may lie before it."""
    aside = np.where(cloth, SIGN[side] * across[None], 0).max(axis=1)
    seen = np.flatnonzero(aside)[1 : 1 + STEADY]
    if len(seen) < STEADY:
        return None
    first, end = levels[seen[:1]], float(np.median(aside[seen]))
    hips = float(torso_edge(body, side, first)[0])
    return _Edge(first, np.array([end])) if HANDS * hips < end < hips else None


def _half_width(body: Body, side: SideName, edge: _Edge | None, levels: Doubles) -> Doubles:
    """Half-widths (n,) in pixels at levels v: those of the bare torso, drawn to the edge that is seen below."""
    hips = torso_edge(body, side, levels)
    if edge is None:
        return hips
    first = float(edge.levels[0])
    aside = float(np.median(edge.aside[:STEADY]))
    ratio = float(np.clip(aside / torso_edge(body, side, np.array([first]))[0], *USUAL))
    way = np.clip((levels - levels[0]) / max(first - levels[0], 1e-3), 0, 1)
    drawn = hips * (1 + (ratio - 1) * way**2 * (3 - 2 * way))
    return np.where(levels > first, np.interp(levels, edge.levels, edge.aside), drawn)


def _trunk(body: Body, legs: dict[SideName, _Leg], waistband: float) -> Doubles:
    """The outline (n, 2) from the waistband to the crotch, whose sides go over into those of the legs."""
    levels = np.linspace(waistband, max(LEG_SIDES[1], crotch_level(body)), 32)
    share = np.clip((levels - LEG_SIDES[0]) / (LEG_SIDES[1] - LEG_SIDES[0]), 0, 1)
    share = share * share * (3 - 2 * share)
    sides = []
    for side in SIDES:
        place = body.coordinates(legs[side].outer)
        on_leg = np.abs(np.interp(levels, np.maximum.accumulate(place[:, 1]), place[:, 0]))
        aside = (1 - share) * torso_edge(body, side, levels) + share * on_leg
        sides.append(body.point(SIGN[side] * aside, levels))
    return np.concatenate([sides[0], sides[1][::-1]])


def _leg(body: Body, side: SideName, lower: Bools) -> _Leg | None:
    """A leg in its cloth; None where too little of that is seen, or more than a leg needs.

    Args:
        lower: (H, W) the cloth that is seen.
    """
    leg, other = body.legs[side], body.legs["right" if side == "left" else "left"]
    along = np.linspace(0, leg.length, ALONG)
    axis, outward, natural = leg.at(along), leg.outward(along, SIGN[side]), leg.radius(along)
    half_way = np.maximum(to_middle(axis, -outward, other.at(along)), 0.1 * natural)
    out, ends, _ = _reach(body, lower, axis, outward, FARTHEST * natural)
    into, stops, goes_on = _reach(body, lower, axis, -outward, np.minimum(half_way, FARTHEST * natural))
    meets = goes_on & (half_way < FARTHEST * natural)
    if min(np.count_nonzero(ends), np.count_nonzero(stops | meets)) < STEADY:
        return None
    crotch = float(np.interp(crotch_level(body), np.maximum.accumulate(body.coordinates(axis)[:, 1]), along))
    outer = natural + _through(along, out - natural, ends, 0.0, EASE * body.unit)
    inner = half_way - np.maximum(_through(along, half_way - into, stops | meets, crotch, 0.0), 0)
    seen = float(body.coordinates(axis[(out > 0) | (into > 0)])[0, 1])
    return _Leg(axis + outward * outer[:, None], axis - outward * inner[:, None], seen)


def _reach(body: Body, lower: Bools, axis: Doubles, direction: Doubles, limit: Doubles) -> tuple[Doubles, Bools, Bools]:
    """How far (n,) in pixels the cloth that is seen goes on from an axis (n, 2) in a direction, things before it
    included; whether the scene follows on it before the limit (n,), and whether it goes on up to there."""
    distance = np.linspace(0, 1, ACROSS)[None] * limit[:, None]
    points = (axis[:, None] + direction[:, None] * distance[..., None]).reshape(-1, 2)
    column, row = np.rint(points).astype(int).T
    inside = (column >= 0) & (column < lower.shape[1]) & (row >= 0) & (row < lower.shape[0])
    found, names = np.zeros(len(points), bool), np.full(len(points), int(Label.HAIR))
    found[inside], names[inside] = lower[row[inside], column[inside]], body.labels[row[inside], column[inside]]
    cloth, labels = found.reshape(distance.shape), names.reshape(distance.shape)
    on = cloth | (labels == Label.OTHER)
    end = np.where(on.all(1), ACROSS - 1, np.argmin(on, axis=1))
    rows = np.arange(len(axis))
    ended = cloth[rows, np.maximum(end - 1, 0)] & ~on[rows, end]
    return distance[rows, end], ended & (labels[rows, end] == Label.BACKGROUND), cloth[rows, end]


def _through(along: Doubles, values: Doubles, known: Bools, start: float, first: float) -> Doubles:
    """Values (n,) that are `first` down to the arc length `start`, go over to the known ones and along these."""
    places = np.flatnonzero(known)
    steady = np.array([np.median(values[places[max(0, k - 3) : k + 4]]) for k in range(len(places))])
    way = np.clip((along - start) / max(float(along[places[0]]) - start, 1e-3), 0, 1)
    return np.asarray(first + (np.interp(along, along[places], steady) - first) * way)
