"""Drawn people: a random skeleton, flesh round it, plain clothes on it. `dress` and `paint` do the rest."""

from __future__ import annotations

import numpy as np

from training.garment.chance import between, choose, maybe, near
from training.person.figure import SHAPE, Bools, Bytes, Figure, Floats, Region, ellipse, filled, offset
from vesture.vision.parsing.prior import Skeleton
from vesture.vision.pose.estimator import body_unit

HIDDEN = 0.1  # visibility of joints outside the picture


def draw_body(rng: np.random.Generator) -> Figure:
    """A person in a long-sleeved top, trousers and shoes, all of it grey."""
    height, width = SHAPE
    tall = choose(rng, {"whole": 5, "knees": 1.5, "hips": 2, "legs": 1.2})
    unit = {"whole": between(rng, 30, 43), "knees": between(rng, 45, 56)}.get(tall, between(rng, 58, 85))
    neck = np.array([between(rng, 0.35, 0.65) * width, between(rng, 1.3, 1.7) * unit])
    if tall == "legs":
        neck[1] = between(rng, -1.6, 0.2) * unit
    points = draw_skeleton(rng, neck, unit)
    inside = ((points >= 0) & (points < (width, height))).all(1)
    visibility = np.where(inside, np.clip(rng.normal(1, 0.1, 33), 0.4, 1), HIDDEN).astype(np.float32)
    skeleton = Skeleton(points, visibility, float(body_unit(points)))
    regions = flesh(rng, points, unit)
    grey = np.full((*SHAPE, 3), 128, np.float32)
    return Figure(
        _with_face(rng, grey, points, unit), regions, (regions > 0).astype(np.float32), skeleton, (width, height), True
    )


def draw_skeleton(rng: np.random.Generator, neck: Floats, unit: float) -> Floats:
    """33 joints (33, 2) of somebody who stands, walks, sits or poses; joints with odd numbers are the wearer's left."""
    turn = choose(rng, {1.0: 6, between(rng, 0.35, 1): 4})
    lean = float(rng.normal(0, 0.06))
    across, down = np.array([np.cos(lean), np.sin(lean)]), np.array([-np.sin(lean), np.cos(lean)])
    points = np.zeros((33, 2))
    head = neck - down * near(rng, 0.62, 0.06) * unit + across * float(rng.normal(0, 0.06)) * unit
    looks = float(rng.normal(0, 0.08)) * unit
    points[0] = head + across * looks
    for first, second, apart, low in ((1, 4, 0.05, -0.09), (2, 5, 0.075, -0.1), (3, 6, 0.1, -0.09)):
        for index, side in ((first, 1), (second, -1)):
            points[index] = head + across * (looks * 0.8 + side * apart * unit) + down * low * unit
    for index, side in ((7, 1), (8, -1)):
        points[index] = head + across * (side * 0.2 * unit - 0.3 * looks) - down * 0.04 * unit
        points[index + 2] = head + across * (looks + side * 0.07 * unit) + down * 0.12 * unit
    hips = neck + down * near(rng, 1.5, 0.06) * unit + across * float(rng.normal(0, 0.05)) * unit
    legs = choose(rng, {"stand": 5, "walk": 3, "sit": 1.2, "cross": 1})
    for side, left in ((1, 0), (-1, 1)):
        shoulder = neck + across * side * 0.5 * turn * unit + down * float(rng.normal(0.02, 0.02)) * unit
        hip = hips + across * side * 0.3 * max(turn, 0.5) * unit
        points[11 + left], points[23 + left] = shoulder, hip
        _arm(rng, points, left, side, unit)
        _leg(rng, points, left, side, unit, legs)
    return points.astype(np.float32)


def _step(angle: float, length: float) -> Floats:
    """A step at an angle from straight down, positive to the viewer's right."""
    return np.array([np.sin(angle), np.cos(angle)]) * length


def _arm(rng: np.random.Generator, points: Floats, left: int, side: int, unit: float) -> None:
    style = choose(rng, {"hangs": 6, "hip": 2, "front": 2, "raised": 0.7})
    upper, lower = {
        "hangs": (between(rng, 0.03, 0.3), between(rng, -0.15, 0.25)),
        "hip": (between(rng, 0.4, 0.8), between(rng, -1.2, -0.4)),
        "front": (between(rng, 0.0, 0.4), between(rng, -2.0, -1.0)),
        "raised": (between(rng, 0.8, 2.4), between(rng, 1.2, 3.6)),
    }[style]
    seen = between(rng, 0.6, 1) if style == "front" else 1.0
    elbow = points[11 + left] + _step(side * upper, 0.82 * unit)
    wrist = elbow + _step(side * lower, 0.74 * unit * seen)
    hand = _step(side * (lower + float(rng.normal(0, 0.2))), 0.24 * unit)
    points[13 + left], points[15 + left] = elbow, wrist
    for index, apart in ((17, 0.06), (19, 0.0), (21, -0.06)):
        points[index + left] = wrist + hand * (0.65 if index == 21 else 1) + np.array([side * apart * unit, 0])


