"""The cloth of a worn top or dress shared out: what is the torso's, what is each sleeve's, and what lies before what.

Takes the cloth that is seen, the sides of the torso and about where the sleeves lie; gives a part to each pixel.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, SideName
from vesture.engines.warp.body.silhouettes import limb_zone
from vesture.engines.warp.picture.patch import bounds
from vesture.engines.warp.worn.atlas import SLEEVE_PART
from vesture.engines.warp.worn.torso_sides import MARGIN, Side, between_sides
from vesture.vision.garment.types import GarmentKind, Part
from vesture.vision.masks import closed, dilate, erode
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]

SLEEVE_REACH = 0.1  # units beyond the outline of a sleeve where cloth beside the torso is the sleeve's
PAST_CUFF = 0.3  # units past where a sleeve was read to end
# Units under the line of the hem where cloth may still be the torso's: a sleeve hangs beside a top's hem, and hems of
# dresses are wavy.
BELOW: dict[GarmentKind, float] = {"top": 0.03, "dress": 0.12}
BESIDE = 0.012  # units beside its sides
UNEVEN = 0.022  # units: spikes and notches up to twice as wide are no part of an outline
NOTCH = 0.06  # units: notches in a side up to as deep are filled
SHADE = 0.04  # units beside an arm that its shadow darkens
BESIDE_GAP = 0.08  # units about a gap within which it goes on
TIP, TIP_RISE = 0.85, 0.1  # of the distance of the shoulder's tip from the spine; levels above it
FREE_ARM = 0.22  # share of the arm from which on it lies before the torso rather than at its side


def labels_with_gaps(body: Body, mask: Bools, gaps: Bools) -> NDArray[np.uint8]:
    """The labels (H, W) with backdrop in the gaps, so that no cloth passes for hidden there, and in what lies beside
    them and was dropped from the mask: its colours are not the cloth's."""
    if not gaps.any():
        return body.labels
    labels, reach = body.labels.copy(), BESIDE_GAP * body.unit
    top, left, bottom, right = bounds(gaps, round(reach) + 1) or (0, 0, *gaps.shape)
    place = np.s_[top:bottom, left:right]
    dropped = ~mask[place] & np.isin(labels[place], np.unique(labels[mask]))
    labels[place][gaps[place] | (dropped & dilate(gaps[place], reach))] = int(Label.BACKGROUND)
    return labels


def torso_zones(
    body: Body,
    shape: tuple[int, int],
    sides: Mapping[SideName, Side],
    curves: Mapping[str, Floats],
    kind: GarmentKind,
) -> tuple[Bools, Bools, Bools, Bools]:
    """Where (H, W) cloth is the torso's rather than a sleeve's, where cloth of the torso must be if something hides it,
    out to where it may be, and the rim along its sides, which has no notches."""
    above = np.concatenate([curves["shoulder_left"][::-1], curves["neckline"][1:-1], curves["shoulder_right"]])
    margin, loose = MARGIN * body.unit, BESIDE * body.unit
    beside = {side: np.where(sides[side].sleeved, 0.0, loose) for side in SIDES}
    within = {side: np.where(sides[side].seen, 0.0, margin) for side in SIDES}
    wide = {side: np.where(sides[side].seen, loose, 0.3 * loose) for side in SIDES}
    low = curves["hem"] + BELOW[kind] * body.unit * body.down
    none = {side: np.zeros_like(beside[side]) for side in SIDES}
    deep = {side: none[side] - NOTCH * body.unit for side in SIDES}
    own, solid, allowed, whole, inner = (
        between_sides(shape, body, sides, (above, below), out)
        for out, below in (
            (beside, low),
            (within, curves["hem"]),
            (wide, low),
            (none, curves["hem"]),
            (deep, curves["hem"]),
        )
    )
    return own, erode(solid, margin), allowed, whole & ~inner


