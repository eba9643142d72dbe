"""The neck of a flat garment on the person: where its collar, its neckline and its shoulders lie."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vesture.engines.warp.body.figure import SIDES, Body, Floats, SideName
from vesture.engines.warp.cloth.mesh import Handles
from vesture.engines.warp.cloth.placement import curve, distance, pairs, point
from vesture.engines.warp.fit.sleeves import SHOULDER_DROP
from vesture.vision.garment.types import Garment

NARROWEST_COLLAR = 1.05  # of the reach of the foot of the neck: collars go round it


def shoulder_targets(
    body: Body, garment: Garment, scale: tuple[float, float]
) -> tuple[dict[SideName, Floats], dict[SideName, Floats]]:
    """Collar corners and shoulder ends, on the line from the neck's foot to the shoulder tip.

    With sleeves the shoulder ends at the tip, and the collar keeps its share of it; without, both keep their width.
    """
    collar = distance(point(garment, "collar_left"), point(garment, "collar_right"))
    shoulder = max(distance(point(garment, "shoulder_left"), point(garment, "shoulder_right")), 1e-6)
    middle = (body.tip["left"] + body.tip["right"]) / 2
    collars: dict[SideName, Floats] = {}
    ends: dict[SideName, Floats] = {}
    for side in SIDES:
        tip, foot = body.tip[side], body.neck_foot[side]
        reach, foot_reach = (abs(float((p - middle) @ body.across)) for p in (tip, foot))
        end = reach if garment.has_sleeves else float(np.clip(0.5 * shoulder * scale[0], 1.1 * foot_reach, reach))
        wanted = float(np.clip(collar / shoulder, 0.25, 0.92)) * end
        wanted = float(np.clip(wanted, NARROWEST_COLLAR * foot_reach, 0.92 * end))

        def on_line(width: float, tip: Floats = tip, foot: Floats = foot, near: float = foot_reach) -> Floats:
            far = abs(float((tip - middle) @ body.across))
            share = np.clip((width - near) / max(far - near, 1e-6), -0.15, 1)
            return np.asarray(foot + share * (tip - foot))

        collars[side], ends[side] = on_line(wanted), on_line(end)
    return collars, ends


def shoulder_handles(
    body: Body,
    garment: Garment,
    scale: tuple[float, float],
    shoulders: tuple[Mapping[SideName, Floats], Mapping[SideName, Floats]],
    armpits: Mapping[SideName, Floats],
) -> list[Handles]:
    """Handles of the neckline, which comes first, the shoulders, and the armholes of a garment without sleeves."""
    collars, ends = shoulders
    neck = curve(garment, "neckline", 21)
    groups = [pairs(neck, _neckline_target(body, neck, collars, scale))]
    for side in SIDES:
        shoulder = curve(garment, f"shoulder_{side}", 10)
        groups.append(pairs(shoulder, _shoulder_line(body, shoulder, collars[side], ends[side], garment.has_sleeves)))
        if f"armhole_{side}" in garment.curves:
            armhole = curve(garment, f"armhole_{side}", 8)
            groups.append(pairs(armhole, _between(armhole, ends[side], armpits[side])))
    return groups


def _shoulder_line(body: Body, source: Floats, collar: Floats, end: Floats, has_sleeves: bool) -> Floats:
    """From collar to shoulder end; into a sleeve it goes over in a curve, as a shoulder does."""
    line = _between(source, collar, end)
    if not has_sleeves:
        return line
    share = np.linspace(0, 1, len(line))[:, None]
    return np.asarray(line + SHOULDER_DROP * body.unit * np.clip((share - 0.55) / 0.45, 0, 1) ** 2 * body.down)


def _between(source: Floats, start: Floats, end: Floats) -> Floats:
    """A curve carried onto the segment start-end by the similarity of its ends, its bulge flattened by half."""
    base, chord = source[0], source[-1] - source[0]
    length = max(float(chord @ chord), 1e-9)
    normal = np.array([-chord[1], chord[0]])
    t = (source - base) @ chord / length
    bulge = 0.5 * ((source - base) @ normal) / length
    new = end - start
    return np.asarray(start + t[:, None] * new + bulge[:, None] * np.array([-new[1], new[0]]))


def _neckline_target(
    body: Body, source: Floats, collars: Mapping[SideName, Floats], scale: tuple[float, float]
) -> Floats:
    """The neckline hung between the collar corners at the garment's own depth, in the body's frame."""
    left, right = source[0], source[-1]
    t = (source[:, 0] - left[0]) / max(right[0] - left[0], 1e-6)
    chord = left + t[:, None] * (right - left)
    width_ratio = distance(collars["left"], collars["right"]) / max(distance(left, right), 1e-6)
    sag = (source[:, 1] - chord[:, 1]) * min(scale[1], 1.1 * width_ratio)
    return np.asarray(collars["left"] + t[:, None] * (collars["right"] - collars["left"]) + sag[:, None] * body.down)
