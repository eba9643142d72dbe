"""Shapes that clothes on a figure share: what stays before them, and cloth that hangs."""

from __future__ import annotations

import numpy as np

from training.garment.chance import between
from training.person.figure import Bools, Bytes, Figure, Limbs, Region, filled, offset


def before(regions: Bytes, limbs: Limbs) -> Bools:
    """Arms, hands, hair and things, which stay before what is put on."""
    arms = (limbs.arms.max(0) > 0.55) & ~(limbs.core & (regions != Region.SKIN))
    arms &= np.isin(regions, (Region.SKIN, Region.TOP, Region.ONE_PIECE))
    hands = (regions == Region.SKIN) & (limbs.legs.max(0) < 0.5) & (limbs.v > 0.5)
    return np.asarray(arms | hands | np.isin(regions, (Region.HAIR, Region.THING)))


def hanging(rng: np.random.Generator, figure: Figure, high: float, long: float, flare: float) -> Bools:
    """Pixels of cloth that hangs from level `high` of the torso (v) to `long` units below the hips."""
    skeleton = figure.skeleton
    neck, right, down = skeleton.axes()
    p, unit = skeleton.points, skeleton.unit
    waist = neck + down * high
    hips, knees, ankles = p[[23, 24]].mean(0), p[[25, 26]].mean(0), p[[27, 28]].mean(0)
    lowest = np.array(
        [
            np.interp(long, [0, 1.15, 2.25], [q[0] for q in (hips, knees, ankles)]),
            hips[1] + long * unit * float(np.clip((ankles[1] - hips[1]) / (2.25 * unit), 0.6, 1.1)),
        ]
    )
    apart = 0.5 * abs(float(p[23, 0] - p[24, 0])) + between(rng, 0.16, 0.28) * unit
    spread = apart + flare * long * unit
    if long < 1.5:
        spread = max(spread, 0.4 * abs(float(p[25, 0] - p[26, 0])) + 0.12 * unit)
    middle = hips + offset(0, 0.15 * unit)
    left = [waist - right * between(rng, 0.28, 0.4), middle - offset(apart, 0), lowest - offset(spread, 0)]
    other = [waist + right * between(rng, 0.28, 0.4), middle + offset(apart, 0), lowest + offset(spread, 0)]
    across = np.linspace(-1, 1, 9)
    wave = between(rng, 0, 0.05) * unit * np.sin(across * between(rng, 2, 9)) + 0.06 * unit * (1 - across**2)
    hem = [lowest + offset(x * spread, w) for x, w in zip(across, wave, strict=True)]
    return filled(np.array([*left, *hem, *other[::-1]], np.float32))
