"""Points in triangles, and maps that carry triangles onto others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]


def barycentric(corner: Floats, point: Floats) -> Floats:
    """Barycentric weights (n, 3) of points (n, 2) in triangles (n, 3, 2); they sum to 1.

    Points outside are extrapolated a little, further ones brought nearer: great weights throw vertices far off.
    """
    a, b, c = corner[:, 0], corner[:, 1], corner[:, 2]
    first, second, offset = b - a, c - a, point - a
    determinant = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    u = (offset[:, 0] * second[:, 1] - offset[:, 1] * second[:, 0]) / determinant
    v = (first[:, 0] * offset[:, 1] - first[:, 1] * offset[:, 0]) / determinant
    weights = np.clip(np.stack([1 - u - v, u, v], 1), -0.5, 1.5)
    return weights / weights.sum(1, keepdims=True)


def affine(source: Floats, target: Floats) -> Floats:
    """(m, 2, 3) affine maps that carry triangles (m, 3, 2) onto others; degenerate ones map to their first corner."""
    system = np.concatenate([source, np.ones((*source.shape[:2], 1))], axis=2)
    determinant = np.linalg.det(system)
    good = np.abs(determinant) > 1e-6
    result = np.zeros((len(source), 2, 3))
    result[good] = np.linalg.solve(system[good], target[good]).transpose(0, 2, 1)
    result[~good, :, 2] = target[~good, 0]
    return result


def carried(points: Floats, source: Floats, target: Floats) -> Floats:
    """Where points (n, 2) land when triangles (m, 3, 2) are carried onto others, each by the triangle next to it."""
    _, nearest = cKDTree(source.mean(axis=1)).query(points)
    weights = barycentric(source[nearest], points)
    return np.asarray((weights[..., None] * target[nearest]).sum(1))
