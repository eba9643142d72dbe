"""The colours of a person's skin, read off the photo: face, hands, limbs.

Takes the photo and the body, gives a `Complexion` in CIE L*a*b*. Arms and legs that clothes hid are painted with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, Body, Limb, SideName
from vesture.vision.masks import erode
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

MIDDLING = np.array([66.0, 14.0, 19.0], np.float32)  # where no skin is seen at all
CHROMA_RANGE = ((2.0, 30.0), (2.0, 42.0))  # a* and b* of skin; beards, nails and shirts fall outside
HAND = 0.55  # units round the wrist that are hand rather than arm
SAMPLES = 20000
LEAST = 80  # pixels that make a tone
# a* and b* of neck and chest as shares of those of forehead, nose and cheeks, which blood and weather redden: between
# the medians of necks (0.65, 0.9) and of chests (0.9, 1.1)
PALER = (0.72, 0.98)
ARM_PALER = (0.85, 1.08)  # the same of arms
BY_NECK = 0.8  # share of the colour of neck and chest that the neck tells, where it is seen
FEATURES = 0.6  # of the light of a face's lit side, that brows, eyes and beards lack
# what bare arms have beyond the lit tone of face and of hands, and legs beyond that of a face; medians of 36 arms and
# 23 legs, less 2 L* by which their middle is darker than what is lit of them
ARM_TO_FACE, ARM_TO_HAND = np.array([-5.0, 0.0, 0.4], np.float32), np.array([-0.5, -0.6, 2.0], np.float32)
LEG_TO_FACE, LEG_TO_HAND = np.array([-2.0, -0.4, 1.5], np.float32), np.array([-3.0, -0.6, 2.0], np.float32)
BY_HAND = np.array([0.7, 0.6, 0.65], np.float32)  # share of an arm's tone that hands tell, where the face is seen too
RED_BY_HAND = 0.35  # of a hand redder than the face: in 16 photos arms are as red as faces, and some hands much redder
# L* by which arms may be darker than a face, and the share of what is beyond: bare ones of 13 of 16 photos stay below 9
DARKER, MUCH_DARKER = 6.0, 0.4
BY_HAND_ONLY = 0.4  # share of a limb's tone that hands tell, where other skin is seen, but no face
MOST_LIT = 83.0  # L* above which light skin is lit too brightly to tell its colour
UPPER_FACE = (1.05, 2.6)  # half-widths of the face above the chin, between which no beard grows and no lips are
UPPER_WIDTH = 0.75  # half-widths beside the face's middle
NECK = 0.17  # units from the middle that are neck
NECK_SHADED = 3.0  # L* by which the lit side of a neck is darker than a chest
FACE_LIGHT = 0.22  # of the difference between the sides of a face, the body shows from its middle to a side


@dataclass(frozen=True, slots=True)
class Complexion:
    """Tones of lit skin as L*a*b* (3,).

    Attributes:
        torso: of neck, chest and belly.
        body: of arms that have no better.
        leg: of legs that have no better.
        hands, arms, legs: where they are seen.
        light: how much brighter, as a share, the viewer's right side of the face is than its middle.
        face: where it is seen.
    """

    torso: Floats
    body: Floats
    leg: Floats
    hands: Mapping[SideName, Floats]
    arms: Mapping[SideName, Floats]
    legs: Mapping[SideName, Floats]
    light: float
    face: Floats | None = None


def read_complexion(photo: NDArray[np.uint8], body: Body) -> Complexion:
    """Read the tones off the whole photo (H, W, 3) uint8 of the person."""
    skin = body.labels == Label.SKIN
    inner = erode(skin, 0.02 * body.unit)
    rows, columns = np.nonzero(inner if int(inner.sum()) >= LEAST else skin)
    step = max(1, len(rows) // SAMPLES)
    rows, columns = rows[::step], columns[::step]
    lab = to_lab(photo[rows, columns].astype(np.float32))
    points = np.stack([columns, rows], 1).astype(np.float64)
    level = (points - body.neck) @ body.down / body.unit
    aside = np.abs((points - body.neck) @ body.across) / body.unit
    below = _below_jaw(body, points, level)
    in_face = (below < 0) & (aside < 0.9)
    upper = lab[in_face & _above_the_beard(body, points)]
    face = lit_tone(upper)
    face = lit_tone(lab[in_face]) if face is None else face
    at_hand = {side: _near(points, body.arms[side].axis[-1], HAND * body.unit) for side in SIDES}
    hands = {side: tone for side in SIDES if (tone := lit_tone(lab[at_hand[side]])) is not None}
    on_neck = (below > 0.06) & (level < 0) & (aside < NECK)
    if face is not None:  # or as red as that
        on_neck &= like_skin(lab, _paler(face)) | like_skin(lab, face)
    neck = lit_tone(lab[on_neck])
    usual = _limb_tone(face, list(hands.values()), lab[~at_hand["left"] & ~at_hand["right"]])
    arms: dict[SideName, Floats] = {}
    legs: dict[SideName, Floats] = {}
    least = 0.04 * body.unit**2 / step  # less is a gap in a sleeve or a mistake of the parse
    for side in SIDES:
        for found, limb in ((arms, body.arms[side]), (legs, body.legs[side])):
            own = _on_limb(points, limb) & ~at_hand["left"] & ~at_hand["right"]
            tone = lit_tone(lab[own]) if int(own.sum()) > least else None
            if tone is not None and _same_person(tone, usual):
                found[side] = tone
    light = _side_light((points - body.neck) @ body.across / body.unit, lab[:, 0], in_face, body)
    plain = lit_tone(_plain(upper))
    torso = _torso_tone(face if plain is None else plain, neck, usual)
    if not hands:  # a neck is nearer to arms than a face, which may be made up or in the shade of a hat
        usual = np.asarray(0.4 * usual + 0.6 * torso, np.float32)
    return Complexion(torso, usual, _leg_tone(face, usual), hands, arms, legs, light, face)


def _same_person(tone: Floats, usual: Floats) -> bool:
    """Whether a tone may be skin of somebody whose skin is usually like that; the sun may have browned it."""
    difference = np.abs(tone - usual)
    return bool(difference[0] < 20 and difference[1:].max() < 11)


def _below_jaw(body: Body, points: NDArray[np.float64], level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Units (n,) by which points lie below the jaw, by a usual head's place where none is known."""
    if body.head is None:
        return np.asarray(level + 0.3)
    return np.asarray(body.head.below_jaw(points[:, 0], points[:, 1]) / body.unit, np.float64)


