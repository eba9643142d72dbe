"""Upper bodies: the torso of tops, the upper half of dresses and jumpsuits, with necks, straps and sleeves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.garment import necks, sleeves
from training.garment.chance import between, choose, maybe
from training.garment.curves import Curve, bow, joined, mirrored, spline, wave
from training.garment.shape import Shape
from vesture.vision.garment.network import INNER_BACK
from vesture.vision.garment.types import Part


@dataclass(frozen=True, slots=True)
class Side:
    """Right side of a torso, from the armpit down: (n, 2) points ending in the hem's corner."""

    tip: Curve
    armpit: Curve
    line: Curve


@dataclass(frozen=True, slots=True)
class Hem:
    """How the lower edge runs."""

    droop: float
    frill: float
    waves: float
    notch: float


def add_bodice(shape: Shape, lower: list[list[float]], hem: Hem, from_behind: bool, rng: np.random.Generator) -> None:
    """Draw a torso that goes down along `lower`, right-hand points below the armpit; the last is the hem's corner."""
    shape.behind = from_behind
    if shape.neck == "strapless" or shape.sleeve == "strap":
        _add_strappy(shape, lower, hem, from_behind, rng)
        return
    neck = necks.cut_neck(rng, shape.neck, from_behind)
    sleeved = shape.sleeve in ("short", "long")
    tip = np.float32([between(rng, 0.72, 1.08), between(rng, 0.1, 0.34)])
    if not sleeved:
        tip = np.float32([between(rng, neck.half + 0.12, max(0.95, neck.half + 0.2)), between(rng, 0.04, 0.25)])
        if maybe(rng, 0.25):  # cut wide, so that it falls over the upper arm
            tip = np.float32([between(rng, 0.98, 1.2), between(rng, 0.12, 0.36)])
    tip = np.maximum(tip, neck.corner + np.float32([0.08, 0.02]))
    armpit = np.float32([between(rng, 0.94, 1.06), between(rng, 0.7, 1.25)])
    if sleeved and maybe(rng, 0.12):
        armpit = armpit + np.float32([0.05, between(rng, 0.2, 0.5)])
    armpit[1] = max(armpit[1], tip[1] + 0.35)
    if not from_behind:
        necks.add_back(shape, neck, rng)
    style = sleeves.sleeve_style(rng, shape.sleeve) if sleeved else None
    both = [(-1.0, Part.LEFT_SLEEVE, style and sleeves.varied(rng, style)), (1.0, Part.RIGHT_SLEEVE, style)]
    rng.shuffle(both)  # type: ignore[arg-type]
    for flip, part, own in both:
        if own is not None and not own.front:
            sleeves.add_sleeve(shape, own, tip, armpit, flip, part, rng)
    right = _right_side(neck, tip, armpit, lower, sleeved, rng)
    _lay_torso(shape, right, neck, hem, from_behind, rng)
    for flip, part, own in both:
        if own is not None and own.front:
            sleeves.add_sleeve(shape, own, tip, armpit, flip, part, rng)
            _hide(shape, own, flip)
    corner = necks.add_trim(shape, neck, from_behind, rng)
    _mark(shape, {"collar": corner, "shoulder": tip, "armpit": armpit})
    shape.mark("neck_front", [0, neck.depth])
    shape.hang, shape.shoulders = (0.0, min(neck.back, 0.0)), (mirrored(tip), tip)
    shape.print_box = (-0.62, max(neck.depth + 0.25, 0.4), 0.62, min(float(lower[-1][1]) - 0.2, 2.2))


def _right_side(
    neck: necks.Neck, tip: Curve, armpit: Curve, lower: list[list[float]], sleeved: bool, rng: np.random.Generator
) -> Curve:
    """From the right collar corner over the shoulder and down the side to the hem's corner."""
    shoulder = bow(neck.corner, tip, between(rng, -0.05, 0.03))
    hole = bow(tip, armpit, between(rng, 0.01, 0.045) if sleeved else between(rng, 0.02, 0.2))
    side = spline([armpit, *lower], 7)
    return joined(shoulder, hole[1:], side[1:])


def hem_line(right: Curve, left: Curve, hem: Hem, rng: np.random.Generator) -> Curve:
    """From the right corner to the left one."""
    line = bow(right, left, -hem.droop)  # the way runs leftwards: its right side is up
    if hem.frill:
        line = wave(line, hem.frill, hem.waves, between(rng, 0, 6))
    if hem.notch:
        width = 0.1
        line = joined(line[:5], [width, line[5, 1]], [0, line[5, 1] - hem.notch], [-width, line[5, 1]], line[6:])
    return line


def _lay_torso(
    shape: Shape, right: Curve, neck: necks.Neck, hem: Hem, from_behind: bool, rng: np.random.Generator
) -> None:
    """The torso in one piece, or, with an open front, in two with the lining between."""
    left = mirrored(right)
    left[:, 0] *= between(rng, 0.96, 1.04)
    line = hem_line(right[-1], left[-1], hem, rng)
    if shape.neck != "open" or from_behind:
        shape.add(joined(neck.front, right[1:], line[1:-1], left[::-1]), Part.TORSO, lift=between(rng, 0.05, 0.4))
        return
    back = bow(left[0], right[0], neck.back)
    shape.add(
        joined(back, right[1:] * np.float32([0.96, 1]), line[1:-1], left[::-1] * np.float32([0.96, 1])),
        INNER_BACK,
        tone="inner",
        lift=0.1,
    )
    gap, bottom = choose(rng, {0.0: 1, between(rng, 0.02, 0.2): 2, between(rng, 0.2, 0.6): 1}), float(right[-1, 1])
    middle = len(neck.front) // 2
    first = choose(rng, {-1: 1, 1: 1})
    for flip in (first, -first):
        neckline = (neck.front[middle:] if flip > 0 else neck.front[: middle + 1][::-1]) * np.float32([flip, 1])
        lap = between(rng, 0.0, 0.12) if gap == 0 else gap * between(rng, -1.0, -0.3)
        edge = spline(
            [[-lap, bottom + hem.droop], [-lap * 0.7, (bottom + neck.depth) / 2], neckline[0] + np.float32([0, 0.02])],
            6,
        )
        side = right if flip > 0 else mirrored(left)
        shape.add(joined(neckline, side[1:], edge) * np.float32([flip, 1]), Part.TORSO, lift=between(rng, 0.3, 0.8))


