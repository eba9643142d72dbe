"""What the mask of a worn garment holds beside its cloth in pieces of their own: bags, papers, shoes, bare legs, scene.

Takes the wearer's photo, mask and labels, gives a smaller mask. The colours of the cloth are read where it surely lies,
on the trunk and along the covered limbs; a piece beside that, in a colour of its own, which reaches out of the
garment, is something else. Sleeves of another colour, and what the garment has on both sides, stay. Bare legs under a
hem are told by the hue of the wearer's skin, which shade does not change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB, Category
from vesture.engines.warp.body.figure import SIDES, V_LEVELS, Body, Limb
from vesture.engines.warp.body.silhouettes import limb_zone
from vesture.engines.warp.worn.between import between_legs, scene_between, to_any_scene
from vesture.engines.warp.worn.cloth import Scene, colour_distance, main_colours, scaled_scene
from vesture.engines.warp.worn.fill import mirrored_mask
from vesture.engines.warp.worn.reach import sleeve_share
from vesture.engines.warp.worn.shaded import DARKEST, log_hue
from vesture.engines.warp.worn.wearer import carried
from vesture.vision.fill import push_pull
from vesture.vision.masks import dilate, erode
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

COLOURS, LEAST_SHARE = 8, 0.04  # main colours of the cloth, and the least share of the core that makes one
UNLIKE = 17.0  # distance from all of them: a colour of its own
TRUNK = 0.72  # of the bare trunk's half-width, within which a garment surely lies
FIRST_LEVEL, LAST_LEVEL = 0.1, 1.0
LEG_CORE, LEG_START, LEG_END = 0.75, 0.1, 0.8  # radii about a leg; shares of what is covered of it
SLEEVE = 1.6  # radii about an arm within which a colour of its own is a sleeve's
CUFF = 3.2  # radii about an ankle, of turned-up trousers
UNLIKE_GAP = 9.0  # between legs: distance of the scene from any cloth
NEARER = 0.7  # of the distance to cloth
LEAST_PIECE = 0.012  # square units
LEAST_THICK = 0.11  # units; cloth that shines in the light at its edge makes thinner strips
BESIDE = 0.6  # share of a piece that must lie off the core
PAIRED = 0.35  # share of a piece whose mirror image has its colour too: a design of the garment
SAME_COLOUR = 14.0
LEAST_FREE, LEAST_OPEN = 0.2, 0.04  # share of a piece's rim that must reach out of the garment; of one between legs
MOST_LARGER = 3.0  # times the size of its like on the other half
MOST_TAKEN = 0.45  # share of the mask; more would be a garment misread
LIKE_SCENE, UNLIKE_NEAR, UNLIKE_ANY = 10.0, 16.0, 9.0  # distances to the scene, to the cloth around, to any cloth
HUE, HUE_MARGIN = 0.28, 0.6  # log-chromaticity: a pixel has the skin's hue, and is nearer to it than to the cloth's
LEG, LEG_LEVEL = 3.0, 1.05  # radii about a leg, and the level from which on bare legs are looked for
COLOURED, SHADED = 0.7, 0.3  # least shares of the skin's usual colourfulness and brightness
STEP = 3  # pixels at working size, over which edges are blurred


def without_foreign(photo: RGB, mask: Bools, body: Body, category: Category) -> Bools:
    """The mask (H, W) without pieces that are not its cloth.

    Args:
        photo: (H, W, 3) of the wearer.
        mask: (H, W) where the garment was found.
        body: the wearer.
        category: what the garment is; trousers follow the legs, all else the trunk.
    """
    scene, scale = scaled_scene(photo, mask, body.labels, body.unit)
    body = replace(carried(body, scale, np.zeros(2)), labels=scene.labels)
    places = _places(scene.mask, body, category)
    taken = np.zeros_like(scene.mask)
    if category != "bottoms":
        small = np.asarray(cv2.resize(photo, scene.mask.shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8)
        taken |= _bare_legs(small, scene, places)
    core = erode(scene.mask & ~taken, 0.05 * scene.unit) & places.sure
    cloth = main_colours(scene.lab, core, COLOURS, LEAST_SHARE)
    if len(cloth):
        apart = colour_distance(scene.lab, cloth)
        own = scene.mask & ~taken
        across = _across(scene, body)
        pale = scene.lab[..., 0] > float(np.median(scene.lab[core][:, 0]))
        # sleeves may have any colour; turned-up trousers show their paler inside
        kept = places.ends & (pale | (category != "bottoms")) & ~places.gap
        paired = places.mirrored & (_to_other_half(scene, body) < SAME_COLOUR) & ~places.gap
        any_scene = to_any_scene(scene) if places.gap.any() else apart
        scenic = own & _scenic(scene, core, apart, places.gap, any_scene) & ~places.inner
        odd = own & (apart > UNLIKE)
        for found in (odd & ~places.gap, scenic & ~places.gap, (odd | scenic) & places.gap):
            taken |= _pieces(scene, found, places, (paired, kept), across)
        if places.gap.any():
            taken |= scene_between(scene, any_scene, core & places.legs, places.gap, LEAST_PIECE)
    if not taken.any() or taken.sum() > MOST_TAKEN * scene.mask.sum():
        return mask
    out = cv2.resize(dilate(taken, 0.02 * scene.unit).astype(np.float32), mask.shape[1::-1])
    return mask & (out < 0.5)


@dataclass(frozen=True, slots=True)
class _Places:
    """Parts of the body at working size, (h, w) each.

    Attributes:
        sure: where the garment's own cloth lies, if anywhere.
        inner: the middle of the trunk and the legs, where other things seldom are.
        ends: round sleeves; round the lower ends of trousers.
        legs: round the legs, below the trunk.
        gap: between the legs of trousers.
        mirrored: where the other half of the body has cloth of the garment.
    """

    sure: Bools
    inner: Bools
    ends: Bools
    legs: Bools
    gap: Bools
    mirrored: Bools


def _places(mask: Bools, body: Body, category: Category) -> _Places:
    sure, inner = _core_zones(mask.shape, body, category)
    gap = between_legs(mask.shape, body) & ~inner if category == "bottoms" else np.zeros_like(inner)
    ends, legs = _ends(mask, body, category), _below_hem(mask.shape, body)
    return _Places(sure, inner, ends, legs, gap, mirrored_mask(mask, body))


def _core_zones(shape: tuple[int, int], body: Body, category: Category) -> tuple[Bools, Bools]:
    """Where (H, W) cloth of the garment surely lies, and the inner parts of the body, where other things seldom are."""
    rows, columns = np.indices(shape, dtype=np.float32)
    dx, dy = columns - body.neck[0], rows - body.neck[1]
    u = dx * body.across[0] + dy * body.across[1]
    v = (dx * body.down[0] + dy * body.down[1]) / body.torso
    inner = np.abs(u) < TRUNK * np.interp(v, V_LEVELS, body.bare_half_width)
    if category != "bottoms":
        return np.asarray(inner & (v > FIRST_LEVEL) & (v < LAST_LEVEL)), np.asarray(inner)
    inner &= (v > 0.7) & (v < 1.05)
    for side in SIDES:
        leg = body.legs[side]
        end = _covered(leg)
        inner |= limb_zone(shape, leg, LEG_START * end, LEG_END * end, LEG_CORE) > 0.5
    return np.asarray(inner), np.asarray(inner)


def _ends(mask: Bools, body: Body, category: Category) -> Bools:
    """Round the covered arms, or the lower ends of the covered legs."""
    zone = np.zeros(mask.shape, bool)
    for side in SIDES:
        arm, leg = body.arms[side], body.legs[side]
        if category == "bottoms":
            zone |= limb_zone(mask.shape, leg, LEG_END * _covered(leg), 1.1 * leg.length, CUFF) > 0.5
        else:
            zone |= limb_zone(mask.shape, arm, 0.0, sleeve_share(body, side, mask) * arm.length, SLEEVE) > 0.5
    return zone


def _covered(leg: Limb) -> float:
    """Arc length of a leg to where skin begins."""
    return leg.length if leg.bare_from is None else min(leg.bare_from, leg.length)


def _below_hem(shape: tuple[int, int], body: Body) -> Bools:
    rows, columns = np.indices(shape, dtype=np.float32)
    v = ((columns - body.neck[0]) * body.down[0] + (rows - body.neck[1]) * body.down[1]) / body.torso
    zone = np.zeros(shape, bool)
    for side in SIDES:
        leg = body.legs[side]
        zone |= limb_zone(shape, leg, 0.0, 1.1 * leg.length, LEG) > 0.5
    return np.asarray(zone & (v > LEG_LEVEL))


def _bare_legs(small: RGB, scene: Scene, places: _Places) -> Bools:
    """Pieces at the lower end of the mask, on the legs, that have the hue of the wearer's skin."""
    legs = places.legs
    skin = erode((scene.labels == Label.SKIN) & ~scene.mask, 0.03 * scene.unit)
    core = erode(scene.mask & ~dilate(legs, 0.1 * scene.unit), 0.05 * scene.unit)
    brightest = small.max(2)
    light = brightest > DARKEST
    empty = np.zeros_like(scene.mask)
    if (skin & light).sum() < 0.02 * scene.unit**2 or (core & light).sum() < 0.1 * scene.unit**2:
        return empty
    hue = log_hue(small)
    planar = np.concatenate([hue, np.zeros((*hue.shape[:2], 1), np.float32)], 2)
    to_skin = colour_distance(planar, main_colours(planar, skin & light, 3, 0.15))
    to_cloth = colour_distance(planar, main_colours(planar, core & light, 4, 0.1))
    sure = erode(scene.mask, 0.05 * scene.unit) & places.sure
    own = colour_distance(scene.lab, main_colours(scene.lab, sure, COLOURS, LEAST_SHARE))
    nearer = to_skin < HUE_MARGIN * to_cloth
    hued = ((to_skin < HUE) & (nearer | (own > UNLIKE))) | ((to_skin < 2 * HUE) & nearer & (own > UNLIKE))
    # black and grey have next to no hue, and shade leaves skin some of its light
    coloured = np.linalg.norm(hue, axis=2) > COLOURED * float(np.median(np.linalg.norm(hue[skin & light], axis=1)))
    lit = brightest > SHADED * float(np.median(brightest[skin & light]))
    found = scene.mask & legs & light & hued & coloured & lit
    found = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    found = cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, names, stats, _ = cv2.connectedComponentsWithStats(found)
    lowest = dilate(_lower_rim(scene.mask), STEP)
    result = empty.copy()
    for index in range(1, count):
        if stats[index, cv2.CC_STAT_AREA] < LEAST_PIECE * scene.unit**2:
            continue
        piece = names == index
        # a leg leaves the garment through its lower end or the picture's
        if (_lower_rim(piece) & lowest).any(0).sum() > 0.3 * piece.any(0).sum():
            result |= piece
    return result


