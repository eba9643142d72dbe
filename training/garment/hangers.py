"""Hangers and clips."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.garment.camera import Camera, dense
from training.garment.chance import between, choose, maybe
from training.garment.colours import Colour, any_colour
from training.garment.curves import Curve, joined, spline
from training.garment.shape import Shape

Canvas = NDArray[np.float32]


def _stroke(canvas: Canvas, camera: Camera, path: Curve, width: float, colour: Colour) -> Canvas:
    cover = np.zeros(canvas.shape[:2], np.uint8)
    pixels = np.round(camera.place(dense(path, closed=False)) * 16).astype(np.int32)
    cv2.polylines(cover, [pixels], False, 255, max(1, round(width * camera.scale)), cv2.LINE_AA, 4)
    share = cover[..., None].astype(np.float32) / 255 * min(1.0, width * camera.scale + 0.3)
    return canvas + (colour - canvas) * share


def _colour(rng: np.random.Generator) -> Colour:
    """Black, white, wood or metal; at times anything, so that neither cloth nor wall rules a hanger out."""
    if maybe(rng, 0.15):
        return any_colour(rng)
    tone = np.float32(choose(rng, {(20, 20, 22): 4, (235, 235, 235): 2, (150, 105, 65): 2, (170, 172, 178): 2}))
    return tone * between(rng, 0.85, 1.05)


def _hook(x: float, y: float, size: float) -> Curve:
    turn = np.linspace(np.pi, -0.6 * np.pi, 14)
    ring = np.stack([x + size * np.cos(turn) * 0.5, y - size * 1.1 - size * np.sin(turn) * 0.5], 1)
    return joined([[x, y]], [[x, y - size * 0.55]], spline(ring[::-1], 2)).astype(np.float32)


def _shaded(rng: np.random.Generator, before: Canvas, after: Canvas) -> Canvas:
    """`after` with the shadow of what it shows beyond `before`, as lamps and windows cast it on walls and cloth."""
    own = (np.abs(after - before).max(2) > 8).astype(np.float32)
    shift = np.float32([[1, 0, rng.normal(0, 5)], [0, 1, between(rng, -2, 7)]])
    cast = cv2.GaussianBlur(cv2.warpAffine(own, shift, own.shape[::-1]), (0, 0), between(rng, 0.5, 3))
    return after * (1 - (cast * (1 - own) * between(rng, 0.1, 0.5)))[..., None]


def add_hanger(rng: np.random.Generator, canvas: Canvas, camera: Camera, shape: Shape) -> Canvas:
    """A hanger inside the garment: the arms under the shoulders, the hook above, often a rail."""
    if shape.shoulders is None or shape.hang is None:
        return canvas
    left, right = shape.shoulders
    before = canvas
    colour, width = _colour(rng), between(rng, 0.04, 0.18)
    bare = shape.sleeve in ("none", "strap")
    reach = between(rng, 0.98, 1.4 if shape.sleeve == "strap" else 1.22) if bare and maybe(rng, 0.65) else 0.92
    sink = between(rng, 0.0, 0.2) if bare else 0.05
    top = np.float32([0, shape.hang[1] - between(rng, 0.02, 0.2)])
    size = between(rng, 0.25, 0.55)
    canvas = _stroke(canvas, camera, joined(left * reach + [0, sink], top, right * reach + [0, sink]), width, colour)
    canvas = _stroke(
        canvas,
        camera,
        _hook(0.0, float(top[1]), size),
        min(width, between(rng, 0.03, 0.06)),
        _colour(rng) if maybe(rng, 0.5) else colour,
    )
    if maybe(rng, 0.35):
        y = float(top[1]) - size * 1.5
        canvas = _stroke(
            canvas,
            camera,
            np.float32([[-6, y], [6, y + float(rng.normal(0, 0.3))]]),
            between(rng, 0.04, 0.15),
            _colour(rng),
        )
    return _shaded(rng, before, canvas) if maybe(rng, 0.5) else canvas


def add_clips(rng: np.random.Generator, canvas: Canvas, camera: Camera, shape: Shape) -> Canvas:
    """A skirt hanger: a bar or two arms, from wire to moulded plastic, a hook, and clips that hold the waist."""
    before = canvas
    colour, at = _colour(rng), between(rng, 0.55, 0.98)
    rise, bar = between(rng, 0.06, 0.4), between(rng, 0.03, 0.17)
    end = at + between(rng, 0.0, 0.3)
    slope = between(rng, 0.1, 0.4) if maybe(rng, 0.4) else 0.0  # arms of a coat hanger with clips
    top = np.float32([0, -rise - slope])
    canvas = _stroke(canvas, camera, joined([[-end, -rise]], top, [[end, -rise]]), bar, colour)
    if maybe(rng, 0.4):  # the block that the hook sits in
        block = np.float32([[0, top[1] - 0.1], [0, top[1] + 0.05]])
        canvas = _stroke(canvas, camera, block, between(rng, 0.15, 0.4), colour)
    canvas = _stroke(canvas, camera, _hook(0.0, float(top[1]), between(rng, 0.3, 0.5)), 0.04, colour)
    wide, deep = between(rng, 0.08, 0.34), between(rng, 0.06, 0.24)
    inks = [colour, _colour(rng)] if maybe(rng, 0.3) else [colour]
    for x in (-at, at):
        for share, ink in zip((1.0, 0.5), inks, strict=False):
            canvas = _stroke(canvas, camera, np.float32([[x, -rise], [x, deep]]), wide * share, ink)
        if maybe(rng, 0.3):  # a spring's glint
            canvas = _stroke(canvas, camera, np.float32([[x, -rise * 0.6], [x, -rise * 0.2]]), wide * 0.3, _colour(rng))
    return _shaded(rng, before, canvas) if maybe(rng, 0.5) else canvas
