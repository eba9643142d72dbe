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


def with_attached(person: Bools, lab: Floats, mask: Floats, unit: float) -> Bools:
    """The silhouette (h, w) with the pieces that belong to it.

    Args:
        person: (h, w) the silhouette.
        lab: (h, w, 3) the photo.
        mask: (h, w) in [0, 1], the pose's own mask.
        unit: the body's measure in pixels.
    """
    reach = max(2, round(REACH * unit))
    near = _grown(person, reach) & ~person
    scene = _grown(person, 3 * reach) & ~_grown(person, reach) & (mask < 0.05)
    if scene.sum() < 50 or not near.any():
        return person
    colour = push_pull(lab, scene.astype(np.float32))
    away = lab - cv2.GaussianBlur(colour, (0, 0), reach)
    window = (6 * reach + 1,) * 2
    spread = cv2.boxFilter((np.linalg.norm(away, axis=-1) * scene).astype(np.float32), -1, window)
    share = cv2.boxFilter(scene.astype(np.float32), -1, window)
    plain = (spread < PLAIN * share) & (share > 0.05)
    chroma = np.linalg.norm(away[..., 1:], axis=-1)
    piece = near & plain & (np.linalg.norm(away, axis=-1) > UNLIKE) & (chroma > SHADOW)
    count, names, stats, _ = cv2.connectedComponentsWithStats(
        cv2.morphologyEx(piece.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    )
    large = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] > SMALLEST * unit**2]
    touching = np.unique(names[_grown(person, 2)])
    return person | np.isin(names, np.intersect1d(large, touching))


def _grown(where: Bools, reach: int) -> Bools:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2)
    return np.asarray(cv2.dilate(where.astype(np.uint8), kernel) > 0)
