"""The frame of the model: photos scaled and padded to it, results cut out of it again.

Takes and gives pictures (H, W, 3) or (H, W) uint8. Every size is truncated, not rounded, as in the published program:
for 273 of the lengths from 865 to 4999 that is one pixel less, and the model was trained on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a photo lies in the model's picture, in pixels of that picture."""

    left: int
    top: int
    width: int
    height: int

    def unpad(self, picture: Pixels) -> Pixels:
        """The photo's part of a picture of the model."""
        return picture[self.top : self.top + self.height, self.left : self.left + self.width].copy()

    def pad(self, photo: Pixels, height: int, width: int) -> Pixels:
        """The photo, already of this frame's size, on black."""
        picture = np.zeros((height, width, *photo.shape[2:]), np.uint8)
        picture[self.top : self.top + self.height, self.left : self.left + self.width] = photo
        return picture


def shrink_to_fit(photo: Pixels, side: int = 864) -> Pixels:
    """The photo (H, W, 3) scaled down to fit a square; unchanged where it fits already. Lanczos."""
    height, width = photo.shape[:2]
    factor = min(side / width, side / height)
    if factor >= 1:
        return photo
    size = (max(1, int(width * factor)), max(1, int(height * factor)))
    return np.asarray(Image.fromarray(photo).resize(size, Image.Resampling.LANCZOS))


def frame_for(photo: Pixels, height: int, width: int) -> Frame:
    """The largest centred frame of the photo's proportions in height x width."""
    factor = _factor(photo, height, width)
    frame_width, frame_height = max(1, int(photo.shape[1] * factor)), max(1, int(photo.shape[0] * factor))
    return Frame((width - frame_width) // 2, (height - frame_height) // 2, frame_width, frame_height)


def fit(photo: Pixels, height: int, width: int) -> Pixels:
    """Scale a photo to its frame in height x width and pad with black. (h, w, k) -> (height, width, k)"""
    factor = _factor(photo, height, width)
    method = cv2.INTER_LANCZOS4 if factor > 1 else cv2.INTER_AREA
    return _fit(photo, height, width, method)


def fit_lines(drawing: Pixels, height: int, width: int) -> Pixels:
    """`fit` for drawings, label maps and masks: no new values appear. (h, w) -> (height, width)"""
    return _fit(drawing, height, width, cv2.INTER_NEAREST_EXACT)


def _factor(photo: Pixels, height: int, width: int) -> float:
    return min(width / photo.shape[1], height / photo.shape[0])


def _fit(photo: Pixels, height: int, width: int, method: int) -> Pixels:
    frame = frame_for(photo, height, width)
    if photo.shape[:2] != (frame.height, frame.width):
        photo = np.asarray(cv2.resize(photo, (frame.width, frame.height), interpolation=method), np.uint8)
    return frame.pad(photo, height, width)
