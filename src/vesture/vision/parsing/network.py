"""The learned reading of a person: how likely each label is at each place.

Takes: a photo, the pose's soft mask and its skeleton, all at working resolution. Gives: log probabilities per label.
The network was trained from scratch (`training/person`), its weights are part of the package.
Knows nothing about colour models, engines or files other than its own weights.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.onnx_session import open_session
from vesture.vision.parsing.prior import Skeleton, capsule, limb_ends

Floats = NDArray[np.float32]

NET_HEIGHT, NET_WIDTH = 256, 192  # pixels; people are taller than wide, and one reading takes some 20 ms on one core
MAP_STEP = 4  # pixels of the network's picture for one cell of the body maps
PARTS = ("upper arm", "forearm", "hand", "thigh", "shin", "foot")
MAP_COUNT = len(PARTS) + 5
PADDING = 128  # grey beside photos of another shape
LEAST = 1e-4  # probability
WEIGHTS = Path(__file__).parents[1] / "models" / "person.onnx"


class PersonNetwork:
    """The network with its weights; safe to call from several threads."""

    def __init__(self, session: Any | None = None, path: Path | None = None) -> None:
        """`session`: an onnxruntime session to use instead of one made from `path` (default: the packaged weights)."""
        self._session = open_session(path or WEIGHTS) if session is None else session

    def log_scores(self, rgb: NDArray[np.uint8], skeleton: Skeleton, mask: Floats) -> Floats:
        """Log probabilities (8, h, w) float32 by `Label`, background among them, for a photo (h, w, 3).

        Args:
            rgb: (h, w, 3) uint8, a crop round the person.
            mask: (h, w) float32 in [0, 1], the pose's own mask.
            skeleton: joints and unit in pixels of `rgb`.
        """
        height, width = rgb.shape[:2]
        scale = min(NET_HEIGHT / height, NET_WIDTH / width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = np.full((NET_HEIGHT, NET_WIDTH, 3), PADDING, np.uint8)
        silhouette = np.zeros((NET_HEIGHT, NET_WIDTH), np.float32)
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        picture[: size[1], : size[0]] = cv2.resize(rgb, size, interpolation=way)
        silhouette[: size[1], : size[0]] = cv2.resize(np.ascontiguousarray(mask, np.float32), size, interpolation=way)
        moved = Skeleton((skeleton.points + 0.5) * scale - 0.5, skeleton.visibility, skeleton.unit * scale)
        inputs = {
            "image": picture.transpose(2, 0, 1)[None].astype(np.float32),
            "mask": silhouette[None, None],
            "body": body_maps(moved, size)[None],
        }
        logits = np.asarray(self._session.run(None, inputs)[0][0], np.float32)
        step = NET_HEIGHT // logits.shape[1]
        cut = np.stack([_enlarged(one, step, size, (width, height)) for one in logits])
        cut -= cut.max(0)
        chances = np.exp(cut)
        return np.log(np.maximum(chances / chances.sum(0), LEAST)).astype(np.float32)


@cache
def person_network() -> PersonNetwork:
    """The packaged network, loaded when it is first asked for."""
    return PersonNetwork()


def _enlarged(one: Floats, step: int, inner: tuple[int, int], size: tuple[int, int]) -> Floats:
    """A map (h, w) of cells of `step` pixels, its `inner` (width, height) pixels brought to `size`."""
    x, y = (np.float32(inside / (step * outside)) for inside, outside in zip(inner, size, strict=True))
    turn = np.array([[x, 0, 0.5 * x - 0.5], [0, y, 0.5 * y - 0.5]], np.float32)
    way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(one, turn, size, flags=way, borderMode=cv2.BORDER_REPLICATE), np.float32)


def body_maps(skeleton: Skeleton, size: tuple[int, int]) -> Floats:
    """What the pose says of each cell: (MAP_COUNT, NET_HEIGHT / 4, NET_WIDTH / 4) float32.

    The parts of both limbs (the fainter where the joint is hidden), face, throat, the place across and down the torso,
    and where the photo (`size`: its width and height in the network's picture) is.
    """
    shape = (NET_HEIGHT // MAP_STEP, NET_WIDTH // MAP_STEP)
    points = ((skeleton.points + 0.5) / MAP_STEP - 0.5).astype(np.float32)
    small = Skeleton(points, skeleton.visibility, skeleton.unit / MAP_STEP)
    ends = limb_ends(small)
    maps = np.zeros((MAP_COUNT, *shape), np.float32)
    for index, part in enumerate(PARTS):
        for side, (start, end, radius) in enumerate(ends[part]):
            joint = {"upper arm": 13, "forearm": 15, "hand": 15, "thigh": 25, "shin": 27, "foot": 31}[part] + side
            seen = 0.3 + 0.7 * float(np.clip(small.visibility[joint], 0, 1))
            maps[index] = np.maximum(maps[index], seen * capsule(shape, start, end, max(radius, 0.5)))
    centre, radius = small.face()
    neck = points[[11, 12]].mean(0)
    maps[6] = capsule(shape, centre, centre, max(radius, 0.5))
    maps[7] = capsule(shape, centre, neck, max(0.15 * small.unit, 0.5))
    across, down = small.frame(shape)
    maps[8], maps[9] = np.clip(across, -2, 2), np.clip(down, -2, 4)
    maps[10, : -(-size[1] // MAP_STEP), : -(-size[0] // MAP_STEP)] = 1
    return maps
