"""A worn top or dress: its landmarks, read off the wearer's shoulders, arms and torso."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB, Category
from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, SideName
from vesture.engines.warp.body.silhouettes import limb_zone
from vesture.engines.warp.worn.atlas import with_patches
from vesture.engines.warp.worn.gaps import without_gaps
from vesture.engines.warp.worn.hidden import bare_chest, hidden_cloth
from vesture.engines.warp.worn.parting import (
    SLEEVE_REACH,
    cuff_zone,
    even_outlines,
    labels_with_gaps,
    shared_out,
    torso_zones,
    wide_sleeve,
)
from vesture.engines.warp.worn.reach import sleeve_share
from vesture.engines.warp.worn.shaded import without_shade
from vesture.engines.warp.worn.sleeves import Worn, own_sleeves
from vesture.engines.warp.worn.torso_sides import doubtful, torso_sides
from vesture.engines.warp.worn.trace import (
    cloth_edge,
    complete,
    covered_share,
    cropped,
    hem_level,
    inside_outline,
    lower_edge,
)
from vesture.engines.warp.worn.wearer import OTHER, WornGarment, on_wearer
from vesture.errors import GarmentNotFound
from vesture.vision.garment.types import GarmentKind, Part
from vesture.vision.masks import dilate, erode
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]

CAP_SLEEVE = 0.26  # share of the arm: shorter sleeves go with the torso, they cannot turn
RAISED_SLEEVE = 0.16  # and where an arm is raised, of those
RAISED, UPPER_ARM = 0.6, 0.4  # cosine of a raised upper arm with the spine; share of the arm
UNSEEN = 0.55  # a sleeve that is seen for less than this share of the other one is taken from it
LEAST_SLEEVE, MOST_ODDS, SURELY_BARE = 0.12, 0.35, 0.5  # shares of the arm; of what is past the sleeve
CROSSING = 0.18  # share of a sleeve that lies over the torso, from which on it gets a picture of its own
SHRED = 0.04  # units: half the width of what sticks out of a garment that is hard to read
SHORT = 0.6  # share of the arm below which sleeves that both are seen have one length
ARMPIT = 0.3  # level v
STRAY = {"top": 0.12, "dress": 0.22}  # units beyond the outlines where cloth may still be the garment's
MOST_HIDDEN = 0.15  # share of the cloth that may be hidden where neither side of the torso is seen
HIDDEN = (
    "Arms, bags or the turn of the body hide too much of the garment in its photo; use a photo from the front with the "
    "arms beside the body."
)
COLLAR_RISE = 0.45  # units above the collar that a collar or hood may reach


def worn_upper(photo: RGB, body: Body, mask: Bools, category: Category) -> WornGarment:
    """Read a top or dress off its wearer; `mask` (H, W) is where its cloth shows."""
    kind: GarmentKind = "top" if category == "tops" else "dress"
    reach = _reach(body, mask)
    up = {side: raised(body, side) for side in SIDES}
    has_sleeves = max(reach.values()) > (RAISED_SLEEVE if any(up.values()) else CAP_SLEEVE)
    points, curves = _outlines(body, mask, reach, has_sleeves)
    rough = inside_outline(mask.shape, _torso_outline(curves))
    sleeves = {side: inside_outline(mask.shape, _sleeve_outline(curves, side)) for side in SIDES if has_sleeves}
    near = mask & _near(body, mask, rough, sleeves, STRAY[kind] * body.unit, reach)
    lines = [curves[name] for name in curves if name.startswith(("side", "sleeve_inner"))]
    seen = without_gaps(photo, near, body.labels == Label.BACKGROUND, lines, body.unit)
    body = replace(body, labels=labels_with_gaps(body, mask, near & ~seen))
    crossing = {side: float((zone & rough).sum()) > CROSSING * max(zone.sum(), 1) for side, zone in sleeves.items()}
    apart = {side: crossing[side] or reach[side] < UNSEEN * reach[OTHER[side]] for side in sleeves}
    apart |= {side: True for side in apart if up[side] and not up[OTHER[side]] and reach[side] < SHORT}
    hem = hem_level(body, seen)
    arms = {side: zone | cuff_zone(mask.shape, body, side, reach) for side, zone in sleeves.items()}
    sides = torso_sides(photo, body, seen, arms, ARMPIT, hem)
    plain = has_sleeves and doubtful(sides)  # what is no sleeve is the torso
    if plain:
        crossing, apart = dict.fromkeys(crossing, False), {}
        seen &= dilate(erode(seen, SHRED * body.unit), 1.2 * SHRED * body.unit)
    for side, line in sides.items() if not plain else ():
        curves[f"side_{side}"] = line.line(body, side)
        points[f"armpit_{side}"], points[f"hem_{side}"] = curves[f"side_{side}"][[0, -1]]
    curves["hem"] = lower_edge(body, seen, points["hem_left"], points["hem_right"], hem)
    torso, solid, allowed, rim = torso_zones(body, mask.shape, sides, curves, kind)
    if plain:
        either = np.logical_or.reduce(list(sleeves.values()))
        torso, allowed, rim = ~dilate(either, SLEEVE_REACH * body.unit), np.ones_like(mask), np.zeros_like(mask)
    own = {side: crossing[side] for side in apart if apart[side]}
    parts, before = shared_out(body, seen, torso, sleeves, own, reach)
    below = _below(body, mask.shape, ARMPIT)
    parts[(parts == Part.TORSO) & ~allowed & below] = 0
    # hair, hands, straps and arms hide cloth that goes on behind them
    hidden = hidden_cloth(body, parts > 0, solid & ~bare_chest(body, ARMPIT)) | before
    hidden |= rim & below
    mask = parts > 0
    if plain:
        refuse_hidden(mask, hidden)
    parts = even_outlines(np.where(hidden & ~mask, np.uint8(Part.TORSO), parts), below & allowed, body.unit, ~below)
    cloth, alpha = complete(photo, without_shade(photo, mask, parts, body), parts > 0, body.unit, body)
    whole = np.where((parts == 0) & (alpha > 0.4), int(Part.TORSO), parts).astype(np.uint8)
    garment = on_wearer(cropped(cloth, alpha, whole, kind, points, curves), body, points)
    if not any(apart.values()):
        return garment
    worn = Worn(
        photo,
        {side: seen & ~sleeves[OTHER[side]] for side in SIDES},
        erode(parts == Part.TORSO, 0.02 * body.unit),
        (body.labels == Label.BACKGROUND) & ~seen,
        body,
        {side: points[f"shoulder_{side}"] for side in SIDES},
        {side: points[f"armpit_{side}"] for side in SIDES},
        max(reach.values()),
        garment.wearer.unit / body.unit,
    )
    return with_patches(garment, own_sleeves(worn, apart))


def _near(
    body: Body,
    mask: Bools,
    torso: Bools,
    sleeves: dict[SideName, Bools],
    stray: float,
    reach: dict[SideName, float],
) -> Bools:
    """Pixels (H, W) no further than `stray` from the outlines of torso and sleeves, with collar and wide sleeves."""
    near = dilate(torso, stray) | _collar_zone(mask.shape, body)
    for side, zone in sleeves.items():
        near |= dilate(zone, stray) | wide_sleeve(body, mask, side, reach[side])
    return near


def refuse_hidden(seen: Bools, hidden: Bools) -> None:
    """Refuse a garment of which neither side is seen if something before it hides much of it as well.

    Raises:
        GarmentNotFound: the cloth `hidden` (H, W) is too much beside what is `seen` (H, W) to be made up.
    """
    if (hidden & ~seen).sum() > MOST_HIDDEN * (hidden | seen).sum():
        raise GarmentNotFound("garment_image", HIDDEN)


def _reach(body: Body, mask: Bools) -> dict[SideName, float]:
    """Share of each arm that is covered. Where one sleeve is seen to end and skin to begin, the other does not go on:
    an arm before or behind the body is covered by the cloth of that."""
    reach = {side: sleeve_share(body, side, mask) for side in SIDES}
    if min(reach.values()) >= LEAST_SLEEVE and max(reach.values()) < SHORT:
        up = [side for side in SIDES if raised(body, side)]
        if len(up) == 1:  # an arm that is raised shows less of its sleeve
            return dict.fromkeys(SIDES, reach[OTHER[up[0]]])
        return dict.fromkeys(SIDES, float(np.mean(list(reach.values()))))
    for side in SIDES:
        arm, own = body.arms[side], reach[side]
        path = np.rint(arm.at(np.linspace(own + 0.05, 1.0, 20) * arm.length)).astype(int)
        column, row = np.clip(path, 0, np.subtract(mask.shape[::-1], 1)).T
        bare = float((body.labels[row, column] == Label.SKIN).mean())
        if own > LEAST_SLEEVE and reach[OTHER[side]] > own + MOST_ODDS and bare > SURELY_BARE:
            reach[OTHER[side]] = own
    return reach


def raised(body: Body, side: SideName) -> bool:
    """Whether the upper arm stands off the body so far that a sleeve on it turns away from the torso."""
    arm = body.arms[side]
    way = arm.at(np.array([UPPER_ARM * arm.length]))[0] - arm.axis[0]
    return float(way @ body.down) < RAISED * max(float(np.linalg.norm(way)), 1e-6)


def _below(body: Body, shape: tuple[int, int], level: float) -> Bools:
    """Where (H, W) the photo is below a level of the torso."""
    y, x = np.indices(shape, dtype=np.float32)
    return np.asarray((x - body.neck[0]) * body.down[0] + (y - body.neck[1]) * body.down[1] > level * body.torso)


def _outlines(
    body: Body, mask: Bools, reach: Mapping[SideName, float], has_sleeves: bool
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Points and curves of a `Garment`, in photo pixels."""
    points: dict[str, Floats] = {}
    curves: dict[str, Floats] = {}
    hem = hem_level(body, mask)
    beside = np.zeros_like(mask)
    for side in SIDES:
        arm = body.arms[side]
        beside |= limb_zone(mask.shape, arm, 0.3 * arm.length, 1.3 * arm.length, 1.6) > 0.5
    for side in SIDES:
        end = body.tip[side] if has_sleeves else _strap_end(body, mask, side)
        points[f"shoulder_{side}"], points[f"collar_{side}"] = end, _collar(body, mask, side)
        curves[f"shoulder_{side}"] = np.stack([points[f"collar_{side}"], end])
        points[f"armpit_{side}"] = body.point(SIGN[side] * float(body.width(side, ARMPIT)), ARMPIT)[0]
        levels = np.linspace(ARMPIT, hem, 16)
        width = cloth_edge(body, mask & ~beside if hem < 1.4 else mask, side, levels)
        curves[f"side_{side}"] = body.point(SIGN[side] * width, levels)
        points[f"hem_{side}"] = curves[f"side_{side}"][-1]
        if has_sleeves:
            _sleeve(body, side, max(reach.values()), points, curves)
    curves["neckline"] = _neckline(body, mask, points)
    points["neck_front"] = curves["neckline"][len(curves["neckline"]) // 2]
    curves["hem"] = lower_edge(body, mask, points["hem_left"], points["hem_right"], hem)
    return points, curves


def _torso_outline(curves: Mapping[str, Floats]) -> Floats:
    """The closed outline (n, 2) of the torso: neckline, shoulder, side, hem, and up again."""
    right, left = ([curves[f"shoulder_{side}"], curves[f"side_{side}"]] for side in ("right", "left"))
    return np.concatenate([curves["neckline"], *right, curves["hem"][::-1], *(line[::-1] for line in left[::-1])])


def _sleeve_outline(curves: Mapping[str, Floats], side: SideName) -> Floats:
    return np.concatenate([curves[f"sleeve_outer_{side}"], curves[f"sleeve_inner_{side}"][::-1]])


def _collar_zone(shape: tuple[int, int], body: Body) -> Bools:
    """Where a collar, a hood or a polo neck may rise above the shoulder line."""
    rise = -COLLAR_RISE * body.unit * body.down
    left, right = body.neck_foot["left"], body.neck_foot["right"]
    out = 0.22 * body.unit * body.across
    return inside_outline(shape, np.stack([left - out, left - out + rise, right + out + rise, right + out]))


def _collar(body: Body, mask: Bools, side: SideName) -> Floats:
    """Innermost covered point of the shoulder line."""
    line = body.tip[side] + np.linspace(0, 1.1, 24)[:, None] * (body.neck_foot[side] - body.tip[side])
    inside = line + 0.05 * body.unit * body.down
    row = np.clip(np.rint(inside[:, 1]).astype(int), 0, mask.shape[0] - 1)
    on = mask[row, np.clip(np.rint(inside[:, 0]).astype(int), 0, mask.shape[1] - 1)]
    first = int(np.argmax(on))  # straps begin inwards of the tip
    last = first + covered_share(inside[first:], mask) * (24 - first) - 1
    return np.asarray(line[int(np.clip(last, min(first + 1, 22) if first else 8, 22))])


def _strap_end(body: Body, mask: Bools, side: SideName) -> Floats:
    """Outermost covered point of the shoulder line."""
    line = body.tip[side] + np.linspace(0, 0.95, 20)[:, None] * (body.neck_foot[side] - body.tip[side])
    inside = np.rint(line + 0.05 * body.unit * body.down).astype(int)
    on = mask[np.clip(inside[:, 1], 0, mask.shape[0] - 1), np.clip(inside[:, 0], 0, mask.shape[1] - 1)]
    return np.asarray(line[int(np.argmax(on))] if on.any() else line[8])


def _neckline(body: Body, mask: Bools, points: Mapping[str, Floats]) -> Floats:
    """Upper edge of the cloth between the collar corners; hair that falls over it on one side is seen past."""
    left, right = points["collar_left"], points["collar_right"]
    depth = np.linspace(0, 0.75 * body.torso, 90)
    share = np.linspace(0, 1, 13)[1:-1]
    found = []
    for t in share:
        path = left + t * (right - left) + (depth[:, None] - 0.12 * body.unit) * body.down
        column = np.clip(np.rint(path[:, 0]).astype(int), 0, mask.shape[1] - 1)
        row = np.clip(np.rint(path[:, 1]).astype(int), 0, mask.shape[0] - 1)
        on = mask[row, column]
        found.append(depth[int(np.argmax(on))] if on.any() else depth[20])
    fall = np.minimum(found, found[::-1])
    fall = np.minimum(fall, 1.1 * np.median(fall[len(fall) // 2 - 1 : len(fall) // 2 + 2]) + 0.03 * body.unit)
    fall = np.convolve(np.pad(fall, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid") - 0.12 * body.unit
    middle = left + share[:, None] * (right - left) + fall[:, None] * body.down
    return np.concatenate([left[None], middle, right[None]])


def _sleeve(body: Body, side: SideName, reach: float, points: dict[str, Floats], curves: dict[str, Floats]) -> None:
    arm = body.arms[side]
    along = np.linspace(0, min(reach, 1.0) * arm.length, 16)
    normal, axis = arm.outward(along, SIGN[side]), arm.at(along)
    outer = arm.radius(along, clothed=True)
    inner = np.minimum(outer, 1.3 * arm.radius(along))
    share = np.linspace(0, 1, 16)[:, None]
    outer_edge, inner_edge = axis + normal * outer[:, None], axis - normal * inner[:, None]
    outer_edge = outer_edge + np.clip(1 - share / 0.25, 0, 1) * (points[f"shoulder_{side}"] - outer_edge[0])
    inner_edge = inner_edge + np.clip(1 - share / 0.35, 0, 1) * (points[f"armpit_{side}"] - inner_edge[0])
    curves[f"sleeve_outer_{side}"], curves[f"sleeve_inner_{side}"] = outer_edge, inner_edge
    points[f"cuff_outer_{side}"], points[f"cuff_inner_{side}"] = outer_edge[-1], inner_edge[-1]
