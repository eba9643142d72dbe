"""Pieces of picture that lie in a part of a larger one, and laying them over it.

Takes arrays, gives arrays; what the pieces show is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Patch:
    """`rgb` (h, w, 3) float32 in [0, 255] with coverage `alpha` (h, w) in [0, 1], whose upper left pixel lies at
    (`top`, `left`) of the larger picture and which lies wholly inside that."""

    top: int
    left: int
    rgb: Floats
    alpha: Floats

    @property
    def place(self) -> tuple[slice, slice]:
        height, width = self.alpha.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


def laid_over(base: Floats, patches: Iterable[Patch]) -> Floats:
    """The picture (H, W, 3) with patches laid over it one after the other."""
    result = base.copy()
    for patch in patches:
        under = result[patch.place]
        under += (patch.rgb - under) * patch.alpha[..., None]
    return result


def coverage(patches: Iterable[Patch], shape: tuple[int, int]) -> Floats:
    """Coverage (H, W) of several patches together."""
    clear = np.ones(shape, np.float32)
    for patch in patches:
        clear[patch.place] *= 1 - patch.alpha
    return np.asarray(1 - clear, np.float32)


def bounds(mask: NDArray[np.bool_], margin: int = 0) -> tuple[int, int, int, int] | None:
    """(top, left, bottom, right) of the true pixels with a margin, clipped to the picture; None without any."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    return (
        max(0, int(rows[0]) - margin),
        max(0, int(columns[0]) - margin),
        min(mask.shape[0], int(rows[-1]) + 1 + margin),
        min(mask.shape[1], int(columns[-1]) + 1 + margin),
    )
