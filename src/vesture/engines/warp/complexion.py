"""The colours of a person's skin, read off the photo: face, hands, limbs.

Takes the photo and the body, gives a `Complexion` in CIE L*a*b*. Arms and legs that clothes hid are painted with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body import SIDES, Body, Limb, SideName
from vesture.vision.masks import erode
from vesture.vision.parsing import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

MIDDLING = np.array([66.0, 14.0, 19.0], np.float32)  # where no skin is seen at all
CHROMA_RANGE = ((2.0, 30.0), (2.0, 42.0))  # a* and b* of skin; beards, nails and shirts fall outside
HAND = 0.55  # units round the wrist that are hand rather than arm
SAMPLES = 20000
LEAST = 80  # pixels that make a tone


@dataclass(frozen=True, slots=True)
class Complexion:
    """Tones of lit skin as L*a*b* (3,): `body` for what has no better, `hands` and `limbs` where they are seen."""

    body: Floats
    hands: Mapping[SideName, Floats]
    arms: Mapping[SideName, Floats]
    legs: Mapping[SideName, Floats]


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
    face = lit_tone(lab[(level < -0.3) & (aside < 0.6)])
    at_hand = {side: _near(points, body.arms[side].axis[-1], HAND * body.unit) for side in SIDES}
    hands = {side: tone for side in SIDES if (tone := lit_tone(lab[at_hand[side]])) is not None}
    usual = _body_tone(face, list(hands.values()), lab)
    arms, legs = {}, {}
    least = 0.04 * body.unit**2 / step  # less is a gap in a sleeve or a mistake of the parse
    for side in SIDES:
        for found, limb in ((arms, body.arms[side]), (legs, body.legs[side])):
            own = _on_limb(points, limb) & ~at_hand["left"] & ~at_hand["right"]
            tone = lit_tone(lab[own]) if int(own.sum()) > least else None
            if tone is not None and _same_person(tone, usual):
                found[side] = tone
    return Complexion(usual, hands, arms, legs)


def _same_person(tone: Floats, usual: Floats) -> bool:
    """Whether a tone may be skin of somebody whose skin is usually like that; the sun may have browned it."""
    difference = np.abs(tone - usual)
    return bool(difference[0] < 20 and difference[1:].max() < 11)


def _body_tone(face: Floats | None, hands: list[Floats], everything: Floats) -> Floats:
    """Skin between face and hands: hands are redder and darker than arms, faces lie in the best light."""
    hand = np.mean(hands, axis=0) if hands else None
    if face is None and hand is None:
        tone = lit_tone(everything)
        return MIDDLING if tone is None else tone
    if face is None:
        assert hand is not None
        return np.asarray(hand + np.array([2, -3, 2], np.float32), np.float32)
    if hand is None:
        return face
    lightness = 0.5 * face[0] + 0.5 * hand[0]
    chroma = 0.75 * face[1:] + 0.25 * hand[1:]
    return np.asarray([lightness, *chroma], np.float32)


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
    return np.asarray(((points - centre) ** 2).sum(1) < radius**2)


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
