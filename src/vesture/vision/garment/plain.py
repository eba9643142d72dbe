"""Cutting a garment out of a plain backdrop, with the shadows it casts on it.

Takes: a small picture and the backdrop fitted to its rim. Gives: the garment's region. Knows nothing about kinds of
garments. Works at one fixed small scale; lengths are shares of the picture's long side.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import (
    Backdrop,
    Bool,
    Float,
    bites,
    disc,
    flood,
    flood_backdrop,
    gradient,
    rim,
    shadow_like,
    without_colour_blocks,
)
from vesture.vision.garment.contact_shade import contact_shade
from vesture.vision.garment.cut import graph_cut, local_mean, main_body, mend_edge, smooth_region


def cut_plain(small: NDArray[np.uint8], lab: Float, backdrop: Backdrop) -> Bool:
    """The garment on a plain backdrop: all that the backdrop and its shadows leave over, with a mended outline."""
    size = max(small.shape[:2])
    seen, lab = lab, without_colour_blocks(lab)
    garment = ~flood_backdrop(lab, backdrop)
    garment = main_body(garment & ~rim(garment.shape, 0.004))
    if garment.sum() < 50:
        return garment
    garment &= ~_seen_through(lab, backdrop, garment)
    garment = _shed_shadows(small, lab, backdrop, garment)
    step = max(2, round(0.006 * size))
    if _is_like_backdrop(lab, backdrop, garment):
        garment = smooth_region(main_body(_halfway(lab, backdrop, garment)), 0.006 * size)
    else:
        garment = main_body(garment & ~_slivers(lab, backdrop, garment))
        garment = mend_edge(lab, garment, 2 * step, step)
        garment = smooth_region(main_body(garment), 1.2)
    shade = contact_shade(seen, backdrop, garment)
    return smooth_region(main_body(garment & ~shade), 1.0) if shade.any() else garment


def _slivers(lab: Float, backdrop: Backdrop, garment: Bool) -> Bool:
    """Backdrop, lit or shaded, left in narrow gaps and along the outline.

    Shades that the garment itself hardly has are the backdrop's, wherever they are connected with it; so is what is
    much smoother than the cloth.
    """
    size = max(garment.shape)
    depth = cv2.distanceTransform(garment.astype(np.uint8), cv2.DIST_L2, 3)
    light = lab[..., 0]
    darkening = backdrop.lab[..., 0] - light
    offset = lab - backdrop.lab
    shaded = shadow_like(lab, backdrop) & (np.hypot(offset[..., 1], offset[..., 2]) < 1.8 + 0.05 * darkening)
    grain = (light - cv2.GaussianBlur(light, (0, 0), 1.0)) ** 2
    grain = np.sqrt(np.maximum(cv2.GaussianBlur(grain, (0, 0), 1.6), 0))
    inner = depth > 0.03 * size
    own = np.sort(darkening[inner & shaded])
    rare = int(0.02 * inner.sum())
    limit = min(50.0, float(own[rare]) - 3 if len(own) > rare else 50.0)
    cloth = float(np.percentile(grain[inner], 20)) if inner.any() else 0.0
    smooth = (grain < 0.5 * cloth) if cloth > 0.25 else np.zeros_like(garment)
    left = garment & shaded & ((darkening < limit) | smooth) & (depth < 0.06 * size)
    left = flood(left | ~garment, ~garment, 0) & garment
    return np.zeros_like(garment) if bites(left, garment, size, 0.03) else left


def _halfway(lab: Float, backdrop: Backdrop, garment: Bool) -> Bool:
    """The outline of a garment nearly of the backdrop's colour, put where the colour is halfway between the two.

    Noise and the blocks of compression outweigh single pixels of such an outline, so colours are averaged first.
    """
    size = max(garment.shape)
    reach = max(4, round(0.022 * size))
    inner = cv2.erode(garment.astype(np.uint8), disc(reach))
    outer = cv2.dilate(garment.astype(np.uint8), disc(reach // 2)) == 0
    if inner.sum() < 0.3 * garment.sum():
        return garment
    span = local_mean(lab, inner, (4 * reach + 1, 4 * reach + 1)) - backdrop.lab
    offset = cv2.GaussianBlur(lab, (0, 0), max(1.0, 0.005 * size)) - backdrop.lab
    share = (offset * span).sum(2) / np.maximum((span**2).sum(2), 1e-3)
    plain = (span**2).sum(2) > 2.0**2
    found = np.where(plain, share > 0.5, garment)
    return np.asarray(((inner > 0) | found) & ~outer)


def _is_like_backdrop(lab: Float, backdrop: Backdrop, garment: Bool) -> bool:
    """Whether most of the garment's inside has nearly the colour of the backdrop (white on white)."""
    inner = cv2.erode(garment.astype(np.uint8), disc(0.02 * max(garment.shape))) > 0
    offset = (lab[inner] - backdrop.lab[inner])[::7]
    return bool(len(offset) and np.mean((offset**2).sum(1) < 64) > 0.5)


