"""The hands as they are seen: which skin is a hand's, wherever it bends from the forearm, and how its outline mixes.

Takes the photo and the body, gives masks and coverage of the photo's size. The pose knows a wrist and a direction;
where the fingers go from there only the skin itself tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, Body, Limb, SideName
from vesture.engines.warp.body.silhouettes import limb_zone
from vesture.vision.masks import dilate, distance_to, erode, feather
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

REACH = 0.7  # units round a wrist within which its fingers end
NEAR = 0.3  # units round the back of the hand within which the hand is sure to show
ALONG = 0.2  # units beside the forearm's axis within which skin above the wrist is the forearm's
LARGEST = 0.17  # square units of a hand; more is one with a thigh, a belly, or leather in the skin's colour
LEAST = 0.075  # square units of one that is seen from the wrist to the finger tips
MIDDLE, LONG, WIDE = 0.25, 0.31, 0.16  # units from the wrist to a hand's middle; half its length and half its width
TURNED = 0.45  # units from that middle within which one that turns off the forearm lies
CUFF = 0.13  # units from the middle of a cuff to its side
FINGER = 0.035  # half the width of fingers
BELOW_CUFF = 0.08  # units below a cuff within which it may have left a rim on the skin
SPECK = 0.004  # square units below which what is left of a hand beside a cuff is none of it
JOINT = 0.03  # units over which a painted forearm turns into the hand that is seen
SLEEVE = 0.18  # units from the middle of a cuff to the corners of wide ones
FOREARM, FOREARM_WIDTH = 0.35, 1.7  # share of an arm from which on it is a forearm; its radii
HEAD = 0.5  # units either side of the neck's middle, above the shoulders, where skin is the head's
THREAD, REGROWN = 0.018, 3.0  # units; how much further than that a worn down hand grows back
BENT = 0.002  # square units of a hand that lie in its sleeve's way
PLACES = 9  # along the forearm
BAND = 0.014  # units either side of the outline within which a pixel shows both
AROUND = 0.05  # units from which the colours of both sides are taken
INNER = 2.5  # pixels inside the outline from which on nothing shines through
OUTER = 2.5  # pixels outside it to which the hand's colour may reach: shadows lie beyond
MOST_SHADE = 3.0  # times that the darker of both sides may be lighter than the shade between them
SEPARABLE = (25.0, 60.0)  # colour distance of hand and surroundings at which colour begins to tell them, and tells all


@dataclass(frozen=True, slots=True)
class Hands:
    """Both hands as they are seen.

    Attributes:
        whole: (h, w) the skin of each, as `hand_of` gives it.
        bare: (h, w) hands and bare forearms, as `bare_arms_of` gives them.
        cuffed: (h, w) what of the hands lies right below cuffs that go, as `below_cuffs` gives it.
    """

    whole: Mapping[SideName, Bools]
    bare: Bools
    cuffed: Bools


def read_hands(body: Body, replaced: tuple[Label, ...]) -> Hands:
    """The hands of a body whose clothes of these labels go."""
    whole = {side: hand_of(body, body.arms[side]) for side in SIDES}
    return Hands(whole, bare_arms_of(body, replaced), below_cuffs(body, replaced))


def bare_arms_of(body: Body, replaced: tuple[Label, ...]) -> Bools:
    """Skin (h, w) of hands and bare forearms, but for what is near a cuff of clothes that are `replaced`: there it may
    be a rim of the cuff."""
    cuffed = Label.TOP in replaced or Label.ONE_PIECE in replaced
    result = np.zeros(body.labels.shape, bool)
    for side in SIDES:
        arm = body.arms[side]
        hand = hand_of(body, arm, BELOW_CUFF if cuffed else 0.0)
        result |= pieces(hand & ~below_cuff_of(body, arm, replaced), SPECK * body.unit**2) if cuffed else hand
        begin = max(FOREARM * arm.length, (arm.bare_from or 0.0) + (BELOW_CUFF * body.unit if cuffed else 0.0))
        if arm.bare_from is not None and begin < arm.length:
            result |= _stretch(body, arm, begin)
    return result


def below_cuff_of(body: Body, arm: Limb, replaced: tuple[Label, ...]) -> Bools:
    """Skin (h, w) of a hand right below the cuff over it, along the forearm's direction, however the cuff slants.

    Only a cuff of clothes that are `replaced` counts; fingers before other cloth have none above them.
    """
    result = np.zeros(body.labels.shape, bool)
    start = max(arm.length, arm.bare_from or 0.0)
    box, reach = window_of(body, arm), max(1, round(BELOW_CUFF * body.unit))
    if result[box].size == 0 or (arm.bare_from is not None and arm.bare_from < start - CUFF * body.unit):
        return result
    beside = _beside(arm, start, REACH * body.unit, SLEEVE * body.unit, result[box].shape, box[1].start, box[0].start)
    cuff = (np.isin(body.labels[box], replaced) & beside).view(np.uint8)
    ahead = arm.direction(np.array([arm.length]))[0]
    way = np.zeros((2 * reach + 1, 2 * reach + 1), np.uint8)
    cv2.line(way, (reach, reach), tuple(int(value) for value in np.rint(reach * (1 - ahead))), 1, 2)
    hand = hand_of(body, arm)[box]  # fingers that turn back beside the sleeve have other cloth above them
    back_of_hand = dilate(erode(hand, FINGER * body.unit), 1.3 * FINGER * body.unit)
    xs, ys = np.arange(box[1].start, box[1].stop)[None], np.arange(box[0].start, box[0].stop)[:, None]
    aside = _along(xs.astype(np.float32), ys.astype(np.float32), cuff_of(arm), ahead[::-1] * (1, -1))
    result[box] = (cv2.dilate(cuff, way) > 0) & back_of_hand & hand & (np.abs(aside) < SLEEVE * body.unit)
    return result


def below_cuffs(body: Body, replaced: tuple[Label, ...]) -> Bools:
    """Skin (h, w) of both hands right below cuffs of clothes that are `replaced`."""
    left, right = (below_cuff_of(body, body.arms[side], replaced) for side in SIDES)
    return left | right


def begun_hands(hands: Hands, old: Bools, unit: float) -> Floats:
    """How far (h, w) hands have begun below what goes (h, w) of the skin at old cuffs: 0 there, rising to 1 beside."""
    rim = old & hands.cuffed
    if not rim.any():
        return np.ones(old.shape, np.float32)
    return np.asarray(np.clip((distance_to(rim) - 0.5) / max(2.0, JOINT * unit), 0, 1), np.float32)


def pieces(mask: Bools, least: float) -> Bools:
    """The connected pieces of a mask (h, w) that have at least so many pixels."""
    _, names, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8))
    large = stats[:, cv2.CC_STAT_AREA] >= least
    large[0] = False
    return np.asarray(large[names])


def _stretch(body: Body, arm: Limb, begin: float) -> Bools:
    """Skin (h, w) along an arm from arc length `begin` to the wrist."""
    height, width = body.labels.shape
    result = np.zeros((height, width), bool)
    axis, margin = arm.at(np.linspace(begin, arm.length, PLACES)), 0.3 * body.unit
    left, top = (max(0, int(value - margin)) for value in axis.min(0))
    right, bottom = (max(0, int(value + margin)) for value in axis.max(0))
    box = np.s_[top : min(bottom, height), left : min(right, width)]
    if result[box].size:
        moved = replace(arm, axis=arm.axis - (left, top))
        zone = limb_zone(result[box].shape, moved, begin, arm.length + CUFF * body.unit, grow=FOREARM_WIDTH)
        result[box] = (zone > 0.5) & (body.labels[box] == Label.SKIN)
    return result


def hands_of(body: Body, below_cuff: float = 0.0) -> Bools:
    """Skin (h, w) of both hands; what is nearer than `below_cuff` units to the cuff over them is left out."""
    result = np.zeros(body.labels.shape, bool)
    for side in SIDES:
        result |= hand_of(body, body.arms[side], below_cuff)
    return result


def hand_of(body: Body, arm: Limb, below_cuff: float = 0.0) -> Bools:
    """Skin (h, w) of the hand at the end of an arm, from the wrist or the cuff over it to the finger tips.

    What lies in the sleeve's way down to `below_cuff` units past its end is left out.
    """
    height, width = body.labels.shape
    result = np.zeros((height, width), bool)
    start = max(arm.length, arm.bare_from or 0.0)
    wrist, ahead = cuff_of(arm), arm.direction(np.array([arm.length]))[0]
    reach, box = REACH * body.unit, window_of(body, arm)
    left, right, top, bottom = box[1].start, box[1].stop, box[0].start, box[0].stop
    if left >= right or top >= bottom:
        return result
    xs, ys = np.arange(left, right, dtype=np.float32)[None], np.arange(top, bottom, dtype=np.float32)[:, None]
    beyond = _along(xs, ys, wrist, ahead)
    skin = (body.labels[box] == Label.SKIN) & _within(xs, ys, wrist, reach)
    bare = arm.bare_from is not None and arm.bare_from < start - CUFF * body.unit
    if bare:  # else the forearm shows no skin, and the hand may bend back beside the sleeve
        skin &= (beyond > 0) | ~_beside(arm, start, reach, ALONG * body.unit, skin.shape, left, top)
    back = arm.at(np.array([start + 0.4 * NEAR * body.unit]))[0]
    near = _within(xs, ys, back, NEAR * body.unit)
    below = _along(xs, ys, body.neck, body.down) > 0
    skin &= below | (np.abs(_along(xs, ys, body.neck, body.across)) > HEAD * body.unit)  # faces are no hands
    solid = erode(skin, THREAD * body.unit)  # what only a thread of pixels joins to a hand is none of it
    count, names = cv2.connectedComponents(solid.view(np.uint8))
    touching = np.bincount(names[solid & near], minlength=count)
    if count < 2 or not touching.any():
        return result
    hand = skin & dilate(names == int(np.argmax(touching)), REGROWN * THREAD * body.unit)
    if np.count_nonzero(hand) > LARGEST * body.unit**2:
        along, aside = beyond / body.unit, _along(xs, ys, wrist, ahead[::-1] * (1, -1)) / body.unit
        straight = hand & (((along - MIDDLE) / LONG) ** 2 + (aside / WIDE) ** 2 < 1)
        turned = np.count_nonzero(straight) < LEAST * body.unit**2
        hand = hand & (np.hypot(along - MIDDLE, aside) < TURNED) if turned else straight
    if below_cuff > 0 and not bare:
        sleeve = _beside(arm, start, reach, CUFF * body.unit, skin.shape, left, top)
        above = np.count_nonzero(hand & sleeve & (beyond < 0))
        if above < BENT * body.unit**2:  # else the hand turns off the arm's axis, and the cuff ends before that line
            hand &= (beyond > below_cuff * body.unit) | ~sleeve
    result[box] = hand
    return result


def window_of(body: Body, arm: Limb) -> tuple[slice, slice]:
    """Rows and columns of the photo that a hand reaches; empty where it is out of the picture."""
    height, width = body.labels.shape
    wrist, reach = cuff_of(arm), REACH * body.unit
    left, right = max(0, int(wrist[0] - reach)), min(width, int(wrist[0] + reach) + 1)
    top, bottom = max(0, int(wrist[1] - reach)), min(height, int(wrist[1] + reach) + 1)
    return slice(min(top, height), max(bottom, 0)), slice(min(left, width), max(right, 0))


def _along(xs: Floats, ys: Floats, origin: NDArray[np.float64], direction: NDArray[np.float64]) -> Floats:
    """How far places at columns `xs` (1, w) and rows `ys` (h, 1) lie from a point (2,) in a direction (2,)."""
    x, y = (np.float32(value) for value in direction)
    return np.asarray((xs - np.float32(origin[0])) * x + (ys - np.float32(origin[1])) * y)


def _within(xs: Floats, ys: Floats, middle: NDArray[np.float64], radius: float) -> Bools:
    """Places (h, w) at columns `xs` (1, w) and rows `ys` (h, 1) nearer to a point (2,) than `radius` pixels."""
    return np.asarray((xs - np.float32(middle[0])) ** 2 + (ys - np.float32(middle[1])) ** 2 < np.float32(radius**2))


def cuff_of(arm: Limb) -> NDArray[np.float64]:
    """The point (2,) on an arm's axis at its wrist, or at the end of the cuff over it."""
    return arm.at(np.array([max(arm.length, arm.bare_from or 0.0)]))[0]


