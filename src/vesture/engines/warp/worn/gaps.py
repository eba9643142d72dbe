"""Gaps between a worn sleeve and the torso, through which the backdrop is seen though the parse took it for cloth."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import Floats
from vesture.engines.warp.picture.patch import bounds
from vesture.vision.fill import push_pull
from vesture.vision.masks import closed, dilate, erode

Bools = NDArray[np.bool_]

AROUND = 0.45  # units about the cloth that are looked at
FINE, FINEST = 80.0, 700.0  # pixels of a unit at which colours are compared, and at which gaps are looked for
MIXED = 0.006  # units beside a gap where its colour and the cloth's mix
EVEN = 0.08  # units over which colours of cloth and backdrop are evened out
BESIDE, MOST_UNEVEN = 0.4, 3.0  # units about the cloth; CIELAB distance that backdrop there may differ from even
BAND = 0.16  # units either side of the lines along which gaps open
LEAST_LENGTH = 0.1  # units; shorter patches in the backdrop's colour are stripes and prints
NEAR_BACKDROP, FAR_FROM_CLOTH = 14.0, 22.0  # CIELAB distances
SLOT = 0.06  # units: half the width of a narrow gap
RIM = 2.0  # pixels
OWN_COLOUR = 0.06  # of the cloth away from the lines, in the backdrop's colour: then it is the cloth's too
LIKELY = 26.0  # CIELAB distance to the backdrop's colour of what a sure gap goes on into


def without_gaps(photo: RGB, mask: Bools, backdrop: Bools, lines: Iterable[Floats], unit: float) -> Bools:
    """The garment's mask without gaps.

    Args:
        photo: (H, W, 3) of the wearer.
        mask: (H, W) where the garment was found.
        backdrop: (H, W) where neither the wearer nor anything of theirs is.
        lines: (n, 2) photo pixels, along which sleeves and torso meet.
    """
    box = bounds(mask, round(AROUND * unit))
    if box is None:
        return mask
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    result = mask.copy()
    result[place] = _without_gaps(
        photo[place], mask[place], backdrop[place], [line - (box[1], box[0]) for line in lines], unit
    )
    return result


def _without_gaps(photo: RGB, mask: Bools, backdrop: Bools, lines: Iterable[Floats], unit: float) -> Bools:
    scale = min(1.0, FINE / unit)
    size = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor((small / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    cloth, scene = (cv2.resize(m.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0 for m in (mask, backdrop))
    drawn = np.zeros(cloth.shape, np.uint8)
    for line in lines:
        cv2.polylines(drawn, [np.rint(line * scale).astype(np.int32)], False, 1)
    clear = erode(scene, 2)
    grown = push_pull(lab, clear.astype(np.float32))
    beside = clear & dilate(cloth, BESIDE * unit * scale)
    if not beside.any():
        return mask
    even = cv2.GaussianBlur(grown, (0, 0), EVEN * unit * scale)
    if np.median(np.linalg.norm(lab[beside] - even[beside], axis=1)) > MOST_UNEVEN:
        return mask  # in a scene of many colours nothing tells it from cloth
    like_scene = np.linalg.norm(lab - grown, axis=2) < NEAR_BACKDROP
    sure = erode(cloth, 2) & ~dilate(like_scene, 1)
    near = dilate(drawn > 0, BAND * unit * scale)
    away = erode(cloth, 2) & ~near
    if sure.sum() < 0.3 * cloth.sum() or like_scene[away].sum() > OWN_COLOUR * away.sum():
        return mask  # the cloth has the backdrop's colour, or stripes of it
    # evened out, since narrow gaps are part of what is seen of the cloth at this size
    own = cv2.GaussianBlur(push_pull(lab, sure.astype(np.float32)), (0, 0), EVEN * unit * scale)
    fields = np.stack([grown, own])
    # narrow gaps that are known already go on too
    slots = dilate(closed(cloth, SLOT * unit * scale) & ~cloth & like_scene & near, 1)
    gaps = _gaps(photo, mask, near, slots, fields, unit)
    return np.asarray(mask & ~gaps)


def _gaps(photo: RGB, mask: Bools, near: Bools, slots: Bools, fields: NDArray[np.float32], unit: float) -> Bools:
    """Where (H, W) the backdrop is seen: narrower than what the colours of backdrop and cloth, `fields` (2, h, w, 3),
    are found at, so the photo itself is looked at where `near` (h, w) allows."""
    scale = min(1.0, FINEST / unit)
    size = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
    lab = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    rows, columns = np.nonzero(inside & (cv2.resize(near.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0))
    gaps = np.zeros(mask.shape, bool)
    if not len(rows):
        return gaps
    seen = cv2.cvtColor((lab[rows, columns][None] / np.float32(255)).astype(np.float32), cv2.COLOR_RGB2LAB)[0]
    across, down = (near.shape[k] / size[1 - k] for k in (1, 0))
    y, x = (rows * down).astype(int), (columns * across).astype(int)
    scene, cloth = (field[y, x] for field in fields)
    to_scene, to_cloth = np.linalg.norm(seen - scene, axis=1), np.linalg.norm(seen - cloth, axis=1)
    sure = (to_scene < NEAR_BACKDROP) & (to_cloth > FAR_FROM_CLOTH)
    found = np.zeros(size[::-1], np.uint8)
    found[rows, columns] = sure | ((to_scene < LIKELY) & (to_scene < to_cloth))
    # along the outline of the mask backdrop that is part of it would join stripes of its colour
    known = cv2.resize(slots.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    joined = np.maximum(found * erode(inside, RIM).view(np.uint8), known)
    count, names, stats, _ = cv2.connectedComponentsWithStats(joined)
    long = stats[:, cv2.CC_STAT_HEIGHT] > LEAST_LENGTH * unit * scale
    long &= stats[:, cv2.CC_STAT_HEIGHT] > stats[:, cv2.CC_STAT_WIDTH]
    long &= np.isin(np.arange(count), names[rows, columns][sure])
    long[0] = False
    if count < 2 or not long.any():
        return gaps
    open_ = dilate(long[names] & (found > 0), max(1.0, MIXED * unit * scale))
    open_ |= dilate(open_, RIM) & (found > 0)
    open_ = open_.astype(np.float32)
    return np.asarray(cv2.resize(open_, mask.shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0.5)
