"""The silhouette of a garment: its axis of symmetry, its halves, paths along its outline.

Takes: binary silhouettes. Gives: angles, axes, half silhouettes in side coordinates and outline paths.
Knows nothing about sleeves, legs or necklines.

Side coordinates (u, v): u counts pixels outwards from the axis, v downwards. Both sides of a garment are measured
by the same code in these coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import Bool, Float

Pixel = TypeVar("Pixel", bound=np.generic)

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")


@dataclass(frozen=True, slots=True)
class Symmetry:
    """How a silhouette mirrors: turn by `degrees` (counter-clockwise) to stand upright, then mirror at x = `axis`."""

    degrees: float
    axis: float
    overlap: float  # 0..1, intersection over union of the silhouette and its mirror image


def best_axis(region: Bool) -> tuple[float, float]:
    """The column that a silhouette mirrors at best, and the overlap (intersection over union) there."""
    width = region.shape[1]
    rows = region.astype(np.float32)
    length = 1 << (2 * width - 1).bit_length()  # a power of two: other lengths transform slowly
    spectrum = np.fft.rfft(rows, length, axis=1)
    overlap = np.fft.irfft((spectrum**2).sum(0), length)  # sum over rows of row(x) * row(s - x)
    total = float(rows.sum())
    near = np.arange(length) / 2.0
    middle = float((rows.sum(0) * np.arange(width)).sum() / max(total, 1.0))
    allowed = np.abs(near - middle) < 0.12 * width + 2
    best = int(np.argmax(np.where(allowed, overlap, -1)))
    shared = float(overlap[best])
    return best / 2.0, shared / max(1.0, 2 * total - shared)


def find_symmetry(region: Bool, most_degrees: float = 40.0) -> Symmetry:
    """The turn that makes a silhouette stand upright by mirror symmetry; 0 when turning gains little."""
    scale = min(1.0, 128 / max(region.shape))
    small = cv2.resize(region.astype(np.float32), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    axis, upright = best_axis(region)
    best_degrees, best_overlap = 0.0, best_axis(small > 0.5)[1]
    start = best_overlap
    for step in (6.0, 1.5):
        centre = best_degrees
        reach = most_degrees if step == 6.0 else 6.0
        for degrees in np.arange(centre - reach, centre + reach + 0.1, step):
            overlap = best_axis(turn(small, float(degrees)) > 0.5)[1]
            # Small turns are cheaper to believe than large ones.
            if overlap - 0.0012 * abs(degrees) > best_overlap - 0.0012 * abs(best_degrees) + 1e-4:
                best_degrees, best_overlap = float(degrees), overlap
    if abs(best_degrees) < 2.0 or best_overlap < start + 0.02:
        return Symmetry(0.0, axis, upright)
    return Symmetry(best_degrees, axis, best_overlap)


def turn(picture: NDArray[np.generic], degrees: float, border: float | tuple[int, int, int] = 0) -> NDArray[Any]:
    """`picture` turned counter-clockwise on a canvas large enough to hold it."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = (round(height * sine + width * cosine), round(height * cosine + width * sine))
    matrix[:, 2] += (size[0] / 2 - width / 2, size[1] / 2 - height / 2)
    return cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderValue=border)


def half(region: NDArray[Pixel], axis: float, side: Side) -> NDArray[Pixel]:
    """The part of `region` on one side of the axis, in side coordinates: element [v, u]."""
    column = round(axis)
    return region[:, column:] if side == "right" else region[:, column::-1]


def to_image(points: Float, axis: float, side: Side) -> Float:
    """Points (n, 2) or (2,) from side coordinates (u, v) to image coordinates (x, y)."""
    result = np.asarray(points, np.float32).copy()
    sign = 1.0 if side == "right" else -1.0
    result[..., 0] = round(axis) + sign * result[..., 0]
    return result


def largest(region: Bool) -> Bool:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=4)
    if count < 2:
        return np.zeros_like(region)
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])))


def without_middle_holes(region: Bool, axis: float) -> Bool:
    """`region` with the holes that the axis runs through filled: they would open the halves to the axis."""
    count, labels = cv2.connectedComponents(np.pad(~region, 1, constant_values=True).astype(np.uint8), connectivity=4)
    column = round(axis)
    labels = labels[1:-1, 1:-1]
    crossed = np.unique(labels[:, max(0, column - 2) : column + 3])
    outside = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1], [0]]))
    return region | np.isin(labels, np.setdiff1d(crossed, outside)) if count > 2 else region


def outer_path(half_region: Bool) -> Float:
    """The outline of a half silhouette from the axis at the top, round the outside, to the axis at the bottom.

    Returns (n, 2) float32 points (u, v), one per outline pixel.
    """
    body = largest(half_region)
    contours, _ = cv2.findContours(body.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return np.zeros((0, 2), np.float32)
    ring = max(contours, key=len)[:, 0, :].astype(np.float32)
    on_axis = ring[:, 0] <= ring[:, 0].min()
    if on_axis.all() or not on_axis.any():
        return ring
    # Roll so that the ring starts after its longest stretch along the axis.
    start, length, best_end, best_length = 0, 0, 0, 0
    doubled = np.concatenate([on_axis, on_axis])
    for index, flag in enumerate(doubled):
        length = length + 1 if flag else 0
        if length > best_length and length <= len(ring):
            best_length, best_end = length, index
    start = best_end % len(ring)
    path = np.roll(ring, -start, axis=0)[: len(ring) - best_length + 2]
    if path[0, 1] > path[-1, 1]:
        path = path[::-1]
    return np.ascontiguousarray(path)


def smooth_path(path: Float, sigma: float) -> Float:
    """A path smoothed along its length; its ends stay."""
    if len(path) < 5:
        return path
    radius = int(3 * sigma) + 1
    padded = np.concatenate([np.repeat(path[:1], radius, 0), path, np.repeat(path[-1:], radius, 0)])
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    result = np.stack([np.convolve(padded[:, k], kernel, "valid") for k in range(2)], 1).astype(np.float32)
    result[0], result[-1] = path[0], path[-1]
    return result


def resample(path: Float, count: int) -> Float:
    """`count` points evenly spaced along a path."""
    if len(path) < 2:
        return np.repeat(np.asarray(path, np.float32).reshape(-1, 2), count, 0)[:count]
    steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    at = np.linspace(0, steps[-1], count)
    return np.stack([np.interp(at, steps, path[:, k]) for k in range(2)], 1).astype(np.float32)


def chord_offset(path: Float, start: Float, end: Float) -> Float:
    """Signed distances of path points from the chord start -> end; positive to the left of its direction in (u, v)
    with v down, i.e. above a chord that runs outwards."""
    direction = (end - start) / max(1e-6, float(np.linalg.norm(end - start)))
    offset = path - start
    return np.asarray(offset[:, 0] * direction[1] - offset[:, 1] * direction[0], np.float32)
