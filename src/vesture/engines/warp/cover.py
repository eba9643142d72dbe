"""Cloth drawn out to the body that it covers.

A fit places cloth by joints and mean widths. Where shoulders and arms that were bare are broader than that, they would
stand beside the cloth: its edge is moved out to the body's own.

Takes a draped garment, its fit and the person's body; gives the draped garment, its vertices moved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d
from scipy.spatial import cKDTree

from vesture.engines.warp.body import SIDES, SIGN, Body, Floats, Limb, SideName
from vesture.engines.warp.layers import PART_SIDE, Draped
from vesture.engines.warp.mesh import Mesh, backward_map
from vesture.engines.warp.placement import Fit, point
from vesture.engines.warp.triangles import barycentric
from vesture.vision.garment_types import Part
from vesture.vision.parsing import Label

SLEEVE_PART = {side: part for part, side in PART_SIDE.items() if part in (Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE)}
BODY_LABELS = (int(Label.SKIN), int(Label.TOP), int(Label.ONE_PIECE))

GRAIN = 70  # pixels to the unit of the maps in which edges are found
# All lengths below in units.
STEP = 0.025  # along the line of shoulder and arm, and outwards from it
FARTHEST = 0.55  # from that line
BELOW_COLLAR = 0.14  # the line begins under the collar's corner
TURN = 0.16  # down the arm, where the line has turned from the shoulder into it
EASE = 0.022  # of cloth over the body
MOST = 0.26  # that an edge is moved: what stands out further is no shoulder or arm
MOST_INSIDE = 0.14
SPREAD = 0.06  # over which moves are evened out
BESIDE_COLLAR = 0.1  # over which they begin: collars stay
WITH_TORSO = (0.15, 0.4)  # down the arm, where the torso's cloth stops going along
BELOW_ARMPIT = (0.3, 0.5)  # down the arm, where the inner edge of a sleeve begins to be moved


def covering(draped: Draped, fit: Fit, body: Body) -> Draped:
    """The garment with its shoulders and sleeves as wide as the skin that they lie on."""
    position = draped.position.copy()
    for side in SIDES:
        if fit.sleeve_reach.get(side, 0.0) > 0 and (draped.mesh.part == SLEEVE_PART[side]).any():
            position += _moves(draped, fit, body, side)
    return replace(draped, position=position)


@dataclass(frozen=True, slots=True)
class _Line:
    """The line through shoulder and arm from which edges are sought: `limb` with its arc lengths, and where on it the
    shoulder's joint lies, in pixels."""

    limb: Limb
    joint: float


def _moves(draped: Draped, fit: Fit, body: Body, side: SideName) -> Floats:
    """How far (n, 2) each vertex goes."""
    unit = body.unit
    collar = _places(draped.mesh, draped.position, int(Part.TORSO), point(draped.garment, f"collar_{side}")[None])[0]
    line = _line(body, side, collar, fit.sleeve_reach[side])
    along = np.arange(0, line.limb.length, STEP * unit)
    out = np.arange(0, FARTHEST, STEP) * unit
    sleeve = int(SLEEVE_PART[side])
    down_arm = (along - line.joint) / unit
    result = np.zeros_like(draped.position)
    for sign in (1.0, -1.0):
        parts = (int(Part.TORSO), sleeve) if sign > 0 else (sleeve,)
        rays = line.limb.at(along)[:, None] + out[:, None] * line.limb.outward(along, sign * SIGN[side])[:, None]
        cloth = _last(_covered(draped, parts, rays, unit))
        skin = _last(_skin(body, rays))
        short = np.where((cloth > 0) & (skin > 0), out[skin] + EASE * unit - out[cloth], 0.0)
        most = MOST if sign > 0 else MOST_INSIDE
        short = np.where((short > most * unit) | (short < 0), 0.0, short)
        if sign > 0:
            short *= np.clip(along / (BESIDE_COLLAR * unit), 0, 1)
        else:
            short *= _ramp(down_arm, *BELOW_ARMPIT)
        width = SPREAD / STEP
        short = gaussian_filter1d(maximum_filter1d(short, 2 * round(width / 2) + 1), width / 2, mode="nearest")
        if not (short > 0.002 * unit).any():
            continue
        for part in parts:
            vertex = np.unique(draped.mesh.triangles[draped.mesh.part == part])
            where, offset = _nearest(line.limb, draped.position[vertex], sign * SIGN[side])
            edge = np.interp(where, along, np.maximum(out[cloth], STEP * unit))
            share = np.clip(offset / edge, 0, 1)
            share = share * share * (3 - 2 * share) * np.interp(where, along, short)
            if part == Part.TORSO:
                share *= 1 - _ramp((where - line.joint) / unit, *WITH_TORSO)
            move = share[:, None] * line.limb.outward(where, sign * SIGN[side])
            result[vertex] = np.where(np.abs(move) > np.abs(result[vertex]), move, result[vertex])
    return result


