"""The arithmetic of the BlazePose models: anchors, boxes, regions of interest, landmarks, masks. No models here.

Takes: the raw output tensors of the BlazePose detector and landmark networks. Gives: numbers in image pixels.
Knows nothing about interpreters or files. The constants are those that the networks were trained with
(Bazarevsky et al., "BlazePose: On-device real-time body pose tracking", 2020, and the public model cards).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

DETECTOR_SIZE = 224
LANDMARK_SIZE = 256
LANDMARKS = 33
AUXILIARY_LANDMARKS = 6  # the first two span the region of interest: hip centre, and a point on the body's circle
VALUES_PER_LANDMARK = 5  # x, y, z, visibility, presence
REGION_SCALE = 1.25  # the circle round the body, with a margin
HEATMAP_KERNEL = 7
HEATMAP_CONFIDENCE = 0.5


@dataclass(frozen=True, slots=True)
class Region:
    """A rotated square of the image: centre (x, y), side length, all in pixels, and its turn in radians."""

    x: float
    y: float
    size: float
    angle: float = 0.0

    def to_crop(self, size: int = LANDMARK_SIZE) -> Floats:
        """The affine map (2, 3) from image pixels to pixels of a size x size crop of this region."""
        scale = size / self.size
        cosine, sine = math.cos(self.angle) * scale, math.sin(self.angle) * scale
        half = size / 2
        return np.array(
            [
                [cosine, sine, half - cosine * self.x - sine * self.y],
                [-sine, cosine, half + sine * self.x - cosine * self.y],
            ],
            np.float32,
        )

    def to_image(self, size: int = LANDMARK_SIZE) -> Floats:
        """The inverse of `to_crop`, (2, 3)."""
        return np.asarray(cv2.invertAffineTransform(self.to_crop(size)), np.float32)


@dataclass(frozen=True, slots=True)
class Detection:
    """A person found by the detector: box (x0, y0, x1, y1) of the head and shoulders, key points, score.

    Of the `points` (4, 2), all in image pixels, the first is the hip centre and the second lies on the circle that
    holds the whole body, straight above the hips of an upright person.
    """

    box: Floats
    points: Floats
    score: float

    def region(self) -> Region:
        return region_between(self.points[0], self.points[1])


def region_between(centre: Floats, rim: Floats) -> Region:
    """The square round the body from its centre (hips) and a point on its circle, turned so that `rim` is above."""
    across, down = float(rim[0] - centre[0]), float(rim[1] - centre[1])
    angle = math.pi / 2 - math.atan2(-down, across)
    angle -= 2 * math.pi * math.floor((angle + math.pi) / (2 * math.pi))
    size = 2 * math.hypot(across, down) * REGION_SCALE
    return Region(float(centre[0]), float(centre[1]), max(size, 1.0), angle)


def anchor_centres() -> Floats:
    """Centres of the detector's anchors, (2254, 2) in [0, 1]: 2 a cell at strides 8 and 16, 6 at stride 32."""
    centres = []
    for stride, per_cell in ((8, 2), (16, 2), (32, 6)):
        cells = DETECTOR_SIZE // stride
        ticks = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        grid = np.stack(np.meshgrid(ticks, ticks), -1).reshape(-1, 2)  # row by row, x fastest
        centres.append(np.repeat(grid, per_cell, axis=0))
    return np.concatenate(centres).astype(np.float32)


def sigmoid(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -80, 80))), np.float32)


def decode_detections(
    boxes: Floats, logits: Floats, anchors: Floats, threshold: float, overlap: float = 0.3
) -> list[Detection]:
    """Detections of the square that the detector saw, in [0, 1], best first; overlapping ones blended by score.

    Args:
        boxes: (2254, 12): centre, width, height, four key points; offsets to the anchors, in detector pixels.
        logits: (2254,).
        anchors: `anchor_centres()`.
        threshold: least score.
        overlap: boxes whose intersection over union is greater are one person.
    """
    scores = sigmoid(logits)
    keep = np.flatnonzero(scores >= threshold)
    keep = keep[np.argsort(-scores[keep], kind="stable")]
    raw = boxes[keep] / DETECTOR_SIZE
    centre, extent = raw[:, :2] + anchors[keep], raw[:, 2:4]
    corners = np.concatenate([centre - extent / 2, centre + extent / 2], axis=1)
    points = raw[:, 4:].reshape(-1, 4, 2) + anchors[keep][:, None]
    found: list[Detection] = []
    waiting = np.arange(len(keep))
    while len(waiting):
        same = intersection_over_union(corners[waiting[0]], corners[waiting]) > overlap
        same[0] = True
        group = waiting[same]
        weights = scores[keep[group]] / scores[keep[group]].sum()
        found.append(
            Detection(
                box=(corners[group] * weights[:, None]).sum(0),
                points=(points[group] * weights[:, None, None]).sum(0),
                score=float(scores[keep[waiting[0]]]),
            )
        )
        waiting = waiting[~same]
    return found


