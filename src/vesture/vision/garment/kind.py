"""What kind of garment a silhouette is, and whether that fits the category that was asked.

Takes: an upright silhouette and its axis. Gives: a kind and warnings. Knows nothing about colours.
"""

from __future__ import annotations

import numpy as np

from vesture.core.task import Category
from vesture.errors import GarmentNotFound
from vesture.vision.garment.backdrop import Bool
from vesture.vision.garment.shape import SIDES, half
from vesture.vision.garment.sides import measure_upper
from vesture.vision.garment.types import GarmentKind

SHORTEST_LEG = 0.035  # gap between two legs, as a share of the garment's height
SUIT_LEG = 0.2
LOOKS_LIKE = "The garment looks like {found}, but the category is {category}."


def find_kind(region: Bool, axis: float, category: Category) -> tuple[GarmentKind, tuple[str, ...]]:
    """The kind of garment, and warnings when it hardly fits the category.

    Raises:
        GarmentNotFound: it is plainly of another category: long legs asked as a top, a sleeved top as trousers.
    """
    gap = leg_gap(region, axis)
    if category == "bottoms":
        if gap < SHORTEST_LEG and _has_sleeves(region, axis):
            _refuse("a top or a dress", category)
        return ("trousers" if gap > SHORTEST_LEG else "skirt"), ()
    trousers = LOOKS_LIKE.format(found="trousers", category=category)
    if category == "one-pieces":
        if gap > 0.62 and not _has_sleeves(region, axis):
            _refuse("trousers", category)
        return ("jumpsuit" if gap > SUIT_LEG else "dress"), ()
    if gap > 0.42 and not _has_sleeves(region, axis):
        _refuse("trousers", category)
    return "top", ((trousers,) if gap > 0.25 else ())


def leg_gap(region: Bool, axis: float) -> float:
    """Height of the gap between two legs, as a share of the garment's height; 0 without a gap."""
    height, column = region.shape[0], round(axis)
    reach = max(2, region.shape[1] // 12)
    strip = region[:, max(0, column - reach) : column + reach + 1]
    ends = np.where(strip.any(0), height - np.argmax(strip[::-1], axis=0), 0)
    rows = np.nonzero(region.any(1))[0]
    sides = [region[:, : max(1, column - reach)], region[:, column + reach :]]
    lowest = min(int(np.nonzero(side.any(1))[0].max()) if side.any() else 0 for side in sides)
    return float(max(0.0, (lowest - ends.min()) / max(1, np.ptp(rows))))


def _has_sleeves(region: Bool, axis: float) -> bool:
    """Whether both sides plainly show a sleeve with a gap to the body in the upper half."""
    for side in SIDES:
        part = np.ascontiguousarray(half(region, axis, side))
        outline = measure_upper(part, np.zeros(part.shape, np.float32), legs=False)
        if not outline.has_sleeve or outline.confidence < 1:
            return False
        span = np.ptp(outline.path[:, 1])
        if outline.point("armpit")[1] - outline.path[:, 1].min() > 0.55 * span:
            return False
    return True


def _refuse(found: str, category: Category) -> None:
    text = LOOKS_LIKE.format(found=found, category=category)
    raise GarmentNotFound("garment_image", f"{text} Choose the category of the garment, or another photo.")