def _line(body: Body, side: SideName, collar: Floats, reach: float) -> _Line:
    """From under the collar's corner through the shoulder's joint to where the sleeve ends, its corner round."""
    arm, unit = body.arms[side], body.unit
    joint = arm.axis[0]
    inwards = -SIGN[side] * body.across
    start = collar + BELOW_COLLAR * unit * body.down
    if float((start - joint) @ inwards) < 0.12 * unit:
        start = joint + 0.12 * unit * inwards
    turned = min(TURN * unit, 0.5 * reach)
    t = np.linspace(0, 1, 12)[:, None]
    leave = arm.at(np.array([turned]))
    enter = joint + min(1.0, TURN * unit / max(float(np.linalg.norm(start - joint)), 1e-6)) * (start - joint)
    corner = (1 - t) ** 2 * enter + 2 * t * (1 - t) * joint + t**2 * leave
    rest = arm.at(np.linspace(turned, max(reach, turned + 1.0), 24)[1:])
    first = start + np.linspace(0, 0.95, 6)[:, None] * (enter - start)
    axis = np.concatenate([first, corner, rest])
    lengths = np.r_[0, np.cumsum(np.linalg.norm(np.diff(axis, axis=0), axis=1))]
    lengths = lengths + np.arange(len(lengths)) * 1e-6
    radius = np.full(len(axis), 0.1 * unit)
    return _Line(Limb(axis, lengths, radius, radius, arm.visible), float(lengths[len(first) + 6]))


def _covered(draped: Draped, parts: tuple[int, ...], rays: Floats, unit: float) -> NDArray[np.bool_]:
    """Which points of the rays (n, k, 2) lie under the cloth of these parts."""
    low = rays.reshape(-1, 2).min(0)
    scale = GRAIN / unit
    shape = tuple(int(extent) + 2 for extent in np.ceil((rays.reshape(-1, 2).max(0) - low) * scale)[::-1])
    column, row = np.moveaxis(np.rint((rays - low) * scale).astype(int), -1, 0)
    alpha = draped.garment.alpha
    covered = np.zeros(rays.shape[:2], bool)
    for part in parts:
        map_x, map_y = backward_map(draped.mesh, (draped.position - low) * scale, part, shape)
        x, y = np.rint(map_x[row, column]).astype(int), np.rint(map_y[row, column]).astype(int)
        inside = (x >= 0) & (y >= 0) & (x < alpha.shape[1]) & (y < alpha.shape[0])
        covered[inside] |= alpha[y[inside], x[inside]] > 0.5
    return covered


def _skin(body: Body, rays: Floats) -> NDArray[np.bool_]:
    """Which points of the rays (n, k, 2) show skin of the body that they begin in; nothing of a ray that never leaves
    it, and nothing of the neck."""
    labels = body.labels
    column, row = np.moveaxis(np.rint(rays).astype(int), -1, 0)
    inside = (column >= 0) & (row >= 0) & (column < labels.shape[1]) & (row < labels.shape[0])
    seen = np.where(inside, labels[np.clip(row, 0, labels.shape[0] - 1), np.clip(column, 0, labels.shape[1] - 1)], 0)
    whole = np.logical_and.accumulate(np.isin(seen, BODY_LABELS), axis=1)
    foot = np.array([float((body.neck_foot[side] - body.neck) @ body.across) for side in SIDES])
    across = (rays - body.neck) @ body.across
    beside_neck = (across < foot[0]) | (across > foot[1])
    return (seen == Label.SKIN) & whole & ~whole[:, -1:] & beside_neck


def _last(marked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Index (n,) of the last marked point of each ray (n, k), 0 where there is none."""
    count = marked.shape[1]
    return np.where(marked.any(1), count - 1 - np.argmax(marked[:, ::-1], axis=1), 0)


def _nearest(limb: Limb, points: Floats, sign: float) -> tuple[Floats, Floats]:
    """Arc length (n,) of the nearest place on the line, and how far (n,) outwards of it; negative beyond its ends."""
    along = np.linspace(0, limb.length, 160)
    axis = limb.at(along)
    difference = points[:, None] - axis[None]
    nearest = np.argmin((difference**2).sum(2), axis=1)
    offset = points - axis[nearest]
    outwards = (offset * limb.outward(along[nearest], sign)).sum(1)
    return along[nearest], outwards


def _ramp(value: Floats, start: float, end: float) -> Floats:
    return np.clip((value - start) / (end - start), 0, 1)


def _places(mesh: Mesh, position: Floats, part: int, points: Floats) -> Floats:
    """Where in the photo (n, 2) garment pixels (n, 2) of a part lie, the vertices being at `position`."""
    mine = mesh.triangles[mesh.part == part]
    _, nearest = cKDTree(mesh.vertices[mine].mean(axis=1)).query(points)
    weights = barycentric(mesh.vertices[mine[nearest]], points)
    return np.asarray((weights[..., None] * position[mine[nearest]]).sum(1))
