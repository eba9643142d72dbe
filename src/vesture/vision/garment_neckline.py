"""Where the front neckline of a garment runs: the edge between the front and the inner back of the collar.

Takes: the Lab picture of a garment and its collar corners. Gives: a curve and how sure it is.
Knows nothing about the rest of the garment.

Works in a rectified patch: x runs from the left collar corner (-1) to the right one (1), y down in collar widths.
Curves depth * (1 - |x|^power) are compared by the colour change across them; prints and creases, which follow such
a curve only in part, are refused by scoring the weakest stretches.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vesture.vision.garment_backdrop import Bool, Float

SCALE = 96  # patch pixels per collar width
MARGIN = 0.15  # collar widths beside the corners
ABOVE = 0.35  # collar widths above them
BELOW = 1.75  # and below
POWERS = (1.05, 1.25, 1.5, 1.9, 2.4, 3.0, 3.8)
DEFAULT_DEPTH = 0.28
SAMPLES = 60


@dataclass(frozen=True, slots=True)
class Neckline:
    """The front neckline.

    Attributes:
        curve: (n, 2) float32 (x, y), from the left collar corner down and up to the right one.
        depth: of its lowest point, in collar widths.
        confidence: 0..1.
    """

    curve: Float
    depth: float
    confidence: float


@dataclass(frozen=True, slots=True)
class _Frame:
    """The patch's place in the picture."""

    middle: Float
    across: Float  # one collar width, towards the right corner
    down: Float  # one collar width, downwards

    def place(self, x: Float, y: Float) -> Float:
        """(n, 2) picture points of patch positions: x in -1..1 between the corners, y in collar widths."""
        return np.asarray(self.middle + x[..., None] / 2 * self.across + y[..., None] * self.down, np.float32)


def find_neckline(lab: Float, region: Bool, left: Float, right: Float, stand: float) -> Neckline:
    """Find the front neckline between the collar corners.

    Args:
        lab: (h, w, 3) float32.
        region: (h, w) the garment.
        left, right: collar corners (x, y).
        stand: how far the collar stands above the shoulders, in half chests (SideOutline.stand).
    """
    across = (right - left).astype(np.float32)
    width = float(np.linalg.norm(across))
    frame = _Frame((left + right) / 2, across, np.float32([-across[1], across[0]]))
    if width < 6:
        return default_neckline(frame, 0.05, 0.1)
    patch, inside = _rectify(lab, region, frame)
    seen = _see_through(inside)
    depths = np.arange(0.04, BELOW - 0.15, 0.015)
    scores = _score(patch, inside, depths)
    best_power = scores.argmax(1)
    profile = cv2.GaussianBlur(scores.max(1).reshape(-1, 1).astype(np.float32), (1, 5), 1.0).ravel()
    profile = profile * _prior(depths, stand)
    pick, confidence = _choose(depths, profile, seen)
    if pick is None:
        depth = max(DEFAULT_DEPTH if stand < 0.12 else 0.08, seen)
        return default_neckline(frame, depth, confidence)
    x = np.linspace(-1, 1, SAMPLES + 1, dtype=np.float32)
    y = _snap(patch, x, depths[pick] * (1 - np.abs(x) ** POWERS[int(best_power[pick])]))
    return Neckline(frame.place(x, y), float(y.max()), confidence)


def default_neckline(frame: _Frame, depth: float, confidence: float) -> Neckline:
    x = np.linspace(-1, 1, SAMPLES + 1, dtype=np.float32)
    return Neckline(frame.place(x, depth * (1 - np.abs(x) ** 2.2)), depth, confidence)


def opening(shape: tuple[int, int], curve: Float) -> Bool:
    """(h, w) True above the neckline: from the curve up to the top of the picture between the collar corners."""
    outward = np.float32([[curve[-1, 0], -9], [curve[0, 0], -9]])
    lip = np.concatenate([curve, outward])
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round(lip * 8).astype(np.int32)], 1, shift=3)
    return mask > 0


