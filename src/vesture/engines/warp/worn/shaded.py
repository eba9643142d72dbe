"""Shade of arms in the mask of a worn garment: the parse takes an arm's shadow side for the sleeve it goes into, and a
bare arm darkens the side of the cloth that it hangs beside.

Takes the wearer's photo, mask and labels, gives a smaller mask. Shade changes how light skin is, not its hue; a garment
that has the hue of skin keeps its mask.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import SIDES, Body
from vesture.engines.warp.body.silhouettes import limb_zone
from vesture.engines.warp.worn.cloth import Scene, colour_distance, main_colours, scaled_scene
from vesture.engines.warp.worn.wearer import carried
from vesture.vision.garment.types import Part
from vesture.vision.masks import dilate, erode
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

DARKEST = 18.0  # levels: darker pixels have no hue
HUE, NEARER = 0.28, 0.6  # log-chromaticity: a pixel has the skin's hue, and is nearer to it than to the cloth's
COLOURED = 0.6  # least share of the skin's usual colourfulness
LIT = (0.2, 1.05)  # shares of the skin's usual brightness
UNLIKE = 14.0  # CIELAB distance from every main colour of the cloth
MIXED, RIM = 7.0, 0.04  # the same where skin and cloth mix, units beside it
ARM = 2.5  # radii about an arm
LEAST_SKIN, LEAST_CLOTH = 0.02, 0.1  # square units that must be seen
LEAST_PIECE = 0.004  # square units
BESIDE, SOFT = 0.16, 0.02  # units beside a bare arm; units about its shade
DARKER, SHADED = 8.0, 3.0  # levels below every colour of the cloth: of a shade somewhere, of all that belongs to it
MOST_AWAY, MOST_UNLIKE = 0.2, 0.5  # shares of it further from the arm, and of another hue: a pocket, a print
UPPER = 0.15  # share of the arm below which it hangs beside the cloth
MOST_TAKEN = 0.2  # share of the mask; more would be a garment misread


def without_shaded_skin(photo: RGB, mask: Bools, body: Body) -> Bools:
    """The mask (H, W) without the shaded skin of arms that go on out of it."""
    scene, scale = scaled_scene(photo, mask, body.labels, body.unit)
    small = np.asarray(cv2.resize(photo, scene.mask.shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8)
    known = (scene.labels == Label.SKIN) & ~scene.mask
    hued, apart = _skin_hued(small, scene, erode(known, 0.03 * scene.unit))
    near = carried(body, scale, np.zeros(2))
    arms = np.zeros_like(scene.mask)
    for side in SIDES:
        arms |= limb_zone(scene.mask.shape, near.arms[side], 0.0, 1.1 * near.arms[side].length, ARM) > 0.5
    found = cv2.morphologyEx(
        (hued & arms & (apart > UNLIKE)).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)
    )
    count, names, stats, _ = cv2.connectedComponentsWithStats(found)
    touched = np.unique(names[dilate(known, max(2.0, 0.05 * scene.unit))])
    large = [k for k in touched if k and stats[k, cv2.CC_STAT_AREA] > LEAST_PIECE * scene.unit**2]
    taken = np.isin(names, large)
    if count < 2 or not taken.any() or taken.sum() > MOST_TAKEN * scene.mask.sum():
        return mask
    taken |= dilate(taken, RIM * scene.unit) & (apart > MIXED)
    out = cv2.resize(taken.astype(np.float32), mask.shape[1::-1])
    return mask & (out < 0.5)


def without_shade(photo: RGB, mask: Bools, parts: NDArray[np.uint8], body: Body) -> Bools:
    """The mask (H, W) of the cloth that has `parts` (H, W), without what of the torso's a bare arm darkens."""
    return mask & (parts > 0) & ~shade_of_arms(photo, mask & (parts == Part.TORSO), body)


