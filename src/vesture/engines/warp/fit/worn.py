"""Fitting of garments that were photographed on somebody: from that body to this one.

Takes the person and a `WornGarment`, gives a `Fit`. Cloth keeps its place on the body. The rules that hide what the
person wears, or grant the options, move only what is clearly elsewhere: the same garment stays as it is.
"""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, SideName
from vesture.engines.warp.cloth.mesh import Handles
from vesture.engines.warp.cloth.placement import Ease, Fit, Wishes, pairs, point
from vesture.engines.warp.fit.hem import LONG_TOP, LOWEST_TOP, OVER_SHOES, TUCK_DEPTH, is_tucked, left_below
from vesture.engines.warp.fit.transfer import Levels, Transfer, Widths, limb_coordinates
from vesture.engines.warp.fit.worn_width import wide_enough
from vesture.engines.warp.worn.wearer import WornGarment
from vesture.vision.garment.types import Part
from vesture.vision.masks import dilate, erode

SOFT = 3  # pixels of a soft rim
LATTICE = 26  # handles along the garment's longer side
PLACED, LOOSE = 5.0, 1.0  # weights: cloth that lies on one part of the body, cloth between two
SHOULDER = 0.32  # units along the arm within which a sleeve goes with the torso as much
ARMPIT = 0.3  # level above which lengths do not change
SLACK = 0.035  # levels that two readings of one hem may differ
SAME = 0.07  # levels, units or shares within which an edge goes to where the present one is: about two centimetres
PEEP = 0.16  # levels that a hem is let down to hide the present one
CAP, CAP_LEVEL = 0.15, 0.5  # units beyond the shoulder joint, and above which level, cloth of the torso is an arm's
FARTHEST = 3.2  # radii of the bare arm
LONG_DRESS = 0.5  # units above the ankles from which on a dress is long
LONG_SLEEVE = 0.86  # share of the arm from which on a sleeve ends at the hand
CUFF_REACH = 0.4  # units that a long sleeve may be drawn out to the hand
HAND_BACK = 0.33  # units from the wrist to the knuckles
SLEEVE_PART = {"left": Part.LEFT_SLEEVE, "right": Part.RIGHT_SLEEVE}


def fit_worn_upper(body: Body, garment: WornGarment, wishes: Wishes, ease: Ease) -> Fit:
    """Place a top or a dress that somebody wears on the person."""
    transfer = Transfer(garment.wearer, body)
    levels, hem = _hem(body, garment, transfer, wishes, ease)
    torso = lattice(garment, Part.TORSO)
    widths = eased(wide_enough(transfer, outermost(garment, Part.TORSO), over=garment.kind == "top"), ease)
    place = _over_arms(transfer, torso, transfer.torso(torso, levels, widths))
    handles = {int(Part.TORSO): pairs(torso, place, PLACED)}
    joints: dict[tuple[int, int], Floats] = {}
    reach: dict[SideName, float] = {}
    if garment.has_sleeves:
        for side in SIDES:
            sleeve, reach[side] = _sleeve(body, garment, side, (levels, widths), wishes, ease)
            if len(sleeve.source):
                handles[int(SLEEVE_PART[side])] = sleeve
            joints[int(Part.TORSO), int(SLEEVE_PART[side])] = np.stack(
                [point(garment, f"shoulder_{side}"), point(garment, f"armpit_{side}")]
            )
    leg_reach = {side: max(0.0, (hem - 1.0) * body.torso) for side in SIDES} if hem > 1.15 else {}
    over_hands = wishes.adjust_hands and any(reach[s] > body.arms[s].length for s in reach)
    scale = (transfer.size, transfer.size)
    return Fit(handles, joints, scale, reach, leg_reach, is_tucked(body, garment, ease), over_hands)


def eased(widths: Widths, ease: Ease) -> Widths:
    """The widths of cloth that is worn looser or closer."""
    return lambda across, level: ease.width * widths(across, level)


def spacing(garment: WornGarment) -> float:
    """Garment pixels between the points of a lattice."""
    return float(max(1, round(max(garment.parts.shape) / LATTICE)))


