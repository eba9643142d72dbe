"""Outlines of bent cloth: smooth, one pixel soft, and of the cloth's own colour up to the edge.

Takes sampled cloth with the coverage that its mask gave, gives colour and coverage. Knows nothing about garments.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Units. Ripples of the outline shorter than the first are the mask's and always go; those up to the second go where
# the outline moves by less than `SHIFT` for it, so that corners, points and straps stay.
FINE, BROAD, SHIFT = 0.011, 0.035, 0.018
PER_SIGMA = 2.5  # pixels from a straight edge to what its blur by a sigma of one pixel shows there, less one half
SLOPE = 0.8  # of coverage across an outline, to the pixel
SLIVER = 0.02  # units: half the width of shreds that are torn off rather than cut so
SOLID = 0.98  # coverage of cloth through which nothing shows


def clean_edge(rgb: Floats, alpha: Floats, others: Floats, unit: float) -> tuple[Floats, Floats]:
    """Colour (h, w, 3) in [0, 255] and coverage (h, w) with a smooth outline.

    Straps and fringes too thin for smoothing stay as they are. Colours at the rim come from further in: what is mixed
    with the backdrop makes halos.

    Args:
        rgb: (h, w, 3), premultiplied by the coverage `alpha` (h, w).
        others: (h, w) coverage of the cloth's other parts; where the outline goes in under them its corners stay.
    """
    sigma = max(0.8, FINE * unit)
    soft = cv2.GaussianBlur(alpha, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    depth = (soft - 0.5) * (PER_SIGMA * sigma)
    thin = _thin(alpha, depth, sigma)
    coverage = np.where(thin, alpha, np.clip(0.5 + SLOPE * _without_waves(depth, unit, others), 0, 1))
    coverage[coverage < 0.02] = 0
    own = np.asarray(rgb / np.maximum(alpha, 1e-3)[..., None], np.float32)
    rim = (coverage > 0) & (alpha < 0.95)
    if rim.any():
        sure = np.where(alpha > 0.97, 1.0, 1e-4 * alpha).astype(np.float32)
        own = np.where(rim[..., None], _spread(own, sure, 1.2 * sigma, SHIFT * unit), own)
    return np.clip(own, 0, 255), np.asarray(coverage, np.float32)


def without_shreds(alpha: Floats, under: Floats, unit: float) -> Floats:
    """Coverage (h, w) of a sleeve without spikes and shreds that lie on solid cloth `under` (h, w) it: there its mask
    took in a little of that cloth, which was drawn apart. Elsewhere all stays."""
    factor = max(1, int(SLIVER * unit / 4))
    size = (-(-alpha.shape[1] // factor), -(-alpha.shape[0] // factor))
    whole = (cv2.resize(alpha, size, interpolation=cv2.INTER_AREA) > 0.5).view(np.uint8)
    reach = max(1, round(SLIVER * unit / factor))
    margin = 2 * reach + 1
    whole = cv2.copyMakeBorder(whole, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    kept = cv2.dilate(cv2.morphologyEx(whole, cv2.MORPH_OPEN, _disc(reach)), _disc(reach // 2))
    share = cv2.resize(kept[margin:-margin, margin:-margin].astype(np.float32), alpha.shape[::-1])
    return np.asarray(np.where(under > SOLID, alpha * share, alpha), np.float32)


def _disc(radius: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2), np.uint8)


def _spread(own: Floats, sure: Floats, near: float, far: float) -> Floats:
    """The sure colours blurred over their surroundings; beyond the reach of a narrow blur by a wide one."""
    result = np.zeros_like(own)
    missing = np.ones(sure.shape, bool)
    for sigma in (near, max(2 * near, far)):
        weight = cv2.GaussianBlur(sure, (0, 0), sigma)
        colour = cv2.GaussianBlur(own * sure[..., None], (0, 0), sigma) / np.maximum(weight, 1e-9)[..., None]
        result = np.where(missing[..., None], colour, result)
        missing &= weight < 1e-4
        if not missing.any():
            break
    return np.asarray(result, np.float32)


def _without_waves(depth: Floats, unit: float, others: Floats) -> Floats:
    """Depth (h, w) below an outline that keeps its course and loses its waves, from that below the wavy one.

    Found at a lower resolution: it is smooth.
    """
    sigma = BROAD * unit
    factor = max(1, int(sigma / 2.5))
    margin = 4 * factor
    limit = float(np.abs(depth).max())
    padded = _padded(depth, margin, -limit)
    size = (max(1, padded.shape[1] // factor), max(1, padded.shape[0] // factor))
    small = cv2.resize(padded, size, interpolation=cv2.INTER_AREA)
    inside = np.clip(0.5 + small / factor, 0, 1)
    course = (cv2.GaussianBlur(inside, (0, 0), sigma / factor) - 0.5) * (PER_SIGMA * sigma)
    band = (np.abs(small) < 0.6 * factor).astype(np.float32)
    reach = 1.2 * sigma / factor
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(reach) + 1,) * 2)
    shift = cv2.blur(cv2.dilate(np.abs(course) * band, around), (3, 3))
    smooth = np.clip(2 - shift / (0.5 * SHIFT * unit), 0, 1)
    smooth *= 1 - _seams(cv2.resize(_padded(others, margin, 0), size, interpolation=cv2.INTER_AREA), band, reach)
    inner = np.s_[margin:-margin, margin:-margin]
    course, smooth = (cv2.resize(field, padded.shape[::-1])[inner] for field in (course, smooth))
    return np.asarray(depth + (np.clip(course, -limit, limit) - depth) * smooth, np.float32)


def _seams(others: Floats, band: Floats, reach: float) -> Floats:
    """In [0, 1], where the outline `band` (h, w) passes from beside the other parts to under them."""
    under, beside = cv2.GaussianBlur(band * others, (0, 0), reach), cv2.GaussianBlur(band * (1 - others), (0, 0), reach)
    return np.asarray(np.clip(24 * under * beside / np.maximum((under + beside) ** 2, 1e-4), 0, 1), np.float32)


def _padded(field: Floats, margin: int, value: float) -> Floats:
    return np.asarray(cv2.copyMakeBorder(field, *(margin,) * 4, cv2.BORDER_CONSTANT, value=value), np.float32)


def _thin(alpha: Floats, depth: Floats, sigma: float) -> NDArray[np.bool_]:
    """What smoothing would wipe out and is longer than a ripple."""
    lost = ((alpha > 0.5) & (depth < -0.25)).view(np.uint8)
    count, names, stats, _ = cv2.connectedComponentsWithStats(lost)
    if count < 2:
        return np.zeros(alpha.shape, bool)
    long = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(1) > 6 * sigma
    long[0] = False
    return np.asarray(cv2.dilate(long[names].view(np.uint8), np.ones((5, 5), np.uint8)) > 0)
