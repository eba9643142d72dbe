"""Hair on the shoulders of somebody whose head is above the photo: nothing of the head tells its colour.

It comes down from the photo's upper edge, and looks like neither skin nor the cloth of the torso.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.parsing.colour import ANY_COLOUR, ColourModel, fit_colours
from vesture.vision.parsing.prior import BOTTOM, HAIR, SKIN, TOP, Skeleton

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Labels = NDArray[np.uint8]

LOWEST, WIDEST = 0.6, 0.85  # v and u
SMALLEST = 0.02  # units squared
CORE, CLOTH_LEVELS = 0.28, (0.4, 0.85)  # u and v, where the torso shows its cloth
DARK = 25.0  # lightness below which the hue of a colour says nothing
LIGHTER = 12.0  # than the skin, in Lab; what is lighter still is a collar


def with_loose_hair(
    labels: Labels,
    lab: Floats,
    tone: Bools,
    skeleton: Skeleton,
    skin: ColourModel | None,
    generator: np.random.Generator,
) -> Labels:
    """Labels (h, w) with that hair found. People whose head is in the photo stay as they are.

    Args:
        labels: (h, w).
        lab: (h, w, 3) the photo.
        tone: (h, w) pixels that anybody's skin may have.
        skeleton: the joints.
        skin: the colours of this person's skin.
        generator: picks sample pixels.
    """
    centre, radius = skeleton.face()
    if skin is None or float(centre[1]) > -0.5 * radius:
        return labels
    u, v = skeleton.frame((labels.shape[0], labels.shape[1]))
    place = np.isin(labels, (SKIN, TOP, HAIR)) & (v < LOWEST) & (np.abs(u) < WIDEST)
    if not place[:3].any():
        return labels
    torso = np.isin(labels, (TOP, BOTTOM)) & (np.abs(u) < CORE) & (v > CLOTH_LEVELS[0]) & (v < CLOTH_LEVELS[1])
    cloth = fit_colours(lab[torso], generator)
    if cloth is None:
        return labels
    colours = lab[place]
    unlike = (skin.log_likelihood(colours) < ANY_COLOUR) & (cloth.log_likelihood(colours) < ANY_COLOUR)
    unlike &= ~tone[place] | (colours[:, 0] < DARK)
    odd = np.zeros(labels.shape, np.uint8)
    odd[place] = unlike & (colours[:, 0] < skin.means[0, 0] + LIGHTER)
    opened = cv2.morphologyEx(odd, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, names, stats, _ = cv2.connectedComponentsWithStats(opened)
    from_above = set(np.unique(names[:3]).tolist())
    hair = [i for i in range(1, count) if i in from_above and stats[i, cv2.CC_STAT_AREA] > SMALLEST * skeleton.unit**2]
    result = labels.copy()
    result[np.isin(names, hair)] = HAIR
    return result