def _shed_shadows(small: NDArray[np.uint8], lab: Float, backdrop: Backdrop, garment: Bool) -> Bool:
    """Cut off the shadows left round the garment, by colour, where the garment is unlike a shaded backdrop."""
    size = max(garment.shape)
    depth = cv2.distanceTransform(garment.astype(np.uint8), cv2.DIST_L2, 3)
    doubtful = shadow_like(lab, backdrop) & garment
    if _is_like_backdrop(lab, backdrop, garment):
        return garment & ~_dark_rim(lab, backdrop, garment, depth)
    chance = np.where(garment, 0.99, 0.01).astype(np.float32)
    chance[garment & (depth < 0.014 * size)] = 0.7
    chance[doubtful & (depth < 0.045 * size)] = 0.45
    banned = ~(cv2.dilate(garment.astype(np.uint8), disc(1)) > 0)
    found = graph_cut(small, chance, banned, 1, 256)
    return garment if bites(garment & ~found, garment, size, 0.022) else main_body(found & garment)


def _dark_rim(lab: Float, backdrop: Backdrop, garment: Bool, depth: Float) -> Bool:
    """Shadow round a garment of the backdrop's own colour: what is darker at the rim than the garment is inside."""
    size = max(garment.shape)
    darkening = cv2.GaussianBlur(backdrop.lab[..., 0] - lab[..., 0], (0, 0), 0.8)
    inside = darkening[depth > 0.05 * size]
    limit = max(2.5, float(np.percentile(inside, 90)) + 1.5) if inside.size else 99.0
    shadow = garment & (darkening > limit) & (depth < 0.05 * size)
    return flood(shadow | ~garment, ~garment, 0) & garment


def _seen_through(lab: Float, backdrop: Backdrop, garment: Bool) -> Bool:
    """Backdrop between sleeve and body, legs or straps: flat islands of its colour that the flood did not reach."""
    size = max(garment.shape)
    offset = lab - backdrop.lab
    tint = np.hypot(offset[..., 1], offset[..., 2])
    dark = -offset[..., 0]
    alike = (np.abs(dark) < max(2.0, 2.2 * backdrop.noise)) & (tint < max(1.6, 2.0 * backdrop.noise))
    flat = gradient(lab) < max(0.6, backdrop.noise)
    inside = garment & alike & flat
    unlike = float(np.mean(alike[cv2.erode(garment.astype(np.uint8), disc(3)) > 0]))
    if unlike > 0.25:  # the garment itself has the colour of the backdrop
        return np.zeros_like(garment)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=4)
    islands = np.zeros_like(garment)
    for index in range(1, count):
        if stats[index, cv2.CC_STAT_AREA] > 0.0004 * size * size:
            islands |= labels == index
    shadow = garment & (dark > -2) & (dark < 45) & (tint < 2 + 0.08 * dark) & (gradient(lab) < 1.0 + 0.04 * dark)
    faint = float(np.median(np.linalg.norm(offset[garment], axis=1))) < 14
    if not islands.any() or (faint and bites(islands, garment, size, 0.05)):
        return np.zeros_like(garment)
    near = cv2.dilate(islands.astype(np.uint8), disc(0.04 * size)) > 0
    wider = flood((shadow & near) | islands, islands, 0)
    return islands if bites(wider & ~islands, garment, size, 0.02) else wider
