"""The garment on its own: cropped, turned upright, at no more detail than an engine can use.

Takes: a picture and the garment's region at a small scale. Gives: pixels, soft alpha, a silhouette to measure and the
map from the picture's pixels to them. Knows nothing about kinds of garments and their landmarks.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import Picture
from vesture.errors import GarmentNotFound
from vesture.vision.garment.backdrop import Bool, Float, to_lab
from vesture.vision.garment.cut import inner_colours
from vesture.vision.garment.mask import NOT_FOUND, GarmentMask
from vesture.vision.garment.shape import find_symmetry, turn

LONGEST_SIDE = 1100  # garment pixels; a dressed body in a photo of today's phones is about as tall
MEASURED_SIDE = 480


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a cut-out garment lies in its picture: `matrix` (2, 3) carries picture pixels (x, y) to garment pixels."""

    matrix: NDArray[np.float64]

    @property
    def scale(self) -> float:
        """Garment pixels per picture pixel."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:, :2]))))

    def to_garment(self, points: Float) -> Float:
        """Points (n, 2) or (2,) of the picture, in garment pixels."""
        return np.asarray(np.asarray(points) @ self.matrix[:, :2].T + self.matrix[:, 2], np.float32)

    def to_picture(self, points: Float) -> Float:
        """Points (n, 2) or (2,) of the garment, in picture pixels."""
        back = np.linalg.inv(self.matrix[:, :2])
        return np.asarray((np.asarray(points) - self.matrix[:, 2]) @ back.T, np.float32)

    def after(self, first: NDArray[np.float64]) -> Frame:
        """The frame for pictures that are moved by `first` (2, 3) before they come into this one."""
        return Frame(_after(first, self.matrix))

    def carry(self, values: NDArray[np.generic], shape: tuple[int, int], from_scale: float = 1.0) -> Float:
        """A map (h, w) in pixels of the picture times `from_scale`, drawn in the garment's frame (`shape`)."""
        matrix = self.matrix.copy()
        matrix[:, 2] += matrix[:, :2] @ np.full(2, 0.5 / from_scale - 0.5)  # pixel centres
        matrix[:, :2] /= from_scale
        size = (shape[1], shape[0])
        return np.asarray(cv2.warpAffine(values.astype(np.float32), matrix, size, flags=cv2.INTER_LINEAR), np.float32)


@dataclass(frozen=True, slots=True)
class Cutout:
    """A garment upright on its own.

    Attributes:
        rgb: (h, w, 3) uint8, rim and outside in the garment's own colours.
        alpha: (h, w) float32 in [0, 1].
        region: (m, n) the silhouette at measuring scale.
        lab: (m, n, 3) float32 colours at measuring scale.
        scale: measuring pixels per garment pixel.
        axis: column of `region` that it mirrors at.
        overlap: 0..1, how well it mirrors there.
        frame: where it lies in the picture.
    """

    rgb: NDArray[np.uint8]
    alpha: Float
    region: Bool
    lab: Float
    scale: float
    axis: float
    overlap: float
    frame: Frame


