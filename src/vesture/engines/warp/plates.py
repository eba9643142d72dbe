"""What appears where the old garment is taken away: background, skin, the other garment.

Takes the photo, the body and which pixels become bare; gives the photo without the old garment. Each plate is
grown from real pixels of its kind.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body import NECK_HALF_WIDTH, SIDES, SIGN, V_LEVELS, Body, Limb
from vesture.vision.fill import grain, push_pull
from vesture.vision.parsing import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


def dilate(mask: Bools, radius: float) -> Bools:
    size = 2 * max(1, round(radius)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel) > 0)


def erode(mask: Bools, radius: float) -> Bools:
    return ~dilate(~mask, radius)


def closed(mask: Bools, radius: float) -> Bools:
    """The mask with its gaps up to twice the radius filled."""
    return erode(dilate(mask, radius), radius)


def feather(mask: Bools, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), max(sigma, 0.3)), np.float32)


def background_plate(photo: Floats, person: Bools, unit: float, generator: np.random.Generator) -> Floats:
    """The scene without the person: grown from pixels clear of them, with the scene's own grain."""
    clear = ~dilate(person, 0.04 * unit)
    plate = push_pull(photo, clear.astype(np.float32))
    return plate + grain(photo, clear, generator)


def garment_plate(photo: Floats, where: Bools, unit: float, generator: np.random.Generator) -> Floats:
    """Cloth of the other garment, grown from its visible pixels."""
    inside = erode(where, 0.02 * unit)
    inside = inside if inside.any() else where
    return push_pull(photo, inside.astype(np.float32)) + grain(photo, inside, generator)


def skin_plate(photo: Floats, body: Body, generator: np.random.Generator) -> Floats:
    """Bare skin everywhere: the colours of the visible skin nearby, leaning to the usual lit tone."""
    skin = _inner_skin(body)
    tone = lit_tone(photo, skin)
    typical = skin & (np.abs(photo - tone).sum(-1) < 45)
    grown = push_pull(photo, typical.astype(np.float32)) if typical.any() else tone
    return np.asarray(0.4 * grown + 0.6 * tone + 0.5 * grain(photo, typical, generator), np.float32)


def _inner_skin(body: Body) -> Bools:
    skin = body.labels == Label.SKIN
    inner = erode(skin, 0.02 * body.unit)
    return inner if int(inner.sum()) >= 50 else skin


def lit_tone(photo: Floats, skin: Bools) -> Floats:
    """The colour (3,) of skin in the light; beards, nails and the shaded side are skin too, but no colour to grow."""
    if int(skin.sum()) < 20:
        return np.array([198, 152, 128], np.float32)  # nothing to go by: a middling tone
    own = photo[skin]
    bright = own.sum(-1)
    lit = own[(bright >= np.percentile(bright, 68)) & (bright <= np.percentile(bright, 95))]
    return np.asarray(np.median(lit, axis=0), np.float32)


def arm_skin(photo: Floats, body: Body, arm: Limb, skin: Floats) -> Floats:
    """The skin plate, half way to the tone of this arm's own hand where enough of it is seen."""
    ys, xs = np.nonzero(_inner_skin(body))
    wrist = arm.axis[-1]
    near = (xs - wrist[0]) ** 2 + (ys - wrist[1]) ** 2 < (0.7 * body.unit) ** 2
    if int(near.sum()) < 150:
        return skin
    hand = np.zeros(body.labels.shape, bool)
    hand[ys[near], xs[near]] = True
    shift = lit_tone(photo, hand) - np.median(skin.reshape(-1, 3)[::97], axis=0)
    return np.asarray(skin + 0.5 * shift, np.float32)  # hands are redder than arms: half way


def limb_skin(skin: Floats, limb: Limb, strength: float = 0.22) -> Floats:
    """Flat skin turned into a tube round a limb: as it is on the axis, darker to both sides."""
    distance, radius = limb_distance((skin.shape[0], skin.shape[1]), limb)
    turn = np.clip(distance / np.maximum(radius, 1), 0, 1)
    return np.asarray(skin * (1 - strength * turn**2.5)[..., None], np.float32)