def _lower_rim(mask: Bools) -> Bools:
    return mask & ~np.pad(mask[1:], ((0, 1), (0, 0)))


def _scenic(scene: Scene, core: Bools, apart: Floats, gap: Bools, any_scene: Floats) -> Bools:
    """Pixels that look like the scene beside them and unlike the cloth beside them; between legs, like any scene."""
    outside = erode((scene.labels == Label.BACKGROUND) & ~scene.mask, 0.04 * scene.unit)
    if not outside.any() or not core.any():
        return np.zeros_like(scene.mask)
    to_scene = np.linalg.norm(scene.lab - push_pull(scene.lab, outside.astype(np.float32)), axis=2)
    to_cloth = np.linalg.norm(scene.lab - push_pull(scene.lab, core.astype(np.float32)), axis=2)
    found = (to_scene < LIKE_SCENE) & (to_cloth > UNLIKE_NEAR) & (apart > UNLIKE_ANY)
    if gap.any():
        found |= gap & (any_scene < NEARER * apart) & (apart > UNLIKE_GAP)
    return np.asarray(found)


def _across(scene: Scene, body: Body) -> Floats:
    """Units (h, w) from the spine, positive to the viewer's right."""
    rows, columns = np.indices(scene.mask.shape, dtype=np.float32)
    dx, dy = columns - np.float32(body.neck[0]), rows - np.float32(body.neck[1])
    return np.asarray((dx * body.across[0] + dy * body.across[1]) / scene.unit, np.float32)


