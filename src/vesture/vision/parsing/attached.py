"""What hangs on the person though the silhouette leaves it out: stripes down a seam, tassels, pale cuffs, laces.

GrabCut knows a person by few colours, and a small piece in a colour of its own goes to the scene. Where the scene
around is plain, anything unlike it that touches the person is the person's.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.fill import push_pull

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

REACH = 0.16  # units beyond the silhouette
PLAIN = 2.0  # Lab spread of a backdrop that hides nothing
UNLIKE = 14.0  # Lab distance from it
SHADOW = 7.0  # Lab distance of colours without their lightness: what is only darker is a shadow
SMALLEST = 0.002  # units squared
COARSER = 4  # times the working resolution's pixels, for the scene's colour


def with_attached(person: Bools, lab: Floats, mask: Floats, unit: float) -> Bools:
    """The silhouette (h, w) with the pieces that belong to it.

    Args:
        person: (h, w) the silhouette.
        lab: (h, w, 3) the photo.
        mask: (h, w) in [0, 1], the pose's own mask.
        unit: the body's measure in pixels.
    """
    reach = max(2.0, REACH * unit)
    away = _distance(person)
    scene = (away > reach) & (away < 3 * reach) & (mask < 0.05)
    colour, plain = _backdrop(lab, scene, reach)
    if not plain.any():
        return person
    unlike = lab - colour
    chroma = np.linalg.norm(unlike[..., 1:], axis=-1)
    piece = (away <= reach) & ~person & plain & (np.linalg.norm(unlike, axis=-1) > UNLIKE) & (chroma > SHADOW)
    opened = cv2.morphologyEx(piece.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    count, names, stats, _ = cv2.connectedComponentsWithStats(opened)
    large = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] > SMALLEST * unit**2]
    touching = np.unique(names[away < 2.5])
    return person | np.isin(names, np.intersect1d(large, touching))


def _backdrop(lab: Floats, scene: Bools, reach: float) -> tuple[Floats, Bools]:
    """The scene's smooth colour (h, w, 3) and where it is plain (h, w), found at a low resolution."""
    height, width = scene.shape
    size = max(1, round(width / COARSER)), max(1, round(height / COARSER))
    share = cv2.resize(scene.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(lab, size, interpolation=cv2.INTER_AREA)
    seeds = (share > 0.99).astype(np.float32)
    window = (2 * round(3 * reach / COARSER) + 1,) * 2
    mass = cv2.boxFilter(seeds, -1, window)
    if seeds.sum() < 20:
        return lab, np.zeros(scene.shape, bool)
    colour = cv2.GaussianBlur(push_pull(small, seeds), (0, 0), reach / COARSER)
    spread = cv2.boxFilter(np.linalg.norm(small - colour, axis=-1) * seeds, -1, window)
    plain = ((spread < PLAIN * mass) & (mass > 0.05)).astype(np.uint8)
    full = cv2.resize(colour, (width, height), interpolation=cv2.INTER_LINEAR)
    return full, cv2.resize(plain, (width, height), interpolation=cv2.INTER_NEAREST) > 0


def _distance(where: Bools) -> Floats:
    """Pixels (h, w) to the nearest of `where`."""
    return np.asarray(cv2.distanceTransform((~where).astype(np.uint8), cv2.DIST_L2, 3), np.float32)
