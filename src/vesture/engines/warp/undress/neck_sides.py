"""Where the two sides of a bare neck run: as far as they are seen, and on from there under a collar.

Takes the body, its head and what goes; gives lines. Rays from the neck's axis to either side tell what ends the skin:
the scene, then the neck's edge is seen; or the garment, then the neck is at least so wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, SideName
from vesture.engines.warp.body.head import Head
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Points = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEVELS = np.linspace(0.0, 0.85, 35)  # shares of the way down the neck's axis at which its sides are looked for
JAW_LEVELS = np.linspace(-1.4, 0.1, 26)  # half-widths of the face below the chin at which its edge is looked for
STEP = 0.02  # usual half-widths of a neck between the samples of a ray
SIDE_RANGE = (0.7, 1.9)  # of the usual half-width, a side may lie from the axis
FLARED = 2.0  # half-widths by which a side may lie further out at the axis' lower end
UNDER_COLLAR = (1.0, 1.35)  # of the usual half-width, a neck may be wide that a collar ends
OPEN_COLLAR = 1.5  # half-widths from the axis beyond which the skin is a chest's, in an open collar
LEAST_LEVELS = 3
SEAM = 0.018  # units of mixed pixels between a neck and the scene
SHOULDER_RISE = 0.11  # units of the bare shoulder above its joint
FLARE = 0.42  # share of the way at which the shoulder's slope begins at the latest
FLARE_RISE = 0.26  # units above the shoulder joints at which it begins at the lowest
TANGENT = 6  # samples of the neck's side that tell which way it goes on
STEEPEST_SIDE = 1.0  # pixels outwards with each pixel down
HOLLOW, LYING = 0.6, 0.55  # shares of the way down to the shoulder and out to it, over which the two keep their course
SHOULDER_FALL = 0.25  # of a shoulder's slope outwards
BESIDE_FACE = 0.8  # half-widths of the face above the chin at which the sides begin
EDGE_LEVELS = 7  # of those, from the lowest seen upwards, that tell how much a face narrows downwards
STEEPEST = -0.5  # pixels by which a jaw may narrow with each pixel downwards for its edge to be gone on from
NARROWING, STEP_OUT = 0.2, 0.012  # pixels by which a face may widen downwards with each pixel; units of a step outwards
SPREADING = 0.3  # pixels by which a neck may widen below the jaw with each pixel downwards
HAIRY = 0.3  # share of the rays that end in hair where hair hides the neck's side


@dataclass(frozen=True, slots=True)
class Jaw:
    """A place at the side of a face.

    Attributes:
        share: of the neck's axis, which ends between the shoulder joints.
        half: pixels from that axis.
        fall: pixels by which the face narrows with each pixel downwards, as a negative number.
    """

    share: float
    half: float
    fall: float


@dataclass(frozen=True, slots=True)
class NeckSide:
    """One side of the neck.

    Attributes:
        line: (n, 2) from beside the chin down the neck and out along the shoulder to the chest's middle.
        jaw: the lowest place at which the face is seen to end beside the jaw; None where it is not seen.
        collared: whether a collar ends it wherever it is seen, neither scene nor hair.
    """

    line: Points
    jaw: Jaw | None
    collared: bool


@dataclass(frozen=True, slots=True)
class _Rays:
    """Rays (n, m) from the axis to one side: the label of each sample, what goes or lies outside the picture, the
    scene, and how far below the jaw it is; `distance` (m,) in pixels; `ends` (n,) is where skin first ends."""

    distance: Points
    label: NDArray[np.uint8]
    gone: Bools
    scene: Bools
    below: Floats
    ends: NDArray[np.intp]
    reach: int


def side_lines(body: Body, head: Head, old: Bools) -> dict[SideName, Points]:
    """Both outlines (n, 2), from beside the chin down the neck and out along the shoulders to the chest's middle."""
    return {side: found.line for side, found in neck_sides(body, head, old).items()}


def neck_sides(body: Body, head: Head, old: Bools) -> dict[SideName, NeckSide]:
    """Both sides of the neck; `old` (h, w) goes."""
    usual = 1.06 * head.neck_half_width
    rays = {side: _rays(body, head, old, SIGN[side], LEVELS, usual) for side in SIDES}
    seen = {side: _seen_side(rays[side], head, usual) for side in SIDES}
    under = {side: _under_collar(rays[side], usual) for side in SIDES}
    # necks are the same on both sides
    widths = [*(float(found[1][0]) for found in seen.values() if found is not None)]
    widths += [*(wide for side, wide in under.items() if wide is not None and seen[side] is None)]
    result = {}
    for side in SIDES:
        found, wide = seen[side], under[side]
        if found is None:
            half = float(np.mean([usual, *widths])) if wide is None else wide
            places = np.array([0.0]), np.array([half])
        else:
            places = found
        jaw = _beside_the_jaw(body, head, old, SIGN[side], usual)
        limits = [jaw, _under_the_jaw(body, head, old, SIGN[side], usual)]
        line = _side_line(body, head, side, places, [limit for limit in limits if limit is not None])
        collared = found is None and wide is not None and not _hairy(rays[side])
        result[side] = NeckSide(line, jaw, collared)
    return result


