"""What one drawn picture is labelled with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.network import (
    KINDS,
    NECKS,
    NET_SIDE,
    PART_COUNT,
    POINT_NAMES,
    SLEEVES,
    SWAPPED_PARTS,
    SWAPPED_POINTS,
)

LABEL_SIDE = NET_SIDE // 2  # the part map comes out at half the input
HIDDEN_WEIGHT = 0.4  # how much a point under another layer counts, against one in sight


@dataclass(frozen=True, slots=True)
class Sample:
    """One drawn garment with its labels; N = `NET_SIDE`, n = `LABEL_SIDE`, k = number of points.

    Attributes:
        image: (N, N, 3) uint8 RGB.
        parts: (7, n, n) uint8, share of each label pixel that the part covers, times 255; sums to about 255.
        points: (k, 2) float32 (x, y) in pixels of `image`, pixel centres at whole numbers; unset where weight is 0.
        weights: (k,) float32: 0 absent or outside the frame, `HIDDEN_WEIGHT` hidden, 1 in sight.
        present: (k,) float32, 1 where the garment has the point inside the frame.
        kind, sleeve, neck: indices into `KINDS`, `SLEEVES`, `NECKS`.
    """

    image: NDArray[np.uint8]
    parts: NDArray[np.uint8]
    points: NDArray[np.float32]
    weights: NDArray[np.float32]
    present: NDArray[np.float32]
    kind: int
    sleeve: int
    neck: int

    def mirrored(self) -> Sample:
        """The same garment seen in a mirror, names of sides exchanged."""
        order = list(SWAPPED_POINTS)
        points = self.points[order].copy()
        points[:, 0] = NET_SIDE - 1 - points[:, 0]
        return Sample(
            image=np.ascontiguousarray(self.image[:, ::-1]),
            parts=np.ascontiguousarray(self.parts[list(SWAPPED_PARTS)][:, :, ::-1]),
            points=points,
            weights=self.weights[order].copy(),
            present=self.present[order].copy(),
            kind=self.kind,
            sleeve=self.sleeve,
            neck=self.neck,
        )


def point_arrays(
    places: Mapping[str, NDArray[np.float32]], hidden: set[str]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """points (k, 2), weights (k,) and present (k,) from places in picture pixels."""
    points = np.full((len(POINT_NAMES), 2), -1, np.float32)
    weights = np.zeros(len(POINT_NAMES), np.float32)
    for index, name in enumerate(POINT_NAMES):
        if name in places and np.all((places[name] >= 0) & (places[name] <= NET_SIDE - 1)):
            points[index] = places[name]
            weights[index] = HIDDEN_WEIGHT if name in hidden else 1.0
    return points, weights, (weights > 0).astype(np.float32)


__all__ = [
    "HIDDEN_WEIGHT",
    "KINDS",
    "LABEL_SIDE",
    "NECKS",
    "NET_SIDE",
    "PART_COUNT",
    "POINT_NAMES",
    "SLEEVES",
    "Sample",
]
