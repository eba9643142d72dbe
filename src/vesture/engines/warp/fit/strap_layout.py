"""The straps of dungarees, laid out evenly.

Lying flat, dungarees show their back between the straps, and straps hang over at an angle or end before their buttons.
On a body the back is behind it and each strap runs straight from the bib over the shoulder. Takes a garment, gives it
with such straps, of the cloth of its own, and their edges as curves `strap_left`, `strap_right` (outer edge from the
shoulder to the bib, then the inner one back up).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Floats, SideName
from vesture.engines.warp.cloth.placement import point
from vesture.vision.garment.types import Garment, Part

Bools = NDArray[np.bool_]

WIDEST = 0.27  # of the bib's width: broader ones are shoulders, no straps
NARROWEST = 0.06
LEAST_ROWS = 0.015  # of the garment's height over which a strap must be seen apart from the back
BIB = 0.9  # of the width a little further down, from which on a row belongs to the bib
FURTHER = 0.03  # of the height: a little further down
AT_EDGE = 0.12  # of a strap's width that it begins inside the corner of the bib
UNEVEN = 0.25  # of its width by which a strap is broader, narrower or beside itself where something else begins
ENDS = (0.05, 0.85)  # of a strap's length between which its cloth is taken: no corners, no buckles


@dataclass(frozen=True, slots=True)
class _Strap:
    """A strap as it lies in the photo: its outer edge (n,) in rows from `top` on, and its width in pixels."""

    top: int
    outer: Floats
    width: float


def laid_straps(garment: Garment) -> Garment:
    """Dungarees with straight straps and no back between them; any other garment as it is."""
    if garment.kind != "jumpsuit" or garment.has_sleeves or garment.photo_type == "model":
        return garment
    cloth = garment.alpha > 0.5
    top = int(min(point(garment, f"shoulder_{side}")[1] for side in SIDES))
    bib = _bib_row(cloth, round(float(point(garment, "neck_front")[1])))
    if bib is None or bib - top < 0.04 * len(cloth):
        return garment
    corners = np.flatnonzero(cloth[bib])[[0, -1]].astype(float)
    straps = {side: _read(cloth, side, top, bib) for side in SIDES}
    widths = [strap.width for strap in straps.values() if strap is not None]
    if not widths or not NARROWEST < float(np.median(widths)) / (corners[1] - corners[0]) < WIDEST:
        return garment
    width = float(np.median(widths))
    longest = max(len(strap.outer) for strap in straps.values() if strap is not None)
    read = {
        side: strap or _Strap(top, _straight_part(_outer_edge(cloth, side, top, bib)[:longest], width), width)
        for side, strap in straps.items()
    }
    return _laid(garment, read, (top, bib), {"left": corners[0], "right": corners[1]}, width)


def _bib_row(cloth: Bools, lowest_opening: int) -> int | None:
    """The first row from which on the bib is whole."""
    height = len(cloth)
    for row in range(max(lowest_opening, 0), min(lowest_opening + round(0.1 * height), height - 1)):
        here, further = (np.flatnonzero(cloth[min(r, height - 1)]) for r in (row, row + round(FURTHER * height)))
        whole = len(here) > 0 and here[-1] - here[0] + 1 == len(here)
        if whole and len(further) and len(here) > BIB * (further[-1] - further[0] + 1):
            return row
    return None


def _outer_edge(cloth: Bools, side: SideName, top: int, bib: int) -> Floats:
    """Column of the outermost cloth in the rows between."""
    rows = cloth[top:bib] if side == "left" else cloth[top:bib, ::-1]
    first = np.argmax(rows, axis=1).astype(float)
    return first if side == "left" else cloth.shape[1] - 1 - first


def _read(cloth: Bools, side: SideName, top: int, bib: int) -> _Strap | None:
    """The strap of a side, where it is seen apart from what lies behind it; None where it nowhere is."""
    rows = (cloth[top:bib] if side == "left" else cloth[top:bib, ::-1]).astype(np.int8)
    steps = np.diff(np.pad(rows, ((0, 0), (1, 1))), axis=1)
    starts, ends = np.argmax(steps > 0, axis=1), np.argmax(steps < 0, axis=1)
    # apart: there is more cloth in this half of the row beyond the end of the first piece
    middle = cloth.shape[1] // 2
    beyond = np.array([rows[k, ends[k] : middle + 1].any() for k in range(len(rows))])
    apart = beyond & (ends > starts) & (ends < middle)
    if apart.sum() < LEAST_ROWS * len(cloth):
        return None
    width = float(np.percentile((ends - starts)[apart], 60))
    whole = apart & (np.abs(ends - starts - width) < UNEVEN * width)
    last = int(np.flatnonzero(whole)[-1]) if whole.any() else int(np.flatnonzero(apart)[-1])
    return _Strap(top, _straight_part(_outer_edge(cloth, side, top, bib)[: last + 1], width), width)


def _straight_part(outer: Floats, width: float) -> Floats:
    """An outer edge (n,) up to where something else than the strap begins."""
    rows, most = np.arange(len(outer)), max(2, round(0.7 * len(outer)))
    line = np.polyval(np.polyfit(rows[:most], outer[:most], 1), rows)
    astray = np.flatnonzero((np.abs(outer - line) > UNEVEN * width) & (rows > 0.5 * len(outer)))
    return outer[: astray[0]] if len(astray) else outer


def _laid(
    garment: Garment,
    straps: Mapping[SideName, _Strap],
    rows: tuple[int, int],
    corners: Mapping[SideName, float],
    width: float,
) -> Garment:
    """The garment with its straps between two rows, their outer edges a little inside the corners of the bib."""
    top, bib = rows
    rgb, alpha, parts = garment.rgb.copy(), garment.alpha.copy(), garment.parts.copy()
    alpha[:bib], parts[:bib] = 0, 0
    points, curves = dict(garment.points), dict(garment.curves)
    inner: dict[SideName, float] = {}
    for side in SIDES:
        sign = SIGN[side]
        outer = corners[side] - sign * AT_EDGE * width
        inner[side] = outer - sign * width
        left = min(outer, inner[side])
        columns = slice(max(0, int(left) - 2), int(left + width) + 3)
        cloth, coverage = _texture(garment, side, straps[side], (left, width), columns, bib - top)
        rgb[top:bib, columns], alpha[top:bib, columns] = cloth, coverage
        parts[top:bib, columns] = np.where(coverage > 0.5, int(Part.TORSO), 0)
        edge = np.array([(outer, top), (outer, bib), (inner[side], bib), (inner[side], top)], np.float32)
        points[f"shoulder_{side}"], points[f"collar_{side}"] = edge[0], edge[3]
        curves[f"strap_{side}"], curves[f"shoulder_{side}"] = edge, edge[[3, 0]]
        curves[f"armhole_{side}"] = np.concatenate([edge[:2], _bib_side(garment, side, bib)])
    points["neck_front"] = np.array([(inner["left"] + inner["right"]) / 2, bib], np.float32)
    corner = [(inner["left"], top), (inner["left"], bib), (inner["right"], bib), (inner["right"], top)]
    curves["neckline"] = np.array(corner, np.float32)
    return replace(garment, rgb=rgb, alpha=alpha, parts=parts, points=points, curves=curves)


def _bib_side(garment: Garment, side: SideName, bib: int) -> NDArray[np.float32]:
    """The side of the bib (n, 2), from its corner down to where the side seam begins."""
    cloth, armpit = garment.alpha > 0.5, point(garment, f"armpit_{side}")
    rows = np.unique(np.linspace(bib, max(bib + 1, float(armpit[1]) - 1), 24).astype(int))
    columns = [np.flatnonzero(cloth[row])[0 if side == "left" else -1] for row in rows if cloth[row].any()]
    edge = np.stack([columns, rows[: len(columns)]], 1)
    return np.concatenate([edge, armpit[None]]).astype(np.float32)


def _texture(
    garment: Garment, side: SideName, strap: _Strap, band: tuple[float, float], columns: slice, length: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Colours (length, w, 3) and coverage (length, w) of a straight strap in `columns` of the garment, whose left edge
    and width are `band`."""
    left, width = band
    y, x = np.mgrid[0:length, columns].astype(np.float32)
    seen = len(strap.outer)
    row = (ENDS[0] + (ENDS[1] - ENDS[0]) * y / max(length - 1, 1)) * (seen - 1)
    kernel = min(2 * (seen // 8) + 1, 31)
    outer = np.convolve(np.pad(strap.outer, kernel // 2, mode="edge"), np.ones(kernel) / kernel, mode="valid")
    edge = np.interp(row[:, 0], np.arange(seen), outer).astype(np.float32)[:, None]
    across = np.clip((x - left) / width, 0.06, 0.94)  # the very rim is mixed with the backdrop
    inward = across if side == "left" else 1 - across
    map_x = edge - SIGN[side] * inward * strap.width
    cloth = cv2.remap(garment.rgb, map_x.astype(np.float32), row + strap.top, cv2.INTER_LINEAR)
    coverage = np.clip(np.minimum(x - left, left + width - x) + 0.5, 0, 1)
    return cloth.astype(np.uint8), coverage.astype(np.float32)
