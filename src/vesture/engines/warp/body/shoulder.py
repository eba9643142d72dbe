"""The bare shoulder: its line from beside the neck over the joint into the arm, as the present outline tells it.

Takes a body, gives outlines and coverage maps. Knows nothing about colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, median_filter

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, Limb, SideName
from vesture.engines.warp.body.relief import smooth_step
from vesture.engines.warp.body.silhouettes import filled, limb_frame
from vesture.engines.warp.picture.patch import bounds
from vesture.vision.parsing.parse import Label

BODY_LABELS = (int(Label.SKIN), int(Label.TOP), int(Label.ONE_PIECE))

# All lengths below in units.
STEP = 0.025  # along the line, and outwards from it
FARTHEST = 0.55  # outwards
TURN = 0.16  # down the arm, where the line has turned from the shoulder into it
LEAST_RUN = 0.12  # of the line across the shoulder
FOOT_DEPTH = 0.2  # that the line begins below the foot of the neck
CLOTH = 0.035  # thickness of what lies on a shoulder
HEIGHTS = (0.09, 0.25)  # least and most of a bare shoulder above the line
RISE = 0.75  # share of the way to the joint over which it rises to that: the neck's own slope is not known here
CAP_END = 0.42  # down the arm, where the shoulder's cap has become the arm
SPREAD = 0.06  # over which its outline is evened out
WORN_HEIGHTS = (0.09, 0.15)  # of clothes above the line, at least and at most: more is padding
FADE_STEP = 4  # pixels between the points at which an arm's own share is found


@dataclass(frozen=True, slots=True)
class ShoulderLine:
    """A line inside shoulder and arm: `limb` with its arc lengths, and at which of them the joint lies, in pixels.
    Its outward normals point up from the shoulder and away from the body from the arm."""

    limb: Limb
    joint: float

    def rays(self, along: Floats, out: Floats, sign: float) -> Floats:
        """Points (n, k, 2) at distances `out` (k,) pixels outwards of arc lengths `along` (n,)."""
        return self.limb.at(along)[:, None] + out[:, None] * self.limb.outward(along, sign)[:, None]


def shoulder_line(body: Body, side: SideName, arm: Limb, start: Floats, reach: float) -> ShoulderLine:
    """The line from `start` (2,) through the arm's joint, whose corner is rounded, to arc length `reach` of the arm."""
    unit = body.unit
    joint, inwards = arm.axis[0], -SIGN[side] * body.across
    if float((start - joint) @ inwards) < LEAST_RUN * unit:
        start = joint + LEAST_RUN * unit * inwards
    turned = min(TURN * unit, 0.5 * reach)
    leave = arm.at(np.array([turned]))
    enter = joint + min(1.0, TURN * unit / max(float(np.linalg.norm(start - joint)), 1e-6)) * (start - joint)
    t = np.linspace(0, 1, 12)[:, None]
    corner = (1 - t) ** 2 * enter + 2 * t * (1 - t) * joint + t**2 * leave
    first = start + np.linspace(0, 0.95, 6)[:, None] * (enter - start)
    axis = np.concatenate([first, corner, arm.at(np.linspace(turned, max(reach, turned + 1.0), 24)[1:])])
    lengths = np.r_[0, np.cumsum(np.linalg.norm(np.diff(axis, axis=0), axis=1))]
    lengths = lengths + np.arange(len(lengths)) * 1e-6
    radius = np.full(len(axis), 0.1 * unit)
    return ShoulderLine(Limb(axis, lengths, radius, radius, arm.visible), float(lengths[len(first) + 6]))


def seen_along(body: Body, rays: Floats) -> NDArray[np.uint8]:
    """Labels (n, k) at points (n, k, 2); background outside the picture."""
    labels = body.labels
    column, row = np.moveaxis(np.rint(rays).astype(int), -1, 0)
    inside = (column >= 0) & (row >= 0) & (column < labels.shape[1]) & (row < labels.shape[0])
    row, column = np.clip(row, 0, labels.shape[0] - 1), np.clip(column, 0, labels.shape[1] - 1)
    return np.where(inside, labels[row, column], 0).astype(np.uint8)