def _to_other_half(scene: Scene, body: Body) -> Floats:
    """Distance (h, w) of each pixel's colour to that at the mirrored place of the body."""
    rows, columns = np.indices(scene.mask.shape, dtype=np.float32)
    step = 2 * scene.unit * _across(scene, body)
    x, y = (columns - step * body.across[0]).astype(np.float32), (rows - step * body.across[1]).astype(np.float32)
    smooth = cv2.GaussianBlur(scene.lab, (0, 0), 2.0)
    other = cv2.remap(smooth, x, y, cv2.INTER_LINEAR, borderValue=(-99, 0, 0))
    return np.asarray(np.linalg.norm(smooth - other, axis=2))


def _pieces(scene: Scene, found: Bools, places: _Places, own: tuple[Bools, Bools], across: Floats) -> Bools:
    """The pieces of `found` that are no design of the garment: they lie beside its core, reach out of it, and have no
    like on the other half. `own` is where the mirrored place has the same colour, and where the garment's ends are."""
    paired, kept = own
    found = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, names, stats, _ = cv2.connectedComponentsWithStats(found)
    outside = dilate(~scene.mask, 2)
    foreign, colours = [], []
    for index in range(1, count):
        area = stats[index, cv2.CC_STAT_AREA]
        if area < LEAST_PIECE * scene.unit**2:
            continue
        piece = names == index
        if 2 * float(cv2.distanceTransform(piece.astype(np.uint8), cv2.DIST_L2, 5).max()) < LEAST_THICK * scene.unit:
            continue  # light along an edge
        half = 0.0 if places.gap[piece].any() else float(np.sign(np.median(across[piece])))
        colour = np.median(scene.lab[piece], axis=0)
        colours.append((index, half, area, colour))
        rim = piece & ~erode(piece, 1)
        if (piece & ~places.inner).sum() < BESIDE * area or outside[rim].mean() < (LEAST_FREE if half else LEAST_OPEN):
            continue
        if max((piece & kept).sum(), (piece & paired).sum() * 0.5 / PAIRED) > 0.5 * area:
            continue
        foreign.append((index, half, area, colour))
    lonely = [
        index
        for index, half, area, colour in foreign
        if not any(
            half * other_half < 0
            and MOST_LARGER * other_area > area
            and float(np.linalg.norm(colour - other)) < SAME_COLOUR
            for _, other_half, other_area, other in colours
        )
    ]
    return np.isin(names, lonely)
