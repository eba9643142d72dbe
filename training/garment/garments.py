"""Whole garments: which there are, how often, and their cut."""

from __future__ import annotations

import numpy as np

from training.garment import details
from training.garment.bodices import Hem, add_bodice
from training.garment.bottoms import add_legs_to_jumpsuit, add_skirt_lines, skirt, trousers
from training.garment.chance import between, choose, maybe
from training.garment.curves import bow, joined, mirrored, spline
from training.garment.shape import Shape
from vesture.vision.garment.network import INNER_BACK
from vesture.vision.garment.types import Part

HOW_OFTEN = {"top": 0.42, "trousers": 0.24, "skirt": 0.14, "dress": 0.15, "jumpsuit": 0.05}


def garment(rng: np.random.Generator) -> Shape:
    """A garment of any kind, in its own lengths, upright."""
    kind = choose(rng, HOW_OFTEN)
    shape = {"top": top, "trousers": trousers, "skirt": skirt, "dress": dress, "jumpsuit": jumpsuit}[kind](rng)
    details.add(shape, rng)
    return shape


def _upper_words(rng: np.random.Generator, dressy: bool) -> tuple[str, str]:
    """Sleeve and neck."""
    sleeve = choose(
        rng,
        {"short": 3, "long": 2, "none": 3, "strap": 2} if dressy else {"short": 4, "long": 5, "none": 1.9, "strap": 1},
    )
    if sleeve == "strap":
        return sleeve, choose(rng, {"round": 2, "v": 2, "square": 1.5})
    if sleeve == "none" and maybe(rng, 0.22):
        return sleeve, "strapless"
    if sleeve == "none" or dressy:
        return sleeve, choose(rng, {"round": 5, "v": 3, "square": 1, "collar": 1, "high": 1})
    if sleeve == "long":
        return sleeve, choose(
            rng, {"round": 4, "v": 1.3, "collar": 3, "hood": 2, "high": 1.6, "open": 1.6, "square": 0.2}
        )
    return sleeve, choose(
        rng, {"round": 6, "v": 2, "collar": 2.4, "square": 0.4, "high": 0.4, "open": 0.3, "hood": 0.15}
    )


def top(rng: np.random.Generator) -> Shape:
    """From crop tops to tunics, jackets and hoodies."""
    sleeve, neck = _upper_words(rng, dressy=False)
    shape = Shape("top", sleeve, neck)
    behind = neck != "strapless" and maybe(rng, 0.13)
    length = choose(rng, {1.5: 1, 2.15: 2.5, 2.65: 6, 3.2: 1.2}) * between(rng, 0.9, 1.12)
    waist, hem = between(rng, 0.8, 1.04), between(rng, 0.84, 1.16)
    if maybe(rng, 0.1):
        hem *= between(rng, 1.1, 1.5)
    lower = [[waist, max(1.05, length * 0.62)], [hem, length]] if length > 1.5 else [[hem, length]]
    if maybe(rng, 0.2) and length > 1.6:  # gathered into a band
        lower = [[max(waist, 1.0), length * 0.7], [hem * 1.04, length - 0.2], [hem * 0.92, length]]
    if maybe(rng, 0.06):  # peplum
        length = between(rng, 1.7, 2.3)
        lower = [[between(rng, 0.72, 0.9), between(rng, 1.2, 1.4)], [between(rng, 0.95, 1.3), length]]
    droop = choose(rng, {0.0: 3, 0.05: 4, 0.2: 1.6, -0.08: 0.8})
    frill = (between(rng, 0.02, 0.06), between(rng, 4, 11)) if maybe(rng, 0.07) else (0.0, 0.0)
    add_bodice(shape, lower, Hem(droop, *frill, 0.0), behind, rng)
    _mark_hem(shape, lower[-1])
    if maybe(rng, 0.45):
        details.add_hem_band(shape, lower, droop, rng)
    return shape


def dress(rng: np.random.Generator) -> Shape:
    """Dresses and long shirts."""
    sleeve, neck = _upper_words(rng, dressy=True)
    shape = Shape("dress", sleeve, neck)
    length = choose(rng, {3.5: 4, 4.3: 3, 5.9: 2}) * between(rng, 0.88, 1.12)
    waist_at, waist = between(rng, 1.35, 2.05), between(rng, 0.68, 0.98)
    flare = choose(rng, {0.95: 3, 1.4: 4, 2.0: 2.5}) * between(rng, 0.88, 1.15)
    hip = max(waist, min(flare, between(rng, 0.95, 1.25)))
    lower = [[waist, waist_at], [hip, waist_at + between(rng, 0.5, 0.9)], [flare, length]]
    if maybe(rng, 0.12):  # mermaid
        lower.insert(2, [hip * 0.85, length * 0.72])
    if maybe(rng, 0.15):  # falls straight from the armpit
        lower = [[(1 + flare) / 2, length / 2], [flare, length]]
    frill = (between(rng, 0.02, 0.08), between(rng, 4, 11)) if maybe(rng, 0.2) else (0.0, 0.0)
    droop = between(rng, -0.03, 0.3) * max(flare - 0.7, 0.2)
    add_bodice(shape, lower, Hem(droop, *frill, 0.0), neck != "strapless" and maybe(rng, 0.1), rng)
    _mark_hem(shape, lower[-1])
    if maybe(rng, 0.5):
        shape.draw(
            bow([-waist * 1.02, waist_at], [waist * 1.02, waist_at], between(rng, -0.03, 0.06)),
            0.03,
            strength=between(rng, 0.15, 0.6),
        )
        if maybe(rng, 0.3):
            band = between(rng, 0.06, 0.18)
            shape.add(
                [
                    [-waist, waist_at - band],
                    [waist, waist_at - band],
                    [waist, waist_at + band],
                    [-waist, waist_at + band],
                ],
                Part.TORSO,
                tone=choose(rng, {"trim": 2, "second": 2, "cloth": 1}),
                lift=0.3,
            )
    add_skirt_lines(shape, [waist, waist_at], lower[-1], rng)
    return shape


