"""The label map of a person photo, and which labels belong to which garment category.

The numbers are those of the published human parser; every parser of this engine gives them.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from vesture.core.task import Category

Labels = NDArray[np.uint8]  # (H, W) of `BodyPart`
Marked = NDArray[np.bool_]  # (H, W)


class BodyPart(IntEnum):
    BACKGROUND = 0
    FACE = 1
    HAIR = 2
    TOP = 3
    DRESS = 4
    SKIRT = 5
    PANTS = 6
    BELT = 7
    BAG = 8
    HAT = 9
    SCARF = 10
    GLASSES = 11
    ARMS = 12
    HANDS = 13
    LEGS = 14
    FEET = 15
    TORSO = 16
    JEWELRY = 17


_UPPER = frozenset({BodyPart.TOP, BodyPart.DRESS, BodyPart.SCARF})
_LOWER = frozenset({BodyPart.SKIRT, BodyPart.PANTS, BodyPart.BELT})

GARMENT_PARTS: dict[Category, frozenset[BodyPart]] = {
    "tops": _UPPER,
    "bottoms": _LOWER,
    "one-pieces": _UPPER | _LOWER,
}
SKIN_UNDER: dict[Category, frozenset[BodyPart]] = {
    "tops": frozenset({BodyPart.ARMS, BodyPart.TORSO}),
    "bottoms": frozenset({BodyPart.LEGS}),
    "one-pieces": frozenset({BodyPart.ARMS, BodyPart.TORSO, BodyPart.LEGS}),
}
"""Skin that the garment may cover or bare."""

IDENTITY = frozenset({BodyPart.FACE, BodyPart.HAIR, BodyPart.JEWELRY, BodyPart.BAG, BodyPart.GLASSES, BodyPart.HAT})
KEPT: dict[Category, frozenset[BodyPart]] = {
    "tops": IDENTITY | {BodyPart.LEGS, BodyPart.HANDS},
    "bottoms": IDENTITY | {BodyPart.ARMS, BodyPart.FEET},
    "one-pieces": IDENTITY | {BodyPart.HANDS, BodyPart.FEET},
}
"""Parts that the mask leaves alone."""

SKIN = frozenset({BodyPart.FACE, BodyPart.ARMS, BodyPart.HANDS, BodyPart.LEGS})

CATEGORY_NUMBER: dict[Category, int] = {"tops": 1, "bottoms": 2, "one-pieces": 3}
"""Row of the model's category embedding; 0 is no category."""


def where(labels: Labels, parts: Iterable[BodyPart]) -> Marked:
    """(H, W) true where the label is one of `parts`."""
    return np.isin(labels, [int(part) for part in parts])
