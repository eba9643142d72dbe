"""The learned reading of a garment picture: where the cloth is, which part is which, where the landmarks lie.

Takes: a picture of one garment (flat lay, hanger, ghost mannequin; not worn). Gives: a `GarmentReading`.
The network was trained from scratch on drawn garments (`training/garment`), its weights are part of the package.
Knows nothing about contours, engines or files other than its own weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.types import GarmentKind, Part
from vesture.vision.onnx_session import open_session

NET_SIDE = 192  # pixels; a neckline is then 20-40 pixels wide, a reading and its mirror image take 30 ms on one core
INNER_BACK = 6  # the part after those of `Part`: the inside of the garment, seen through its opening
PART_COUNT = 7
PADDING = 128  # grey beside pictures that are not square
WEIGHTS = Path(__file__).parents[1] / "models" / "garment.onnx"

_BOTH = ("collar", "shoulder", "armpit", "cuff_outer", "cuff_inner", "waist", "hem", "leg_cuff_outer", "leg_cuff_inner")
POINT_NAMES: tuple[str, ...] = (
    "neck_front",
    "crotch",
    *(f"{stem}_{side}" for stem in _BOTH for side in ("left", "right")),
)
# whose place each part and point takes in the mirrored picture
SWAPPED_PARTS = (0, 1, 3, 2, 5, 4, 6)
SWAPPED_POINTS = tuple(
    POINT_NAMES.index(name.replace("left", "+").replace("right", "left").replace("+", "right")) for name in POINT_NAMES
)
KINDS: tuple[GarmentKind, ...] = get_args(GarmentKind)
SLEEVES = ("none", "strap", "short", "long")
NECKS = ("none", "round", "v", "square", "collar", "hood", "high", "strapless", "open")

assert len(Part) == INNER_BACK, "the inner back follows the parts of a garment"


@dataclass(frozen=True, slots=True)
class GarmentReading:
    """What the network sees. (h, w): the picture scaled so that its long side is `NET_SIDE`.

    "left" and "right" are the viewer's sides.

    Attributes:
        mask: (h, w) float32, probability of garment, the inner back included.
        parts: (7, h, w) float32, probabilities that sum to 1: `Part` 0..5, then `INNER_BACK`: the inner back of the
            collar with its label, the lining seen through the neck opening or between open fronts, the hood where
            it stands above the collar, the inside of a waistband.
        points: all `POINT_NAMES`, (2,) float32 (x, y) in pixels of the picture. Trousers, shorts and jumpsuits name
            the ends of legs leg_cuff_*, never cuff_*; cuff_* are ends of sleeves. Skirts and trousers have waist_*.
            Points that the garment lacks hold a guess without meaning.
        point_confidence: 0..1 by the same names: the probability that the garment has the point inside the frame,
            times the share of the belief that lies near the place given.
        kind, sleeve, neck: probabilities by name, each summing to 1.
        scale: reading pixels per picture pixel; pixel centres map by (x + 0.5) * scale - 0.5.
    """

    mask: NDArray[np.float32]
    parts: NDArray[np.float32]
    points: Mapping[str, NDArray[np.float32]]
    point_confidence: Mapping[str, float]
    kind: Mapping[GarmentKind, float]
    sleeve: Mapping[str, float]
    neck: Mapping[str, float]
    scale: float


class GarmentNetwork:
    """The network with its weights; safe to call from several threads."""

    def __init__(self, session: Any | None = None, path: Path | None = None) -> None:
        """`session`: an onnxruntime session to use instead of one made from `path` (default: the packaged weights)."""
        self._session = open_session(path or WEIGHTS) if session is None else session

    def read(self, rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None = None) -> GarmentReading:
        """Read a picture, (H, W, 3) uint8 RGB; with `alpha` (H, W) uint8 it is laid on white first."""
        scale = NET_SIDE / max(rgb.shape[:2])
        pixels, size = letterbox(rgb if alpha is None else on_white(rgb, alpha))
        parts, heat, present, kind, sleeve, neck = self._logits(pixels)
        whole = np.stack(
            [cv2.resize(part, (NET_SIDE, NET_SIDE), interpolation=cv2.INTER_LINEAR) for part in softmax(parts, 0)]
        )
        cut = np.ascontiguousarray(whole[:, : size[1], : size[0]])
        places, belief = peaks(heat)
        confidence = belief / (1 + np.exp(-present))
        return GarmentReading(
            mask=1 - cut[0],
            parts=cut,
            points={name: ((places[i] + 0.5) / scale - 0.5).astype(np.float32) for i, name in enumerate(POINT_NAMES)},
            point_confidence={name: float(confidence[i]) for i, name in enumerate(POINT_NAMES)},
            kind=dict(zip(KINDS, softmax(kind, 0).tolist(), strict=True)),
            sleeve=dict(zip(SLEEVES, softmax(sleeve, 0).tolist(), strict=True)),
            neck=dict(zip(NECKS, softmax(neck, 0).tolist(), strict=True)),
            scale=scale,
        )

    def _logits(self, pixels: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """All outputs for a square picture: the mean of what is said of it and of its mirror image."""
        plain = self._run(pixels)
        parts, heat, present, *words = self._run(pixels[:, ::-1])
        mirrored = [
            parts[list(SWAPPED_PARTS), :, ::-1],
            heat[list(SWAPPED_POINTS), :, ::-1],
            present[list(SWAPPED_POINTS)],
        ]
        pairs = zip(plain, [*mirrored, *words], strict=True)
        return [np.asarray((one + other) / 2, np.float32) for one, other in pairs]

    def _run(self, pixels: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        image = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32)
        return [np.asarray(output[0], np.float32) for output in self._session.run(None, {"image": image})]


def letterbox(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """The picture in the upper left corner of a (NET_SIDE, NET_SIDE, 3) square, and its (width, height) there."""
    height, width = rgb.shape[:2]
    scale = NET_SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    square = np.full((NET_SIDE, NET_SIDE, 3), PADDING, np.uint8)
    square[: size[1], : size[0]] = cv2.resize(
        rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    return square, size


def on_white(rgb: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3) uint8: the cut-out laid on white."""
    share = alpha[..., None].astype(np.float32) / 255
    return np.round(rgb * share + 255 * (1 - share)).astype(np.uint8)


def peaks(heat: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where each (k, h, w) map of logits believes its point to be.

    Returns:
        (k, 2) float32 (x, y) in pixels of the network's input: the mean place within two cells of the peak;
        (k,) float32: the share of the belief that lies there.
    """
    count, _, width = heat.shape
    belief = softmax(heat.reshape(count, -1), 1).reshape(heat.shape)
    rows, columns = np.divmod(belief.reshape(count, -1).argmax(1), width)
    places, shares = np.zeros((count, 2), np.float32), np.zeros(count, np.float32)
    for index, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
        top, left = max(row - 2, 0), max(column - 2, 0)
        window = belief[index, top : row + 3, left : column + 3]
        shares[index] = window.sum()
        y, x = np.mgrid[top : top + window.shape[0], left : left + window.shape[1]]
        places[index] = (window * x).sum() / shares[index], (window * y).sum() / shares[index]
    cell = NET_SIDE / width
    return ((places + 0.5) * cell - 0.5).astype(np.float32), np.minimum(shares, 1)


def softmax(logits: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis, keepdims=True))
    return (powers / powers.sum(axis, keepdims=True)).astype(np.float32)
