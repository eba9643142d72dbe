"""Lower bodies: trousers, jeans, shorts, skirts, the legs of jumpsuits. Half a waist's width is 1."""

from __future__ import annotations

import numpy as np

from training.garment.bodices import Hem, hem_line
from training.garment.chance import between, choose, maybe, near
from training.garment.curves import Curve, bow, joined, mirrored, spline, wave
from training.garment.shape import Shape
from vesture.vision.garment.network import INNER_BACK
from vesture.vision.garment.types import Part


def trousers(rng: np.random.Generator) -> Shape:
    """Trousers, jeans, joggers, leggings, shorts."""
    shape = Shape("trousers", "none", "none")
    short = maybe(rng, 0.5)
    hip = between(rng, 1.0, 1.42)
    length = between(rng, 1.7, 3.0) if short else between(rng, 4.2, 6.6)
    rise = length * (between(rng, 0.48, 0.92) if short else between(rng, 0.26, 0.44))
    if not short and maybe(rng, 0.15):  # to the calf
        length = rise + between(rng, 1.4, 3.0)
    add_waist_back(shape, 1.0, rng)
    _add_hips_and_legs(
        shape, [[1.0, 0.0], [near(rng, (1 + hip) / 2, 0.03), rise * 0.4], [hip, rise]], length, short, rng
    )
    if maybe(rng, 0.75):
        add_waistband(shape, 1.0, hip, rise, rng)
    shape.mark("waist_left", [-1, 0])
    shape.mark("waist_right", [1, 0])
    _add_fly(shape, rise, rng)
    shape.print_box = (-hip, rise, hip, length)
    return shape


def add_waist_back(shape: Shape, half: float, rng: np.random.Generator) -> float:
    """The inside of the back of the waist, above the front's edge, when it shows."""
    rise = between(rng, 0.03, 0.3)
    if maybe(rng, 0.4):
        return 0.0
    back = bow([-half, 0], [half, 0], -rise * 0.5)
    shape.add(joined(back, [half, 0.03], [0, rise * 0.6 + 0.1], [-half, 0.03]), INNER_BACK, tone="inner", lift=0.1)
    if maybe(rng, 0.4):
        x, y = between(rng, 0.08, 0.16), -rise * 0.3
        shape.add([[-x, y], [x, y], [x, y + 0.12], [-x, y + 0.12]], INNER_BACK, tone="label", lift=0.2)
    return rise


def add_waistband(shape: Shape, half: float, hip: float, rise: float, rng: np.random.Generator) -> None:
    tall = between(rng, 0.12, 0.34)
    dip = between(rng, -0.02, 0.12)
    top = bow([-half, 0], [half, 0], dip)
    low = bow([-half - (hip - half) * tall / rise * 0.6, tall], [half + (hip - half) * tall / rise * 0.6, tall], dip)
    tone = choose(rng, {"cloth": 4, "trim": 1.5, "second": 1})
    shape.add(joined(top, low[::-1]), Part.TORSO, tone=tone, lift=0.15)
    shape.draw(low, 0.02, strength=between(rng, 0.1, 0.6))
    if maybe(rng, 0.3):
        for _ in range(int(rng.integers(8, 26))):  # gathers
            x = between(rng, -half, half)
            shape.draw(
                [[x, dip * 0.7], [x * 1.02, tall + between(rng, 0, 0.25)]], 0.015, strength=between(rng, 0.1, 0.35)
            )
    if maybe(rng, 0.35):
        for x in (-0.7, -0.28, 0.28, 0.7):
            shape.draw([[x * half, dip * 0.8], [x * half, tall + dip * 0.8]], 0.05, strength=0.35)
    if maybe(rng, 0.25):
        for flip in (-1, 1):
            start = np.float32([flip * 0.08, tall * 0.6 + dip])
            shape.draw(
                spline(
                    [
                        start,
                        start + np.float32([flip * 0.06, 0.3]),
                        start + np.float32([flip * between(rng, 0, 0.2), between(rng, 0.4, 0.9)]),
                    ],
                    5,
                ),
                between(rng, 0.025, 0.05),
                ink=choose(rng, {"light": 2, "trim": 1, "dark": 1}),
                strength=0.9,
            )


