"""The relief of bare skin: how wide limbs are along their length, the shade of muscles, joints, chest and belly.

Takes coordinates on limb or torso, gives factors. Knows nothing about colours or photos.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

Floats = NDArray[np.float32]

AMBIENT = 0.56  # of the light on a limb's axis, that comes from all round
SIDEWAYS = 2.3  # sine of the light's turn per share by which one side is brighter
MOST_SIDEWAYS = 0.45
NAVEL = 0.79  # of the way from the shoulder joints to the hips


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
    """A limb's shape: factors `swell` on a plain tube's radius at shares `at` of its length, how far its middle lies
    away from the body there, in radii (`lean`), how much brighter, as a share, the side away from the body
    usually is (`lit`), its relief, and where the blood shows through (`flush`). Shares are those of a limb whose
    middle joint lies at `joint`, where the tube has the radius `middle`, in units. The inner side of a limb catches
    the share `rim_within` of the light of walls that the outer one does. Where cloth on the limb is `cloth[0]` times as
    wide as it usually is, it is itself `cloth[1]` times as wide."""

    at: tuple[float, ...]
    swell: tuple[float, ...]
    lean: tuple[float, ...]
    lit: float
    relief: tuple[Bump, ...]
    flush: tuple[Bump, ...]
    joint: float
    middle: float
    rim_within: float
    cloth: tuple[tuple[float, ...], tuple[float, ...]]

    def bend(self, limb: NDArray[np.float64]) -> float:
        """Share of a limb at which its middle joint lies, by its plain radii (n,) at even steps, in units."""
        return float(np.clip(np.interp(-self.middle, -limb, np.linspace(0, 1, len(limb))), *BENDS))

    def share(self, share: NDArray[Any], bend: float) -> NDArray[Any]:
        """Shares (...) of a limb that bends at the share `bend`, as those of the anatomy's own."""
        return np.interp(share, [0, bend, 1], [0, self.joint, 1])


# Widths along 35 bare arms and 24 bare legs of 32 photos, medians; one photo's lie within a tenth of them.
ARM = Anatomy(
    (0.0, 0.08, 0.16, 0.25, 0.35, 0.44, 0.52, 0.6, 0.67, 0.75, 0.83, 0.91, 1.0),
    (1.0, 1.0, 0.96, 0.92, 0.92, 0.93, 0.96, 1.04, 1.08, 1.04, 0.96, 0.89, 0.86),
    (0.0, 0.03, 0.06, 0.07, 0.06, 0.03, 0.0, 0.0, 0.02, 0.02, 0.03, 0.02, 0.0),
    0.08,  # of 35 bare arms in photos, most are dark towards the body and light on the other side
    (
        Bump(0.1, 0.25, 0.1, 0.6, 0.035),  # shoulder muscle
        Bump(0.24, 0.55, 0.06, 0.45, -0.04),  # where it ends
        Bump(0.35, -0.1, 0.11, 0.45, 0.035),  # biceps
        Bump(0.53, -0.25, 0.02, 0.5, -0.055),  # bend of the elbow
        Bump(0.56, -0.1, 0.012, 0.35, -0.03),
        Bump(0.64, 0.4, 0.09, 0.4, 0.045),  # outer muscle of the forearm
        Bump(0.69, -0.35, 0.13, 0.25, -0.03),
        Bump(0.91, 0.0, 0.07, 0.3, 0.02),  # tendons of the wrist
    ),
    (Bump(0.57, 0.0, 0.07, 0.9, 0.4),),
    0.53,
    0.112,
    0.0,
    ((0.85, 1.0, 1.15, 1.3, 1.6, 2.0), (0.78, 0.86, 0.9, 0.93, 0.96, 1.0)),
)
LEG = Anatomy(
    (0.0, 0.15, 0.25, 0.35, 0.43, 0.5, 0.56, 0.62, 0.67, 0.72, 0.77, 0.83, 0.89, 0.95, 1.0),
    (0.98, 1.04, 1.06, 1.03, 0.99, 0.97, 0.98, 1.07, 1.16, 1.19, 1.15, 1.03, 0.91, 0.85, 0.9),
    (0.0, 0.03, 0.0, -0.04, -0.05, -0.04, 0.0, 0.06, 0.08, 0.08, 0.06, 0.08, 0.08, 0.08, 0.06),
    0.04,  # of 32 bare legs before no bright wall, most are darker on the inner side
    (
        Bump(0.27, 0.1, 0.16, 0.5, 0.03),  # thigh
        Bump(0.43, -0.45, 0.05, 0.35, 0.03),  # its inner muscle above the knee
        Bump(0.42, 0.5, 0.06, 0.3, 0.025),  # and its outer one
        Bump(0.51, -0.1, 0.075, 1.1, -0.075),  # knees are 6 L* darker than what is below them
        Bump(0.455, 0.0, 0.018, 0.6, -0.045),
        Bump(0.495, 0.05, 0.028, 0.42, 0.085),  # kneecap
        Bump(0.55, -0.1, 0.02, 0.55, -0.07),
        Bump(0.51, 0.68, 0.035, 0.25, -0.05),
        Bump(0.51, -0.65, 0.035, 0.25, -0.05),
        Bump(0.72, -0.1, 0.14, 0.18, 0.05),  # shin
        Bump(0.7, 0.5, 0.12, 0.28, -0.04),
        Bump(0.72, -0.6, 0.1, 0.25, -0.03),  # the calf behind it
        Bump(0.95, -0.55, 0.02, 0.25, 0.04),  # ankle bone
        Bump(0.95, 0.0, 0.035, 0.4, -0.03),
    ),
    (Bump(0.5, 0.0, 0.08, 1.2, 0.85),),
    0.52,
    0.16,
    0.7,
    ((0.8, 1.08, 1.15, 1.3), (0.75, 1.0, 1.04, 1.0)),
)
BENDS = 0.35, 0.7  # shares of a limb between which its middle joint lies


