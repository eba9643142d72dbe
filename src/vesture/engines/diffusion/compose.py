"""Which pixels of the result are the model's and which stay the photo's own.

Takes pictures and label maps of one size, gives weights (h, w) float32 in [0, 1], 1 where the model's picture shows;
where a weight is 0 the photo's bytes pass unchanged. Lengths are in pixels of a picture 864 high.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import Category
from vesture.engines.diffusion.body_parts import GARMENT_PARTS, BodyPart, Labels, Marked, where
from vesture.engines.diffusion.frame import Pixels

Weights = NDArray[np.float32]

NOMINAL_HEIGHT = 864
BACKGROUND_MARGIN, CLOTHES_MARGIN, CLOTHES_FEATHER, GARMENT_GUARD = 6.0, 4.0, 3.0, 4.0
CHANGE_BLUR, CHANGE_GROW, CHANGE_FEATHER = 1.5, 12.0, 5.0
CLEAR_CHANGE = 20.0
"""Levels of 255 by which a pixel must differ for its neighbourhood to count as redrawn."""
SMALLEST_CHANGE = 0.0004
"""Share of the picture under which a lonely change is noise."""
_ACCESSORIES = frozenset({BodyPart.BAG, BodyPart.HAT, BodyPart.GLASSES, BodyPart.JEWELRY, BodyPart.BELT})


def background_to_keep(before: Labels, after: Labels) -> Weights:
    """1 where the photo and the result both show background, with a soft inner rim."""
    both = (before == BodyPart.BACKGROUND) & (after == BodyPart.BACKGROUND)
    margin = _scaled(BACKGROUND_MARGIN, before)
    return _feathered(_eroded(both, margin), margin)


def clothes_to_keep(before: Labels, after: Labels, category: Category, *, keep_feet: bool = True) -> Weights:
    """1 where photo and result agree on clothes that were not swapped, accessories and (`keep_feet`) shoes."""
    swapped = GARMENT_PARTS[category]
    other = frozenset().union(*GARMENT_PARTS.values(), _ACCESSORIES) - swapped
    if keep_feet:
        other |= {BodyPart.FEET}
    same = where(before, other) & (before == after)
    near_garment = _dilated(where(before, swapped) | where(after, swapped), _scaled(GARMENT_GUARD, before))
    kept = _feathered(_eroded(same, _scaled(CLOTHES_MARGIN, before)), _scaled(CLOTHES_FEATHER, before))
    return np.where(near_garment, np.float32(0), kept)


def changed_region(before: Pixels, after: Pixels) -> Weights:
    """1 where the model clearly redrew the photo, soft at the rim, 0 where only its grain differs."""
    sigma = _scaled(CHANGE_BLUR, before)
    smooth_before, smooth_after = (
        cv2.GaussianBlur(picture, (0, 0), sigma).astype(np.float32) for picture in (before, after)
    )
    clear = (np.abs(smooth_after - smooth_before).max(axis=2) > CLEAR_CHANGE).astype(np.uint8)
    count, numbers, facts, _ = cv2.connectedComponentsWithStats(clear, connectivity=8)
    large = np.array([False] + [facts[i, cv2.CC_STAT_AREA] >= SMALLEST_CHANGE * clear.size for i in range(1, count)])
    grown = _dilated(large[numbers], _scaled(CHANGE_GROW, before))
    return _feathered(grown, _scaled(CHANGE_FEATHER, before))


def blend(photo: Pixels, result: Pixels, weights: Weights) -> Pixels:
    """photo where the weight is 0, result where it is 1, bytes unchanged; mixed between. (h, w, 3)"""
    weight = weights[..., None]
    mixed = np.rint(photo + weight * (result.astype(np.float32) - photo)).astype(np.uint8)
    return np.where(weight <= 0, photo, np.where(weight >= 1, result, mixed))


def enlarged(picture: Pixels, height: int, width: int) -> Pixels:
    """The result at the photo's size. (h, w, 3)"""
    if picture.shape[:2] == (height, width):
        return picture
    larger = height * width > picture.shape[0] * picture.shape[1]
    method = cv2.INTER_LANCZOS4 if larger else cv2.INTER_AREA
    return np.asarray(cv2.resize(picture, (width, height), interpolation=method), np.uint8)


def enlarged_weights(weights: Weights, height: int, width: int) -> Weights:
    """Weights at the photo's size; 0 and 1 stay exact away from the rims."""
    resized = cv2.resize(weights, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip(np.asarray(resized, np.float32), 0, 1)


def _scaled(length: float, picture: NDArray[np.uint8]) -> float:
    return max(1.0, length * picture.shape[0] / NOMINAL_HEIGHT)


def _disc(radius: float) -> NDArray[np.uint8]:
    size = 2 * int(radius) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


def _eroded(mask: Marked, radius: float) -> Marked:
    return cv2.erode(mask.astype(np.uint8), _disc(radius)) > 0


def _dilated(mask: Marked, radius: float) -> Marked:
    return cv2.dilate(mask.astype(np.uint8), _disc(radius)) > 0


def _feathered(mask: Marked, sigma: float) -> Weights:
    """A Gaussian rim, cut off where it is too faint or too full to be seen, so that 0 and 1 are exact."""
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), sigma)
    soft = np.clip((soft - 0.02) / 0.96, 0, 1)
    return np.asarray(soft, np.float32)
