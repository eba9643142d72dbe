"""What keeps painted skin from looking like plastic: the photo's own grain, and the unevenness that all skin has.

Takes the photo and where skin is seen, gives factors on painted colours. Knows nothing about bodies.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.picture.coarse import Coarse
from vesture.vision.masks import erode

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

BANDS = (0.0, 1.0, 1.8)  # pixels: grain is measured and made anew between one and the next
# percentile of the sizes of the details of skin, that grain has, in standard deviations; levels of these at the most
PLAIN, PLAIN_SHARE, MOST_GRAIN = 30.0, 0.5, (0.8, 0.55)
TILE = 256  # pixels after which grain repeats
LEAST = 64  # pixels of skin that show grain
EDGE = 5.0  # pixels from its outline from which on skin does
# Low-resolution pixels, and what lightness, red and yellow (CIE L*a*b*) differ within them: about half of what
# 64 bare arms and 32 bare legs of 40 photos do, since part of theirs is muscles, bones and light, and not by chance
SIZES = (1.6, 3.5, 7.5, 17.0)
LIGHTER = (0.35, 0.6, 0.6, 0.5)
REDDER = (0.25, 0.3, 0.3, 0.35)
YELLOWER = (0.25, 0.25, 0.3, 0.3)
REDDER_IF_DARKER, YELLOWER_IF_REDDER = 0.3, 0.5  # correlations
# what one unit each of these is of the red, green and blue of skin
ONE_LIGHTER = np.array([0.0140, 0.0165, 0.0180], np.float32)
ONE_REDDER = np.array([0.0090, -0.0060, 0.0], np.float32)
ONE_YELLOWER = np.array([0.0020, 0.0, -0.0145], np.float32)


@dataclass(frozen=True, slots=True)
class SkinTexture:
    """Factors near 1 on painted skin: `grain` (H, W) at the photo's size, `mottling` (h, w, 3) at a low resolution."""

    grain: Floats
    mottling: Floats


def skin_texture(photo: Floats, skin: Bools, coarse: Coarse, generator: np.random.Generator) -> SkinTexture:
    """The texture of skin in a photo (H, W, 3) that shows `skin` (H, W)."""
    return SkinTexture(_grain(photo, skin, generator), _mottling(coarse, generator))


def _grain(photo: Floats, skin: Bools, generator: np.random.Generator) -> Floats:
    """Noise (H, W) as strong as the plainest skin of the photo shows it, in each of the bands."""
    grey = photo[..., 1]
    inner = erode(skin, EDGE)
    known = int(inner.sum()) >= LEAST
    seen = inner if known else np.ones_like(skin)
    bright = max(40.0, float(grey[seen].mean()) if known else 120.0)
    size = TILE + 32
    noise = np.pad(generator.standard_normal((TILE, TILE), dtype=np.float32), 16, mode="wrap")
    tile = np.zeros((size, size), np.float32)
    for finer, coarser, most in zip(BANDS, BANDS[1:], MOST_GRAIN, strict=False):
        details = _blurred(grey, finer) - _blurred(grey, coarser)
        # hairs, lips and nails are no grain: the plainest part of the skin shows that alone
        strength = min(float(np.percentile(np.abs(details[seen][::7]), PLAIN)) / PLAIN_SHARE, most)
        band = _blurred(noise, finer) - _blurred(noise, coarser)
        tile += band * np.float32(strength / bright / max(float(band.std()), 1e-6))
    height, width = skin.shape
    repeats = -(-height // TILE), -(-width // TILE)
    return np.asarray(1 + np.tile(tile[16:-16, 16:-16], repeats)[:height, :width], np.float32)


def _blurred(values: Floats, size: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), size), np.float32) if size > 0 else values


def _mottling(coarse: Coarse, generator: np.random.Generator) -> Floats:
    """Unevenness (h, w, 3) of light and blood under the skin."""
    shape = coarse.photo.shape[:2]
    result = np.ones((*shape, 3), np.float32)
    for size, lighter, redder, yellower in zip(SIZES, LIGHTER, REDDER, YELLOWER, strict=True):
        light, red, yellow = (_spots(shape, size, generator) for _ in range(3))
        red = red - REDDER_IF_DARKER * light
        yellow = yellow + YELLOWER_IF_REDDER * red
        result += (lighter * light)[..., None] * ONE_LIGHTER
        result += (redder * red)[..., None] * ONE_REDDER + (yellower * yellow)[..., None] * ONE_YELLOWER
    return result


def _spots(shape: tuple[int, ...], size: float, generator: np.random.Generator) -> Floats:
    """Noise (h, w) of standard deviation 1, smooth over `size` pixels."""
    small = max(2, round(shape[0] / size) + 1), max(2, round(shape[1] / size) + 1)
    spots = cv2.resize(generator.standard_normal(small, dtype=np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(spots / max(float(spots.std()), 1e-6), np.float32)
