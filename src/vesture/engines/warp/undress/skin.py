"""Skin that the old garment hid: limbs, neck and torso, painted with the person's own tones.

Takes the low-resolution photo, the body, its complexion and where skin is seen; gives patches. A painted limb has the
shape of a limb, meets the visible skin at the same width and colour, and is lit from the side the sleeve was lit from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import Limb, SideName
from vesture.engines.warp.body.relief import Anatomy, flushed, limb_shade, smooth_step, swollen, within_cloth
from vesture.engines.warp.body.silhouettes import LimbFrame, limb_frame, pointed
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.picture.patch import Patch, bounds
from vesture.engines.warp.undress.complexion import Complexion, like_skin, to_rgb
from vesture.engines.warp.undress.joint import skin_width
from vesture.engines.warp.undress.skin_texture import SkinTexture
from vesture.vision.fill import push_pull

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

# shade falls on blue and green more than on red: light comes back out of the skin reddened
REDDENING = np.array([0.82, 1.05, 1.18], np.float32)
# the round of limbs hardly reddens: of 35 bare arms, their sides have the hue of their middle
LIMB_REDDENING = np.array([0.95, 1.01, 1.04], np.float32)
FLUSH = np.array([0.03, -0.025, -0.03], np.float32)  # where the blood shows through, at its strongest
MEETING, WRIST_MEETING = 0.7, 0.18  # units before the visible skin within which a limb takes on its width
HALF_MET = 0.05  # units past where that begins, at which it has that width
BEYOND = 0.14  # units past the last joint where no skin is seen: trousers end below the ankle
PALER = 0.2  # of the difference between chest and arms, that their upper ends are paler
# a wide even surface looks more colourful than faces and hands, which have lines and lights of their own
CALMER = np.array([1.0, 0.9, 0.9], np.float32)
LIKE_HAND = 0.5  # share of the way to the visible skin, from where on a limb takes on its tone
ARMPIT = 0.25  # share of an arm down to which its inner side is one with the chest
# share of a glaring scene that limbs show at their edges, its reach in units, how much of what lies there it must be,
# and the levels between which it begins to glare: before blown out backdrops the edges of 40 arms and legs are 10 L*
# lighter than their middle, before others 3 to 10 L* darker
RIM, RIM_REACH, RIM_SHARE, RIM_FROM = 0.34, 0.35, 0.04, (225.0, 250.0)
MOST_RIM = 95.0  # levels by which it is brighter than the skin, that count
LIMB_SEEN = 0.8  # of a limb's length, before which skin that is seen is its own: hands have a light of their own
STRIPES, STRIPE = (-0.85, -0.6, -0.3, 0.0, 0.3, 0.6, 0.85), 0.16  # along a limb, in radii from its axis; half a width
LIT = 1.2  # units within which a limb is lit like the part of it that is seen
# logarithms of the factors between which a painted tone may be drawn to the visible skin
JOIN_RANGE = -1.1, 0.6
# units from the visible skin, within which a painted one has its shade, its light, and its colour
SHADE_REACH, LIGHT_REACH, COLOUR_REACH = 0.1, 0.25, 0.35
LIMB_REACH = 0.3, 0.3, 0.3  # the light of a limb changes less
UNEVEN = 0.07  # units within which a limb also takes on what differs from place to place in that skin: fingers' gaps


@dataclass(frozen=True, slots=True)
class BareLimb:
    """A limb without clothes.

    Attributes:
        limb: axis and radii, matched to the visible skin where it meets that.
        joint: arc length where visible skin begins; the limb's end where none is seen.
        seen: whether skin is seen there.
        light: how much brighter, as a share, the limb is on the side of its sign-1 normal than on its axis.
        outward: 1 where that normal faces away from the body, -1 where it faces the body.
        anatomy: its shape.
        bend: share of its length at which its middle joint lies.
        hidden: whether it ends behind the body or in a pocket.
    """

    limb: Limb
    joint: float
    seen: bool
    light: float
    outward: float
    anatomy: Anatomy
    bend: float
    hidden: bool = False


def bare_limb(limb: Limb, anatomy: Anatomy, skin: Bools, unit: float, light: float, outward: float) -> BareLimb:
    """The limb's bare shape between its joints and on to the visible `skin` (h, w)."""
    seen = limb.bare_from is not None
    joint = limb.length if limb.bare_from is None else float(limb.bare_from)
    end = max(limb.length, joint + 0.25 * unit) if seen else limb.length + BEYOND * unit
    along = np.linspace(0, end, 49)
    axis, normal = limb.at(along), limb.outward(along, 1.0)
    bend = anatomy.bend(limb.radius(np.linspace(0, limb.length, 33)) / unit)
    swell, lean = swollen(anatomy, anatomy.share(along / limb.length, bend))
    usual = limb.radius(along) * swell
    radius = usual * within_cloth(limb.radius(along, clothed=True) / usual, anatomy)
    axis = pointed(axis + normal * (outward * lean * radius)[:, None], along, limb)
    if seen:
        found = skin_width(limb, skin, joint, unit)
        if found is not None:
            half, offset = found
            # hands widen right below the wrist: further up an arm is its own width again
            reach = float(np.interp(joint / limb.length, [0.75, 0.95], [MEETING, WRIST_MEETING])) * unit
            met = joint + HALF_MET * unit
            wide, near = (smooth_step((along - (met - span)) / span) for span in (reach, MEETING * unit))
            radius = radius * (1 - wide) + half * wide
            axis = axis + normal * (offset * near)[:, None]
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(axis, axis=0), axis=1))] + np.arange(49) * 1e-6
    bare = replace(limb, axis=axis, along=length, natural=radius, outer=radius)
    joint = float(np.interp(joint, along, length))  # the way round a corner is longer
    return BareLimb(bare, joint, seen, light, outward, anatomy, bend)