def _hide(shape: Shape, style: sleeves.SleeveStyle, flip: float) -> None:
    """Points that a sleeve lying in front covers."""
    side = "left" if flip < 0 else "right"
    if style.fold is None and style.angle < 25:
        shape.hidden.add(f"armpit_{side}")


def _mark(shape: Shape, right: dict[str, Curve]) -> None:
    for name, place in right.items():
        shape.mark(f"{name}_right", place)
        shape.mark(f"{name}_left", mirrored(place))


def _add_strappy(shape: Shape, lower: list[list[float]], hem: Hem, from_behind: bool, rng: np.random.Generator) -> None:
    """Camisoles, tank tops with thin straps, halters and strapless tops."""
    armpit = np.float32([between(rng, 0.9, 1.02), between(rng, 0.72, 1.0)])
    place, width = between(rng, 0.4, 0.66), choose(rng, {0.05: 3, 0.1: 3, 0.2: 2})
    top = armpit[1] - between(rng, 0.05, 0.4)
    dip = armpit[1] + between(rng, -0.35, 0.25) if shape.neck != "v" else armpit[1] + between(rng, -0.1, 0.4)
    dip = max(dip, top - 0.02)
    edge = _strappy_edge(rng, place, top, dip, shape.neck)
    cut = bow([place + width / 2, top], armpit, between(rng, 0.0, 0.12))
    side = spline([armpit, *lower], 7)
    torso = joined(
        mirrored(edge[::-1])[:-1],
        edge,
        cut[1:],
        side[1:],
        hem_line(side[-1], mirrored(side[-1]), hem, rng)[1:-1],
        mirrored(joined(cut, side[1:]))[::-1],
    )
    if not from_behind and maybe(rng, 0.75):
        rise = between(rng, -0.02, 0.3)
        shape.add(
            joined(
                [-armpit[0], armpit[1]],
                bow([-armpit[0] * 0.97, armpit[1]], [armpit[0] * 0.97, armpit[1]], -rise),
                [0, max(dip, armpit[1]) + 0.3],
            ),
            INNER_BACK,
            tone="inner",
            lift=0.1,
        )
    if shape.sleeve == "strap":
        _add_straps(shape, place, width, top, rng)
    shape.add(torso, Part.TORSO, lift=between(rng, 0.1, 0.5))
    if maybe(rng, 0.5):
        shape.draw(
            joined(mirrored(edge[::-1]), edge[1:]) + np.float32([0, between(rng, 0.03, 0.1)]), 0.015, strength=0.3
        )
    _mark(shape, {"armpit": armpit})
    shape.mark("neck_front", edge[0])
    shape.print_box = (-0.6, float(dip) + 0.2, 0.6, min(float(lower[-1][1]) - 0.2, 2.2))


def _strappy_edge(rng: np.random.Generator, place: float, top: float, dip: float, word: str) -> Curve:
    """The right half of the upper edge, from the middle outwards."""
    if word == "v":
        return bow([0, dip], [place, top], between(rng, -0.06, 0.06))
    if word == "square" or maybe(rng, 0.2):
        return spline([[0, top + 0.04], [place * 0.5, top + 0.02], [place, top]], 5)
    if maybe(rng, 0.3):  # sweetheart
        return spline([[0, dip], [place * 0.35, dip - 0.1], [place * 0.7, top - 0.03], [place, top]], 5)
    return spline([[0, dip], [place * 0.5, dip * 0.75 + top * 0.25], [place, top]], 5)


def _add_straps(shape: Shape, place: float, width: float, top: float, rng: np.random.Generator) -> None:
    rise = between(rng, -0.1, 0.15)
    inward = between(rng, -0.05, 0.12) if maybe(rng, 0.8) else place - 0.1
    upper = np.float32([place - inward, rise])
    slack = between(rng, -0.1, 0.1)
    tone = choose(rng, {"cloth": 4, "trim": 1})
    for flip in (-1, 1):
        own = upper + np.float32([float(rng.normal(0, 0.03)), float(rng.normal(0, 0.04))])
        mirror = np.float32([flip, 1])
        inner = bow([place - width / 2, top + 0.03], own - [width / 2, 0], slack)
        outer = bow([place + width / 2, top + 0.03], own + np.float32([width / 2, 0]), slack)
        if maybe(rng, 0.6):  # the strap's way down the back
            back = joined(inner + np.float32([-width * 0.8, 0]), (outer - np.float32([width * 0.9, 0]))[::-1])
            shape.add(back * mirror, INNER_BACK, tone="inner", lift=0.3)
        shape.add(joined(inner, outer[::-1]) * mirror, Part.TORSO, tone=tone, lift=0.5)
        side = "left" if flip < 0 else "right"
        shape.mark(f"collar_{side}", (own - [width / 2, 0]) * mirror)
        shape.mark(f"shoulder_{side}", (own + np.float32([width / 2, 0])) * mirror)
    shape.hang, shape.shoulders = (0.0, rise - 0.1), (mirrored(upper), upper)
