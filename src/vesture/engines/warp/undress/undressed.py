"""The person without the old garment: what shows where it was and the new one is not.

`undress` gives, for one fit, the prepared photo with the old garment replaced by what would be behind the new one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.exposure import belly_is_bare
from vesture.engines.warp.body.figure import SIDES, SideName
from vesture.engines.warp.body.legs import crotch_level
from vesture.engines.warp.body.shoulder import bared_shoulders, out_of_shoulder, shoulder_cap, with_shoulders
from vesture.engines.warp.body.silhouettes import (
    beside_cloth,
    beside_hips,
    limb_zone,
    torso_zone,
    under_cloth,
    under_hem,
)
from vesture.engines.warp.cloth.placement import Fit
from vesture.engines.warp.picture.patch import Patch, coverage, laid_over
from vesture.engines.warp.undress.belly import belly_gap
from vesture.engines.warp.undress.hair import hair_behind, longer_hair
from vesture.engines.warp.undress.hem_shade import in_hem_shade
from vesture.engines.warp.undress.instep import instep
from vesture.engines.warp.undress.joint import without_nicks
from vesture.engines.warp.undress.left_hanging import hangs_over_trousers, left_hanging
from vesture.engines.warp.undress.lower_cloth import continued_bottom, hem_shade
from vesture.engines.warp.undress.neck import bare_neck
from vesture.engines.warp.undress.neck_seam import neck_seam
from vesture.engines.warp.undress.prepared import Prepared
from vesture.engines.warp.undress.removal import below, lower_sleeves
from vesture.engines.warp.undress.skin import CALMER, BareLimb, arm_tones, painted_limb
from vesture.engines.warp.undress.skin_texture import SkinTexture
from vesture.engines.warp.undress.thighs import beside_a_tube
from vesture.engines.warp.undress.trunk import painted_torso
from vesture.vision.exemplar import fill_scene
from vesture.vision.masks import dilate, feather
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

TO_ANKLE = 0.8  # share of a leg that trousers cover which end at its ankle
HEM_SLOPE = 0.1  # units that the hem of a leg may be higher at its side than in its middle
NICK_WIDTH, NICK_REACH = 1.12, 0.15  # radii of a limb and units past its end within which nicks are closed
BELLY = 0.88  # lowest level v at which a waistband begins
HANGING = 0.95  # level v below which what stays of the garment that goes is its skirt
IN_SHOE = -0.01  # units above a shoe's edge at which its shade on the ankle is half gone
FRINGE = 0.9  # share of a coat's shade in which what is no leg of the trousers below is its hem


def undress(
    scene: Prepared, fit: Fit, cover: Floats, texture: SkinTexture, generator: np.random.Generator
) -> tuple[Floats, Bools]:
    """The photo with the old garment replaced by what is behind the new one, arms in front of the body left out.

    Args:
        cover: (h, w) coverage of the new garment.

    Returns:
        The picture (h, w, 3), and (h, w) where it shows the person rather than the scene behind.
    """
    solid = scene.person & ~scene.old
    away = ~dilate(cover > 0.004, max(2.0, 0.03 * scene.body.unit))
    shade = hem_shade(scene.photo, scene.body, scene.old, scene.coarse, scene.clothes.replaced) * away
    fading = np.maximum(scene.fading, np.maximum(feather(scene.bled & away, 0.8), shade))
    if Label.TOP in scene.clothes.replaced:
        fading = np.maximum(fading, neck_seam(scene.body, scene.old, cover))
    low = below(scene.body, min(scene.body.waist, BELLY), scene.old) & ~lower_sleeves(scene.body)
    hanging = left_hanging(scene.old, _skirt(scene), cover, low, scene.body.unit)
    fading = fading * (1 - feather(hanging, 0.7))
    solid |= hanging
    need = (fading > 0.004) & (cover < 0.999)
    if not (need & scene.old).any():
        return scene.photo, scene.person
    patches = list(_behind(scene, fit, need, cover, texture, generator))
    skin = coverage(patches, scene.shape)
    bare = need & (skin < 0.5)
    # right up to the neck, and under its soft edge
    behind = hair_behind(scene.body, scene.old, scene.coarse, need)
    hair = longer_hair(scene.photo, scene.body, scene.old, bare) if Label.TOP in scene.clothes.replaced else []
    # beyond the old garment's own pixels the person is still there, the scene may not show through the seam
    open_scene = need & (skin < 0.999) & (scene.old | ~scene.person)
    if hangs_over_trousers(scene.body):
        open_scene |= (shade > FRINGE) & (skin < 0.5)  # of a coat's hem, between the legs below it
    canvas = scene.photo
    if open_scene.any():
        usable = ~(dilate(scene.person | scene.old, max(2.0, 0.015 * scene.body.unit)) | scene.bled)
        plate = fill_scene(scene.photo, open_scene, usable, 0.9 * scene.body.unit, generator)
        canvas = np.where(open_scene[..., None], plate, canvas)
    canvas = laid_over(canvas, [*behind, *patches, *hair])
    solid |= scene.old & (coverage([*behind, *patches, *hair], scene.shape) > 0.5)
    return scene.photo + (canvas - scene.photo) * fading[..., None], solid


def _skirt(scene: Prepared) -> Bools:
    """What stays (h, w) of a dress or coat whose upper part goes."""
    return below(scene.body, HANGING, np.isin(scene.body.labels, scene.clothes.replaced) & ~scene.old)


def _behind(
    scene: Prepared, fit: Fit, need: Bools, cover: Floats, texture: SkinTexture, generator: np.random.Generator
) -> Iterator[Patch]:
    """What the old garment hid, back to front: the torso, the other garment, upper arms, legs."""
    body, shape, replaced = scene.body, scene.shape, scene.clothes.replaced
    waistband = min(body.waist, BELLY)
    torso: list[Floats] = []
    bared = bared_shoulders(body, cover, fit.sleeve_reach)
    arms = {side: scene.arms[side].limb for side in bared} if Label.TOP in replaced else {}
    if Label.TOP in replaced:
        neck = with_shoulders(bare_neck(shape, body, scene.old, cover), body, arms)
        torso.append(np.maximum(neck, torso_zone(shape, body, 0.0, waistband + 0.05)))
    reach = fit.leg_reach
    if Label.BOTTOM in replaced and all(reach.get(side, 0.0) < 0.5 * body.legs[side].length for side in SIDES):
        torso.append(torso_zone(shape, body, waistband, min(1.2, crotch_level(body))))
    elif Label.BOTTOM in replaced and belly_is_bare(body):
        torso.append(torso_zone(shape, body, body.waist - 0.05, body.waist + 0.2))
    if torso or Label.BOTTOM in replaced:
        zone = np.maximum.reduce([np.zeros(shape, np.float32), *torso])
        zone = zone * (~beside_cloth(body, cover, not bared) | under_hem(body, cover))
        # arms come out of the shoulders' caps, so these are whole
        zone = np.maximum.reduce([zone, *(shoulder_cap(shape, body, side, arm) for side, arm in arms.items())])
        if Label.BOTTOM in replaced and Label.TOP not in replaced:
            zone = np.maximum(zone, belly_gap(body, cover, scene.old, scene.hands.bare))
        zone = zone * need
        yield from _present(painted_torso(body, scene.complexion, scene.coarse, scene.skin, zone, texture))
    if Label.BOTTOM not in replaced:
        gone = scene.old | (need & scene.person)
        shown = need & ~beside_hips(body, cover) if Label.TOP in replaced else need
        lower = continued_bottom(scene.photo, body, gone, shown, scene.coarse, waistband, generator, scene.lower)
        yield from _present(lower)
    if Label.TOP in replaced:
        for side in SIDES:
            start = max(0.0, fit.sleeve_reach.get(side, 0.0) - 0.15 * body.unit)
            yield from painted_arm(scene, side, start, 0.4 * body.arms[side].length, need, texture)
    if Label.BOTTOM in replaced:
        shoes = ((body.labels == Label.SHOES) & ~scene.old).astype(np.float32)
        for side in SIDES:
            leg = scene.legs[side]
            zone = _limb(scene, leg, max(0.0, reach.get(side, 0.0) - 0.5 * body.unit), leg.limb.length)
            zone = np.maximum(zone, instep(body, side, scene.old, leg.limb))
            tone = scene.complexion.legs.get(side, scene.complexion.leg * CALMER)
            zone = zone * (need & ~under_cloth(leg.limb, cover, HEM_SLOPE * body.unit))
            if reach.get(side, 0.0) > TO_ANKLE * leg.limb.length:
                zone = zone * ~beside_a_tube(leg.limb, cover, HEM_SLOPE * body.unit)
            patch = painted_limb(leg, (tone, tone), scene.coarse, scene.skin, scene.around, zone, texture, body.unit)
            for painted in _present(patch):
                yield in_hem_shade(in_hem_shade(painted, cover, body.unit), shoes, body.unit, IN_SHOE)


def painted_arm(
    scene: Prepared, side: SideName, start: float, end: float, where: Bools | Floats, texture: SkinTexture
) -> Iterator[Patch]:
    """The bare arm between two arc lengths, as far as `where` covers it."""
    arm, tones = scene.arms[side], scene.complexion
    zone = _limb(scene, arm, start, min(end, arm.limb.length))
    if start == 0:
        zone = out_of_shoulder(zone, scene.body, side, arm.limb)
    upper, lower = arm_tones(tones, side)
    seen, unit = (scene.skin, scene.around), scene.body.unit
    patch = painted_limb(arm, (upper, lower), scene.coarse, *seen, zone * where, texture, unit)
    yield from _present(patch)


def _limb(scene: Prepared, bare: BareLimb, start: float, end: float) -> Floats:
    """Coverage (h, w) of a bare limb between two arc lengths, up to the very skin that is seen."""
    zone = limb_zone(scene.shape, bare.limb, start, end)
    if end <= bare.joint - 0.1 * scene.body.unit:
        return zone
    unit = scene.body.unit
    skin = (scene.body.labels == Label.SKIN) & ~scene.old
    within = limb_zone(scene.shape, bare.limb, start, end + NICK_REACH * unit, NICK_WIDTH)
    return without_nicks(zone, skin, scene.old, unit, within)


def _present(patch: Patch | None) -> Iterator[Patch]:
    if patch is not None:
        yield patch
