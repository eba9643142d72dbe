"""Other clothes on a figure: its regions are redrawn, what they look like comes later (`paint`)."""

from __future__ import annotations

import numpy as np

from training.garment.chance import between, choose, maybe
from training.person.dress_shapes import before, hanging
from training.person.figure import Bytes, Figure, Limbs, Region, limbs_of
from training.person.outer import coat
from training.person.things import add_things

CLOTHES = (Region.TOP, Region.BOTTOM, Region.ONE_PIECE)


def redressed(rng: np.random.Generator, figure: Figure) -> Bytes:
    """New regions (H, W) for a figure."""
    limbs = limbs_of(figure.skeleton)
    regions = figure.regions.copy()
    if maybe(rng, 0.5):
        regions = sleeves(regions, limbs, _sleeve_end(rng))
    kind = choose(rng, {"as it is": 9, "legs": 4.5, "skirt": 4, "dress": 5, "jumpsuit": 1})
    if kind == "jumpsuit" and (regions == Region.TOP).sum() > 0.2 * (regions == Region.BOTTOM).sum():
        regions[np.isin(regions, (Region.TOP, Region.BOTTOM))] = Region.ONE_PIECE
    elif kind == "legs":
        regions = legs(
            regions, limbs, choose(rng, {between(rng, 0.12, 0.5): 3, between(rng, 0.5, 0.9): 1, 0.97: 2}), Region.SKIN
        )
    elif kind in ("skirt", "dress"):
        regions = skirt(rng, figure, regions, limbs, kind == "dress")
    if maybe(rng, 0.3):
        regions = neckline(rng, regions, limbs, figure)
    if maybe(rng, 0.05):
        low, high = between(rng, 0.5, 0.85), between(rng, 0.9, 1.0)
        regions[(regions == Region.TOP) & limbs.core & (limbs.v > low) & (limbs.v < high)] = Region.SKIN
    if maybe(rng, 0.32):
        regions = coat(rng, figure, regions, limbs)
    if maybe(rng, 0.22):
        regions = boots(regions, limbs, between(rng, 0.55, 0.95))
    return add_things(rng, figure, regions, limbs)


def _sleeve_end(rng: np.random.Generator) -> float:
    return choose(rng, {0.04: 1.5, between(rng, 0.15, 0.4): 3, between(rng, 0.5, 0.85): 2, 0.97: 3})


def sleeves(regions: Bytes, limbs: Limbs, end: float) -> Bytes:
    """Arms covered down to `end`, 0 at the shoulder, 1 at the wrist."""
    result = regions.copy()
    cloth = Region.ONE_PIECE if (regions == Region.ONE_PIECE).any() else Region.TOP
    for member, place in zip(limbs.arms, limbs.arm_place, strict=True):
        arm = (member > 0.42) & np.isin(regions, (Region.SKIN, Region.TOP, Region.ONE_PIECE)) & (place < 0.99)
        arm &= ~(limbs.core & (regions != Region.SKIN)) & ((limbs.v > -0.05) | (np.abs(limbs.u) > 0.3))
        result[arm] = np.where(place[arm] < end, cloth, Region.SKIN)
    return result


def legs(regions: Bytes, limbs: Limbs, end: float, below: Region) -> Bytes:
    """Legs covered down to `end`, 0 at the hip, 1 at the ankle; wide cloth below it goes with its width."""
    result = regions.copy()
    for member, place in zip(limbs.legs, limbs.leg_place, strict=True):
        leg = (member > 0.3) & np.isin(regions, (Region.SKIN, Region.BOTTOM)) & (limbs.v > 1.05) & (place < 0.995)
        leg &= limbs.arms.max(0) < 0.5
        bare = np.where(member > 0.5, below, Region.SCENE)
        result[leg] = np.where(place < end, Region.BOTTOM, bare)[leg]
    stray = (
        (result == Region.BOTTOM)
        & (limbs.v > 1.3)
        & (limbs.leg_place[limbs.legs.argmax(0), *np.indices(regions.shape)] > end)
        & (limbs.arms.max(0) < 0.5)
    )
    result[stray] = np.where(limbs.legs.max(0)[stray] > 0.5, below, Region.SCENE)
    return result


def skirt(rng: np.random.Generator, figure: Figure, regions: Bytes, limbs: Limbs, dress: bool) -> Bytes:
    """A skirt from the waist, or a dress that goes on into the top, and legs below it."""
    long = choose(rng, {between(rng, 0.5, 1.1): 4, between(rng, 1.1, 1.6): 2, between(rng, 1.8, 2.5): 1.5})
    high = between(rng, 0.7, 0.98)
    body = hanging(rng, figure, high, long, between(rng, 0.0, 0.35) if long < 1.4 else between(rng, 0.0, 0.25))
    below = choose(rng, {Region.SKIN: 3, Region.TIGHTS: 1.5, Region.BOTTOM: 0.4 if dress else 0.0})
    result = legs(regions, limbs, 0.0, below)
    result[(result == Region.BOTTOM) & (limbs.v > 1.0) & (below != Region.BOTTOM)] = Region.SCENE
    cloth = Region.ONE_PIECE if dress else Region.BOTTOM
    if dress:
        result[result == Region.TOP] = Region.ONE_PIECE
    result[body & ~before(regions, limbs) & ((limbs.v > high + 0.02) | dress)] = cloth
    hips = (result == Region.BOTTOM) & (limbs.v < 1.1) & dress
    result[hips] = Region.ONE_PIECE
    if not dress:
        result[(result == Region.TOP) & (limbs.v > high + 0.05) & limbs.core & (limbs.arms.max(0) < 0.6)] = cloth
    return result


def neckline(rng: np.random.Generator, regions: Bytes, limbs: Limbs, figure: Figure) -> Bytes:
    """A deeper opening, or a collar up the throat."""
    result = regions.copy()
    depth, wide = between(rng, 0.1, 0.45), between(rng, 0.1, 0.36)
    if maybe(rng, 0.3):
        centre, radius = figure.skeleton.face()
        chin = centre[1] + radius
        rows = np.arange(regions.shape[0])[:, None]
        collar = (regions == Region.SKIN) & (np.abs(limbs.u) < 0.24) & (rows > chin) & (limbs.v < 0.15)
        result[collar] = Region.ONE_PIECE if (regions == Region.ONE_PIECE).any() else Region.TOP
        return result
    share = np.clip(1 - limbs.v / depth, 0, None)
    open_to = wide * (np.sqrt(share) if maybe(rng, 0.5) else share)
    shown = (np.abs(limbs.u) < open_to) & (limbs.v > -0.25) & np.isin(regions, CLOTHES)
    result[shown] = Region.SKIN
    return result


def boots(regions: Bytes, limbs: Limbs, top: float) -> Bytes:
    """Shoes up to `top`, 0.5 at the knee, 1 at the ankle."""
    result = regions.copy()
    for member, place in zip(limbs.legs, limbs.leg_place, strict=True):
        shaft = (member > 0.45) & (place > top) & (limbs.v > 1.4)
        result[shaft & np.isin(regions, (Region.SKIN, Region.BOTTOM, Region.TIGHTS))] = Region.SHOES
    return result
