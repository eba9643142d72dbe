"""The network's look at a garment photo: once at the whole photo, once more closely at the garment in it.

Takes: a picture and the network. Gives: its maps and points, carried into any frame that is asked for.
Knows nothing about outlines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import Picture
from vesture.vision.garment.backdrop import Bool, Float
from vesture.vision.garment.types import GarmentKind

if TYPE_CHECKING:
    from vesture.vision.garment.network import GarmentNetwork, GarmentReading

ROOM = 0.12  # of the garment's longer side, left round it for the closer look
WORTH_IT = 0.8  # a crop nearly as large as the photo shows nothing more


@dataclass(frozen=True, slots=True)
class Look:
    """What the network made of a picture.

    Attributes:
        parts: (7, h, w) float32, probabilities of `Part` 0..5 and the inner back.
        origin: (x, y) of the part of the picture that `parts` shows, in picture pixels.
        scale: pixels of `parts` per pixel of the picture.
        points, confidence: landmarks in picture pixels, and how sure each is.
        kind, sleeve, neck: probabilities by name.
    """

    parts: Float
    origin: tuple[int, int]
    scale: float
    points: Mapping[str, Float]
    confidence: Mapping[str, float]
    kind: Mapping[GarmentKind, float]
    sleeve: Mapping[str, float]
    neck: Mapping[str, float]

    def drawn(self, matrix: NDArray[np.float64], shape: tuple[int, int]) -> Float:
        """`parts` in a frame: (7, *shape). `matrix` (2, 3) carries picture pixels to the frame's."""
        back = np.eye(3)  # from pixels of `parts` to those of the picture
        back[:2, :2] /= self.scale
        back[:2, 2] = np.array(self.origin) + 0.5 / self.scale - 0.5
        whole = (np.vstack([matrix, [0, 0, 1]]) @ back)[:2]
        size = (shape[1], shape[0])
        maps = [
            cv2.warpAffine(part, whole, size, flags=cv2.INTER_LINEAR, borderValue=float(index == 0))
            for index, part in enumerate(self.parts)
        ]
        return np.stack(maps)

    def mask(self, width: int, height: int, scale: float) -> Float:
        """(height, width) probability of garment, for the picture at `scale` of its size."""
        matrix = np.array([[scale, 0, 0.5 * scale - 0.5], [0, scale, 0.5 * scale - 0.5]])
        return np.asarray(1 - self.drawn(matrix, (height, width))[0], np.float32)


def look(network: GarmentNetwork, picture: Picture) -> Look:
    """Read a picture, and once more what the first reading took for the garment if that fills little of it."""
    height, width = picture.height, picture.width
    if picture.alpha is not None and (picture.alpha > 127).any():
        first, where = None, _widened(picture.alpha > 127, 1.0, width, height)
    else:
        first = network.read(picture.rgb, picture.alpha)
        where = _widened(_main_body(first.mask > 0.5), first.scale, width, height)
    left, top, right, bottom = where
    if first is not None and max(right - left, bottom - top) > WORTH_IT * max(width, height):
        return _look(first, (0, 0))
    rgb = np.ascontiguousarray(picture.rgb[top:bottom, left:right])
    alpha = None if picture.alpha is None else np.ascontiguousarray(picture.alpha[top:bottom, left:right])
    return _look(network.read(rgb, alpha), (left, top))


def _look(reading: GarmentReading, origin: tuple[int, int]) -> Look:
    return Look(
        reading.parts,
        origin,
        reading.scale,
        {name: np.asarray(point + np.array(origin, np.float32), np.float32) for name, point in reading.points.items()},
        reading.point_confidence,
        reading.kind,
        reading.sleeve,
        reading.neck,
    )


def _main_body(region: Bool) -> Bool:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=4)
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))) if count > 1 else region


def _widened(region: Bool, scale: float, width: int, height: int) -> tuple[int, int, int, int]:
    """left, top, right, bottom round `region` (at `scale`) with some room, in pixels of the picture."""
    rows, columns = np.nonzero(region.any(1))[0], np.nonzero(region.any(0))[0]
    if not rows.size:
        return 0, 0, width, height
    room = ROOM * max(np.ptp(rows), np.ptp(columns)) / scale + 2
    return (
        max(0, int(columns[0] / scale - room)),
        max(0, int(rows[0] / scale - room)),
        min(width, int((columns[-1] + 1) / scale + room)),
        min(height, int((rows[-1] + 1) / scale + room)),
    )
