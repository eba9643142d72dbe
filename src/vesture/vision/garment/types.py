"""The garment as the engines know it: pixels, outline landmarks and parts, whatever kind of photo it came from.

"left" and "right" are the viewer's sides. All coordinates are (x, y) pixels of `Garment.rgb`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

GarmentKind = Literal["top", "trousers", "skirt", "dress", "jumpsuit"]
PhotoType = Literal["model", "flat-lay"]

Point = NDArray[np.float32]  # (2,)
Curve = NDArray[np.float32]  # (n, 2), n >= 2, ordered as the name says


class Part(IntEnum):
    """What a garment pixel belongs to."""

    NONE = 0
    TORSO = 1  # of a skirt or of trousers: the hip block above the crotch
    LEFT_SLEEVE = 2
    RIGHT_SLEEVE = 3
    LEFT_LEG = 4
    RIGHT_LEG = 5


@dataclass(frozen=True, slots=True)
class Garment:
    """A garment told apart from its photo.

    Attributes:
        rgb: (h, w, 3) uint8, cropped to the garment with a small margin; rim colours are the garment's own.
        alpha: (h, w) float32 in [0, 1]; 0 on the background and on the inner back seen through the neck opening.
        parts: (h, w) uint8 of `Part`, non-zero wherever alpha > 0.5.
        kind: what the garment is.
        photo_type: the kind of photo it was taken from.
        points: landmarks by name. Tops, dresses, jumpsuits: collar_left/right (outer upper ends of the neck
            opening), neck_front (lowest point of the front neckline), shoulder_left/right (shoulder tips),
            armpit_left/right, hem_left/right, and with sleeves cuff_outer_left/right, cuff_inner_left/right.
            Trousers, skirts: waist_left/right, hem_left/right (skirts), and with legs crotch,
            cuff_outer_left/right, cuff_inner_left/right are those of the LEGS. Jumpsuits have the points of a
            dress without hem_*, plus crotch and leg_cuff_outer_*/leg_cuff_inner_*.
        curves: outlines by name. neckline (collar_left, down to neck_front, up to collar_right);
            shoulder_left/right (collar to tip); sleeve_outer_left/right (tip to outer cuff);
            sleeve_inner_left/right (armpit to inner cuff); without sleeves armhole_left/right (tip to armpit; garments
            alone in their photo only); side_left/right (armpit, or waist end, down to the
            hem, or to the outer cuff of a leg); hem (left to right); waist (left to right);
            leg_inner_left/right (crotch to inner cuff).
        confidence: 0..1 by theme: "mask", "landmarks", "neckline", "sleeves".
        warnings: texts for the person who asked.
        inner_back: (h, w) float32 in [0, 1], coverage of the inside of the collar's back, or of a hood that stands,
            which are seen in the photo above the neckline; of garments alone in their photo only.
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.float32]
    parts: NDArray[np.uint8]
    kind: GarmentKind
    photo_type: PhotoType
    points: Mapping[str, Point]
    curves: Mapping[str, Curve]
    confidence: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    inner_back: NDArray[np.float32] | None = None

    @property
    def has_sleeves(self) -> bool:
        return "cuff_outer_left" in self.points and self.kind in ("top", "dress", "jumpsuit")

    @property
    def has_legs(self) -> bool:
        return "crotch" in self.points
