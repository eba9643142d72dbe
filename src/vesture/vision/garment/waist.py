"""The upper edge of trousers and skirts: the front of the waistband.

Takes: a cut-out, and what the network believes to be the inside of the garment. Gives: the cut-out without the inside
of its back, which nobody sees on a wearer, and without what stands above the waist: clips, hooks and bars of hangers.
Knows nothing about landmarks.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import Bool, Float, disc
from vesture.vision.garment.cut import main_body
from vesture.vision.garment.cutout import Cutout
from vesture.vision.garment.labels import INNER

DEEPEST = 0.3  # of the garment's height: the inside of a waist reaches no lower
LIKELY = 0.5  # belief from which a place is not the front
BROAD = 0.12  # of the garment's width: narrower places of the inside are none
LEAST = 0.002  # of the garment's area
MOST = 0.25  # and the most of it
NARROW = 0.2  # of the garment's width: what stands above the waist and is wider belongs to it
TALLEST = 0.16  # of the garment's height: taller things are straps
UNLIKE = 14.0  # Lab units from which a colour is another one
RARE = 0.04  # share of the garment with a colour, up to which a clip is unlike the garment


def front_of_waist(cutout: Cutout, belief: Float | None) -> Cutout:
    """`cutout` as far as it is seen from the front.

    Args:
        cutout: trousers or a skirt.
        belief: (7, m, n) float32, the network's probabilities of parts at measuring scale, if it was asked.
    """
    old = cutout.region
    region = old if belief is None else old & ~_inside(old, belief)
    region = main_body(region & ~_clips(region, cutout.lab))
    if region.sum() >= old.sum() or region.sum() < 0.5 * old.sum():
        return cutout
    gone = cv2.dilate((old & ~region).astype(np.uint8), disc(2)) > 0
    size = (cutout.alpha.shape[1], cutout.alpha.shape[0])
    soft = cv2.GaussianBlur((gone & ~region).astype(np.float32), (0, 0), 0.8)
    soft = cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC)
    kept = 1 - np.clip((soft - 0.5) / max(cutout.scale, 0.2) + 0.5, 0, 1)
    return replace(cutout, alpha=np.asarray(cutout.alpha * kept, np.float32), region=region)


def _inside(region: Bool, belief: Float) -> Bool:
    """The inside of the back of the waist, and all that lies above the front's edge.

    That edge sags between the corners of the waist, so nothing above the straight lines from its ends to the lowest
    places that were found can be the front.
    """
    rows, columns = np.nonzero(region.any(1))[0], np.nonzero(region.any(0))[0]
    none = np.zeros_like(region)
    if len(rows) < 20 or len(columns) < 20:
        return none
    inside, backdrop = (cv2.GaussianBlur(belief[part], (0, 0), 1.0) for part in (INNER, 0))
    found = (inside + backdrop > LIKELY) & (inside > backdrop * 0.5) & region
    found[round(rows[0] + DEEPEST * len(rows)) :] = False
    found = main_body(cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, disc(1)) > 0)
    if not LEAST < found.sum() / region.sum() < MOST:
        return none
    under = np.where(found.any(0), len(region) - np.argmax(found[::-1], axis=0), 0).astype(np.float32)
    wide = np.ones((1, 2 * max(1, round(0.5 * BROAD * len(columns))) + 1))
    under = cv2.dilate(cv2.erode(under[None], wide), wide)[0]  # without deep narrow places
    first, last = np.nonzero(under)[0][[0, -1]] if under.any() else (0, 0)
    if last - first < 4:
        return none
    at = np.arange(first, last + 1)
    under[at] = _sagging(at, under[at])
    return np.asarray(region & (np.arange(len(region))[:, None] < under[None]))


def _sagging(x: NDArray[np.intp], y: Float) -> Float:
    """The lowest line (y counts downwards) through or under (x, y) that nowhere bends upwards."""
    hull: list[int] = []
    for index in range(len(x)):
        while len(hull) > 1:
            first, second = hull[-2], hull[-1]
            turn = (x[second] - x[first]) * (y[index] - y[first]) - (y[second] - y[first]) * (x[index] - x[first])
            if turn < 0:
                break
            hull.pop()
        hull.append(index)
    return np.interp(x, x[hull], y[hull]).astype(np.float32)


def _clips(region: Bool, lab: Float) -> Bool:
    """Narrow things above the waist whose colour the garment hardly has."""
    rows, columns = np.nonzero(region.any(1))[0], np.nonzero(region.any(0))[0]
    none = np.zeros_like(region)
    if len(rows) < 20 or len(columns) < 20:
        return none
    left, right = columns[0], columns[-1] + 1
    top = np.argmax(region[:, left:right], axis=0).astype(np.float32)
    reach = max(1, round(0.5 * NARROW * (right - left)))
    # where a narrow thing stands up, the level of what is beside it
    level = cv2.erode(cv2.dilate(top[None], np.ones((1, 2 * reach + 1))), np.ones((1, 2 * reach + 1)))[0]
    tall = TALLEST * len(rows)
    level = np.where((level - top > 1) & (level < rows[0] + tall), level, 0)
    above = none.copy()
    above[:, left:right] = region[:, left:right] & (np.arange(len(region))[:, None] < level[None])
    count, names = cv2.connectedComponents(above.astype(np.uint8), connectivity=8)
    cloth = lab[region & ~above]
    cloth = cloth[:: max(1, len(cloth) // 3000)]
    for name in range(1, count):
        colour = np.median(lab[names == name], axis=0)
        if float(np.mean(np.linalg.norm(cloth - colour, axis=1) < UNLIKE)) > RARE:
            above &= names != name
    return above
