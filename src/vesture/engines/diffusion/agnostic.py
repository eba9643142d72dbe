"""The clothing-agnostic person: gray where the new garment may be drawn, untouched elsewhere.

Takes a label map, gives masks and pictures of its size; knows nothing about models. The construction is the published
program's, pixel for pixel, when no option is set: a contour round the old garment, grown and smoothed, trims the box
round it; the result, grown again, is gray except for kept parts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from vesture.core.task import Category, TryOnOptions
from vesture.engines.diffusion.body_parts import GARMENT_PARTS, KEPT, SKIN_UNDER, BodyPart, Labels, Marked, where
from vesture.engines.diffusion.body_points import LEFT_HIP, LEFT_KNEE, RIGHT_HIP, RIGHT_KNEE, BodyPoints
from vesture.engines.diffusion.frame import Pixels

GRAY = 127
NOMINAL_HEIGHT = 864
"""Lengths below are pixels of a picture this high."""
BUFFER, CONTOUR_RADIUS, CONTOUR_REACH, GROW_SIDEWAYS, GROW_UP_DOWN = 4, 18, 100, 33, 16

LONG_TOP_REACH = 0.6
"""How far from hip to knee a long top may reach."""
LONG_TOP_REACH_WITHOUT_LEGS = 0.2
"""The same, in parts of the picture's height below the old garment, where hips or knees were not found."""
_UNDER_LONG_TOP = frozenset({BodyPart.SKIRT, BodyPart.PANTS, BodyPart.BELT, BodyPart.LEGS})


@dataclass(frozen=True, slots=True)
class MaskStages:
    """Every stage of the mask, (H, W) bool each; `mask` is what becomes gray."""

    base: Marked
    buffer: Marked
    box: Marked
    contour: Marked
    hybrid: Marked
    workspace: Marked
    mask: Marked = field(repr=False)


def needs_mask(options: TryOnOptions) -> bool:
    """Whether an option works through the mask, so that the model must not see the unmasked person."""
    return options.cover_feet or options.adjust_hands or (options.long_top and options.category == "tops")


def agnostic_person(person: Pixels, mask: Marked) -> Pixels:
    """The person (H, W, 3) with the mask's pixels gray."""
    return np.where(mask[..., None], np.uint8(GRAY), person)


def garment_alone(garment: Pixels, labels: Labels, category: Category) -> Pixels:
    """An on-model garment photo (H, W, 3) with everything gray that is not a garment of the category."""
    return np.where(where(labels, GARMENT_PARTS[category])[..., None], garment, np.uint8(GRAY))


def agnostic_mask(labels: Labels, options: TryOnOptions, points: BodyPoints) -> MaskStages:
    """What the model shall draw anew.

    `cover_feet` and `adjust_hands` stop feet and hands from being kept and count them as garment; `long_top` does so
    for what lies between the hips and 0.6 of the way to the knees.

    Args:
        labels: (H, W) parts of the person.
        points: the person's joints, for `long_top`.
    """
    category = options.found_category
    garment = set(GARMENT_PARTS[category] | SKIN_UNDER[category])
    kept = set(KEPT[category])
    for wanted, part in ((options.cover_feet, BodyPart.FEET), (options.adjust_hands, BodyPart.HANDS)):
        if wanted:
            garment.add(part)
            kept.discard(part)
    base, keep = where(labels, garment), where(labels, kept)
    if options.long_top and category == "tops":
        above = np.arange(len(labels))[:, None] < _long_top_end(base, points)
        base = base | (where(labels, _UNDER_LONG_TOP) & above)
        keep = keep & ~(where(labels, {BodyPart.LEGS}) & above)
    return _grow(base, keep)


def _long_top_end(base: Marked, points: BodyPoints) -> float:
    """Row at which a long top ends."""
    ends = []
    for hip, knee in ((RIGHT_HIP, RIGHT_KNEE), (LEFT_HIP, LEFT_KNEE)):
        hip_place, knee_place = points.joint(hip), points.joint(knee)
        if hip_place is not None and knee_place is not None:
            ends.append(hip_place[1] + LONG_TOP_REACH * (knee_place[1] - hip_place[1]))
    if ends:
        return float(np.mean(ends)) * len(base)
    rows = np.flatnonzero(base.any(axis=1))
    return (rows[-1] if len(rows) else 0) + LONG_TOP_REACH_WITHOUT_LEGS * len(base)


def _grow(base: Marked, keep: Marked) -> MaskStages:
    scale = len(base) / NOMINAL_HEIGHT
    buffer = _dilate(base, np.ones((max(1, int(BUFFER * scale)),) * 2, np.uint8))
    box = _bounding_box(base)
    contour = _smooth_contour(base, scale)
    away = cv2.distanceTransform((~contour).astype(np.uint8), cv2.DIST_L2, 5)
    hybrid = box & (away <= CONTOUR_REACH * scale)
    sideways, up_down = int(GROW_SIDEWAYS * scale), int(GROW_UP_DOWN * scale)
    workspace = _dilate(hybrid, np.ones((2 * up_down + 1, 2 * sideways + 1), np.uint8))
    return MaskStages(base, buffer, box, contour, hybrid, workspace, buffer | (workspace & ~keep))


def _dilate(mask: Marked, kernel: Pixels) -> Marked:
    return cv2.dilate(mask.astype(np.uint8), kernel) > 0


def _bounding_box(mask: Marked) -> Marked:
    box = np.zeros_like(mask)
    if mask.any():
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        box[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return box


def _smooth_contour(base: Marked, scale: float) -> Marked:
    """The garment grown by a disc, its outline smoothed, without holes.

    A hole is what a fill from the top left pixel does not reach, so where the contour covers that pixel or cuts the
    picture in two, everything beyond counts as inside. The published program does the same.
    """
    radius = max(1, int(CONTOUR_RADIUS * scale))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    grown = cv2.dilate(base.astype(np.uint8), disc)
    outside = cv2.distanceTransform(1 - grown, cv2.DIST_L2, 5)
    inside = cv2.distanceTransform(grown, cv2.DIST_L2, 5)
    signed = cv2.GaussianBlur(outside - inside, (0, 0), radius / 2.5, borderType=cv2.BORDER_REPLICATE)
    smooth = (signed <= 0).astype(np.uint8)
    reached = smooth.copy()
    cv2.floodFill(reached, None, (0, 0), 1)
    return (smooth > 0) | (reached == 0) | base
