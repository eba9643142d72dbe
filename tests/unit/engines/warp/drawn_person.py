"""A person drawn for tests: straight limbs, flat colours, known to the pixel."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from vesture.engines.warp.body.figure import ARM_RADIUS, LEG_RADIUS, TORSO_PRIOR, Body, Limb
from vesture.engines.warp.undress.skin_texture import SkinTexture
from vesture.vision.parsing.parse import Label

UNIT = 60.0
SHAPE = (420, 300)  # height, width
SKIN, JUMPER, JEANS, WALL = (200, 150, 125), (150, 25, 30), (70, 80, 110), (215, 215, 220)


def straight_limb(start: tuple[float, float], end: tuple[float, float], radii, bare_from: float | None) -> Limb:
    axis = np.linspace(start, end, 33)
    along = np.linspace(0, float(np.linalg.norm(np.subtract(end, start))), 33)
    natural = np.interp(np.linspace(0, 1, 33), [0, 0.5, 1], np.asarray(radii) * UNIT)
    return Limb(axis, along, natural, 1.3 * natural, 1.0, bare_from)


def drawn_body() -> Body:
    """Shoulders at row 120, hips at row 240, arms hanging to row 240 with the hands bare, face above."""
    neck = np.array([150.0, 120.0])
    arms = {
        "left": straight_limb((112, 120), (98, 245), ARM_RADIUS, 130.0),
        "right": straight_limb((188, 120), (202, 245), ARM_RADIUS, 130.0),
    }
    legs = {
        "left": straight_limb((132, 240), (132, 400), LEG_RADIUS, None),
        "right": straight_limb((168, 240), (168, 400), LEG_RADIUS, None),
    }
    half = 1.05 * TORSO_PRIOR * UNIT
    body = Body(
        unit=UNIT,
        neck=neck,
        down=np.array([0.0, 1.0]),
        across=np.array([1.0, 0.0]),
        torso=120.0,
        tip={"left": np.array([106.0, 113.0]), "right": np.array([194.0, 113.0])},
        neck_foot={"left": np.array([138.0, 106.0]), "right": np.array([162.0, 106.0])},
        half_width={"left": half, "right": half},
        bare_half_width=TORSO_PRIOR * UNIT,
        arms=arms,
        legs=legs,
        labels=np.zeros(SHAPE, np.uint8),
        top_hem=1.0,
        waist=1.0,
    )
    return replace(body, labels=drawn_labels(body))


def drawn_labels(body: Body) -> np.ndarray:
    labels = np.zeros(SHAPE, np.uint8)
    cv2.rectangle(labels, (105, 240), (195, 405), int(Label.BOTTOM), -1)
    cv2.rectangle(labels, (120, 112), (180, 245), int(Label.TOP), -1)
    for arm in body.arms.values():
        shoulder, wrist = (tuple(int(v) for v in point) for point in (arm.axis[0], arm.axis[-1]))
        cv2.line(labels, shoulder, wrist, int(Label.TOP), 18)
        cv2.circle(labels, (wrist[0], wrist[1] + 14), 9, int(Label.SKIN), -1)
    cv2.rectangle(labels, (140, 80), (160, 112), int(Label.SKIN), -1)
    cv2.circle(labels, (150, 68), 20, int(Label.SKIN), -1)
    return labels


def drawn_photo(body: Body) -> np.ndarray:
    """(H, W, 3) uint8 in the flat colours of the labels, with faint grain."""
    colours = {
        Label.BACKGROUND: WALL,
        Label.SKIN: SKIN,
        Label.TOP: JUMPER,
        Label.BOTTOM: JEANS,
        Label.HAIR: (60, 40, 30),
    }
    photo = np.zeros((*SHAPE, 3), np.float32)
    for label, colour in colours.items():
        photo[body.labels == label] = colour
    grain = np.random.default_rng(3).normal(0, 1.0, SHAPE)[..., None]
    return np.clip(np.rint(photo + grain), 0, 255).astype(np.uint8)


def plain_texture() -> SkinTexture:
    """Skin without grain or unevenness, for a photo of the drawn body's size."""
    return SkinTexture(np.ones(SHAPE, np.float32), np.ones((*SHAPE, 3), np.float32))
