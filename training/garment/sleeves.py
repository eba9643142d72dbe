"""Sleeves: spread, hanging, bent, folded over the body, short or long, straight, belled or puffed.

Sides are built on the right (x > 0) and mirrored by the caller's `flip`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.garment.chance import between, choose, maybe, near
from training.garment.curves import Curve, bow, joined, spline, wave
from training.garment.shape import Shape


@dataclass(frozen=True, slots=True)
class SleeveStyle:
    """Angles in degrees from straight down, outwards; `fold` is None, "root" or "elbow"; lengths in half chests."""

    length: float
    angle: float
    bend: float
    fold: str | None
    root: float  # width at the armhole against the armhole's height
    end: float  # half width at the cuff
    swell: float  # half width between them, against straight
    cuff: float  # length of a cuff in another tone, 0 for none
    cuff_tone: str
    frill: float
    front: bool  # lies over the body rather than under its edge
    lift: float
    seam: float  # how plainly the armhole shows, 0..1


def sleeve_style(rng: np.random.Generator, word: str) -> SleeveStyle:
    """A style for "short" or "long" sleeves."""
    long = word == "long"
    length = choose(rng, {2.3: 6, 1.85: 2, 1.35: 1.3} if long else {0.68: 6, 0.92: 2, 0.38: 2})
    pose = choose(
        rng,
        {"spread": 4, "hanging": 4, "close": 3, "over": 2, "folded": 2.2, "bent": 2, "crossed": 1.4}
        if long
        else {"spread": 6, "hanging": 3, "close": 1.2, "over": 0.3, "folded": 0.3, "bent": 0.2},
    )
    angle, bend, fold, front = _pose(rng, pose, long)
    flare = choose(rng, {"plain": 10, "bell": 1.2, "puff": 1.2, "balloon": 0.8})
    end = between(rng, 0.14, 0.26) if long else between(rng, 0.3, 0.44)
    swell = between(rng, 0.92, 1.15)
    if flare == "bell":
        end *= between(rng, 1.5, 2.6)
    elif flare in ("puff", "balloon"):
        end *= between(rng, 0.7, 1.0)
        swell = between(rng, 1.25, 1.8)
    has_cuff = maybe(rng, 0.55 if long else 0.3)
    return SleeveStyle(
        length=near(rng, length, 0.1),
        angle=angle,
        bend=bend,
        fold=fold,
        root=between(rng, 0.85, 1.1),
        end=end,
        swell=swell,
        cuff=between(rng, 0.05, 0.3) if has_cuff else 0.0,
        cuff_tone=choose(rng, {"cloth": 3, "trim": 2, "second": 0.7}),
        frill=between(rng, 0.02, 0.05) if maybe(rng, 0.08) else 0.0,
        front=front,
        lift=choose(rng, {0.1: 1.5, 0.3: 2, 0.55: 3, 0.8: 1.5} if fold else {0.12: 2, 0.3: 3, 0.55: 3, 0.8: 1}),
        seam=choose(rng, {0.0: 2, 0.12: 3, 0.3: 3}),
    )


def _pose(rng: np.random.Generator, pose: str, long: bool) -> tuple[float, float, str | None, bool]:
    """angle, bend, fold and whether the sleeve lies in front."""
    if pose == "spread":
        return between(rng, 45, 95), between(rng, -25, 15), None, maybe(rng, 0.3)
    if pose == "hanging":
        return between(rng, 18, 45), between(rng, -15, 10), None, maybe(rng, 0.5)
    if pose == "close":
        return between(rng, 2, 18), between(rng, -8, 8), None, maybe(rng, 0.6)
    if pose == "over":
        return between(rng, -22, 4), between(rng, -30, 8), None, True
    if pose == "crossed":  # as arms are
        return between(rng, -10, 35), -between(rng, 60, 130), None, True
    if pose == "folded":
        return between(rng, 8, 88), between(rng, -25, 40) if long else 0.0, "root", True
    if maybe(rng, 0.5):
        return between(rng, 25, 70), between(rng, 70, 150), "elbow", True
    return between(rng, 25, 75), -between(rng, 25, 75), None, True


def varied(rng: np.random.Generator, style: SleeveStyle) -> SleeveStyle:
    """The other side's sleeve: the same cut, not quite the same lie."""
    if style.length > 1 and maybe(rng, 0.18):
        angle, bend, fold, front = _pose(
            rng, choose(rng, {"spread": 1, "hanging": 1, "over": 1, "folded": 1, "bent": 1, "crossed": 1}), True
        )
        return replace(style, angle=angle, bend=bend, fold=fold, front=front)
    return replace(
        style,
        angle=style.angle + float(rng.normal(0, 5)),
        bend=style.bend + float(rng.normal(0, 5)),
        length=near(rng, style.length, 0.03),
    )


def direction(angle: float) -> Curve:
    return np.float32([np.sin(np.radians(angle)), np.cos(np.radians(angle))])


