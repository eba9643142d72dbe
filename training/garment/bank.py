"""Noise made once: smooth hills, sharp folds, fine grain. Pieces are cut, turned and stretched for each picture."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float32]

SIDE = 320
BANK_SEED = 20240


@cache
def hills() -> list[Map]:
    """Smooth noise of zero mean and unit deviation, from broad to narrow."""
    rng = np.random.default_rng(BANK_SEED)
    return [
        _unit(
            cv2.resize(rng.normal(0, 1, (cells, cells)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        )
        for cells in (4, 5, 6, 8, 10, 13, 17, 24, 34, 48)
        for _ in range(3)
    ]


@cache
def creases() -> list[Map]:
    """Folds: slopes of noise that was drawn out in one direction, with sharp edges where slopes meet."""
    rng = np.random.default_rng(BANK_SEED + 1)
    maps = []
    for cells in (5, 7, 9, 12, 16) * 5:
        stretch = float(rng.uniform(1, 4))
        field = cv2.resize(
            rng.normal(0, 1, (max(2, int(cells / stretch)), cells)).astype(np.float32),
            (SIDE, SIDE),
            interpolation=cv2.INTER_CUBIC,
        )
        bend = (
            cv2.resize(rng.normal(0, 1, (4, 4)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
            * SIDE
            * 0.06
        )
        y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
        field = cv2.remap(field, x + bend, y + bend[::-1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        slope = cv2.Sobel(np.abs(field) ** float(rng.uniform(0.6, 1.4)), cv2.CV_32F, 1, 0, ksize=3)
        slope = cv2.GaussianBlur(slope, (0, 0), float(rng.uniform(1.0, 2.4)))
        maps.append(np.tanh(_unit(slope) * 0.8).astype(np.float32))
    return maps


@cache
def grains() -> list[Map]:
    """Pixel noise, plain and slightly blurred or drawn out."""
    rng = np.random.default_rng(BANK_SEED + 2)
    maps = []
    for across, along in ((0, 0), (0.6, 0.6), (1.2, 1.2), (0.4, 5), (0.6, 14), (1.5, 30)) * 2:
        noise = rng.normal(0, 1, (SIDE, SIDE)).astype(np.float32)
        if along:
            noise = cv2.GaussianBlur(noise, (0, 0), sigmaX=max(across, 0.3), sigmaY=along)
        maps.append(_unit(noise))
    return maps


def piece(rng: np.random.Generator, maps: list[Map], height: int, width: int, zoom: float | None = None) -> Map:
    """A (height, width) piece of one of the maps, turned by quarter turns and flipped by chance."""
    field = maps[int(rng.integers(len(maps)))]
    zoom = float(rng.uniform(0.6, 1.0)) if zoom is None else zoom
    share = min(zoom, 1.0)
    rows, columns = max(8, int(SIDE * share)), max(8, int(SIDE * share))
    top, left = int(rng.integers(SIDE - rows + 1)), int(rng.integers(SIDE - columns + 1))
    cut = field[top : top + rows, left : left + columns]
    turn = int(rng.integers(8))
    if turn & 1:
        cut = cut.T
    if turn & 2:
        cut = cut[::-1]
    if turn & 4:
        cut = -cut[:, ::-1]
    return cv2.resize(np.ascontiguousarray(cut), (width, height), interpolation=cv2.INTER_LINEAR)


def straight_piece(rng: np.random.Generator, maps: list[Map], height: int, width: int) -> Map:
    """A piece at its own size and in its own direction."""
    field = maps[int(rng.integers(len(maps)))]
    top, left = int(rng.integers(SIDE - height + 1)), int(rng.integers(SIDE - width + 1))
    return field[top : top + height, left : left + width]


def _unit(field: Map) -> Map:
    return ((field - field.mean()) / max(float(field.std()), 1e-6)).astype(np.float32)
