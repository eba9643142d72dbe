"""Composition: the photo, the old garment taken out, the new one laid on, what was in front put back.

Takes the photo, the body, the fitted layers; gives the dressed photo and the region that may have changed.
Everything outside that region is the photo's own pixels, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB, Category
from vesture.engines.warp import plates
from vesture.engines.warp.body import SIDES, Body
from vesture.engines.warp.layers import SLEEVES, Layer, over, union
from vesture.engines.warp.placement import Fit
from vesture.vision.fill import push_pull
from vesture.vision.garment_types import Garment
from vesture.vision.parsing import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Wardrobe:
    """Which labels a garment replaces, and which of the person's clothes stay in front of it."""

    replaced: tuple[Label, ...]
    in_front: tuple[Label, ...]


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


@dataclass(frozen=True, slots=True)
class Scene:
    """The inputs of a composition."""

    photo: Floats  # (H, W, 3)
    body: Body
    person: Bools  # (H, W) everything that is not background
    fit: Fit
    layers: list[Layer]
    clothes: Wardrobe

    @property
    def shape(self) -> tuple[int, int]:
        return self.photo.shape[0], self.photo.shape[1]


def compose(scene: Scene, generator: np.random.Generator) -> tuple[RGB, Bools]:
    """Dress the person.

    Returns:
        The picture (H, W, 3) uint8, and (H, W) bool, true where it may differ from the photo.
    """
    cover = union(scene.layers, scene.shape)
    old = _old_garment(scene)
    skin = plates.skin_plate(scene.photo, scene.body, generator)
    arms = _bare_arms(scene, skin)
    base, solid = _undressed(scene, old, cover, skin, generator)
    shadow = _contact_shadow(scene, cover, solid)
    canvas = over(base, base * 0.55, shadow)
    folds = _folds(scene)
    for layer in (layer for layer in scene.layers if layer.part not in SLEEVES):
        canvas = over(canvas, layer.rgb * folds[..., None], layer.alpha)
    for rgb, coverage in arms:
        canvas = over(canvas, rgb, coverage)
    for layer in (layer for layer in scene.layers if layer.part in SLEEVES):
        canvas = over(canvas, layer.rgb * folds[..., None], layer.alpha)
    crevices = _crevices(scene, cover)
    if crevices.any():
        canvas = over(canvas, _cloth_between(canvas, cover) * 0.82, plates.feather(crevices, 0.7))
        cover = np.maximum(cover, crevices)
    front = _in_front(scene)
    canvas = over(canvas, scene.photo, front)
    touched = (cover > 0) | plates.dilate(old, 2) | (shadow > 0.004)
    for _, coverage in arms:
        touched |= coverage > 0.004
    touched &= front < 0.999
    result = np.where(touched[..., None], np.clip(np.rint(canvas), 0, 255), scene.photo).astype(np.uint8)
    return result, touched


def _old_garment(scene: Scene) -> Bools:
    """Pixels of the garment that goes, with its fringe towards the background."""
    labels, unit = scene.body.labels, scene.body.unit
    old = np.isin(labels, scene.clothes.replaced)
    if scene.clothes.replaced == (Label.TOP, Label.ONE_PIECE):
        old &= ~_below(scene.body, 1.0, labels == Label.ONE_PIECE)
    fringe = plates.dilate(old, max(2.0, 0.022 * unit)) & (labels == Label.BACKGROUND)
    seam = plates.dilate(old, max(1.0, 0.008 * unit))
    return np.asarray(old | fringe | (seam & (labels != Label.HAIR)))


def _below(body: Body, level: float, where: Bools) -> Bools:
    """Those pixels of `where` that lie below level v of the torso."""
    rows, columns = np.nonzero(where)
    result = np.zeros_like(where)
    v = body.coordinates(np.stack([columns, rows], 1))[:, 1] if len(rows) else np.zeros(0)
    result[rows[v > level], columns[v > level]] = True
    return result


def _bare_arms(scene: Scene, skin: Floats) -> list[tuple[Floats, Floats]]:
    """The arm parts that lie bare under the new garment where the old one hid them, as (rgb, coverage)."""
    if Label.TOP not in scene.clothes.replaced:
        return []
    hidden = plates.dilate(np.isin(scene.body.labels, scene.clothes.replaced), 2)
    arms = []
    for side in SIDES:
        arm = scene.body.arms[side]
        # next to the shoulder an arm lies under the cloth, further down before it
        start = max(0.3 * arm.length, scene.fit.sleeve_reach.get(side, 0.0) - 0.1 * scene.body.unit)
        # the pose's wrist lies above the hand: go on until the visible skin begins
        zone = plates.limb_zone(scene.shape, arm, start, arm.length + 0.35 * scene.body.unit) * hidden
        own = plates.arm_skin(scene.photo, scene.body, arm, skin)
        arms.append((plates.limb_skin(own, arm), np.asarray(zone, np.float32)))
    return arms