def intersection_over_union(box: Floats, others: Floats) -> Floats:
    """Overlap of one box (4,) with others (n, 4), corners (x0, y0, x1, y1); (n,) in [0, 1]."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    area = np.prod(box[2:] - box[:2]) + np.prod(others[:, 2:] - others[:, :2], axis=1)
    return np.asarray(common / np.maximum(area - common, 1e-9), np.float32)


def decode_landmarks(raw: Floats, heatmaps: Floats) -> Floats:
    """The 39 landmarks, (39, 5): x, y, z in crop pixels, visibility and presence in [0, 1].

    Where the heat map of a landmark is confident, x and y become the centroid of its peak's neighbourhood.

    Args:
        raw: (195,) as the network gives it.
        heatmaps: (64, 64, 39) logits.
    """
    landmarks = raw.reshape(LANDMARKS + AUXILIARY_LANDMARKS, VALUES_PER_LANDMARK).astype(np.float32).copy()
    landmarks[:, 3:] = sigmoid(landmarks[:, 3:])
    cells = heatmaps.shape[0]
    cell = (landmarks[:, :2] * cells / LANDMARK_SIZE).astype(int)  # (39, 2) column, row
    around = np.arange(HEATMAP_KERNEL) - HEATMAP_KERNEL // 2
    columns, rows = cell[:, 0, None] + around, cell[:, 1, None] + around
    known = [(places >= 0) & (places < cells) for places in (columns, rows)]
    clipped = [np.clip(places, 0, cells - 1) for places in (columns, rows)]
    heat = sigmoid(heatmaps[clipped[1][:, :, None], clipped[0][:, None], np.arange(len(cell))[:, None, None]])
    heat *= known[1][:, :, None] & known[0][:, None]
    total = heat.sum((1, 2))
    sure = ((cell >= 0) & (cell < cells)).all(1) & (heat.max((1, 2)) >= HEATMAP_CONFIDENCE) & (total > 0)
    centre = np.stack([(heat.sum(1) * columns).sum(1), (heat.sum(2) * rows).sum(1)], 1)[sure] / total[sure, None]
    landmarks[sure, :2] = centre * LANDMARK_SIZE / cells
    return landmarks


def move_points(points: Floats, affine: Floats) -> Floats:
    """Points (n, 2) through an affine map (2, 3)."""
    return np.asarray(points @ affine[:, :2].T + affine[:, 2], np.float32)


class Levels:
    """A photo (height, width, 3) uint8 from which regions are cut; what it was shrunk to for one serves the next."""

    def __init__(self, rgb: NDArray[np.uint8]) -> None:
        self._shrunk = {1: rgb}

    def cut(self, region: Region, size: int) -> Floats:
        """The region as a (size, size, 3) float32 crop in [0, 1]; what lies outside the image is black.

        Large regions are first shrunk by area averaging: sampling them directly would alias.
        """
        rgb, factor = self._shrunk[1], max(1, int(region.size / size))
        if factor not in self._shrunk:
            smaller = max(1, rgb.shape[1] // factor), max(1, rgb.shape[0] // factor)
            self._shrunk[factor] = np.asarray(cv2.resize(rgb, smaller, interpolation=cv2.INTER_AREA), np.uint8)
        shrunk = self._shrunk[factor]
        ratio = shrunk.shape[1] / rgb.shape[1], shrunk.shape[0] / rgb.shape[0]
        affine = _between_pixel_centres(region.to_image(size), ratio)
        crop = cv2.warpAffine(shrunk, affine, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        return np.asarray(crop, np.float32) / 255.0


def paste_mask(mask: Floats, region: Region, height: int, width: int) -> Floats:
    """A (size, size) mask of the region, laid back into an image of the given size; 0 outside the region."""
    affine = _between_pixel_centres(region.to_crop(mask.shape[0]), (1.0, 1.0))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(mask.astype(np.float32), affine, (width, height), flags=flags), np.float32)


def _between_pixel_centres(affine: Floats, ratio: tuple[float, float]) -> Floats:
    """The map for `warpAffine`, whose integer coordinates are pixel centres, from one between continuous planes.

    Args:
        affine: (2, 3) target plane to source plane.
        ratio: x and y factors by which the source was shrunk since.
    """
    moved = affine.astype(np.float64).copy()
    moved[:, 2] += moved[:, :2].sum(1) * 0.5
    moved *= np.array(ratio)[:, None]
    moved[:, 2] -= 0.5
    return moved.astype(np.float32)
