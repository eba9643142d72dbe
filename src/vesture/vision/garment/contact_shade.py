"""The shade that lying cloth throws on a plain ground right below its hem and cuffs, where it passed for cloth.

Takes: Lab colours, the fitted backdrop and the garment's region. Gives: the part of the region that is shade.
Knows nothing about kinds of garments. Lengths are shares of the longer side.

Such shade is the ground made darker, unlike all that the garment is made of, and grows lighter away from the cloth;
a band of a second colour is as dark at its end as at its seam, and ends sharply.
"""

from __future__ import annotations

import cv2
import numpy as np

from vesture.vision.garment.backdrop import Backdrop, Bool, Float, flood, gradient, shadow_like
from vesture.vision.garment.tones import distance_to, main_colours

DEEPEST = 0.045  # above the lower rim
INNER = 0.03  # from the rim: where only cloth is
LEAST_SHADE = 5.0  # Lab units below the ground's lightness
UNLIKE = 11.0  # Lab units from all main colours of the cloth
OWN = 0.01  # share of the inside that looks like shade, from which the cloth has that colour itself
FADING = 8.0  # change per pixel where it ends on the ground
LEAST = 10  # pixels: smaller pieces are noise
SAMPLES = 4000  # pixels of the inside that are looked at
MIXED = 2  # pixels of mixed colour between shade and cloth, at most


def contact_shade(lab: Float, backdrop: Backdrop, garment: Bool) -> Bool:
    """(h, w) what of `garment` is the ground below it in its shade; `lab` (h, w, 3) float32."""
    none = np.zeros_like(garment)
    size = max(garment.shape)
    inner = cv2.distanceTransform(garment.astype(np.uint8), cv2.DIST_L2, 3) >= INNER * size
    if inner.sum() < 50:
        return none
    cloth = lab[inner][:: max(1, int(inner.sum()) // SAMPLES)]
    colours = main_colours(cloth)
    shade = shadow_like(lab, backdrop) & (backdrop.lab[..., 0] - lab[..., 0] > LEAST_SHADE)
    like = shade[inner][:: max(1, int(inner.sum()) // SAMPLES)]
    if float(np.mean(like & (distance_to(cloth[None], colours)[0] > UNLIKE))) > OWN:
        return none
    low = garment & (_above_ground(garment) <= DEEPEST * size)
    from_cloth = np.zeros(garment.shape, np.float32)
    from_cloth[low] = distance_to(lab[low][None], colours)[0]
    found = flood((shade & low & (from_cloth > UNLIKE)) | ~garment, ~garment, 0) & garment
    found = _fading(found, garment, gradient(lab))
    if not found.any():
        return none
    nearer = np.linalg.norm(lab - np.median(lab[found], axis=0), axis=2) < from_cloth
    for _ in range(MIXED):
        found[:-1] |= found[1:] & (nearer & low)[:-1]
    return found


def _fading(found: Bool, garment: Bool, edge: Float) -> Bool:
    """The pieces of `found`, a part of `garment`, that end softly on the ground below."""
    result = np.zeros_like(found)
    _, names, stats, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8), connectivity=8)
    for name in 1 + np.nonzero(stats[1:, cv2.CC_STAT_AREA] >= LEAST)[0]:
        left, top, wide, tall, _ = (int(value) for value in stats[name])
        box = np.s_[top : top + tall + 1, left : left + wide]
        piece = names[box] == name
        end = np.zeros_like(piece)
        end[1:] = piece[:-1] & ~garment[box][1:]
        if end.any() and np.median(edge[box][end]) < FADING:
            result[box] |= piece
    return result


def _above_ground(garment: Bool) -> Float:
    """(h, w) how many pixels of the garment lie straight below each of its pixels, with itself."""
    rows = np.arange(garment.shape[0])[:, None]
    ground = np.where(garment, garment.shape[0], rows)
    return np.asarray(np.minimum.accumulate(ground[::-1], axis=0)[::-1] - rows, np.float32)