def shade_of_arms(photo: RGB, mask: Bools, body: Body) -> Bools:
    """Where (H, W) a bare arm beside the cloth of a mask (H, W) makes it darker than it is anywhere: another body holds
    its arms elsewhere."""
    scene, scale = scaled_scene(photo, mask, body.labels, body.unit)
    near = carried(body, scale, np.zeros(2))
    arms = np.zeros_like(scene.mask)
    for arm in near.arms.values():
        arms |= limb_zone(scene.mask.shape, arm, UPPER * arm.length, 1.1 * arm.length, ARM) > 0.5
    beside = scene.mask & dilate(arms & (scene.labels == Label.SKIN) & ~scene.mask, BESIDE * scene.unit)
    if not beside.any():
        return np.zeros_like(mask)
    colours = main_colours(scene.lab, erode(scene.mask, 0.07 * scene.unit) & ~beside, 6, 0.08)
    if not len(colours):
        return np.zeros_like(mask)
    hue = log_hue(np.asarray(cv2.resize(photo, scene.mask.shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8))
    usual = np.median(hue[erode(scene.mask, 0.07 * scene.unit) & ~beside], axis=0)
    depth = np.where(scene.mask, colours[:, 0].min() - scene.lab[..., 0], 0.0)
    count, names = cv2.connectedComponents((depth > SHADED).view(np.uint8))
    deep = cv2.morphologyEx((beside & (depth > DARKER)).view(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)) > 0
    whole = np.maximum(np.bincount(names.ravel(), minlength=count), 1)
    away = np.bincount(names[~beside], minlength=count) / whole
    unlike = np.bincount(names[np.linalg.norm(hue - usual, axis=2) > HUE], minlength=count) / whole
    taken = (np.bincount(names[deep], minlength=count) > 0) & (away < MOST_AWAY) & (unlike < MOST_UNLIKE)
    taken[0] = False
    dark = dilate(taken[names], SOFT * scene.unit) & beside
    return np.asarray(mask & (cv2.resize(dark.astype(np.float32), mask.shape[1::-1]) > 0.5))


def log_hue(small: RGB) -> Floats:
    """Log-chromaticity (h, w, 2): red over green and green over blue, the same in light and shade."""
    values = np.log(cv2.GaussianBlur(small, (0, 0), 0.8).astype(np.float32) + 6.0)
    return np.stack([values[..., 0] - values[..., 1], values[..., 1] - values[..., 2]], 2)


def _skin_hued(small: RGB, scene: Scene, skin: Bools) -> tuple[Bools, Floats]:
    """Where (h, w) the mask has the hue of `skin` and no brighter light than it; distance (h, w) from the cloth."""
    brightest = small.max(2)
    skin, core = skin & (brightest > DARKEST), erode(scene.mask, 0.07 * scene.unit) & (brightest > DARKEST)
    if skin.sum() < LEAST_SKIN * scene.unit**2 or core.sum() < LEAST_CLOTH * scene.unit**2:
        return np.zeros_like(scene.mask), np.zeros(scene.mask.shape, np.float32)
    hue = log_hue(small)
    planar = np.concatenate([hue, np.zeros((*hue.shape[:2], 1), np.float32)], 2)
    to_skin = colour_distance(planar, main_colours(planar, skin, 3, 0.15))
    to_cloth = colour_distance(planar, main_colours(planar, core, 4, 0.1))
    apart = colour_distance(scene.lab, main_colours(scene.lab, core, 6, 0.08))
    coloured = np.linalg.norm(hue, axis=2) > COLOURED * float(np.median(np.linalg.norm(hue[skin], axis=1)))
    usual = float(np.median(brightest[skin]))
    lit = (brightest > max(DARKEST, LIT[0] * usual)) & (brightest < LIT[1] * usual)
    hued = (to_skin < HUE) & (to_skin < NEARER * to_cloth)
    return np.asarray(scene.mask & hued & coloured & lit), apart
