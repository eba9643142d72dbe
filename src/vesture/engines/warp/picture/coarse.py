"""The photo at a low resolution, where everything smooth is found: tones, light, the colours of what goes.

Takes a photo and masks at its size, gives fields at the low resolution and brings them back up.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.fill import push_pull

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

UNIT = 64  # low-resolution pixels to the body's unit


@dataclass(frozen=True, slots=True)
class Coarse:
    """`photo` (h, w, 3) float32, the picture of `shape` (H, W) shrunk by about `factor`."""

    photo: Floats
    shape: tuple[int, int]
    factor: float

    @staticmethod
    def of(photo: Floats, unit: float) -> Coarse:
        factor = max(1.0, unit / UNIT)
        size = (max(1, round(photo.shape[1] / factor)), max(1, round(photo.shape[0] / factor)))
        small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA) if factor > 1 else photo
        return Coarse(small, (photo.shape[0], photo.shape[1]), factor)

    @property
    def columns(self) -> Floats:
        """Photo columns (w,) of the low-resolution pixels' centres."""
        width = self.photo.shape[1]
        return (np.arange(width, dtype=np.float32) + 0.5) * (self.shape[1] / width) - 0.5

    @property
    def rows(self) -> Floats:
        """Photo rows (h,) of the low-resolution pixels' centres."""
        height = self.photo.shape[0]
        return (np.arange(height, dtype=np.float32) + 0.5) * (self.shape[0] / height) - 0.5

    def share(self, mask: Bools) -> Floats:
        """How much (h, w) of each low-resolution pixel a mask (H, W) covers."""
        small = cv2.resize(mask.view(np.uint8) * np.uint8(255), self.photo.shape[1::-1], interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.float32) / np.float32(255)

    def pure(self, mask: Bools) -> Bools:
        """Low-resolution pixels (h, w) that lie wholly in a mask (H, W)."""
        return np.asarray(self.share(mask) > 0.99)

    def grown(self, seeds: Bools) -> Floats:
        """The colours (h, w, 3) of low-resolution seed pixels (h, w), spread smoothly over everything."""
        return push_pull(self.photo, seeds.astype(np.float32))

    def full(self, field: Floats) -> Floats:
        """A low-resolution field at the photo's size."""
        return np.asarray(cv2.resize(field, self.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)

    def at(self, field: Floats, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Floats:
        """Values (n, ...) of a low-resolution field at photo pixels."""
        height, width = field.shape[:2]
        row = np.minimum(rows * height // self.shape[0], height - 1)
        return np.asarray(field[row, np.minimum(columns * width // self.shape[1], width - 1)])
