"""Long hair where a collar is taken away: it goes on behind the neck and down over the shoulders.

Takes the photo, the body and what goes; gives patches. Short hair is left alone: below it neck and scene begin.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body import Body
from vesture.engines.warp.coarse import Coarse
from vesture.engines.warp.neck import bare_neck
from vesture.engines.warp.patch import Patch, bounds
from vesture.vision.masks import closed, dilate, erode
from vesture.vision.parsing import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

HAIR_LENGTH = 0.3  # units by which hair goes on behind a collar that is taken away
STRAND = 0.03  # units of half the width that hair below the jaw has where it is long
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


def hair_behind(body: Body, old: Bools, coarse: Coarse, where: Bools) -> list[Patch]:
    """Between long hair and the neck lies more hair, in the shade, not the scene."""
    hair = loose_hair(body, old)
    seeds = coarse.pure(hair)
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
    alpha = cv2.GaussianBlur((grown | rim).astype(np.float32), (0, 0), 1.0) * where[place]
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
    grown = where & ends_in_hair & (away <= length)
    if not grown.any():
        return []
    source = np.maximum(last_other - 2 - away, 0)
    # short of hair to mirror, its end is drawn out
    source = np.where(np.take_along_axis(hair, source, axis=0), source, np.maximum(last_other - 3, 0))
    rgb = np.take_along_axis(photo[place], source[..., None], axis=0)
    # strands end one by one, not in a line: the finer light and dark of the hair says which goes how far
    grey = rgb.mean(-1)
    fine = cv2.blur(grey - cv2.blur(grey, (2 * round(0.05 * body.unit) + 1, 1)), (1, 2 * round(0.1 * body.unit) + 1))
    tip = length * np.clip(0.75 + fine / 40, 0.5, 1.0)
    soft = cv2.GaussianBlur(grown.astype(np.float32), (0, 0), 0.9)
    fade = np.clip((tip - away) / (0.35 * length), 0, 1)
    return [Patch(box[0], box[1], rgb, np.asarray(soft * fade * where, np.float32))]