def _undressed(
    scene: Scene, old: Bools, cover: Floats, skin: Floats, generator: np.random.Generator
) -> tuple[Floats, Bools]:
    """The photo with the old garment replaced by what would be behind the new one, arms left out; and where that
    shows the person rather than the scene."""
    solid = scene.person & ~old
    if not (old & (cover < 0.999)).any():
        return scene.photo, scene.person
    canvas = plates.background_plate(scene.photo, scene.person | old, scene.body.unit, generator)
    for rgb, zone in _behind(scene, skin, generator):
        canvas = over(canvas, rgb, zone)
        solid |= old & (zone > 0.5)
    return over(scene.photo, canvas, plates.feather(old, 0.8)), solid


def _behind(scene: Scene, skin: Floats, generator: np.random.Generator) -> Iterator[tuple[Floats, Floats]]:
    """What the old garment hid, back to front, as (rgb, coverage): the torso, the other garment, the legs."""
    body, shape = scene.body, scene.shape
    lower = body.labels == Label.BOTTOM
    waistband = min(body.waist, 0.88)
    if Label.TOP in scene.clothes.replaced:
        zone = np.maximum(plates.neck_zone(shape, body), plates.torso_zone(shape, body, 0.0, waistband + 0.05))
        yield skin * _chin_shadow(scene)[..., None], zone
        for side in SIDES:
            arm = body.arms[side]
            start = max(0.0, scene.fit.sleeve_reach.get(side, 0.0) - 0.15 * body.unit)
            zone = plates.limb_zone(shape, arm, start, 0.4 * arm.length)
            yield plates.limb_skin(plates.arm_skin(scene.photo, body, arm, skin), arm), zone
    if Label.BOTTOM not in scene.clothes.replaced and lower.any():
        cloth = plates.garment_plate(scene.photo, lower, body.unit, generator)
        between = plates.closed(lower, 0.12 * body.unit) & ~lower
        yield cloth, np.maximum(plates.torso_zone(shape, body, waistband, 1.3), plates.feather(between, 0.7))
    if Label.BOTTOM in scene.clothes.replaced:
        reach = scene.fit.leg_reach
        if all(reach.get(side, 0.0) < 0.5 * body.legs[side].length for side in SIDES):
            yield skin, plates.torso_zone(shape, body, waistband, 1.2)
        for side in SIDES:
            leg = body.legs[side]
            start = max(0.0, reach.get(side, 0.0) - 0.5 * body.unit)
            yield plates.limb_skin(skin, leg), plates.limb_zone(shape, leg, start, leg.length * 1.02)


def _chin_shadow(scene: Scene) -> Floats:
    """Skin under the chin lies in shade: 0.8 at the throat, 1 from the collar bones down."""
    body = scene.body
    rows = np.arange(scene.shape[0])[:, None]
    columns = np.arange(scene.shape[1])[None]
    level = ((columns - body.neck[0]) * body.down[0] + (rows - body.neck[1]) * body.down[1]) / body.unit
    return np.asarray(np.interp(level, [-0.5, 0.0], [0.82, 1.0]), np.float32)


def _contact_shadow(scene: Scene, cover: Floats, solid: Bools) -> Floats:
    """Strength of the shade that the garment throws on the person, `solid`, just outside its edges."""
    unit = scene.body.unit
    blurred = cv2.GaussianBlur(cover, (0, 0), 0.03 * unit)
    shift = np.float32([[1, 0, 0], [0, 1, 0.025 * unit]])
    dropped = cv2.warpAffine(blurred, shift, scene.shape[::-1])
    on_person = plates.feather(plates.erode(solid, 2), 1.0)
    near = plates.feather(plates.dilate(cover > 0.5, 0.05 * unit), 1.0)
    return np.asarray(np.clip(0.55 * dropped, 0, 0.5) * on_person * near * (1 - 0.999 * (cover > 0.999)), np.float32)


