"""The outer sides of worn trousers and skirts: one smooth line each, from the waistband to the hem.

Takes the mask of the cloth and its wearer. Where the scene is seen beside the cloth the line is its edge; behind hands,
bags and hems of tops it goes straight on, at the waistband as the other side does. Fingers and scraps of scene make
bites and bumps that no outline of hips and thighs has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import SIDES, SIGN, TORSO_PRIOR, V_LEVELS, Body, Floats, SideName
from vesture.engines.warp.body.silhouettes import filled
from vesture.engines.warp.worn.cloth import colour_distance, main_colours, scaled_scene
from vesture.engines.warp.worn.hidden import near_hands
from vesture.engines.warp.worn.wearer import OTHER
from vesture.vision.masks import dilate, erode
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]

APART = 0.02  # units between rays
STEPS = 161
FARTHEST = 1.6  # units from the spine, or the axis of a leg
GAP = 0.12  # units: a finger before the cloth; beyond a wider gap other cloth begins
BEYOND = (0.01, 0.08)  # units past the edge of the cloth where it shows what hides it
HAND = 0.9  # units about a wrist within which hands bite into the outline, and colour what is beside them
BITE, BUMP = 0.45, 0.12  # units along a side: half of the longest bite and bump
RAGGED = 0.03  # units over which edges are evened out
MARGIN = 0.015  # units beyond the line where cloth may still be the garment's
RIM = 0.2  # units inside the sides where fingers and scene may be taken for cloth
CORE, COLOURS, LEAST_SHARE = 0.07, 8, 0.03  # units inside the rim; main colours of the cloth, least share of one
UNLIKE = 14.0  # distance from all of them
MOST_APART = 0.3  # units that the sides of a body may differ by


@dataclass(frozen=True, slots=True)
class _Rays:
    """Rays outwards: `base` (n, 2) on the spine, or on a leg's axis and above it, and `out` (n, 2) unit vectors."""

    base: Floats
    out: Floats

    def at(self, distance: Floats) -> Floats:
        """(n, 2) points at distances (n,) in pixels."""
        return np.asarray(self.base + distance[:, None] * self.out)


def within_sides(
    body: Body, mask: Bools, first: float, last: float, reach: Mapping[SideName, float]
) -> tuple[Bools, Bools]:
    """Where (H, W) the cloth goes to by its sides, seen or not, and what lies out of them.

    Args:
        body: the wearer.
        mask: (H, W) all cloth of the garment that is seen.
        first, last: levels between which the sides are measured from the spine: of the waistband and the hem or crotch.
        reach: by side, share of the leg down to which they are measured from its axis; empty for skirts.
    """
    inside, outside = np.zeros(mask.shape, bool), np.zeros(mask.shape, bool)
    rays = {side: _rays(body, side, first, last, reach.get(side, 0.0)) for side in SIDES}
    count = min(len(one.base) for one in rays.values())
    if count < 4:
        return inside, outside
    found = {side: _edge(body, mask, rays[side]) for side in SIDES}
    # hot pants end above where legs part
    last = max(int(np.flatnonzero(edge).max(initial=5)) - 1 for edge, _ in found.values())
    found = {side: (edge[:last], seen[:last]) for side, (edge, seen) in found.items()}
    rays = {side: _Rays(one.base[:last], one.out[:last]) for side, one in rays.items()}
    count = min(count, last)
    for side in SIDES:
        edge, seen = found[side]
        other = found[OTHER[side]][0]
        line = _smooth(_continued(rays[side], edge, seen, other[:count], body), body, rays[side])
        own = rays[side]
        shape = np.concatenate([own.at(line), own.base[::-1]])
        beyond = np.concatenate([own.at(line + MARGIN * body.unit), own.at(line + FARTHEST * body.unit)[::-1]])
        inside |= filled(mask.shape, shape) > 0.5
        outside |= filled(mask.shape, beyond) > 0.5
    return inside, outside & ~inside