def _beside(arm: Limb, end: float, reach: float, width: float, shape: tuple[int, int], left: int, top: int) -> Bools:
    """Places (h, w), of a window at column `left` and row `top`, within `width` pixels of the last stretch of the
    forearm's axis before arc length `end`."""
    axis = arm.at(np.linspace(end - reach, end, PLACES)) - (left, top)
    drawn = np.zeros(shape, np.uint8)
    cv2.polylines(drawn, [np.rint(axis).astype(np.int32)], False, 1, max(1, round(2 * width)))
    return drawn > 0


def matte(photo: Floats, front: Bools, unit: float) -> tuple[Floats, Floats]:
    """Coverage (h, w) of what is in front, and its own colours (h, w, 3) freed from what is behind at its outline.

    A pixel of the outline shows a F + (1 - a) B. Where the colours F in front and B behind, as they are close by,
    differ enough, a is read off the pixel; elsewhere it follows the outline.

    Args:
        photo: (h, w, 3) in [0, 255].
        front: (h, w) what is in front.
        unit: the body's measure in pixels.
    """
    smooth = cv2.medianBlur(front.view(np.uint8), 3) > 0
    edge = feather(smooth, 0.7)
    band = max(2.0, BAND * unit)
    inward, outward = distance_to(~smooth), distance_to(smooth)
    rows, columns = np.nonzero((inward <= band) & (outward <= max(2.0, min(band, OUTER))))
    if not len(rows) or smooth.all():
        return edge, photo
    own = _close_by(photo, smooth, inward, unit)[rows, columns]
    behind = _close_by(photo, ~smooth, outward, unit)[rows, columns]
    colour, difference = photo[rows, columns], own - behind
    apart = np.linalg.norm(difference, axis=1)
    # what is darker than both sides lies in the shade between them: whose it is its hue tells
    darkest = np.minimum(own.sum(1), behind.sum(1))
    lit = colour * np.clip(darkest / np.maximum(colour.sum(1), 1), 1, MOST_SHADE)[:, None]
    told = ((lit - behind) * difference).sum(1) / np.maximum(apart**2, 1)
    told = np.clip((told - 0.1) / 0.75, 0, 1)
    trust = np.clip((apart - SEPARABLE[0]) / (SEPARABLE[1] - SEPARABLE[0]), 0, 1)
    inside, outside = inward[rows, columns], outward[rows, columns]
    least = np.where(inside > 0, 0.3 + 0.7 * (inside - 1) / INNER, 0.0)
    most = np.where(outside > 0, 0.75 - 0.75 * (outside - 1) / OUTER, 1.0)
    told = np.clip(told, np.minimum(least, 1), np.clip(most, 0, 1))
    value = edge[rows, columns] + trust * (told - edge[rows, columns])
    alpha, colours = edge.copy(), photo.copy()
    alpha[rows, columns] = np.clip(value, 0, 1)
    freed = colour + (colour - behind) * ((1 - value) / np.maximum(value, 0.05))[:, None]
    colours[rows, columns] = np.clip(freed, np.minimum(colour, own), np.maximum(colour, own))
    return alpha, colours


def _close_by(photo: Floats, side: Bools, depth: Floats, unit: float) -> Floats:
    """The colours (h, w, 3) of one side of an outline near each place, those that are surely pure before others."""
    weight = np.where(depth > 3, 1.0, np.where(depth > 1.6, 0.05, 0.002)).astype(np.float32) * side
    window = (2 * max(2, round(AROUND * unit)) + 1,) * 2
    mass = cv2.boxFilter(weight, -1, window)
    total = cv2.boxFilter(photo * weight[..., None], -1, window)
    return np.asarray(total / np.maximum(mass, 1e-7)[..., None], np.float32)