def _add_fly(shape: Shape, rise: float, rng: np.random.Generator) -> None:
    if maybe(rng, 0.6):
        shape.draw(bow([0, 0.05], [0, rise * 0.95], between(rng, -0.05, 0.05)), 0.018, strength=between(rng, 0.1, 0.5))
        if maybe(rng, 0.6):
            shape.draw(
                spline([[0.18, 0.15], [0.17, rise * 0.5], [0.02, rise * 0.72]], 5),
                0.014,
                strength=between(rng, 0.1, 0.4),
            )
    if maybe(rng, 0.6):
        for flip in (-1, 1):
            mirror = np.float32([flip, 1])
            path = (
                spline([[0.55, 0.18], [0.7, 0.42], [1.02, 0.55]], 5)
                if maybe(rng, 0.5)
                else np.float32([[0.72, 0.2], [1.0, 0.8]])
            )
            shape.draw(path * mirror, 0.018, strength=between(rng, 0.1, 0.5))


def _add_hips_and_legs(
    shape: Shape, side: list[list[float]], length: float, short: bool, rng: np.random.Generator
) -> None:
    """Hips down to the crotch and both legs; `side` runs on the right from the waist's corner to the crotch's level."""
    hip, rise = side[-1]
    crotch = np.float32([0, rise])
    leg = length - rise
    spread = choose(rng, {0.0: 3, between(rng, 0.02, 0.12): 4, between(rng, 0.1, 0.3): 2}) * (1.3 if short else 1)
    half = hip / 2
    end = (
        near(rng, half * between(rng, 0.75, 1.2), 0.05)
        if short
        else choose(rng, {0.3: 2, 0.4: 3, 0.5: 2, 0.68: 1.2}) * between(rng, 0.9, 1.15)
    )
    closed = maybe(rng, 0.5 if short else 0.18)
    drop = between(rng, 0.1, 0.5) if short and maybe(rng, 0.35) else 0.0  # ends of shorts that run down to the middle
    outlines, marks = [], []
    for flip in (-1.0, 1.0):
        lean = spread + float(rng.normal(0, 0.03))
        middle = half * (1.0 if closed else 1.02) + leg * np.sin(lean)
        bottom = rise + leg * np.cos(lean) * near(rng, 1, 0.01)
        inner = max(middle - end, 0.01 if closed else 0.03) if not maybe(rng, 0.06) else middle - end - 0.2
        slant = (between(rng, -0.04, 0.06) + drop) * end
        outer_foot, inner_foot = np.float32([inner + 2 * end, bottom - slant]), np.float32([inner, bottom + slant])
        knee_y = rise + leg * 0.5
        knee_out = (hip + outer_foot[0]) / 2 + between(rng, -0.1, 0.05) * (0 if short else 1)
        knee_in = (inner_foot[0]) / 2 + between(rng, 0.0, 0.06)
        foot = bow(outer_foot, inner_foot, -between(rng, -0.03, 0.05))
        outline = joined(
            [hip, rise - 0.03],
            spline([[hip, rise], [knee_out, knee_y], outer_foot], 7),
            foot,
            spline([inner_foot, [knee_in, knee_y], crotch], 7),
            crotch - np.float32([0, 0.03]),
        )
        outlines.append((flip, outline))
        marks.append((flip, outer_foot, inner_foot))
    rng.shuffle(outlines)  # type: ignore[arg-type]
    for flip, outline in outlines:
        part = Part.LEFT_LEG if flip < 0 else Part.RIGHT_LEG
        shape.add(outline * np.float32([flip, 1]), part, lift=between(rng, 0.1, 0.6))
    dip = between(rng, -0.02, 0.12)
    right = spline(side, 7)
    top = (
        bow([-side[0][0], side[0][1]], side[0], dip)
        if shape.kind == "trousers"
        else np.float32([mirrored(side[0]), side[0]])
    )
    shape.add(joined(top, right[1:], crotch, mirrored(right)[::-1]), Part.TORSO, lift=0.0)
    _add_crotch_lines(shape, crotch, (hip, length), closed, short, rng)
    if short and shape.kind == "trousers" and maybe(rng, 0.1):
        _add_apron(shape, float(side[0][0]), hip, length - drop * end * 0.5, rng)
    _end_legs(shape, marks, closed, rng)
    shape.mark("crotch", crotch)


