"""Tops whose wearer has tucked them into a high waistband, or whose photo ends above their hem: they are let down.

Takes the wearer and the garment read off them, gives a longer garment. What nobody sees of it is continued from the
cloth above the waistband: its light smoothly, its weave or pattern as a mirror image.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import SIDES, SIGN, V_LEVELS, Body, SideName
from vesture.engines.warp.worn.fill import blurred, patterned
from vesture.engines.warp.worn.trace import hem_level, inside_outline
from vesture.engines.warp.worn.wearer import WornGarment
from vesture.vision.fill import push_pull
from vesture.vision.garment.types import Part
from vesture.vision.masks import erode, feather
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

HIGHEST, LOWEST = 0.42, 0.78  # levels of the hem between which a top may be tucked in; higher ones are cropped
END = 1.0  # level down to which it is let
ACROSS = np.linspace(-0.33, 0.33, 23)  # units from the spine, where what is below the hem is looked at
BELOW = np.array([0.05, 0.08, 0.11])  # levels below the hem
COVERED = 0.75  # share of that which must show the lower garment: a belly in between means a cropped top
BESIDE, FARTHEST = 0.06, 1.2  # levels above and below the hem, units from the spine, where widths are compared
HANGS = 1.3  # widths of what is below, from which on a top hangs over it
FIRST_EDGE, EDGE = 0.2, 0.03  # level of the photo's lower edge, and levels above it that are looked at
UPRIGHT = 0.9  # of the spine, along the photo
GATHERED = 0.06  # levels above the waistband where the cloth lies in folds and shade
STRIP, DEEPEST = 0.1, 0.3  # units across in which the end is looked for; levels above it that are mirrored
CHEST, SHALLOWEST = 0.12, 0.05  # level above which necklines lie; least depth that is mirrored
FLANK = 0.18  # units
EASE, WIDEST = 1.1, 1.25  # half-widths of the bare hips that the end has, and times that at most
LIGHT, WEAVE, SEAM = 0.08, 0.03, 0.02  # units: of light that goes on, of the weave, and of the seam
SHADED, OWN = 0.15, 0.75  # levels over which the cloth takes its usual colour, and how far
STRONG = 9.0  # levels: stronger detail of plain cloth is a pocket's or a placket's
FADING, FAINT = 0.35, 0.4  # levels over which the folds of plain cloth fade, and what is left of them


def is_tucked_in(body: Body, mask: Bools) -> bool:
    """Whether the top `mask` (H, W) ends at a high waistband, with no skin between."""
    hem = hem_level(body, mask)
    if not HIGHEST < hem < LOWEST or body.top_hem is None:
        return False
    points = np.concatenate([body.point(ACROSS * body.unit, np.full(len(ACROSS), hem + step)) for step in BELOW])
    column, row = np.rint(points).astype(int).T
    inside = (column >= 0) & (column < mask.shape[1]) & (row >= 0) & (row < mask.shape[0])
    if not inside.all():
        return False
    if not (body.labels[row, column] == Label.BOTTOM).mean() > COVERED:
        return False
    below = _width(body, body.labels == Label.BOTTOM, hem + BESIDE)
    return _width(body, mask, hem - BESIDE) < HANGS * below  # what is tucked in is drawn together


def _width(body: Body, mask: Bools, level: float) -> float:
    """Units that a mask (H, W) covers across the body at a level."""
    across = np.linspace(-FARTHEST, FARTHEST, 161)
    column, row = np.rint(body.point(across * body.unit, np.full(len(across), level))).astype(int).T
    inside = (column >= 0) & (column < mask.shape[1]) & (row >= 0) & (row < mask.shape[0])
    return float(mask[row[inside], column[inside]].sum()) * float(across[1] - across[0])


def is_cut_off(body: Body, mask: Bools) -> bool:
    """Whether the top `mask` (H, W) goes on below the photo, which ends above the hips."""
    height, width = mask.shape
    edge = (height - 1 - body.neck[1]) / max(float(body.down[1]) * body.torso, 1e-6)
    if not FIRST_EDGE < edge < END - GATHERED or body.down[1] < UPRIGHT:
        return False
    column, row = np.rint(body.point(ACROSS * body.unit, edge - EDGE)).astype(int).T
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    return bool(inside.any() and mask[row[inside], column[inside]].mean() > COVERED)


def let_down(garment: WornGarment) -> WornGarment:
    """The garment with its hem at level `END` of its wearer."""
    body = garment.wearer
    start = _seen_end(garment) - GATHERED
    if start > END - 2 * GATHERED:
        return garment
    half = {side: _half_widths(garment, side, start) for side in SIDES}
    levels = np.linspace(start, END, 8)
    edges = {side: body.point(SIGN[side] * np.linspace(*half[side], 8), levels) for side in SIDES}
    rows = max(0, int(np.ceil(max(edge[-1, 1] for edge in edges.values()))) + 4 - garment.alpha.shape[0])
    rgb = np.pad(garment.rgb, ((0, rows), (0, 0), (0, 0)), mode="edge")
    alpha = np.pad(garment.alpha, ((0, rows), (0, 0)))
    parts = np.pad(garment.parts, ((0, rows), (0, 0)))
    tail = inside_outline(alpha.shape, np.concatenate([edges["left"], edges["right"][::-1]]))
    tail &= (parts == 0) | (parts == Part.TORSO)
    level = _levels(alpha.shape, body)
    source = erode((parts == Part.TORSO) & (alpha > 0.95) & (level < start), 0.02 * body.unit)
    if not source.any() or not tail.any():
        return garment
    made = _continued(rgb, source, tail, body, start)
    curves = dict(garment.curves)
    for side in SIDES:
        above = np.asarray(garment.curves[f"side_{side}"], float)
        kept = above[body.coordinates(above)[:, 1] < start]
        curves[f"side_{side}"] = np.concatenate([kept, edges[side]]).astype(np.float32)
    ends = [edges[side][-1] for side in SIDES]
    curves["hem"] = np.linspace(ends[0], ends[1], len(garment.curves["hem"])).astype(np.float32)
    points = {**garment.points, "hem_left": ends[0].astype(np.float32), "hem_right": ends[1].astype(np.float32)}
    cover = np.maximum(alpha, feather(tail, 0.6) * (tail | (alpha > 0)))
    return replace(
        garment,
        rgb=made,
        alpha=cover.astype(np.float32),
        parts=np.where(tail, int(Part.TORSO), parts).astype(np.uint8),
        points=points,
        curves=curves,
        wearer=replace(body, top_hem=END, waist=END),
    )


def _seen_end(garment: WornGarment) -> float:
    """Level on the wearer down to which the torso's cloth is seen all across."""
    rows, columns = np.nonzero((garment.parts == Part.TORSO) & (garment.alpha > 0.5))
    u, v = garment.wearer.coordinates(np.stack([columns, rows], 1)).T
    strip = np.floor(u / (STRIP * garment.wearer.unit)).astype(int)
    ends = [v[strip == index].max() for index in range(-3, 3) if (strip == index).any()]
    return float(np.percentile(ends, 25)) if ends else END


