"""Light and shade of a body on cloth that was photographed flat.

A flat picture shows neither how cloth turns away at the sides of torso and limbs, nor where it is drawn into folds:
from the armpits across the chest, at the waist, before the elbows. Both are laid on as a factor on its light, so that
colours and prints stay what they are.

Takes a part of the cloth in place and the body it lies on, gives the part shaded. Knows nothing about the photo.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, V_LEVELS, Body, Limb, SideName
from vesture.engines.warp.body.legs import CROTCH_DROP, crotch_level
from vesture.engines.warp.body.silhouettes import LimbFrame, limb_frame
from vesture.engines.warp.cloth.leg_light import between_legs
from vesture.engines.warp.picture.patch import Patch
from vesture.vision.garment.types import Part

Floats = NDArray[np.float32]

PART_SIDE: dict[int, SideName] = {
    Part.LEFT_SLEEVE: "left",
    Part.RIGHT_SLEEVE: "right",
    Part.LEFT_LEG: "left",
    Part.RIGHT_LEG: "right",
}
OTHER: dict[SideName, SideName] = {"left": "right", "right": "left"}
SLEEVES = (int(Part.LEFT_SLEEVE), int(Part.RIGHT_SLEEVE))
LEGS = (int(Part.LEFT_LEG), int(Part.RIGHT_LEG))

POINTS = 50  # to the unit, at which shade is found
TORSO_TURN, LIMB_TURN = 0.2, 0.17  # of the light, lost where torso and limbs turn away
INNER_SIDE = 0.24  # of the light, lost on the side of a sleeve that faces the body
PALE, PALE_SHARE = (140.0, 200.0), 0.6  # luma from which on cloth is light, and wholly so; the share lost there of that
DEPTH = 0.105  # of the light, lost in the deepest folds
RIDGE = 0.6  # and gained beside them, on the side of the light, as a share of that
ARMPIT = 0.31  # level at which the folds of the armpits begin
SLEEVE_WIDTH = 0.12  # units that an arm's radius counts where folds of sleeves are laid out
REACH = 0.2  # units beside its chord to which a fold is felt
OWN_RELIEF = (0.016, 0.034)  # relief, as shares of the light, from which on cloth has folds of its own, and enough
RELIEF_WIDTHS = (0.02, 0.1)  # units: what lies between them in width is a fold


@dataclass(frozen=True, slots=True)
class Fold:
    """A fold from `start` to `end`, in units, bent by `bend` of its length, `width` units wide, of a strength."""

    start: tuple[float, float]
    end: tuple[float, float]
    width: float
    strength: float
    bend: float = 0.0


# Of the torso: inwards from the armpit and down from its level; no two sides of a shirt fold alike.
CHEST: dict[SideName, tuple[Fold, ...]] = {
    "left": (
        Fold((-0.02, -0.03), (0.25, -0.13), 0.020, 0.7, 0.06),
        Fold((-0.03, 0.05), (0.33, 0.13), 0.024, 1.0, 0.08),
        Fold((-0.03, 0.16), (0.24, 0.44), 0.030, 0.8, 0.07),
    ),
    "right": (
        Fold((-0.02, -0.01), (0.21, -0.14), 0.022, 0.8, 0.05),
        Fold((-0.03, 0.08), (0.28, 0.19), 0.022, 0.9, 0.09),
        Fold((-0.03, 0.20), (0.20, 0.41), 0.028, 0.8, 0.06),
    ),
}
# Inwards from the torso's side and down from the waist: a top hangs in flutes, from below the chest to its hem.
WAIST: dict[SideName, tuple[Fold, ...]] = {
    "left": (
        Fold((0.02, 0.60), (0.12, -0.22), 0.036, 0.8, 0.05),
        Fold((0.19, 0.62), (0.22, 0.02), 0.030, 0.6, -0.04),
        Fold((-0.04, 0.02), (0.16, -0.14), 0.028, 0.5, 0.06),
    ),
    "right": (
        Fold((0.07, 0.62), (0.17, -0.10), 0.034, 0.8, 0.05),
        Fold((0.25, 0.60), (0.26, 0.10), 0.028, 0.5, -0.05),
        Fold((-0.04, 0.10), (0.15, -0.08), 0.028, 0.5, 0.06),
    ),
}
WAIST_LEVEL = 0.72
# Of a sleeve: outwards from the arm's axis and down from the shoulder, below that from the elbow.
UPPER_SLEEVE = (
    Fold((-0.14, 0.34), (0.10, 0.17), 0.022, 0.8, -0.08),
    Fold((-0.14, 0.43), (0.08, 0.35), 0.022, 0.7, -0.08),
)
ELBOW = (
    Fold((-0.14, -0.10), (0.07, -0.17), 0.020, 0.7, -0.08),
    Fold((-0.14, 0.0), (0.10, 0.02), 0.022, 1.0, 0.06),
    Fold((-0.14, 0.10), (0.07, 0.19), 0.022, 0.8, 0.08),
    Fold((0.13, 0.12), (-0.02, 0.22), 0.020, 0.5, -0.06),
)


def shaded(patch: Patch, part: int, body: Body, legged: bool, folded: float) -> Patch:
    """A part of flat cloth with the light of the body that it lies on.

    Args:
        patch: the part in place, colours [0, 255].
        part: of `Part`.
        body: in the pixels that the patch lies in.
        legged: whether the garment has legs. Where trousers part the shade of the hips ends and that of the legs
            begins, so that no step shows.
        folded: in [0, 1], how strongly folds are laid on.
    """
    height, width = patch.alpha.shape
    step = max(1.0, body.unit / POINTS)
    xs = patch.left + np.linspace(0, width - 1, max(2, round(width / step)), dtype=np.float32)
    ys = patch.top + np.linspace(0, height - 1, max(2, round(height / step)), dtype=np.float32)
    if part == Part.TORSO:
        factor = _torso_light(body, xs, ys, legged, folded)
    else:
        limb = body.arms[PART_SIDE[part]] if part in SLEEVES else body.legs[PART_SIDE[part]]
        frame = _frame(limb, xs, ys)
        begins = np.clip(frame.along / body.unit - CROTCH_DROP, 0, 1) if part in LEGS else 1.0
        factor = 1 - LIMB_TURN * np.clip(np.abs(frame.across) / 1.25, 0, 1.2) ** 3 * begins
        if part in LEGS:
            factor = factor * between_legs(body, frame, _frame(body.legs[OTHER[PART_SIDE[part]]], xs, ys))
        if part in SLEEVES:
            inner = INNER_SIDE * (1 - (1 - PALE_SHARE) * _paleness(patch))
            factor = factor * _sleeve_light(body, limb, frame, SIGN[PART_SIDE[part]], folded, inner)
    factor = cv2.GaussianBlur(factor.astype(np.float32), (0, 0), max(0.6, 0.012 * body.unit / step))
    shade = cv2.resize(factor, (width, height), interpolation=cv2.INTER_LINEAR)
    return replace(patch, rgb=patch.rgb * shade[..., None])


def _paleness(patch: Patch) -> float:
    """In [0, 1], how light cloth is."""
    seen = patch.rgb[::8, ::8][patch.alpha[::8, ::8] > 0.9]
    luma = float(np.median(seen @ np.array([0.299, 0.587, 0.114], np.float32))) if len(seen) else 0.0
    return float(np.clip((luma - PALE[0]) / (PALE[1] - PALE[0]), 0, 1))


def _frame(limb: Limb, xs: Floats, ys: Floats) -> LimbFrame:
    """The limb's own coordinates, found at every second point: they are smooth."""
    frame = limb_frame(limb, *(np.linspace(p[0], p[-1], max(2, len(p) // 2), dtype=np.float32) for p in (xs, ys)))
    size = (len(xs), len(ys))
    return LimbFrame(cv2.resize(frame.along, size), cv2.resize(frame.across, size))


def _torso_light(body: Body, xs: Floats, ys: Floats, legged: bool, folded: float) -> Floats:
    dx, dy = xs[None] - body.neck[0], ys[:, None] - body.neck[1]
    u = dx * body.across[0] + dy * body.across[1]
    v = (dx * body.down[0] + dy * body.down[1]) / body.torso
    half = np.where(
        u < 0, np.interp(v, V_LEVELS, body.half_width["left"]), np.interp(v, V_LEVELS, body.half_width["right"])
    )
    turn = np.clip(np.abs(u) / half, 0, 1.15)
    ends = np.clip((crotch_level(body) - v) / 0.25, 0, 1) if legged else 1.0
    factor = 1 - TORSO_TURN * turn**4 * np.clip((v - 0.2) / 0.25, 0, 1) * ends
    if folded > 0:
        depth = np.zeros(factor.shape, np.float32)
        for side in SIDES:
            for level, folds in ((ARMPIT, CHEST[side]), (WAIST_LEVEL, WAIST[side])):
                inwards = (float(body.width(side, level)) - SIGN[side] * u) / body.unit
                depth += _laid(folds, inwards, (v - level) * (body.torso / body.unit))
        factor = factor * (1 + folded * DEPTH * depth)
    return np.asarray(factor, np.float32)


def _sleeve_light(body: Body, arm: Limb, frame: LimbFrame, sign: float, folded: float, inner: float) -> Floats:
    """The side that faces the body loses a share `inner` of the light; folds run from armpit and elbow."""
    outward = sign * frame.across
    down = frame.along / body.unit
    factor = 1 - inner * np.clip((0.1 - outward) / 1.2, 0, 1) ** 2 * np.clip(down / 0.3, 0, 1)
    if folded > 0:
        aside = SLEEVE_WIDTH * outward
        depth = _laid(UPPER_SLEEVE, aside, down) + _laid(ELBOW, aside, down - 0.5 * arm.length / body.unit)
        factor = factor * (1 + folded * DEPTH * depth)
    return np.asarray(factor, np.float32)


def _laid(folds: tuple[Fold, ...], x: Floats, y: Floats) -> Floats:
    """Light (h, w) of folds at places (x, y): -1 in the deepest, above 0 on the ridges over them."""
    light = np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
    x, y = (np.broadcast_to(np.asarray(place, np.float32), light.shape) for place in (x, y))
    for fold in folds:
        way = np.array(fold.end) - fold.start
        length = float(np.hypot(*way))
        along, normal = way / length, np.array([way[1], -way[0]]) / length
        normal = normal if normal[1] < 0 else -normal  # towards the light, which comes from above
        dx, dy = x - fold.start[0], y - fold.start[1]
        t, off = (dx * along[0] + dy * along[1]) / length, dx * normal[0] + dy * normal[1]
        near = np.nonzero((t > 0) & (t < 1) & (np.abs(off) < REACH))
        t, off = t[near], off[near]
        off = off + fold.bend * length * 4 * t * (1 - t)
        width = fold.width * (0.7 + 0.7 * t)
        window = np.clip(t / 0.15, 0, 1) * np.clip((1 - t) / 0.6, 0, 1)
        profile = RIDGE * np.exp(-((off / width - 1.7) ** 2)) - np.exp(-((off / width) ** 2))
        light[near] += fold.strength * window * window * (3 - 2 * window) * profile
    return light


def lack_of_folds(rgb: Floats, alpha: Floats, unit: float) -> float:
    """In [0, 1], how smooth the cloth lies in its photo: 0 where it shows folds enough of its own.

    Args:
        rgb: (h, w, 3) in [0, 255], premultiplied by the coverage `alpha` (h, w).
        unit: pixels of this picture to the body's unit.
    """
    factor = max(1.0, unit / POINTS)
    every = max(1, int(factor / 2))
    rgb, alpha, factor = rgb[::every, ::every], alpha[::every, ::every], max(1.0, factor / every)
    unit = unit / every
    size = (max(1, round(alpha.shape[1] / factor)), max(1, round(alpha.shape[0] / factor)))
    luma = cv2.cvtColor(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    cover = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    levels = []
    for width in RELIEF_WIDTHS:
        sigma = width * unit / factor
        levels.append(cv2.GaussianBlur(luma, (0, 0), sigma) / np.maximum(cv2.GaussianBlur(cover, (0, 0), sigma), 1e-3))
    inside = cv2.erode((cover > 0.98).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if not inside.any():
        return 0.0
    relief = float(np.median(np.abs(levels[0] - levels[1])[inside] / (levels[1][inside] + 12)))
    return float(np.clip((OWN_RELIEF[1] - relief) / (OWN_RELIEF[1] - OWN_RELIEF[0]), 0, 1))
