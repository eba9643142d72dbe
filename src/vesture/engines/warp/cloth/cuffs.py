"""Cuffs of long sleeves closed around the wrist.

Bent cloth gives way where nothing holds it: the end of a sleeve that is wider than the arm would open like a bell and
stand off the hand with its corners. Towards its end it is drawn in here, to a cuff as wide as what comes out of it.

Takes a draped garment, its fit and the person's body; gives the draped garment, its vertices moved.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d
from scipy.spatial import cKDTree

from vesture.engines.warp.body.figure import SIGN, Body, Floats, SideName
from vesture.engines.warp.cloth.layers import Draped
from vesture.engines.warp.cloth.mesh import backward_map
from vesture.engines.warp.cloth.placement import Fit, curve
from vesture.engines.warp.cloth.shade import PART_SIDE, SLEEVES
from vesture.vision.parsing.parse import Label

GRAIN = 90  # pixels to the unit of the map in which a sleeve's edges are found
LONG = 0.97  # of the arm: sleeves that reach this far have cuffs
CLOSING = 0.6  # share of a sleeve from which on it closes
FOREARM = 0.4  # of a sleeve's length: before it lies what a bent arm's forearm may lie on
CORNERS = 0.93  # and on which its corners lie
CUFF = (1.2, 1.55)  # half-width of a cuff in wrists, at least and at most
EASE = 1.1  # of the cuff around what is seen of the hand
FOLDED = -0.3  # cosine of an arm's bend from which on the cloth is too crumpled at the elbow to be moved
OFF_AXIS = 0.8  # wrists that the hand may lie beside the arm's axis
BELL = (0.95, 1.15)  # width of a sleeve's end in that half way, from which on it is left open
BROADEST = 2.2  # wrists that half a hand is broad; what is broader is a bag, a leg
AROUND = 0.3  # units beside the arm's axis in which the hand is looked for
BEYOND = 0.3  # units past its reach where cloth of a sleeve may lie


def closing_cuffs(draped: Draped, fit: Fit, body: Body) -> Draped:
    """The garment with the ends of its long sleeves drawn in to the wrists; worn sleeves keep the shape they have."""
    if draped.garment.photo_type == "model":
        return draped
    position = draped.position
    for part in SLEEVES:
        side = PART_SIDE[part]
        reach = fit.sleeve_reach.get(side, 0.0)
        if reach >= LONG * body.arms[side].length and (draped.mesh.part == part).any():
            position = _closed(draped, position, part, side, body, reach)
    return replace(draped, position=position)


def _closed(draped: Draped, position: Floats, part: int, side: SideName, body: Body, reach: float) -> Floats:
    """Positions (n, 2) of the vertices with the end of one sleeve drawn in: its width goes over evenly into the cuff's,
    its middle to the hand's."""
    arm, unit = body.arms[side], body.unit
    openness = _openness(draped, side)
    wrist = float(arm.natural[-1])
    along = np.linspace(0.5 * reach, reach + BEYOND * unit, 48)
    outer, inner = _edges(draped, part, side, body, along)
    covered = (outer > 0) & (inner > 0)
    share = along / reach
    upper, lower = arm.direction(np.array([0.1, 0.9]) * arm.length)
    if openness >= 1 or upper @ lower < FOLDED or not covered[share < CLOSING].any():
        return position
    outer, inner = (np.interp(along, along[covered], edge[covered]) for edge in (outer, inner))
    for edge in (outer, inner):  # the round of the corners at the end is no narrower sleeve
        edge[share > CORNERS] = np.maximum.accumulate(maximum_filter1d(edge, 3)[share > CORNERS])
    half, middle = (outer + inner) / 2, (outer - inner) / 2
    begin = int(np.searchsorted(share, CLOSING))
    hand = _hand(body, side, reach)
    if hand is None and arm.bare_from is None:  # behind the back, or in a pocket: nothing tells where the sleeve ends
        return position
    cuff, centre = (1.3 * wrist, float(middle[np.searchsorted(share, 1.0)])) if hand is None else hand
    wanted, cuff = EASE * cuff, float(np.clip(EASE * cuff, CUFF[0] * wrist, CUFF[1] * wrist))
    centre += max(0.0, wanted - cuff) / 2  # a broad hand has its thumb on the inner side, which need not be hidden
    centre = float(np.clip(centre, -OFF_AXIS * wrist, OFF_AXIS * wrist))
    closed = np.minimum(half, np.interp(share, [CLOSING, 1], [half[begin], min(cuff, float(half[begin]))]))
    moved = np.interp(share, [CLOSING, 1], [middle[begin], centre])
    blend = np.clip((share - CLOSING) / 0.2, 0, 1) * (1 - openness)
    closed, moved = half + blend * (closed - half), middle + blend * (moved - middle)
    closed, moved = _hiding_skin(body, side, (along, share), (half, middle), (closed, moved))
    position = position.copy()
    vertex = np.unique(draped.mesh.triangles[draped.mesh.part == part])
    vertex = vertex[_down_sleeve(draped, side, draped.mesh.vertices[vertex]) > FOREARM]
    axis, normal = arm.at(along), arm.outward(along, SIGN[side])
    _, nearest = cKDTree(axis).query(position[vertex])
    offset = ((position[vertex] - axis[nearest]) * normal[nearest]).sum(1)
    new = moved[nearest] + (offset - middle[nearest]) * (closed / half)[nearest]
    new = np.where(nearest > 0, new, offset)  # nearest to where the closing half begins is also what lies before it
    position[vertex] += (new - offset)[:, None] * normal[nearest]
    return position


