"""One side of a garment: where collar, shoulder, sleeve, armpit, side and hem, or waist and leg, lie on its outline.

Takes: half silhouettes in side coordinates (garment_shape). Gives: outline paths with the indices of landmarks.
Knows nothing about colours.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from vesture.vision.garment.backdrop import Bool, Float
from vesture.vision.garment.shape import chord_offset, largest, outer_path, smooth_path
from vesture.vision.garment.trim import cut_seam, open_gap, without_hood, without_ties

ARM_REACH = 0.94  # shoulder tip, as a share of the half width at the armpit


@dataclass(frozen=True, slots=True)
class SideOutline:
    """One side's outline.

    Attributes:
        path: (n, 2) float32 (u, v), from the axis at the top round the outside to the axis at the bottom.
        at: indices into `path` by landmark: collar, shoulder, cuff_outer, cuff_inner, armpit, hem for upper
            garments; waist, leg_cuff_outer, leg_cuff_inner, crotch with legs; waist, hem for skirts.
        stand: how far the collar or hood stands above the line of the shoulder, as a share of the half chest.
        hooded: whether a hood stands above the collar corner; the hood is not part of `path`.
        confidence: 0..1, how plainly the outline shows its landmarks.
    """

    path: Float
    at: dict[str, int] = field(default_factory=dict)
    stand: float = 0.0
    confidence: float = 1.0
    hooded: bool = False

    def point(self, name: str) -> Float:
        return self.path[self.at[name]]

    def between(self, start: str, end: str) -> Float:
        return self.path[self.at[start] : self.at[end] + 1]

    @property
    def has_sleeve(self) -> bool:
        return "cuff_outer" in self.at


@dataclass(frozen=True, slots=True)
class _Notch:
    """A bay of the outline that may be the gap between sleeve and body."""

    outer: int  # index of the hull corner above it: the sleeve's end
    inner: int  # index of the hull corner below it
    deep: int  # index of its deepest point
    top: int  # index of its topmost point on the way from `outer` to `deep`
    depth: float


def measure_upper(region: Bool, edges: Float, legs: bool, eager: bool = False) -> SideOutline:
    """Landmarks of one side of a top, dress or jumpsuit.

    Args:
        region: half silhouette [v, u].
        edges: [v, u] colour change across columns, to find the seam of a sleeve that lies on the body.
        legs: whether the garment ends in legs.
        eager: whether to take a slight bay for the gap below a sleeve, as the other side has a sleeve.
    """
    region = open_gap(largest(region))
    if not legs:
        region = without_ties(region)
    region, hooded = without_hood(region)
    path = smooth_path(outer_path(region), 1.6)
    middle = np.flatnonzero(region[:, : max(3, region.shape[1] // 12)].any(1))
    top, bottom = float(path[0, 1]), float(middle.max() if len(middle) else path[:, 1].max())
    length = max(10.0, bottom - top)
    notch = _armpit_notch(path, top, length, eager)
    confidence = 1.0
    if notch is not None:
        target = top + min(0.5 * length, 1.24 * float(path[notch.top, 0]))
        if path[notch.top, 1] > target + 0.08 * length:
            region = cut_seam(region, edges, path[notch.top], target)
            path = smooth_path(outer_path(region), 1.6)
            confidence, notch = 0.6, _armpit_notch(path, top, length, True)
    at = _sleeved(path, notch) if notch is not None else _sleeveless(path, top, length)
    if at is None:
        at, confidence = _sleeveless(path, top, length), 0.4
    stand, standing_hood = _place_collar(path, at)
    if legs:
        at |= _leg_indices(path, at["armpit"])
    else:
        after = path[at["armpit"] :]
        at["hem"] = at["armpit"] + int(np.argmax(after[:, 1] + 0.8 * after[:, 0]))
    return SideOutline(path, at, 0.9 if hooded else stand, confidence, hooded or standing_hood)


def measure_lower(region: Bool, legs: bool) -> SideOutline:
    """Landmarks of one side of trousers or a skirt; `region` is a half silhouette [v, u]."""
    path = smooth_path(outer_path(largest(region)), 1.6)
    top, height = float(path[:, 1].min()), float(np.ptp(path[:, 1]))
    upper = np.nonzero(path[:, 1] < top + 0.22 * height)[0]
    upper = upper[upper < len(path) // 2] if (upper < len(path) // 2).any() else upper
    # The corner of the waist: far up before far out, so that flared hips do not win.
    waist = int(upper[np.argmax(0.55 * path[upper, 0] - path[upper, 1])])
    at = {"waist": waist}
    if legs:
        at |= _leg_indices(path, waist)
    else:
        after = path[waist:]
        at["hem"] = waist + int(np.argmax(after[:, 1] + 0.7 * after[:, 0]))
    return SideOutline(path, at)


def _armpit_notch(path: Float, top: float, length: float, eager: bool) -> _Notch | None:
    """The bay between sleeve and body, if the outline has one: the deepest whose outer end stands out."""
    corners = np.sort(cv2.convexHull(np.ascontiguousarray(path), returnPoints=False).ravel())
    best: _Notch | None = None
    for outer, inner in zip(corners[:-1].tolist(), corners[1:].tolist(), strict=True):
        if inner - outer < 4:
            continue
        bay = np.abs(chord_offset(path[outer : inner + 1], path[outer], path[inner]))
        deep, depth = outer + int(bay.argmax()), float(bay.max())
        if depth < (0.01 if eager else 0.02) * length or not outer < deep < inner:
            continue
        way = path[outer : deep + 1]
        topmost = outer + int(np.argmin(way[:, 1] + 0.25 * way[:, 0]))
        # A sleeve held out level rises above its own armpit: then the deepest point is the armpit.
        if topmost - outer < 0.2 * (deep - outer):
            topmost = deep
        u, v = path[topmost]
        stands_out = float(path[outer, 0] - u)
        if (
            v < top + 0.08 * length
            or v > top + 0.98 * length
            or stands_out < (0.06 if eager else 0.13) * u + 2
            or u < 3
        ):
            continue
        if v > top + 0.72 * length and depth < 0.05 * length and not eager:  # a rough hem, not a sleeve
            continue
        if best is None or depth > best.depth:
            best = _Notch(outer, inner, deep, topmost, depth)
    return best


def _sleeved(path: Float, notch: _Notch) -> dict[str, int] | None:
    armpit = notch.top
    half_chest = float(path[armpit, 0])
    far = np.nonzero(path[:armpit, 0] >= ARM_REACH * half_chest)[0]
    if not far.size:
        return None
    shoulder = int(far[0])
    root = (path[shoulder] + path[armpit]) / 2
    sleeve = path[shoulder : armpit + 1]
    reach = np.linalg.norm(sleeve - root, axis=1)
    distal = sleeve[reach > 0.6 * reach.max()]
    if len(distal) < 4:
        return None
    # The way the last part of the sleeve runs: a bent sleeve's end is cut across its own direction.
    centre = sleeve[reach > 0.9 * reach.max()].mean(0)
    along = centre - (root + 0.35 * (distal.mean(0) - root))
    along /= max(1e-6, float(np.linalg.norm(along)))
    across = np.array([along[1], -along[0]], np.float32)  # outwards and up
    end = (sleeve - root) @ along
    side = (sleeve - root) @ across
    near_end = end > 0.5 * end.max()
    outer = int(np.argmax(np.where(near_end, end + 0.8 * side, -1e6)))
    inner = int(np.argmax(np.where(near_end & (np.arange(len(sleeve)) >= outer), end - 0.8 * side, -1e6)))
    if outer < 1 or inner <= outer or shoulder + inner >= armpit:
        return None
    return {
        "shoulder": shoulder,
        "cuff_outer": shoulder + outer,
        "cuff_inner": shoulder + inner,
        "armpit": armpit,
    }


def _sleeveless(path: Float, top: float, length: float) -> dict[str, int]:
    upper = np.nonzero(path[:, 1] < top + 0.35 * length)[0]
    upper = upper[upper < max(4, int(0.6 * len(path)))]
    breadth = float(path[upper, 0].max()) if upper.size else float(path[:, 0].max())
    lowest = top + min(0.5 * length, 2.0 * breadth)
    shoulder = int(upper[np.argmax(0.6 * path[upper, 0] - 0.8 * path[upper, 1])]) if upper.size else 0
    below = np.nonzero((path[:, 1] > lowest) & (np.arange(len(path)) > shoulder))[0]
    end = int(below[0]) if below.size else len(path) - 1
    way = path[shoulder : end + 1]
    if len(way) < 5:
        return {"shoulder": shoulder, "armpit": min(len(path) - 2, shoulder + 1)}
    bulge = chord_offset(way, way[0], way[-1])
    corner = int(np.argmax(bulge))
    if bulge[corner] < 0.015 * length or way[corner, 1] < top + 0.06 * length:
        corner = int(np.argmin(np.abs(way[:, 1] - (way[0, 1] + 0.55 * (way[-1, 1] - way[0, 1])))))
    return {"shoulder": shoulder, "armpit": shoulder + max(1, corner)}


def _place_collar(path: Float, at: dict[str, int]) -> tuple[float, bool]:
    """Add the collar corner to `at`; returns how far the collar stands up (half chests) and whether it is a hood."""
    shoulder, half_chest = at["shoulder"], max(4.0, float(path[at["armpit"], 0]))
    way = path[: shoulder + 1]
    if len(way) < 4:
        at["collar"] = 0
        return 0.0, False
    height = chord_offset(way, way[0], way[-1])
    prior = np.abs(way[:, 0] / half_chest - 0.42)
    corner = int(np.argmax(height - 0.10 * half_chest * prior))
    # Below the hull of a standing collar or hood the outline turns in where it meets the shoulder.
    beyond = way[corner:]
    sag = -chord_offset(beyond, beyond[0], beyond[-1]) if len(beyond) > 3 else np.zeros(1)
    junction = corner + int(np.argmax(sag))
    stand = float(way[junction, 1] - way[corner, 1]) / half_chest if sag.max() > 0.035 * half_chest else 0.0
    at["collar"] = corner
    if stand > 0.55:  # a hood that is up: the garment proper begins where it meets the shoulder
        at["collar"] = junction
    return stand, stand > 0.55


def _leg_indices(path: Float, start: int) -> dict[str, int]:
    after = path[start:]
    outer = int(np.argmax(after[:, 1] + 0.6 * after[:, 0]))
    rest = after[outer:]
    inner = outer + int(np.argmax(rest[:, 1] - 0.6 * rest[:, 0]))
    crotch = inner + int(np.argmin(after[inner:, 1] + 0.2 * after[inner:, 0]))
    crotch = min(max(crotch, inner + 1), len(after) - 1)
    return {"leg_cuff_outer": start + outer, "leg_cuff_inner": start + inner, "crotch": start + crotch}
