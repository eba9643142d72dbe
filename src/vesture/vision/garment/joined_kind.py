"""What kind of garment it is, and whether it has sleeves, where outline and network are both asked.

Takes: the network's look and what the outline says. Gives: a kind, a word about sleeves, doubts. Knows nothing about
landmarks' exact places.
"""

from __future__ import annotations

import numpy as np

from vesture.core.task import Category
from vesture.vision.garment.kind import LOOKS_LIKE, SHORTEST_LEG
from vesture.vision.garment.look import Look
from vesture.vision.garment.shape import SIDES
from vesture.vision.garment.types import GarmentKind

CLEAR_GAP = 0.15  # of the garment's height: a gap between legs, and not the overlap of a wrapped skirt
NOTCH = 0.02  # of the garment's height: between the ends of two legs, however close they lie
SHORT = 1.2  # of its width: a lower garment no longer than that
CROTCH_SURE, SHORT_SURE = 0.4, 0.72  # how sure of a crotch the network has to be where the gap is not clear
KIND_SURE, SLEEVES_SURE, KIND_DOUBTED, KIND_CERTAIN = 0.8, 0.8, 0.9, 0.95
CLOSED = 0.08  # how likely legs have to be to the network where the hem comes to a point but no gap is seen
ENDS = ("waist", "leg_cuff_outer")
FITTING: dict[Category, tuple[GarmentKind, ...]] = {
    "tops": ("top",),
    "bottoms": ("trousers", "skirt"),
    "one-pieces": ("dress", "jumpsuit"),
}


def joined_kind(look: Look, category: Category, by_outline: GarmentKind, gap: float) -> GarmentKind:
    """The kind among those of the category; only whether there are legs is ever in doubt.

    Args:
        look: what the network saw.
        category: what was asked.
        by_outline: what the outline takes it for.
        gap: height of the gap between legs as a share of the garment's height.
    """
    fitting = FITTING[category]
    if len(fitting) == 1:
        return fitting[0]
    legged: GarmentKind = "trousers" if category == "bottoms" else "jumpsuit"
    other = next(kind for kind in fitting if kind != legged)
    share = look.kind[legged] / max(1e-6, look.kind[legged] + look.kind[other])
    crotch = look.confidence["crotch"]
    if by_outline == legged and gap <= SHORTEST_LEG:  # closed legs whose hems meet in a point
        return legged if share > CLOSED else other
    if by_outline == legged:
        doubted = crotch < (SHORT_SURE if _is_short(look) else CROTCH_SURE)
        return other if gap < CLEAR_GAP and doubted else legged
    parted = category == "bottoms" or gap > NOTCH  # shorts end in one line, suits are long
    return legged if parted and share > KIND_SURE and crotch > 0.5 else other


def kind_doubts(look: Look, category: Category) -> tuple[str, ...]:
    """A warning when the network is sure of a kind that the category does not hold."""
    best = max(look.kind, key=lambda name: look.kind[name])
    if best in FITTING[category] or look.kind[best] < KIND_DOUBTED:
        return ()
    return (LOOKS_LIKE.format(found=best if best == "trousers" else f"a {best}", category=category),)


def looks_foreign(look: Look, category: Category) -> bool:
    """Whether the network is certain of a kind from the other half of the body: of a garment that was asked as a top
    and whose landmarks it cannot find either, it has understood nothing."""
    halves: tuple[tuple[GarmentKind, ...], ...] = (("trousers", "skirt"), ("top", "dress", "jumpsuit"))
    other = next(kinds for kinds in halves if not set(kinds) & set(FITTING[category]))
    return sum(look.kind[kind] for kind in other) > KIND_CERTAIN


def joined_sleeves(look: Look, by_outline: bool) -> bool:
    """Whether there are sleeves: the network's word where it is sure, the outline's otherwise."""
    chance = look.sleeve["short"] + look.sleeve["long"]
    if chance > SLEEVES_SURE:
        return True
    return by_outline and chance > 1 - SLEEVES_SURE


def _is_short(look: Look) -> bool:
    """Whether a lower garment is hardly longer than wide: its wrap, slit or frill looks like the gap of shorts."""
    left, right = (np.stack([look.points[f"{stem}_{side}"] for stem in ENDS]) for side in SIDES)
    length = float(((left + right)[1] - (left + right)[0])[1]) / 2
    return length < SHORT * float((right - left)[:, 0].max())
