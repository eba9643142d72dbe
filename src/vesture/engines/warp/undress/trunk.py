"""Neck, chest and belly that the old garment hid, painted with the person's own tones.

Takes the low-resolution photo, the body, its complexion and where skin is seen; gives a patch. The head throws a soft
shadow on the neck; skin that is seen below the face carries on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.body.relief import smooth_step, trunk_shade
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.picture.patch import Patch, bounds
from vesture.engines.warp.undress.complexion import Complexion, to_rgb
from vesture.engines.warp.undress.skin import CALMER, REDDENING, joined, like_field, patch_of, window_of
from vesture.engines.warp.undress.skin_texture import SkinTexture
from vesture.vision.masks import dilate, distance_to

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

# of the light, that the head takes from the neck right below it, and units over which it fades: about as in 50 photos
UNDER_JAW, UNDER_JAW_REACH = 0.3, 0.14
ROUND = 0.6  # of the face's side light, that a neck, which is rounder, has beyond what the chest has
FACING_UP = 0.75  # share of the shade of a neck's sides that shoulders beside it, which face the light, do not have
NECK_END, TRUNK = -0.1, 0.25  # levels in units between which the tone of the neck becomes that of trunk and arms
CORD, NECK_SIDE = 0.055, 0.2  # of the light, that the two long muscles of a neck and its sides change
BEARD = 0.03  # units round a beard within which skin lies in its shade
BEARD_REACH = 0.06, 0.05, 0.02  # units within which skin has the shade, the light and the colour of what lies there
GREY = 0.5  # of the saturation that was painted; dark pixels with less are a beard as well
DARKEST = 0.28  # of the light that was painted; what has less is a beard


def trunk_tone(tones: Complexion) -> Floats:
    """The tone (3,) of chest and belly below the neck, between that and the limbs, which the sun has reddened more."""
    share = np.array([0.65, 0.3, 0.3], np.float32)
    return np.asarray((tones.torso + share * (tones.body - tones.torso)) * CALMER, np.float32)


def painted_torso(
    body: Body, tones: Complexion, coarse: Coarse, skin: Bools, zone: Floats, texture: SkinTexture
) -> Patch | None:
    """Neck, chest and belly; arguments as for `painted_limb`."""
    box = bounds(zone > 0, 2)
    if box is None:
        return None
    window = window_of(coarse, box)
    columns, rows = coarse.columns[window[1]] - body.neck[0], coarse.rows[window[0]] - body.neck[1]
    across = (columns[None] * body.across[0] + rows[:, None] * body.across[1]) / body.unit
    level = (columns[None] * body.down[0] + rows[:, None] * body.down[1]) / body.unit
    shade = trunk_shade(
        np.asarray(across, np.float32), np.asarray(level, np.float32), body.torso / body.unit, tones.light
    )
    shade = shade * _neck_shade(body, coarse.columns[window[1]][None], coarse.rows[window[0]][:, None], tones.light)
    table = to_rgb(tones.torso + np.linspace(0, 1, 64, dtype=np.float32)[:, None] * (trunk_tone(tones) - tones.torso))
    lower = smooth_step((np.asarray(level, np.float32) - NECK_END) / (TRUNK - NECK_END))
    field = np.asarray(table[np.rint(63 * lower).astype(int)] * shade[..., None] ** REDDENING, np.float32)
    seen = skin[window] & _below_the_face(body, coarse.columns[window[1]][None], coarse.rows[window[0]][:, None])
    like = like_field(coarse.photo[window], field)
    plain = seen & like & ~dilate(seen & ~like, BEARD * body.unit / coarse.factor)
    scale = coarse.factor / body.unit
    if int(plain.sum()) >= 6:
        field = joined(field, coarse.photo[window], plain, distance_to(plain) * scale)
    # what lies in the shade of jaw or beard does not tell the tone of a neck, but shade ends softly
    seen &= ~dilate(seen & (coarse.photo[window].mean(-1) < DARKEST * field.mean(-1)), 1)
    seen &= ~_grey(coarse.photo[window], field)
    field = joined(field, coarse.photo[window], seen, distance_to(seen) * scale, BEARD_REACH)
    return patch_of(field, coarse, window, box, zone, texture)


def _grey(photo: Floats, field: Floats) -> Bools:
    """Which pixels (h, w) of the photo have lost more colour than shade takes from the painted field: a beard's."""
    real, wanted = (np.maximum(np.clip(rgb, 0, 255), 1) for rgb in (photo, field))
    colour, usual = (1 - rgb.min(-1) / rgb.max(-1) for rgb in (real, wanted))
    return np.asarray((colour < GREY * usual) & (real.mean(-1) < 0.8 * wanted.mean(-1)))


def _below_the_face(body: Body, columns: Floats, rows: Floats) -> Bools:
    """Which pixels lie below the jaw, at `columns` and `rows` as for `_neck_shade`: faces have a light of their own."""
    if body.head is None:
        level = ((columns - body.neck[0]) * body.down[0] + (rows - body.neck[1]) * body.down[1]) / body.unit
        return np.asarray(level > -0.62)
    return np.asarray(body.head.below_jaw(columns, rows) > 0)


def _neck_shade(body: Body, columns: Floats, rows: Floats, light: float) -> Floats:
    """Shade of a neck: the head's shadow under the jaw, turning away at the sides, its two long muscles.

    A factor (h, w) for pixels at `columns` and `rows`, which broadcast together; 1 on chest and belly. `light` is the
    side light of the complexion.
    """
    dx, dy = columns - body.neck[0], rows - body.neck[1]
    aside = (dx * body.across[0] + dy * body.across[1]) / body.unit
    level = (dx * body.down[0] + dy * body.down[1]) / body.unit
    if body.head is None:
        return np.asarray(np.interp(level, [-0.5, -0.05], [0.84, 1.0]), np.float32)
    head = body.head
    below = head.below_jaw(columns, rows) / body.unit
    length = max(float((body.neck - head.chin) @ body.down) / body.unit, 0.1)
    share = np.clip(1 + level / length, 0, 1)  # 0 at the chin, 1 between the shoulder joints
    aside = aside - (1 - share) * float((head.chin - body.neck) @ body.across) / body.unit
    half = head.neck_half_width / body.unit
    shadow = UNDER_JAW * np.exp(-np.maximum(below, 0) / UNDER_JAW_REACH) * np.clip(1.5 - share, 0, 1)
    out = np.abs(aside) / half
    neck = smooth_step((0.95 - share) / 0.45) * (1 - FACING_UP * smooth_step((out - 0.85) / 0.75))
    turned = (NECK_SIDE * np.clip(out, 0, 1.15) ** 3 - ROUND * light * np.clip(aside / half, -1, 1)) * neck
    muscle = np.abs(aside) - (0.05 + 0.75 * (1 - share) * half)
    cord = CORD * (np.exp(-((muscle / 0.018) ** 2)) - np.exp(-(((muscle + 0.035) / 0.022) ** 2)))
    return np.asarray(
        1 - shadow - turned + cord * np.clip(share / 0.2, 0, 1) * np.clip((1 - share) / 0.2, 0, 1), np.float32
    )