def _add_crotch_lines(
    shape: Shape, crotch: Curve, size: tuple[float, float], closed: bool, short: bool, rng: np.random.Generator
) -> None:
    """The line between legs that touch, in part or whole, and folds that run to the crotch; `size`: hip and length."""
    (hip, length), rise = size, float(crotch[1])
    if closed or maybe(rng, 0.3):
        seen = between(rng, 0.15, 1.0) if maybe(rng, 0.4) else 1.0  # of the line where the legs lie against each other
        foot = [float(rng.normal(0, 0.03)), length - (length - rise) * between(rng, 0, 1 - seen)]
        head = crotch + (np.float32(foot) - crotch) * (1 - seen)
        shape.draw(joined(head, foot), between(rng, 0.015, 0.04), strength=between(rng, 0.1, 0.6))
    if short and maybe(rng, 0.4):  # folds that run to the crotch
        for flip in (-1, 1) if maybe(rng, 0.7) else (1,):
            end_at = np.float32([flip * hip * between(rng, 0.3, 0.9), rise * between(rng, 0.5, 1.25)])
            path = bow(crotch, end_at, between(rng, -0.12, 0.12))
            shape.draw(path, between(rng, 0.02, 0.08), strength=between(rng, 0.08, 0.35))


def _add_apron(shape: Shape, waist: float, hip: float, length: float, rng: np.random.Generator) -> None:
    """The front of a skort: one panel wrapped over both legs, which show below it."""
    flip = choose(rng, {-1: 1, 1: 1})
    start = waist * between(rng, 0.3, 0.95)
    low = length - between(rng, 0.05, 0.45)
    edge = bow([-start, 0.1], [hip * between(rng, -0.5, 0.8), low], between(rng, -0.25, 0.25))
    panel = joined(edge, [hip * 1.03, low * between(rng, 0.85, 1.0)], [waist, 0.1])
    shape.add(panel * np.float32([flip, 1]), Part.TORSO, lift=between(rng, 0.2, 0.6))


def _end_legs(shape: Shape, marks: list[tuple[float, Curve, Curve]], closed: bool, rng: np.random.Generator) -> None:
    cuff = between(rng, 0.06, 0.3) if maybe(rng, 0.5) else 0.0
    tone = choose(rng, {"cloth": 3, "trim": 1.6, "second": 1.2, "inner": 1.2})
    striped, thin = shape.kind == "trousers" and maybe(rng, 0.1), between(rng, 0.03, 0.12)
    ink = choose(rng, {"light": 2, "trim": 2, "dark": 1})
    for flip, outer, inner in marks:
        mirror, side = np.float32([flip, 1]), "left" if flip < 0 else "right"
        if cuff:
            rise = np.float32([0, cuff])
            if tone != "cloth":
                part = Part.LEFT_LEG if flip < 0 else Part.RIGHT_LEG
                shape.add(joined(outer, inner, inner - rise, outer - rise) * mirror, part, tone=tone, lift=0.2)
            shape.draw(np.stack([outer - rise, inner - rise]) * mirror, 0.018, strength=between(rng, 0.1, 0.5))
        if striped:
            hip = np.float32([float(shape.points["waist_right"][0]) if "waist_right" in shape.points else 0.9, 0.3])
            path = spline([hip * [0.93, 1], (hip + outer) / 2 + [0.1, 0], outer - [0.08, 0]], 6)
            for offset in (0.0, 0.09, 0.18)[: 1 + 2 * (thin < 0.05)]:
                shape.draw((path - np.float32([offset, 0])) * mirror, thin, ink=ink, strength=0.9)
        shape.mark(f"leg_cuff_outer_{side}", outer * mirror)
        shape.mark(f"leg_cuff_inner_{side}", inner * mirror, hidden=closed)


def skirt(rng: np.random.Generator) -> Shape:
    """Skirts: straight, A-line, circle, pleated, tiered; mini to maxi."""
    shape = Shape("skirt", "none", "none")
    length = choose(rng, {1.9: 4, 2.8: 3, 4.5: 2}) * between(rng, 0.75, 1.3)
    flare = choose(rng, {1.1: 3, 1.5: 3, 2.1: 2, 2.8: 1}) * between(rng, 0.85, 1.15)
    hip = min(between(rng, 1.05, 1.4), max(flare, 1.1))
    add_waist_back(shape, 1.0, rng)
    side = [[1.0, 0.0], [hip, min(0.9, length * 0.45)], [flare, length]]
    hem = Hem(
        between(rng, -0.04, 0.35) * (flare - 0.8),
        *choose(rng, {(0.0, 0.0): 3, (between(rng, 0.02, 0.06), between(rng, 4, 10)): 2}),
        0.0,
    )
    add_skirt(shape, side, hem, rng, dip=between(rng, -0.02, 0.32 if maybe(rng, 0.3) else 0.14))
    if maybe(rng, 0.75):
        add_waistband(shape, 1.0, hip, 0.9, rng)
    shape.mark("waist_left", [-1, 0])
    shape.mark("waist_right", [1, 0])
    if maybe(rng, 0.3):  # jeans skirts, buttoned and zipped fronts
        _add_fly(shape, min(length * 0.9, between(rng, 0.9, 2.2)), rng)
    shape.print_box = (-0.8, 0.4, 0.8, length - 0.1)
    return shape