def shoulder_outline(body: Body, side: SideName, arm: Limb) -> tuple[ShoulderLine, Floats, Floats]:
    """The bare shoulder's outline: its line, arc lengths (n,) on it, and how far (n,) outwards the skin ends there.

    Skin that is seen ends where it does; under cloth it ends the cloth's thickness inside the present outline, within
    what shoulders are. Further down it goes over into the bare `arm`.
    """
    unit = body.unit
    start = body.neck_foot[side] + FOOT_DEPTH * unit * body.down
    line = shoulder_line(body, side, arm, start, _cap_end(body, arm))
    along = np.linspace(0, line.limb.length, 48)
    out = np.arange(0, FARTHEST, STEP / 2) * unit
    seen = seen_along(body, line.rays(along, out, SIGN[side]))
    whole = np.logical_and.accumulate(np.isin(seen, BODY_LABELS), axis=1)
    last = np.maximum(whole.sum(1) - 1, 0)
    bare = seen[np.arange(len(along)), last] == Label.SKIN
    height = out[last] - np.where(bare, 0.0, CLOTH * unit)
    height = np.clip(height, HEIGHTS[0] * unit, HEIGHTS[1] * unit)
    height = height * np.clip(along / (RISE * line.joint), 0, 1)
    into_arm = smooth_step((along - line.joint) / max(line.limb.length - line.joint, 1e-6))
    height = height + into_arm * (arm.radius(np.maximum(along - line.joint, 0)) - height)
    width = SPREAD * unit / max(float(along[1]), 1e-6)
    height = gaussian_filter1d(median_filter(height, 2 * round(width) + 1, mode="nearest"), width, mode="nearest")
    return line, along, height


def worn_outline(body: Body, along: Floats, rays: Floats, out: Floats) -> Floats:
    """How far (n,) outwards of a shoulder's line its clothes are seen to reach, padding apart; nan where they are
    hidden or it is bare.

    Args:
        along: arc lengths (n,) on the line.
        rays: places (n, k, 2) outwards of them, at the distances `out` (k,).
    """
    seen = seen_along(body, rays)
    whole = np.logical_and.accumulate(np.isin(seen, BODY_LABELS), axis=1)
    count = whole.sum(1)
    end = seen[np.arange(len(seen)), np.minimum(count, len(out) - 1)]
    last = seen[np.arange(len(seen)), np.maximum(count - 1, 0)]
    told = (count > 0) & (count < len(out)) & (end == Label.BACKGROUND) & (last != Label.SKIN)
    height = out[np.maximum(count - 1, 0)]
    least, most = (limit * body.unit for limit in WORN_HEIGHTS)
    told &= (height > 0.6 * least) & (height < 1.6 * most)
    if told.sum() < 3:
        return np.full(len(along), np.nan)
    height = np.clip(np.interp(along, along[told], height[told]), least, most)
    far = np.abs(along[:, None] - along[told]).min(1) > 0.1 * body.unit
    return np.where(far, np.nan, height)


def shoulder_slope(
    body: Body, side: SideName, line: ShoulderLine, along: Floats, height: Floats
) -> tuple[Floats, Floats]:
    """The slope from the neck's foot down to the shoulder's cap: how far (n,) outwards of the line it lies, none on the
    cap; and its ends (2, 2)."""
    normal, axis = line.limb.outward(along, SIGN[side]), line.limb.at(along)
    last = min(int(np.searchsorted(along, RISE * line.joint)), len(along) - 1)
    foot = body.neck_foot[side]
    end = axis[last] + height[last] * normal[last]
    across = np.array([end[1] - foot[1], foot[0] - end[0]])
    facing = normal @ across
    slope = ((foot - axis) @ across) / np.where(np.abs(facing) > 1e-6, facing, np.inf)
    return np.where(np.arange(len(along)) < last, slope, 0.0), np.stack([foot, end])


