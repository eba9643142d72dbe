"""What garments lie on or hang before: paper, walls, boards, tiles, sheets, towels; and what else is in sight."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.garment.bank import creases, grains, hills, piece
from training.garment.chance import between, choose, maybe
from training.garment.colours import Colour, any_colour, cloth_colour, other_colour, shifted
from training.garment.textures import TILE, cloth_tile

Canvas = NDArray[np.float32]  # (h, w, 3) RGB in [0, 255]


def studio(rng: np.random.Generator, height: int, width: int, cloth: Colour) -> Canvas:
    """Even paper, white or nearly so, at times any colour, with a soft fall of light."""
    tone = choose(
        rng, {"white": 4, "pale": 3.4, "grey": 1.4, "coloured": 1.0, "like cloth": 1.6 if cloth.mean() > 190 else 0.7}
    )
    colour = {
        "white": np.full(3, 255, np.float32),
        "pale": np.full(3, between(rng, 228, 250), np.float32) + rng.normal(0, 3, 3),
        "grey": np.full(3, between(rng, 90, 225), np.float32) + rng.normal(0, 4, 3),
        "coloured": any_colour(rng),
        "like cloth": shifted(rng, cloth, choose(rng, {0.04: 1, 0.08: 1, 0.14: 1})),
    }[tone]
    canvas = np.broadcast_to(colour, (height, width, 3)).astype(np.float32)
    if tone == "white" and maybe(rng, 0.6):
        return canvas.copy()
    y, x = np.mgrid[:height, :width].astype(np.float32)
    fall = ((x / width - between(rng, 0, 1)) ** 2 + (y / height - between(rng, 0, 1)) ** 2) * between(rng, 0, 0.15)
    return canvas * (1 - fall[..., None])


def home(rng: np.random.Generator, height: int, width: int, cloth: Colour) -> Canvas:
    """Amateurs' places."""
    style = choose(
        rng,
        {
            "boards": 3,
            "tiles": 2,
            "sheet": 4,
            "carpet": 2,
            "wall": 3,
            "towel": 1.5,
            "concrete": 1.5,
            "parquet": 1,
            "bricks": 0.6,
            "blanket": 1.5,
        },
    )
    paint = {
        "boards": _boards,
        "tiles": _tiles,
        "sheet": _sheet,
        "carpet": _carpet,
        "wall": _wall,
        "towel": _towel,
        "concrete": _concrete,
        "parquet": _parquet,
        "bricks": _bricks,
        "blanket": _towel,
    }
    canvas = paint[style](rng, height, width)
    if maybe(rng, 0.18):
        canvas = _two_tone(
            rng,
            canvas,
            paint[choose(rng, {"wall": 3, "boards": 2, "sheet": 1, "carpet": 1, "tiles": 1})](rng, height, width),
        )
    light = 1 + between(rng, 0.02, 0.2) * cv2.GaussianBlur(piece(rng, hills()[:9], height, width), (0, 0), 4)
    return canvas * light[..., None]


def _two_tone(rng: np.random.Generator, first: Canvas, second: Canvas) -> Canvas:
    """A floor's edge, a door frame, the rim of a bed: two grounds with a straight border."""
    height, width = first.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    angle = choose(rng, {0.0: 1, np.pi / 2: 2, between(rng, 0, np.pi): 1}) + float(rng.normal(0, 0.06))
    edge = (x - width * between(rng, 0.1, 0.9)) * np.cos(angle) + (y - height * between(rng, 0.1, 0.9)) * np.sin(angle)
    share = np.clip(edge + 0.5, 0, 1)[..., None]
    line = np.exp(-((edge - 1) ** 2) / 2)[..., None] * between(rng, 0, 0.5)
    return (first * share + second * (1 - share)) * (1 - line)