def cut_out(picture: Picture, mask: GarmentMask) -> Cutout:
    """Crop to the garment, turn it upright, clean its rim.

    Raises:
        GarmentNotFound: the mask is empty.
    """
    left, top, right, bottom = _bounds(mask.region, 0.03)
    span = max(right - left, bottom - top) / mask.scale
    shrink = min(1.0, LONGEST_SIDE / span)
    matrix = np.array([[1.0, 0, 0], [0, 1, 0]])
    box = [round(edge / mask.scale) for edge in (left, top, right, bottom)]
    box[2], box[3] = min(box[2], picture.width), min(box[3], picture.height)
    rgb = picture.rgb[box[1] : box[3], box[0] : box[2]]
    matrix[:, 2] -= box[:2]
    size = (max(8, round(rgb.shape[1] * shrink)), max(8, round(rgb.shape[0] * shrink)))
    zoom = np.array([size[0] / rgb.shape[1], size[1] / rgb.shape[0]])
    matrix = matrix * zoom[:, None]
    matrix[:, 2] += 0.5 * zoom - 0.5
    rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) if shrink < 1 else np.ascontiguousarray(rgb)
    alpha = mask.soft(rgb, (box[0], box[1], box[2], box[3]))
    if not (alpha > 0.5).any():
        raise GarmentNotFound("garment_image", NOT_FOUND)
    rough = min(1.0, MEASURED_SIDE / max(alpha.shape))
    symmetry = find_symmetry(cv2.resize(alpha, None, fx=rough, fy=rough, interpolation=cv2.INTER_AREA) > 0.5)
    rgb = inner_colours(rgb, alpha)
    if symmetry.degrees:
        turned = turn(alpha, symmetry.degrees)
        matrix = _after(matrix, _turning(alpha.shape, turned.shape, symmetry.degrees))
        rgb, alpha = turn(rgb, symmetry.degrees, (255, 255, 255)), turned
    rgb, alpha, matrix = _framed(rgb, alpha, matrix)
    alpha = np.minimum(alpha, cv2.GaussianBlur(alpha, (0, 0), 0.8))
    alpha = np.clip((alpha - 0.30) / 0.62, 0, 1).astype(np.float32)  # pulls the edge in by about half a pixel
    scale = min(1.0, MEASURED_SIDE / max(alpha.shape))
    region = cv2.resize(alpha, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) > 0.5
    small = cv2.resize(rgb, (region.shape[1], region.shape[0]), interpolation=cv2.INTER_AREA)
    upright = find_symmetry(region, 0.0)
    overlap = upright.overlap if symmetry.degrees else symmetry.overlap
    return Cutout(
        rgb, alpha, region, to_lab(small), region.shape[1] / alpha.shape[1], upright.axis, overlap, Frame(matrix)
    )


def _bounds(region: Bool, margin: float) -> tuple[float, float, float, float]:
    """left, top, right, bottom of what is True, widened by a share of its longer side; at the region's own scale."""
    rows, columns = np.nonzero(region.any(1))[0], np.nonzero(region.any(0))[0]
    if not rows.size:
        raise GarmentNotFound("garment_image", NOT_FOUND)
    wider = max(3, round(margin * max(np.ptp(rows), np.ptp(columns))))
    return (
        max(0, columns[0] - wider),
        max(0, rows[0] - wider),
        min(region.shape[1], columns[-1] + 1 + wider),
        min(region.shape[0], rows[-1] + 1 + wider),
    )


def _framed(
    rgb: NDArray[np.uint8], alpha: Float, matrix: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], Float, NDArray[np.float64]]:
    """Crop to the garment and lay a margin round it."""
    rows, columns = np.nonzero((alpha > 0.5).any(1))[0], np.nonzero((alpha > 0.5).any(0))[0]
    if not rows.size:
        raise GarmentNotFound("garment_image", NOT_FOUND)
    margin = max(4, round(0.02 * max(rows[-1] - rows[0], columns[-1] - columns[0])))
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    pad = ((margin, margin), (margin, margin))
    moved = matrix.copy()
    moved[:, 2] += margin - np.array([columns[0], rows[0]])
    return np.pad(rgb[box], (*pad, (0, 0)), mode="edge"), np.pad(alpha[box], pad), moved


def _turning(shape: tuple[int, ...], turned: tuple[int, ...], degrees: float) -> NDArray[np.float64]:
    """The (2, 3) map that `garment_shape.turn` applies to pixel positions."""
    height, width = shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    matrix[:, 2] += (turned[1] / 2 - width / 2, turned[0] / 2 - height / 2)
    return np.asarray(matrix, np.float64)


def _after(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """The (2, 3) map that does `first`, then `second`."""
    result = second[:, :2] @ first
    result[:, 2] += second[:, 2]
    return result