def _axis(body: Body, head: Head, share: Points) -> Points:
    """Points (n, 2) from the head's stem (0) to between the shoulder joints (1)."""
    return head.neck_top + share[:, None] * (body.neck - head.neck_top)


def _rays(body: Body, head: Head, old: Bools, sign: float, shares: Points, usual: float) -> _Rays:
    origin = _axis(body, head, shares)
    distance = np.arange(0.25, SIDE_RANGE[1] + FLARED, STEP) * usual
    points = origin[:, None] + sign * body.across * distance[None, :, None]
    column, row = np.rint(points[..., 0]).astype(int), np.rint(points[..., 1]).astype(int)
    inside = (column >= 0) & (column < old.shape[1]) & (row >= 0) & (row < old.shape[0])
    column, row = np.clip(column, 0, old.shape[1] - 1), np.clip(row, 0, old.shape[0] - 1)
    label, gone = body.labels[row, column], old[row, column] | ~inside
    # shaded sides of a neck are often taken for hair; where hair hides them they end nowhere
    skin = np.isin(label, (Label.SKIN, Label.HAIR)) & ~gone
    return _Rays(
        distance,
        label,
        gone,
        (label == Label.BACKGROUND) & inside,
        head.below_jaw(points[..., 0].astype(np.float32), points[..., 1].astype(np.float32)),
        np.argmin(skin, axis=1),
        max(2, round(SEAM * body.unit / (STEP * usual))),
    )


def _begins_and_ends_in_skin(rays: _Rays, level: int) -> bool:
    end = int(rays.ends[level])
    return end > 0 and bool((rays.label[level, max(0, end - rays.reach) : end] == Label.SKIN).any())


def _seen_side(rays: _Rays, head: Head, usual: float) -> tuple[Points, Points] | None:
    """Where one side of the neck is seen: shares (n,) of the axis, and the side's distances from it in pixels.

    They begin at the narrowest place and grow from there on, as necks do; None where too little of it is seen.
    """
    shares, halves = [], []
    for level, end in enumerate(rays.ends):
        widest = SIDE_RANGE[1] + FLARED * max(0.0, LEVELS[level] - FLARE)
        if (
            _begins_and_ends_in_skin(rays, level)
            and rays.below[level, end] > 0.1 * head.half_width
            and rays.scene[level, end : end + rays.reach].any()
            and not rays.gone[level, end]  # a collar's top before the scene
            and SIDE_RANGE[0] * usual < rays.distance[end] < widest * usual
        ):
            shares.append(LEVELS[level])
            halves.append(rays.distance[end])
    if len(shares) < LEAST_LEVELS:
        return None
    half = np.array(halves)
    # the last levels flare, and a median would cut that off
    reach = [min(2, len(half) - 1 - i) for i in range(len(half))]
    smooth = np.array([np.median(half[max(0, i - r) : i + r + 1]) for i, r in enumerate(reach)])
    first = int(np.argmin(smooth))
    shares, halves = shares[first:], [*smooth[first:]]
    # where a collar hugs it further down, it is as wide as what the collar leaves bare
    for level, end in enumerate(rays.ends):
        hugged = LEVELS[level] < FLARE and _begins_and_ends_in_skin(rays, level) and rays.gone[level, end]
        if hugged and LEVELS[level] > shares[-1] and halves[-1] < rays.distance[end] < OPEN_COLLAR * usual:
            shares.append(LEVELS[level])
            halves.append(rays.distance[end])
    return np.array(shares), np.maximum.accumulate(halves)


def _under_collar(rays: _Rays, usual: float) -> float | None:
    """Half-width in pixels of a neck that goes on under a collar: as wide as most of what the collar leaves bare of
    it, within reason; None where no collar ends it."""
    bare = [
        rays.distance[end]
        for level, end in enumerate(rays.ends)
        if LEVELS[level] < FLARE
        and _begins_and_ends_in_skin(rays, level)
        and rays.gone[level, end : end + rays.reach].any()
        and rays.distance[end] < OPEN_COLLAR * usual
    ]
    if len(bare) < LEAST_LEVELS:
        return None
    return float(np.clip(np.percentile(bare, 75), UNDER_COLLAR[0] * usual, UNDER_COLLAR[1] * usual))


def _hairy(rays: _Rays) -> bool:
    """Whether hair hides this side of the neck."""
    ends = [
        bool((rays.label[level, end : end + 2 * rays.reach] == Label.HAIR).any())
        or (end > 0 and rays.label[level, end - 1] == Label.HAIR)
        for level, end in enumerate(rays.ends)
    ]
    return float(np.mean(ends)) > HAIRY