def shoulder_cap(shape: tuple[int, int], body: Body, side: SideName, arm: Limb) -> NDArray[np.float32]:
    """Coverage (H, W) of a bare shoulder, from beside the neck into the arm, round and without a corner."""
    line, along, height = shoulder_outline(body, side, arm)
    edge = line.limb.at(along) + height[:, None] * line.limb.outward(along, SIGN[side])
    return filled(shape, np.concatenate([edge, _inside(body, side, arm)]))


def bared_shoulders(body: Body, cover: NDArray[np.float32], reach: Mapping[SideName, float]) -> tuple[SideName, ...]:
    """The sides on which a garment of coverage (H, W) leaves the shoulder bare: it has no sleeve there, or one that
    begins below the joint.

    Args:
        reach: arc length on each arm that a sleeve covers, 0 or none without.
    """
    bared: list[SideName] = []
    for side in SIDES:
        joint = body.arms[side].axis[:1] - np.linspace(0, 0.1, 5)[:, None] * body.unit * body.down
        column = np.clip(np.rint(joint[:, 0]).astype(int), 0, cover.shape[1] - 1)
        row = np.clip(np.rint(joint[:, 1]).astype(int), 0, cover.shape[0] - 1)
        if reach.get(side, 0.0) <= 0 or not (cover[row, column] > 0.5).any():
            bared.append(side)
    return tuple(bared)


def with_shoulders(zone: NDArray[np.float32], body: Body, arms: Mapping[SideName, Limb]) -> NDArray[np.float32]:
    """The coverage (H, W) of a bare neck that goes over into the caps of the shoulders of `arms`, and ends there."""
    rows, columns = np.indices(zone.shape, np.float32)
    aside = (columns - body.neck[0]) * body.across[0] + (rows - body.neck[1]) * body.across[1]
    result = zone
    for side in arms:
        line, along, height = shoulder_outline(body, side, arms[side])
        slope, ends = shoulder_slope(body, side, line, along, height)
        edge = line.limb.at(along) + height[:, None] * line.limb.outward(along, SIGN[side])
        inside = _inside(body, side, arms[side])
        below = filled(zone.shape, np.concatenate([ends, edge[slope == 0], inside, body.neck[None]]))
        beside = SIGN[side] * aside > SIGN[side] * float((ends[0] - body.neck) @ body.across)
        result = np.where(beside, np.minimum(result, below), result)
        result = np.maximum(result, filled(zone.shape, np.concatenate([edge, inside])))
    return np.asarray(result, np.float32)


def _inside(body: Body, side: SideName, arm: Limb) -> Floats:
    """Where (2, 2) the shoulder ends towards the armpit and the chest."""
    end = np.array([_cap_end(body, arm)])
    armpit = arm.at(end) - 0.95 * arm.radius(end)[:, None] * arm.outward(end, SIGN[side])
    return np.concatenate([armpit, body.point(SIGN[side] * 0.3 * body.unit, 0.15)])


def out_of_shoulder(zone: NDArray[np.float32], body: Body, side: SideName, arm: Limb) -> NDArray[np.float32]:
    """The coverage (H, W) of an arm as it comes out of the shoulder's cap, which lies behind it: nothing beside the
    cap, and little of the arm's own at first, so that no seam shows."""
    box = bounds(zone > 0)
    if box is None:
        return zone
    height, width = box[2] - box[0], box[3] - box[1]
    xs = box[1] + np.linspace(0, width - 1, max(2, width // FADE_STEP), dtype=np.float32)
    ys = box[0] + np.linspace(0, height - 1, max(2, height // FADE_STEP), dtype=np.float32)
    way = cv2.resize(limb_frame(arm, xs, ys).along, (width, height)) / _cap_end(body, arm)
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    inside = np.minimum(zone[place], shoulder_cap(zone.shape, body, side, arm)[place])
    own = smooth_step((way - 0.7) / 0.2)
    result = zone.copy()
    result[place] = inside * smooth_step(way / 0.7) * (1 - own) + zone[place] * own
    return result


def _cap_end(body: Body, arm: Limb) -> float:
    return min(CAP_END * body.unit, 0.5 * arm.length)
