"""Sleeves that lie over the body they belong to, or cannot be seen, as pictures of their own.

A pixel of a worn garment may show a sleeve and hide the body behind it. The body keeps such pixels; the sleeve gets a
copy of its own beside the garment, a patch, and its outlines move along. A sleeve that cannot be seen is the mirror
image of the other one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import Body, SideName
from vesture.engines.warp.worn.wearer import OTHER, WornGarment, carried, mirrored
from vesture.vision.garment.types import Part

GAP = 6  # pixels between garment and patches
SLEEVE_PART: dict[SideName, Part] = {"left": Part.LEFT_SLEEVE, "right": Part.RIGHT_SLEEVE}


@dataclass(frozen=True, slots=True)
class Patch:
    """A sleeve on its own.

    Attributes:
        side: whose sleeve it becomes.
        rgb: (h, w, 3) uint8.
        alpha: (h, w) float32 in [0, 1].
        outlines: the sleeve's curves and points in pixels of the patch, by name without the side.
        wearer: the body as it lies about the sleeve, in pixels of the patch.
    """

    side: SideName
    rgb: NDArray[np.uint8]
    alpha: NDArray[np.float32]
    outlines: Mapping[str, NDArray[np.float32]]
    wearer: Body

    def mirrored(self) -> Patch:
        """The sleeve of the other side, from this one."""
        width = self.alpha.shape[1]
        flipped = {name: (value * (-1, 1) + (width - 1, 0)).astype(np.float32) for name, value in self.outlines.items()}
        return Patch(
            OTHER[self.side],
            np.ascontiguousarray(self.rgb[:, ::-1]),
            np.ascontiguousarray(self.alpha[:, ::-1]),
            flipped,
            carried(mirrored(self.wearer), 1.0, np.array([width - 1.0, 0.0])),
        )


def with_patches(garment: WornGarment, patches: Sequence[Patch]) -> WornGarment:
    """The garment with sleeves of their own beside it."""
    height = max([garment.alpha.shape[0], *(patch.alpha.shape[0] for patch in patches)])
    width = garment.alpha.shape[1] + sum(GAP + patch.alpha.shape[1] for patch in patches)
    rgb = np.zeros((height, width, 3), np.uint8)
    alpha, parts = np.zeros((height, width), np.float32), np.zeros((height, width), np.uint8)
    box = np.s_[: garment.alpha.shape[0], : garment.alpha.shape[1]]
    rgb[box], alpha[box], parts[box] = garment.rgb, garment.alpha, garment.parts
    points, curves, wearers = dict(garment.points), dict(garment.curves), dict(garment.sleeve_wearer)
    left = garment.alpha.shape[1]
    for patch in patches:
        left += GAP
        box = np.s_[: patch.alpha.shape[0], left : left + patch.alpha.shape[1]]
        rgb[box], alpha[box] = patch.rgb, patch.alpha
        parts[box] = np.where(patch.alpha > 0.3, int(SLEEVE_PART[patch.side]), 0)
        for name, value in patch.outlines.items():
            moved = np.add(value, (left, 0)).astype(np.float32)
            (curves if "sleeve" in name else points)[f"{name}_{patch.side}"] = moved
        wearers[patch.side] = carried(patch.wearer, 1.0, np.array([left, 0.0]))
        left += patch.alpha.shape[1]
    return replace(garment, rgb=rgb, alpha=alpha, parts=parts, points=points, curves=curves, sleeve_wearer=wearers)