def _beside_the_chin(
    body: Body, head: Head, old: Bools, sign: float, usual: float
) -> tuple[float, NDArray[np.float64], _Rays]:
    """The neck's length in pixels, the shares of it at which jaws are looked for, and the rays outwards there."""
    length = max(float((body.neck - head.neck_top) @ body.down), 1.0)
    shares = JAW_LEVELS * head.half_width / length
    rays = _rays(body, head, old, sign, shares, usual)
    return length, shares, rays


def _beside_the_jaw(body: Body, head: Head, old: Bools, sign: float, usual: float) -> Jaw | None:
    """The lowest place beside the jaw at which the scene is seen to end the face; None where it is not seen."""
    length, shares, rays = _beside_the_chin(body, head, old, sign, usual)
    seen = [
        level
        for level, end in enumerate(rays.ends)
        if _begins_and_ends_in_skin(rays, level) and rays.scene[level, end : end + rays.reach].any()
    ]
    if not seen:
        return None
    places, halves = shares[seen] * length, rays.distance[rays.ends[seen]]
    last, step = len(seen) - 1, max(1.5, STEP_OUT * body.unit)
    for index in range(LEAST_LEVELS, len(seen)):
        # faces narrow downwards: where the edge steps out again a collar's tip has been taken for skin
        if halves[index] > (halves[:index] + NARROWING * (places[index] - places[:index])).min() + step:
            last = index - 1
            break
    first = max(0, last - EDGE_LEVELS)
    fall = 0.0
    if last - first >= LEAST_LEVELS:  # the last level may be a collar's tip already, the first ones an ear
        falls = np.diff(halves[first:last]) / np.diff(places[first:last])
        fall = float(np.clip(np.median(falls), STEEPEST, 0))
    return Jaw(float(places[last] / length), float(halves[max(0, last - 1) : last + 1].max()), fall)


def _under_the_jaw(body: Body, head: Head, old: Bools, sign: float, usual: float) -> Jaw | None:
    """The lowest place at which what goes ends the face above the jaw: no neck begins further out."""
    _, shares, rays = _beside_the_chin(body, head, old, sign, usual)
    seen = [
        level
        for level, end in enumerate(rays.ends)
        if _begins_and_ends_in_skin(rays, level)
        and rays.below[level, end] < 0
        and rays.distance[end] > SIDE_RANGE[0] * usual
        and rays.gone[level, end : end + rays.reach].any()
    ]
    if not seen:
        return None
    return Jaw(float(shares[seen[-1]]), float(max(rays.distance[rays.ends[level]] for level in seen[-2:])), 0.0)


def _side_line(body: Body, head: Head, side: SideName, places: tuple[Points, Points], limits: list[Jaw]) -> Points:
    """One side's outline (n, 2): straight down to the first of the given places, shares and distances (n,), through
    them, out to the shoulder.

    From each of the `limits` on it widens a little with every level.
    """
    sign, (shares, halves) = SIGN[side], places
    length = max(float((body.neck - head.neck_top) @ body.down), 1.0)
    flare = float(np.clip(1 - FLARE_RISE * body.unit / length, 0.1, FLARE))
    levels = np.r_[-max(0.35, BESIDE_FACE * head.half_width / length), shares, max(flare, shares[-1] + 0.01)]
    widths = np.r_[halves[0], halves, halves[-1]]
    fine = np.linspace(levels[0], levels[-1], 40)
    widths = np.interp(fine, levels, widths)
    for limit in limits:
        widths = np.minimum(widths, limit.half + SPREADING * length * np.maximum(fine - limit.share, 0))
    upper = _axis(body, head, fine) + sign * body.across * widths[:, None]
    crown = body.arms[side].axis[0] - SHOULDER_RISE * body.unit * body.down
    # in one hollow curve: on as the neck runs, and along the shoulder
    run = crown - upper[-1]
    tangent = upper[-1] - upper[-TANGENT]
    lean = float(np.clip(tangent @ body.across / max(float(tangent @ body.down), 1e-6), -STEEPEST_SIDE, STEEPEST_SIDE))
    drop, out = max(0.0, float(run @ body.down)), max(0.0, sign * float(run @ body.across))
    from_neck = upper[-1] + HOLLOW * drop * (body.down + lean * body.across)
    from_shoulder = crown - LYING * out * (sign * body.across + SHOULDER_FALL * body.down)
    share = np.linspace(0, 1, 17)[1:, None]
    slope = (1 - share) ** 3 * upper[-1] + 3 * share * (1 - share) ** 2 * from_neck
    slope = slope + 3 * share**2 * (1 - share) * from_shoulder + share**3 * crown
    chest = body.point(sign * float(body.bare_half_width[1]), 0.2)
    return np.concatenate([upper, slope, chest])