def _hiding_skin(
    body: Body,
    side: SideName,
    place: tuple[Floats, Floats],
    was: tuple[Floats, Floats],
    now: tuple[Floats, Floats],
) -> tuple[Floats, Floats]:
    """Half-widths and middles (n,) of a sleeve that bares nothing of a bare arm above the wrist which it hid.

    Args:
        place: arc lengths (n,) on the arm, and the same in those of the sleeve's reach.
        was: half-widths and middles before.
        now: half-widths and middles wanted.
    """
    arm, (along, share) = body.arms[side], place
    out = np.arange(0, AROUND, 0.01) * body.unit
    edges = []
    for sign in (1.0, -1.0):
        rays = arm.at(along)[:, None] + sign * out[None, :, None] * arm.outward(along, SIGN[side])[:, None]
        skin = np.logical_and.accumulate(_looked_up(body.labels, rays) == Label.SKIN, axis=1)
        shown = skin.any(1) & ~skin[:, -1] & (share < CORNERS)
        bare = np.where(shown, 0.01 * body.unit * (skin.sum(1) + 2), -np.inf)
        wanted = now[0] + sign * now[1]
        kept = np.maximum(wanted, np.minimum(was[0] + sign * was[1], bare))
        edges.append(wanted + gaussian_filter1d(kept - wanted, 1.5))
    return (edges[0] + edges[1]) / 2, (edges[0] - edges[1]) / 2


def _openness(draped: Draped, side: SideName) -> float:
    """In [0, 1], how far the sleeve is cut like a bell."""
    edges = [curve(draped.garment, f"sleeve_{edge}_{side}", 32) for edge in ("outer", "inner")]
    width = np.linalg.norm(edges[0] - edges[1], axis=1)
    return float(np.clip((width[-3] / max(width[16], 1e-6) - BELL[0]) / (BELL[1] - BELL[0]), 0, 1))


def _down_sleeve(draped: Draped, side: SideName, points: NDArray[np.generic]) -> Floats:
    """Share (n,) of the sleeve's length at which garment pixels (n, 2) lie."""
    outer, inner = (curve(draped.garment, f"sleeve_{edge}_{side}", 2) for edge in ("outer", "inner"))
    root = (outer[0] + inner[0]) / 2
    way = (outer[-1] + inner[-1]) / 2 - root
    return np.asarray((points - root) @ way / max(float(way @ way), 1e-9))


def _edges(draped: Draped, part: int, side: SideName, body: Body, along: Floats) -> tuple[Floats, Floats]:
    """How far (n,) outwards and inwards of the arm's axis the sleeve reaches at arc lengths (n,); 0 where it does not
    lie on the axis."""
    arm, unit = body.arms[side], body.unit
    low = draped.position.min(0)
    place = (draped.position - low) * (GRAIN / unit)
    width, height = (int(extent) + 2 for extent in np.ceil(place.max(0)))
    map_x, map_y = backward_map(draped.mesh, place, part, (height, width))
    alpha = draped.garment.alpha
    x, y = np.rint(map_x).astype(int), np.rint(map_y).astype(int)
    inside = (x >= 0) & (y >= 0) & (x < alpha.shape[1]) & (y < alpha.shape[0])
    covered = np.zeros((height, width), np.uint8)
    lower = _down_sleeve(draped, side, np.stack([x[inside], y[inside]], 1)) > FOREARM
    covered[inside] = (alpha[y[inside], x[inside]] > 0.5) & lower
    axis, normal = arm.at(along), arm.outward(along, SIGN[side])
    out = np.arange(0, 0.5, 1 / GRAIN) * unit
    reached = []
    for sign in (1.0, -1.0):
        rays = (axis[:, None] + sign * out[None, :, None] * normal[:, None] - low) * (GRAIN / unit)
        run = np.logical_and.accumulate(_looked_up(covered, rays) > 0, axis=1)
        reached.append(run.sum(1) * unit / GRAIN)
    return reached[0], reached[1]


def _hand(body: Body, side: SideName, reach: float) -> tuple[float, float] | None:
    """Half-width of the hand where it comes out of the sleeve, and how far outwards of the arm's axis its middle is;
    None where it is not seen or not told from other skin."""
    arm, unit = body.arms[side], body.unit
    along = reach + np.array([-0.02, 0.0, 0.02, 0.04]) * unit
    across = np.arange(-AROUND, AROUND, 0.01) * unit
    rays = arm.at(along)[:, None] + across[None, :, None] * arm.outward(along, SIGN[side])[:, None]
    found = []
    for skin in _looked_up(body.labels, rays) == Label.SKIN:
        if not skin.any():
            continue
        marked = np.flatnonzero(skin)
        middle = int(marked[np.argmin(np.abs(across[marked]))])
        before, after = np.flatnonzero(~skin[:middle]), np.flatnonzero(~skin[middle:])
        if len(before) and len(after):
            found.append((across[before[-1]], across[middle + after[0]]))
    if len(found) < 2:
        return None
    first, last = min(edge for edge, _ in found), max(edge for _, edge in found)
    half = (last - first) / 2
    return (half, (last + first) / 2) if half < BROADEST * float(arm.natural[-1]) else None


def _looked_up(picture: NDArray[np.uint8], places: Floats) -> NDArray[np.uint8]:
    """Values of a picture at places (n, k, 2), 0 outside of it."""
    column, row = np.moveaxis(np.rint(places).astype(int), -1, 0)
    inside = (column >= 0) & (row >= 0) & (column < picture.shape[1]) & (row < picture.shape[0])
    result = np.zeros(inside.shape, np.uint8)
    result[inside] = picture[row[inside], column[inside]]
    return result
