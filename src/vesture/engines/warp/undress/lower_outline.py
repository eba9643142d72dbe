"""The outline of trousers or a skirt where a top that goes hid them.

Takes the body and what is seen of that cloth, gives coverage. The sides run from the waist to the edge that is seen
below the hem; legs that are seen apart there part at the crotch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, SideName
from vesture.engines.warp.body.legs import crotch_level, labels_at
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
STRADDLE = 0.45  # units that the middle between two legs may lie from the spine
PARTED = 0.05  # levels below the crotch at which a gap between the legs is worth drawing


@dataclass(frozen=True, slots=True)
class _Edge:
    """Half-widths `aside` (n,) in pixels of the cloth that is seen at levels v `levels` (n,), from the top down."""

    levels: Doubles
    aside: Doubles


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
    found = [edge.levels[0] for edge in edges.values() if edge is not None]
    end = max([HIPS, *found])
    down = np.linspace(waistband, end, 32)
    sides = [body.point(SIGN[side] * _half_width(body, side, edges[side], down), down) for side in SIDES]
    outline = filled(shape, np.concatenate([sides[0], sides[1][::-1]]))
    return np.asarray(outline * (1 - _gap(shape, body, cloth, scene, across, levels)), np.float32)


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


def _gap(
    shape: tuple[int, int], body: Body, cloth: Bools, scene: Bools, across: Doubles, levels: Doubles
) -> Floats | float:
    """Coverage (H, W) of the scene between two legs, from the crotch down to where it is seen; 0 without one."""
    crotch = crotch_level(body)
    left = np.logical_or.accumulate(cloth, axis=1)
    right = np.logical_or.accumulate(cloth[:, ::-1], axis=1)[:, ::-1]
    between = scene & left & right & (np.abs(across) < STRADDLE * body.unit)
    steady = np.convolve(between.any(1), np.ones(STEADY), mode="valid") >= STEADY
    if not steady.any():
        return 0.0
    first = int(np.argmax(steady))
    if levels[first] < crotch + PARTED:
        return 0.0
    sides = across[between[first + STEADY // 2]]
    ends = np.array([sides.min(), sides.max()])
    apex = body.point(np.array([ends.mean()]), np.array([crotch]))
    low = body.point(ends, np.full(2, levels[first] + 0.02))
    return filled(shape, np.concatenate([apex, low]))
