"""Cloths: plain, striped, checked, dotted, flowered, denim, knit, leather, and more; as tiles in garment lengths."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.garment.bank import grains, hills, piece
from training.garment.chance import between, choose, maybe
from training.garment.colours import Colour, other_colour, shifted

Tile = NDArray[np.float32]  # (TILE, TILE, 3) RGB

TILE = 224
TILE_SCALE = 40.0  # tile pixels for one garment length


def cloth_tile(rng: np.random.Generator, colour: Colour) -> Tile:
    """A tile of cloth in the given main colour."""
    style = choose(
        rng,
        {
            "plain": 10,
            "heather": 2.5,
            "stripes": 2.5,
            "checks": 2.4,
            "dots": 1,
            "flowers": 2,
            "denim": 2,
            "leather": 0.7,
            "camouflage": 0.6,
            "gradient": 0.7,
            "animal": 0.7,
            "knit": 1.2,
            "blocks": 1,
        },
    )
    tile = np.broadcast_to(colour, (TILE, TILE, 3)).astype(np.float32)
    if style == "plain":
        return tile.copy()
    paint = {
        "heather": _heather,
        "stripes": _stripes,
        "checks": _checks,
        "dots": _dots,
        "flowers": _flowers,
        "denim": _denim,
        "leather": _leather,
        "camouflage": _camouflage,
        "gradient": _gradient,
        "animal": _animal,
        "knit": _knit,
        "blocks": _blocks,
    }
    return np.clip(paint[style](rng, tile.copy(), colour), 0, 255).astype(np.float32)


def mix(tile: Tile, mask: NDArray[np.float32], colour: Colour) -> Tile:
    share = np.clip(mask, 0, 1)[..., None]
    return tile * (1 - share) + colour * share


def _noise(rng: np.random.Generator, maps: list[NDArray[np.float32]], zoom: float | None = None) -> NDArray[np.float32]:
    return piece(rng, maps, TILE, TILE, zoom)


def _heather(rng: np.random.Generator, tile: Tile, colour: Colour) -> Tile:
    return tile * (1 + between(rng, 0.05, 0.25) * _noise(rng, grains()[:6])[..., None])


def _bars(rng: np.random.Generator) -> NDArray[np.float32]:
    """(TILE,) stripes across one direction."""
    period = between(rng, 5, 40)
    at = (np.arange(TILE) + between(rng, 0, 40)) / period
    bars = np.clip((np.abs((at % 1) - 0.5) - between(rng, 0.1, 0.42)) * period / 1.5, 0, 1)
    if maybe(rng, 0.3):
        bars = np.maximum(bars, 0.6 * np.clip((np.abs(((at + 0.27) % 1) - 0.5) - 0.44) * period / 1.5, 0, 1))
    return bars.astype(np.float32)


def _stripes(rng: np.random.Generator, tile: Tile, colour: Colour) -> Tile:
    bars = np.broadcast_to(_bars(rng)[:, None], (TILE, TILE))
    if maybe(rng, 0.3):
        bars = bars.T
    elif maybe(rng, 0.15):
        y, x = np.mgrid[:TILE, :TILE].astype(np.float32)
        bars = (np.sin((x * between(rng, -1, 1) + y) / between(rng, 2, 8)) > 0).astype(np.float32)
    return mix(tile, bars * between(rng, 0.5, 1), other_colour(rng, colour))


def _checks(rng: np.random.Generator, tile: Tile, colour: Colour) -> Tile:
    strength = between(rng, 0.25, 0.7)
    first, second = other_colour(rng, colour), other_colour(rng, colour)
    rows = _bars(rng)
    columns = rows if maybe(rng, 0.6) else _bars(rng)
    tile = mix(tile, np.broadcast_to(rows[:, None], (TILE, TILE)) * strength, first)
    tile = mix(tile, np.broadcast_to(columns[None], (TILE, TILE)) * strength, first if maybe(rng, 0.7) else second)
    return tile


def _scatter(
    rng: np.random.Generator, tile: Tile, count: int, radius: tuple[float, float], colours: list[Colour]
) -> Tile:
    canvas = np.ascontiguousarray(tile)
    for _ in range(count):
        x, y = int(rng.integers(TILE)), int(rng.integers(TILE))
        axes = (max(1, int(between(rng, *radius))), max(1, int(between(rng, *radius))))
        cv2.ellipse(
            canvas, (x, y), axes, between(rng, 0, 180), 0, 360, colours[int(rng.integers(len(colours)))].tolist(), -1
        )
    return canvas


def _dots(rng: np.random.Generator, tile: Tile, colour: Colour) -> Tile:
    step, radius = between(rng, 7, 24), between(rng, 0.15, 0.36)
    y, x = np.mgrid[:TILE, :TILE].astype(np.float32) / step
    x = x + 0.5 * (np.floor(y) % 2)
    far = np.hypot(x % 1 - 0.5, y % 1 - 0.5)
    return mix(tile, (radius - far) * step, other_colour(rng, colour))


def _flowers(rng: np.random.Generator, tile: Tile, colour: Colour) -> Tile:
    colours = [other_colour(rng, colour) for _ in range(int(rng.integers(1, 5)))]
    size = between(rng, 2, 14)
    return cv2.GaussianBlur(
        _scatter(rng, tile, int(min(160, 9000 / size**1.6)), (size * 0.4, size), colours), (0, 0), 0.7
    )


def _denim(rng: np.random.Generator, tile: Tile, colour: Colour) -> Tile:
    if maybe(rng, 0.8):
        tile = np.broadcast_to(
            np.float32([between(rng, 40, 110), between(rng, 60, 135), between(rng, 95, 175)]), tile.shape
        ).copy()
    worn = np.clip(_noise(rng, hills()[:18]) * 0.5, -0.3, 1) * between(rng, 0, 0.5)
    tile = tile + (235 - tile) * np.clip(worn, 0, 1)[..., None]
    return tile * (1 + between(rng, 0.03, 0.12) * _noise(rng, grains())[..., None])


def _leather(rng: np.random.Generator, tile: Tile, colour: Colour) -> Tile:
    shine = np.clip(_noise(rng, hills()[9:]) - 0.6, 0, 1.5)[..., None]
    return tile * 0.8 + shine * between(rng, 20, 80)


def _camouflage(rng: np.random.Generator, tile: Tile, colour: Colour) -> Tile:
    for _ in range(int(rng.integers(2, 4))):
        tile = mix(tile, (_noise(rng, hills()[9:24]) - 0.4) * 8, shifted(rng, colour, 0.6))
    return tile


def _gradient(rng: np.random.Generator, tile: Tile, colour: Colour) -> Tile:
    if maybe(rng, 0.5):
        return mix(tile, _noise(rng, hills()[:9]) * 0.5 + 0.5, other_colour(rng, colour))
    ramp = np.broadcast_to(np.linspace(0, 1, TILE, dtype=np.float32)[:, None], (TILE, TILE))
    return mix(tile, ramp, other_colour(rng, colour))


def _animal(rng: np.random.Generator, tile: Tile, colour: Colour) -> Tile:
    return mix(tile, np.sin(_noise(rng, hills()[6:20]) * between(rng, 3, 9)) * 4, other_colour(rng, colour))


def _knit(rng: np.random.Generator, tile: Tile, colour: Colour) -> Tile:
    ribs = np.sin(np.arange(TILE) * between(rng, 0.5, 2.2)).astype(np.float32)
    field = np.broadcast_to(ribs[None] if maybe(rng, 0.7) else ribs[:, None], (TILE, TILE))
    return tile * (1 + between(rng, 0.03, 0.14) * field[..., None])


def _blocks(rng: np.random.Generator, tile: Tile, colour: Colour) -> Tile:
    y, x = np.mgrid[:TILE, :TILE].astype(np.float32) - TILE / 2
    for _ in range(int(rng.integers(1, 4))):
        angle, at = between(rng, 0, np.pi) if maybe(rng, 0.5) else np.pi / 2, between(rng, -40, 80)
        edge = x * np.cos(angle) + y * np.sin(angle) - at
        band = (
            np.where(edge > 0, 1.0, 0.0) if maybe(rng, 0.5) else (np.abs(edge) < between(rng, 3, 20)).astype(np.float32)
        )
        tile = mix(tile, band.astype(np.float32), other_colour(rng, colour))
    return tile