def swollen(anatomy: Anatomy, share: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Factors (n,) on a plain tube's radius at shares (n,) of a limb, and how far (n,) its middle lies away from the
    body, in radii: a smooth line through the anatomy's."""
    inside = np.clip(share, anatomy.at[0], anatomy.at[-1])
    swell, lean = (PchipInterpolator(anatomy.at, values)(inside) for values in (anatomy.swell, anatomy.lean))
    return np.asarray(swell), np.asarray(lean)


def flushed(share: Floats, across: Floats, outward: float, anatomy: Anatomy) -> Floats:
    """How red (h, w) from 0 to 1 the skin of a limb is; arguments as for `limb_shade`."""
    return _spots(share, across, outward, anatomy.flush)


def _spots(share: Floats, across: Floats, outward: float, bumps: tuple[Bump, ...]) -> Floats:
    total = np.zeros(share.shape, np.float32)
    for bump in bumps:
        spot = ((share - bump.along) / bump.length) ** 2 + ((outward * across - bump.across) / bump.width) ** 2
        total += bump.strength * np.exp(-spot)
    return total


def smooth_step(values: NDArray[Any]) -> NDArray[Any]:
    """0 below 0, 1 above 1, and level at both ends of the way between them."""
    clipped = np.clip(values, 0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped))


def within_cloth(wide: NDArray[np.float64], anatomy: Anatomy) -> NDArray[np.float64]:
    """Factors (n,) on the radii along a limb by the cloth on it: in narrow cloth is a slim limb.

    Args:
        wide: (n,) radii of the cloth, in those that the limb usually has.
    """
    factor = np.interp(wide, *anatomy.cloth)
    # what the outline does from place to place is folds, hands and bags
    window = np.hanning(15)[1:-1]
    return np.asarray(np.convolve(np.pad(factor, 6, mode="edge"), window / window.sum(), mode="valid"))


def limb_shade(share: Floats, across: Floats, light: float, outward: float, anatomy: Anatomy) -> Floats:
    """Light (h, w) on a bare limb, about 1 on its axis.

    Args:
        share: where pixels lie along the limb, 0 to 1.
        across: and beside its axis, in radii.
        light: how much brighter, as a share, the side of positive `across` is than usually.
        outward: 1 where positive `across` faces away from the body, -1 where it faces the body.
    """
    x = np.clip(across, -1, 1)
    sine = float(np.clip(SIDEWAYS * (light + outward * anatomy.lit), -MOST_SIDEWAYS, MOST_SIDEWAYS))
    facing = np.sqrt(1 - 0.97 * x * x) * np.sqrt(1 - sine**2) + x * sine
    shade = AMBIENT + (1.02 - AMBIENT) * np.maximum(facing, 0) / np.sqrt(1 - sine**2)
    return np.asarray(shade + _spots(share, across, outward, anatomy.relief), np.float32)


def trunk_shade(across: Floats, level: Floats, length: float, light: float) -> Floats:
    """Light (h, w) on neck, chest and belly: collar bones, the line down the belly with the navel, sides turned away.

    Args:
        across, level: units beside the neck's middle and below it, along the torso.
        length: of the torso from shoulders to hips, in units.
        light: how much brighter, as a share, the viewer's right side is.
    """
    bone = -0.02 - 0.16 * np.abs(across)  # the collar bones rise outwards from the pit of the neck
    ridge = np.exp(-(((level - bone) / 0.022) ** 2)) - 0.9 * np.exp(-(((level - bone - 0.05) / 0.035) ** 2))
    lines = 0.04 * ridge * np.clip((0.42 - np.abs(across)) / 0.1, 0, 1) * np.clip((np.abs(across) - 0.04) / 0.05, 0, 1)
    pit = 0.05 * np.exp(-((across / 0.05) ** 2 + ((level - 0.0) / 0.05) ** 2))
    down = level / length
    belly = np.clip((down - 0.4) / 0.2, 0, 1)
    turned = (0.14 + 0.16 * belly) * np.clip(np.abs(across) / 0.5, 0, 1.2) ** (3 - 0.6 * belly)
    middle = 0.055 * np.exp(-((across / 0.035) ** 2)) * belly * np.clip((NAVEL - down) / 0.06, 0, 1)
    muscle = 0.05 * np.exp(-(((np.abs(across) - 0.24) / 0.06) ** 2)) * belly * np.clip((1.1 - down) / 0.2, 0, 1)
    navel = np.exp(-((across / 0.022) ** 2 + ((down - NAVEL) * length / 0.034) ** 2))
    rim = np.exp(-((across / 0.05) ** 2 + (((down - NAVEL) * length - 0.035) / 0.03) ** 2))
    return np.asarray(
        1 + lines - pit - turned - middle - muscle - 0.22 * navel + 0.04 * rim + light * np.clip(across / 0.3, -1, 1),
        np.float32,
    )
