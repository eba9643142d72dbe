"""Colours of cloth, of backdrops, and how they go together."""

from __future__ import annotations

import colorsys

import numpy as np

from training.garment.chance import between, choose, maybe
from training.garment.curves import Curve

Colour = Curve  # (3,) float32 RGB in [0, 255]

NAMED = {
    "white": ((240, 240, 238), 6.0),
    "off-white": ((226, 219, 205), 2.0),
    "grey": ((150, 150, 152), 3.5),
    "charcoal": ((68, 68, 72), 2.5),
    "black": ((28, 28, 30), 5.0),
    "navy": ((34, 40, 66), 3.0),
    "denim": ((84, 110, 145), 3.5),
    "pale denim": ((150, 175, 200), 1.6),
    "beige": ((196, 178, 150), 2.5),
    "brown": ((104, 74, 52), 1.8),
    "khaki": ((120, 112, 80), 1.6),
    "red": ((176, 36, 40), 1.8),
    "wine": ((104, 30, 48), 1.0),
    "pink": ((222, 170, 178), 1.8),
    "blue": ((44, 84, 180), 2.0),
    "sky": ((160, 196, 226), 1.6),
    "green": ((60, 104, 72), 1.2),
    "yellow": ((226, 190, 70), 1.0),
    "orange": ((214, 116, 50), 0.7),
    "purple": ((110, 70, 130), 0.8),
}


def cloth_colour(rng: np.random.Generator) -> Colour:
    if maybe(rng, 0.25):
        return any_colour(rng)
    name = choose(rng, {name: weight for name, (_, weight) in NAMED.items()})
    return np.clip(np.float32(NAMED[name][0]) * between(rng, 0.8, 1.15) + rng.normal(0, 9, 3), 4, 252).astype(
        np.float32
    )


def any_colour(rng: np.random.Generator) -> Colour:
    rgb = colorsys.hsv_to_rgb(float(rng.random()), float(rng.random()) ** 0.8, between(rng, 0.15, 1.0))
    return (np.float32(rgb) * 250).astype(np.float32)


def shifted(rng: np.random.Generator, colour: Colour, amount: float) -> Colour:
    """A colour nearby: lighter or darker, a little warmer or colder."""
    factor = between(rng, 1 - amount, 1 + amount)
    return np.clip(colour * factor + rng.normal(0, 14 * amount, 3), 2, 253).astype(np.float32)


def inner_colour(rng: np.random.Generator, cloth: Colour) -> Colour:
    """The wrong side of a cloth: mostly a darker or duller tone of it, at times a lining."""
    style = choose(rng, {"darker": 6, "same": 2, "paler": 2, "lining": 2})
    if style == "darker":
        return (cloth * between(rng, 0.55, 0.92)).astype(np.float32)
    if style == "same":
        return shifted(rng, cloth, 0.08)
    if style == "paler":
        return (cloth * 0.6 + 255 * 0.4 * between(rng, 0.5, 0.95)).astype(np.float32)
    return cloth_colour(rng)


def other_colour(rng: np.random.Generator, cloth: Colour) -> Colour:
    """For prints, trims and second tones."""
    style = choose(rng, {"any": 4, "white": 2, "dark": 2, "near": 3})
    if style == "any":
        return cloth_colour(rng)
    if style == "white":
        return np.full(3, between(rng, 215, 250), np.float32)
    if style == "dark":
        return np.full(3, between(rng, 10, 50), np.float32)
    return shifted(rng, cloth, 0.4)
