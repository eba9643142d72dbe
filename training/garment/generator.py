"""Draws garment pictures with exact labels.

Takes: a numpy Generator. Gives: a `Sample`. The same generator state gives the same sample.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.garment import backdrops, photo
from training.garment.camera import Camera, aim, dense
from training.garment.chance import between, choose, maybe
from training.garment.colours import Colour, cloth_colour, shifted
from training.garment.garments import garment
from training.garment.hangers import add_clips, add_hanger
from training.garment.labels import KINDS, LABEL_SIDE, NECKS, NET_SIDE, PART_COUNT, SLEEVES, Sample, point_arrays
from training.garment.painter import Painter, choose_cloths, weave
from training.garment.shape import Shape
from vesture.vision.garment.network import PADDING

RATIOS = {1.0: 3, 0.75: 4, 0.667: 1.5, 0.5625: 1.5, 1.333: 1, 0.8: 1, 0.45: 0.5}  # width over height


def draw_sample(rng: np.random.Generator) -> Sample:
    """One picture of one garment."""
    shape = garment(rng)
    tidy = maybe(rng, 0.42)
    height, width = frame_size(rng, shape)
    camera = aim(rng, shape, height, width, tidy)
    colour = cloth_colour(rng)
    cloths = choose_cloths(rng, colour)
    ground = backdrop(rng, shape, camera, (height, width), colour, tidy)
    painter = Painter(
        canvas=ground,
        labels=np.zeros((height, width), np.uint8),
        camera=camera,
        cloths=cloths,
        rng=rng,
        folds=between(rng, 0.0, 0.12) if tidy else between(rng, 0.03, 0.26),
        rim=between(rng, 0.0, 0.3),
    )
    painter.paint(shape)
    canvas = weave(rng, painter.canvas, painter.labels)
    if shape.kind in ("trousers", "skirt") and maybe(rng, 0.15 if tidy else 0.45):
        canvas = add_clips(rng, canvas, camera, shape)
    pixels = photo.develop(rng, canvas, tidy)
    places = {name: camera.place(place)[0] for name, place in shape.points.items()}
    places = {name: place for name, place in places.items() if place[0] < width and place[1] < height}
    points, weights, present = point_arrays(places, shape.hidden)
    image = np.full((NET_SIDE, NET_SIDE, 3), PADDING, np.uint8)
    image[:height, :width] = pixels
    return Sample(
        image,
        cover_of(painter.labels),
        points,
        weights,
        present,
        KINDS.index(shape.kind),
        SLEEVES.index(shape.sleeve),
        NECKS.index(shape.neck),
    )  # type: ignore[arg-type]


def frame_size(rng: np.random.Generator, shape: Shape) -> tuple[int, int]:
    """Height and width of the picture, the longer one `NET_SIDE`."""
    box = np.ptp(np.concatenate([layer.outline for layer in shape.layers]), axis=0)
    own = float(box[0] / box[1])
    ratio = choose(rng, RATIOS)
    for _ in range(3):  # few people photograph trousers across
        if min(own / ratio, ratio / own) > 0.55:
            break
        ratio = choose(rng, RATIOS)
    if maybe(rng, 0.25):  # cropped to the garment
        ratio = own * between(rng, 0.92, 1.12)
    ratio = float(np.clip(ratio, 0.34, 2.0))
    return (NET_SIDE, max(48, round(NET_SIDE * ratio))) if ratio <= 1 else (max(48, round(NET_SIDE / ratio)), NET_SIDE)


def backdrop(
    rng: np.random.Generator, shape: Shape, camera: Camera, size: tuple[int, int], cloth: Colour, tidy: bool
) -> NDArray[np.float32]:
    """The ground with the garment's shadow, clutter and a hanger."""
    height, width = size
    if tidy:
        ground = backdrops.studio(rng, height, width, cloth)
    else:
        ground = backdrops.home(rng, height, width, cloth)
        if maybe(rng, 0.05):
            ground = ground * 0 + shifted(rng, cloth, 0.2)
        if maybe(rng, 0.35):
            ground = backdrops.add_clutter(rng, ground)
    if maybe(rng, 0.65):
        ground = ground * (1 - _cast(rng, shape, camera, size, tidy))[..., None]
    if shape.shoulders is not None and maybe(rng, 0.1 if tidy else 0.5):
        ground = add_hanger(rng, ground, camera, shape)
    return np.ascontiguousarray(ground, np.float32)


def _cast(
    rng: np.random.Generator, shape: Shape, camera: Camera, size: tuple[int, int], tidy: bool
) -> NDArray[np.float32]:
    """Shadow, 0..1 of the light taken."""
    height, width = size
    solid = np.zeros((height, width), np.uint8)
    for layer in shape.layers:
        cv2.fillPoly(solid, [np.round(camera.place(dense(layer.outline, 0.3))).astype(np.int32)], 255)
    if tidy and maybe(rng, 0.3):  # a floating product's shadow on the floor
        rows, columns = np.nonzero(solid)
        floor = np.zeros_like(solid)
        if len(rows):
            centre = (int(columns.mean()), min(height - 1, int(rows.max()) + int(rng.integers(2, 12))))
            cv2.ellipse(
                floor,
                centre,
                (max(2, int(np.ptp(columns) * between(rng, 0.25, 0.5))), int(rng.integers(2, 5))),
                0,
                0,
                360,
                255,
                -1,
            )
        solid = floor
    blur = between(rng, 0.8, 7)
    far = between(rng, 1.5, 4.0) if not tidy and maybe(rng, 0.25) else 1.0  # before a wall, in the light of one side
    shift = np.float32([[1, 0, rng.normal(0, 2.5) * far], [0, 1, between(rng, -1, 4) * far]])
    soft = cv2.GaussianBlur(cv2.warpAffine(solid, shift, (width, height)), (0, 0), blur)
    return soft.astype(np.float32) / 255 * between(rng, 0.05, 0.3 if tidy else 0.6)


def cover_of(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(7, n, n) uint8 shares at half size from (h, w) parts; what lies outside the picture is no garment."""
    square = np.zeros((NET_SIDE, NET_SIDE), np.uint8)
    square[: labels.shape[0], : labels.shape[1]] = labels
    layers = [np.where(square == part, np.uint8(255), np.uint8(0)) for part in range(PART_COUNT)]
    return np.stack([cv2.resize(layer, (LABEL_SIDE, LABEL_SIDE), interpolation=cv2.INTER_AREA) for layer in layers])
