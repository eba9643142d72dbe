"""Taking heavy shade off plain cloth: folds of a hanging garment, shadows thrown on it, dark corners of a photo; and
lightening photos that were taken too dark.

Takes: the cut-out garment. Gives: its colours in more even light. Knows nothing about landmarks.

Nearly every photo holds something close to white. One whose lightest places are grey was exposed too little, and its
white shirt would be a grey one on the body.

What is wide and soft in the garment's photo becomes narrow and hard on a body, and a light that the person's photo
does not have. Shade keeps the proportions of a colour's channels; dyes, prints and patches do not, or lie apart from
the cloth by more than shade does. So light is read only where cloth has its usual colour, and only what is heavier than
the light of well lit photos is taken off. The light's own edges stay where they are: it is read by the guided filter
(K. He, J. Sun, X. Tang, "Guided image filtering", PAMI 2013).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import Bool, Float, disc

FLOOR = 8.0  # levels, so that noise in the dark does not pass for colour
DEEP, DEEP_KEPT = 0.45, 0.25  # natural logarithms below the usual light: of a deep crease, and what it keeps
CREASE, LONG = 0.02, 0.25  # half the width of a crease, share of the longer side; its length, share of the height
SIZE = 240  # longer side at which the light is read
SAME_HUE = 0.13  # natural logarithm of the proportion of two channels that shade may change
SHADE = (0.6, 0.5)  # natural logarithms below and above the cloth's usual light that are light and no dye
LEAST_PLAIN = 0.72  # share of the cloth that has its usual colour; other cloth is patterned
PATTERNED = 0.12  # median change of the light from spot to spot, natural logarithm, from which cloth is patterned
LIGHT = 0.08  # natural logarithm below the usual light that cloth has in any photo
KEPT = 0.35  # of what is beyond that
SOFT = 3.0  # steepness with which shade that nears the deepest counts for less
LEAST_NEAR = 0.05  # share of the surroundings that has to be plain cloth
WIDTH, EDGE = 0.05, 0.06  # of the longer side: folds at least; logarithm of light that makes an edge
LIGHTEST, MOST_GAIN = 240.0, 1.2  # level that the lightest places of a photo come near to; the most to get there
SCENE, WHITE = 320, 99.0  # longer side at which they are looked for, percentile of the brightest channel


def exposed(rgb: NDArray[np.uint8], scene: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`rgb` (h, w, 3), a part of the photo `scene` (H, W, 3), as light as if the photo had been exposed well."""
    scale = min(1.0, SCENE / max(scene.shape[:2]))
    size = (max(1, round(scene.shape[1] * scale)), max(1, round(scene.shape[0] * scale)))
    brightest = cv2.resize(scene, size, interpolation=cv2.INTER_AREA).max(2)
    gain = float(np.clip(LIGHTEST / max(float(np.percentile(brightest, WHITE)), 1.0), 1.0, MOST_GAIN))
    return np.asarray(cv2.convertScaleAbs(rgb, alpha=gain), np.uint8)


