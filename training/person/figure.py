"""A person on the network's canvas, with what is known of every pixel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.parsing.network import NET_HEIGHT, NET_WIDTH
from vesture.vision.parsing.parse import Label
from vesture.vision.parsing.prior import Skeleton, capsule_and_place, limb_ends

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

SHAPE = (NET_HEIGHT, NET_WIDTH)
UNKNOWN = 255  # a label nobody vouches for


class Region(IntEnum):
    """What is painted in one material; the first eight are the labels themselves."""

    SCENE = 0
    HAIR = 1
    SKIN = 2
    TOP = 3
    BOTTOM = 4
    ONE_PIECE = 5
    SHOES = 6
    THING = 7
    UNDER = 8  # the top seen under an open coat
    HAT = 9
    BAG = 10
    STRAP = 11
    BELT = 12
    TIGHTS = 13
    SCARF = 14
    FUR = 15
    LAPEL = 16  # and buttons, and the edge of a shut coat
    GLOVE = 17


LABEL_OF = np.full(256, UNKNOWN, np.uint8)
LABEL_OF[:8] = range(8)
LABEL_OF[[Region.UNDER, Region.FUR, Region.LAPEL]] = Label.TOP
LABEL_OF[[Region.HAT, Region.BAG, Region.STRAP, Region.BELT, Region.SCARF, Region.GLOVE]] = Label.OTHER
LABEL_OF[Region.TIGHTS] = Label.BOTTOM


@dataclass(frozen=True, slots=True)
class Figure:
    """On a canvas (NET_HEIGHT, NET_WIDTH).

    Attributes:
        picture: (H, W, 3) float32 RGB in [0, 255].
        regions: (H, W) uint8 of `Region`, or UNKNOWN.
        mask: (H, W) float32, the pose's mask of the person.
        skeleton: in pixels of the canvas.
        size: (width, height) of the photo in the canvas' upper left corner; the rest is padding.
        drawn: whether nothing of the picture is a photo.
    """

    picture: Floats
    regions: Bytes
    mask: Floats
    skeleton: Skeleton
    size: tuple[int, int]
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Limbs:
    """Where arms and legs are: membership (2, H, W), 1 on the axis and 0.6 at the usual radius, and the place along
    each, 0 at shoulder or hip, 1 at wrist or ankle; u across and v down the torso (H, W)."""

    arms: Floats
    arm_place: Floats
    legs: Floats
    leg_place: Floats
    u: Floats
    v: Floats

    @property
    def core(self) -> Bools:
        return np.asarray((np.abs(self.u) < 0.36) & (self.v > -0.08) & (self.v < 1.1))


def limbs_of(skeleton: Skeleton) -> Limbs:
    half = Skeleton((skeleton.points + 0.5) / 2 - 0.5, skeleton.visibility, skeleton.unit / 2)
    ends = limb_ends(half)
    shape = (NET_HEIGHT // 2, NET_WIDTH // 2)
    maps = {}
    for name, parts in (("arm", ("upper arm", "forearm")), ("leg", ("thigh", "shin"))):
        members, places = [], []
        for side in (0, 1):
            (one, first), (other, second) = (capsule_and_place(shape, *ends[part][side]) for part in parts)
            members.append(_doubled(np.maximum(one, other)))
            places.append(_doubled(np.where(one >= other, 0.5 * first, 0.5 + 0.5 * second)))
        maps[name] = np.stack(members), np.stack(places)
    u, v = skeleton.frame(SHAPE)
    return Limbs(*maps["arm"], *maps["leg"], u, v)


def _doubled(one: Floats) -> Floats:
    return np.asarray(cv2.resize(one.astype(np.float32), SHAPE[::-1], interpolation=cv2.INTER_LINEAR))


def offset(x: float, y: float) -> Floats:
    return np.array([x, y], np.float32)


def filled(corners: Floats) -> Bools:
    """Pixels (H, W) of a polygon (n, 2)."""
    canvas = np.zeros(SHAPE, np.uint8)
    cv2.fillPoly(canvas, [np.round(np.clip(corners, -2000, 2000) * 8).astype(np.int32)], 1, cv2.LINE_8, 3)
    return canvas > 0


def lined(corners: Floats, width: float) -> Bools:
    """Pixels (H, W) of an open line through (n, 2)."""
    canvas = np.zeros(SHAPE, np.uint8)
    places = np.round(np.clip(corners, -2000, 2000) * 8).astype(np.int32)
    cv2.polylines(canvas, [places], False, 1, max(1, round(width)), cv2.LINE_8, 3)
    return canvas > 0


def ellipse(centre: Floats, axes: tuple[float, float], angle: float = 0.0) -> Bools:
    turns = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = np.stack([axes[0] * np.cos(turns), axes[1] * np.sin(turns)], 1)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return filled((centre + ring @ turn).astype(np.float32))
