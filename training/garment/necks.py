"""Necks: the opening, what shows inside it, and the collar, hood or band round it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.garment.chance import between, choose, maybe
from training.garment.curves import Curve, bow, joined, mirrored, spline, wave
from training.garment.shape import Shape
from vesture.vision.garment.network import INNER_BACK
from vesture.vision.garment.types import Part


@dataclass(frozen=True, slots=True)
class Neck:
    """How the neck is cut.

    Attributes:
        word: the network's word for it.
        half: half width of the opening.
        depth: how deep the front goes.
        back: how deep the back goes (negative: the back stands up).
        front: (n, 2) the front edge from the left collar corner to the right one.
        corner: (2,) the right collar corner.
        drop: how far below the usual shoulder line the corners lie (off-shoulder cuts).
    """

    word: str
    half: float
    depth: float
    back: float
    front: Curve
    corner: Curve
    drop: float = 0.0


def cut_neck(rng: np.random.Generator, word: str, from_behind: bool) -> Neck:
    """The opening for a word of `NECKS` but "none" and "strapless"."""
    half = between(rng, 0.27, 0.46)
    depth = half * between(rng, 0.4, 1.45)
    back = half * between(rng, -0.12, 0.3)
    if word == "v":
        depth = half * between(rng, 0.9, 3.2)
    elif word == "square":
        half, depth = between(rng, 0.36, 0.6), between(rng, 0.25, 0.7)
    elif word == "collar":
        half, depth = between(rng, 0.26, 0.36), between(rng, 0.12, 0.6)
    elif word == "high":
        half, depth, back = between(rng, 0.26, 0.38), between(rng, 0.02, 0.16), between(rng, -0.06, 0.02)
    elif word == "hood":
        half, depth = between(rng, 0.3, 0.42), between(rng, 0.15, 0.45)
    elif word == "open":
        depth = between(rng, 0.9, 2.2)
    elif maybe(rng, 0.25):
        half, depth = half * between(rng, 1.1, 1.6), depth * between(rng, 0.6, 1.5)
    if from_behind:
        depth = half * between(rng, -0.05, 0.25)
        back = depth - 0.01
    if word == "round" and maybe(rng, 0.05):  # off the shoulders
        half, drop = between(rng, 0.62, 0.88), between(rng, 0.15, 0.4)
        front = _front(rng, word, half, between(rng, -0.02, 0.2)) + np.float32([0, drop])
        depth = float(front[len(front) // 2, 1])
        return Neck(word, half, depth, depth - between(rng, 0.02, 0.12), front, np.float32([half, drop]), drop)
    corner = np.float32([half, 0])
    return Neck(word, half, depth, min(back, depth), _front(rng, word, half, depth), corner)


def _front(rng: np.random.Generator, word: str, half: float, depth: float) -> Curve:
    left, low, right = np.float32([-half, 0]), np.float32([0, depth]), np.float32([half, 0])
    if word in ("v", "open", "collar"):
        sag = between(rng, -0.06, 0.1) * half
        return joined(bow(left, low, sag), bow(low, right, sag)[1:])
    if word == "square":
        inset = half * between(rng, 0.75, 1.0)
        corners = np.float32([[-inset, depth], [0, depth * 1.02], [inset, depth]])
        return joined(left, corners, right)
    t = np.linspace(-1, 1, 25, dtype=np.float32)
    return np.stack([half * t, depth * (1 - np.abs(t) ** between(rng, 1.7, 3.6))], 1).astype(np.float32)


def add_back(shape: Shape, neck: Neck, rng: np.random.Generator) -> None:
    """What is seen through the opening: the inner back, its tape and its label. Goes before the front."""
    rise = between(rng, 0.0, 0.1) if neck.word != "high" else 0.0
    t = np.linspace(-1, 1, 17, dtype=np.float32)
    back = np.stack([neck.half * t, neck.drop + (neck.back - rise - neck.drop) * (1 - t**2)], 1)
    lower = neck.front[::-1] + np.float32([0, 0.04])
    shape.add(joined(back, lower), INNER_BACK, tone="inner", lift=0.1)
    if maybe(rng, 0.5):
        tape = joined(back, back[::-1] + np.float32([0, between(rng, 0.04, 0.12)]))
        shape.add(tape, INNER_BACK, tone=choose(rng, {"cloth": 2, "trim": 1, "inner": 1}), lift=0.15)
    if maybe(rng, 0.55) and neck.depth > 0.2:
        wide, tall = between(rng, 0.06, 0.18), between(rng, 0.05, 0.16)
        top = neck.back - rise + between(rng, 0.03, 0.1)
        if top + tall < neck.depth * 0.9:
            shape.add(
                [[-wide, top], [wide, top], [wide, top + tall], [-wide, top + tall]], INNER_BACK, tone="label", lift=0.3
            )


def add_trim(shape: Shape, neck: Neck, from_behind: bool, rng: np.random.Generator) -> Curve:
    """Collar, rib, hood or band, over the front. Gives the right collar corner as the silhouette shows it."""
    if neck.word == "collar":
        return _leaf_collar(shape, neck, from_behind, rng)
    if neck.word == "hood":
        return _hood(shape, neck, from_behind, rng)
    if neck.word == "high":
        return _stand(shape, neck, rng)
    if neck.word == "open":
        if maybe(rng, 0.45):
            _lapels(shape, neck, rng)
        return neck.corner
    width = choose(rng, {0.0: 2, 0.05: 3, 0.09: 4, 0.13: 1.5})
    if width:
        grown = neck.front * np.float32([1 + width / neck.half * 0.75, 1]) + np.float32([0, width])
        grown[[0, -1], 1] = neck.front[[0, -1], 1] + 0.02
        tone = choose(rng, {"cloth": 5, "trim": 3, "second": 1})
        shape.add(joined(neck.front, grown[::-1]), Part.TORSO, tone=tone, lift=0.15)
        shape.draw(grown, 0.014, strength=between(rng, 0.05, 0.4))
    shape.draw(neck.front, 0.016, strength=between(rng, 0.0, 0.5))
    if maybe(rng, 0.06):
        _ruffle(shape, neck, rng)
    return neck.corner


def _ruffle(shape: Shape, neck: Neck, rng: np.random.Generator) -> None:
    """A frill or a flat round collar that lies round the neck."""
    wide = between(rng, 0.12, 0.4)
    outer = neck.front * np.float32([1 + wide / neck.half * 0.6, 1]) + np.float32([0, wide])
    outer[[0, -1], 1] = neck.front[[0, -1], 1] + wide * 0.3
    outer = wave(outer, between(rng, 0.0, 0.05), between(rng, 4, 10), between(rng, 0, 6))
    tone = choose(rng, {"cloth": 2, "trim": 1, "second": 1})
    shape.add(joined(neck.front, outer[::-1]), Part.TORSO, tone=tone, lift=between(rng, 0.2, 0.6))


def _leaf_collar(shape: Shape, neck: Neck, from_behind: bool, rng: np.random.Generator) -> Curve:
    rise = between(rng, 0.08, 0.26)
    top = np.float32([neck.half * between(rng, 0.72, 0.98), -rise])
    foot = np.float32([neck.half * between(rng, 1.15, 1.45), between(rng, 0.06, 0.2)])
    tone = choose(rng, {"cloth": 5, "trim": 1.5, "second": 1})
    if from_behind:
        outline = joined(mirrored(top), bow(mirrored(top), top, -0.04), top, foot, bow(foot, mirrored(foot), -0.1))
        shape.add(outline, Part.TORSO, tone=tone, lift=0.4)
        return top
    stand = joined(
        bow(mirrored(top), top, -between(rng, -0.02, 0.06)), neck.corner, bow(neck.corner, mirrored(neck.corner), -0.12)
    )
    shape.add(stand, INNER_BACK, tone=choose(rng, {"inner": 2, "cloth": 1}), lift=0.2)
    if maybe(rng, 0.5):
        x, y = between(rng, 0.06, 0.14), -rise * between(rng, 0.2, 0.5)
        shape.add([[-x, y], [x, y], [x, y + 0.1], [-x, y + 0.1]], INNER_BACK, tone="label", lift=0.3)
    point = np.float32([neck.half * between(rng, 0.5, 1.1), neck.depth + between(rng, 0.1, 0.5)])
    low = np.float32([between(rng, 0.0, 0.08), neck.depth])
    for flip in (-1, 1):
        mirror = np.float32([flip, 1])
        leaf = joined(top, spline([top, foot * np.float32([1, 0.8]), point], 5), low, bow(low, top, 0.03 * neck.half))
        shape.add(leaf * mirror, Part.TORSO, tone=tone, lift=between(rng, 0.2, 0.8))
    return top


def _stand(shape: Shape, neck: Neck, rng: np.random.Generator) -> Curve:
    rise = between(rng, 0.12, 0.55)
    top = np.float32([neck.half * between(rng, 0.72, 1.0), -rise])
    corner, tone = neck.corner, choose(rng, {"cloth": 4, "trim": 1})
    dip = between(rng, 0.0, 0.08)
    rim = bow(mirrored(top), top, dip)
    shape.add(joined(bow(mirrored(top), top, -between(rng, 0.0, 0.06)), rim[::-1]), INNER_BACK, tone="inner", lift=0.2)
    shape.add(joined(rim, corner, neck.front[::-1] + np.float32([0, 0.03])), Part.TORSO, tone=tone, lift=0.2)
    shape.draw(neck.front, 0.014, strength=between(rng, 0, 0.4))
    if maybe(rng, 0.35):
        shape.draw(bow(mirrored(top) * np.float32([1, 0.5]), top * np.float32([1, 0.5]), dip), 0.012, strength=0.2)
    return top


def _hood(shape: Shape, neck: Neck, from_behind: bool, rng: np.random.Generator) -> Curve:
    rise, wide = between(rng, 0.35, 1.25), between(rng, 1.05, 1.75) * neck.half
    peak = between(rng, -0.12, 0.12)
    outer = spline(
        [
            [-neck.half * 1.25, 0.12],
            [-wide, -rise * 0.45],
            [peak - wide * 0.45, -rise * 0.92],
            [peak, -rise],
            [peak + wide * 0.45, -rise * 0.92],
            [wide, -rise * 0.45],
            [neck.half * 1.25, 0.12],
        ],
        5,
    )
    tone = choose(rng, {"cloth": 5, "inner": 1})
    shape.layers.insert(0, shape.add(joined(outer, [[0, 0.4]]), INNER_BACK, tone=tone, lift=0.2))
    shape.layers.pop()
    for line in shape.lines:
        line.above += 1
    if from_behind:
        shape.layers[0].part = INNER_BACK
        return np.float32([neck.half * 1.2, 0.05])
    rim = between(rng, 0.12, 0.3)
    hole = spline(
        [
            [-neck.half * 0.8, 0.0],
            [-wide + rim, -rise * 0.42],
            [peak, -rise + rim],
            [wide - rim, -rise * 0.42],
            [neck.half * 0.8, 0.0],
        ],
        6,
    )
    shape.add(joined(hole, [[0, neck.depth]]), INNER_BACK, tone="inner", lift=0.5)
    low = np.float32([0, neck.depth + between(rng, 0, 0.15)])
    for flip in (-1, 1):
        mirror = np.float32([flip, 1])
        side = joined(
            spline([[neck.half * 0.8, -0.02], [neck.half * 0.45, neck.depth * 0.55], low], 5),
            spline([low + np.float32([0, 0.12]), [neck.half * 0.8, neck.depth * 0.75], [neck.half * 1.25, 0.1]], 5),
        )
        shape.add(side * mirror, Part.TORSO, lift=0.5)
    if maybe(rng, 0.7):
        for flip in (-1, 1):
            length = between(rng, 0.3, 1.0)
            start = np.float32([flip * between(rng, 0.08, 0.25), neck.depth + 0.08])
            path = spline(
                [
                    start,
                    start + np.float32([flip * 0.03, length * 0.5]),
                    start + np.float32([flip * between(rng, -0.1, 0.1), length]),
                ],
                5,
            )
            shape.draw(
                path, between(rng, 0.02, 0.04), ink=choose(rng, {"light": 3, "trim": 2, "dark": 1}), strength=0.9
            )
    return np.float32([neck.half * 1.22, 0.04])


def _lapels(shape: Shape, neck: Neck, rng: np.random.Generator) -> None:
    notch, wide = neck.depth * between(rng, 0.3, 0.5), between(rng, 0.2, 0.42)
    for flip in (-1, 1):
        mirror = np.float32([flip, 1])
        outline = joined(
            [neck.half, -0.02],
            [neck.half + wide * 0.9, notch * 0.8],
            [neck.half * 0.8 + wide, notch],
            [neck.half * 0.6 + wide, notch * 1.3],
            [0.02, neck.depth],
        )
        shape.add(outline * mirror, Part.TORSO, tone=choose(rng, {"cloth": 4, "trim": 1, "second": 0.5}), lift=0.4)