def without_chips(photo: RGB, body: Body, mask: Bools, outside: Bools) -> Bools:
    """The mask (H, W) without fingers and scene between them: near hands, along the rim of what lies `outside` (H, W)
    the sides, all that has no colour of the cloth."""
    scene, _ = scaled_scene(photo, mask, body.labels, body.unit)
    cloth = main_colours(scene.lab, erode(scene.mask, CORE * scene.unit), COLOURS, LEAST_SHARE)
    if not len(cloth):
        return mask
    odd = dilate(scene.mask & (colour_distance(scene.lab, cloth) > UNLIKE), 1)
    odd = cv2.resize(odd.astype(np.float32), mask.shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    return mask & ~(odd & dilate(outside, RIM * body.unit) & near_hands(body, HAND))


def _rays(body: Body, side: SideName, first: float, last: float, reach: float) -> _Rays:
    spacing = APART * body.unit
    levels = np.linspace(first, last, max(2, round((last - first) * body.torso / spacing)))
    base, out = body.point(0.0, levels), np.repeat(SIGN[side] * body.across[None], len(levels), axis=0)
    if reach <= 0:
        return _Rays(base, out)
    leg = body.legs[side]
    start = float(np.interp(last, np.maximum.accumulate(body.coordinates(leg.axis)[:, 1]), leg.along))
    along = np.arange(start + spacing, min(reach, 1.0) * leg.length, spacing)
    # above the leg they begin as far from the spine as its axis does, so that distances go on there
    base = base + float(body.coordinates(leg.at(np.array([start])))[0, 0]) * body.across
    return _Rays(np.concatenate([base, leg.at(along)]), np.concatenate([out, leg.outward(along, SIGN[side])]))


def _edge(body: Body, mask: Bools, rays: _Rays) -> tuple[Floats, Bools]:
    """Pixels from the base to the edge of the cloth along each ray (n,), and where (n,) it is seen."""
    across = np.linspace(0, FARTHEST, STEPS) * body.unit
    points = rays.base[:, None] + rays.out[:, None] * across[None, :, None]
    column, row = np.rint(points[..., 0]).astype(int), np.rint(points[..., 1]).astype(int)
    inside = (column >= 0) & (column < mask.shape[1]) & (row >= 0) & (row < mask.shape[0])
    row, column = np.where(inside, row, 0), np.where(inside, column, 0)
    on, open_ = mask[row, column] & inside, (body.labels == Label.BACKGROUND)[row, column] & inside & ~mask[row, column]
    gap = round(GAP / FARTHEST * (STEPS - 1))
    edge = np.zeros(len(on), int)
    for index, line in enumerate(on):
        covered = np.flatnonzero(line)
        if len(covered):
            breaks = np.flatnonzero(np.diff(covered) > gap)
            edge[index] = covered[breaks[0]] if len(breaks) else covered[-1]
    near, far = (max(1, round(value / FARTHEST * (STEPS - 1))) for value in BEYOND)
    ahead = np.minimum(edge[:, None] + np.arange(near, far + 1)[None], STEPS - 1)
    seen = np.take_along_axis(open_, ahead, axis=1).mean(1) > 0.5
    return across[edge], np.asarray(seen & (edge > 0))


def _continued(rays: _Rays, edge: Floats, seen: Bools, other: Floats, body: Body) -> Floats:
    """The edge (n,) with straight lines between points that are seen, and as the other side before the first one."""
    places = np.flatnonzero(seen)
    if not len(places):
        return edge
    corner = rays.at(edge)
    line = np.stack([np.interp(np.arange(len(edge)), places, corner[places, axis]) for axis in (0, 1)], 1)
    reach = ((line - rays.base) * rays.out).sum(1)
    start, end = int(places[0]), int(places[-1]) + 1
    reach[:start], reach[end:] = edge[:start], edge[end:]
    apart = edge[start] - other[min(start, len(other) - 1)]
    if start < len(other) and abs(apart) < MOST_APART * body.unit:
        bare = body.unit * np.interp(body.coordinates(rays.base[: start + 1])[:, 1], V_LEVELS, TORSO_PRIOR)
        reach[:start] = np.minimum(other[:start] + apart, edge[start] + bare[:start] - bare[start])
    return np.maximum(reach, edge)


def _smooth(reach: Floats, body: Body, rays: _Rays) -> Floats:
    """The line (n,) without bites of hands, without bumps, and evened out."""
    at = np.clip(np.rint(rays.at(reach)).astype(int), 0, np.subtract(body.labels.shape[::-1], 1))
    hand = near_hands(body, HAND)[at[:, 1], at[:, 0]]
    whole = np.where(hand, _filtered(reach, BITE, cv2.MORPH_CLOSE), reach)
    whole = _filtered(whole, BUMP, cv2.MORPH_OPEN)
    size = max(1, round(RAGGED / APART))
    weight = np.hanning(4 * size + 1)[1:-1]
    padded = np.pad(whole, len(weight) // 2, mode="reflect", reflect_type="odd")
    return np.maximum(np.convolve(padded, weight / weight.sum(), mode="valid"), 0)


def _filtered(values: Floats, half: float, operation: int) -> Floats:
    """Values (n,) without valleys (closed) or hills (opened) shorter than twice `half` units along the side."""
    size = round(half / APART)
    padded = np.pad(values, 2 * size, mode="edge").astype(np.float32)[:, None]
    kept = cv2.morphologyEx(padded, operation, np.ones((2 * size + 1, 1), np.uint8))
    return np.asarray(kept[2 * size : 2 * size + len(values), 0], float)
