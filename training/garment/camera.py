"""From garment lengths to pixels: size, place, turn, slant, and cloth that never lies quite flat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.garment.chance import between, choose, maybe
from training.garment.curves import Curve
from training.garment.shape import Shape


@dataclass(frozen=True, slots=True)
class Camera:
    """Attributes: `affine` (2, 3) maps garment lengths to pixels; `slant` (2,) is the perspective's divisor per length
    from `centre`; `waves` rows are (kx, ky, phase, dx, dy) of the cloth's wandering."""

    affine: NDArray[np.float32]
    slant: NDArray[np.float32]
    centre: NDArray[np.float32]
    waves: NDArray[np.float32]

    def place(self, points: Curve) -> Curve:
        """(n, 2) pixels, pixel centres at whole numbers."""
        p = np.atleast_2d(points).astype(np.float32)
        phase = p @ self.waves[:, :2].T + self.waves[:, 2]
        moved = p + np.sin(phase) @ self.waves[:, 3:]
        off = moved - self.centre
        moved = self.centre + off / (1 + off @ self.slant)[:, None]
        return (moved @ self.affine[:, :2].T + self.affine[:, 2]).astype(np.float32)

    @property
    def scale(self) -> float:
        """Pixels per garment length."""
        return float(np.sqrt(abs(np.linalg.det(self.affine[:, :2]))))


def dense(outline: Curve, step: float = 0.12, closed: bool = True) -> Curve:
    """The polyline with no edge longer than about `step`, so that it can bend."""
    rows = np.concatenate([outline, outline[:1]]) if closed else outline
    gaps = np.hypot(*np.diff(rows, axis=0).T)
    at = np.concatenate([[0], np.cumsum(gaps)])
    extra = np.arange(0, at[-1], step, dtype=np.float32)
    where = np.unique(np.concatenate([at, extra]))
    return np.stack([np.interp(where, at, rows[:, 0]), np.interp(where, at, rows[:, 1])], 1).astype(np.float32)


def aim(rng: np.random.Generator, shape: Shape, height: int, width: int, tidy: bool) -> Camera:
    """A camera that sees the garment in a (height, width) picture; `tidy` for studio pictures."""
    everything = np.concatenate([layer.outline for layer in shape.layers])
    turn = float(rng.normal(0, 1.5 if tidy else 6))
    if maybe(rng, 0.04 if tidy else 0.16):
        turn = between(rng, -45, 45)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    stretch = between(rng, 0.9, 1.1)
    matrix = np.float32([[c, -s], [s, c]]) @ np.float32([[stretch, 0], [0, 1 / stretch]])
    spun = everything @ matrix.T
    low, high = spun.min(0), spun.max(0)
    fill = choose(
        rng,
        {
            between(rng, 0.78, 0.98): 6,
            between(rng, 0.6, 0.8): 3,
            between(rng, 0.42, 0.6): 0.8,
            between(rng, 1.0, 1.25): 0.8 if not tidy else 0.2,
        },
    )
    scale = fill * min(width / (high[0] - low[0]), height / (high[1] - low[1]))
    slack = np.float32([width, height]) - (high - low) * scale
    shift = -low * scale + slack * (0.5 + np.clip(rng.normal(0, 0.16, 2), -0.5, 0.5)) - 0.5
    steep = 2.2 if not tidy and maybe(rng, 0.2) else 1.0
    slant = rng.normal(0, 0.005 if tidy else 0.03 * steep, 2) / max(float(np.ptp(everything[:, 1])) / 3, 1)
    return Camera(
        affine=np.concatenate([matrix * scale, shift[:, None]], 1).astype(np.float32),
        slant=slant.astype(np.float32),
        centre=everything.mean(0),
        waves=_wander(rng, tidy),
    )


def _wander(rng: np.random.Generator, tidy: bool) -> NDArray[np.float32]:
    rows = []
    for wavelength, amplitude in ((5.0, 0.05), (2.5, 0.03), (1.2, 0.016), (0.5, 0.008), (0.3, 0.004)):
        strength = amplitude * between(rng, 0, 0.6 if tidy else 1.3)
        angle, way = between(rng, 0, 2 * np.pi), between(rng, 0, 2 * np.pi)
        k = 2 * np.pi / (wavelength * between(rng, 0.7, 1.4))
        rows.append(
            [k * np.cos(angle), k * np.sin(angle), between(rng, 0, 6.3), strength * np.cos(way), strength * np.sin(way)]
        )
    return np.float32(rows)