def evened(rgb: NDArray[np.uint8], alpha: Float) -> NDArray[np.uint8]:
    """`rgb` (h, w, 3) with heavy shade taken off where `alpha` (h, w) shows plain cloth; patterned cloth as it is."""
    scale = min(1.0, SIZE / max(alpha.shape))
    size = (max(8, round(alpha.shape[1] * scale)), max(8, round(alpha.shape[0] * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    cloth = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA) > 0.98
    logs = np.log(small + FLOOR)
    light = logs.mean(2)
    usual = _usual(logs, light, cloth)
    if usual is None:
        return rgb
    plain, colour = usual
    level = float(colour.mean())
    surely = plain * np.clip((light - level) / SHADE[0] * SOFT + SOFT, 0, 1)  # no edge where shade becomes too deep
    base = _base(light, cv2.GaussianBlur(surely.astype(np.float32), (0, 0), 1.0), round(WIDTH * SIZE))
    heavy = np.where(base > 0, np.minimum(base - level + LIGHT, 0), 0)  # no light is known far from plain cloth
    gain = cv2.resize(np.exp((KEPT - 1) * heavy).astype(np.float32), rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    result = np.asarray(
        cv2.multiply(rgb, cv2.merge([gain] * 3), dtype=cv2.CV_8U), np.uint8
    )  # rounds, and stays within 255
    return _filled(result, _creases(light, cloth, level), colour)


def _creases(light: Float, cloth: Bool, level: float) -> Bool:
    """Where cloth lies in long and narrow, dark folds that run down it, (h, w)."""
    dark = (cloth & (light < level - DEEP)).astype(np.uint8)
    wide = cv2.morphologyEx(dark, cv2.MORPH_OPEN, disc(CREASE * SIZE))
    dark &= 1 - cv2.dilate(wide, disc(2))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    high, across, area = (stats[:, k] for k in (cv2.CC_STAT_HEIGHT, cv2.CC_STAT_WIDTH, cv2.CC_STAT_AREA))
    long = (high > LONG * light.shape[0]) & (high > 2 * across) & (area > 2 * high)
    return np.isin(labels, 1 + np.nonzero(long[1:])[0]) if count > 1 else np.zeros_like(cloth)


def _filled(rgb: NDArray[np.uint8], crease: Bool, colour: Float) -> NDArray[np.uint8]:
    """`rgb` with what is darkest in `crease` in the cloth's own `colour` (3,), natural logarithms, in light shade."""
    if not crease.any():
        return rgb
    near = cv2.dilate(crease.astype(np.uint8), disc(2))
    inside = cv2.resize(near, rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    lack = colour.mean() - DEEP_KEPT - np.log(rgb[inside] + FLOOR).mean(1, keepdims=True)
    shaded = np.exp(colour - DEEP_KEPT - KEPT * np.maximum(lack, 0)) - FLOOR
    result = rgb.copy()
    result[inside] = np.where(lack > 0, np.clip(shaded, 0, 255), rgb[inside]).astype(np.uint8)
    return result


def _usual(logs: Float, light: Float, cloth: Bool) -> tuple[Bool, Float] | None:
    """Where cloth (h, w) has its usual colour in any light, and that colour (3,) in logarithms; None if patterned."""
    if int(cloth.sum()) < 100:
        return None
    fine = np.abs(light - cv2.GaussianBlur(light, (0, 0), 2.0))
    if float(np.median(fine[cloth])) > PATTERNED:
        return None
    hues = logs - light[..., None]
    middle = np.median(hues[cloth], axis=0)
    alike = cloth & (np.abs(hues - middle).max(2) < SAME_HUE)
    if not alike.any():
        return None
    level = float(np.median(light[alike]))
    plain = alike & (light > level - SHADE[0]) & (light < level + SHADE[1])
    return (plain, middle + level) if plain.sum() > LEAST_PLAIN * cloth.sum() else None


def _base(light: Float, weight: Float, radius: int) -> Float:
    """The light without weave and small folds, (h, w): guided by itself, edges kept, read off where `weight` is; 0 far
    from there."""
    window = (2 * radius + 1, 2 * radius + 1)

    def mean(values: Float, by: Float) -> Float:
        total = cv2.boxFilter(by, -1, window)
        return np.asarray(cv2.boxFilter(values * by, -1, window) / np.maximum(total, 1e-4), np.float32)

    middle = mean(light, weight)
    spread = np.maximum(mean(light**2, weight) - middle**2, 0)
    slope = spread / (spread + EDGE**2)
    near = cv2.boxFilter(weight, -1, window)
    slope, rest = mean(slope, near), mean(middle * (1 - slope), near)
    base = slope * (middle + weight * (light - middle)) + rest
    return np.asarray(np.where(near > LEAST_NEAR, base, 0), np.float32)
