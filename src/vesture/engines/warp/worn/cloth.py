"""What in the mask of a worn garment is cloth, told by colour: skin, nails, strands and backdrop at its rim are not.

Takes the wearer's photo, mask and labels, gives a smaller mask. A garment of the colour of skin, and one of the colour
of what is behind it, keep theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import SIDES, Body
from vesture.engines.warp.picture.patch import bounds
from vesture.vision.fill import push_pull
from vesture.vision.masks import dilate, erode
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

MARGIN = 0.5  # units round the mask that are looked at
FINE = 90.0  # pixels of a unit at which colours are looked at
LIGHTNESS = 0.6  # weight of lightness in a distance of colours: folds and limbs are shaded
CORE = 0.07  # units inside the rim where colours are the cloth's own
RIM = 0.06  # units on either side of the outline where colours mix
BODY_COLOURS, CLOTH_COLOURS = 4, 8
LIKE_BODY, UNLIKE_BODY = 11.0, 14.0  # distances: a pixel is skin or hair below, cloth is told from them above
NEARER = 0.6  # a pixel is foreign where that is nearer by this factor
LEAST_CORE = 0.3  # share of the core that must be unlike skin, and unlike hair
MOST_TAKEN = 0.45  # share of the mask; more would be a garment misread
TOLD_APART = 12.0  # distance of both sides of an outline, below which nothing is trimmed
OWN = 7.0  # distance to a colour of the cloth, within which a pixel is cloth wherever it lies
HAND, NAIL = 0.65, 17.0  # units about a wrist; distance from every colour of the cloth
FINGERTIP = 0.012  # square units
SAMPLES = 3000


@dataclass(frozen=True, slots=True)
class Scene:
    """The photo at working size: `lab` (h, w, 3) with lightness weighed, `mask` and `labels` (h, w), `unit` pixels."""

    lab: Floats
    mask: Bools
    labels: NDArray[np.uint8]
    unit: float


def only_cloth(photo: RGB, mask: Bools, body: Body) -> Bools:
    """The mask (H, W) without what is not cloth.

    Args:
        photo: (H, W, 3) of the wearer.
        mask: (H, W) where the garment was found.
        body: the wearer.
    """
    box = bounds(mask, round(MARGIN * body.unit))
    if box is None:
        return mask
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    scene, scale = scaled_scene(photo[place], mask[place], body.labels[place], body.unit)
    core = erode(scene.mask, CORE * scene.unit)
    foreign = np.zeros_like(scene.mask)
    wrists = [(body.arms[side].axis[-1] - (box[1], box[0])) * scale for side in SIDES]
    for label in (Label.SKIN, Label.HAIR):
        known = (scene.labels == label) & ~scene.mask
        colours = main_colours(scene.lab, erode(known, 0.02 * scene.unit), BODY_COLOURS, 0.1)
        away = colour_distance(scene.lab, colours)
        distinct = core & (away > UNLIKE_BODY)
        if not len(colours) or distinct.sum() < LEAST_CORE * max(int(core.sum()), 1):
            continue  # nobody of these colours is seen, or the garment has them
        core = distinct
        apart = colour_distance(scene.lab, main_colours(scene.lab, core, CLOTH_COLOURS, 0.03))
        foreign |= _joined_to(scene.mask & (away < LIKE_BODY) & (away < NEARER * apart), known, scene.unit)
        if label == Label.SKIN:
            foreign |= _nails(scene, apart, known | foreign, wrists)
    cloth = main_colours(scene.lab, core, CLOTH_COLOURS, 0.03)
    if not len(cloth):
        return mask
    foreign |= _rim(scene, scene.mask & ~foreign, core & ~foreign, cloth)
    if foreign.sum() > MOST_TAKEN * scene.mask.sum():
        return mask
    size = box[3] - box[1], box[2] - box[0]
    taken = cv2.resize(foreign.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    result = mask.copy()
    result[place] &= taken < 0.5
    return result


def scaled_scene(photo: RGB, mask: Bools, labels: NDArray[np.uint8], unit: float) -> tuple[Scene, float]:
    """The scene at working size, and pixels there for pixels of the photo."""
    scale = min(1.0, FINE / unit)
    size = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor((small / np.float32(255)).astype(np.float32), cv2.COLOR_RGB2LAB)
    nearest = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    labels = np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST))
    return Scene(lab * np.array([LIGHTNESS, 1, 1], np.float32), nearest, labels, unit * scale), scale


def main_colours(lab: Floats, where: Bools, count: int, least: float) -> Floats:
    """Main colours (n, 3) of pixels, those of less than a share left out; none where there are too few pixels."""
    pixels = lab[where]
    if len(pixels) < 4 * count:
        return np.zeros((0, 3), np.float32)
    some = pixels[:: max(1, len(pixels) // SAMPLES)]
    some = np.ascontiguousarray(some[np.argsort(some[:, 0], kind="stable")])
    start = (np.arange(len(some)) * count // len(some)).astype(np.int32)[:, None]
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 8, 1.0)
    _, names, centres = cv2.kmeans(some, count, start, criteria, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    return np.asarray(centres[np.bincount(names.ravel(), minlength=count) > least * len(some)], np.float32)


def colour_distance(lab: Floats, colours: Floats) -> Floats:
    """Distance (h, w) of each pixel to the nearest of some colours (n, 3)."""
    nearest = np.full(lab.shape[:2], np.inf, np.float32)
    for colour in colours:
        nearest = np.minimum(nearest, ((lab - colour) ** 2).sum(2))
    return np.sqrt(nearest)


def _joined_to(found: Bools, known: Bools, unit: float) -> Bools:
    """Pieces of `found` that skin or hair outside the mask goes on into; prints of their colour lie alone."""
    found = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    names = cv2.connectedComponents(found.astype(np.uint8))[1]
    touched = np.setdiff1d(np.unique(names[dilate(known, max(2.0, 0.03 * unit))]), [0])
    return np.isin(names, touched)


def _nails(scene: Scene, apart: Floats, skin: Bools, wrists: Sequence[NDArray[np.float64]]) -> Bools:
    """Nails, rings and shadows between fingers: what is beside a hand's skin and has no colour of the cloth."""
    hands = np.zeros(scene.mask.shape, np.uint8)
    for wrist in wrists:
        x, y = (round(float(value)) for value in wrist)
        cv2.circle(hands, (x, y), max(1, round(HAND * scene.unit)), 1, -1)
    found = scene.mask & (hands > 0) & (apart > NAIL)
    beside = dilate(skin & (hands > 0), 0.05 * scene.unit)
    count, names, stats, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8))
    touched = np.bincount(names[beside & found], minlength=count) > 0
    whole = touched & (stats[:, cv2.CC_STAT_AREA] < FINGERTIP * scene.unit**2)
    return np.asarray(found & (beside | whole[names]))


def _rim(scene: Scene, mask: Bools, core: Bools, cloth: Floats) -> Bools:
    """Pixels at the outline of the mask that look like what is beyond it rather than like the cloth inside."""
    band = mask & ~erode(mask, RIM * scene.unit)
    outside = ~dilate(scene.mask, 0.5 * RIM * scene.unit) | (~mask & erode(~mask, 0.5 * RIM * scene.unit))
    if not band.any() or not outside.any() or not core.any():
        return np.zeros_like(mask)
    inner = push_pull(scene.lab, core.astype(np.float32))
    outer = push_pull(scene.lab, outside.astype(np.float32))
    to_inner = np.linalg.norm(scene.lab - inner, axis=2)
    to_outer = np.linalg.norm(scene.lab - outer, axis=2)
    told = np.linalg.norm(inner - outer, axis=2) > TOLD_APART
    own = np.minimum(to_inner, colour_distance(scene.lab, cloth))
    return np.asarray(band & told & (own > OWN) & (to_outer < NEARER * own))
