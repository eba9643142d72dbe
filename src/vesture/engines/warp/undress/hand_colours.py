"""What shows between fingers: cloth and scene that the parse took for the hand, told by colour.

Takes the photo and the body, gives labels. Between fingers, and between a hand and the hip, there are gaps too narrow
for the parse's resolution; at the photo's own they have the colours of what lies around the hand.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, Body
from vesture.engines.warp.undress.hands import cuff_of, hand_of, window_of
from vesture.vision.masks import dilate, erode
from vesture.vision.parsing.colour import ANY_COLOUR, ColourModel, fit_colours, skin_model
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Labels = NDArray[np.uint8]

AROUND = (0.015, 0.2)  # units from a hand within which its surroundings are learnt
MARGIN = 2.5  # of the log-likelihoods by which the surroundings must explain a pixel better than skin
LIKE_SKIN, MOST_ALIKE = 4.5, 0.3  # below skin's greatest log-likelihood; share of surroundings so near to it
SMALLEST = 0.0008  # square units of a gap; nails are smaller
SPECK = 0.0003  # and of one in a colour that no skin has
HELD, LARGEST = 0.025, 0.06  # of a piece of cloth that may be a thing in the hand, and of the largest gap beside it
CONTRAST = 18.0  # Lab distance between a gap and the hand beside it
ABOVE = -0.25  # units from the shoulders above which skin is the face's
COLOURED, OTHER_HUE = 12.0, float(np.radians(60))  # chroma, and angle to the skin's own hue, of such colours
RIM = 0.006  # units around a gap in which its colours mix with the hand's
WHOLE = 0.35  # share of a hand that may go at most: more is a mistake
FINEST = 110.0  # pixels of the unit at which fingers are looked at
AT_CUFF, SLEEVE = 0.02, 0.35  # units below a cuff's line that its cloth may reach; round it that show its colours
ALIKE = 0.1  # share of a hand that may look like the sleeve
SHADES = (0.65, 0.45)  # of the light of cloth, right beside a hand
RARER = 1.0  # log-likelihood that cloth is in the shade less often than not
NOTHING = 255
CLOTHES = (Label.TOP, Label.BOTTOM, Label.ONE_PIECE)
SURROUNDINGS = (Label.BACKGROUND, Label.TOP, Label.BOTTOM, Label.ONE_PIECE, Label.OTHER)


def with_clear_hands(photo: NDArray[np.uint8], body: Body) -> Labels:
    """Labels (h, w) in which gaps in and beside the hands show what they are.

    Args:
        photo: (h, w, 3) uint8 of the body's labels' size.
    """
    body = replace(body, labels=_with_whole_cuffs(photo, body))
    labels, face = body.labels.copy(), _face(photo, body)
    for side in SIDES:
        hand = hand_of(body, body.arms[side])
        window = window_of(body, body.arms[side])
        seen = hand[window]
        rows, columns = np.flatnonzero(seen.any(1)) + window[0].start, np.flatnonzero(seen.any(0)) + window[1].start
        if len(rows) < 4 or len(columns) < 4:
            continue
        margin = round(AROUND[1] * body.unit)
        top, left = max(0, int(rows[0]) - margin), max(0, int(columns[0]) - margin)
        box = np.s_[top : int(rows[-1]) + margin, left : int(columns[-1]) + margin]
        labels[box] = _cleared(photo[box], labels[box], hand[box], body.unit, face)
    return labels


def _with_whole_cuffs(photo: NDArray[np.uint8], body: Body) -> Labels:
    """Labels (h, w) in which what was taken for skin beside a cuff, in the cloth's colours and not in the hand's, is
    the sleeve's."""
    labels = body.labels.copy()
    for side in SIDES:
        arm = body.arms[side]
        hand = hand_of(body, arm)
        place, ahead = cuff_of(arm), arm.direction(np.array([arm.length]))[0]
        window = window_of(body, arm)
        rows, columns = np.nonzero(hand[window])
        rows, columns = rows + window[0].start, columns + window[1].start
        beyond = (columns - place[0]) * ahead[0] + (rows - place[1]) * ahead[1]
        at_cuff = beyond < AT_CUFF * body.unit
        if not at_cuff.any():
            continue
        reach = round(SLEEVE * body.unit)
        left, top = (max(0, int(value) - reach) for value in place)
        box = np.s_[top : top + 2 * reach, left : left + 2 * reach]
        cloth = np.isin(labels[box], (Label.TOP, Label.ONE_PIECE))
        generator = np.random.default_rng(0)  # only picks samples
        step = max(1, round(body.unit / FINEST))
        sleeve = fit_colours(_lab(photo[box][::step, ::step][cloth[::step, ::step]]), generator)
        below = _lab(photo[rows[~at_cuff], columns[~at_cuff]][:: step**2])
        skin = fit_colours(below, generator)
        if sleeve is None or skin is None or _better(sleeve, skin, below).mean() > ALIKE:
            continue
        pixels = _lab(photo[rows[at_cuff], columns[at_cuff]])
        extent = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        own = np.zeros(hand[extent].shape, np.uint8)
        own[rows[at_cuff] - rows.min(), columns[at_cuff] - columns.min()] = _better(sleeve, skin, pixels)
        name = _most(labels[box][cloth])
        labels[extent][(cv2.medianBlur(own, 2 * step + 1) > 0) & hand[extent]] = name
    return labels


