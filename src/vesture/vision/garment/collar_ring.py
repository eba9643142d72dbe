"""The front of a ribbed collar, told by the ring that it is: its rim, and the seam that runs beside it.

Takes: the Lab picture of a garment and its collar corners. Gives: the rim's curve, or None. Knows nothing about the
rest of the garment.

Where the front and the inner back are of one colour, and creased, no change of colour tells the rim. But the edges
along a rim all run its way, those of creases run any way; and the seam of the ribbing runs the same way just below.
Only the direction of edges counts here, hardly their strength.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import Bool, Float
from vesture.vision.garment.neckline import ABOVE, MARGIN, SAMPLES, SCALE, Neckline, framed, neckline_shape, rectified

DEPTHS = np.arange(0.28, 0.62, 0.02, dtype=np.float32)  # collar widths
USUAL = (0.37, 0.53)  # depths of the front of a ribbed collar; a shallower ring is the back's
POWERS = (1.8, 2.2, 2.7, 3.4)
INSETS = (0.0, 0.05, 0.1, 0.15)
RIBBINGS = (0.06, 0.075, 0.09, 0.105, 0.12)  # width of the ring
SEAM = 0.7  # what the seam counts beside the rim
STRETCHES = 7
LEAST_RING = 0.5  # of a ring
STANDS_OUT = 0.12  # from the worst of the rings that are shallower, and of those that are deeper
LEAST_WIDTH = 24  # pixels between the corners


def find_ring(lab: Float, region: Bool, left: Float, right: Float) -> Neckline | None:
    """The front rim of a ribbed collar between the corners `left` and `right`, where there plainly is one."""
    if float(np.linalg.norm(right - left)) < LEAST_WIDTH:
        return None
    frame = framed(left, right)
    patch, inside = rectified(lab, region, frame)
    shapes = np.array([(d, p, 0, i) for d in DEPTHS for p in POWERS for i in INSETS], np.float32)
    scores = _ring_scores(patch, inside, shapes).reshape(len(DEPTHS), -1)
    profile = scores.max(1)
    pick = _plainest(profile)
    if pick is None:
        return None
    best = float(profile[pick])
    shape = shapes.reshape(len(DEPTHS), -1, 4)[pick, int(scores[pick].argmax())]
    x = np.linspace(-1, 1, SAMPLES + 1, dtype=np.float32)
    y = neckline_shape(x, shape)
    return Neckline(frame.place(x, y), float(y.max()), float(np.clip(best, 0, 1)))


def _plainest(profile: Float) -> int | None:
    """Of the rings at `DEPTHS`, the plainest that may be the front's and stands out from shallower and deeper ones.

    The ring of the back lies above it and is often plainer, so that only peaks count, not the highest value.
    """
    best: int | None = None
    for index in range(1, len(profile) - 1):
        value = float(profile[index])
        is_peak = profile[index - 1] <= value > profile[index + 1]
        if not is_peak or value < LEAST_RING or not USUAL[0] < DEPTHS[index] < USUAL[1]:
            continue
        worst = max(float(profile[:index].min()), float(profile[index + 1 :].min()))
        if value - worst >= STANDS_OUT and (best is None or value > profile[best]):
            best = index
    return best


def _ring_scores(patch: Float, inside: Bool, shapes: Float) -> Float:
    """(n,) how well curves (n, 4), and others just below them, run along edges."""
    change_x, change_y = (cv2.Sobel(patch, cv2.CV_32F, k, 1 - k, ksize=3) / 8 for k in (1, 0))
    tensor = np.stack([(change_x**2).sum(2), (change_x * change_y).sum(2), (change_y**2).sum(2)], 2)
    tensor = cv2.GaussianBlur(tensor, (0, 0), 1.6)
    strength = tensor[..., 0] + tensor[..., 2]
    faint = 0.7 * float(np.median(strength[inside])) + 1e-3 if inside.any() else 1.0
    # Direction at each pixel as (cos, sin) of the doubled angle, shorter where edges are faint or mixed.
    turns = np.stack([tensor[..., 0] - tensor[..., 2], 2 * tensor[..., 1]], 2) / (strength + faint)[..., None]
    turns = np.asarray(turns * inside[..., None], np.float32)
    x = np.linspace(-0.95, 0.95, 7 * STRETCHES, dtype=np.float32)
    share = np.abs(x)[None]
    depth, power, inset = (shapes[:, k, None] for k in (0, 1, 3))
    column, row = x[None] * (1 - inset) / 2 + 0.5 + MARGIN, depth * (1 - share**power) + ABOVE
    slope = -2 * depth * power * share ** (power - 1) * np.sign(x) / (1 - inset)
    length = np.sqrt(1 + slope**2)
    normal_x, normal_y = -slope / length, 1 / length
    weight = length / length.sum(1, keepdims=True)
    wanted = normal_x**2 - normal_y**2, 2 * normal_x * normal_y

    def along(offset: float) -> NDArray[Any]:
        i = np.clip((row + offset * normal_y) * SCALE, 0, patch.shape[0] - 1).astype(np.intp)
        j = np.clip((column + offset * normal_x) * SCALE, 0, patch.shape[1] - 1).astype(np.intp)
        here = turns[i, j]
        agreement = here[..., 0] * wanted[0] + here[..., 1] * wanted[1]
        stretches = agreement.reshape(len(agreement), STRETCHES, -1).mean(2)
        weak = np.partition(stretches, 1, axis=1)[:, 1]
        return np.asarray((agreement * weight).sum(1) + 0.5 * np.minimum(weak, 0.5))

    seam = np.max([along(width) for width in RIBBINGS], axis=0)
    return np.asarray(along(0.0) + SEAM * seam, np.float32)