def arm_tones(tones: Complexion, side: SideName) -> tuple[Floats, Floats]:
    """L*a*b* (3,) of an arm's upper end and of its wrist: nearer to the face's above, to the hand's below."""
    if side in tones.arms:
        return tones.arms[side], tones.arms[side]
    upper = (1 - PALER) * tones.body + PALER * tones.torso
    lower = 0.5 * tones.hands.get(side, tones.body) + 0.5 * tones.body
    return np.asarray(upper * CALMER, np.float32), np.asarray(lower * CALMER, np.float32)


def side_light(coarse: Coarse, limb: Limb, old: Bools) -> float:
    """From which side a limb is lit, read off the cloth on it: the brightness gained from axis to sign-1 side."""
    reach = float(limb.outer.max())
    (left, top), (right, bottom) = limb.axis.min(0) - reach, limb.axis.max(0) + reach
    window = (
        slice(*np.searchsorted(coarse.rows, [top, bottom])),
        slice(*np.searchsorted(coarse.columns, [left, right])),
    )
    if not old[window].any():
        return 0.0
    frame = limb_frame(limb, coarse.columns[window[1]], coarse.rows[window[0]])
    outer = np.interp(frame.along, limb.along, limb.outer / limb.natural)
    across = frame.across / outer
    on = old[window] & (np.abs(across) < 0.85) & (frame.along > 0.15 * limb.length) & (frame.along < limb.length)
    first, second = on & (across > 0.3), on & (across < -0.3)
    if int(first.sum()) < 20 or int(second.sum()) < 20:
        return 0.0
    bright = coarse.photo[window].mean(-1) + 8  # black cloth shows light weakly; the floor keeps ratios sane
    ratio = float(np.median(bright[first]) / np.median(bright[second]))
    return float(np.clip(0.35 * np.log(ratio), -0.2, 0.2))