def _better(first: ColourModel, second: ColourModel, lab: Floats) -> Bools:
    """Colours (n, 3) that the first model explains clearly better."""
    return np.asarray(first.log_likelihood(lab) > second.log_likelihood(lab) + 1)


def _lab(pixels: NDArray[np.uint8]) -> Floats:
    """Colours (n, 3) in Lab of pixels (n, 3) uint8."""
    if not len(pixels):
        return np.zeros((0, 3), np.float32)
    return np.asarray(cv2.cvtColor((pixels[None] / np.float32(255)).astype(np.float32), cv2.COLOR_RGB2LAB)[0])


def _most(labels: Labels) -> int:
    """The label that most of these have."""
    return int(np.argmax(np.bincount(labels)))


def _face(photo: NDArray[np.uint8], body: Body) -> ColourModel | None:
    """The colours of skin above the shoulders; None where little of it is seen."""
    step = max(1, round(body.unit / FINEST))
    rows, columns = np.nonzero(body.labels[::step, ::step] == Label.SKIN)
    rows, columns = rows * step, columns * step
    above = (columns - body.neck[0]) * body.down[0] + (rows - body.neck[1]) * body.down[1] < ABOVE * body.unit
    return skin_model(_lab(photo[rows[above], columns[above]]))


def _cleared(photo: NDArray[np.uint8], labels: Labels, hand: Bools, unit: float, face: ColourModel | None) -> Labels:
    """`_named` at a resolution that fingers need and no more."""
    scale = min(1.0, FINEST / unit)
    size = max(8, round(hand.shape[1] * scale)), max(8, round(hand.shape[0] * scale))
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor((small / np.float32(255)).astype(np.float32), cv2.COLOR_RGB2LAB)
    near = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    inside = cv2.resize(hand.view(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    named = _named(lab, near, inside, scale * unit, face)
    result = labels.copy()
    for label in SURROUNDINGS:
        gap = (named == label).astype(np.float32)
        if gap.any():
            whole = cv2.resize(gap, hand.shape[::-1], interpolation=cv2.INTER_LINEAR) > 0.5
            result[whole & hand] = label
    return result


def _named(lab: Floats, labels: Labels, hand: Bools, unit: float, face: ColourModel | None) -> Labels:
    """What (h, w) the gaps in a hand (h, w) show, in a part of the photo (h, w, 3) in Lab; `NOTHING` elsewhere."""
    nothing = np.full(hand.shape, NOTHING, np.uint8)
    inner = erode(hand, 0.02 * unit)
    skin = skin_model(lab[inner if int(inner.sum()) > 100 else hand])
    if skin is None:
        return nothing
    around = _surroundings(lab, labels, hand, skin, unit)
    if not around:
        return nothing
    return _gaps(lab, *_foreign(lab, hand, around, skin, face), hand, unit)


def _surroundings(lab: Floats, labels: Labels, hand: Bools, skin: ColourModel, unit: float) -> dict[int, ColourModel]:
    """The colours of what lies around a hand, by label; what much resembles the skin is left out."""
    generator = np.random.default_rng(0)  # only picks samples; the same photo reads the same way
    ring = dilate(hand, AROUND[1] * unit) & ~dilate(hand, max(1.0, AROUND[0] * unit))
    result = {}
    for label in SURROUNDINGS:
        own = lab[ring & (labels == label)]
        alike = skin.log_likelihood(own) > skin.logs[0] - LIKE_SKIN
        if len(own) and float(alike.mean()) < MOST_ALIKE:
            model = fit_colours(own[~alike], generator)  # finger tips may be among them
            if model is not None:
                result[int(label)] = model
    return result


def _foreign(
    lab: Floats, hand: Bools, around: dict[int, ColourModel], skin: ColourModel, face: ColourModel | None
) -> tuple[Bools, Bools, Labels]:
    """Pixels (h, w) of a hand that show what lies around; those of them in a colour that skin never has; whose."""
    pixels = lab[hand]
    likely = np.maximum(skin.log_likelihood(pixels), ANY_COLOUR)
    coloured = _no_skin(pixels, skin)
    if face is not None:  # what was taken for a hand may mostly be something else
        likely = np.maximum(likely, face.log_likelihood(pixels))
        coloured &= _no_skin(pixels, face)
    best, nearest = np.full(len(pixels), -np.inf, np.float32), np.full(len(pixels), np.inf, np.float32)
    name = np.zeros(len(pixels), np.uint8)
    for label, model in around.items():
        found, hue = model.log_likelihood(pixels), _hue_distance(pixels, model)
        if label in CLOTHES:  # the shade that a hand throws on them
            shaded = [_in_shade(model, shade).log_likelihood(pixels) for shade in SHADES]
            found = np.maximum(found, np.maximum.reduce(shaded) - RARER)
        better = np.where(coloured, hue < nearest, found > best)  # cloth in the shade of fingers keeps its hue
        best[better], nearest[better], name[better] = found[better], hue[better], label
    other, strange, names = np.zeros(hand.shape, np.uint8), np.zeros(hand.shape, bool), np.zeros(hand.shape, np.uint8)
    other[hand] = coloured | ((best > likely + MARGIN) & (best > ANY_COLOUR))
    strange[hand], names[hand] = coloured, name
    return (cv2.medianBlur(other, 3) > 0) | strange, strange, names


def _in_shade(model: ColourModel, light: float) -> ColourModel:
    """The colours of the same cloth in a shade that leaves this share of its L*; its hue fades more slowly."""
    return replace(model, means=model.means * np.array([light, 0.5 + 0.5 * light, 0.5 + 0.5 * light], np.float32))


def _gaps(lab: Floats, other: Bools, coloured: Bools, names: Labels, hand: Bools, unit: float) -> Labels:
    """The pieces of a hand that show something else, each with the name that most of it has; `NOTHING` elsewhere.

    A gap is no speck, and parts from the hand at an edge: where skin only turns pale in the light, there is none.
    """
    result = np.full(hand.shape, NOTHING, np.uint8)
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(other.view(np.uint8))
    rim = max(1.0, RIM * unit)
    for index in range(1, count):
        area = stats[index, cv2.CC_STAT_AREA] / unit**2
        if not SPECK < area < LARGEST:
            continue
        piece = pieces == index
        if area < SMALLEST and coloured[piece].mean() < 0.5:
            continue
        beside = dilate(piece, 3 * rim) & hand & ~dilate(piece, rim) & ~other
        contrast = np.linalg.norm(lab[piece].mean(0) - lab[beside].mean(0)) if beside.any() else 0.0
        name = _most(names[piece])
        if contrast > CONTRAST and (area < HELD or name == Label.BACKGROUND):
            result[dilate(piece, rim) & hand] = name
    return result if float((result != NOTHING).mean()) < WHOLE * float(hand.mean()) else np.full_like(result, NOTHING)


def _hue_distance(lab: Floats, model: ColourModel) -> Floats:
    """Distance (n,) of colours (n, 3) from the nearest of a model's, lightness apart."""
    return np.asarray(np.linalg.norm(lab[:, None, 1:] - model.means[None, :, 1:], axis=-1).min(1), np.float32)


def _no_skin(lab: Floats, skin: ColourModel) -> Bools:
    """Colours (n, 3) that no light makes of this skin: of another hue, and not pale."""
    _, across, down = (float(value) for value in skin.means[0])
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    along = (lab[:, 1] * across + lab[:, 2] * down) / max(float(np.hypot(across, down)), 1.0)
    return np.asarray((chroma > COLOURED) & (along < np.cos(OTHER_HUE) * chroma))