def limb_distance(shape: tuple[int, int], limb: Limb) -> tuple[Floats, Floats]:
    """Distance (H, W) of each pixel to a limb's axis and the bare radius there; far pixels read a large distance."""
    distance, radius = np.full(shape, 1e6, np.float32), np.ones(shape, np.float32)
    reach = float(limb.natural.max()) * 2.2
    low = np.floor(limb.axis.min(0) - reach).astype(int)
    high = np.ceil(limb.axis.max(0) + reach).astype(int) + 1
    left, top = np.clip(low, 0, shape[::-1])
    right, bottom = np.clip(high, 0, shape[::-1])
    if right <= left or bottom <= top:
        return distance, radius
    ys, xs = np.mgrid[top:bottom, left:right].astype(np.float32)
    best, which = np.full(xs.shape, 1e12, np.float32), np.zeros(xs.shape, np.int32)
    for index, (x, y) in enumerate(resampled_axis(limb)):
        near = (xs - x) ** 2 + (ys - y) ** 2
        closer = near < best
        best[closer], which[closer] = near[closer], index
    distance[top:bottom, left:right] = np.sqrt(best)
    radius[top:bottom, left:right] = limb.radius(np.linspace(0, limb.length, AXIS_SAMPLES))[which]
    return distance, radius


AXIS_SAMPLES = 64


def resampled_axis(limb: Limb) -> NDArray[np.float64]:
    return limb.at(np.linspace(0, limb.length, AXIS_SAMPLES))


def limb_zone(shape: tuple[int, int], limb: Limb, start: float, end: float, grow: float = 1.0) -> Floats:
    """Soft silhouette (H, W) of a bare limb between two arc lengths; where it begins at the body it is round."""
    if end <= start:
        return np.zeros(shape, np.float32)
    along = np.linspace(start, end, AXIS_SAMPLES)
    axis, radius = limb.at(along), limb.radius(along) * grow
    if start <= 0:
        radius = radius * np.sqrt(1 - (1 - np.clip(along / limb.natural[0], 0, 1)) ** 2)
    normal = limb.outward(along, 1.0)
    outline = np.concatenate([axis + normal * radius[:, None], (axis - normal * radius[:, None])[::-1]])
    return filled(shape, outline)


def filled(shape: tuple[int, int], outline: NDArray[np.float64]) -> Floats:
    """Anti-aliased silhouette (H, W) in [0, 1] of a closed outline (n, 2)."""
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [np.rint(outline * 16).astype(np.int32)], 255, lineType=cv2.LINE_AA, shift=4)
    return canvas.astype(np.float32) / 255


def neck_zone(shape: tuple[int, int], body: Body) -> Floats:
    """Silhouette of neck and shoulders that cloth would bare: from under the chin to the shoulder tips."""
    half = NECK_HALF_WIDTH * body.unit * 0.86
    up = -body.down * body.unit
    sunk = 0.045 * body.unit * body.down  # cloth lies on the shoulder: what shows above it is no skin
    points = [
        body.neck + up * 0.5 - body.across * half,
        body.neck_foot["left"] + sunk,
        body.tip["left"] + sunk,
        body.point(-float(body.bare_half_width[1]), 0.2)[0],
        body.point(float(body.bare_half_width[1]), 0.2)[0],
        body.tip["right"] + sunk,
        body.neck_foot["right"] + sunk,
        body.neck + up * 0.5 + body.across * half,
    ]
    return filled(shape, np.array(points))


def torso_zone(shape: tuple[int, int], body: Body, start: float, end: float) -> Floats:
    """Silhouette of the bare torso between two levels v."""
    if end <= start:
        return np.zeros(shape, np.float32)
    levels = np.linspace(start, end, 24)
    edges = []
    for side in SIDES:
        bare = np.interp(levels, V_LEVELS, body.bare_half_width)
        width = np.minimum(body.width(side, levels), 1.08 * bare)
        edges.append(body.point(SIGN[side] * width, levels))
    return filled(shape, np.concatenate([edges[0], edges[1][::-1]]))
