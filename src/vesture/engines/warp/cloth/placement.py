"""A garment's place on a body: the record that fitting gives, and the pieces it is made of.

Pure data and geometry; the rules are in `fit_tops` and `fit_bottoms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from vesture.engines.warp.body.figure import Floats, SideName, resample
from vesture.engines.warp.cloth.mesh import Handles
from vesture.vision.garment.types import Garment

# Product photos are longer per width than the same cloth on a body: a flat chest is half the girth, a worn one
# is seen from the front only.
FLAT_VERTICAL = {"top": 0.84, "dress": 0.96, "skirt": 0.9}
OUTLINE_POINTS = 32  # about one to each mesh cell: a free vertex between two handles would buckle
OUTLINE_WEIGHT, INNER_WEIGHT = 6.0, 1.5


@dataclass(frozen=True, slots=True)
class Ease:
    """How a garment is worn, what `num_samples` varies; the defaults are the likeliest.

    Attributes:
        width: factor on how far the cloth stands off the body.
        length: factor on the length of body and legs.
        sleeves: factor on the length of the sleeves.
        drape: factor on the roundness of the hem and on how freely a skirt falls.
        tucked: a top goes into the waistband, where there is one to be seen.
    """

    width: float = 1.0
    length: float = 1.0
    sleeves: float = 1.0
    drape: float = 1.0
    tucked: bool = False


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the options of a request allow, named as there."""

    long_top: bool = False
    cover_feet: bool = False
    adjust_hands: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """The garment's place on the body.

    Attributes:
        handles: by part, for `mesh.deform`.
        joints: polylines in garment pixels along which parts are sewn together.
        scale: (x, y) photo pixels per garment pixel.
        sleeve_reach: arc length on each arm that the sleeve covers, 0 without sleeves.
        leg_reach: arc length on each leg that the garment covers, 0 where it covers none.
        tucked: the garment goes behind what the person wears below.
        over_hands: the sleeves may lie over the hands.
    """

    handles: Mapping[int, Handles]
    joints: Mapping[tuple[int, int], Floats]
    scale: tuple[float, float]
    sleeve_reach: Mapping[SideName, float] = field(default_factory=dict)
    leg_reach: Mapping[SideName, float] = field(default_factory=dict)
    tucked: bool = False
    over_hands: bool = False


def pairs(source: Floats, target: Floats, weight: float = OUTLINE_WEIGHT) -> Handles:
    """Handles of equal weight from points (n, 2) and (n, 2)."""
    source, target = np.atleast_2d(np.asarray(source, float)), np.atleast_2d(np.asarray(target, float))
    return Handles(source, target, np.full(len(source), weight))


def merge(*fits: Mapping[int, Handles]) -> dict[int, Handles]:
    """Handles of several pieces, joined by part."""
    result: dict[int, Handles] = {}
    for handles in fits:
        for part, group in handles.items():
            result[part] = Handles.concatenate([result[part], group]) if part in result else group
    return result


def point(garment: Garment, name: str) -> Floats:
    return np.asarray(garment.points[name], float)


def curve(garment: Garment, name: str, count: int) -> Floats:
    """A named outline of the garment at `count` equal steps."""
    return resample(np.asarray(garment.curves[name], float), count)


def distance(first: Floats, second: Floats) -> float:
    return float(np.linalg.norm(np.asarray(first) - np.asarray(second)))