def _half_widths(garment: WornGarment, side: SideName, start: float) -> tuple[float, float]:
    """Pixels from the spine to the side of the cloth at level `start` and at the end."""
    body = garment.wearer
    rows, columns = np.nonzero(garment.parts == Part.TORSO)
    u, v = body.coordinates(np.stack([columns, rows], 1)).T
    beside = SIGN[side] * u[np.abs(v - start) < GATHERED]
    bare = EASE * float(np.interp(END, V_LEVELS, body.bare_half_width))
    wide = float(np.clip(np.percentile(beside, 98) if len(beside) else bare, 0.6 * bare, 1.6 * bare))
    return wide, float(np.clip(wide, bare, WIDEST * bare))


def _continued(rgb: RGB, source: Bools, tail: Bools, body: Body, start: float) -> RGB:
    """The picture (H, W, 3) with the cloth of `source` continued over the `tail` below level `start`."""
    part, level = rgb.astype(np.float32), _levels(tail.shape, body)
    rows, columns = np.indices(tail.shape, dtype=np.float32)
    deepest = min(DEEPEST, max(start - CHEST, SHALLOWEST))
    depth = np.abs((level - start + deepest) % (2 * deepest) - deepest)  # to and fro within the lowest cloth
    step = (start - GATHERED - depth - level) * body.torso
    x, y = (columns + step * body.down[0]).astype(np.float32), (rows + step * body.down[1]).astype(np.float32)
    smooth = cv2.GaussianBlur(push_pull(part, source.astype(np.float32)), (0, 0), LIGHT * body.unit)
    below = np.clip((level - start) / SHADED, 0, 1)[..., None]  # the shade at the waistband does not go on
    smooth = smooth + (np.median(part[source & (level > start - DEEPEST)], axis=0) - smooth) * OWN * below
    sure = cv2.remap(source.astype(np.float32), x, y, cv2.INTER_LINEAR, borderValue=0)[..., None]
    sure = np.clip(2 * sure - 1, 0, 1)
    flanks = np.abs(_across(tail.shape, body)) > FLANK * body.unit  # plackets and prints lie before the chest
    if patterned(rgb, source & flanks & (level > start - deepest), body.unit):
        made = smooth + (cv2.remap(part, x, y, cv2.INTER_LINEAR) - smooth) * sure
    else:
        weave = np.clip(part - blurred(part, source, WEAVE * body.unit), -STRONG, STRONG)
        share = np.clip(1 - (level - start) / FADING, FAINT, 1)[..., None] * sure
        made = smooth + cv2.remap(weave, x, y, cv2.INTER_LINEAR) * share
    share = cv2.GaussianBlur(tail.astype(np.float32), (0, 0), max(SEAM * body.unit, 0.3))[..., None]
    mixed = np.where((source | (level < start))[..., None], part + (made - part) * share, made)
    return np.clip(np.rint(np.where(tail[..., None], mixed, part)), 0, 255).astype(np.uint8)


def _across(shape: tuple[int, ...], body: Body) -> Floats:
    """Pixels (H, W) from the spine."""
    rows, columns = np.indices(shape, dtype=np.float32)
    return np.asarray((columns - body.neck[0]) * body.across[0] + (rows - body.neck[1]) * body.across[1], np.float32)


def _levels(shape: tuple[int, ...], body: Body) -> Floats:
    """Level (H, W) of each pixel."""
    rows, columns = np.indices(shape, dtype=np.float32)
    along = (columns - body.neck[0]) * body.down[0] + (rows - body.neck[1]) * body.down[1]
    return np.asarray(along / body.torso, np.float32)
