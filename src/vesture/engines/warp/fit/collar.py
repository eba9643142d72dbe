"""The neck of a flat garment on the person: where its collar, its neckline and its shoulders lie.

A flat ring lies on the line from the neck's foot to the shoulder tip. What stands above the garment's own shoulder line
(the leaves of a shirt, the tube of a half-zip, a hood that hangs down) stands round the neck: its corners lie beside
the neck, as far above that line as in the garment.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, SideName
from vesture.engines.warp.body.neck_column import neck_column
from vesture.engines.warp.cloth.collar import higher_stand, standing_collar
from vesture.engines.warp.cloth.mesh import Handles
from vesture.engines.warp.cloth.placement import curve, distance, pairs, point
from vesture.engines.warp.fit.sleeves import SHOULDER_DROP
from vesture.vision.garment.types import Garment

NARROWEST_COLLAR = 1.05  # of the reach of the foot of the neck: rings go round it
# Half-widths of the neck that the opening of what stands so high (half chests) is wide, at least and at most.
HEIGHTS, NARROW, WIDE = (0.14, 0.3, 0.5), (1.04, 1.06, 1.25), (1.12, 1.3, 1.7)
UNDER_JAW = 0.04  # units that it stays below the jaw of a head that leans or turns
HIGHEST = 0.55  # of the way up from the neck's foot to the jaw


def shoulder_targets(
    body: Body, garment: Garment, scale: tuple[float, float]
) -> tuple[dict[SideName, Floats], dict[SideName, Floats]]:
    """Collar corners and shoulder ends.

    With sleeves the shoulder ends at the tip, and a ring keeps its share of it; without, both keep their width.
    """
    collar = distance(point(garment, "collar_left"), point(garment, "collar_right"))
    shoulder = max(distance(point(garment, "shoulder_left"), point(garment, "shoulder_right")), 1e-6)
    middle = (body.tip["left"] + body.tip["right"]) / 2
    stand = higher_stand(garment)
    collars: dict[SideName, Floats] = {}
    ends: dict[SideName, Floats] = {}
    for side in SIDES:
        foot_reach = abs(float((body.neck_foot[side] - middle) @ body.across))
        reach = abs(float((body.tip[side] - middle) @ body.across))
        end = reach if garment.has_sleeves else float(np.clip(0.5 * shoulder * scale[0], 1.1 * foot_reach, reach))
        wanted = float(np.clip(collar / shoulder, 0.25, 0.92)) * end
        wanted = float(np.clip(wanted, NARROWEST_COLLAR * foot_reach, 0.92 * end))
        beside = _beside_neck(body, side, stand.height * scale[0], 0.5 * collar * scale[0], stand.half_chests)
        collars[side] = (1 - stand.share) * _on_shoulder(body, side, wanted) + stand.share * beside
        ends[side] = _on_shoulder(body, side, end)
    return collars, ends


def _on_shoulder(body: Body, side: SideName, width: float) -> Floats:
    """The place (2,) of the shoulder's line, from the neck's foot to the tip, that lies so far beside the middle."""
    middle = (body.tip["left"] + body.tip["right"]) / 2
    tip, foot = body.tip[side], body.neck_foot[side]
    near, far = (abs(float((p - middle) @ body.across)) for p in (foot, tip))
    share = np.clip((width - near) / max(far - near, 1e-6), -0.15, 1)
    return np.asarray(foot + share * (tip - foot))


def _beside_neck(body: Body, side: SideName, height: float, half_width: float, tall: float) -> Floats:
    """Where (2,) the corner of a collar of this height and half-width (pixels) lies beside the neck."""
    column = neck_column(body)
    way = max(float((column.bottom - column.top) @ body.down), 0.1 * body.unit)
    axis = column.bottom + min(height / way, HIGHEST) * (column.top - column.bottom)
    least, most = (float(np.interp(tall, HEIGHTS, factors)) * column.half_width[side] for factors in (NARROW, WIDE))
    place = np.asarray(axis + SIGN[side] * float(np.clip(half_width, least, most)) * body.across)
    if body.head is None:
        return place
    under = float(body.head.below_jaw(place[:1], place[1:])[0])
    return place + max(0.0, UNDER_JAW * body.unit - under) * body.down


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
        groups.append(_shoulder(body, garment, side, collars[side], ends[side]))
        if f"armhole_{side}" in garment.curves:
            armhole = curve(garment, f"armhole_{side}", 8)
            groups.append(pairs(armhole, _between(armhole, ends[side], armpits[side])))
    return groups


def _shoulder(body: Body, garment: Garment, side: SideName, collar: Floats, end: Floats) -> Handles:
    """Handles of a shoulder: the collar's outer side down to its foot, then the line from there to the end."""
    source = curve(garment, f"shoulder_{side}", 40)
    stand = standing_collar(garment, source)
    if stand.share == 0 or not 0 < stand.foot < len(source) - 8:
        source = curve(garment, f"shoulder_{side}", 10)
        return pairs(source, _shoulder_line(body, source, collar, end, garment.has_sleeves))
    middle = (body.tip["left"] + body.tip["right"]) / 2
    axis = (point(garment, "shoulder_left")[0] + point(garment, "shoulder_right")[0]) / 2
    share = abs(source[stand.foot, 0] - axis) / max(abs(source[-1, 0] - axis), 1e-6)
    foot = _on_shoulder(body, side, max(share * abs(float((end - middle) @ body.across)), 0.0))
    foot = collar + stand.share * (foot - collar)
    rises, lies = source[: stand.foot + 1 : 3], source[stand.foot :: 4]
    lies = lies if np.allclose(lies[-1], source[-1]) else np.concatenate([lies, source[-1:]])
    target = _shoulder_line(body, lies, foot, end, garment.has_sleeves)
    standing = _between(source[: stand.foot + 1], collar, foot, 1.0)[::3]
    return Handles.concatenate([pairs(rises[:-1], standing[: len(rises) - 1]), pairs(lies, target)])


def _shoulder_line(body: Body, source: Floats, collar: Floats, end: Floats, has_sleeves: bool) -> Floats:
    """From collar to shoulder end; into a sleeve it goes over in a curve, as a shoulder does."""
    line = _between(source, collar, end)
    if not has_sleeves:
        return line
    share = np.linspace(0, 1, len(line))[:, None]
    return np.asarray(line + SHOULDER_DROP * body.unit * np.clip((share - 0.55) / 0.45, 0, 1) ** 2 * body.down)


def _between(source: Floats, start: Floats, end: Floats, rounded: float = 0.5) -> Floats:
    """A curve carried onto the segment start-end by the similarity of its ends, so much of its bulge kept."""
    base, chord = source[0], source[-1] - source[0]
    length = max(float(chord @ chord), 1e-9)
    normal = np.array([-chord[1], chord[0]])
    t = (source - base) @ chord / length
    bulge = rounded * ((source - base) @ normal) / length
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
