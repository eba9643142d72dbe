"""Curves that outlines are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Curve = NDArray[np.float32]  # (n, 2)


def spline(points: ArrayLike, steps: int = 8) -> Curve:
    """Catmull-Rom curve (centripetal enough for our spacings) through (n, 2) points; (steps * (n - 1) + 1, 2)."""
    knots = np.asarray(points, np.float32)
    padded = np.concatenate([[2 * knots[0] - knots[1]], knots, [2 * knots[-1] - knots[-2]]])
    t = np.linspace(0, 1, steps, endpoint=False, dtype=np.float32)[:, None]
    p0, p1, p2, p3 = (padded[i : len(padded) - 3 + i, None] for i in range(4))
    curve = 0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
    return np.concatenate([curve.reshape(-1, 2), knots[-1:]]).astype(np.float32)


def bow(start: ArrayLike, end: ArrayLike, sag: float, steps: int = 10, power: float = 2.0) -> Curve:
    """From start to end, bent sideways by `sag` at the middle (positive: to the right of the way)."""
    a, b = np.asarray(start, np.float32), np.asarray(end, np.float32)
    t = np.linspace(0, 1, steps + 1, dtype=np.float32)[:, None]
    way = b - a
    side = np.float32([-way[1], way[0]]) / max(float(np.hypot(*way)), 1e-6)
    return (a + way * t + side * sag * (1 - np.abs(2 * t - 1) ** power)).astype(np.float32)


def wave(curve: Curve, amplitude: float, waves: float, phase: float) -> Curve:
    """The curve with ripples across it, as frills and gathers have them."""
    lengths = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    dense = np.linspace(0, lengths[-1], max(len(curve), int(waves * 8)))
    line = np.stack([np.interp(dense, lengths, curve[:, i]) for i in (0, 1)], 1)
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], 1)
    fade = np.minimum(1, np.minimum(dense, lengths[-1] - dense) / max(lengths[-1] * 0.06, 1e-6))
    height = amplitude * np.sin(2 * np.pi * waves * dense / max(lengths[-1], 1e-6) + phase) * fade
    return (line + across * height[:, None]).astype(np.float32)


def joined(*pieces: ArrayLike) -> Curve:
    """Pieces one after the other, as one outline."""
    return np.concatenate([np.atleast_2d(np.asarray(piece, np.float32)) for piece in pieces]).astype(np.float32)


def mirrored(curve: ArrayLike) -> Curve:
    """The curve on the other side of x = 0."""
    return (np.asarray(curve, np.float32) * np.float32([-1, 1])).astype(np.float32)
