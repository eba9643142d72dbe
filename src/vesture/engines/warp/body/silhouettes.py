"""Outlines of the bare body as coverage maps: limbs, neck, torso.

Takes a `Body` or a `Limb` and the size of a picture, gives arrays (H, W). Knows nothing about colours.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import NECK_HALF_WIDTH, SIDES, SIGN, V_LEVELS, Body, Limb, SideName
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]

AXIS_SAMPLES = 64
UPRIGHT = 0.85  # of a limb's length, from its start down to its end
# Levels v between which what is bare of the chest beside cloth narrows to nothing.
ARMHOLE_BARES, SLEEVE_BARES = (0.18, 0.42), (0.0, 0.15)
MIDDLE = 0.75  # of the narrowest half-width of the bare trunk
UNDER_HEM = 0.3  # units below cloth that count as under its hem
SEEN_HIP, HIP_SLOPE = 0.2, 0.4  # units of trousers that are seen to a side; how much hips draw in upwards
# radians by which a limb turns at its joint: from where on that shows a corner, all of it; share of the way to that;
# share of the limb's length beside the joint within which its axis is rounded; that of it that rounding can take off
BENT, CORNER, ROUND, CUT = (0.35, 1.0), 0.6, 0.15, 0.08


def limb_zone(shape: tuple[int, int], limb: Limb, start: float, end: float, grow: float = 1.0) -> Floats:
    """Soft silhouette (H, W) of a bare limb between two arc lengths; where it begins at the body it is round."""
    if end <= start:
        return np.zeros(shape, np.float32)
    ball = 0.85 * float(limb.natural[0]) if start <= 0 else 0.0  # the shoulder is a ball round its joint
    along = np.linspace(start - ball, end, AXIS_SAMPLES)
    axis, radius = limb.at(along), limb.radius(along) * grow
    if ball:
        radius = radius * np.sqrt(1 - (1 - np.clip((along - along[0]) / limb.natural[0], 0, 1)) ** 2)
    normal = limb.outward(along, 1.0)
    sides = np.stack([axis + normal * radius[:, None], axis - normal * radius[:, None]], 1)
    # piece by piece: in the crook of an elbow the sides cross
    canvas = np.zeros(shape, np.uint8)
    for piece in np.rint(np.stack([sides[:-1, 0], sides[1:, 0], sides[1:, 1], sides[:-1, 1]], 1) * 16).astype(np.int32):
        cv2.fillConvexPoly(canvas, cv2.convexHull(piece), 255, lineType=cv2.LINE_AA, shift=4)
    return canvas.astype(np.float32) / np.float32(255)


def pointed(axis: NDArray[np.float64], along: NDArray[np.float64], limb: Limb) -> NDArray[np.float64]:
    """The axis (n, 2) of a bare limb at arc lengths (n,): sleeves go round a bent elbow, bones meet in a corner."""
    ends = limb.length * np.array([0.1, 0.9])
    (before, after), (start, end) = limb.direction(ends), limb.at(ends)
    turn = float(np.arccos(np.clip(before @ after, -1, 1)))
    if turn < BENT[0]:
        return axis
    way = np.linalg.solve(np.stack([before, -after], 1), end - start)
    corner = start + way[0] * before
    middle = int(np.argmin(np.linalg.norm(axis - corner, axis=1)))
    near = np.clip(1 - np.abs(along - along[middle]) / (ROUND * limb.length), 0, 1)[:, None] ** 2
    off = corner - axis[middle]  # of a folded limb, whose halves hardly differ in direction, they meet anywhere
    off = off * min(1.0, CUT * limb.length * np.sin(turn / 2) / max(float(np.linalg.norm(off)), 1e-6))
    return np.asarray(axis + CORNER * float(np.interp(turn, BENT, [0, 1])) * near * off)


def filled(shape: tuple[int, int], outline: NDArray[np.float64]) -> Floats:
    """Anti-aliased silhouette (H, W) in [0, 1] of a closed outline (n, 2)."""
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [np.rint(outline * 16).astype(np.int32)], 255, lineType=cv2.LINE_AA, shift=4)
    return canvas.astype(np.float32) / np.float32(255)


def neck_zone(shape: tuple[int, int], body: Body) -> Floats:
    """Silhouette of neck and shoulders that cloth would bare: from under the chin to the shoulder tips."""
    half = NECK_HALF_WIDTH * body.unit * 0.86
    up = -body.down * body.unit
    sunk = 0.045 * body.unit * body.down  # cloth lies on the shoulder: what shows above it is no skin
    crown = {side: body.arms[side].axis[0] + 0.11 * up for side in SIDES}  # the tip is that of the clothes
    points = [
        body.neck + up * 0.5 - body.across * half,
        body.neck_foot["left"] + sunk,
        crown["left"],
        body.point(-float(body.bare_half_width[1]), 0.2)[0],
        body.point(float(body.bare_half_width[1]), 0.2)[0],
        crown["right"],
        body.neck_foot["right"] + sunk,
        body.neck + up * 0.5 + body.across * half,
    ]
    return filled(shape, np.array(points))


def torso_zone(shape: tuple[int, int], body: Body, start: float, end: float) -> Floats:
    """Silhouette of the bare torso between two levels v."""
    if end <= start:
        return np.zeros(shape, np.float32)
    levels = np.linspace(start, end, 24)
    edges = [body.point(SIGN[side] * torso_edge(body, side, levels), levels) for side in SIDES]
    return filled(shape, np.concatenate([edges[0], edges[1][::-1]]))


def torso_edge(body: Body, side: SideName, levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half-widths (n,) in pixels of the bare torso at levels v."""
    bare = np.interp(levels, V_LEVELS, body.bare_half_width)
    return np.asarray(np.minimum(body.width(side, levels), 1.08 * bare))


