"""Draws a garment's layers and lines over a backdrop, and the label map with them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.garment.bank import creases, grains, hills, piece
from training.garment.camera import Camera, dense
from training.garment.chance import between, choose, maybe
from training.garment.colours import Colour, inner_colour, other_colour, shifted
from training.garment.prints import make_print
from training.garment.shape import Layer, Line, Shape
from training.garment.textures import TILE, TILE_SCALE, Tile, cloth_tile
from vesture.vision.garment.types import Part

Canvas = NDArray[np.float32]
Share = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cloths:
    """The tile of each tone, and colours of lines."""

    tiles: dict[str, Tile]
    inks: dict[str, Colour]


def choose_cloths(rng: np.random.Generator, colour: Colour) -> Cloths:
    """Tiles and inks for a garment whose main colour is given."""
    cloth = cloth_tile(rng, colour)
    mean = np.float32(cv2.mean(cloth)[:3])
    inner = inner_colour(rng, mean)
    if maybe(rng, 0.35):  # the print shows through, or the back is cut of the same cloth
        inside = cloth * (inner.mean() / max(float(mean.mean()), 1.0))
    else:
        inside = np.broadcast_to(inner, cloth.shape)
    plain = {
        "trim": other_colour(rng, mean) if maybe(rng, 0.5) else shifted(rng, mean, 0.25),
        "label": other_colour(rng, inner),
    }
    tiles = {name: np.broadcast_to(value, (TILE, TILE, 3)).astype(np.float32) for name, value in plain.items()}
    tiles |= {"cloth": cloth, "inner": np.clip(inside, 0, 255).astype(np.float32)}
    tiles["second"] = cloth_tile(rng, other_colour(rng, mean)) if maybe(rng, 0.4) else tiles["trim"]
    metal = np.full(3, between(rng, 110, 220), np.float32)
    return Cloths(
        tiles, {"dark": mean * 0.35, "light": np.float32([238, 236, 230]), "trim": plain["trim"], "metal": metal}
    )


@dataclass(slots=True)
class Painter:
    """A picture in the making; `canvas` (h, w, 3) float32 RGB and `labels` (h, w) uint8 parts are drawn upon."""

    canvas: Canvas
    labels: NDArray[np.uint8]
    camera: Camera
    cloths: Cloths
    rng: np.random.Generator
    folds: float
    rim: float

    def paint(self, shape: Shape) -> None:
        """All layers with the lines that lie on them."""
        height, width = self.labels.shape
        rng = self.rng
        self._shades = [self._shade(height, width) for _ in range(3)]
        printed = maybe(rng, 0.42) and shape.print_box is not None
        torso = max(
            (i for i, layer in enumerate(shape.layers) if layer.part == Part.TORSO and layer.tone == "cloth"), default=0
        )
        big = [
            i for i, layer in enumerate(shape.layers) if layer.part == Part.TORSO and np.ptp(layer.outline[:, 1]) > 1
        ]
        torso = big[0] if big else torso
        for index, layer in enumerate(shape.layers):
            self._paint_layer(layer)
            if index == torso and printed:
                self._print(shape)
            for line in shape.lines:
                if line.above == index:
                    self._paint_line(line)

    _shades: list[Share] = None  # type: ignore[assignment]

    def _shade(self, height: int, width: int) -> Share:
        rng = self.rng
        field = piece(rng, creases(), height, width) * self.folds * between(rng, 0.3, 1)
        field = field + piece(rng, hills()[:15], height, width) * self.folds * between(rng, 0.1, 0.5)
        if maybe(rng, 0.5):
            field = field + piece(rng, creases()[10:], height, width) * self.folds * 0.6
        return field

    def _mask(self, outline: NDArray[np.float32]) -> tuple[Share, tuple[slice, slice]] | None:
        """Cover of a polygon in a window of the canvas."""
        pixels = self.camera.place(dense(outline))
        window = self._window(pixels, 8)
        if window is None:
            return None
        rows, columns = window
        cover = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        cv2.fillPoly(
            cover, [np.round((pixels - [columns.start, rows.start]) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4
        )
        return cover.astype(np.float32) / 255, window

    def _window(self, pixels: NDArray[np.float32], margin: int) -> tuple[slice, slice] | None:
        """Rows and columns of the canvas round some pixels, None where hardly any is in sight."""
        height, width = self.labels.shape
        left, top = np.maximum(np.floor(pixels.min(0)).astype(int) - margin, 0)
        right, bottom = np.minimum(np.ceil(pixels.max(0)).astype(int) + margin + 1, [width, height])
        return None if right - left < 2 or bottom - top < 2 else (slice(top, bottom), slice(left, right))

    def _paint_layer(self, layer: Layer) -> None:
        found = self._mask(layer.outline)
        if found is None:
            return
        cover, window = found
        below = self.canvas[window]
        size = self.camera.scale
        if layer.lift > 0.08:
            spread = max(0.8, size * 0.05)
            cast = cv2.GaussianBlur(cover, (0, 0), spread)
            below = below * (1 - np.clip(cast, 0, 1) * layer.lift * 0.55)[..., None]
        colour = self._cloth(layer, window)
        inside = cv2.GaussianBlur(cover, (0, 0), max(1.0, size * (0.16 if layer.tone in ("cloth", "inner") else 0.04)))
        shade = 1 + self._shades[layer.part % 3][window] - self.rim * (1 - inside) * 1.6
        if layer.lift > 0.08:
            edge = cv2.GaussianBlur(cover, (0, 0), 0.8)
            shade = shade - (1 - edge) * layer.lift * 0.5
        colour = colour * np.clip(shade, 0.1, 1.7)[..., None]
        self.canvas[window] = below + (colour - below) * cover[..., None]
        self.labels[window][cover > 0.5] = layer.part

    def _cloth(self, layer: Layer, window: tuple[slice, slice]) -> Canvas:
        """The layer's tile, turned along its grain, for each pixel of the window."""
        tile = self.cloths.tiles[layer.tone]
        matrix = self.camera.affine[:, :2]
        grain = np.float32(layer.grain) / max(float(np.hypot(*layer.grain)), 1e-6)
        turn = np.float32([[grain[1], -grain[0]], [grain[0], grain[1]]]) * TILE_SCALE
        inverse = turn @ np.linalg.inv(matrix)
        rows, columns = window
        origin = inverse @ (np.float32([columns.start, rows.start]) - self.camera.affine[:, 2]) + TILE / 2
        warp = np.concatenate([inverse, origin[:, None]], 1).astype(np.float32)
        size = (columns.stop - columns.start, rows.stop - rows.start)
        return cv2.warpAffine(
            tile, warp, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT
        )

    def _paint_line(self, line: Line) -> None:
        pixels = self.camera.place(dense(line.path, closed=False))
        thick = line.width * self.camera.scale
        window = self._window(pixels, int(thick) + 2)
        if window is None:
            return
        rows, columns = window
        cover = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        path = np.round((pixels - [columns.start, rows.start]) * 16).astype(np.int32)
        cv2.polylines(cover, [path], False, 255, max(1, round(thick)), cv2.LINE_AA, 4)
        share = cover.astype(np.float32) * (line.strength * min(1.0, thick) / 255)
        if line.clipped:
            share *= self.labels[window] > 0
        below = self.canvas[window]
        below += (self.cloths.inks[line.ink] - below) * share[..., None]

    def _print(self, shape: Shape) -> None:
        """A print somewhere on the front, clipped to what has been drawn of the body and legs."""
        rng, (left, top, right, bottom) = self.rng, shape.print_box or (0, 0, 1, 1)
        plate = make_print(rng, np.float32(cv2.mean(self.cloths.tiles["cloth"])[:3]))
        wide = choose(rng, {0.3: 2, 0.75: 2, 1.15: 2, 1.5: 1}) * between(rng, 0.8, 1.2) * (right - left) / 1.24
        tall = wide * plate.shape[0] / plate.shape[1]
        x = between(rng, left, max(right - wide, left)) if wide < 0.5 else (left + right - wide) / 2
        y = between(rng, top, max(min(bottom - tall, top + 0.8), top + 0.01))
        to_print = np.float32([[wide / plate.shape[1], 0], [0, wide / plate.shape[1]]])
        matrix = self.camera.affine[:, :2] @ to_print
        shift = self.camera.affine[:, :2] @ np.float32([x, y]) + self.camera.affine[:, 2]
        height, width = self.labels.shape
        warped = cv2.warpAffine(
            plate,
            np.concatenate([matrix, shift[:, None]], 1).astype(np.float32),
            (width, height),
            flags=cv2.INTER_LINEAR,
        )
        allowed = (self.labels == Part.TORSO) | (self.labels == Part.LEFT_LEG) | (self.labels == Part.RIGHT_LEG)
        share = warped[..., 3] * allowed * between(rng, 0.7, 1.0)
        colour = warped[..., :3]
        self.canvas += (colour * (1 + self._shades[1])[..., None] - self.canvas) * share[..., None]


def weave(rng: np.random.Generator, canvas: Canvas, labels: NDArray[np.uint8]) -> Canvas:
    """Fine grain on the cloth alone."""
    height, width = labels.shape
    noise = piece(rng, grains(), height, width, 1.0) * between(rng, 0, 0.06)
    return canvas * (1 + noise * (labels > 0))[..., None]