def _rectify(lab: Float, region: Bool, frame: _Frame) -> tuple[Float, Bool]:
    columns = np.arange(-(0.5 + MARGIN), 0.5 + MARGIN, 1 / SCALE, dtype=np.float32) * 2
    rows = np.arange(-ABOVE, BELOW, 1 / SCALE, dtype=np.float32)
    spots = frame.place(*np.meshgrid(columns, rows))
    patch = cv2.remap(lab, spots[..., 0], spots[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.remap(region.astype(np.uint8), spots[..., 0], spots[..., 1], cv2.INTER_NEAREST)
    return cv2.GaussianBlur(patch, (0, 0), 1.2), inside > 0


def _see_through(inside: Bool) -> float:
    """Depth in collar widths to which there is no garment at all between the corners."""
    middle = inside[:, inside.shape[1] // 2 - 4 : inside.shape[1] // 2 + 5].mean(1) > 0.5
    first = int(np.argmax(middle)) if middle.any() else 0
    return max(0.0, first / SCALE - ABOVE)


def _score(patch: Float, inside: Bool, depths: Float) -> Float:
    """(depths, powers): colour change across each curve in its weaker stretches, relative to the patch's own."""
    change_x = cv2.Sobel(patch, cv2.CV_32F, 1, 0, ksize=3) / 8
    change_y = cv2.Sobel(patch, cv2.CV_32F, 0, 1, ksize=3) / 8
    x = np.linspace(-0.9, 0.9, SAMPLES, dtype=np.float32)
    powers = np.float32(POWERS)[None, :, None]
    depth = depths.astype(np.float32)[:, None, None]
    y = depth * (1 - np.abs(x) ** powers)
    slope = -depth * powers * np.abs(x) ** (powers - 1) * np.sign(x) * 2  # per collar width
    normal = 1 / np.sqrt(1 + slope**2)
    column = np.broadcast_to((x / 2 + 0.5 + MARGIN) * SCALE, y.shape).astype(np.float32)
    row = ((y + ABOVE) * SCALE).astype(np.float32)
    i = np.clip(np.round(row), 0, patch.shape[0] - 1).astype(np.intp)
    j = np.clip(np.round(column), 0, patch.shape[1] - 1).astype(np.intp)
    across = change_y[i, j] * normal[..., None] - change_x[i, j] * (slope * normal)[..., None]
    strength = np.linalg.norm(across, axis=-1) * inside[i, j]
    stretches = np.median(strength.reshape(*strength.shape[:2], 12, SAMPLES // 12), axis=3)
    floor = 0.25 + float(np.median(np.hypot(change_x, change_y).max(2)[inside])) if inside.any() else 1.0
    return np.asarray(np.quantile(stretches, 0.22, axis=2) / floor, np.float32)


def _prior(depths: Float, stand: float) -> Float:
    """How plausible a depth is: round necks are rarely deeper than 0.8, collars that stand open down to 1.4."""
    deepest = 0.72 if stand < 0.12 else 1.3
    return np.asarray(1 / (1 + np.exp((depths - deepest) / 0.12)), np.float32)


def _choose(depths: Float, profile: Float, seen: float) -> tuple[int | None, float]:
    """The deepest of the comparable peaks; of a close pair, a ribbing's two edges, the upper."""
    peaks = [
        k
        for k in range(1, len(profile) - 1)
        if profile[k] >= profile[k - 1] and profile[k] > profile[k + 1] and depths[k] > seen + 0.03
    ]
    if not peaks:
        return None, 0.1
    best = max(profile[k] for k in peaks)
    confidence = float(np.clip((best - 0.9) / 2.2, 0, 1))
    if best < 1.1:
        return None, confidence
    strong = [k for k in peaks if profile[k] > 0.6 * best]
    deepest = strong[-1]
    pair = [k for k in strong if 0.05 < depths[deepest] - depths[k] < 0.17 and profile[k] > 0.75 * profile[deepest]]
    return (pair[0] if pair else deepest), confidence


def _snap(patch: Float, x: Float, y: Float) -> Float:
    """Move the curve to the strongest edge within 0.05 collar widths, smoothly."""
    reach = max(2, round(0.05 * SCALE))
    change = np.linalg.norm(cv2.Sobel(patch, cv2.CV_32F, 0, 1, ksize=3) / 8, axis=2)
    column = np.clip(np.round((x / 2 + 0.5 + MARGIN) * SCALE), 0, patch.shape[1] - 1).astype(np.intp)
    offsets = np.arange(-reach, reach + 1)
    rows = np.clip(np.round((y + ABOVE) * SCALE).astype(np.intp)[:, None] + offsets, 0, patch.shape[0] - 1)
    gain = change[rows, column[:, None]] - 0.02 * np.abs(offsets)
    total, back = gain[0].copy(), np.zeros((len(x), len(offsets)), np.intp)
    jumps = 0.35 * np.abs(offsets[:, None] - offsets[None, :]).astype(np.float32)
    for k in range(1, len(x)):
        reached = total[None, :] - jumps
        back[k] = reached.argmax(1)
        total = reached.max(1) + gain[k]
    path = np.zeros(len(x), np.intp)
    path[-1] = int(total.argmax())
    for k in range(len(x) - 1, 0, -1):
        path[k - 1] = back[k, path[k]]
    shift = cv2.GaussianBlur((offsets[path] / SCALE).astype(np.float32).reshape(1, -1), (7, 1), 1.5).ravel()
    fade = np.clip((1 - np.abs(x)) / 0.12, 0, 1)
    return np.asarray(np.maximum(y + shift * fade, 0.0), np.float32)
