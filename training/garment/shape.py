"""A garment as drawn: layers from back to front, lines on them, and named points."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from training.garment.curves import Curve

Tone = Literal["cloth", "inner", "trim", "second", "label"]
Ink = Literal["dark", "light", "trim", "metal"]


@dataclass(slots=True)
class Layer:
    """One piece of cloth.

    Attributes:
        outline: (n, 2) closed polygon in garment lengths.
        part: index into the network's parts.
        tone: which of the garment's colours it has.
        grain: direction (x, y) that runs down the cloth; stripes turn with it.
        lift: 0..1, how plainly its edge stands out from what lies under it.
    """

    outline: Curve
    part: int
    tone: Tone = "cloth"
    grain: tuple[float, float] = (0.0, 1.0)
    lift: float = 0.4


@dataclass(slots=True)
class Line:
    """A seam, a fold's edge, a cord, a zip: drawn on the layer `above` (its index in the shape) and those before."""

    path: Curve
    width: float
    ink: Ink = "dark"
    strength: float = 0.3
    above: int = -1
    clipped: bool = True  # stays on the garment; a hanging cord does not
    dashes: bool = False


@dataclass(slots=True)
class Shape:
    """A whole garment."""

    kind: str
    sleeve: str
    neck: str
    layers: list[Layer] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    points: dict[str, Curve] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    behind: bool = False  # seen from its back
    print_box: tuple[float, float, float, float] | None = None  # left, top, right, bottom of where a print may sit
    hang: tuple[float, float] | None = None  # where a hanger's hook leaves the garment
    shoulders: tuple[Curve, Curve] | None = None  # ends of a hanger

    def add(self, outline: ArrayLike, part: int, **how: object) -> Layer:
        layer = Layer(np.asarray(outline, np.float32), int(part), **how)  # type: ignore[arg-type]
        self.layers.append(layer)
        return layer

    def draw(self, path: ArrayLike, width: float, **how: object) -> None:
        """A line on what has been added so far."""
        self.lines.append(Line(np.asarray(path, np.float32), width, above=len(self.layers) - 1, **how))  # type: ignore[arg-type]

    def mark(self, name: str, place: ArrayLike, hidden: bool = False) -> None:
        self.points[name] = np.asarray(place, np.float32)
        if hidden:
            self.hidden.add(name)
