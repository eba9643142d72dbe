"""Colour difference as eyes see it: CIEDE2000.

Formula after G. Sharma, W. Wu, E. N. Dalal: The CIEDE2000 color-difference formula: implementation notes,
supplementary test data, and mathematical observations. Color Research and Application 30 (2005), 21-30.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def lab(rgb: NDArray[np.uint8]) -> Floats:
    """CIELAB (…, 3), D65, of sRGB pixels (H, W, 3) uint8."""
    return np.asarray(cv2.cvtColor((rgb / 255).astype(np.float32), cv2.COLOR_RGB2LAB), np.float64)


def ciede2000(first: Floats, second: Floats) -> Floats:
    """Differences (…,) of CIELAB colours (…, 3), all parametric weights 1; about 1 is just noticeable."""
    lightness, a, b = np.moveaxis(np.stack([first, second]), -1, 0)  # each (2, …)
    seventh = np.hypot(a, b).mean(0) ** 7
    a = a * (1.5 - 0.5 * np.sqrt(seventh / (seventh + 25.0**7)))
    chroma = np.hypot(a, b)
    hue = np.degrees(np.arctan2(b, a)) % 360
    grey = chroma.prod(0) == 0
    turn = (hue[1] - hue[0] + 180) % 360 - 180
    turn = np.where(hue[1] - hue[0] == 180, 180.0, turn)  # opposite hues: the sign is the formula's choice
    delta_lightness, delta_chroma = lightness[1] - lightness[0], chroma[1] - chroma[0]
    delta_hue = np.where(grey, 0.0, 2 * np.sqrt(chroma.prod(0)) * np.sin(np.radians(turn / 2)))
    mean_hue = np.where(grey, hue.sum(0), _mean_hue(hue))
    mean_lightness, mean_chroma = lightness.mean(0), chroma.mean(0)
    weight = (
        1
        - 0.17 * _cos(mean_hue - 30)
        + 0.24 * _cos(2 * mean_hue)
        + 0.32 * _cos(3 * mean_hue + 6)
        - 0.20 * _cos(4 * mean_hue - 63)
    )
    offset = (mean_lightness - 50) ** 2
    by_lightness = delta_lightness / (1 + 0.015 * offset / np.sqrt(20 + offset))
    by_chroma = delta_chroma / (1 + 0.045 * mean_chroma)
    by_hue = delta_hue / (1 + 0.015 * mean_chroma * weight)
    seventh = mean_chroma**7
    bend = 60 * np.exp(-(((mean_hue - 275) / 25) ** 2))
    rotation = -2 * np.sqrt(seventh / (seventh + 25.0**7)) * np.sin(np.radians(bend))
    return np.asarray(np.sqrt(by_lightness**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue))


def _mean_hue(hue: Floats) -> Floats:
    """Mean of two hues (2, …) in degrees, on the shorter arc."""
    total = hue.sum(0)
    far = np.abs(hue[0] - hue[1]) > 180
    return np.asarray(np.where(far, np.where(total < 360, total + 360, total - 360), total) / 2)


def _cos(degrees: Floats) -> Floats:
    return np.asarray(np.cos(np.radians(degrees)))