def painted_limb(
    bare: BareLimb,
    tones: tuple[Floats, Floats],
    coarse: Coarse,
    skin: Bools,
    around: Bools,
    zone: Floats,
    texture: SkinTexture,
    unit: float,
) -> Patch | None:
    """The limb in its own colours.

    Args:
        tones: L*a*b* at the limb's start and where it meets the visible skin.
        skin: (h, w) low-resolution pixels of visible skin.
        around: (h, w) low-resolution pixels of the scene.
        zone: (H, W) coverage of the limb.
    """
    box = bounds(zone > 0, 2)
    if box is None:
        return None
    window = window_of(coarse, box)
    frame = limb_frame(bare.limb, coarse.columns[window[1]], coarse.rows[window[0]])
    field = _tube(bare, tones, frame)
    reach = round(RIM_REACH * unit / coarse.factor)
    field = _rimmed(field, bare, frame.across, *scene_near(coarse.photo, around, window, reach))
    corridor = (np.abs(frame.across) < 0.95) & (frame.along > bare.joint - 0.05 * unit)
    seen = skin[window] & corridor & (frame.along < bare.joint + 0.25 * unit) & like_field(coarse.photo[window], field)
    if bare.seen and int(seen.sum()) >= 6:
        away = np.maximum(bare.joint - frame.along, 0) / unit
        if bare.joint < LIMB_SEEN * bare.limb.length:
            field = field * _lit_like(field, coarse.photo[window], seen, frame.across, away)[..., None]
        field = joined(field, coarse.photo[window], seen, away, LIMB_REACH, UNEVEN)
    return patch_of(field, coarse, window, box, zone, texture)


def _lit_like(field: Floats, real: Floats, seen: Bools, across: Floats, away: Floats) -> Floats:
    """Light (h, w) on a painted limb as on the part of it that is seen, from side to side; 1 far from that."""
    ratio = real[seen].mean(-1) / np.maximum(field[seen].mean(-1), 8)
    place = across[seen]
    profile = np.ones(len(STRIPES), np.float32)
    for index, stripe in enumerate(STRIPES):
        own = ratio[np.abs(place - stripe) < STRIPE]
        profile[index] = np.median(own) if len(own) >= 3 else np.nan
    known = np.isfinite(profile)
    if int(known.sum()) < 4:
        return np.ones_like(across)
    profile = np.interp(STRIPES, np.array(STRIPES)[known], profile[known]).astype(np.float32)
    # how light the limb is as a whole is left to the colours at the joint
    light = np.clip(np.interp(across, STRIPES, profile) / np.median(profile), 0.75, 1.35)
    return np.asarray(1 + (light - 1) * np.exp(-away / LIT), np.float32)


def _tube(bare: BareLimb, tones: tuple[Floats, Floats], frame: LimbFrame) -> Floats:
    share = smooth_step((frame.along / max(bare.joint, 1) - LIKE_HAND) / (1 - LIKE_HAND))
    table = to_rgb(tones[0] + np.linspace(0, 1, 64, dtype=np.float32)[:, None] * (tones[1] - tones[0]))
    tone = table[np.clip(share * 63, 0, 63).astype(int)]
    along = np.asarray(bare.anatomy.share(frame.along / max(bare.limb.length, 1), bare.bend), np.float32)
    shade = limb_shade(along, frame.across, bare.light, bare.outward, bare.anatomy)
    inner = np.clip(0.5 - bare.outward * frame.across, 0, 1) * (
        1 - smooth_step((along - 0.5 * ARMPIT) / (0.5 * ARMPIT))
    )
    shade = np.maximum(shade, inner + shade * (1 - inner))
    flush = flushed(along, frame.across, bare.outward, bare.anatomy)[..., None]
    return np.asarray(tone * (shade[..., None] ** LIMB_REDDENING) * (1 + FLUSH * flush), np.float32)


def _rimmed(field: Floats, bare: BareLimb, across: Floats, scene: Floats, share: Floats) -> Floats:
    """A painted limb (h, w, 3) with what bright scenes near it spill over its edges; `scene` and `share` as
    `scene_near` gives them."""
    brighter = scene.mean(-1, keepdims=True) - field.mean(-1, keepdims=True)
    # dark skin gains no more than light skin
    glaring = np.clip((scene.mean(-1, keepdims=True) - RIM_FROM[0]) / (RIM_FROM[1] - RIM_FROM[0]), 0, 1)
    spilled = glaring * np.clip(brighter, 0, MOST_RIM)
    spilled = spilled / np.maximum(brighter, MOST_RIM)
    most = np.where(bare.outward * across > 0, RIM, bare.anatomy.rim_within * RIM)
    edge = most * np.clip(share / RIM_SHARE, 0, 1) * smooth_step((np.abs(across) - 0.3) / 0.75)
    # half of it is glare in the scene's colour, half light on the skin
    light = 0.5 * (scene - field) + 0.5 * field * brighter / np.maximum(field.mean(-1, keepdims=True), 8)
    return np.asarray(field + light * spilled * edge[..., None], np.float32)


