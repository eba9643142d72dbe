"""The body to dress: axes, widths, limbs and outlines, measured on the pose and the parsed photo.

Takes a pose and full-resolution labels, gives a `Body` in photo pixels. Every length is expressed in `unit`
(about the distance between the shoulder joints), so that the same constants hold from half body to full body.

Frame of the torso: `u` runs across in units, positive to the viewer's right; `v` runs along the spine,
0 at the shoulder joints, 1 at the hip joints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.head import Head, find_head
from vesture.engines.warp.body.last_skin import last_skin
from vesture.vision.parsing.parse import Label
from vesture.vision.pose.estimator import Pose

Floats = NDArray[np.float64]
SideName = Literal["left", "right"]
SIDES: tuple[SideName, SideName] = ("left", "right")
SIGN = {"left": -1.0, "right": 1.0}

# Half-widths of an unclothed frontal torso in units at the levels V_LEVELS, and radii of limbs at start,
# middle and end. Anthropometric means, rounded; measured widths are held near them.
V_LEVELS = np.array([0.0, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0, 1.15, 1.3])
TORSO_PRIOR = np.array([0.52, 0.50, 0.48, 0.44, 0.42, 0.46, 0.52, 0.55, 0.55])
ARM_RADIUS = np.array([0.135, 0.112, 0.075])
LEG_RADIUS = np.array([0.25, 0.16, 0.095])
NECK_HALF_WIDTH = 0.19
TRAPEZIUS_RISE = 0.24  # of the neck's foot above the shoulder joints


@dataclass(frozen=True, slots=True)
class Limb:
    """An arm or a leg as a tube.

    Attributes:
        axis: (n, 2) points from shoulder to wrist or hip to ankle, rounded at the middle joint.
        along: (n,) arc length of those points in pixels, from 0.
        natural: (n,) radius of the bare limb in pixels.
        outer: (n,) distance from the axis to the present outline, clothes included, away from the body.
        visible: in [0, 1], whether the end joint is in the picture and not hidden.
        bare_from: arc length from which on skin is seen, past the end joint where a cuff hides it; None when no
            skin is seen on the limb.
    """

    axis: Floats
    along: Floats
    natural: Floats
    outer: Floats
    visible: float
    bare_from: float | None = None

    @property
    def length(self) -> float:
        return float(self.along[-1])

    def at(self, distance: Floats) -> Floats:
        """Axis points at arc lengths `distance`, extended straight beyond both ends."""
        inside = np.stack([np.interp(distance, self.along, self.axis[:, k]) for k in (0, 1)], 1)
        before, after = np.minimum(distance, 0), np.maximum(distance - self.length, 0)
        if not before.any() and not after.any():
            return inside
        ends = self.axis[[1, -1]] - self.axis[[0, -2]]
        start, end = ends / np.maximum(np.linalg.norm(ends, axis=1, keepdims=True), 1e-9)
        return np.asarray(inside + before[:, None] * start + after[:, None] * end)

    def direction(self, distance: Floats) -> Floats:
        """Unit tangents (n, 2) at arc lengths."""
        step = np.gradient(self.axis, self.along, axis=0)
        tangent = np.stack([np.interp(distance, self.along, step[:, k]) for k in (0, 1)], 1)
        return np.asarray(tangent / np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9))

    def outward(self, distance: Floats, sign: float) -> Floats:
        """Unit normals (n, 2) on the side that faces away from a body at rest; `sign` -1 left, 1 right."""
        tangent = self.direction(distance)
        return np.stack([tangent[:, 1], -tangent[:, 0]], 1) * sign

    def radius(self, distance: Floats, *, clothed: bool = False) -> Floats:
        return np.interp(distance, self.along, self.outer if clothed else self.natural)


@dataclass(frozen=True, slots=True)
class Body:
    """Everything that fitting needs to know of the person. Coordinates in photo pixels."""

    unit: float
    neck: Floats  # (2,) middle of the shoulder joints
    down: Floats  # (2,) unit vector along the spine
    across: Floats  # (2,) unit vector to the viewer's right
    torso: float  # pixels from shoulder to hip level
    tip: dict[SideName, Floats]  # shoulder tips on the body's outline
    neck_foot: dict[SideName, Floats]  # where neck and shoulder line meet
    half_width: dict[SideName, Floats]  # pixels at V_LEVELS, present outline without the arms
    bare_half_width: Floats  # pixels at V_LEVELS, of the bare torso by anatomy
    arms: dict[SideName, Limb]
    legs: dict[SideName, Limb]
    labels: NDArray[np.uint8]
    top_hem: float | None  # v where the present top ends, None when it leaves the picture or is not there
    waist: float  # v of the present waistband, or where one would be
    head: Head | None = None  # None where the face is not in the picture

    def point(self, u: Floats | float, v: Floats | float) -> Floats:
        """Photo pixels (n, 2) of torso coordinates; `u` in pixels across, `v` along the spine."""
        u, v = np.atleast_1d(np.asarray(u, float)), np.atleast_1d(np.asarray(v, float))
        return np.asarray(self.neck + u[:, None] * self.across + (v * self.torso)[:, None] * self.down)

    def coordinates(self, points: Floats) -> Floats:
        """Torso coordinates (n, 2) of photo pixels: `u` in pixels across, `v` along the spine."""
        offset = np.atleast_2d(points) - self.neck
        return np.stack([offset @ self.across, offset @ self.down / self.torso], 1)

    def width(self, side: SideName, v: Floats | float) -> Floats:
        return np.asarray(np.interp(v, V_LEVELS, self.half_width[side]))


def measure_body(pose: Pose, labels: NDArray[np.uint8], unit: float) -> Body:
    """Measure a person.

    Args:
        pose: the person's pose.
        labels: (H, W) full-resolution `Label` map of the photo.
        unit: length unit in pixels (the parse's).
    """
    sides = {name: pose.side(name) for name in SIDES}
    shoulders = {name: np.asarray(side.shoulder, float) for name, side in sides.items()}
    hips = {name: np.asarray(side.hip, float) for name, side in sides.items()}
    neck = (shoulders["left"] + shoulders["right"]) / 2
    spine = (hips["left"] + hips["right"]) / 2 - neck
    torso = max(float(np.linalg.norm(spine)), 0.8 * unit)
    down = spine / max(float(np.linalg.norm(spine)), 1e-6)
    across = np.array([down[1], -down[0]])
    across = across if across[0] >= 0 else -across
    half = unit * 0.5
    arms, legs = {}, {}
    for name, side in sides.items():
        shoulder, hip = shoulders[name], hips[name]
        arms[name] = _limb(
            [shoulder, side.elbow, side.wrist],
            ARM_RADIUS * unit,
            labels,
            SIGN[name],
            pose.visibility[side.rows["wrist"]],
        )
        thigh = hip + across * SIGN[name] * 0.06 * unit
        legs[name] = _limb(
            [thigh, side.knee, side.ankle], LEG_RADIUS * unit, labels, SIGN[name], pose.visibility[side.rows["ankle"]]
        )
    foot = {n: neck + across * SIGN[n] * NECK_HALF_WIDTH * unit - down * TRAPEZIUS_RISE * unit for n in SIDES}
    tip = {n: _shoulder_tip(shoulders[n], across * SIGN[n], down, labels, unit) for n in SIDES}
    prior = TORSO_PRIOR * unit
    frame = (neck, down, across, torso)
    width = {n: _half_widths(frame, labels, arms[n], SIGN[n], prior) for n in SIDES}
    top_hem, waist = _hem_and_waist(frame, labels, half)
    head = find_head(pose, unit)
    return Body(unit, neck, down, across, torso, tip, foot, width, prior, arms, legs, labels, top_hem, waist, head)


def _limb(
    joints: Sequence[NDArray[np.floating]], radii: Floats, labels: NDArray[np.uint8], outward: float, visible: float
) -> Limb:
    start, middle, end = (np.asarray(joint, float) for joint in joints)
    axis = rounded_polyline(np.stack([start, middle, end]), 33)
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(axis, axis=0), axis=1))]
    along = along + np.arange(len(along)) * 1e-6
    upper, lower = float(np.linalg.norm(middle - start)), float(np.linalg.norm(end - middle))
    bend = upper / max(upper + lower, 1e-6)
    natural = np.interp(along / along[-1], [0, bend, 1], radii)
    limb = Limb(axis, along, natural, natural, float(visible))
    normal = limb.outward(along, outward)
    covered = {int(Label.TOP), int(Label.BOTTOM), int(Label.ONE_PIECE), int(Label.SKIN)}
    limit = 2.4 * natural
    outer = _march(axis, normal, labels, limit, covered)
    inner = _march(axis, -normal, labels, limit, covered)
    # pose joints lie off the limb's middle; where the inner edge touches the body, cloth is taken to hang evenly
    free = inner < 0.95 * limit
    shift = np.where(free, (outer - inner) / 2, (outer - 1.15 * natural) / 2)
    shift = _smooth(np.clip(shift, -0.5 * natural, 0.5 * natural), 9)
    shift *= np.interp(along / along[-1], [0, 0.25, 1], [0, 1, 1])  # the shoulder and hip joints are trusted
    reach = _smooth(np.clip(outer - shift, 0.75 * natural, 2.0 * natural), 5)
    limb = Limb(axis + normal * shift[:, None], along, natural, reach, float(visible))
    return replace(limb, bare_from=_bare_from(limb, labels))


def _bare_from(limb: Limb, labels: NDArray[np.uint8]) -> float | None:
    along = np.linspace(0, limb.length + 2.5 * float(limb.natural[0]), 80)
    path = limb.at(along)
    column, row = np.rint(path[:, 0]).astype(int), np.rint(path[:, 1]).astype(int)
    inside = (column >= 0) & (column < labels.shape[1]) & (row >= 0) & (row < labels.shape[0])
    seen = np.zeros(len(along), np.uint8)
    seen[inside] = labels[row[inside], column[inside]]
    return last_skin(along, seen, limb.length, float(limb.natural[0]))


def rounded_polyline(corners: Floats, count: int) -> Floats:
    """`count` points along a polyline (n, 2) whose inner corners are cut by quadratic curves."""
    pieces = [corners[:1]]
    for before, corner, after in zip(corners[:-2], corners[1:-1], corners[2:], strict=True):
        enter, leave = corner + 0.3 * (before - corner), corner + 0.3 * (after - corner)
        t = np.linspace(0, 1, 9)[:, None]
        pieces.append((1 - t) ** 2 * enter + 2 * t * (1 - t) * corner + t**2 * leave)
    path = np.concatenate([*pieces, corners[-1:]])
    return resample(path, count)


def resample(curve: Floats, count: int) -> Floats:
    """`count` points at equal arc length along a curve (n, 2)."""
    curve = np.asarray(curve, float)
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))]
    wanted = np.linspace(0, along[-1], count)
    return np.stack([np.interp(wanted, along, curve[:, k]) for k in (0, 1)], 1)


def _march(origin: Floats, direction: Floats, labels: NDArray[np.uint8], limit: Floats, inside: set[int]) -> Floats:
    """How far each ray (n, 2) stays on labels of `inside`, at most `limit` (n,) pixels; gaps under 2 steps pass."""
    steps = 48
    distance = np.linspace(0, 1, steps)[None] * limit[:, None]
    points = origin[:, None] + direction[:, None] * distance[..., None]
    column = np.clip(np.rint(points[..., 0]).astype(int), 0, labels.shape[1] - 1)
    row = np.clip(np.rint(points[..., 1]).astype(int), 0, labels.shape[0] - 1)
    on = np.isin(labels[row, column], list(inside))
    on[:, 0] = True
    run = on | np.roll(on, -1, axis=1) | np.roll(on, 1, axis=1)
    first_off = np.where(run.all(1), steps, np.argmin(run, axis=1))
    return limit * np.clip(first_off - 1, 0, steps - 1) / (steps - 1)


def _smooth(values: Floats, width: int) -> Floats:
    padded = np.pad(values, width // 2, mode="edge")
    middle = np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=1)
    padded = np.pad(middle, width // 2, mode="edge")
    return np.asarray(np.convolve(padded, np.ones(width) / width, mode="valid"))


def _shoulder_tip(joint: Floats, outward: Floats, down: Floats, labels: NDArray[np.uint8], unit: float) -> Floats:
    direction = 0.45 * outward - down
    direction /= np.linalg.norm(direction)
    cloth_or_skin = {int(Label.TOP), int(Label.ONE_PIECE), int(Label.SKIN)}
    reach = _march(joint[None], direction[None], labels, np.array([0.3 * unit]), cloth_or_skin)[0]
    return np.asarray(joint + direction * float(np.clip(reach, 0.08 * unit, 0.16 * unit)))


def _half_widths(
    frame: tuple[Floats, Floats, Floats, float], labels: NDArray[np.uint8], arm: Limb, sign: float, prior: Floats
) -> Floats:
    """Distance from the spine to the present outline at V_LEVELS, the arm left out, held near the prior."""
    neck, down, across, torso = frame
    levels = np.linspace(0.1, 1.3, 25)
    origin = neck + (levels * torso)[:, None] * down
    outward = np.tile(across * sign, (len(levels), 1))
    wanted = np.interp(levels, V_LEVELS, prior)
    reach = _march(origin, outward, labels, 1.6 * wanted, {int(Label.TOP), int(Label.BOTTOM), int(Label.ONE_PIECE)})
    # where the arm hangs beside the torso, the torso ends before the arm begins
    distance = np.arange(0, 1.6, 0.04)
    points = origin[:, None] + outward[:, None] * (distance[None, :, None] * wanted[:, None, None])
    gap = np.linalg.norm(points[:, :, None] - arm.axis[None, None, 4:], axis=3) - 0.9 * arm.natural[4:]
    hit = gap.min(2) < 0
    hit[:, distance < 0.7] = False
    first = np.where(hit.any(1), distance[np.argmax(hit, axis=1)], 9.0) * wanted
    least = np.interp(levels, [0.75, 0.95], [0.84, 0.97])  # beside the hips an arm hides cloth, it does not end it
    width = np.clip(np.minimum(reach, first), least * wanted, 1.35 * wanted)
    result = np.interp(V_LEVELS, levels, _smooth(width, 5))
    result[0] = prior[0]
    return np.asarray(result)


def _hem_and_waist(
    frame: tuple[Floats, Floats, Floats, float], labels: NDArray[np.uint8], half: float
) -> tuple[float | None, float]:
    """v of the present top's hem and of the waistband, read along columns near the spine."""
    neck, down, across, torso = frame
    v = np.linspace(0.4, 2.6, 111)
    u = np.linspace(-0.5, 0.5, 11) * half
    points = neck + u[:, None, None] * across + (v * torso)[None, :, None] * down
    column, row = np.rint(points[..., 0]).astype(int), np.rint(points[..., 1]).astype(int)
    inside = (column >= 0) & (column < labels.shape[1]) & (row >= 0) & (row < labels.shape[0])
    seen = labels[np.clip(row, 0, labels.shape[0] - 1), np.clip(column, 0, labels.shape[1] - 1)]
    top = inside & np.isin(seen, [Label.TOP, Label.ONE_PIECE])
    bottom = inside & (seen == Label.BOTTOM)
    hem = None
    has_top = top.any(1)
    if has_top.sum() >= 4:
        last = np.array([v[np.flatnonzero(row_)[-1]] for row_ in top[has_top]])
        value = float(np.median(last))
        lowest_visible = v[inside.all(0)][-1] if inside.all(0).any() else 0.4
        hem = value if value < lowest_visible - 0.04 else None
    has_bottom = bottom.any(1)
    waist = 0.86
    if has_bottom.sum() >= 4:
        waist = float(np.median([v[np.flatnonzero(row_)[0]] for row_ in bottom[has_bottom]]))
    return hem, float(np.clip(waist, 0.6, 1.25))
