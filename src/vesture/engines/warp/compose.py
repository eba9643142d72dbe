"""Composition: the photo, the old garment taken out, the new one laid on, what was in front put back.

Takes a prepared photo, a fit and its layers; gives the dressed window of the photo and the region that may differ.
Everything outside that region is the photo's own pixels, bit for bit.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB, Category
from vesture.engines.warp.body import SIDES
from vesture.engines.warp.exposure import arm_is_bare
from vesture.engines.warp.front import kept_in_front, soft_front
from vesture.engines.warp.layers import SLEEVES, Layer
from vesture.engines.warp.light import contact_shadow, folds
from vesture.engines.warp.patch import Patch, coverage, laid_over
from vesture.engines.warp.placement import Fit
from vesture.engines.warp.skin import skin_texture
from vesture.engines.warp.undressed import Prepared, Wardrobe, painted_arm, undress
from vesture.vision.fill import push_pull
from vesture.vision.garment_types import Garment
from vesture.vision.masks import closed, feather
from vesture.vision.parsing import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

FOLD_STRENGTH = {"flat-lay": 0.6, "model": 0.0}  # a worn garment brings folds of its own


def wardrobe(category: Category, garment: Garment, cover_feet: bool) -> Wardrobe:
    """Replaced and kept clothes by category; dungarees go over the top that is there."""
    shoes = () if cover_feet else (Label.SHOES,)
    if category == "tops":
        return Wardrobe((Label.TOP, Label.ONE_PIECE), (Label.HAIR, Label.OTHER))
    if category == "bottoms":
        return Wardrobe((Label.BOTTOM,), (Label.TOP, Label.HAIR, Label.OTHER, *shoes))
    if garment.kind == "jumpsuit" and not garment.has_sleeves:
        return Wardrobe((Label.BOTTOM, Label.ONE_PIECE), (Label.HAIR, Label.OTHER, *shoes))
    return Wardrobe((Label.TOP, Label.BOTTOM, Label.ONE_PIECE), (Label.HAIR, Label.OTHER, *shoes))


def compose(
    scene: Prepared, fit: Fit, layers: list[Layer], photo_type: str, generator: np.random.Generator
) -> tuple[RGB, Bools]:
    """Dress the person.

    Args:
        scene: the photo, prepared.
        layers: the fitted garment in the window `scene.box`.
        photo_type: the kind of photo the garment was taken from.

    Returns:
        The window (h, w, 3) uint8, and (h, w) bool, true where it may differ from the photo.
    """
    cover = coverage([layer.patch for layer in layers], scene.shape)
    seen_skin = (scene.body.labels == Label.SKIN) & ~scene.old
    texture = skin_texture(scene.photo, seen_skin, scene.coarse, generator)
    base, solid = undress(scene, fit, cover, texture, generator)
    shadow = contact_shadow(cover, scene.old, solid, scene.body.unit)
    canvas = base * (1 - 0.45 * shadow)[..., None]
    lit = _lit(scene, layers, photo_type)
    arms = _bare_arms(scene, fit, texture)
    canvas = laid_over(canvas, [*_of(lit, sleeves=False), *arms, *_of(lit, sleeves=True)])
    crevices = _crevices(scene, cover)
    if crevices.any():
        soft = feather(crevices, 0.7)
        canvas += (0.82 * _cloth_between(canvas, cover) - canvas) * soft[..., None]
        cover = np.maximum(cover, soft)
    touched = (cover > 0) | (scene.fading > 0.004) | (shadow > 0)
    for patch in arms:
        touched[patch.place] |= patch.alpha > 0.004
    keep = kept_in_front(scene.body, scene.old, fit, scene.clothes.in_front, scene.clothes.replaced)
    front, colours = soft_front(scene.photo, scene.body.labels, keep, scene.old, scene.coarse, scene.body.unit)
    canvas = canvas * (1 - front)[..., None] + colours
    touched &= front < 0.999
    result = np.where(touched[..., None], np.clip(np.rint(canvas), 0, 255), scene.photo).astype(np.uint8)
    return result, touched


def _lit(scene: Prepared, layers: list[Layer], photo_type: str) -> list[Layer]:
    """The layers with the folds of the pose on them."""
    if not FOLD_STRENGTH[photo_type]:
        return layers
    worn = np.isin(scene.body.labels, scene.clothes.replaced)
    ratio = folds(scene.photo, worn, scene.coarse, scene.body.unit, FOLD_STRENGTH[photo_type])
    if ratio is None:
        return layers
    return [
        Layer(
            layer.part,
            Patch(
                layer.patch.top,
                layer.patch.left,
                layer.patch.rgb * ratio[layer.patch.place][..., None],
                layer.patch.alpha,
            ),
        )
        for layer in layers
    ]


def _of(layers: list[Layer], *, sleeves: bool) -> list[Patch]:
    return [layer.patch for layer in layers if (layer.part in SLEEVES) == sleeves]


def _bare_arms(scene: Prepared, fit: Fit, texture: Floats) -> list[Patch]:
    """The arm parts that lie bare before the body where the old garment hid them."""
    if Label.TOP not in scene.clothes.replaced:
        return []
    arms = []
    for side in SIDES:
        if arm_is_bare(scene.body, side):
            continue
        arm = scene.arms[side].limb
        # next to the shoulder an arm lies under the cloth, further down before it
        start = max(0.3 * scene.body.arms[side].length, fit.sleeve_reach.get(side, 0.0) - 0.1 * scene.body.unit)
        arms += painted_arm(scene, side, start, arm.length, np.clip(2 * scene.fading, 0, 1), texture)
    return arms


def _crevices(scene: Prepared, cover: Floats) -> Bools:
    """Narrow gaps that the new cloth leaves between its own parts, in the armpits above all."""
    cloth = cover > 0.5
    # a gap between body and sleeve through which the scene was seen before is meant to be there
    gaps = closed(cloth, 0.07 * scene.body.unit) & ~cloth & scene.person
    count, names, stats, _ = cv2.connectedComponentsWithStats(gaps.view(np.uint8))
    if count < 2:
        return gaps
    inner = cv2.blur(cloth.astype(np.float32), (2 * round(0.09 * scene.body.unit) + 1,) * 2)
    total = np.bincount(names[gaps], weights=inner[gaps], minlength=count)
    kept = np.flatnonzero(
        (stats[:, cv2.CC_STAT_AREA] < 0.08 * scene.body.unit**2)
        & (total > 0.6 * stats[:, cv2.CC_STAT_AREA])
        & (np.arange(count) > 0)
    )
    chosen = np.zeros(count, bool)
    chosen[kept] = True
    return np.asarray(chosen[names])


def _cloth_between(canvas: Floats, cover: Floats) -> Floats:
    """The colours of the new cloth, grown over what it leaves open; at a quarter of the size, they are smooth."""
    size = (max(1, canvas.shape[1] // 4), max(1, canvas.shape[0] // 4))
    small = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
    trust = (cv2.resize(cover, size, interpolation=cv2.INTER_AREA) > 0.98).astype(np.float32)
    return np.asarray(cv2.resize(push_pull(small, trust), canvas.shape[1::-1]), np.float32)
