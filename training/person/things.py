"""Hair, hats, belts, scarves, gloves, hands in pockets and bags on a figure."""

from __future__ import annotations

import cv2
import numpy as np

from training.garment.chance import between, maybe
from training.person.bags import bag
from training.person.figure import Bytes, Figure, Limbs, Region, ellipse, filled, offset

CLOTHES = (Region.TOP, Region.BOTTOM, Region.ONE_PIECE, Region.UNDER, Region.FUR, Region.LAPEL)


def add_things(rng: np.random.Generator, figure: Figure, regions: Bytes, limbs: Limbs) -> Bytes:
    """Regions (H, W) with what chance adds."""
    face_seen = float(figure.skeleton.visibility[:11].mean()) > 0.5
    if maybe(rng, 0.06):
        regions = gloves(regions, limbs)
    elif maybe(rng, 0.15):
        regions = pockets(rng, regions, limbs)
    if maybe(rng, 0.35 if (regions == Region.ONE_PIECE).any() else 0.12):
        regions = belt(rng, regions, limbs)
    if maybe(rng, 0.1):
        regions = scarf(rng, figure, regions, limbs)
    if face_seen and maybe(rng, 0.35 if not figure.drawn else 0.6):
        regions = long_hair(rng, figure, regions, limbs)
    if face_seen and maybe(rng, 0.12):
        regions = hat(rng, figure, regions)
    for share in (0.5, 0.08):
        if maybe(rng, share):
            regions = bag(rng, figure, regions, limbs)
    return regions


def gloves(regions: Bytes, limbs: Limbs) -> Bytes:
    result = regions.copy()
    hands = (limbs.arms.max(0) > 0.45) & (limbs.arm_place.max(0) > 0.93) & (regions == Region.SKIN)
    result[hands & (limbs.v > 0.1)] = Region.GLOVE
    return result


def pockets(rng: np.random.Generator, regions: Bytes, limbs: Limbs) -> Bytes:
    """Hands that lie on cloth are gone under it."""
    result = regions.copy()
    for member, place in zip(limbs.arms, limbs.arm_place, strict=True):
        hand = (member > 0.25) & (place > 0.93) & (regions == Region.SKIN) & (limbs.v > 0.6)
        if hand.sum() < 6 or maybe(rng, 0.3):
            continue
        grown = cv2.dilate(hand.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        counts = np.bincount(regions[grown & ~hand], minlength=len(Region))
        cloth = max((Region.BOTTOM, Region.TOP, Region.ONE_PIECE), key=lambda region: int(counts[region]))
        if counts[cloth] > 0.35 * counts.sum():
            result[hand] = cloth
    return result


def belt(rng: np.random.Generator, regions: Bytes, limbs: Limbs) -> Bytes:
    result = regions.copy()
    level, wide = between(rng, 0.55, 1.0), between(rng, 0.012, 0.07)
    band = (np.abs(limbs.v - level) < wide) & (np.abs(limbs.u) < 0.5) & np.isin(regions, CLOTHES)
    band &= limbs.arms.max(0) < 0.6
    if maybe(rng, 0.3):
        band &= np.abs(limbs.u) < between(rng, 0.05, 0.3)
    result[band] = Region.BELT
    return result


def scarf(rng: np.random.Generator, figure: Figure, regions: Bytes, limbs: Limbs) -> Bytes:
    result = regions.copy()
    centre, radius = figure.skeleton.face()
    rows = np.arange(regions.shape[0])[:, None]
    level = np.hypot(limbs.u / between(rng, 0.22, 0.55), limbs.v / between(rng, 0.12, 0.4)) < 1
    result[level & (rows > centre[1] + 0.8 * radius) & (regions > 0)] = Region.SCARF
    for _ in range(int(rng.integers(0, 3))):
        at, wide, low = between(rng, -0.3, 0.3), between(rng, 0.05, 0.18), between(rng, 0.3, 1.3)
        tail = (np.abs(limbs.u - at) < wide) & (limbs.v > 0) & (limbs.v < low)
        result[tail & np.isin(regions, CLOTHES)] = Region.SCARF
    return result


def long_hair(rng: np.random.Generator, figure: Figure, regions: Bytes, limbs: Limbs) -> Bytes:
    """Hair beside the face and down over the shoulders."""
    result = regions.copy()
    points, unit = figure.skeleton.points, figure.skeleton.unit
    face = points[[2, 5, 9, 10]].mean(0)
    ears = 0.5 * float(np.linalg.norm(points[7] - points[8]))
    half = float(np.clip(max(ears, 0.14 * unit), 0.14 * unit, 0.3 * unit))
    low = between(rng, 0.15, 1.1) * unit
    middle = 0.5 * (points[7] + points[8])
    oval = ellipse(face + offset(0, 0.15 * half), (0.98 * half, 1.45 * half))
    crown = ellipse(middle - offset(0, 0.45 * half), (between(rng, 1.15, 1.5) * half, between(rng, 1.25, 1.55) * half))
    neck_y = float(points[[11, 12], 1].mean())
    for side in (-1, 1):
        if maybe(rng, 0.12):
            continue
        inner, outer = between(rng, 0.75, 1.0), between(rng, 1.2, 1.9)
        end = neck_y + low * between(rng, 0.7, 1.1) - 0.3 * unit
        shape = [
            middle + offset(side * inner * half, -0.6 * half),
            middle + offset(side * 1.2 * half, -0.6 * half),
            (middle[0] + side * outer * half, 0.5 * (middle[1] + end)),
            (middle[0] + side * outer * between(rng, 0.8, 1.2) * half, end),
            (middle[0] + side * between(rng, 0.5, 1.1) * half, end + 0.1 * unit),
            (middle[0] + side * inner * half, neck_y - 0.2 * unit),
        ]
        result[filled(np.array(shape, np.float32))] = Region.HAIR
    result[crown & ~oval] = Region.HAIR
    keep = oval & (regions == Region.SKIN)
    result[keep] = Region.SKIN
    hands = (limbs.arms.max(0) > 0.7) & (limbs.arm_place.max(0) > 0.8) & (regions == Region.SKIN)
    result[hands] = Region.SKIN
    return result


def hat(rng: np.random.Generator, figure: Figure, regions: Bytes) -> Bytes:
    result = regions.copy()
    points, unit = figure.skeleton.points, figure.skeleton.unit
    middle, eyes = 0.5 * (points[7] + points[8]), points[[2, 5]].mean(0)
    half = max(0.5 * float(np.linalg.norm(points[7] - points[8])), 0.15 * unit)
    tall = between(rng, 0.9, 1.7) * half
    brow = eyes[1] - between(rng, 0.35, 0.8) * half
    rows = np.arange(regions.shape[0])[:, None]
    cap = ellipse(np.array([middle[0], brow]), (between(rng, 1.1, 1.45) * half, tall)) & (rows < brow)
    result[cap] = Region.HAT
    if maybe(rng, 0.6):
        result[
            ellipse(
                np.array([middle[0], brow]),
                (between(rng, 1.5, 2.4) * half, between(rng, 0.15, 0.4) * half),
                float(rng.normal(0, 0.08)),
            )
        ] = Region.HAT
    return result