def add_skirt(shape: Shape, side: list[list[float]], hem: Hem, rng: np.random.Generator, dip: float) -> None:
    right = spline(side, 8)
    left = mirrored(right)
    left[:, 0] *= between(rng, 0.95, 1.05)
    shape.add(
        joined(bow(left[0], right[0], dip), right[1:], hem_line(right[-1], left[-1], hem, rng)[1:-1], left[::-1]),
        Part.TORSO,
        lift=between(rng, 0.05, 0.4),
    )
    add_skirt_lines(shape, side[0], side[-1], rng)
    shape.mark("hem_left", left[-1])
    shape.mark("hem_right", right[-1])


def add_skirt_lines(shape: Shape, top: list[float], low: list[float], rng: np.random.Generator) -> None:
    """Pleats, tiers, a slit, folds that fall from the hips, or the edge of a wrapped front."""
    style = choose(rng, {"none": 4, "pleats": 2.5, "tiers": 1.5, "slit": 1, "folds": 2.5, "wrap": 1.2})
    if style == "pleats":
        count, strength = int(rng.integers(5, 18)), between(rng, 0.15, 0.5)
        for t in np.linspace(-0.95, 0.95, count):
            t = t + float(rng.normal(0, 0.2 / count))
            shape.draw(
                [[top[0] * t, top[1] + 0.15], [low[0] * t, low[1] - 0.01]], between(rng, 0.015, 0.04), strength=strength
            )
    elif style == "tiers":
        for t in np.linspace(0, 1, int(rng.integers(3, 6)))[1:-1]:
            y, x = top[1] + (low[1] - top[1]) * t, top[0] + (low[0] - top[0]) * t
            shape.draw(bow([-x, y], [x, y], between(rng, 0, 0.08)), 0.025, strength=between(rng, 0.2, 0.6))
    elif style == "slit":
        x = between(rng, -0.7, 0.7)
        shape.draw(
            [[low[0] * x, low[1]], [low[0] * x * 0.95, low[1] - (low[1] - top[1]) * between(rng, 0.15, 0.5)]],
            0.03,
            strength=0.6,
        )
    elif style == "folds":
        for _ in range(int(rng.integers(2, 8))):
            t, tall = between(rng, -0.85, 0.85), between(rng, 0.25, 0.9)
            foot = np.float32([low[0] * t, low[1] + 0.02])
            head = foot + (np.float32([top[0] * t * between(rng, 0.7, 1.1), top[1]]) - foot) * tall
            path = bow(foot, head, between(rng, -0.12, 0.12))
            shape.draw(path, between(rng, 0.03, 0.12), strength=between(rng, 0.1, 0.5))
            if maybe(rng, 0.5):
                shape.draw(path + np.float32([0.07, 0]), 0.05, ink="light", strength=between(rng, 0.03, 0.2))
    elif style == "wrap":
        start, end = np.float32([top[0] * between(rng, 0.2, 0.9), top[1]]), between(rng, -0.3, 0.5) * low[0]
        path = bow(start, [end, low[1] + 0.02], between(rng, -0.15, 0.25))
        if maybe(rng, 0.3):
            path = wave(path, between(rng, 0.02, 0.05), between(rng, 4, 9), between(rng, 0, 6))
        for side in (1, -1) if maybe(rng, 0.3) else (1,):
            shape.draw(path * np.float32([side, 1]), between(rng, 0.02, 0.06), strength=between(rng, 0.2, 0.7))


def add_legs_to_jumpsuit(shape: Shape, waist: float, top: float, rng: np.random.Generator) -> float:
    """Hips and legs under a bodice whose waist is at `top`; gives the length."""
    hip, rise = waist * between(rng, 1.05, 1.3), top + between(rng, 0.9, 1.4)
    short = maybe(rng, 0.3)
    length = rise + (between(rng, 0.3, 1.2) if short else between(rng, 2.2, 3.8))
    _add_hips_and_legs(
        shape, [[waist, top], [(waist + hip) / 2, top + (rise - top) * 0.4], [hip, rise]], length, short, rng
    )
    return length