def shared_out(
    body: Body,
    mask: Bools,
    torso: Bools,
    sleeves: Mapping[SideName, Bools],
    apart: Mapping[SideName, bool],
    reach: Mapping[SideName, float],
) -> tuple[NDArray[np.uint8], Bools]:
    """The cloth shared out to torso and sleeves, and where (H, W) a sleeve lies before the torso.

    Sleeves that are kept `apart`, to get pictures of their own, are left out; the value says whether they cross.
    """
    parts = mask.astype(np.uint8) * int(Part.TORSO)
    before = np.zeros_like(mask)
    for side, zone in sleeves.items():
        cuff = cuff_zone(mask.shape, body, side, reach)
        own = dilate(zone | cuff, SLEEVE_REACH * body.unit) | wide_sleeve(body, mask, side, reach[side])
        own &= mask & ~torso
        if side in apart:
            arm = _lower_arm(mask.shape, body, side, reach)
            parts[own | (arm & ~torso) | (~torso & _beyond_shoulder(body, mask, side))] = 0
            if apart[side]:
                before |= torso & dilate(arm, SHADE * body.unit)
            continue
        parts[own] = int(SLEEVE_PART[side])
    parts[before & (parts == Part.TORSO)] = 0
    return parts, before & mask


def _beyond_shoulder(body: Body, mask: Bools, side: SideName) -> Bools:
    """Cloth of the mask further out than the tip of the shoulder, and below it."""
    rows, columns = np.nonzero(mask)
    result = np.zeros_like(mask)
    u, v = body.coordinates(np.stack([columns, rows], 1)).T
    tip = body.coordinates(body.tip[side][None])[0]
    beyond = (SIGN[side] * u > TIP * SIGN[side] * tip[0]) & (v > tip[1] - TIP_RISE)
    result[rows[beyond], columns[beyond]] = True
    return result


def even_outlines(parts: NDArray[np.uint8], where: Bools, unit: float, sewn: Bools | None = None) -> NDArray[np.uint8]:
    """The parts without spikes and notches in their outlines.

    What sticks out of the torso is a sleeve's where it touches one, else nothing's; notches of the torso become its own
    `where` (H, W) that is allowed, and only there its spikes go. Where sleeves are `sewn` (H, W) to the torso their
    wedges over the shoulders are none.
    """
    radius = max(1.0, UNEVEN * unit)
    result = parts.copy()
    box = bounds(parts > 0, round(2 * radius) + 1)
    if box is not None:
        place = np.s_[box[0] : box[2], box[1] : box[3]]
        result[place] = _even(parts[place], where[place], radius, None if sewn is None else sewn[place])
    return result


def _even(parts: NDArray[np.uint8], where: Bools, radius: float, sewn: Bools | None) -> NDArray[np.uint8]:
    result = parts.copy()
    torso = parts == Part.TORSO
    result[closed(torso, radius) & (parts == 0) & where] = int(Part.TORSO)
    torso = result == Part.TORSO
    spikes = torso & ~opened(torso, radius) & where
    result[spikes] = 0
    for part in SLEEVE_PART.values():
        own = result == part
        if own.any():
            own |= spikes & dilate(own, radius)
            result[own] = int(part)
            whole = own if sewn is None else own | (sewn & (result == Part.TORSO))
            result[own & ~opened(whole, radius)] = 0
    return result


def opened(mask: Bools, radius: float) -> Bools:
    """The mask without what is narrower than twice the radius."""
    return dilate(erode(mask, radius), radius) & mask


def cuff_zone(shape: tuple[int, int], body: Body, side: SideName, reach: Mapping[SideName, float]) -> Bools:
    """About the lower end of a sleeve, past where it was read to end."""
    arm = body.arms[side]
    end = min(reach[side], 1.0) * arm.length
    return limb_zone(shape, arm, 0.6 * end, end + PAST_CUFF * body.unit, 1.4) > 0.5


def _lower_arm(shape: tuple[int, int], body: Body, side: SideName, reach: Mapping[SideName, float]) -> Bools:
    """Where a sleeve lies over the torso: the arm from below the shoulder to the cuff."""
    arm = body.arms[side]
    return limb_zone(shape, arm, FREE_ARM * arm.length, 1.05 * min(reach[side], 1.0) * arm.length, 1.7) > 0.5


def wide_sleeve(body: Body, mask: Bools, side: SideName, reach: float) -> Bools:
    """Cloth beside the torso, round the covered part of an arm, as far out as wide sleeves go."""
    arm = body.arms[side]
    covered = min(reach, 1.0) * arm.length
    tube = limb_zone(mask.shape, arm, min(0.25 * arm.length, 0.6 * covered), 1.06 * covered, 2.4) > 0.5
    rows, columns = np.nonzero(tube & mask)
    result = np.zeros(mask.shape, bool)
    u, v = body.coordinates(np.stack([columns, rows], 1)).T
    beyond = SIGN[side] * u > np.asarray(body.width(side, v)) * 1.02
    result[rows[beyond], columns[beyond]] = True
    return result