def _crevices(scene: Scene, cover: Floats) -> Bools:
    """Narrow gaps that the new cloth leaves between its own parts, in the armpits above all."""
    cloth = cover > 0.5
    gaps = plates.closed(cloth, 0.07 * scene.body.unit) & ~cloth
    # a gap between body and sleeve through which the scene was seen before is meant to be there
    gaps &= scene.person
    count, names, stats, _ = cv2.connectedComponentsWithStats(gaps.astype(np.uint8))
    inner = np.asarray(cv2.blur(cloth.astype(np.float32), (2 * round(0.09 * scene.body.unit) + 1,) * 2))
    kept = [
        index
        for index in range(1, count)
        if stats[index, cv2.CC_STAT_AREA] < 0.08 * scene.body.unit**2 and inner[names == index].mean() > 0.6
    ]
    return np.isin(names, kept)


def _cloth_between(canvas: Floats, cover: Floats) -> Floats:
    """The colours of the new cloth, grown over what it leaves open; at half size, they are smooth."""
    size = (max(1, canvas.shape[1] // 2), max(1, canvas.shape[0] // 2))
    small = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
    trust = (cv2.resize(cover, size, interpolation=cv2.INTER_AREA) > 0.98).astype(np.float32)
    return np.asarray(cv2.resize(push_pull(small, trust), canvas.shape[1::-1]), np.float32)


def _in_front(scene: Scene) -> Floats:
    """Coverage of the photo's own pixels that stay in front of everything new."""
    body, labels = scene.body, scene.body.labels
    keep = np.isin(labels, scene.clothes.in_front)
    if scene.fit.tucked:
        keep |= labels == Label.BOTTOM
    if Label.TOP in scene.clothes.in_front:  # bottoms go under the top
        keep |= (labels == Label.SKIN) & ~_below(body, 1.0 + 0.45, labels == Label.SKIN)
    keep |= _hands_and_forearms(scene)
    return plates.feather(keep, 0.7)


def _hands_and_forearms(scene: Scene) -> Bools:
    """Bare skin of arms and hands beyond the new sleeve, and old sleeves where the top stays."""
    body, labels = scene.body, scene.body.labels
    result = np.zeros(scene.shape, bool)
    for side in SIDES:
        arm = body.arms[side]
        reach = scene.fit.sleeve_reach.get(side, 0.0)
        end = arm.length + 0.7 * body.unit  # the hand lies beyond the wrist
        start = reach if scene.fit.over_hands else min(reach, arm.length * 0.98)
        zone = plates.limb_zone(scene.shape, arm, start, end, grow=2.6) > 0.5
        result |= zone & (labels == Label.SKIN)
        if Label.TOP not in scene.clothes.replaced:
            sleeve = plates.limb_zone(scene.shape, arm, 0.3 * arm.length, arm.length + 0.35 * body.unit, grow=1.7) > 0.5
            result |= sleeve & (labels == Label.TOP)
    return result


def _folds(scene: Scene) -> Floats:
    """Folds of the pose, read off the old garment where it was plain: a luminance ratio (H, W) near 1."""
    ones = np.ones(scene.shape, np.float32)
    unit = scene.body.unit
    inside = plates.erode(np.isin(scene.body.labels, scene.clothes.replaced), 0.03 * unit)
    if int(inside.sum()) < 400:
        return ones
    lab = cv2.cvtColor((scene.photo / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    chroma_spread = float(lab[inside][:, 1:].std(axis=0).mean())
    fine = np.abs(lab[..., 0] - cv2.GaussianBlur(lab[..., 0], (0, 0), 0.01 * unit + 0.5))[inside]
    if chroma_spread > 6 or float(lab[inside][:, 0].std()) > 13 or float(np.median(fine)) > 1.6:
        return ones  # a pattern would print itself on the new garment
    weight = inside.astype(np.float32)
    light = lab[..., 0] + 8.0  # dark cloth shows folds more weakly; the floor keeps ratios sane
    small = _masked_blur(light, weight, 0.012 * unit + 0.5)
    large = _masked_blur(light, weight, 0.11 * unit)
    ratio = np.clip(small / np.maximum(large, 1), 0.75, 1.2)
    strength = 0.6 * cv2.GaussianBlur(plates.erode(inside, 0.02 * unit).astype(np.float32), (0, 0), 0.03 * unit)
    return np.asarray(1 + strength * (ratio - 1), np.float32)


def _masked_blur(values: Floats, weight: Floats, sigma: float) -> Floats:
    total = cv2.GaussianBlur(weight, (0, 0), sigma)
    return np.asarray(cv2.GaussianBlur(values * weight, (0, 0), sigma) / np.maximum(total, 1e-4), np.float32)