def _leg(rng: np.random.Generator, points: Floats, left: int, side: int, unit: float, style: str) -> None:
    upper, lower, long, short = {
        "stand": (between(rng, -0.02, 0.15), between(rng, -0.08, 0.12), 1.15, 1.1),
        "walk": (between(rng, -0.25, 0.25), between(rng, -0.35, 0.3), 1.12, between(rng, 0.8, 1.1)),
        "sit": (between(rng, 0.1, 0.7), between(rng, -0.3, 0.2), between(rng, 0.3, 0.8), 1.1),
        "cross": (between(rng, -0.2, 0.05), between(rng, -0.25, 0.0), 1.15, 1.1),
    }[style]
    knee = points[23 + left] + _step(side * upper, long * unit)
    ankle = knee + _step(side * lower, short * unit)
    points[25 + left], points[27 + left] = knee, ankle
    points[29 + left] = ankle + offset(0, 0.12 * unit)
    points[31 + left] = ankle + offset(side * between(rng, -0.1, 0.3) * unit, between(rng, 0.15, 0.4) * unit)


def flesh(rng: np.random.Generator, p: Floats, unit: float) -> Bytes:
    """Regions (H, W) of a body in long sleeves, trousers and shoes."""
    stout = between(rng, 0.8, 1.3)
    regions = np.zeros(SHAPE, np.uint8)
    arms = [
        (
            tapered(p[11 + i], p[13 + i], 0.17 * stout * unit, 0.12 * stout * unit)
            | tapered(p[13 + i], p[15 + i], 0.12 * stout * unit, 0.08 * unit),
            tapered(p[15 + i], p[19 + i], 0.08 * unit, 0.07 * unit),
        )
        for i in (0, 1)
    ]
    behind = [maybe(rng, 0.15), maybe(rng, 0.15)]
    for (sleeve, hand), hidden in zip(arms, behind, strict=True):
        if hidden:
            regions[sleeve], regions[hand] = Region.TOP, Region.SKIN
    for i in rng.permutation(2):
        regions[tapered(p[29 + i], p[31 + i], 0.1 * unit, 0.08 * unit)] = Region.SHOES
        regions[
            tapered(p[23 + i], p[25 + i], 0.25 * stout * unit, 0.16 * stout * unit)
            | tapered(p[25 + i], p[27 + i], 0.16 * stout * unit, 0.1 * unit)
        ] = Region.BOTTOM
    neck, hips = p[[11, 12]].mean(0), p[[23, 24]].mean(0)
    face = p[[2, 5, 9, 10]].mean(0)
    regions[tapered(face, neck, 0.15 * unit, 0.17 * unit)] = Region.SKIN
    regions[_torso(p, unit, stout, neck, hips)] = Region.TOP
    hem = near(rng, 0.98, 0.08)
    v = ((np.mgrid[: SHAPE[0], : SHAPE[1]].transpose(1, 2, 0)[..., ::-1] - neck) @ (hips - neck)) / (
        (hips - neck) @ (hips - neck)
    )
    regions[(regions == Region.TOP) & (v > hem)] = Region.BOTTOM
    centre = face - 0.06 * (neck - face)
    regions[ellipse(centre - 0.18 * (neck - face), (0.27 * unit, 0.3 * unit))] = Region.HAIR
    regions[ellipse(centre, (0.2 * unit, 0.28 * unit))] = Region.SKIN
    for (sleeve, hand), hidden in zip(arms, behind, strict=True):
        if not hidden:
            regions[sleeve], regions[hand] = Region.TOP, Region.SKIN
    return regions


def _torso(p: Floats, unit: float, stout: float, neck: Floats, hips: Floats) -> Bools:
    waist = 0.35 * neck + 0.65 * hips
    corners = [
        neck + offset(0.17 * unit, -0.12 * unit),
        p[11],
        p[11] * 0.3 + p[23] * 0.7,
        p[23],
        p[24],
        p[12] * 0.3 + p[24] * 0.7,
        p[12],
        neck - offset(0.17 * unit, 0.12 * unit),
    ]
    out = [0.0, 0.12, 0.06, 0.16 * stout, 0.16 * stout, 0.06, 0.12, 0.0]
    grown = [
        c + (c - waist) / max(float(np.linalg.norm(c - waist)), 1e-3) * o * unit
        for c, o in zip(corners, out, strict=True)
    ]
    return filled(np.array(grown, np.float32))


def tapered(start: Floats, end: Floats, first: float, last: float) -> Bools:
    """Pixels (H, W) of a limb between two joints that is `first` thick (half) at one and `last` at the other."""
    along = end - start
    long = max(float(np.linalg.norm(along)), 1e-3)
    angle = np.arctan2(along[1], along[0])
    near_end = np.linspace(angle + np.pi / 2, angle + 1.5 * np.pi, 8)
    far_end = np.linspace(angle - np.pi / 2, angle + np.pi / 2, 8)
    ring = np.concatenate(
        [
            start + first * np.stack([np.cos(near_end), np.sin(near_end)], 1),
            end + last * np.stack([np.cos(far_end), np.sin(far_end)], 1),
        ]
    )
    return filled(ring.astype(np.float32)) if long > 0 else np.zeros(SHAPE, bool)


def _with_face(rng: np.random.Generator, picture: Floats, p: Floats, unit: float) -> Floats:
    """Eyes, brows, nose and mouth as shades."""
    picture = picture.copy()
    for eye in (2, 5):
        picture[ellipse(p[eye], (0.045 * unit, 0.02 * unit))] = 50
        picture[ellipse(p[eye] - offset(0, 0.055 * unit), (0.055 * unit, 0.012 * unit))] = 60
    picture[ellipse(p[0] + offset(0, 0.02 * unit), (0.03 * unit, 0.015 * unit))] = 95
    picture[ellipse(p[[9, 10]].mean(0), (0.075 * unit, 0.02 * unit))] = between(rng, 70, 110)
    return picture