def below_level(shape: tuple[int, int], body: Body, level: float) -> NDArray[np.bool_]:
    """Where (H, W) the picture lies below level v of the torso."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    down = (columns - body.neck[0]) * body.down[0] + (rows - body.neck[1]) * body.down[1]
    return np.asarray(down > level * body.torso)


def at_sides(shape: tuple[int, int], body: Body) -> NDArray[np.bool_]:
    """Where (H, W) the picture lies to the sides of the trunk's middle, neck and chest."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    x = ((columns - body.neck[0]) * body.across[0]).astype(np.float32)
    y = ((rows - body.neck[1]) * body.across[1]).astype(np.float32)
    inner = np.float32(MIDDLE * float(body.bare_half_width.min()))
    return np.asarray((x > inner - y) | (x < -inner - y))


def beside_cloth(body: Body, cover: Floats, sleeved: bool = False) -> NDArray[np.bool_]:
    """Where (H, W) beside a garment of coverage (H, W) nothing of the bare torso is seen: in rows below the armpits
    where it lies on the middle of the body. What an armhole bares of the chest narrows downwards."""
    rows = np.arange(cover.shape[0], dtype=np.float32)
    level = (rows - body.neck[1]) / (body.torso * max(float(body.down[1]), 0.2))
    spine = body.point(np.zeros(len(rows)), level)[:, 0]
    columns = np.clip(np.rint(spine[:, None] + np.linspace(-0.2, 0.2, 9) * body.unit), 0, cover.shape[1] - 1)
    covered = cover[np.arange(len(rows))[:, None], columns.astype(int)].min(axis=1) > 0.9
    start, end = SLEEVE_BARES if sleeved else ARMHOLE_BARES
    way = np.where(covered, np.clip((level - start) / (end - start), 0, 1), 0).astype(np.float32)
    if sleeved:  # between a sleeve and the body the scene is seen, but not in a neckline
        return np.asarray((cover < 0.5 * way[:, None]) & at_sides(cover.shape, body))
    size = max(1, cover.shape[1] // 4), max(1, cover.shape[0] // 4)
    near = cv2.GaussianBlur(cv2.resize(cover, size, interpolation=cv2.INTER_AREA), (0, 0), 0.08 * body.unit / 4)
    return np.asarray(cv2.resize(near, cover.shape[::-1]) < 0.6 * way[:, None])


def under_hem(body: Body, cover: Floats) -> NDArray[np.bool_]:
    """Where (H, W) beside the lowest part of a top of coverage (H, W) its own hem, which rises at the sides, ends right
    above."""
    found = np.zeros(cover.shape, bool)
    rows = np.arange(2, cover.shape[0], 4)
    level = (rows - body.neck[1]) / (body.torso * max(float(body.down[1]), 0.2))
    middle = np.clip(body.point(np.zeros(len(rows)), level)[:, 0], 0, cover.shape[1] - 1)
    laid = np.flatnonzero(cover[rows, middle.astype(int)] > 0.95)
    if not len(laid):
        return found
    reach = max(1, round(UNDER_HEM * body.unit / 4))
    end = int(laid[-1]) + 1
    part = slice(max(0, end - 2 * reach), end)
    band = cover[4 * part.start : 4 * end]
    cloth = cv2.resize(band, (max(1, cover.shape[1] // 4), end - part.start), interpolation=cv2.INTER_AREA) > 0.95
    far = np.arange(cloth.shape[1])[None] - middle[part, None] / 4
    under = (_below_trunk(cloth, far, reach) | _below_trunk(cloth, -far, reach))[-reach:]
    low = found[4 * (end - len(under)) : 4 * end]
    low[:] = cv2.resize(under.astype(np.float32), low.shape[::-1]) > 0.5
    return found


def _below_trunk(cloth: NDArray[np.bool_], far: NDArray[np.float64], reach: int) -> NDArray[np.bool_]:
    """Where (h, w) no more than `reach` pixels above cloth on the trunk ends, at distances `far` (h, w) from its
    middle to one side."""
    gap = np.where(~cloth & (far >= 0), far, np.inf).min(axis=1, keepdims=True)
    trunk = (cloth & (far >= 0) & (far < gap)).view(np.uint8)  # without sleeves
    above = cv2.dilate(trunk, np.ones((reach + 1, 1), np.uint8), anchor=(0, reach), borderValue=0)
    above &= 1 - np.maximum.accumulate(trunk[::-1])[::-1]  # between folds of a side is no hem
    return above > 0


def beside_hips(body: Body, cover: Floats) -> NDArray[np.bool_]:
    """Where (H, W) beside a top of coverage (H, W) nothing is seen of what is worn under it: in rows in which it lies
    on the middle of the body, but not under its hem, which may rise at the sides, nor at hips that come out beside it:
    these go on up from where they are seen and draw in."""
    beside = beside_cloth(body, cover, True)
    size = max(1, cover.shape[1] // 4), max(1, cover.shape[0] // 4)
    small = cv2.resize(cover, size, interpolation=cv2.INTER_AREA) > 0.95
    worn = cv2.resize(body.labels, size, interpolation=cv2.INTER_NEAREST) == Label.BOTTOM
    rows, columns = np.arange(size[1]), np.arange(cover.shape[1], dtype=np.float32)
    level = (4 * rows - body.neck[1]) / (body.torso * max(float(body.down[1]), 0.2))
    middle = np.clip(body.point(np.zeros(size[1]), level)[:, 0] / 4, 0, size[0] - 1)
    laid = np.flatnonzero(small[rows, middle.astype(int)])
    reach = max(1, round(UNDER_HEM * body.unit / 4))
    every = np.arange(cover.shape[0]) / 4
    for way in (-1, 1):
        far = way * (np.arange(size[0])[None] - middle[:, None])
        above = _below_trunk(small, far, reach)
        beside &= cv2.resize(above.astype(np.float32), cover.shape[::-1]) < 0.5
        if not len(laid):
            continue
        seen = np.where(worn, far, 0).max(axis=1)
        seen[np.abs(rows - laid[-1]) > reach] = 0
        drawn_in = HIP_SLOPE * np.maximum(rows[None] - rows[:, None], 0)
        hip = np.where(seen > SEEN_HIP * body.unit / 4, seen - drawn_in, 0).max(axis=1)
        spine, edge = np.interp(every, rows, middle), np.interp(every, rows, hip)
        inner, outer = (np.asarray(4 * (way * spine + wide), np.float32)[:, None] for wide in (0, edge))
        beside &= (way * columns < inner) | (way * columns >= outer)
    return beside


def under_cloth(limb: Limb, cover: Floats, margin: float) -> NDArray[np.bool_]:
    """Rows (H, 1) in which a garment of coverage (H, W) lies on the middle of an upright limb, down to `margin` pixels
    above its hem: nothing of the bare limb is seen beside it there."""
    rows = np.arange(cover.shape[0])
    fall = np.maximum.accumulate(limb.axis[:, 1])
    if fall[-1] - fall[0] < UPRIGHT * limb.length:
        return np.zeros((len(rows), 1), bool)
    columns = np.rint(np.interp(rows, fall, limb.axis[:, 0])).astype(int)
    covered = (cover[rows, np.clip(columns, 0, cover.shape[1] - 1)] > 0.9) & (rows >= fall[0]) & (rows <= fall[-1])
    below = np.minimum(rows + max(0, round(margin)), len(rows) - 1)
    return np.asarray(covered & covered[below])[:, None]


@dataclass(frozen=True, slots=True)
class LimbFrame:
    """Where each pixel lies on a limb: `along` (h, w) arc length in pixels, `across` (h, w) distance from the axis
    in radii of the bare limb there, positive to the limb's outward normal of sign 1."""

    along: Floats
    across: Floats


def limb_frame(limb: Limb, xs: Floats, ys: Floats) -> LimbFrame:
    """The limb's own coordinates of pixels at columns `xs` (w,) and rows `ys` (h,)."""
    levels = np.linspace(0, limb.length, AXIS_SAMPLES)
    axis, normal, tangent = limb.at(levels), limb.outward(levels, 1.0), limb.direction(levels)
    dx = xs[None, None, :] - axis[:, 0].astype(np.float32)[:, None, None]
    dy = ys[None, :, None] - axis[:, 1].astype(np.float32)[:, None, None]
    nearest = np.argmin(dx**2 + dy**2, axis=0)
    offset_x, offset_y = xs[None, :] - axis[nearest, 0], ys[:, None] - axis[nearest, 1]
    along = levels[nearest] + offset_x * tangent[nearest, 0] + offset_y * tangent[nearest, 1]
    across = (offset_x * normal[nearest, 0] + offset_y * normal[nearest, 1]) / limb.radius(levels)[nearest]
    return LimbFrame(along.astype(np.float32), across.astype(np.float32))
