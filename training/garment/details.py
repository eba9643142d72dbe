"""What is sewn on: buttons, zips, plackets, pockets, bands, seams, hanging cords."""

from __future__ import annotations

import numpy as np

from training.garment.chance import between, choose, maybe
from training.garment.curves import bow, joined, spline
from training.garment.shape import Shape
from vesture.vision.garment.types import Part


def add(shape: Shape, rng: np.random.Generator) -> None:
    """Details that suit the kind."""
    if shape.kind in ("top", "dress", "jumpsuit") and "neck_front" in shape.points and not shape.behind:
        _add_front(shape, rng)
        if maybe(rng, 0.3):
            _add_chest_pockets(shape, rng)
        if shape.neck == "hood" and maybe(rng, 0.7):
            low = _lowest(shape) - 0.25
            shape.draw(
                [
                    [-0.5, low],
                    [-0.5, low - 0.25],
                    [-0.33, low - 0.65],
                    [0.33, low - 0.65],
                    [0.5, low - 0.25],
                    [0.5, low],
                ],
                0.02,
                strength=between(rng, 0.2, 0.5),
            )
    if shape.kind == "trousers" and maybe(rng, 0.25):
        _add_leg_pockets(shape, rng)
    for _ in range(int(rng.integers(0, 3))):  # seams anywhere
        y = between(rng, 0.2, 1.0) * _lowest(shape)
        shape.draw(
            bow([-1.5, y], [1.5, y + between(rng, -0.2, 0.2)], between(rng, -0.3, 0.3)),
            0.014,
            strength=between(rng, 0.03, 0.25),
        )


def _lowest(shape: Shape) -> float:
    if "hem_left" in shape.points:
        return float(shape.points["hem_left"][1])
    return float(shape.points["crotch"][1]) if "crotch" in shape.points else 2.0


def _add_front(shape: Shape, rng: np.random.Generator) -> None:
    """Buttons or a zip down the front, whole or half."""
    chance = {"collar": 0.92, "high": 0.45, "hood": 0.35, "v": 0.25, "open": 0.7}.get(shape.neck, 0.08)
    if not maybe(rng, chance):
        return
    top = float(shape.points["neck_front"][1])
    low = _lowest(shape)
    end = low if maybe(rng, 0.65) else top + (low - top) * between(rng, 0.18, 0.4)
    style = choose(
        rng,
        {
            "buttons": 6 if shape.neck in ("collar", "v", "open") else 1,
            "zip": 2 if shape.neck in ("high", "hood", "collar", "open") else 0.2,
        },
    )
    x = between(rng, -0.06, 0.06)
    if style == "zip":
        shape.draw(
            [[0, top - 0.1], [x, end]],
            between(rng, 0.03, 0.07),
            ink=choose(rng, {"metal": 2, "dark": 2, "trim": 1}),
            strength=0.7,
        )
        return
    half = between(rng, 0.07, 0.14)
    for edge in (-half, half):
        shape.draw([[edge, top + 0.05], [edge + x, end]], 0.016, strength=between(rng, 0.05, 0.5))
    ink, strength = choose(rng, {"light": 2, "dark": 2, "trim": 1, "metal": 1}), between(rng, 0.4, 1.0)
    for y in np.arange(top + 0.12, end - 0.08, between(rng, 0.28, 0.5)):
        shape.draw([[0, y], [0.005, y + 0.005]], between(rng, 0.05, 0.08), ink=ink, strength=strength)


def _add_chest_pockets(shape: Shape, rng: np.random.Generator) -> None:
    y = float(shape.points["neck_front"][1]) + between(rng, 0.45, 0.75)
    half, tall = between(rng, 0.14, 0.24), between(rng, 0.25, 0.5)
    filled, tone = maybe(rng, 0.35), choose(rng, {"cloth": 3, "trim": 1, "second": 1})
    for x in [[-0.48], [0.48], [-0.48, 0.48]][int(rng.integers(3))]:
        box = np.float32(
            [
                [x - half, y],
                [x + half, y],
                [x + half, y + tall],
                [x, y + tall * 1.1],
                [x - half, y + tall],
                [x - half, y],
            ]
        )
        if filled:
            shape.add(box[:-1], Part.TORSO, tone=tone, lift=0.2)
        shape.draw(box, 0.016, strength=between(rng, 0.1, 0.5))
        if maybe(rng, 0.4):
            shape.draw(
                [[x - half, y + tall * 0.3], [x, y + tall * 0.42], [x + half, y + tall * 0.3]], 0.016, strength=0.3
            )


def _add_leg_pockets(shape: Shape, rng: np.random.Generator) -> None:
    """Cargo pockets."""
    crotch, cuff = shape.points["crotch"], shape.points["leg_cuff_outer_right"]
    y = float(crotch[1] + (cuff[1] - crotch[1]) * between(rng, 0.1, 0.3))
    wide, tall = between(rng, 0.3, 0.5), between(rng, 0.4, 0.7)
    for flip in (-1, 1):
        x = flip * (float(crotch[0] + abs(cuff[0])) * 0.5 + 0.35)
        shape.draw(
            [
                [x - wide / 2, y],
                [x + wide / 2, y],
                [x + wide / 2, y + tall],
                [x - wide / 2, y + tall],
                [x - wide / 2, y],
            ],
            0.02,
            strength=between(rng, 0.15, 0.5),
        )


def add_hem_band(shape: Shape, lower: list[list[float]], droop: float, rng: np.random.Generator) -> None:
    """A ribbed band, a stitched hem or another tone along the lower edge."""
    (x, y), tall = lower[-1], between(rng, 0.06, 0.22)
    above = lower[-2] if len(lower) > 1 else [1.0, 0.8]
    upper_x = x + (above[0] - x) * tall / max(y - above[1], tall)
    low = bow([-x, y], [x, y], droop)
    top = bow([-upper_x, y - tall], [upper_x, y - tall], droop)
    if maybe(rng, 0.45):
        shape.add(
            joined(low, top[::-1]), Part.TORSO, tone=choose(rng, {"cloth": 1.5, "trim": 2, "second": 1}), lift=0.05
        )
    shape.draw(top, 0.018, strength=between(rng, 0.05, 0.5))
    if maybe(rng, 0.1):  # knotted or tied front
        shape.draw(spline([[0, y - 0.1], [-0.1, y + 0.2], [-0.05, y + 0.4]], 5), 0.08, ink="dark", strength=0.2)
