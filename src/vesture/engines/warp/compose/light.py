"""Light and shade on the dressed person: folds of the pose, shadows of the new garment.

Takes the photo, masks and coverages; gives factors (h, w). Shadows and folds that the photo already has are not
laid on twice.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.picture.patch import Patch, coverage
from vesture.vision.masks import dilate, erode

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

FOLD_RANGE = (0.75, 1.2)
ODD_CHROMA, ODD_LIGHT = 10.0, 24.0  # distances from the cloth's median colour, L*a*b*, that are a print's
SIDE_SHARE, STRONGEST_SIDE = 0.8, 0.15  # of the light's fall from side to side of a face, the cloth shows that much
UNDER_CHEST = 0.035  # of the light, lost below the chest
FULL_LIGHT, DIMMEST = 238.0, 0.95  # luma of the brightest pixels of a photo in full light; the most that is taken away
SHADOW = 0.5  # of the light, where the garment lies on the skin
FALL = 0.025  # units by which shadows fall below what throws them
PARTING = (0.02, 0.28)  # levels between which sleeve and torso part, below the shoulder joint
CREASE, CREASE_DEPTH = 0.012, 0.7  # units beside a sleeve in which its line is dark; twice the light lost at its edge
EDGE = 0.42  # of all that a sleeve can throw: what lies beside a straight edge of it; in a bay no more


def folds(photo: Floats, worn: Bools, coarse: Coarse, unit: float, strength: float) -> Floats | None:
    """Folds of the pose, read off the old garment `worn` where it was plain: a luminance ratio (h, w) near 1.

    None where the garment is patterned (it would print itself on the new one) or hardly to be seen.
    """
    inside = erode(worn, 0.03 * unit)
    if int(inside.sum()) < 400:
        return None
    pure = coarse.pure(inside)
    if int(pure.sum()) < 30:
        return None
    lab = cv2.cvtColor((coarse.photo / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    grey = cv2.cvtColor((photo / 255).astype(np.float32), cv2.COLOR_RGB2GRAY)
    fine = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 0.01 * unit + 0.5))[inside][::3]
    if float(lab[pure][:, 1:].std(axis=0).mean()) > 6 or float(lab[pure][:, 0].std()) > 13:
        return None
    if float(np.median(fine)) > 0.014:
        return None
    scale = unit / coarse.factor
    weight = (pure & _plain(lab, pure, scale)).astype(np.float32)
    light = lab[..., 0] + 8.0  # dark cloth shows folds more weakly; the floor keeps ratios sane
    small = _masked_blur(light, weight, 0.012 * scale + 0.5)
    large = _masked_blur(light, weight, 0.11 * scale)
    ratio = np.clip(small / np.maximum(large, 1), *FOLD_RANGE)
    solid = cv2.GaussianBlur(cv2.erode(weight, np.ones((3, 3), np.uint8)), (0, 0), 0.03 * scale)
    return coarse.full(np.asarray(1 + strength * solid * (ratio - 1), np.float32))


def light_of_place(body: Body, photo: Floats, coarse: Coarse, side: float) -> Floats:
    """The light of the person's place on cloth that was photographed flat: a factor (h, w), at most 1.

    Args:
        photo: (h, w, 3) float32, as much of the photo as there is.
        side: how much brighter, as a share, the person is on the viewer's right side than in the middle.
    """
    columns, rows = coarse.columns - body.neck[0], coarse.rows - body.neck[1]
    across = (columns[None] * body.across[0] + rows[:, None] * body.across[1]) / body.unit
    level = (columns[None] * body.down[0] + rows[:, None] * body.down[1]) / body.torso
    fall = SIDE_SHARE * min(abs(side), STRONGEST_SIDE)
    away = (1 - np.sign(side) * np.clip(across / 0.6, -1, 1)) / 2  # 0 on the lit side, 1 on the other
    chest = np.exp(-(((level - 0.5) / 0.13) ** 2)) * np.clip(1 - (across / 0.45) ** 2, 0, 1)
    factor = (1 - fall * away**2) * (1 - UNDER_CHEST * chest) * _exposure(photo)
    return coarse.full(np.asarray(factor, np.float32))


def _exposure(photo: Floats) -> float:
    """Pictures of things for sale are as bright as they can be: how much darker, as a factor, the photo's brightest
    pixels are, within `DIMMEST`."""
    luma = np.percentile(photo[::4, ::4] @ np.array([0.299, 0.587, 0.114], np.float32), 99)
    return float(np.clip(luma / FULL_LIGHT, DIMMEST, 1))


def _plain(lab: Floats, pure: Bools, scale: float) -> Bools:
    """Where cloth has its usual colour: letters and badges on plain cloth are no folds."""
    usual = np.median(lab[pure], axis=0)
    odd = (np.abs(lab[..., 1:] - usual[1:]).max(-1) > ODD_CHROMA) | (np.abs(lab[..., 0] - usual[0]) > ODD_LIGHT)
    size = 2 * max(1, round(0.03 * scale)) + 1
    return np.asarray(cv2.dilate(odd.view(np.uint8), np.ones((size, size), np.uint8)) == 0)


def _masked_blur(values: Floats, weight: Floats, sigma: float) -> Floats:
    total = cv2.GaussianBlur(weight, (0, 0), sigma)
    return np.asarray(cv2.GaussianBlur(values * weight, (0, 0), sigma) / np.maximum(total, 1e-4), np.float32)


def contact_shadow(cover: Floats, old: Bools, solid: Bools, unit: float) -> Floats:
    """Strength (h, w) of the shade that the garment throws just outside its edges.

    Args:
        cover: coverage of the new garment.
        old: the garment that goes; beside it the photo has a shadow already.
        solid: where something takes the shadow; the scene behind the person does not.
    """
    shadow = _thrown(cover, unit)
    shadow -= np.where(old, 0.0, _thrown(old.astype(np.float32), unit))
    near = cv2.GaussianBlur(dilate(cover > 0.5, 0.05 * unit).astype(np.float32), (0, 0), 1.0)
    taken = cv2.GaussianBlur(erode(solid, 2).astype(np.float32), (0, 0), 1.0)
    shadow = np.clip(0.55 * shadow, 0, SHADOW) * near * taken * (1 - 0.999 * (cover > 0.999))
    return np.asarray(np.where(shadow > 0.012, shadow, 0), np.float32)


def shaded_by(canvas: Floats, cover: Floats, patches: Iterable[Patch], body: Body, depth: float) -> Floats:
    """The picture (h, w, 3) with the soft shadow of arms and sleeves, not yet laid on, on the cloth under them. Over
    the shoulder sleeve and torso are one surface: the shadow begins where they part, towards the armpit.

    Args:
        cover: (h, w) coverage of the cloth.
        depth: the share of the light that the shadow takes at its deepest; a share of it, so that it has no colour.
    """
    before = coverage(patches, cover.shape)
    small = np.minimum(_small_thrown(before, body.unit), EDGE)
    x, y = (
        (np.arange(count, dtype=np.float32) + 0.5) * full / count
        for count, full in zip(small.shape[::-1], cover.shape[::-1], strict=True)
    )
    level = ((x - body.neck[0])[None] * body.down[0] + (y - body.neck[1])[:, None] * body.down[1]) / body.torso
    parted = np.clip((level - PARTING[0]) / (PARTING[1] - PARTING[0]), 0, 1).astype(np.float32)
    thrown = cv2.resize(small * parted, cover.shape[::-1], interpolation=cv2.INTER_LINEAR)
    touch = cv2.GaussianBlur(before, (0, 0), max(0.7, CREASE * body.unit)) * cv2.resize(parted, cover.shape[::-1])
    shade = (1 - depth * thrown * cover) * (1 - CREASE_DEPTH * touch * cover)
    return np.asarray(canvas * shade[..., None], np.float32)


def _thrown(cover: Floats, unit: float) -> Floats:
    """The blurred cover, fallen a little."""
    return np.asarray(cv2.resize(_small_thrown(cover, unit), cover.shape[::-1], interpolation=cv2.INTER_LINEAR))


def _small_thrown(cover: Floats, unit: float) -> Floats:
    """The same at a quarter of the size: it is smooth."""
    size = (max(1, cover.shape[1] // 4), max(1, cover.shape[0] // 4))
    small = cv2.GaussianBlur(cv2.resize(cover, size, interpolation=cv2.INTER_AREA), (0, 0), 0.03 * unit / 4)
    shift = np.array([[1, 0, 0], [0, 1, FALL * unit / 4]], np.float32)
    return np.asarray(cv2.warpAffine(small, shift, size, flags=cv2.INTER_LINEAR), np.float32)
