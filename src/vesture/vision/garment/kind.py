"""What kind of garment a silhouette is, and whether that fits the category that was asked.

Takes: an upright silhouette and its axis. Gives: a kind and warnings. Knows nothing about colours.
"""

from __future__ import annotations

import cv2
import numpy as np

from vesture.core.task import Category
from vesture.errors import GarmentNotFound
from vesture.vision.garment.backdrop import Bool
from vesture.vision.garment.shape import SIDES, half
from vesture.vision.garment.sides import measure_upper
from vesture.vision.garment.types import GarmentKind

SHORTEST_LEG = 0.035  # gap between two legs, as a share of the garment's height
SUIT_LEG = 0.2
LEAST_LENGTH = 0.98  # of the width, a hanger included: what is shorter has hardly legs, and hangs like a skirt
POINTED = 32.0  # degrees by which the hems of two legs turn where they meet; hems of skirts turn up to 25 at once
MEETING = (0.25, 0.75)  # of the width: where they meet
STRETCH = 0.07  # of the width to each side of a corner, over which its two slopes are read
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
        return ("trousers" if gap > SHORTEST_LEG or _has_closed_legs(region) else "skirt"), ()
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


def _has_closed_legs(region: Bool) -> bool:
    """Whether the hem turns in a corner that points down near its middle, where the ends of closed legs meet."""
    columns = np.nonzero(region.any(0))[0]
    width, reach = len(columns), max(3, round(STRETCH * len(columns)))
    if width < 4 * reach or region.any(1).sum() < LEAST_LENGTH * width:
        return False
    lowest = (len(region) - np.argmax(region[::-1, columns], axis=0)).astype(np.float32)
    lowest = cv2.GaussianBlur(lowest[None], (0, 0), 0.5 + 0.006 * width)[0]
    middle = np.arange(round(MEETING[0] * width), round(MEETING[1] * width))
    before, after = lowest[middle] - lowest[middle - reach], lowest[middle + reach] - lowest[middle]
    turned = np.degrees(np.arctan(before / reach) - np.arctan(after / reach))
    return bool(turned.max() > POINTED)


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