def lattice(garment: WornGarment, part: Part) -> Floats:
    """Points (n, 2) spread evenly over a part of the cloth."""
    own = garment.parts == part
    step = int(spacing(garment))
    rows, columns = np.nonzero(own[step // 2 :: step, step // 2 :: step])
    points = np.stack([columns, rows], 1) * float(step) + step // 2
    if len(points) < 3:
        rows, columns = np.nonzero(own)
        points = np.stack([columns, rows], 1)[:: max(1, len(rows) // 12)].astype(float)
    return np.asarray(points, float)


def outermost(garment: WornGarment, part: Part) -> Floats:
    """The points (n, 2) at both ends of each row of a part of the cloth, soft rims of other parts left out."""
    own = garment.parts == part
    own &= dilate(erode(own, SOFT), SOFT)
    rows = np.flatnonzero(own.any(1))
    first, last = np.argmax(own[rows], axis=1), own.shape[1] - 1 - np.argmax(own[rows, ::-1], axis=1)
    return np.concatenate([np.stack([first, rows], 1), np.stack([last, rows], 1)]).astype(float)


def _hem(
    body: Body, garment: WornGarment, transfer: Transfer, wishes: Wishes, ease: Ease
) -> tuple[Levels | None, float]:
    """Where levels of the cloth go, None where they are, and the level of the hem."""
    seen = _seen_hem(garment)
    usual = float(transfer.level(np.array(seen)))
    wanted = usual
    if garment.kind == "top":
        wanted = _top_hem(body, garment, seen, usual, wishes, ease)
    else:
        wanted = ARMPIT + (usual - ARMPIT) * ease.length
        ankle = float(np.mean([body.coordinates(body.legs[s].axis[-1])[0, 1] for s in SIDES]))
        if wishes.cover_feet and usual > ankle - LONG_DRESS * body.unit / body.torso:
            wanted = max(wanted, ankle + OVER_SHOES * body.unit / body.torso)
    if abs(wanted - usual) < 1e-3 or usual < ARMPIT + 0.05:
        return None, usual
    stretch = (wanted - ARMPIT) / (usual - ARMPIT)

    def moved(level: Floats) -> Floats:
        return np.where(level > ARMPIT, ARMPIT + (level - ARMPIT) * stretch, level)

    return moved, wanted


def _seen_hem(garment: WornGarment) -> float:
    """Level on the wearer at which the garment ends."""
    if garment.kind == "top" and garment.wearer.top_hem is not None:
        return garment.wearer.top_hem  # measured as the person's is
    return float(np.median(garment.wearer.coordinates(np.asarray(garment.curves["hem"], float))[:, 1]))


def _top_hem(body: Body, garment: WornGarment, seen: float, usual: float, wishes: Wishes, ease: Ease) -> float:
    if is_tucked(body, garment, ease):
        return body.waist + TUCK_DEPTH
    level = usual
    present = left_below(body) if body.top_hem is None else body.top_hem
    longest = max(LONG_TOP, (body.top_hem or 0.0) + SLACK)
    if level > longest and not wishes.long_top:
        level = longest + 0.6 * (level - longest)
    level += (ease.length - 1) * level
    gap = garment.wearer.waist - seen
    if gap < 2 * SLACK and SLACK < body.waist - gap - level < 2 * PEEP:
        level = body.waist - gap  # no skin shows above the wearer's waistband, so none may show here
    if ease.length == 1 and present is not None and -SAME < present - level < PEEP:
        level = present
    return float(np.clip(level, min(usual, 0.5), LOWEST_TOP[wishes.long_top]))


def _sleeve(
    body: Body,
    garment: WornGarment,
    side: SideName,
    torso: tuple[Levels | None, Widths],
    wishes: Wishes,
    ease: Ease,
) -> tuple[Handles, float]:
    """A sleeve, and the arc length that it covers on the person's arm; `torso` moves what goes with the torso."""
    wearer, points = garment.body_at(side), lattice(garment, SLEEVE_PART[side])
    transfer = Transfer(wearer, body)
    source, target = wearer.arms[side], body.arms[side]
    end = _seen_end(garment, side)
    wanted = _sleeve_end(body, side, end, wishes, ease)

    def along(share: Floats) -> Floats:
        return np.where(share > 0, share * (wanted / end), share)

    if not len(points):
        return Handles(points, points, np.zeros(0)), wanted * target.length
    share, offset = limb_coordinates(source, points)
    near = np.abs(offset) < FARTHEST * source.radius(share * source.length)
    if near.sum() >= 3:  # scraps far from the arm are moved along by the cloth between
        points, share = points[near], share[near]
    out = share * source.length / wearer.unit
    on_arm = transfer.limb(points, source, target, along if abs(wanted - end) > 1e-3 else None)
    with_torso = np.clip(1 - out / SHOULDER, 0, 1)[:, None]
    place = on_arm + with_torso * (transfer.torso(points, *torso) - on_arm)
    weight = np.where(with_torso[:, 0] > 0, LOOSE, PLACED)
    return Handles(points, place, weight), wanted * target.length


def _over_arms(transfer: Transfer, points: Floats, places: Floats) -> Floats:
    """Places of the torso's points where what lies over an arm, as a cap sleeve does, goes with that arm."""
    source, target = transfer.source, transfer.target
    across, level = source.coordinates(points).T
    for side in SIDES:
        arm = source.arms[side]
        joint = abs(float(source.coordinates(arm.axis[:1])[0, 0]))
        over = np.clip((SIGN[side] * across - joint) / (CAP * source.unit), 0, 1) * (level < CAP_LEVEL)
        share, offset = limb_coordinates(arm, points)
        over = np.where(np.abs(offset) < FARTHEST * arm.radius(share * arm.length), over, 0)[:, None]
        places = places + over * (transfer.limb(points, arm, target.arms[side]) - places)
    return places


def _seen_end(garment: WornGarment, side: SideName) -> float:
    """Share of the wearer's arm at which a sleeve ends."""
    wearer = garment.body_at(side)
    arm = wearer.arms[side]
    cuff = (point(garment, f"cuff_outer_{side}") + point(garment, f"cuff_inner_{side}"))[None] / 2
    end = max(float(limb_coordinates(arm, cuff)[0][0]), 0.1)
    if end > LONG_SLEEVE and arm.bare_from is not None:
        further = (arm.bare_from - end * arm.length) / wearer.unit
        if 0 < further < CUFF_REACH:
            return arm.bare_from / arm.length  # cuffs go on beyond the wrist, measured as the person's are
    return end


def _sleeve_end(body: Body, side: SideName, end: float, wishes: Wishes, ease: Ease) -> float:
    """Share of the person's arm at which a sleeve ends that ends at share `end` of its wearer's."""
    arm = body.arms[side]
    if end < LONG_SLEEVE:
        return max(end * ease.sleeves, 0.1)
    wanted = end * min(1.0, ease.sleeves)
    if wishes.adjust_hands:
        return max(wanted, 1 + HAND_BACK * body.unit / arm.length)
    if arm.bare_from is not None and ease.sleeves >= 1:
        short = (arm.bare_from - wanted * arm.length) / body.unit
        if -SAME < short < CUFF_REACH:
            wanted = arm.bare_from / arm.length
    return wanted
