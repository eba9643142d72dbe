"""Part-wise mesh warp: a grid over the garment, bent as rigidly as its handles allow.

Takes the garment's parts and pairs of points (garment pixel -> photo pixel), gives for every photo pixel the
garment pixel that lands there, one map per part. Knows nothing about bodies or clothes.

Method: as-rigid-as-possible deformation by alternating local rotations and one sparse linear system
(Sorkine and Alexa, "As-Rigid-As-Possible Surface Modeling", SGP 2007), with soft point constraints and a local
scale that may vary within bounds. Parts share vertices only along their joints, so that a sleeve can turn over
the torso while the shoulder stays whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, identity
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from vesture.engines.warp.cloth.triangles import affine, barycentric

Floats = NDArray[np.float64]

ARAP_ITERATIONS = 10
FAINT = 1e-4
FARTHEST = 2.0  # cells between a handle and the cloth that it moves
LONGEST_STRETCH = 3.0  # in usual stretches; cloth does not give more, a lost vertex does
LOCAL_SCALE = (0.6, 1.4)  # how far cloth may shrink or stretch locally before it resists


@dataclass(frozen=True, slots=True)
class Handles:
    """Point pairs of one part: `source` (n, 2) garment pixels, `target` (n, 2) photo pixels, `weight` (n,)."""

    source: Floats
    target: Floats
    weight: Floats

    @staticmethod
    def concatenate(parts: Sequence[Handles]) -> Handles:
        return Handles(
            np.concatenate([p.source for p in parts]),
            np.concatenate([p.target for p in parts]),
            np.concatenate([p.weight for p in parts]),
        )


@dataclass(frozen=True, slots=True)
class Mesh:
    """A triangulated garment. `vertices` (n, 2) garment pixels, `triangles` (m, 3), `part` (m,) of each triangle,
    `cell` the grid spacing in garment pixels."""

    vertices: Floats
    triangles: NDArray[np.int64]
    part: NDArray[np.uint8]
    cell: float


def build_mesh(
    parts: NDArray[np.uint8], joints: Mapping[tuple[int, int], Floats], cells_along_longest: int = 56
) -> Mesh:
    """Grid the garment.

    Args:
        parts: (h, w) part of each garment pixel, 0 for none.
        joints: for a pair of parts, the polyline (n, 2) along which they are sewn together.
        cells_along_longest: grid cells along the garment's longer side.
    """
    height, width = parts.shape
    cell = max(height, width) / cells_along_longest
    rows, columns = int(np.ceil(height / cell)) + 1, int(np.ceil(width / cell)) + 1
    triangles, triangle_parts, keys = [], [], []
    node_count = (rows + 1) * (columns + 1)
    for part in (int(p) for p in np.unique(parts) if p):
        occupied = _occupied_cells(parts == part, cell, rows, columns)
        row, column = np.nonzero(occupied)
        corner = row * (columns + 1) + column
        a, b, c, d = corner, corner + 1, corner + columns + 1, corner + columns + 2
        flip = (row + column) % 2 == 0  # alternating diagonals: no preferred shear direction
        first = np.where(flip[:, None], np.stack([a, b, c], 1), np.stack([a, b, d], 1))
        second = np.where(flip[:, None], np.stack([b, d, c], 1), np.stack([a, d, c], 1))
        both = np.concatenate([first, second])
        triangles.append(both)
        triangle_parts.append(np.full(len(both), part, np.uint8))
        keys.append(np.full(len(both), part))
    nodes = np.concatenate(triangles)
    part_of = np.concatenate(triangle_parts)
    node_xy = np.stack(np.divmod(np.arange(node_count), columns + 1)[::-1], 1) * cell
    owner = _vertex_owner(node_xy, nodes, part_of, joints, cell)
    unique, inverse = np.unique(owner.ravel(), return_inverse=True)
    return Mesh(node_xy[unique % node_count], inverse.reshape(nodes.shape), part_of, cell)


def _occupied_cells(mask: NDArray[np.bool_], cell: float, rows: int, columns: int) -> NDArray[np.bool_]:
    y, x = np.nonzero(mask)
    occupied = np.zeros((rows, columns), bool)
    occupied[(y / cell).astype(int), (x / cell).astype(int)] = True
    return occupied


def _vertex_owner(
    node_xy: Floats,
    nodes: NDArray[np.int64],
    part_of: NDArray[np.uint8],
    joints: Mapping[tuple[int, int], Floats],
    cell: float,
) -> NDArray[np.int64]:
    """Number vertices so that parts share them only near their joint: node + part of the owner * node count."""
    count = len(node_xy)
    owner = np.tile(np.arange(256)[:, None], (1, count))  # owner[part, node]
    for (first, second), line in joints.items():
        near = _distance_to_polyline(node_xy, line) < 1.25 * cell
        owner[second, near] = owner[first, near]
    chosen = owner[part_of[:, None], nodes]
    result: NDArray[np.int64] = nodes + chosen * count
    return result


def _distance_to_polyline(points: Floats, line: Floats) -> Floats:
    best = np.full(len(points), np.inf)
    for start, end in itertools.pairwise(line):
        along = end - start
        t = np.clip((points - start) @ along / max(float(along @ along), 1e-9), 0, 1)
        best = np.minimum(best, np.linalg.norm(points - start - t[:, None] * along, axis=1))
    return best


def deform(mesh: Mesh, handles: Mapping[int, Handles], scale: tuple[float, float]) -> Floats:
    """Move the mesh so that handles meet their targets and the cloth stays as rigid as possible.

    Args:
        mesh: the garment's mesh.
        handles: by part.
        scale: (x, y) photo pixels per garment pixel of the undeformed cloth.

    Returns:
        (n, 2) vertex positions in photo pixels.
    """
    rest = mesh.vertices * np.asarray(scale)
    handles = _on_cloth(mesh, handles)
    constraint, target, weight = _constraints(mesh, handles)
    position = _first_guess(mesh, handles, rest)
    edges = np.unique(
        np.sort(
            np.concatenate([mesh.triangles[:, [0, 1]], mesh.triangles[:, [1, 2]], mesh.triangles[:, [2, 0]]]), axis=1
        ),
        axis=0,
    )
    start, end = edges.T
    count = len(rest)
    incidence = coo_matrix(
        (np.r_[np.ones(len(edges)), -np.ones(len(edges))], (np.tile(np.arange(len(edges)), 2), np.r_[start, end])),
        shape=(len(edges), count),
    ).tocsr()
    weighted = constraint.multiply(weight[:, None]).tocsr()
    # the faint pull to the first guess holds scraps of cloth that no handle touches
    system = (incidence.T @ incidence + constraint.T @ weighted + FAINT * identity(count)).tocsc()
    solver = splu(system, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    pull = weighted.T @ target + FAINT * position
    rest_edge = incidence @ rest
    gather = abs(incidence).T.tocsr()
    length = np.maximum(gather @ (rest_edge**2).sum(1), 1e-9)
    for _ in range(ARAP_ITERATIONS):
        edge = incidence @ position
        # 2-D similarity per vertex, as one complex number: turn and scale of its edges
        real = gather @ (rest_edge * edge).sum(1) / length
        imaginary = gather @ (rest_edge[:, 0] * edge[:, 1] - rest_edge[:, 1] * edge[:, 0]) / length
        size = np.maximum(np.hypot(real, imaginary), 1e-9)
        allowed = np.clip(size, *LOCAL_SCALE) / size
        real, imaginary = real * allowed, imaginary * allowed
        cosine, sine = (real[start] + real[end]) / 2, (imaginary[start] + imaginary[end]) / 2
        turned = np.stack(
            [cosine * rest_edge[:, 0] - sine * rest_edge[:, 1], sine * rest_edge[:, 0] + cosine * rest_edge[:, 1]], 1
        )
        position = solver.solve(incidence.T @ turned + pull)
    return np.asarray(position)


def _on_cloth(mesh: Mesh, handles: Mapping[int, Handles]) -> dict[int, Handles]:
    """Without the handles that lie beside the cloth of their part: a landmark on a hand that hides it, say."""
    centres = mesh.vertices[mesh.triangles].mean(axis=1)
    result = {}
    for part, group in handles.items():
        mine = mesh.part == part
        if mine.any() and len(group.source):
            away, _ = cKDTree(centres[mine]).query(group.source)
            near = away <= max(FARTHEST * mesh.cell, float(away.min()))
            group = Handles(group.source[near], group.target[near], group.weight[near])
        result[part] = group
    return result


def _constraints(mesh: Mesh, handles: Mapping[int, Handles]) -> tuple[coo_matrix, Floats, Floats]:
    """Handles as rows of barycentric weights over the vertices of the nearest triangle of their part."""
    row, column, value, targets, weights = [], [], [], [], []
    offset = 0
    centres = mesh.vertices[mesh.triangles].mean(axis=1)
    for part, group in handles.items():
        mine = np.flatnonzero(mesh.part == part)
        if not len(mine) or not len(group.source):
            continue
        _, nearest = cKDTree(centres[mine]).query(group.source)
        chosen = mesh.triangles[mine[nearest]]
        row.append(np.repeat(np.arange(len(chosen)) + offset, 3))
        column.append(chosen.ravel())
        value.append(barycentric(mesh.vertices[chosen], group.source).ravel())
        targets.append(group.target)
        weights.append(group.weight)
        offset += len(chosen)
    matrix = coo_matrix(
        (np.concatenate(value), (np.concatenate(row), np.concatenate(column))), shape=(offset, len(mesh.vertices))
    )
    return matrix, np.concatenate(targets), np.concatenate(weights)


def _first_guess(mesh: Mesh, handles: Mapping[int, Handles], rest: Floats) -> Floats:
    """A smooth per-part interpolation of the handles: inverse-distance blended local similarities."""
    position = np.zeros_like(rest)
    hits = np.zeros(len(rest))
    everything = Handles.concatenate(list(handles.values()))
    for part in np.unique(mesh.part):
        vertex = np.unique(mesh.triangles[mesh.part == part])
        group = handles.get(int(part), everything)
        position[vertex] += moving_least_squares(mesh.vertices[vertex], group, rest[vertex], mesh)
        hits[vertex] += 1
    return position / np.maximum(hits, 1)[:, None]


def moving_least_squares(points: Floats, handles: Handles, rest: Floats, mesh: Mesh) -> Floats:
    """Similarity deformation by moving least squares (Schaefer et al., SIGGRAPH 2006) of points (n, 2)."""
    scale = rest.max(0) / np.maximum(points.max(0), 1e-9)
    source = handles.source * scale
    difference = rest[:, None] - source[None]
    # sums over the two coordinates are written out: numpy adds short rows slowly
    distance = difference[..., 0] ** 2 + difference[..., 1] ** 2
    weight = handles.weight / (distance + (2 * mesh.cell * scale.mean()) ** 2)
    weight /= weight.sum(1, keepdims=True)
    source_mean = weight @ source
    target_mean = weight @ handles.target
    offset = source[None] - source_mean[:, None]
    moved = handles.target[None] - target_mean[:, None]
    energy = np.maximum((weight * (offset[..., 0] ** 2 + offset[..., 1] ** 2)).sum(1), 1e-9)
    cosine = (weight * (offset[..., 0] * moved[..., 0] + offset[..., 1] * moved[..., 1])).sum(1) / energy
    sine = (weight * (offset[..., 0] * moved[..., 1] - offset[..., 1] * moved[..., 0])).sum(1) / energy
    size = np.maximum(np.hypot(cosine, sine), 1e-9)
    fix = np.clip(size, 0.5, 1.8) / size
    cosine, sine = cosine * fix, sine * fix
    arm = rest - source_mean
    return target_mean + np.stack([cosine * arm[:, 0] - sine * arm[:, 1], sine * arm[:, 0] + cosine * arm[:, 1]], 1)


def backward_map(
    mesh: Mesh, position: Floats, part: int, shape: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For each pixel of a photo of `shape` (height, width): the garment pixel of `part` that lands on it.

    Returns:
        (x map, y map), float32, -1e4 where the part does not land.
    """
    mine = np.flatnonzero(mesh.part == part)
    map_x = np.full(shape, -1e4, np.float32)
    map_y = np.full(shape, -1e4, np.float32)
    if not len(mine):
        return map_x, map_y
    corner = position[mesh.triangles[mine]]
    sound = _sound(mesh.vertices[mesh.triangles[mine]], corner)
    mine, corner = mine[sound], corner[sound]
    identity = np.zeros(shape, np.int32)
    fixed = np.rint(corner * 16).astype(np.int32)  # 4 fractional bits
    for index, triangle in enumerate(fixed):
        cv2.fillConvexPoly(identity, triangle, index + 1, lineType=8, shift=4)
    y, x = np.nonzero(identity)
    which = identity[y, x] - 1
    maps = affine(corner, mesh.vertices[mesh.triangles[mine]])[which]
    xy1 = np.stack([x, y, np.ones_like(x)], 1).astype(np.float64)
    map_x[y, x] = np.einsum("ni,ni->n", maps[:, 0], xy1)
    map_y[y, x] = np.einsum("ni,ni->n", maps[:, 1], xy1)
    return map_x, map_y


def _sound(rest: Floats, bent: Floats) -> NDArray[np.bool_]:
    """Which triangles (m, 3, 2) are still cloth and not drawn out to blades, measured against the median."""

    def longest(corner: Floats) -> Floats:
        return np.asarray(np.linalg.norm(corner - np.roll(corner, 1, axis=1), axis=2).max(1))

    stretch = longest(bent) / longest(rest)
    return np.asarray(stretch < LONGEST_STRETCH * max(float(np.median(stretch)), 1e-9))
