"""The relief of bare limbs: how wide they are along their length, and the shade of muscles and joints.

Takes a limb's own coordinates, gives factors. Knows nothing about colours or photos.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

AMBIENT = 0.68  # of the light on a limb's axis, that comes from all round
SIDEWAYS = 2.5  # sine of the light's turn per share by which one side is brighter
MOST_SIDEWAYS = 0.6


@dataclass(frozen=True, slots=True)
class Bump:
    """A soft spot of light (or shade, where `strength` is negative) on a limb.

    Attributes:
        along: its middle as a share of the limb's length.
        across: its middle in radii from the axis, positive away from the body.
        length, width: its extent in the same measures.
        strength: share of the light.
    """

    along: float
    across: float
    length: float
    width: float
    strength: float


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A limb's shape: factors `swell` on a plain tube's radius at the shares `at` of its length, and its relief."""

    at: tuple[float, ...]
    swell: tuple[float, ...]
    relief: tuple[Bump, ...]


ARM = Anatomy(
    (0.0, 0.14, 0.28, 0.4, 0.48, 0.6, 0.72, 0.86, 1.0),
    (1.02, 1.02, 0.97, 0.9, 0.87, 1.01, 1.0, 0.93, 0.92),
    (
        Bump(0.1, 0.25, 0.1, 0.6, 0.035),  # shoulder muscle
        Bump(0.23, 0.55, 0.06, 0.45, -0.04),  # where it ends
        Bump(0.33, -0.1, 0.11, 0.45, 0.035),  # biceps
        Bump(0.49, -0.25, 0.02, 0.5, -0.055),  # bend of the elbow
        Bump(0.52, -0.1, 0.012, 0.35, -0.03),
        Bump(0.61, 0.4, 0.09, 0.4, 0.045),  # outer muscle of the forearm
        Bump(0.66, -0.35, 0.13, 0.25, -0.03),
        Bump(0.9, 0.0, 0.07, 0.3, 0.02),  # tendons of the wrist
    ),
)
LEG = Anatomy(
    (0.0, 0.2, 0.4, 0.47, 0.52, 0.64, 0.74, 0.88, 1.0),
    (0.98, 1.01, 0.96, 0.93, 0.91, 1.06, 1.04, 0.92, 0.9),
    (
        Bump(0.25, 0.1, 0.16, 0.5, 0.03),  # thigh
        Bump(0.42, -0.45, 0.05, 0.35, 0.03),  # its inner muscle above the knee
        Bump(0.445, 0.0, 0.015, 0.5, -0.045),
        Bump(0.48, 0.05, 0.025, 0.4, 0.06),  # kneecap
        Bump(0.525, 0.0, 0.014, 0.45, -0.06),
        Bump(0.485, 0.75, 0.03, 0.2, -0.04),
        Bump(0.485, -0.7, 0.03, 0.2, -0.04),
        Bump(0.7, -0.1, 0.14, 0.18, 0.04),  # shin
        Bump(0.68, 0.45, 0.12, 0.25, -0.025),
        Bump(0.97, 0.0, 0.03, 0.4, -0.03),  # ankle
    ),
)


def limb_shade(share: Floats, across: Floats, light: float, outward: float, anatomy: Anatomy) -> Floats:
    """Light (h, w) on a bare limb, 1 on the axis of a limb lit from the front.

    Args:
        share: where pixels lie along the limb, 0 to 1.
        across: and beside its axis, in radii.
        light: how much brighter, as a share, the side of positive `across` is.
        outward: 1 where positive `across` faces away from the body, -1 where it faces the body.
    """
    x = np.clip(across, -1, 1)
    sine = float(np.clip(SIDEWAYS * light, -MOST_SIDEWAYS, MOST_SIDEWAYS))
    facing = np.sqrt(1 - 0.97 * x * x) * np.sqrt(1 - sine**2) + x * sine
    shade = AMBIENT + (1.02 - AMBIENT) * np.maximum(facing, 0) / np.sqrt(1 - sine**2)
    for bump in anatomy.relief:
        spot = ((share - bump.along) / bump.length) ** 2 + ((outward * across - bump.across) / bump.width) ** 2
        shade = shade + bump.strength * np.exp(-spot)
    return np.asarray(shade, np.float32)