def _above_the_beard(body: Body, points: NDArray[np.float64]) -> Bools:
    """Which points (n,) lie on forehead, nose or cheeks, as far as one can tell where these are."""
    if body.head is None:
        return np.zeros(len(points), bool)
    head = body.head
    offset = (points - head.chin) / head.half_width
    height, aside = offset @ head.up, offset @ np.array([-head.up[1], head.up[0]])
    return np.asarray((height > UPPER_FACE[0]) & (height < UPPER_FACE[1]) & (np.abs(aside) < UPPER_WIDTH))


def _plain(lab: Floats) -> Floats:
    """Of the colours (n, 3) of a face those of its skin, in the light: brows, eyes and beards are far darker."""
    return lab[lab[:, 0] > FEATURES * np.percentile(lab[:, 0], 95)] if len(lab) else lab


def _paler(face: Floats) -> Floats:
    """The tone of covered skin by that of a face."""
    return face * np.array([1.0, *PALER], np.float32)


def _torso_tone(face: Floats | None, neck: Floats | None, usual: Floats) -> Floats:
    """Neck and chest: as light as the face, lighter where this lies in the shade and the hands do not; the colour of
    the neck itself where it is seen."""
    if face is None:
        return usual if neck is None or not _same_person(neck, usual) else neck
    tone = _paler(face)
    tone[0] = max(tone[0], 0.5 * (tone[0] + usual[0]))
    if neck is None or not (_same_person(neck, tone) or _same_person(neck, face)):
        return tone
    # necks lie in the shade of the head, chests do not
    lightness = float(np.clip(neck[0] + NECK_SHADED, tone[0] - 2, tone[0] + 8))
    return np.asarray([lightness, *((1 - BY_NECK) * tone[1:] + BY_NECK * neck[1:])], np.float32)


def _limb_tone(face: Floats | None, hands: list[Floats], elsewhere: Floats) -> Floats:
    """Skin of limbs that are not seen, between face and hands: hands are redder than arms, faces in the best light."""
    if face is not None:
        # a hand in the shade, or something else that was taken for one
        hands = [hand for hand in hands if hand[0] > face[0] - 15]
    hand = np.asarray(np.mean(hands, axis=0) + ARM_TO_HAND, np.float32) if hands else None
    if face is None:
        tone = lit_tone(elsewhere)
        if hand is None:
            return MIDDLING if tone is None else tone
        if tone is not None and _same_person(tone, hand):
            hand = np.asarray(BY_HAND_ONLY * hand + (1 - BY_HAND_ONLY) * tone, np.float32)
        return _unglared(hand)
    if hand is None:
        return _unglared(0.5 * face * np.array([1, *ARM_PALER], np.float32) + 0.5 * (face + ARM_TO_FACE))
    arm = face + ARM_TO_FACE
    redder = hand[1] > arm[1]
    share = BY_HAND * np.array([1, RED_BY_HAND / BY_HAND[1] if redder else 1, 1], np.float32)
    mixed = share * hand + (1 - share) * arm
    darker = max(0.0, float(face[0] - mixed[0]) - DARKER)
    return _unglared(mixed + np.array([(1 - MUCH_DARKER) * darker, 0, 0], np.float32))


def _leg_tone(face: Floats | None, usual: Floats) -> Floats:
    """Skin of legs that are not seen, half by the face and half by the arms' tone, which may be seen beside it."""
    by_arm = usual + LEG_TO_HAND - ARM_TO_HAND
    return by_arm if face is None else _unglared(0.5 * (face + LEG_TO_FACE) + 0.5 * usual)


