"""What stays in front of the new garment: hair, hands, bags, the clothes that are kept.

Takes the photo, labels and the fit; gives coverage with soft edges, and the photo's colours freed from the old garment
that shone through at those edges.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.boots import stay_in_boots
from vesture.engines.warp.body.figure import SIDES, Body, SideName
from vesture.engines.warp.body.silhouettes import limb_zone, torso_zone
from vesture.engines.warp.cloth.placement import Fit
from vesture.engines.warp.compose.wrist import under_cuff
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.hands import Hands, hands_of, matte, pieces, read_hands
from vesture.engines.warp.undress.removal import SPECK, below
from vesture.vision.masks import dilate, feather
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

HAIR_BAND, SKIN_BAND = 0.035, 0.012  # units either side of the edge within which coverage is soft
OUTLINE, EVEN = 0.02, 0.012  # units
BESIDE_TORSO = 0.85  # of the torso's half-width: an arm's axis that lies further out hangs beside it
UNDER_CUFF = 0.04  # units past a long sleeve's reach within which its cloth still lies over the skin
WRIST = 0.1  # units that the zone beyond a wrist is longer than what may be kept of it
FINGERS = 0.05  # square units of fingers that a thing in the hand parts from it
WAIST_SKIN = 0.05  # levels v below the waistband where skin is still the belly's, not a thigh's
ARM_BAND = 0.03  # units around a bare arm that its outline reaches
HAIR_INNER = 0.025  # units inside the edge of hair, where the label is less exact
INNER = 2.5  # pixels inside the edge from which on nothing shines through
SEPARABLE = (35.0, 80.0)  # colour distance of front and back at which colour begins to tell them, and tells all


def kept_in_front(
    body: Body,
    old: Bools,
    fit: Fit,
    in_front: tuple[Label, ...],
    replaced: tuple[Label, ...],
    hands: Hands | None = None,
) -> Bools:
    """Pixels (h, w) of the photo that lie in front of everything new; `hands` are the body's, if they have been
    read."""
    hands = read_hands(body, replaced) if hands is None else hands
    labels = body.labels
    keep = np.isin(labels, in_front)
    skin = labels == Label.SKIN
    large = pieces(skin, FINGERS * body.unit**2)
    if fit.tucked:
        keep |= labels == Label.BOTTOM
    if Label.BOTTOM in replaced and stay_in_boots(body, fit.leg_reach):
        keep |= labels == Label.SHOES
    if Label.TOP in in_front:  # bottoms go under the top
        keep |= skin & ~below(body, body.waist + WAIST_SKIN, skin)
    for side in SIDES:
        arm = body.arms[side]
        reach = fit.sleeve_reach.get(side, 0.0)
        end = arm.length + 0.7 * body.unit  # the hand lies beyond the wrist
        # a cuff's own end is cleaner than the edge of the skin: what is seen just above it lies under it
        start = reach + (UNDER_CUFF * body.unit if reach > 0.8 * arm.length else 0.0)
        if not fit.over_hands:  # and hands that show stay as they are
            start = min(start, max(arm.length, (arm.bare_from or 0.0) + 0.4 * UNDER_CUFF * body.unit))
        near = (limb_zone(labels.shape, arm, start, end, grow=2.6) > 0.5) & skin
        # what lies there beyond the wrist, neither hand nor as small as a finger, is a thigh or skin-coloured leather
        hand = hands.whole[side]
        if hand.any():
            wrist = max(start, arm.length, arm.bare_from or 0.0)
            beyond = limb_zone(labels.shape, arm, wrist, end + WRIST * body.unit, grow=3.0) > 0.5
            near &= ~beyond | hand | ~large
        keep |= near
        if Label.TOP not in replaced:
            sleeve = limb_zone(labels.shape, arm, 0.3 * arm.length, arm.length + 0.35 * body.unit, grow=1.7) > 0.5
            sleeve &= labels == Label.TOP
            keep |= sleeve & ~torso_zone(labels.shape, body, 0.0, 1.3).astype(bool) if _hangs(body, side) else sleeve
    if not fit.over_hands:
        keep |= hands_of(body, 0.5 * UNDER_CUFF)
    if not fit.over_hands and Label.TOP in replaced:
        for side in SIDES:
            arm, reach = body.arms[side], fit.sleeve_reach.get(side, 0.0)
            if reach > 0.8 * arm.length:
                keep &= ~under_cuff(body, arm, keep & skin, reach)
    gone = old & (labels != Label.OTHER)
    # the seam that old cloth leaves on skin is half a finger; of arms and fingers the matte frees it
    return np.asarray(keep & ~(gone & ~hands.bare))


def _hangs(body: Body, side: SideName) -> bool:
    """Whether an arm is beside the torso, not before it."""
    arm = body.arms[side]
    place = body.coordinates(arm.at(np.linspace(0.3, 1.0, 15) * arm.length))
    aside = np.abs(place[:, 0]) > BESIDE_TORSO * np.asarray(body.width(side, place[:, 1]))
    return bool(aside.mean() > 0.8)


def soft_front(
    photo: Floats,
    labels: NDArray[np.uint8],
    keep: Bools,
    old: Bools,
    coarse: Coarse,
    unit: float,
    arms: Bools | None = None,
    covered: Bools | None = None,
) -> tuple[Floats, Floats]:
    """Coverage (h, w) of what is kept, and the photo with the old garment's share at its edges taken out (h, w, 3).

    At an edge a pixel shows a F + (1 - a) B; where the colours F of the front and B of the old garment nearby differ
    enough, a is read off the pixel, elsewhere it follows the edge. The returned colours are premultiplied: a F.
    Of `arms` (h, w) the whole outline is read so, whatever lies beside it; that of hair also against skin that the
    new garment has `covered` (h, w).
    """
    alpha = feather(keep, 0.7)
    colours = photo * alpha[..., None]
    if not old.any() or not keep.any():
        return alpha, colours
    back = coarse.grown(coarse.pure(old & ~keep))
    hair = keep & (labels == Label.HAIR)
    around = old if covered is None or not hair.any() else old | (covered & ~keep)
    for part, band in ((hair, HAIR_BAND), (keep & ~hair, SKIN_BAND)):
        gone = around if part is hair else old
        rows, columns = _edge(part, keep, gone, max(1.5, band * unit))
        front_seeds = coarse.pure(part)
        if not len(rows) or not front_seeds.any():
            continue
        grown = coarse.grown(front_seeds)
        if part is hair:  # broad bands show the coarse pixels' corners
            back_of_hair = back if around is old else coarse.grown(coarse.pure(around & ~keep))
            front, behind = coarse.full(grown)[rows, columns], coarse.full(back_of_hair)[rows, columns]
        else:
            front, behind = coarse.at(grown, rows, columns), coarse.at(back, rows, columns)
        difference = front - behind
        apart = np.linalg.norm(difference, axis=1)
        colour = photo[rows, columns]
        told = ((colour - behind) * difference).sum(1) / np.maximum(apart**2, 1)
        told = np.clip((told - 0.12) / 0.76, 0, 1)
        trust = np.clip((apart - SEPARABLE[0]) / (SEPARABLE[1] - SEPARABLE[0]), 0, 1)
        if part is hair:  # patterns and folds beside it would show as specks
            told = _even(told, rows, columns, alpha.shape, EVEN * unit)
        inner = max(INNER, HAIR_INNER * unit) if part is hair else INNER
        told = _near_the_label(told, part, rows, columns, inner, max(band * unit, 1.5))
        edge = alpha[rows, columns]
        if part is hair:  # where nothing tells hair from cloth its outline is rough
            edge = _smooth_outline(gone & ~keep, OUTLINE * unit)[rows, columns]
        value = np.clip(edge + trust * (told - edge), 0, 1)
        alpha[rows, columns] = value
        # F by the equation, but no stranger than the pixel itself and the front nearby
        own = colour + (colour - behind) * ((1 - value) / np.maximum(value, 0.05))[:, None]
        own = np.clip(own, np.minimum(colour, front), np.maximum(colour, front))
        colours[rows, columns] = own * value[:, None]
    if arms is None:
        return alpha, colours
    return _with_arms(alpha, colours, photo, keep, arms & keep & ~dilate(hair, HAIR_BAND * unit), unit)


def _even(
    values: Floats, rows: NDArray[np.intp], columns: NDArray[np.intp], shape: tuple[int, ...], width: float
) -> Floats:
    """Values (n,) at pixels, each the mean of those within about `width` pixels."""
    field, weight = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    field[rows, columns], weight[rows, columns] = values, 1
    size = (2 * max(1, round(width)) + 1,) * 2
    mean = cv2.blur(field, size) / np.maximum(cv2.blur(weight, size), 1e-6)
    return np.asarray(mean[rows, columns], np.float32)


def _smooth_outline(beside: Bools, width: float) -> Floats:
    """Coverage (h, w) off a mask `beside` it: its outline smoothed over about `width` pixels, with an edge as soft."""
    blurred = cv2.GaussianBlur(beside.astype(np.float32), (0, 0), width)
    return np.asarray(np.clip(1.5 - 2 * blurred, 0, 1), np.float32)


def joined_softly(alpha: Floats, colours: Floats, photo: Floats, keep: Bools, join: Floats) -> tuple[Floats, Floats]:
    """Coverage and premultiplied colours in which hands begin gradually, as far as `join` (h, w), below old cuffs."""
    near = join < 1
    pure = np.where(keep[..., None], photo, colours / np.maximum(alpha, 0.01)[..., None])
    value = np.minimum(np.where(keep, 1.0, alpha), join).astype(np.float32)
    return (
        np.where(near, value, alpha),
        np.where(near[..., None], pure * value[..., None], colours),
    )


def _with_arms(
    alpha: Floats, colours: Floats, photo: Floats, keep: Bools, arms: Bools, unit: float
) -> tuple[Floats, Floats]:
    """Coverage and premultiplied colours with the outlines of these arms (h, w) read off the photo close by."""
    alpha, colours = alpha.copy(), colours.copy()
    for box in _boxes(arms, unit):
        near = dilate(arms[box], ARM_BAND * unit)
        coverage, own = matte(photo[box], keep[box], unit)
        alpha[box][near] = coverage[near]
        colours[box][near] = (own * coverage[..., None])[near]
    return alpha, colours


def _boxes(where: Bools, unit: float) -> Iterator[tuple[slice, slice]]:
    """Boxes around the pieces of a mask, with some of what is round them."""
    margin = round(0.1 * unit)
    count, _, stats, _ = cv2.connectedComponentsWithStats(where.view(np.uint8))
    for left, top, width, height, area in stats[1:count]:
        if area > SPECK * unit**2:
            yield np.s_[max(0, top - margin) : top + height + margin, max(0, left - margin) : left + width + margin]


def _edge(part: Bools, keep: Bools, old: Bools, band: float) -> tuple[NDArray[np.intp], ...]:
    """Pixels on both sides of the edge between a kept part and the old garment."""
    outer = (cv2.distanceTransform((~part).view(np.uint8), cv2.DIST_L2, 5) <= band) & old & ~keep
    inner = (cv2.distanceTransform((~(old & ~keep)).view(np.uint8), cv2.DIST_L2, 5) <= band) & part
    return np.nonzero(outer | inner)


def _near_the_label(
    told: Floats, part: Bools, rows: NDArray[np.intp], columns: NDArray[np.intp], inner: float, outer: float
) -> Floats:
    """Coverage (n,) that colours tell at pixels of a part's edge: the further from the edge, `inner` pixels inside and
    `outer` outside at the most, the less the colour may say against the label."""
    inward, outward = _depth(part, rows, columns)
    least = np.where(inward > 0, 0.3 + 0.7 * inward / inner, 0.0)
    most = np.where(outward > 0, 0.7 - 0.7 * (outward - 1) / outer, 1.0)
    return np.asarray(np.clip(told, np.minimum(least, 1), np.clip(most, 0, 1)), np.float32)


def _depth(part: Bools, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """How many pixels inside a part, and how many outside, given pixels lie; 0 on the other side."""
    inward = cv2.distanceTransform(part.view(np.uint8), cv2.DIST_L2, 5)[rows, columns]
    outward = cv2.distanceTransform((~part).view(np.uint8), cv2.DIST_L2, 5)[rows, columns]
    return np.asarray(inward, np.float32), np.asarray(outward, np.float32)
