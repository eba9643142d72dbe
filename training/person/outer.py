"""Coats and jackets over what a figure wears: long and short, open and shut, with lapels, fur and buttons."""

from __future__ import annotations

import numpy as np

from training.garment.chance import between, choose, maybe
from training.person.dress_shapes import before, hanging
from training.person.figure import Bools, Bytes, Figure, Floats, Limbs, Region


def coat(rng: np.random.Generator, figure: Figure, regions: Bytes, limbs: Limbs) -> Bytes:
    """A long top over everything, closed or open over what is worn under it."""
    long = choose(rng, {between(rng, 0.05, 0.6): 3, between(rng, 0.6, 1.2): 2.5, between(rng, 1.2, 2.0): 1.3})
    body = hanging(rng, figure, 0.1, long, between(rng, 0, 0.25))
    torso = np.isin(regions, (Region.TOP, Region.ONE_PIECE)) & (limbs.v < 1.1)
    over = (body | torso) & ~(before(regions, limbs) & (limbs.arms.max(0) < 0.55)) & (limbs.v > -0.3)
    over &= ~((regions == Region.SKIN) & (before(regions, limbs) | (limbs.v < 0.05)))
    result = regions.copy()
    gap = np.zeros_like(limbs.v)
    middle = float(rng.normal(0, 0.04))
    is_open = maybe(rng, 0.6)
    if is_open:
        gap = np.interp(limbs.v, [0, 1, 2.5], [between(rng, 0.05, 0.2), between(rng, 0, 0.3), between(rng, 0.05, 0.5)])
        shown = np.abs(limbs.u - middle) < gap
        under = Region.ONE_PIECE if (regions == Region.ONE_PIECE).any() else Region.UNDER
        result[over & shown & (result == Region.TOP)] = under
        over &= ~shown | (regions == Region.SCENE)
    result[over] = Region.TOP
    result[(result == Region.ONE_PIECE) & (limbs.arms.max(0) > 0.5) & ~limbs.core] = Region.TOP
    if maybe(rng, 0.45):
        result[_lapels(rng, limbs, gap, middle) & (result == Region.TOP)] = Region.LAPEL
    if not is_open and maybe(rng, 0.7):
        result[_front(rng, limbs, middle) & (result == Region.TOP)] = Region.LAPEL
    if maybe(rng, 0.18):
        result = _fur_collar(rng, figure, result, limbs, gap)
    return result


def _lapels(rng: np.random.Generator, limbs: Limbs, gap: Floats, middle: float) -> Bools:
    """Turned-back cloth on both sides of the opening, widest some way down."""
    wide, low = between(rng, 0.06, 0.2), between(rng, 0.25, 0.75)
    share = np.interp(limbs.v, [-0.15, 0.3 * low, low], [0.6, 1.0, 0.0])
    beside = np.abs(limbs.u - middle) - gap
    return np.asarray((beside >= 0) & (beside < wide * share) & (limbs.v > -0.15) & (limbs.v < low))


def _front(rng: np.random.Generator, limbs: Limbs, middle: float) -> Bools:
    """The edge of a shut coat, and its buttons in one row or two."""
    edge = np.abs(limbs.u - middle) < between(rng, 0.005, 0.02)
    if maybe(rng, 0.4):
        edge &= False
    step, size = between(rng, 0.15, 0.4), between(rng, 0.015, 0.05)
    rows = np.abs((limbs.v + 0.05) % step - 0.5 * step) < 0.6 * size
    columns = np.abs(np.abs(limbs.u - middle) - (between(rng, 0.08, 0.2) if maybe(rng, 0.4) else 0)) < size
    return np.asarray((edge | (rows & columns)) & (limbs.v > 0) & (limbs.v < between(rng, 0.8, 2.0)))


def _fur_collar(rng: np.random.Generator, figure: Figure, regions: Bytes, limbs: Limbs, gap: Floats) -> Bytes:
    """A thick ring round the neck, wider than the shoulders' middle, open in front."""
    result = regions.copy()
    centre, radius = figure.skeleton.face()
    rows = np.arange(regions.shape[0])[:, None]
    wide, deep = between(rng, 0.3, 0.55), between(rng, 0.15, 0.4)
    ring = np.hypot(limbs.u / wide, (limbs.v - 0.05) / deep) < 1 + 0.08 * np.sin(limbs.u * 40) * np.cos(limbs.v * 37)
    ring &= (np.abs(limbs.u) >= np.minimum(gap, 0.1)) & (rows > centre[1] + 0.7 * radius)
    kept = np.isin(regions, (Region.HAIR, Region.THING)) | ((regions == Region.SKIN) & (np.abs(limbs.u) < 0.14))
    kept |= (regions == Region.SCENE) & (limbs.v < 0)
    result[ring & ~kept] = Region.FUR
    return result