def _unglared(tone: Floats) -> Floats:
    """A tone that gives limbs their shape: skin in glaring light has lost its colour, and would be white all over."""
    glare = max(0.0, float(tone[0]) - MOST_LIT)
    return np.asarray(tone * np.array([1, 1 + glare / 25, 1 + glare / 25]) - np.array([0.75 * glare, 0, 0]), np.float32)


def _side_light(across: NDArray[np.float64], lightness: Floats, in_face: Bools, body: Body) -> float:
    """From which side the face is lit, read off its skin left and right of the middle."""
    middle = float(np.median(across[in_face])) if in_face.any() else 0.0
    if body.head is not None:
        middle = float((body.head.chin - body.neck) @ body.across) / body.unit
    right, left = lightness[in_face & (across > middle + 0.04)], lightness[in_face & (across < middle - 0.04)]
    if len(right) < LEAST or len(left) < LEAST:
        return 0.0
    # lightness is about the cube root of light
    ratio = 3 * np.log(max(float(np.median(right)), 1.0) / max(float(np.median(left)), 1.0))
    return float(np.clip(FACE_LIGHT * ratio, -0.15, 0.15))


def like_skin(lab: Floats, tone: Floats) -> Bools:
    """Which colours (..., 3) may be the skin of a lit tone (..., 3), in whatever shade; beards, nails and jewels are
    not."""
    lighter = lab[..., 0] - tone[..., 0]
    shade = np.clip(lab[..., :1] / np.maximum(tone[..., :1], 1), 0.6, 1.1)
    away = np.abs(lab[..., 1:] - shade * tone[..., 1:]).max(-1)
    # hair takes the colour away together with the light, shade leaves it
    coloured = np.linalg.norm(lab[..., 1:], axis=-1) > 0.8 * np.linalg.norm(shade * tone[..., 1:], axis=-1)
    return np.asarray((lighter < 20) & (lighter > -0.4 * tone[..., 0]) & (away < 12) & (coloured | (lighter > -12)))


def skin_by_colour(photo: Floats, labels: NDArray[np.uint8], tones: Complexion) -> Bools:
    """Which pixels (h, w) labelled skin have the colour of this person's hands or limbs, in whatever shade."""
    result = labels == Label.SKIN
    if not result.any():
        return result
    # bytes are converted faster, and exactly enough
    coded = cv2.cvtColor(photo[result][None].astype(np.uint8), cv2.COLOR_RGB2LAB)[0].astype(np.float32)
    lab = coded * np.array([100 / 255, 1, 1], np.float32) - np.array([0, 128, 128], np.float32)
    unlike = np.arange(len(lab))
    for tone in (tones.body, tones.leg, *tones.hands.values(), *tones.arms.values(), *tones.legs.values()):
        unlike = unlike[~like_skin(lab[unlike], tone[None])]
    like = np.ones(len(lab), bool)
    like[unlike] = False
    result[result] = like
    return result


def lit_tone(lab: Floats) -> Floats | None:
    """The tone (3,) of the lit part of skin samples (n, 3), None where there are too few that look like skin."""
    (low_a, high_a), (low_b, high_b) = CHROMA_RANGE
    like = (lab[:, 1] > low_a) & (lab[:, 1] < high_a) & (lab[:, 2] > low_b) & (lab[:, 2] < high_b)
    own = lab[like]
    if len(own) < LEAST:
        return None
    low, high = np.percentile(own[:, 0], [55, 95])
    lit = own[(own[:, 0] >= low) & (own[:, 0] <= high)]
    return np.asarray(np.median(lit, axis=0), np.float32) if len(lit) else None


def _near(points: NDArray[np.float64], centre: NDArray[np.float64], radius: float) -> Bools:
    dx, dy = points[:, 0] - centre[0], points[:, 1] - centre[1]
    return np.asarray(dx**2 + dy**2 < radius**2)


def _on_limb(points: NDArray[np.float64], limb: Limb) -> Bools:
    """Which points lie on the bare limb between its joints, hands and feet left out."""
    result = np.zeros(len(points), bool)
    for centre, radius in zip(limb.axis[4:-2:2], limb.natural[4:-2:2], strict=True):
        result |= _near(points, centre, 1.1 * radius)
    return result


def to_lab(rgb: Floats) -> Floats:
    """L*a*b* (n, 3) of sRGB colours (n, 3) in [0, 255]."""
    if not len(rgb):
        return np.zeros((0, 3), np.float32)
    return np.asarray(cv2.cvtColor((rgb[None] / 255).astype(np.float32), cv2.COLOR_RGB2LAB)[0], np.float32)


def to_rgb(lab: Floats) -> Floats:
    """sRGB (n, 3) in [0, 255] of L*a*b* colours (n, 3)."""
    return np.asarray(255 * cv2.cvtColor(lab[None].astype(np.float32), cv2.COLOR_LAB2RGB)[0], np.float32)
