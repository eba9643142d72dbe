"""Cloth drawn to the body that it lies on.

A fit places cloth by joints and mean widths. Where shoulders and arms that were bare are broader than that, they would
stand beside a sleeve: its edge is moved out to the body's own. Straps that would stand in the air above a shoulder that
is lower than the fit took it for are moved down to it.

Takes a draped garment, its fit and the person's body; gives the draped garment, its vertices moved.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, median_filter
from scipy.spatial import cKDTree

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, Limb, SideName
from vesture.engines.warp.body.shoulder import (
    BODY_LABELS,
    CLOTH,
    FARTHEST,
    HEIGHTS,
    STEP,
    ShoulderLine,
    seen_along,
    shoulder_line,
    shoulder_outline,
    shoulder_slope,
    worn_outline,
)
from vesture.engines.warp.body.silhouettes import torso_edge
from vesture.engines.warp.cloth.layers import Draped
from vesture.engines.warp.cloth.mesh import backward_map
from vesture.engines.warp.cloth.placement import Fit, point
from vesture.engines.warp.cloth.shade import PART_SIDE
from vesture.engines.warp.cloth.triangles import carried
from vesture.vision.garment.types import Part
from vesture.vision.parsing.parse import Label

SLEEVE_PART = {side: int(part) for part, side in PART_SIDE.items() if part in (Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE)}
TORSO = int(Part.TORSO)

GRAIN = 70  # pixels to the unit of the maps in which edges are found
FEW = 3  # places on the line with skin: not worth a look
# All lengths below in units.
BELOW_COLLAR = 0.14  # the line begins under the collar's corner
EASE = 0.022  # of cloth over the body
MOST = 0.26  # that an edge is moved out: what stands out further is no shoulder or arm
BULGE = 0.08  # of a shoulder above the straight line from the collar to its joint
SETTLED = (0.3, 0.7)  # down the arm, where the edge is no longer moved to where clothes lay
MOST_SETTLED = 0.14  # that it is moved
MOST_INSIDE, MOST_BESIDE = 0.14, 0.35
STANDS_OFF, MOST_IN = 0.035, 0.3  # that a strap may stand above the shoulder, and that it is moved in
SPREAD = 0.06  # over which moves are evened out
BESIDE_COLLAR = 0.1  # over which they begin: collars stay
WITH_TORSO = (0.15, 0.4)  # down the arm, where the torso's cloth stops going along
SIDE_BEGINS, SIDE_WHOLE = 0.22, 0.34  # levels between which the torso's sides begin to be moved
WIDEST = 0.75  # of half a torso
SHORT = 0.1  # levels above the waistband at which a hem leaves skin bare
ABOVE_HEM = 0.3  # levels over which the cloth is as broad as that
THROUGH_HEM = 0.8  # of the usual half-width, at which a level's edge is no side any more
MOSTLY = 0.8  # of half a torso that must be bare for it to be a bare one
BELOW_ARMPIT = (0.3, 0.5)  # down the arm, where the inner edge of a sleeve begins to be moved


class _Cloth:
    """Where a draped garment lies, each part looked up once in a small map."""

    def __init__(self, draped: Draped, unit: float) -> None:
        self.draped = draped
        self._scale = GRAIN / unit
        self._low = draped.position.min(0)
        self._maps: dict[int, NDArray[np.bool_]] = {}

    def covers(self, parts: tuple[int, ...], rays: Floats) -> NDArray[np.bool_]:
        """Which points of the rays (n, k, 2) lie under the cloth of these parts."""
        column, row = np.moveaxis(np.rint((rays - self._low) * self._scale).astype(int), -1, 0)
        result = np.zeros(rays.shape[:2], bool)
        for part in parts:
            covered = self._map(part)
            inside = (column >= 0) & (row >= 0) & (column < covered.shape[1]) & (row < covered.shape[0])
            result[inside] |= covered[row[inside], column[inside]]
        return result

    def _map(self, part: int) -> NDArray[np.bool_]:
        if part not in self._maps:
            draped, alpha = self.draped, self.draped.garment.alpha
            place = (draped.position - self._low) * self._scale
            width, height = (int(extent) + 2 for extent in np.ceil(place.max(0)))
            map_x, map_y = backward_map(draped.mesh, place, part, (height, width))
            x, y = np.rint(map_x).astype(int), np.rint(map_y).astype(int)
            inside = (x >= 0) & (y >= 0) & (x < alpha.shape[1]) & (y < alpha.shape[0])
            covered = np.zeros((height, width), bool)
            covered[inside] = alpha[y[inside], x[inside]] > 0.5
            self._maps[part] = covered
        return self._maps[part]


def covering(draped: Draped, fit: Fit, body: Body) -> Draped:
    """The garment with its shoulders and sleeves as wide as the skin that they lie on, its straps on the shoulders."""
    position = draped.position.copy()
    cloth = _Cloth(draped, body.unit)
    for side in SIDES:
        if fit.sleeve_reach.get(side, 0.0) > 0:
            if (draped.mesh.part == SLEEVE_PART[side]).any() and (draped.mesh.part == TORSO).any():
                position += _widened(cloth, fit, body, side)
        elif f"collar_{side}" in draped.garment.points:
            position += _let_down(cloth, body, side)
    if draped.garment.kind in ("top", "dress") and (draped.mesh.part == TORSO).any():
        for side in SIDES:
            position += _closed_side(cloth, body, side)
    return replace(draped, position=position)


def _closed_side(cloth: _Cloth, body: Body, side: SideName) -> Floats:
    """How far (n, 2) each vertex goes for a side of the torso to hide the waist that was bare, or to be as broad as the
    waist that a short top bares below it."""
    unit, sign = body.unit, SIGN[side]
    levels = np.linspace(SIDE_BEGINS, body.waist, 40)
    lengths, none = (levels - levels[0]) * body.torso, np.zeros(len(levels))
    line = ShoulderLine(Limb(body.point(0.0, levels), lengths, none, none, 1.0), float(lengths[-1]))
    out = np.arange(0, WIDEST, STEP / 2) * unit
    rays = line.rays(lengths, out, sign)
    covered = cloth.covers((TORSO,), rays)
    last = _last(_unbroken(covered))  # a strip of cloth beyond a gap hides nothing of what is in the gap
    lies = covered[:, 0] & (last > 0)
    if not lies.any():
        return np.zeros_like(cloth.draped.position)
    hem = levels[np.flatnonzero(lies)[-1]]
    seen, arm = seen_along(body, rays), body.arms[side]
    near_arm = np.linalg.norm(rays[:, :, None] - arm.axis[None, None, 6::3], axis=3) < 1.1 * arm.natural[6::3]
    beside_arm = near_arm.any(2) & (out > 0.3 * unit)
    run = np.logical_and.accumulate(np.isin(seen, BODY_LABELS) & ~beside_arm, axis=1)
    bare = run & (seen == Label.SKIN)
    # a hand before the belly is bare too, but not from the middle of the body on
    all_bare = bare[:, 0] & (bare.sum(1) > MOSTLY * run.sum(1)) & ~run[:, -1]
    wanted = np.where(all_bare, out[_last(bare)], 0.0)
    below = seen_along(body, body.point(0.0, hem + SHORT)[None])[0, 0]
    if hem < body.waist - SHORT and below in (Label.TOP, Label.ONE_PIECE):  # what goes there leaves a painted waist
        room = np.where(beside_arm.any(1), out[np.argmax(beside_arm, axis=1)], np.inf)
        painted = np.minimum(torso_edge(body, side, levels), room)
        wanted = np.maximum(wanted, np.where(levels > hem - ABOVE_HEM, painted, 0.0))
    short = np.where(wanted > 0, wanted + EASE * unit - out[last], 0.0)
    # a ray that leaves the cloth through its hem tells nothing of its side, which goes on as above
    beside = np.flatnonzero(lies & (out[last] > THROUGH_HEM * np.median(out[last][lies])))
    short = np.interp(np.arange(len(levels)), beside, short[beside])
    short = np.clip(short, 0, MOST_BESIDE * unit) * _ramp(levels, SIDE_BEGINS, SIDE_WHOLE)
    moves = gaussian_filter1d(maximum_filter1d(short, 3), 2, mode="nearest")
    return _moved(cloth.draped, TORSO, line, (lengths, out[last], moves), sign, unit)


def _widened(cloth: _Cloth, fit: Fit, body: Body, side: SideName) -> Floats:
    """How far (n, 2) each vertex goes for shoulder and sleeve of a side to hide the skin under them."""
    draped, unit = cloth.draped, body.unit
    torso = draped.mesh.triangles[draped.mesh.part == TORSO]
    corner = point(draped.garment, f"collar_{side}")[None]
    collar = carried(corner, draped.mesh.vertices[torso], draped.position[torso])[0]
    start = collar + BELOW_COLLAR * unit * body.down
    line = shoulder_line(body, side, body.arms[side], start, fit.sleeve_reach[side])
    along = np.arange(0, line.limb.length, STEP * unit)
    out = np.arange(0, FARTHEST, STEP) * unit
    result = np.zeros_like(draped.position)
    for sign, most in ((1.0, MOST), (-1.0, MOST_INSIDE)):
        rays = line.rays(along, out, sign * SIGN[side])
        skin = _last(_skin(body, rays))
        parts = (TORSO, SLEEVE_PART[side]) if sign > 0 else (SLEEVE_PART[side],)
        last = _last(cloth.covers(parts, rays))
        down_arm = (along - line.joint) / unit
        moves = np.zeros(len(along))
        if (skin > 0).sum() >= FEW:
            wanted = out[skin] + EASE * unit
            if sign > 0:
                wanted = np.minimum(wanted, _highest(body, side, line, (along, out[last], wanted)))
            short = np.where((last > 0) & (skin > 0), wanted - out[last], 0.0)
            short = np.where((short > most * unit) | (short < 0), 0.0, short)
            short *= _ramp(along / unit, 0, BESIDE_COLLAR) if sign > 0 else _ramp(down_arm, *BELOW_ARMPIT)
            moves = _evened(maximum_filter1d(short, 2 * round(SPREAD / STEP / 2) + 1))
        if sign > 0 and draped.garment.photo_type != "model":
            off = np.where(last > 0, worn_outline(body, along, rays, out) - out[last], 0.0)
            settled = _settling(off, line, along, unit)
            moves = np.where(moves > 0, np.maximum(moves, settled), settled)
        for part in parts:
            move = _moved(draped, part, line, (along, out[last], moves), sign * SIGN[side], unit)
            result = np.where(np.abs(move) > np.abs(result), move, result)
    return result


def _settling(off: Floats, line: ShoulderLine, along: Floats, unit: float) -> Floats:
    """How far (n,) the edge goes to lie where clothes were seen to lie: on the shoulder, ending down the arm. Beside a
    collar, which may stand, it is only moved up."""
    joint, down_arm = along / max(line.joint, 1e-6), (along - line.joint) / unit
    share = _ramp(joint, 0.2, 0.5) * (1 - _ramp(down_arm, *SETTLED))
    share = np.where(off < 0, np.minimum(share, _ramp(joint, 0.5, 0.8)), share)
    off = np.where(np.isnan(off) | (np.abs(off) > MOST_SETTLED * unit), 0.0, off)
    return _evened(share * median_filter(off, 5, mode="nearest"))


def _highest(body: Body, side: SideName, line: ShoulderLine, edge: tuple[Floats, Floats, Floats]) -> Floats:
    """How far (n,) outwards of the line a shoulder's edge may be moved: straight from the collar to the joint, from
    there no higher, and a little round. What of a neck rises above that stays bare beside the collar.

    Args:
        edge: arc lengths (n,) on the line, how far outwards the edge lies there, and how far the skin under it would
            have it lie.
    """
    along, reach, wanted = edge
    axis, normal = line.limb.at(along), line.limb.outward(along, SIGN[side])
    rise = np.maximum(-normal @ body.down, 1e-6)
    collar = axis[0] + float(np.median(reach[:3])) * normal[0]
    joint = min(int(np.searchsorted(along, line.joint)), len(along) - 1)
    level = float((axis[joint] - collar) @ body.down / rise[joint])
    height = max(float(reach[joint]), min(float(wanted[joint]), HEIGHTS[1] * body.unit, level))
    cap = axis[joint] + height * normal[joint]
    way = np.array([cap[1] - collar[1], collar[0] - cap[0]])
    facing = normal @ way
    slope = ((collar - axis) @ way) / np.where(np.abs(facing) > 1e-6, facing, np.inf)
    beyond = (axis - cap) @ body.down / rise
    return np.where(np.arange(len(along)) < joint, slope, beyond) + BULGE * body.unit


def _let_down(cloth: _Cloth, body: Body, side: SideName) -> Floats:
    """How far (n, 2) each vertex goes for a strap to lie on the shoulder."""
    unit = body.unit
    line, along, height = shoulder_outline(body, side, body.arms[side])
    height = np.maximum(height, shoulder_slope(body, side, line, along, height)[0])
    out = np.arange(0, FARTHEST, STEP / 2) * unit
    last = _last(cloth.covers((TORSO,), line.rays(along, out, SIGN[side])))
    off = np.where(last > 0, out[last] - height - CLOTH * unit, 0.0)
    off = np.where(off > STANDS_OFF * unit, np.minimum(off, MOST_IN * unit), 0.0)
    moves = -_evened(maximum_filter1d(off, 3))
    return _moved(cloth.draped, TORSO, line, (along, np.maximum(out[last], height), moves), SIGN[side], unit)


def _evened(moves: Floats) -> Floats:
    return np.asarray(gaussian_filter1d(moves, SPREAD / STEP / 2, mode="nearest"))


def _moved(
    draped: Draped, part: int, line: ShoulderLine, edge: tuple[Floats, Floats, Floats], sign: float, unit: float
) -> Floats:
    """How far (n, 2) each vertex of a part goes when its edge does.

    Args:
        edge: arc lengths (n,) on the line, how far outwards the edge lies there, and how far it is moved outwards.
    """
    along, reach, moves = edge
    result = np.zeros_like(draped.position)
    if not (np.abs(moves) > 0.002 * unit).any():
        return result
    vertex = np.unique(draped.mesh.triangles[draped.mesh.part == part])
    where, offset = _nearest(line.limb, draped.position[vertex], sign)
    share = np.clip(offset / np.interp(where, along, np.maximum(reach, STEP * unit)), 0, 1)
    if part == TORSO:
        share *= 1 - _ramp((where - line.joint) / unit, *WITH_TORSO)
    # cloth is drawn out smoothly from the line on; drawn in it must not fold, so evenly
    share = np.where(np.interp(where, along, moves) > 0, share * share * (3 - 2 * share), share)
    result[vertex] = (share * np.interp(where, along, moves))[:, None] * line.limb.outward(where, sign)
    return result


def _skin(body: Body, rays: Floats) -> NDArray[np.bool_]:
    """Which points of the rays (n, k, 2) show skin of the body that they begin in; nothing of a ray that never leaves
    it or ends in hair that hangs over it, and nothing of the neck."""
    seen = seen_along(body, rays)
    whole = np.logical_and.accumulate(np.isin(seen, BODY_LABELS), axis=1)
    end = np.minimum(whole.sum(1), whole.shape[1] - 1)
    whole &= (seen[np.arange(len(seen)), end] != Label.HAIR)[:, None]
    foot = [float((body.neck_foot[side] - body.neck) @ body.across) for side in SIDES]
    across = (rays - body.neck) @ body.across
    beside_neck = (across < foot[0]) | (across > foot[1])
    return np.asarray((seen == Label.SKIN) & whole & ~whole[:, -1:] & beside_neck)


def _last(marked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Index (n,) of the last marked point of each ray (n, k), 0 where there is none."""
    count = marked.shape[1]
    return np.where(marked.any(1), count - 1 - np.argmax(marked[:, ::-1], axis=1), 0)


def _unbroken(covered: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What of each ray (n, k) is covered from its beginning on, single points without cover apart."""
    ahead = np.pad(covered[:, 1:], ((0, 0), (0, 1)))
    return np.asarray(covered & np.logical_and.accumulate(covered | ahead, axis=1))


def _nearest(limb: Limb, points: Floats, sign: float) -> tuple[Floats, Floats]:
    """Arc length (n,) of the nearest place on the line, and how far (n,) outwards of it points (n, 2) lie."""
    along = np.linspace(0, limb.length, 160)
    axis = limb.at(along)
    _, nearest = cKDTree(axis).query(points)
    outwards = ((points - axis[nearest]) * limb.outward(along, sign)[nearest]).sum(1)
    return along[nearest], outwards


def _ramp(value: Floats, start: float, end: float) -> Floats:
    return np.clip((value - start) / (end - start), 0, 1)