def jumpsuit(rng: np.random.Generator) -> Shape:
    """Jumpsuits, playsuits, boiler suits and dungarees."""
    if maybe(rng, 0.45):
        return _dungarees(rng)
    sleeve, neck = _upper_words(rng, dressy=True)
    shape = Shape("jumpsuit", sleeve, neck)
    waist_at, waist = between(rng, 1.45, 2.0), between(rng, 0.72, 0.95)
    legs = Shape("jumpsuit", sleeve, neck)
    add_legs_to_jumpsuit(legs, waist, waist_at - 0.05, rng)
    shape.layers, shape.lines, shape.points, shape.hidden = legs.layers, legs.lines, legs.points, legs.hidden
    add_bodice(shape, [[waist, waist_at]], Hem(0.0, 0.0, 0.0, 0.0), neck != "strapless" and maybe(rng, 0.1), rng)
    if maybe(rng, 0.6):
        shape.draw(
            bow([-waist, waist_at], [waist, waist_at], 0.03), between(rng, 0.02, 0.08), strength=between(rng, 0.2, 0.6)
        )
    return shape


def _dungarees(rng: np.random.Generator) -> Shape:
    """Bib and braces."""
    shape = Shape("jumpsuit", "strap", "square")
    waist, top_y = between(rng, 0.85, 1.05), between(rng, 0.85, 1.25)
    waist_at = top_y + between(rng, 0.6, 0.9)
    bib, strap = between(rng, 0.36, 0.55), between(rng, 0.06, 0.13)
    foot = between(rng, 0.25, 0.7)  # the back rises between the braces
    behind = maybe(rng, 0.2)
    shape.add(
        joined(
            [-waist, waist_at],
            spline([[-waist, waist_at - 0.2], [-foot * 0.6, top_y - 0.1], [0, top_y - 0.25]], 5),
            spline([[0, top_y - 0.25], [foot * 0.6, top_y - 0.1], [waist, waist_at - 0.2]], 5),
            [waist, waist_at],
        ),
        Part.TORSO if behind else INNER_BACK,
        tone="cloth" if behind else "inner",
        lift=0.1,
    )
    add_legs_to_jumpsuit(shape, waist, waist_at - 0.05, rng)
    upper = np.float32([bib * between(rng, 0.55, 1.1), between(rng, -0.1, 0.1)])
    for flip in (-1, 1):
        mirror, side = np.float32([flip, 1]), "left" if flip < 0 else "right"
        front = joined(
            [bib - 2 * strap, top_y + 0.06], upper - [strap, 0], upper + np.float32([strap, 0]), [bib, top_y + 0.06]
        )
        rear = joined(
            [foot * 0.2, top_y - 0.1],
            upper - [strap * 1.6, 0],
            upper + np.float32([0, 0]),
            [foot * 0.2 + 2 * strap, top_y - 0.1],
        )
        shape.add(rear * mirror, INNER_BACK, tone="inner", lift=0.2)
        shape.add(front * mirror, Part.TORSO, lift=0.5)
        shape.mark(f"collar_{side}", (upper - [strap, 0]) * mirror)
        shape.mark(f"shoulder_{side}", (upper + np.float32([strap, 0])) * mirror)
        shape.mark(f"armpit_{side}", np.float32([waist, waist_at - 0.15]) * mirror)
    edge = spline(
        [
            [bib, top_y],
            [bib * 1.15, top_y + (waist_at - top_y) * 0.5],
            [waist, waist_at - 0.15],
            [waist, waist_at + 0.05],
        ],
        5,
    )
    shape.add(joined([-bib, top_y], edge, mirrored(edge)[::-1]), Part.TORSO, lift=0.4)
    shape.mark("neck_front", [0, top_y])
    shape.draw([[-waist, waist_at], [waist, waist_at]], 0.03, strength=between(rng, 0.1, 0.5))
    box = bib * 0.6
    if maybe(rng, 0.7):
        y = top_y + 0.15
        shape.draw(
            [[-box, y], [box, y], [box, y + 0.4], [0, y + 0.48], [-box, y + 0.4], [-box, y]],
            0.02,
            strength=between(rng, 0.1, 0.5),
        )
    return shape


def _mark_hem(shape: Shape, corner: list[float]) -> None:
    shape.mark("hem_right", corner)
    shape.mark("hem_left", mirrored(corner))