def scene_near(photo: Floats, around: Bools, window: tuple[slice, slice], reach: int) -> tuple[Floats, Floats]:
    """Mean colour (h, w, 3) of the scene within `reach` pixels round each place of a window of a photo, and how much
    (h, w) of what is there it is."""
    rows, columns = window
    top, left = max(0, rows.start - reach), max(0, columns.start - reach)
    wide = np.s_[top : rows.stop + reach, left : columns.stop + reach]
    inner = np.s_[rows.start - top :, columns.start - left :]
    size = (2 * reach + 1,) * 2
    share = cv2.blur(around[wide].astype(np.float32), size)
    scene = cv2.blur(photo[wide] * around[wide][..., None], size) / np.maximum(share, 1e-3)[..., None]
    height, width = photo[window].shape[:2]
    return np.asarray(scene[inner][:height, :width]), np.asarray(share[inner][:height, :width])


def like_field(real: Floats, field: Floats) -> Bools:
    """Which real colours (h, w, 3) may be the same skin as the painted ones."""
    lab = (cv2.cvtColor(np.clip(rgb, 0, 255) / 255, cv2.COLOR_RGB2LAB) for rgb in (real, field))
    return like_skin(*lab)


def joined(
    field: Floats,
    real: Floats,
    seen: Bools,
    away: Floats,
    reach: tuple[float, float, float] = (SHADE_REACH, LIGHT_REACH, COLOUR_REACH),
    uneven: float | None = None,
) -> Floats:
    """A painted field (h, w, 3) drawn to the real colours where they are `seen`, the less the further `away` (h, w)
    from them, in units: `reach` is that of more shade than was painted, of more light, and of the colour; `uneven`
    that of the differences between places in what is seen, if these end sooner."""
    ratio = np.clip(np.log((real + 4) / (field + 4)), *JOIN_RANGE)
    spread = cv2.GaussianBlur(push_pull(np.asarray(ratio, np.float32), seen.astype(np.float32)), (0, 0), 1.5)
    if uneven is not None:
        usual = np.median(ratio[seen], axis=0)
        spread = usual + (spread - usual) * np.exp(-away / uneven)[..., None]
    light = spread.mean(-1, keepdims=True)
    shade, lit, coloured = (np.exp(-away / distance)[..., None] for distance in reach)
    factor = np.exp(np.minimum(light, 0) * shade + np.maximum(light, 0) * lit + (spread - light) * coloured)
    return np.asarray((field + 4) * factor - 4, np.float32)


def window_of(coarse: Coarse, box: tuple[int, int, int, int]) -> tuple[slice, slice]:
    """The low-resolution pixels that cover a box of the photo, with one to spare."""
    scale_y, scale_x = coarse.photo.shape[0] / coarse.shape[0], coarse.photo.shape[1] / coarse.shape[1]
    top, left = int(box[0] * scale_y), int(box[1] * scale_x)
    bottom, right = int(np.ceil(box[2] * scale_y)), int(np.ceil(box[3] * scale_x))
    return slice(max(0, top - 1), bottom + 1), slice(max(0, left - 1), right + 1)


def patch_of(
    field: Floats,
    coarse: Coarse,
    window: tuple[slice, slice],
    box: tuple[int, int, int, int],
    zone: Floats,
    texture: SkinTexture,
) -> Patch:
    """A low-resolution field as a patch of the photo's own resolution, cut to the box."""
    top, left, bottom, right = box
    scale_y, scale_x = coarse.photo.shape[0] / coarse.shape[0], coarse.photo.shape[1] / coarse.shape[1]
    xs = (np.arange(left, right, dtype=np.float32) + 0.5) * scale_x - 0.5 - window[1].start
    ys = (np.arange(top, bottom, dtype=np.float32) + 0.5) * scale_y - 0.5 - window[0].start
    map_x, map_y = np.meshgrid(xs, ys)
    field = field * texture.mottling[window]
    rgb = cv2.remap(field, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    place = np.s_[top:bottom, left:right]
    return Patch(top, left, np.clip(rgb * texture.grain[place][..., None], 0, 255).astype(np.float32), zone[place])