def turned_cells(rng: np.random.Generator, height: int, width: int, tilt: float) -> tuple[Canvas, Canvas]:
    """Coordinates of a ground seen slightly turned and from a slant."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    angle = float(rng.normal(0, tilt)) + (np.pi / 2 if maybe(rng, 0.35) else 0)
    across, along = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    slant = 1 + (y / height - 0.5) * float(rng.normal(0, 0.15))
    return across * slant, along * slant


def _wood(rng: np.random.Generator) -> Colour:
    base = np.float32(
        choose(
            rng,
            {
                (150, 108, 70): 3,
                (196, 156, 108): 3,
                (104, 70, 46): 2,
                (176, 168, 156): 1.5,
                (206, 190, 168): 1,
                (70, 48, 36): 1,
            },
        )
    )
    return base * between(rng, 0.8, 1.15)


def _boards(rng: np.random.Generator, height: int, width: int) -> Canvas:
    across, along = turned_cells(rng, height, width, 0.3)
    wide = between(rng, 14, 60)
    board = np.floor(across / wide).astype(int)
    row = np.floor((along + (board * 53 % 97)) / between(rng, 70, 300)).astype(int)
    tint = rng.uniform(1 - between(rng, 0.02, 0.2), 1.1, 512)[(board * 31 + row * 7) % 512]
    grain = piece(rng, grains()[3:6], height, width, 0.6)
    seam = np.exp(-((((across / wide) % 1) * wide) ** 2) / between(rng, 0.6, 2)) * between(rng, 0.1, 0.6)
    light = tint * (1 + between(rng, 0.02, 0.1) * grain) * (1 - seam)
    return _wood(rng) * light[..., None].astype(np.float32)


def _parquet(rng: np.random.Generator, height: int, width: int) -> Canvas:
    across, along = turned_cells(rng, height, width, 0.4)
    size = between(rng, 24, 60)
    turned = (np.floor(across / size) + np.floor(along / size)).astype(int) % 2
    strip = np.where(turned == 1, across, along) / (size / int(rng.integers(3, 6)))
    tint = rng.uniform(0.85, 1.1, 64)[(np.floor(strip).astype(int) * 5 + turned * 3) % 64]
    seam = ((strip % 1) < 0.08) * between(rng, 0.1, 0.4)
    return _wood(rng) * (tint * (1 - seam) * (1 + 0.05 * piece(rng, grains(), height, width)))[..., None].astype(
        np.float32
    )


def _tiles(rng: np.random.Generator, height: int, width: int) -> Canvas:
    across, along = turned_cells(rng, height, width, 0.4)
    size = between(rng, 24, 110)
    line = np.minimum(np.abs((across / size) % 1 - 0.5), np.abs((along / size) % 1 - 0.5)) * size
    line = np.maximum(np.abs((across / size) % 1 - 0.5), np.abs((along / size) % 1 - 0.5))
    joint = np.clip((line - 0.5) * size + between(rng, 0.8, 2.2), 0, 1)[..., None]
    cell = (np.floor(across / size) * 13 + np.floor(along / size) * 29).astype(int) % 64
    base = shifted(rng, np.float32([205, 196, 182]), 0.2) if maybe(rng, 0.7) else any_colour(rng)
    tint = rng.uniform(1 - between(rng, 0, 0.12), 1, 64)[cell] + between(rng, 0, 0.06) * piece(
        rng, hills()[9:], height, width
    )
    canvas = base * tint[..., None]
    return (canvas * (1 - joint) + base * between(rng, 0.5, 1.15) * joint).astype(np.float32)


def _bricks(rng: np.random.Generator, height: int, width: int) -> Canvas:
    across, along = turned_cells(rng, height, width, 0.1)
    tall = between(rng, 14, 34)
    row = np.floor(along / tall)
    at = across / (tall * 2.2) + 0.5 * (row % 2)
    tint = rng.uniform(0.6, 1.15, 128)[(row * 17 + np.floor(at) * 5).astype(int) % 128]
    joint = ((along / tall % 1 < 0.12) | (at % 1 < 0.06))[..., None]
    base = any_colour(rng) * 0.6 + np.float32([130, 80, 60]) * 0.4
    return np.where(joint, shifted(rng, base, 0.5), base * tint[..., None]).astype(np.float32)


def _linen(rng: np.random.Generator) -> Colour:
    return np.full(3, between(rng, 200, 245), np.float32) + rng.normal(0, 5, 3).astype(np.float32)


def _sheet(rng: np.random.Generator, height: int, width: int) -> Canvas:
    """A bed sheet or a cloth with its own folds."""
    base = choose(rng, {"cloth": 5, "white": 2, "any": 3})
    base = {"cloth": cloth_colour, "any": any_colour, "white": _linen}[base](rng)
    folds = between(rng, 0.02, 0.16) * piece(rng, creases(), height, width) + between(rng, 0, 0.1) * piece(
        rng, hills()[:15], height, width
    )
    weave = between(rng, 0, 0.05) * piece(rng, grains(), height, width)
    return base * (1 + folds + weave)[..., None]


def _carpet(rng: np.random.Generator, height: int, width: int) -> Canvas:
    base = cloth_colour(rng)
    canvas = (
        base * (1 + between(rng, 0.05, 0.3) * piece(rng, grains(), height, width, between(rng, 0.3, 1.0)))[..., None]
    )
    if maybe(rng, 0.3):
        share = np.clip(piece(rng, hills()[12:27], height, width) * 4, 0, 1)[..., None] * between(rng, 0.2, 0.9)
        canvas = canvas * (1 - share) + other_colour(rng, base) * share
    return canvas


def _wall(rng: np.random.Generator, height: int, width: int) -> Canvas:
    base = choose(rng, {(226, 222, 214): 4, (200, 196, 190): 2, (240, 238, 235): 2, (150, 140, 130): 1})
    colour = shifted(rng, np.float32(base), 0.12) if maybe(rng, 0.75) else any_colour(rng)
    canvas = colour * (1 + between(rng, 0, 0.04) * piece(rng, grains(), height, width))[..., None]
    for _ in range(int(rng.integers(0, 4))):  # panels, frames, switches
        x, y = int(rng.integers(width)), int(rng.integers(height))
        far = (x + int(rng.integers(10, 160)), y + int(rng.integers(10, 160)))
        canvas = np.ascontiguousarray(canvas, np.float32)
        cv2.rectangle(
            canvas, (x, y), far, shifted(rng, colour, 0.3).tolist(), -1 if maybe(rng, 0.5) else int(rng.integers(1, 4))
        )
    return canvas


def _towel(rng: np.random.Generator, height: int, width: int) -> Canvas:
    """Patterned cloth: stripes, checks, flowers, at any size."""
    tile = cloth_tile(rng, cloth_colour(rng))
    zoom, angle = (
        between(rng, 0.6, 2.6),
        between(rng, 0, 360) if maybe(rng, 0.4) else float(rng.normal(0, 6)) + 90 * int(rng.integers(2)),
    )
    turn = cv2.getRotationMatrix2D((TILE / 2, TILE / 2), angle, zoom)
    canvas = cv2.warpAffine(tile, turn, (width, height), borderMode=cv2.BORDER_REFLECT)
    folds = between(rng, 0.0, 0.14) * piece(rng, creases(), height, width)
    return canvas * (1 + folds)[..., None]


def _concrete(rng: np.random.Generator, height: int, width: int) -> Canvas:
    grey = shifted(rng, np.full(3, between(rng, 80, 215), np.float32), 0.05)
    field = between(rng, 0.02, 0.12) * piece(rng, hills()[6:], height, width) + between(rng, 0, 0.08) * piece(
        rng, grains(), height, width
    )
    return grey * (1 + field)[..., None]


def add_clutter(rng: np.random.Generator, canvas: Canvas) -> Canvas:
    """Other things at the rim: boxes, bags, cables, corners of furniture, another garment's end."""
    height, width = canvas.shape[:2]
    canvas = np.ascontiguousarray(canvas, np.float32)
    for _ in range(int(rng.integers(1, 5))):
        edge, along = int(rng.integers(4)), rng.random()
        centre = np.array(
            [[0, along * height], [width, along * height], [along * width, 0], [along * width, height]][edge]
        )
        corners = centre + rng.normal(0, between(rng, 8, 30), (int(rng.integers(4, 9)), 2))
        angle = np.argsort(np.arctan2(*(corners - corners.mean(0)).T))
        shape = np.zeros((height, width), np.uint8)
        cv2.fillPoly(shape, [np.round(corners[angle] * 8).astype(np.int32)], 255, cv2.LINE_AA, 3)
        share = shape[..., None].astype(np.float32) / 255
        fill = (
            cloth_colour(rng)
            * (1 + between(rng, 0, 0.3) * piece(rng, creases() if maybe(rng, 0.5) else hills(), height, width))[
                ..., None
            ]
        )
        canvas = canvas * (1 - cv2.GaussianBlur(share[..., 0], (0, 0), 2)[..., None] * 0.25)
        canvas = canvas * (1 - share) + fill * share
    return canvas
