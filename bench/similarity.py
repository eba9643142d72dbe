"""How alike two pictures or two regions are.

SSIM after Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli: Image quality assessment: from error visibility to
structural similarity. IEEE Transactions on Image Processing 13 (2004), 600-612.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

WINDOW, SIGMA = 11, 1.5  # of the Gaussian window, pixels
K1, K2, RANGE = 0.01, 0.03, 255.0


def ssim_map(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Floats:
    """SSIM (H, W) in [-1, 1] of the luma of two pictures (H, W, 3); borders are mirrored."""
    x, y = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float64) for picture in (first, second))
    mean_x, mean_y = _local(x), _local(y)
    variance_x, variance_y = _local(x * x) - mean_x**2, _local(y * y) - mean_y**2
    covariance = _local(x * y) - mean_x * mean_y
    c1, c2 = (K1 * RANGE) ** 2, (K2 * RANGE) ** 2
    above = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    return np.asarray(above / ((mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)))


def _local(values: Floats) -> Floats:
    return np.asarray(cv2.GaussianBlur(values, (WINDOW, WINDOW), SIGMA, borderType=cv2.BORDER_REFLECT_101))


def iou(first: Bools, second: Bools) -> float:
    """Intersection over union; 1 where both are empty."""
    union = int((first | second).sum())
    return float((first & second).sum() / union) if union else 1.0


def dilated(mask: Bools, radius: float) -> Bools:
    """The mask grown by a disc of this radius in pixels."""
    size = 2 * round(radius) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel) > 0)
