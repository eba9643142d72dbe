"""Bags of every kind on a figure: in a hand, in the crook of an arm, under an arm, across the body, on the back."""

from __future__ import annotations

import numpy as np

from training.garment.chance import between, choose, maybe
from training.person.figure import Bools, Bytes, Figure, Floats, Limbs, Region, filled, lined, offset

WAYS = {"hand": 3.0, "crook": 1.5, "shoulder": 2.0, "across": 2.5, "clutch": 1.2, "back": 0.7}


def bag(rng: np.random.Generator, figure: Figure, regions: Bytes, limbs: Limbs) -> Bytes:
    """Regions (H, W) with one bag and what it hangs from."""
    way, side = choose(rng, WAYS), int(rng.integers(2))
    if way == "back":
        return backpack(rng, figure, regions)
    result = regions.copy()
    points, unit = figure.skeleton.points, figure.skeleton.unit
    arm = (limbs.arms[side] > 0.55) & np.isin(regions, (Region.SKIN, Region.TOP)) & ~limbs.core
    wide, tall = between(rng, 0.12, 0.45) * unit, between(rng, 0.12, 0.42) * unit
    if way in ("hand", "crook"):
        grip = points[19 + side] if way == "hand" else points[13 + side]
        drop = between(rng, -0.1, 0.45) * unit
        centre = grip + offset(float(rng.normal(0, 0.1)) * unit, tall + drop)
        if maybe(rng, 0.75):
            handle = _handle(rng, grip, centre, wide, tall, unit)
            result[handle & (~arm | maybe(rng, 0.5))] = Region.STRAP
    elif way == "clutch":
        wide, tall = between(rng, 0.12, 0.32) * unit, between(rng, 0.07, 0.18) * unit
        centre = points[19 + side] + rng.normal(0, 0.08, 2) * unit
    else:
        centre = _hung(rng, figure, result, side, way, tall)
    turn = float(rng.normal(0, 0.15 if way != "clutch" else 0.7))
    shape = _outline(rng, centre, (wide, tall), turn)
    result[shape & ~(arm & maybe(rng, 0.75))] = Region.BAG
    if maybe(rng, 0.4):  # fingers before it
        fingers = (limbs.arm_place[side] > 0.92) & arm
        result[fingers] = Region.SKIN
    return result


def backpack(rng: np.random.Generator, figure: Figure, regions: Bytes) -> Bytes:
    """Two straps before the shoulders, and what shows of the bag beside the body."""
    result = regions.copy()
    points, unit = figure.skeleton.points, figure.skeleton.unit
    neck = points[[11, 12]].mean(0)
    width, low = between(rng, 0.06, 0.16) * unit, between(rng, 0.35, 0.8) * unit
    if maybe(rng, 0.5):
        wide, tall = between(rng, 0.35, 0.6) * unit, between(rng, 0.4, 0.6) * unit
        shape = _outline(rng, neck + offset(float(rng.normal(0, 0.15)) * unit, 0.8 * tall), (wide, tall), 0.0)
        result[shape & (regions == Region.SCENE)] = Region.BAG
    for joint in (11, 12):
        top = points[joint] * 0.6 + neck * 0.4 - offset(0, 0.08 * unit)
        end = points[joint] * 0.85 + neck * 0.15 + offset(0, low)
        strap = lined(np.array([top, 0.5 * (top + end), end], np.float32), width)
        result[strap & ~np.isin(regions, (Region.SCENE, Region.HAIR))] = Region.STRAP
    return result


def _hung(rng: np.random.Generator, figure: Figure, result: Bytes, side: int, way: str, tall: float) -> Floats:
    """Draws the strap over a shoulder into `result`; the middle of the bag that hangs from it."""
    points, unit = figure.skeleton.points, figure.skeleton.unit
    hip, neck = points[23 + side], points[[11, 12]].mean(0)
    outward = 1 if hip[0] > points[24 - side, 0] else -1
    if way == "shoulder":
        start = points[11 + side] * 0.85 + neck * 0.15
        low = between(rng, 0.45, 1.3) * unit + tall
        centre = start + offset(outward * between(rng, -0.05, 0.3) * unit, low)
    else:
        start = points[11 + (side if maybe(rng, 0.3) else 1 - side)] * 0.8 + neck * 0.2
        centre = hip + offset(outward * between(rng, -0.1, 0.4) * unit, between(rng, -0.5, 0.3) * unit)
    width = choose(rng, {between(rng, 0.015, 0.04): 2, between(rng, 0.04, 0.12): 2}) * unit
    for across in (-0.5, 0.5) if way == "shoulder" and maybe(rng, 0.5) else (0.0,):
        end = centre + offset(across * tall, -0.8 * tall)
        strap = lined(np.array([start, end], np.float32), width)
        result[strap & (result != Region.HAIR)] = Region.STRAP
    return centre


def _handle(rng: np.random.Generator, grip: Floats, centre: Floats, wide: float, tall: float, unit: float) -> Bools:
    """One or two loops from the grip to the bag's upper edge."""
    loops = np.zeros(filled(np.zeros((3, 2), np.float32)).shape, bool)
    for _ in range(1 if maybe(rng, 0.6) else 2):
        spread = between(rng, 0.35, 0.8) * wide
        hoop = np.array([centre + offset(-spread, -tall), grip, centre + offset(spread, -tall)], np.float32)
        loops |= lined(hoop, between(rng, 0.02, 0.07) * unit)
    return loops


def _outline(rng: np.random.Generator, centre: Floats, half: tuple[float, float], turn: float) -> Bools:
    """A rounded box, wider at one end, turned a little."""
    angles = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    square, taper = between(rng, 0.25, 0.9), between(rng, -0.15, 0.3)
    x = np.sign(np.cos(angles)) * np.abs(np.cos(angles)) ** square
    y = np.sign(np.sin(angles)) * np.abs(np.sin(angles)) ** square
    ring = np.stack([half[0] * x * (1 + taper * y), half[1] * y], 1)
    cos, sin = np.cos(turn), np.sin(turn)
    return filled((centre + ring @ np.array([[cos, sin], [-sin, cos]])).astype(np.float32))
