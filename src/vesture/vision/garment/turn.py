"""Garment photos that lie on their side or stand on their head.

Takes: a picture, its category and the network. Gives: the picture turned upright by quarter turns, and the network's
look at it. Smaller turns are found by symmetry (`garment_shape`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.core.task import Category, Picture
from vesture.vision.garment.look import Look, look
from vesture.vision.garment.network import GarmentNetwork

DOUBTED = 0.65  # fit below which other ways up are tried
PLAINER = 0.15  # by how much another way up has to fit better
LEAST = 0.62  # and the least that it has to


def upright(network: GarmentNetwork, picture: Picture, category: Category) -> tuple[Picture, Look, int]:
    """The picture the way up that shows a garment of `category` best, the look at it, and the quarter turns
    (counter-clockwise) that it was given."""
    seen = look(network, picture)
    best, fit = (picture, seen, 0), _fit(seen, category)
    if fit > DOUBTED:
        return best
    least = max(fit + PLAINER, LEAST)
    for turns in (1, 2, 3):
        turned = quarter_turned(picture, turns)
        other = look(network, turned)
        fit = _fit(other, category)
        if fit > least:
            best, least = (turned, other, turns), fit
    return best


def quarter_turned(picture: Picture, turns: int) -> Picture:
    """The picture after so many quarter turns counter-clockwise."""
    alpha = None if picture.alpha is None else np.ascontiguousarray(np.rot90(picture.alpha, turns))
    return Picture(np.ascontiguousarray(np.rot90(picture.rgb, turns)), alpha)


def turning(width: int, height: int, turns: int) -> NDArray[np.float64]:
    """The (2, 3) map of pixel positions that `quarter_turned` makes of a picture of that size."""
    return np.array(
        [
            [[1.0, 0, 0], [0, 1, 0]],
            [[0, 1, 0], [-1, 0, width - 1]],
            [[-1, 0, width - 1], [0, -1, height - 1]],
            [[0, -1, height - 1], [1, 0, 0]],
        ][turns % 4]
    )


def _fit(seen: Look, category: Category) -> float:
    """0..1: how surely the network sees a garment of the category and the points that such a garment has."""
    if category == "bottoms":
        kinds: tuple[str, ...] = ("trousers", "skirt")
        ends = max(_sureness(seen, ("hem",)), _sureness(seen, ("leg_cuff_outer",)))
        points = (_sureness(seen, ("waist",)) + ends) / 2
    else:
        kinds = ("top", "dress", "jumpsuit")
        points = _sureness(seen, ("collar", "shoulder", "armpit"))
    return points * sum(share for kind, share in seen.kind.items() if kind in kinds)


def _sureness(seen: Look, stems: tuple[str, ...]) -> float:
    return float(np.mean([seen.confidence[f"{stem}_{side}"] for stem in stems for side in ("left", "right")]))
