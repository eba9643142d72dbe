"""What a camera and a file do to a picture: light, colour cast, blur, noise, compression."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.garment.bank import grains, hills, piece, straight_piece
from training.garment.chance import between, maybe


def develop(rng: np.random.Generator, canvas: NDArray[np.float32], tidy: bool) -> NDArray[np.uint8]:
    """(h, w, 3) uint8 from a float32 picture in [0, 255]."""
    height, width = canvas.shape[:2]
    picture = canvas
    if not tidy:
        gain = np.float32(1 + rng.normal(0, 0.06, 3)) * between(rng, 0.76, 1.12)
        picture = picture * gain
        if maybe(rng, 0.4):
            y, x = np.mgrid[:height, :width].astype(np.float32)
            far = (x / width - 0.5) ** 2 + (y / height - 0.5) ** 2
            picture = picture * (1 - far * between(rng, 0, 0.7))[..., None]
        if maybe(rng, 0.3):  # a window at one side
            angle = between(rng, 0, 2 * np.pi)
            y, x = np.mgrid[:height, :width].astype(np.float32)
            along = (x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle)
            picture = picture * (1 + np.tanh(along * between(rng, 1, 4)) * between(rng, 0.05, 0.35))[..., None]
        if maybe(rng, 0.25):  # the photographer's shadow
            shade = np.clip(piece(rng, hills()[:9], height, width) * 3 - between(rng, 0, 3), 0, 1)
            picture = picture * (1 - shade * between(rng, 0.05, 0.4))[..., None]
    if maybe(rng, 0.38):
        sigma = between(rng, 0.3, 1.0 if maybe(rng, 0.8) else 1.8)
        picture = cv2.GaussianBlur(np.ascontiguousarray(picture, np.float32), (0, 0), sigma)
    if maybe(rng, 0.3):  # over-sharpened, as phones do
        soft = cv2.GaussianBlur(np.ascontiguousarray(picture, np.float32), (0, 0), 1.0)
        picture = picture + (picture - soft) * between(rng, 0.2, 1.0)
    if maybe(rng, 0.6):
        noise = between(rng, 0.5, 3 if tidy else 9)
        picture = picture + straight_piece(rng, grains()[:3], height, width)[..., None] * noise
    if maybe(rng, 0.4):
        picture = 255 * np.clip(picture / 255, 0, 1) ** between(rng, 0.75, 1.35)
    pixels = np.clip(picture, 0, 255).astype(np.uint8)
    if maybe(rng, 0.5):
        quality = int(rng.integers(35, 95))
        pixels = cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    return pixels
