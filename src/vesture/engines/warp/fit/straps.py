"""Fitting of straps and bib: each strap runs from the bib over the shoulder, near the neck, in even width.

Takes a `Body` and a garment whose straps are laid out (`straps.py`), gives handles for its torso.
"""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, SideName
from vesture.engines.warp.body.legs import labels_at
from vesture.engines.warp.cloth.mesh import Handles
from vesture.engines.warp.cloth.placement import curve, pairs, point
from vesture.vision.garment.types import Garment
from vesture.vision.parsing.parse import Label

NEAREST = 0.26  # units from the spine to the middle of a strap on the shoulder, at the least
EDGE = (0.16, 0.05)  # units below and above the shoulder line within which the worn top ends; hoods rise higher
STEPS = 33


def has_straps(garment: Garment) -> bool:
    return "strap_left" in garment.curves


def strap_handles(body: Body, garment: Garment, scale: float, armpit: float) -> list[Handles]:
    """Handles of the straps and of the bib's upper edge and sides, down to level v `armpit`.

    Args:
        scale: photo pixels per garment pixel across.
    """
    groups = []
    corner = {side: curve(garment, f"strap_{side}", 4)[0] for side in SIDES}
    middle = (corner["left"] + corner["right"])[0] / 2
    bib = float(point(garment, "neck_front")[1])
    lowest = float(np.mean([point(garment, f"armpit_{side}")[1] for side in SIDES]))
    tops = {side: _top(body, garment, side, scale, middle) for side in SIDES}
    first = float(np.mean([body.coordinates(top)[0, 1] for top in tops.values()]))
    begin = float(point(garment, "shoulder_left")[1])
    bib_level = first + (bib - begin) / max(lowest - begin, 1e-6) * (armpit - first)
    for side in SIDES:
        outer, _, inner, _ = np.asarray(garment.curves[f"strap_{side}"], float)[[0, 1, 2, 3]]
        middle_x, half = (outer[0] + inner[0]) / 2, abs(outer[0] - inner[0]) / 2
        rows = np.linspace(begin, bib, STEPS)
        share = (rows - begin) / max(bib - begin, 1e-6)
        foot = body.point((middle_x - middle) * scale, bib_level)[0]
        axis = tops[side] + share[:, None] * (foot - tops[side])
        for sign in (-1.0, 0.0, 1.0):
            source = np.stack([np.full(STEPS, middle_x + sign * half), rows], 1)
            groups.append(pairs(source, axis + sign * half * scale * body.across))
        groups.append(_bib_side(body, garment, side, scale, (bib, lowest), (bib_level, armpit), middle))
    edge = np.linspace(garment.curves["strap_left"][1], garment.curves["strap_right"][1], 15)
    groups.append(pairs(edge, body.point((edge[:, 0] - middle) * scale, np.full(15, bib_level))))
    return groups


def _top(body: Body, garment: Garment, side: SideName, scale: float, middle: float) -> Floats:
    """Where a strap goes over the shoulder: on the edge of what is worn there."""
    foot, tip = body.neck_foot[side], body.tip[side]
    ends = [abs(float((place - body.neck) @ body.across)) for place in (foot, tip)]
    strap = np.asarray(garment.curves[f"strap_{side}"], float)
    wanted = abs(float(strap[[0, 2], 0].mean()) - middle) * scale
    wanted = float(np.clip(wanted, NEAREST * body.unit, 0.5 * (ends[0] + ends[1])))
    line = foot + np.clip((wanted - ends[0]) / max(ends[1] - ends[0], 1e-6), 0, 1) * (tip - foot)
    line = line + (SIGN[side] * wanted - float((line - body.neck) @ body.across)) * body.across
    offset = np.linspace(EDGE[0], -EDGE[1], 41) * body.unit
    on = np.isin(labels_at(body, line + offset[:, None] * body.down), (Label.TOP, Label.ONE_PIECE, Label.SKIN))
    if not on[0]:
        return np.asarray(line)
    last = len(on) - 1 if on.all() else max(int(np.argmin(on)) - 1, 0)
    return np.asarray(line + offset[last] * body.down)


def _bib_side(
    body: Body,
    garment: Garment,
    side: SideName,
    scale: float,
    rows: tuple[float, float],
    levels: tuple[float, float],
    middle: float,
) -> Handles:
    """The side of the bib, from its corner to the side seam, whose end lies on the body's outline."""
    edge = curve(garment, f"armhole_{side}", 60)
    edge = edge[edge[:, 1] >= rows[0]]
    share = np.clip((edge[:, 1] - rows[0]) / max(rows[1] - rows[0], 1e-6), 0, 1)
    seam = SIGN[side] * max(float(body.width(side, levels[1])), 1.0)
    cloth = (edge[:, 0] - middle) * scale
    fitted = cloth * (seam / cloth[-1]) if abs(cloth[-1]) > 1e-6 else cloth
    across = cloth + share * (fitted - cloth)
    return pairs(edge, body.point(across, levels[0] + share * (levels[1] - levels[0])))
