"""Shadows that a hanging garment throws on the wall behind it, where they pass for its sides.

Takes: a garment's region and Lab colours. Gives: the part of the region that is shadow. Knows nothing about kinds of
garments. Lengths are shares of the longer side.

A shadow has the tint of what it falls on, only darker, and no sharp edge to it. So where cloth and ground differ in
tint, what has the ground's at the garment's rim, is found nowhere inside the garment and fades into the ground is no
cloth; bands and cuffs of a second colour end sharply.
"""

from __future__ import annotations

import cv2
import numpy as np

from vesture.vision.garment.backdrop import Bool, Float, disc, flood, gradient
from vesture.vision.garment.cut import local_mean

DEEPEST = 0.07  # from the rim
MARGIN, GROUND = 0.012, 0.2  # from the garment: where the ground is looked at
NEIGHBOURHOOD = 0.24  # side of the window in which cloth and ground are told
LEAST_CONTRAST = 4.0  # between their tints
NEARER = 0.6  # share of the way to the cloth's tint up to which a tint is the ground's
DARKEST, BLACK = 50.0, 12.0  # furthest below the ground's lightness; from where tints are noise
OWN = 0.002  # share of the inside that looks like a shadow, from which the cloth itself has the ground's tint
THIN = 0.004  # half the thickness of what is no more than a soft edge
SMOOTH, FADING = 3.0, 4.0  # change per pixel within a shadow, and where it ends on the ground, in Lab units
SPLINTER = 0.014  # half the thickness of shreds that a shadow leaves beside it
LIGHT = 60.0  # the lightness at which tints are compared


def cast_shadow(lab: Float, region: Bool) -> Bool:
    """(h, w) the shadow in `region`: `lab` (h, w, 3) float32."""
    size = max(region.shape)
    none = np.zeros_like(region)
    depth = cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 3)
    away = cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, 3)
    inner, ground = depth >= DEEPEST * size, (away > MARGIN * size) & (away < GROUND * size)
    if not inner.any() or not ground.any():
        return none
    seen = _tints(cv2.GaussianBlur(lab, (0, 0), 1.0))
    window = (2 * round(0.5 * NEIGHBOURHOOD * size) + 1,) * 2
    of_cloth = local_mean(seen, inner.astype(np.uint8), window)
    of_ground = local_mean(seen, ground.astype(np.uint8), window)
    darker = of_ground[..., 0] - seen[..., 0]
    like = (_apart(of_cloth, of_ground) > LEAST_CONTRAST) & (darker > 0) & (darker < DARKEST) & (seen[..., 0] > BLACK)
    like &= _apart(seen, of_ground) < NEARER * _apart(seen, of_cloth)
    if float(like[inner].mean()) > OWN:
        return none
    found = flood((like & region & ~inner) | ~region, ~region, 0) & region
    found = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, disc(THIN * size)) > 0
    return _with_splinters(_fading(found, region, gradient(lab)), region, SPLINTER * size)


def _with_splinters(found: Bool, region: Bool, radius: float) -> Bool:
    """`found` with what is left of `region` beside it in shreds thinner than twice `radius`."""
    if not found.any():
        return found
    left = (region & ~found).astype(np.uint8)
    solid = cv2.morphologyEx(left, cv2.MORPH_OPEN, disc(radius)) > 0
    near = cv2.dilate(found.astype(np.uint8), disc(2 * radius)) > 0
    return np.asarray(found | ((left > 0) & ~solid & near))


def _fading(found: Bool, region: Bool, edge: Float) -> Bool:
    """The pieces of `found`, a part of `region`, that are smooth and end softly on the ground."""
    result = np.zeros_like(found)
    count, names = cv2.connectedComponents(found.astype(np.uint8), connectivity=8)
    for name in range(1, count):
        piece = names == name
        end = (cv2.dilate(piece.astype(np.uint8), disc(1)) > 0) & ~region
        if end.any() and np.median(edge[piece]) < SMOOTH and np.median(edge[end]) < FADING:
            result |= piece
    return result


def _tints(lab: Float) -> Float:
    """(h, w, 3): lightness, and a and b as they would be at one lightness, since shade takes from all three alike."""
    light = lab[..., :1]
    return np.asarray(np.dstack([light, lab[..., 1:] * (LIGHT / np.maximum(light + 10, 20))]), np.float32)


def _apart(first: Float, second: Float) -> Float:
    """(h, w) distance of two maps of tints."""
    return np.asarray(np.hypot(first[..., 1] - second[..., 1], first[..., 2] - second[..., 2]), np.float32)
