"""Long hair where a collar is taken away: it goes on behind the neck and down over the shoulders.

Takes the photo, the body and what goes; gives patches. Short hair is left alone: below it neck and scene begin.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.picture.patch import Patch, bounds
from vesture.engines.warp.undress.neck import bare_neck
from vesture.engines.warp.undress.throat import NECK_PALER, face_tone, off_the_neck, strangeness
from vesture.vision.masks import closed, dilate, erode
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

HAIR_LENGTH = 0.3  # units by which hair goes on behind a collar that is taken away
STRAND = 0.03  # units of half the width that hair below the jaw has where it is long
HOLE = 0.08  # units of half the width of holes in hair
SHADED = 0.65  # of the lightness of hair
EDGE = 0.012  # units of hair at its edges that the scene behind colours
NO_SKIN = 8.0  # squared distance from skin at which a dark colour is none in the shade
DOUBT = (-8.0, 8.0)
BESIDE = 4.0  # how much liker skin or cloth than hair a colour beside the neck may be
UNDER_JAW = 0.5  # half-widths of the face below the jaw within which shoulders do not begin yet, however high they are
USUAL_JAW = -0.45  # level in units where no face is seen


def loose_hair(body: Body, old: Bools) -> Bools:
    """Hair (h, w) that comes down beyond the jaw, with all that is one with it; what is taken away left out."""
    hair = (body.labels == Label.HAIR) & ~old
    box = bounds(hair)
    if box is None:
        return hair
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    columns = np.arange(box[1], box[3], dtype=np.float32)[None]
    rows = np.arange(box[0], box[2], dtype=np.float32)[:, None]
    if body.head is not None:
        low = body.head.below_jaw(columns, rows) > -0.4 * body.head.half_width
    else:
        level = (columns - body.neck[0]) * body.down[0] + (rows - body.neck[1]) * body.down[1]
        low = level > USUAL_JAW * body.unit
    part = np.ascontiguousarray(hair[place])
    strands = erode(part, STRAND * body.unit) & low
    count, names = cv2.connectedComponents(part.view(np.uint8))
    long = np.bincount(names[strands], minlength=count) > 0
    long[0] = False
    result = np.zeros_like(hair)
    result[place] = long[names]
    return result


def with_shaded_hair(body: Body, coarse: Coarse, replaced: tuple[Label, ...]) -> NDArray[np.uint8]:
    """Labels (h, w) in which long hair has no holes, and reaches the neck where it hangs beside that.

    Between hair and neck it is dark, and often taken for the skin or for the cloth that goes.
    """
    labels, hair, head = body.labels, loose_hair(body, np.zeros(body.labels.shape, bool)), body.head
    seeds = coarse.pure(hair)
    if head is None or not seeds.any():
        return labels
    lab = _lab(coarse.photo)
    other = np.isin(labels, (Label.SKIN, *replaced))
    strands = _lab(coarse.grown(seeds))
    to_hair = strangeness(lab, strands)
    columns, rows = coarse.columns[None], coarse.rows[:, None]
    below = head.below_jaw(columns, rows)
    to_other = np.full_like(to_hair, 1e3)
    tone = face_tone(lab, coarse.pure(labels == Label.SKIN) & (below < -0.6 * head.half_width))
    if tone is not None:
        to_other = np.minimum(strangeness(lab, tone), strangeness(lab, tone * np.array([1, NECK_PALER, 1], np.float32)))
    to_skin = to_other
    worn = np.isin(labels, replaced)
    cloth = coarse.pure(worn)
    if cloth.any():
        to_other = np.minimum(to_other, strangeness(lab, _lab(coarse.grown(cloth))))
    against = np.clip(to_hair - to_other, *DOUBT)
    scale = body.unit / coarse.factor
    own = coarse.share(hair) > 0.5
    hole = closed(own, HOLE * scale) & (against < 0)
    outside, above_shoulder = off_the_neck(body, columns, rows)
    outer = _hair_further_out(body, own, columns, rows, round(0.25 * scale)) > 0.15
    # so deep in the shade nothing tells hair from dark cloth but where it is
    shaded = lab[..., 0] < SHADED * strands[..., 0]
    dark = shaded & ((coarse.share(worn) > 0.4) | (to_skin > NO_SKIN)) & (outside > -0.08)
    dark |= shaded & (to_skin > NO_SKIN) & (outside > -0.16)  # a turned neck hides behind it
    beside = dark | ((against < 0) & (outside > -0.03)) | ((against < BESIDE) & (outside > 0))
    place = outer & (above_shoulder | (below < UNDER_JAW * head.half_width)) & (below > -1.4 * head.half_width)
    beside &= place
    # only what touches the hair: a dark collar may stand apart from it
    touching = _touching(own, hole | beside)
    touching |= closed(own | touching, 0.5 * HOLE * scale) & place & (outside > -0.03)
    found = (coarse.full(touching.astype(np.float32)) > 0.5) & other
    return np.where(found, np.uint8(Label.HAIR), labels)


def _hair_further_out(
    body: Body, hair: Bools, columns: NDArray[np.floating], rows: NDArray[np.floating], reach: int
) -> Floats:
    """Share (h, w) of hair within `reach` pixels on the side away from the neck: beyond a lock the garment begins."""
    field, size = hair.astype(np.float32), (reach + 1, 3)
    to_left, to_right = (cv2.blur(field, size, anchor=(end, 1)) for end in (reach, 0))
    aside = (columns - body.neck[0]) * body.across[0] + (rows - body.neck[1]) * body.across[1]
    return np.asarray(np.where(aside < 0, to_left, to_right), np.float32)


def _touching(own: Bools, more: Bools) -> Bools:
    """Those connected pieces of `more` that reach `own`."""
    count, names = cv2.connectedComponents((own | more).view(np.uint8))
    with_own = np.bincount(names[own], minlength=count) > 0
    with_own[0] = False
    return np.asarray(more & with_own[names])


def _lab(rgb: Floats) -> Floats:
    return np.asarray(cv2.cvtColor(rgb / 255, cv2.COLOR_RGB2LAB), np.float32)


def hair_behind(body: Body, old: Bools, coarse: Coarse, where: Bools) -> list[Patch]:
    """Between long hair and the neck lies more hair, in the shade, not the scene."""
    hair = loose_hair(body, old)
    seeds = coarse.pure(erode(hair, EDGE * body.unit))  # at its edges the scene shines through
    box = bounds(hair, round(HAIR_LENGTH * body.unit))
    if box is None or not seeds.any():
        return []
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    neck = bare_neck(old.shape, body, old)[place] > 0.5
    grown = closed(hair[place] | neck, 0.2 * body.unit) & where[place] & ~neck
    # only with hair on its outer side: under short hair the scene begins beside the neck
    reach = round(0.22 * body.unit)
    outer = cv2.blur(hair[place].astype(np.float32), (2 * reach + 1, 3)) > 0.1
    grown &= outer
    rim = where[place] & (body.labels[place] == Label.HAIR) & dilate(hair[place], 0.06 * body.unit)
    if not (grown.any() or rim.any()):
        return []
    colour = coarse.full(coarse.grown(seeds))[place] * np.where(rim, 0.9, 0.6)[..., None]
    # up to the very edge of what is seen: between hair and neck nothing of the scene shows through
    inside = closed(erode(hair[place], STRAND * body.unit) | neck, 0.2 * body.unit)
    grown &= inside
    whole = dilate(grown, 2) & inside | rim
    alpha = cv2.GaussianBlur(whole.astype(np.float32), (0, 0), 1.0) * where[place]
    return [Patch(box[0], box[1], np.asarray(colour, np.float32), np.asarray(alpha, np.float32))]


def longer_hair(photo: Floats, body: Body, old: Bools, where: Bools) -> list[Patch]:
    """Hair that ended at a collar goes on where that is taken away: its last stretch, mirrored, thinning out."""
    hair = loose_hair(body, old)
    length = HAIR_LENGTH * body.unit
    box = bounds(hair, round(length))
    if box is None:
        return []
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    hair, where, old = hair[place], where[place], old[place]
    rows = np.arange(hair.shape[0])[:, None]
    last_other = np.maximum.accumulate(np.where(old & ~hair, -1, rows), axis=0)
    ends_in_hair = np.take_along_axis(hair, np.maximum(last_other, 0), axis=0) & (last_other >= 0)
    away = rows - last_other
    inner = erode(hair, EDGE * body.unit)
    source = np.maximum(last_other - 2 - away, 0)
    # short of hair to mirror, its end is drawn out
    source = np.where(np.take_along_axis(inner, source, axis=0), source, np.maximum(last_other - 3, 0))
    grown = where & ends_in_hair & (away <= length) & np.take_along_axis(dilate(inner, 2), source, axis=0)
    if not grown.any():
        return []
    rgb = np.take_along_axis(photo[place], source[..., None], axis=0)
    # strands end one by one, not in a line: the finer light and dark of the hair says which goes how far
    grey = rgb.mean(-1)
    fine = cv2.blur(grey - cv2.blur(grey, (2 * round(0.05 * body.unit) + 1, 1)), (1, 2 * round(0.1 * body.unit) + 1))
    tip = length * np.clip(0.75 + fine / 40, 0.5, 1.0)
    soft = cv2.GaussianBlur(grown.astype(np.float32), (0, 0), 0.9)
    fade = np.clip((tip - away) / (0.35 * length), 0, 1)
    return [Patch(box[0], box[1], rgb, np.asarray(soft * fade * where, np.float32))]
