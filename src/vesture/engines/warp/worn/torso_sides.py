"""The sides of a worn garment's torso: one smooth line each from the armpit to the hem, whatever the arms do.

Takes the cloth that is seen and its wearer. Where the backdrop or a bare arm is seen beside the torso the line is its
edge; where a sleeve touches it, the crease; where a hand, hair, a bag or a crossing arm hides it, it goes straight on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import SIDES, SIGN, V_LEVELS, Body, Floats, SideName
from vesture.engines.warp.body.silhouettes import filled, limb_zone
from vesture.engines.warp.worn.hidden import near_hands
from vesture.engines.warp.worn.wearer import OTHER
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]

LEVELS, STEPS = 90, 161
LEAST_KNOWN = 0.33  # share of a side that must be seen, or touched by a sleeve
FARTHEST = 1.6  # units from the spine
GAP = 0.12  # units: a finger before the cloth
BEYOND = (0.01, 0.08)  # units past the edge of the cloth where it shows what hides it
HIDING = (Label.HAIR, Label.OTHER)
MOST_APART = 0.3  # units that the sides of a body may differ by
HAND = 0.75  # units about a wrist within which skin may lie before the cloth
LONGEST_BITE, BITE = 0.75, 0.05  # units along the spine; across, of a longer one
MOST_FLARE = 0.06  # units by which cloth may widen where no edge of it is seen any more
CROSSES = 0.7  # of the bare body's half-width: a sleeve that begins further in lies before the torso
TOUCHES = 0.04  # units of a sleeve that must go on from the torso without a break
WINDOW, OFFSETS = 0.14, 29  # units about the expected line in which creases are looked for
VALLEY, DARK, STEP_OF_COLOUR = 0.05, 6.0, 24.0  # units across a crease; levels of L, CIELAB distance that are clear
GRAIN = 1.2  # steps over which the cloth's grain is evened out
PINNED, STIFF, DRAWN = 40.0, 30.0, 0.6  # weights: of edges that are seen, against bends, of the expected line
FOLLOWS, SURE = 20.0, 6.0  # levels within which a line beside a sleeve goes on as where its edge is seen; how surely
SURE_INSIDE = 20.0  # and so towards the spine, where seams of the torso are as dark as creases
WAVES, BESIDE_HIDDEN = 2.0, 0.05  # levels of smoothing; units above and below what hides an edge that hide it too
FOREARM, HANGING = 0.55, 0.9  # share of the arm; cosine of its lower part with the spine
TAIL = 0.07  # share of the levels at the hem
RAGGED = 0.2  # share of the levels over which an edge beside a bare arm is evened out: shadows blur it
MARGIN = 0.03  # units about a line that is seen within which cloth keeps its own edge


@dataclass(frozen=True, slots=True)
class Side:
    """A side of the torso: pixels `reach` (n,) from the spine at `levels` (n,), and where (n,) its edge is `seen`,
    where a sleeve touches it (`sleeved`), else something hides it."""

    levels: Floats
    reach: Floats
    seen: Bools
    sleeved: Bools

    def line(self, body: Body, side: SideName, out: Floats | float = 0.0) -> Floats:
        """(n, 2) photo pixels of the line, moved `out` pixels away from the spine."""
        return body.point(SIGN[side] * np.maximum(self.reach + out, 0), self.levels)


@dataclass(frozen=True, slots=True)
class _Rays:
    """What lies on rays from the spine outwards: (levels, steps) rows, columns, and whether they are in the photo."""

    row: NDArray[np.intp]
    column: NDArray[np.intp]
    inside: Bools
    across: Floats  # (steps,) pixels from the spine
    spacing: float  # pixels between rays
    unit: float

    def on(self, where: Bools) -> Bools:
        return where[self.row, self.column] & self.inside


def torso_sides(
    photo: RGB, body: Body, mask: Bools, sleeves: Mapping[SideName, Bools], first: float, last: float
) -> dict[SideName, Side]:
    """The sides of the torso between two levels.

    Args:
        photo: (H, W, 3) of the wearer.
        mask: (H, W) all cloth of the garment that is seen.
        sleeves: by side, (H, W) about where its sleeve lies.
    """
    levels = np.linspace(first, max(last, first + 0.1), LEVELS)
    things = ~mask & np.isin(body.labels, (*HIDING, *np.unique(body.labels[mask])))
    skin = (body.labels == Label.SKIN) & ~mask
    hands = skin & near_hands(body, HAND)
    open_ = (body.labels == Label.BACKGROUND) & ~mask
    rays = {side: _rays(body, mask.shape, levels, side) for side in SIDES}
    bare = np.interp(levels, V_LEVELS, body.bare_half_width)
    found = {}
    for side in SIDES:
        arm = rays[side].on(sleeves[side]) if side in sleeves else np.zeros((LEVELS, STEPS), bool)
        found[side] = _found(
            body, rays[side], (mask, hands, things, open_), skin, _slanting_forearm(body, mask.shape, side), arm, bare
        )
    result = {}
    for side in SIDES:
        edge, seen, sleeved, crossed = found[side]
        other, other_seen, _, _ = found[OTHER[side]]
        edge = _beside_sleeves(rays[side], edge, seen, sleeved, sleeves.get(side))
        expected = _continued(body, levels, edge, seen | sleeved, np.where(other_seen, other, 0))
        expected = np.where(seen | sleeved | crossed, expected, np.maximum(expected, edge))
        reach = _drawn(photo, body, rays[side], expected, seen, sleeved)
        result[side] = Side(levels, reach, seen, sleeved)
    return result


def doubtful(sides: Mapping[SideName, Side]) -> bool:
    """Whether next to nothing is known of either side: the wearer turns, or the arms are not where they were found."""
    return all(float((side.seen | side.sleeved).mean()) < LEAST_KNOWN for side in sides.values())


def between_sides(
    shape: tuple[int, int],
    body: Body,
    sides: Mapping[SideName, Side],
    ends: tuple[Floats, Floats],
    out: Mapping[SideName, Floats],
) -> Bools:
    """(H, W): between the sides, moved `out` (n,) pixels, and the lines above and below, `ends` (n, 2), both from left
    to right."""
    left, right = (sides[side].line(body, side, out[side]) for side in SIDES)
    above, below = ends
    return filled(shape, np.concatenate([above, right, below[::-1], left[::-1]])) > 0.5


def _rays(body: Body, shape: tuple[int, int], levels: Floats, side: SideName) -> _Rays:
    across = np.linspace(0, FARTHEST, STEPS) * body.unit
    points = (
        body.neck + SIGN[side] * across[None, :, None] * body.across + (levels * body.torso)[:, None, None] * body.down
    )
    column, row = np.rint(points[..., 0]).astype(int), np.rint(points[..., 1]).astype(int)
    inside = (column >= 0) & (column < shape[1]) & (row >= 0) & (row < shape[0])
    return _Rays(
        np.where(inside, row, 0),
        np.where(inside, column, 0),
        inside,
        across,
        float(levels[1] - levels[0]) * body.torso,
        body.unit,
    )


def _found(
    body: Body,
    rays: _Rays,
    scene: tuple[Bools, Bools, Bools, Bools],
    beside: Bools,
    forearm: Bools,
    arm: Bools,
    bare: Floats,
) -> tuple[Floats, Bools, Bools, Bools]:
    """Pixels from the spine to the torso's edge (n,), where it is seen, where a sleeve touches it, where one lies
    before it."""
    mask, hands, things, open_ = (rays.on(where) for where in scene)
    step = FARTHEST / (STEPS - 1)
    slanting = np.asarray((rays.on(forearm) & arm).any(1))
    edge = np.zeros(len(mask), int)
    sleeved, crossed = np.zeros(len(mask), bool), np.zeros(len(mask), bool)
    for index in range(len(mask)):
        covered = np.flatnonzero(mask[index])
        if not len(covered):
            continue
        wide = np.diff(covered) > GAP / step
        # where the backdrop is seen between, even a narrow gap parts the torso from a sleeve
        parted = np.diff(np.cumsum(open_[index])[covered]) > 0
        wide |= parted & (rays.across[covered[:-1]] > CROSSES * bare[index])
        breaks = np.flatnonzero(wide)
        edge[index] = covered[breaks[0]] if len(breaks) else covered[-1]
        on_arm = np.flatnonzero(arm[index, : edge[index] + 1] & mask[index, : edge[index] + 1])
        # narrow gaps end the torso where a sleeve lies beyond them
        if len(on_arm):
            narrow = np.flatnonzero(np.diff(covered[covered <= edge[index]]) > 2)
            before = [covered[k] for k in narrow if covered[k + 1] >= on_arm[0] - 2 and covered[k] <= on_arm[-1]]
            if before and rays.across[before[0]] > CROSSES * bare[index]:
                edge[index] = before[0]
                continue
        if len(on_arm) > TOUCHES / step:
            crossed[index] = rays.across[on_arm[0]] < CROSSES * bare[index] or slanting[index]
            sleeved[index] = ~crossed[index]
            edge[index] = on_arm[0]
    near, far = (max(1, round(value / step)) for value in BEYOND)
    ahead = np.minimum(edge[:, None] + np.arange(near, far + 1)[None], STEPS - 1)
    by_hand, by_thing = (np.take_along_axis(where, ahead, axis=1).mean(1) > 0.5 for where in (hands, things & ~mask))
    hidden = crossed | by_thing
    for start, end in _runs(by_hand & ~sleeved):  # an arm that hangs beside the cloth hides next to nothing of it
        bitten = np.maximum.accumulate(edge[start:end]) - edge[start:end] > BITE / step  # nothing narrows over hips
        bitten &= np.arange(start, end) > np.argmin(bare)
        hidden[start:end] |= bitten | ((end - start) * rays.spacing < LONGEST_BITE * body.unit)
    blur = max(1, round(BESIDE_HIDDEN * body.unit / rays.spacing))
    hidden = np.convolve(hidden, np.ones(2 * blur + 1), mode="same") > 0
    tail = len(mask) - max(2, round(TAIL * len(mask)))
    hidden[tail:] |= edge[tail:] < edge[tail] - near  # a slanting hem is no side
    bare_arm = np.take_along_axis(rays.on(beside), ahead, axis=1).mean(1) > 0.5
    reach = rays.across[edge]
    smooth = _smoothed(reach, RAGGED * len(mask) / 6)
    reach = np.where(bare_arm & ~sleeved & ~hidden, smooth, reach)
    return reach, (edge > 0) & ~sleeved & ~hidden, sleeved & ~hidden, crossed


def _beside_sleeves(rays: _Rays, edge: Floats, seen: Bools, sleeved: Bools, sleeve: Bools | None) -> Floats:
    """The edge (n,) where a sleeve touches the torso: where the sleeve is known to begin to about, and near levels at
    which the edge is seen as far from there as at those."""
    arm = rays.on(sleeve) if sleeve is not None else np.zeros((len(edge), STEPS), bool)
    begins = rays.across[np.argmax(arm, axis=1)]
    both = np.flatnonzero(seen & arm.any(1))
    if not len(both) or not sleeved.any():
        return edge
    index = np.arange(len(edge))
    apart = np.clip(edge - begins, -WINDOW * rays.unit, WINDOW * rays.unit)
    away = np.abs(index[:, None] - both[None]).min(1)
    moved = begins + np.interp(index, both, apart[both])
    return np.where(sleeved, edge + np.exp(-away / FOLLOWS) * (moved - edge), edge)


def _slanting_forearm(body: Body, shape: tuple[int, int], side: SideName) -> Bools:
    """Where (H, W) a forearm lies that does not hang along the torso: nothing of a side is seen behind it."""
    arm = body.arms[side]
    lower = np.array([FOREARM, 1.0]) * arm.length
    way = np.diff(arm.at(lower), axis=0)[0]
    if float(way @ body.down) > HANGING * max(float(np.linalg.norm(way)), 1e-6):
        return np.zeros(shape, bool)
    return limb_zone(shape, arm, float(lower[0]), 1.1 * arm.length, 1.5) > 0.5


def _continued(body: Body, levels: Floats, edge: Floats, known: Bools, other: Floats) -> Floats:
    """The edge at all levels: between known ones straight on; past the last, as the other side does where that is seen,
    and as far from the bare body as at the last."""
    bare = np.interp(levels, V_LEVELS, body.bare_half_width)
    if not known.any():
        return np.where(other > 0, other, bare)
    places = np.flatnonzero(known)
    reach = np.interp(levels, levels[places], edge[places])
    index = np.arange(len(levels))
    outside = (index < places[0]) | (index > places[-1])
    nearest = np.where(index < places[0], places[0], places[-1])
    along_body = bare + (edge - bare)[nearest]
    apart = (edge - other)[nearest]
    alike = (other > 0) & (np.abs(apart) < MOST_APART * body.unit) & (other[nearest] > 0)
    guess = np.where(alike, other + apart, along_body)
    return np.where(outside, np.minimum(guess, edge[nearest] + MOST_FLARE * body.unit), reach)


def _drawn(photo: RGB, body: Body, rays: _Rays, expected: Floats, seen: Bools, sleeved: Bools) -> Floats:
    """The line near the expected one (n,) that keeps to edges that are seen and follows creases beside sleeves."""
    offsets = np.linspace(-WINDOW, WINDOW, OFFSETS) * body.unit
    price = np.repeat(DRAWN * (offsets / (WINDOW * body.unit))[None] ** 2, len(expected), axis=0)
    price[seen] *= PINNED / DRAWN
    if sleeved.any():
        if seen.any():
            away = np.abs(np.arange(len(seen))[:, None] - np.flatnonzero(seen)[None]).min(1)
            price[sleeved] *= 1 + np.where(offsets < 0, SURE_INSIDE, SURE) * np.exp(-away[sleeved, None] / FOLLOWS)
        crease = _creases(photo, rays)
        step = rays.across[1]
        for index in np.flatnonzero(sleeved):
            price[index] -= np.interp((expected[index] + offsets) / step, np.arange(STEPS), crease[index])
    moves = STIFF * ((offsets[:, None] - offsets[None]) / (WINDOW * body.unit)) ** 2
    total, came_from = price[0], []
    for row in price[1:]:
        ways = total[None] + moves
        came_from.append(np.argmin(ways, axis=1))
        total = ways.min(axis=1) + row
    chosen = [int(np.argmin(total))]
    for before in reversed(came_from):
        chosen.append(int(before[chosen[-1]]))
    reach = expected + offsets[chosen[::-1]]
    return np.maximum(_smoothed(reach, WAVES), 0)


def _smoothed(values: Floats, sigma: float) -> Floats:
    """Values (n,) blurred, going on straight beyond their ends."""
    size = min(max(1, round(3 * sigma)), len(values) - 1)
    weight = np.exp(-0.5 * (np.arange(-size, size + 1) / sigma) ** 2)
    padded = np.pad(values, size, mode="reflect", reflect_type="odd")
    return np.asarray(np.convolve(padded, weight / weight.sum(), mode="valid"))


def _creases(photo: RGB, rays: _Rays) -> Floats:
    """In [0, 2] at (levels, steps), how much a place looks like the line between two pieces of cloth: a dark valley,
    or a step of colour."""
    fine = cv2.GaussianBlur(photo[rays.row, rays.column], (0, 0), GRAIN)
    lab = cv2.cvtColor((fine / np.float32(255)).astype(np.float32), cv2.COLOR_RGB2LAB)
    half = max(1, round(0.5 * VALLEY / FARTHEST * (STEPS - 1)) + 1)
    left, right = (np.roll(lab, way, axis=1) for way in (half, -half))
    valley = np.minimum(left[..., 0], right[..., 0]) - lab[..., 0]
    step = np.linalg.norm(left - right, axis=2) / STEP_OF_COLOUR
    return np.asarray(np.clip(valley / DARK, 0, 1) + np.clip(step, 0, 1) ** 2 + np.clip(step - 1, 0, 1), float)


def _runs(hidden: Bools) -> list[tuple[int, int]]:
    """(start, end) of the runs of true values, end exclusive."""
    steps = np.flatnonzero(np.diff(np.r_[False, hidden, False].astype(np.int8)))
    return [(int(start), int(end)) for start, end in zip(steps[::2], steps[1::2], strict=True)]
