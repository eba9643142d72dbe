"""Bare legs as the trousers over them let them be: no wider than these, and meeting where thighs do.

Takes the body and its bare legs, gives bare legs. Knows nothing about colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Limb, SideName
from vesture.engines.warp.body.legs import CLOTH, crotch_level, labels_at, seen_crotch, uprightness
from vesture.engines.warp.body.relief import smooth_step
from vesture.engines.warp.body.silhouettes import under_cloth
from vesture.engines.warp.undress.skin import BareLimb
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float64]
Coverage = NDArray[np.float32]
Bools = NDArray[np.bool_]

UPRIGHT = 0.8  # of thighs that hang beside each other
PARTING = 0.75  # units below the crotch over which thighs part as far as their tubes do
WIDEST = 0.34  # units of half a gap between thighs that are one body's
STEPS, FARTHEST = 40, 1.5  # of a ray from a leg's axis, and its radii
PLAUSIBLE = 0.72  # of a leg's radius; cloth that ends nearer is not the edge of the trousers
KNOWN = 0.3  # share of a leg along which that edge must be seen
INSIDE = 0.006  # units of cloth
SHOE = 0.3  # units round a leg's end within which the trousers' edge lies on its shoe
LEAST = 0.05  # units of that edge, at least
ANKLE, WIDER = 0.5, 1.25  # units above a shoe over which an ankle turns to its opening; most that it widens
ASIDE, BELOW = 0.07, 0.1  # units that it does so; below a leg's end, where its shoe may begin
JOINT = 0.15  # units before skin that is seen, which tells the width itself


def clothed_legs(body: Body, legs: Mapping[SideName, BareLimb]) -> dict[SideName, BareLimb]:
    """The bare legs within the outline of what is on them; those of a standing body meet at the crotch."""
    standing = min(uprightness(body, side) for side in SIDES) >= UPRIGHT
    return {side: _shaped(body, side, legs[side], standing) for side in SIDES}


def beside_a_tube(limb: Limb, cover: Coverage, margin: float) -> Bools:
    """Places (h, w) beside the lowest `margin` pixels of trousers of coverage (h, w) that reach the ankle of a limb: it
    comes out below their hem, not beside it."""
    result = np.zeros(cover.shape, bool)
    under = np.flatnonzero(under_cloth(limb, cover, margin))
    if not len(under):
        return result
    last = int(under[-1])
    rows = np.arange(last + 1, min(len(cover), last + 2 + round(margin)))
    middle = np.interp(np.r_[last, rows], np.maximum.accumulate(limb.axis[:, 1]), limb.axis[:, 0])
    aside: Floats = np.arange(cover.shape[1])[None] - np.asarray(middle)[:, None]
    above, seen = aside[:1], cover[last : last + 1] < 0.5
    left, right = (above[seen & (sign * above > 0)] for sign in (-1, 1))
    if len(left):
        result[rows] |= aside[1:] <= left.max()
    if len(right):
        result[rows] |= aside[1:] >= right.min()
    return result


def _shaped(body: Body, side: SideName, bare: BareLimb, standing: bool) -> BareLimb:
    if not bare.seen:
        bare = _into_shoe(body, bare)
    limb = bare.limb
    outward = limb.outward(limb.along, SIGN[side])
    outer, inner = limb.natural, limb.natural
    if standing:
        inner = inner + _added(body, side, bare)
    outer = np.minimum(outer, _cloth_edge(body, bare, outward, limb.natural))
    inner = np.minimum(inner, _cloth_edge(body, bare, -outward, inner))
    axis = limb.axis + 0.5 * (outer - inner)[:, None] * outward
    radius = 0.5 * (outer + inner)
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(axis, axis=0), axis=1))] + np.arange(len(axis)) * 1e-6
    return replace(bare, limb=replace(limb, axis=axis, along=along, natural=radius, outer=radius))


def _into_shoe(body: Body, bare: BareLimb) -> BareLimb:
    """A leg whose ankle comes out of the middle of the opening of the shoe that is seen below the trousers."""
    limb, unit = bare.limb, body.unit
    end = limb.axis[-1]
    left, top = (max(0, int(value - SHOE * unit)) for value in end)
    right, bottom = (max(0, int(value + SHOE * unit)) for value in end)
    labels = body.labels[top:bottom, left:right]
    if labels.shape[0] < 2:
        return bare
    rows, columns = np.nonzero(np.isin(labels[:-1], CLOTH) & (labels[1:] == Label.SHOES))
    # under wide trousers the leg ends above its shoe, whose visible part tells little of the ankle
    if len(np.unique(columns)) < LEAST * unit or np.median(rows) + top > end[1] + BELOW * unit:
        return bare
    first, last = np.percentile(columns, [5, 95]) + left
    at = limb.along[np.argmin(np.abs(limb.axis[:, 1] - (np.median(rows) + top)))]
    way = smooth_step((limb.along - (at - ANKLE * unit)) / (ANKLE * unit))
    place = float(np.interp(at, limb.along, limb.axis[:, 0]))
    shift = np.clip((first + last) / 2 - place, -ASIDE * unit, ASIDE * unit)
    own = float(limb.radius(np.array([at]))[0])
    width = float(np.clip(0.45 * (last - first), own, WIDER * own)) - own
    axis = limb.axis + np.stack([shift * way, np.zeros_like(way)], 1)
    return replace(bare, limb=replace(limb, axis=axis, natural=limb.natural + width * way))


def _added(body: Body, side: SideName, bare: BareLimb) -> Floats:
    """How much (n,) wider to the inner side a thigh is than its tube: up to the body's middle at the crotch, nothing
    further down."""
    place = body.coordinates(bare.limb.axis)
    apart = SIGN[side] * (place[:, 0] - float(seen_crotch(body)[0]))
    below = (place[:, 1] - crotch_level(body)) * body.torso / body.unit
    gap = np.clip(apart - bare.limb.natural, 0, WIDEST * body.unit)
    # steep at first: thighs are round
    return np.asarray(gap * (1 - smooth_step(np.sqrt(np.clip(below / PARTING, 0, 1)))))


def _cloth_edge(body: Body, bare: BareLimb, direction: Floats, usual: Floats) -> Floats:
    """Distance (n,) from the axis of a leg at which the skin in its cloth ends in a `direction` (n, 2), where the
    scene beside it shows that; without limit where none does."""
    distance = np.linspace(0, FARTHEST, STEPS)[None] * usual[:, None]
    points = bare.limb.axis[:, None] + direction[:, None] * distance[..., None]
    seen = labels_at(body, points.reshape(-1, 2)).reshape(distance.shape)
    off = ~np.isin(seen, CLOTH)
    first = np.argmax(off, axis=1)
    rows = np.arange(len(first))
    edge = distance[rows, np.maximum(first - 1, 0)]
    known = off.any(1) & (seen[rows, first] == Label.BACKGROUND) & (edge > PLAUSIBLE * usual)
    places = np.flatnonzero(known)
    if len(places) < KNOWN * len(rows):
        return np.full(len(rows), np.inf)
    # hands and what they hold hide the edge: it goes on straight behind them
    edge = np.interp(rows, places, edge[places])
    edge = np.where((rows < places[0]) | (rows > places[-1]), np.inf, edge)
    if bare.seen:
        edge = np.where(bare.limb.along > bare.joint - JOINT * body.unit, np.inf, edge)
    limited = np.minimum(edge - INSIDE * body.unit, usual)
    window = np.hanning(9)[1:-1]
    return np.asarray(np.convolve(np.pad(limited, 3, mode="edge"), window / window.sum(), mode="valid"))