def add_sleeve(
    shape: Shape, style: SleeveStyle, tip: Curve, armpit: Curve, flip: float, part: int, rng: np.random.Generator
) -> None:
    """Draw one sleeve; tip and armpit are on the right side, `flip` -1 puts all of it on the left."""
    side = "left" if flip < 0 else "right"
    mirror = np.float32([flip, 1])
    sag = -0.09 * float(np.hypot(*(armpit - tip)))
    seam = bow(tip, armpit, -sag if style.fold != "root" else 0.0)
    pieces, ends = _pieces(style, tip, armpit, seam, rng)
    for index, (outline, grain) in enumerate(pieces):
        shape.add(
            outline * mirror,
            part,
            grain=(float(grain[0] * flip), float(grain[1])),
            lift=style.lift * (0.5 if index == 0 and not style.front else 1),
        )
    outer, inner, way = ends
    if style.cuff:
        back = np.float32(way) * min(style.cuff, 0.4 * style.length)
        band = joined(outer, inner, inner - back, outer - back)
        if style.cuff_tone != "cloth":
            shape.add(band * mirror, part, tone=style.cuff_tone, lift=0.1)
        shape.draw(np.stack([outer - back, inner - back]) * mirror, 0.015, strength=between(rng, 0.1, 0.5))
    if style.seam and style.fold != "root":
        shape.draw(seam * mirror, 0.015, strength=style.seam)
    shape.mark(f"cuff_outer_{side}", outer * mirror)
    shape.mark(f"cuff_inner_{side}", inner * mirror)


def _pieces(style: SleeveStyle, tip: Curve, armpit: Curve, seam: Curve, rng: np.random.Generator):
    """Outlines with their grain, and (outer cuff, inner cuff, way of the last piece)."""
    height = float(np.hypot(*(armpit - tip)))
    half = 0.5 * height * style.root
    way = direction(style.angle)
    out = np.float32([way[1], -way[0]])  # towards the sleeve's outer edge
    if style.fold == "root":
        way, out = (
            direction(-style.angle),
            -np.float32([np.cos(np.radians(style.angle)), np.sin(np.radians(style.angle))]),
        )
    start = (tip + armpit) / 2
    low = armpit
    if style.fold is None and style.angle < 40:
        lean = (40 - style.angle) / 40
        start = start + np.float32([between(rng, 0.0, 0.12) * lean, 0])
        if style.angle < 18:  # else the cloth leaves the body at the armpit, and the notch between them is there
            low = armpit + (seam[4] - armpit) * min(1.0, between(rng, 0.1, 0.7) * lean)
    joint = start + way * style.length * (0.48 if style.fold == "elbow" else 0.5)
    middle = (half + style.end) / 2 * style.swell
    if style.fold == "elbow":
        return _folded(style, (tip, low, seam), joint, (way, out), middle, rng)
    next_way, next_out = turned(way, style.bend), turned(out, style.bend)
    end = joint + next_way * style.length * 0.5
    mean_out = (out + next_out) / np.hypot(*(out + next_out))
    slant = between(rng, -0.06, 0.12)
    outer, inner = end + next_out * style.end + next_way * slant, end - next_out * style.end
    upper = spline(
        [
            tip,
            start + way * 0.25 * style.length + out * half * min(style.swell, 1.5) * 0.96,
            joint + mean_out * middle,
            outer,
        ],
        5,
    )
    lower = spline([low, joint - mean_out * middle, inner], 6)
    hem = bow(outer, inner, -between(rng, -0.02, 0.06))
    if style.frill:
        hem = wave(hem, style.frill, between(rng, 3, 7), between(rng, 0, 6))
    root = seam[::-1] - np.float32([0.02 if style.front else 0.06, 0])
    if style.front and low is not armpit:
        root = bow(low, tip, between(rng, -0.1, 0.12))
    return [(joined(upper, hem, lower[::-1], root), next_way)], (outer, inner, next_way)


def _folded(
    style: SleeveStyle,
    root: tuple[Curve, Curve, Curve],
    joint: Curve,
    axes: tuple[Curve, Curve],
    middle: float,
    rng: np.random.Generator,
):
    """A sleeve folded at the elbow like paper: the lower half is mirrored at the fold and lies on top."""
    (tip, low, seam), (way, out) = root, axes
    next_way = direction(-style.bend)
    across = (way - next_way) / max(float(np.hypot(*(way - next_way))), 1e-3)
    next_out = out - 2 * float(out @ across) * across
    reach = float(np.clip(-middle * float(out @ across) / max(float(way @ across), 0.35), -0.5, 0.5))
    fold_out, fold_in = joint + out * middle + way * reach, joint - out * middle - way * reach
    end = joint + next_way * style.length * 0.5
    outer, inner = end + next_out * style.end, end - next_out * style.end
    upper = joined(
        spline([tip, (tip + fold_out) / 2 + out * 0.05, fold_out], 6),
        spline([fold_in, (fold_in + low) / 2, low], 6),
        seam[::-1] - np.float32([0.03, 0]),
    )
    fore = joined(fold_out, bow(outer, inner, -0.03), fold_in)
    return [(upper, way), (fore, next_way)], (outer, inner, next_way)


def turned(vector: Curve, degrees: float) -> Curve:
    """Turned so that positive angles swing a right sleeve outwards and up."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    x, y = float(vector[0]), float(vector[1])
    return np.float32([x * c + y * s, y * c - x * s])
