"""Composition: the photo, the old garment taken out, the new one laid on, what was in front put back.

Takes a prepared photo, a fit and its layers; gives the dressed window of the photo and the region that may differ.
Everything outside that region is the photo's own pixels, bit for bit.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB, Category
from vesture.engines.warp.body.legs import crotch_level
from vesture.engines.warp.body.silhouettes import at_sides, below_level
from vesture.engines.warp.cloth.collar import behind_skin, below_the_face
from vesture.engines.warp.cloth.crevices import closed_crevices
from vesture.engines.warp.cloth.edges import without_shreds
from vesture.engines.warp.cloth.layers import BEHIND, Layer
from vesture.engines.warp.cloth.placement import Fit
from vesture.engines.warp.cloth.shade import SLEEVES
from vesture.engines.warp.compose.front import joined_softly, kept_in_front, soft_front
from vesture.engines.warp.compose.hem_shadow import shaded_from_above
from vesture.engines.warp.compose.light import contact_shadow, folds, light_of_place, shaded_by
from vesture.engines.warp.picture.patch import Patch, coverage, laid_over
from vesture.engines.warp.undress.bare_arms import bare_arms, beyond_arms, outside_sleeves
from vesture.engines.warp.undress.hands import begun_hands
from vesture.engines.warp.undress.hem_shade import in_hem_shade
from vesture.engines.warp.undress.prepared import Prepared, Wardrobe
from vesture.engines.warp.undress.removal import below
from vesture.engines.warp.undress.skin_texture import skin_texture
from vesture.engines.warp.undress.undressed import undress
from vesture.vision.garment.types import Garment
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

OWN_SHADOW = 0.42  # depth of the shadow of arms and sleeves on the torso's cloth
FOLD_STRENGTH = 0.6
COVERED = 0.5  # coverage that hides skin
ARMPIT = 0.2  # level below which sleeves hang beside the torso


def wardrobe(category: Category, garment: Garment) -> Wardrobe:
    """Replaced and kept clothes by category; dungarees go over the top that is there, trousers over shafts of shoes."""
    if category == "tops":
        return Wardrobe((Label.TOP, Label.ONE_PIECE), (Label.HAIR, Label.OTHER))
    if category == "bottoms":
        return Wardrobe((Label.BOTTOM,), (Label.TOP, Label.HAIR, Label.OTHER))
    if garment.kind == "jumpsuit" and not garment.has_sleeves:
        return Wardrobe((Label.BOTTOM, Label.ONE_PIECE), (Label.HAIR, Label.OTHER))
    return Wardrobe((Label.TOP, Label.BOTTOM, Label.ONE_PIECE), (Label.HAIR, Label.OTHER))


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
    layers = _below_the_face(scene, _behind_arms(scene, fit, layers))
    cover = coverage([layer.patch for layer in layers if layer.part != BEHIND], scene.shape)
    with ThreadPoolExecutor(1, "front") as beside:
        kept = beside.submit(_front, scene, fit, cover)
        canvas, cover, touched = _dressed(scene, fit, layers, cover, photo_type, generator)
        keep, front, colours = kept.result()
    join = np.maximum(begun_hands(scene.hands, scene.old, scene.body.unit), cover > 0.02)
    front, colours = joined_softly(front, colours, scene.photo, keep, join)
    if Label.TOP not in scene.clothes.replaced and photo_type != "model":
        over = keep & np.isin(scene.body.labels, (Label.TOP, Label.ONE_PIECE, Label.SKIN, Label.OTHER))
        canvas = shaded_from_above(canvas, cover, over.astype(np.float32), scene.body.unit)
    canvas = canvas * (1 - front)[..., None] + colours
    touched &= front < 0.999
    result = np.where(touched[..., None], np.clip(np.rint(canvas), 0, 255), scene.photo).astype(np.uint8)
    return result, touched


def _behind_arms(scene: Prepared, fit: Fit, layers: list[Layer]) -> list[Layer]:
    """The layers, those of the torso without what would peep out beyond bare forearms before it."""
    stays = beyond_arms(scene, fit, coverage(_of(layers, sleeves=False), scene.shape))
    if stays.all():
        return layers
    return [
        layer
        if layer.part in SLEEVES
        else replace(layer, patch=replace(layer.patch, alpha=layer.patch.alpha * stays[layer.patch.place]))
        for layer in layers
    ]


def _below_the_face(scene: Prepared, layers: list[Layer]) -> list[Layer]:
    body = scene.body
    skin, hair = ((body.labels == label) & ~scene.old for label in (Label.SKIN, Label.HAIR))
    return [
        layer
        if layer.part in (BEHIND, *SLEEVES)
        else replace(layer, patch=below_the_face(layer.patch, body, skin, hair))
        for layer in layers
    ]


def _dressed(
    scene: Prepared, fit: Fit, layers: list[Layer], cover: Floats, photo_type: str, generator: np.random.Generator
) -> tuple[Floats, Floats, Bools]:
    """The person (h, w, 3) in the new garment, nothing put back in front yet; the garment's coverage (h, w), now
    without crevices; and where (h, w) the picture may differ."""
    seen_skin = (scene.body.labels == Label.SKIN) & ~scene.old
    texture = skin_texture(scene.photo, seen_skin, scene.coarse, generator)
    base, solid = undress(scene, fit, cover, texture, generator)
    shadow = contact_shadow(cover, scene.old, solid, scene.body.unit)
    lit = _lit(scene, layers, photo_type)
    base = laid_over(base, [behind_skin(layer.patch, scene.body, seen_skin) for layer in lit if layer.part == BEHIND])
    canvas = base * (1 - 0.45 * shadow)[..., None]
    arms = bare_arms(scene, fit, texture)
    sleeves = _of(lit, sleeves=True)
    sleeved = coverage(sleeves, scene.shape)
    under = [in_hem_shade(whole, sleeved, scene.body.unit) for whole, _ in arms]
    before = [
        outside_sleeves(in_hem_shade(front, sleeved, scene.body.unit), sleeved, scene.body.unit) for _, front in arms
    ]
    torso = _of(lit, sleeves=False)
    canvas = laid_over(canvas, [*under, *torso])
    if photo_type != "model":  # a worn garment brings its shadows along
        sleeves = _whole_sleeves(scene, sleeves, torso, before)
        canvas = shaded_by(canvas, cover, [*before, *sleeves], scene.body, OWN_SHADOW)
    canvas = laid_over(canvas, [*before, *sleeves])
    # the gap between legs is none
    upper = scene.person & ~below(scene.body, crotch_level(scene.body), scene.person)
    hanging = None
    if photo_type == "model":
        hanging = below_level(scene.shape, scene.body, ARMPIT) & at_sides(scene.shape, scene.body)
    canvas, cover = closed_crevices(canvas, cover, upper, scene.old & solid, before, scene.body.unit, hanging)
    touched = (cover > 0) | (scene.fading > 0.004) | (shadow > 0) | (base != scene.photo).any(-1)
    for patch in under:
        touched[patch.place] |= patch.alpha > 0.004
    return canvas, cover, touched


def _front(scene: Prepared, fit: Fit, cover: Floats) -> tuple[Bools, Floats, Floats]:
    """What stays in front of the new garment: mask (h, w), coverage (h, w), and premultiplied colours (h, w, 3).

    `cover` (h, w) is the garment's coverage.
    """
    keep = kept_in_front(scene.body, scene.old, fit, scene.clothes.in_front, scene.clothes.replaced, scene.hands)
    bare, labels = scene.hands.bare, scene.body.labels
    covered = (labels == Label.SKIN) & (cover > COVERED)
    return keep, *soft_front(scene.photo, labels, keep, scene.old, scene.coarse, scene.body.unit, bare, covered)


def _lit(scene: Prepared, layers: list[Layer], photo_type: str) -> list[Layer]:
    """The layers with the light of the place and the folds of the pose on them."""
    if photo_type == "model":  # it brings folds and shades of its own
        return layers
    worn = np.isin(scene.body.labels, scene.clothes.replaced)
    factor = light_of_place(scene.body, scene.photo, scene.coarse, scene.complexion.light)
    # those of a skirt say nothing of trousers, nor those of trousers of a skirt
    upper = Label.TOP in scene.clothes.replaced
    ratio = folds(scene.photo, worn, scene.coarse, scene.body.unit, FOLD_STRENGTH) if upper else None
    if ratio is not None:
        factor = factor * ratio
    return [
        Layer(
            layer.part,
            Patch(
                layer.patch.top,
                layer.patch.left,
                layer.patch.rgb * factor[layer.patch.place][..., None],
                layer.patch.alpha,
            ),
        )
        for layer in layers
    ]


def _whole_sleeves(scene: Prepared, sleeves: list[Patch], torso: list[Patch], arms: list[Patch]) -> list[Patch]:
    """Sleeves without shreds on the torso's cloth; what hides an arm stays."""
    under = coverage(torso, scene.shape) * (1 - coverage(arms, scene.shape))
    under *= below_level(scene.shape, scene.body, ARMPIT)
    return [
        replace(sleeve, alpha=without_shreds(sleeve.alpha, under[sleeve.place], scene.body.unit)) for sleeve in sleeves
    ]


def _of(layers: list[Layer], *, sleeves: bool) -> list[Patch]:
    return [layer.patch for layer in layers if layer.part != BEHIND and (layer.part in SLEEVES) == sleeves]
