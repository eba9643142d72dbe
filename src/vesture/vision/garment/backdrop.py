"""The backdrop of a product photo: what it looks like, and how far it reaches.

Takes: Lab pictures (L 0..100, a and b signed). Gives: distances to the backdrop and the region that it fills.
Knows nothing about garments.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A smooth backdrop fitted to the rim of a picture.

    Attributes:
        lab: (h, w, 3) float32, the colour that the backdrop would have at each pixel.
        noise: robust deviation of the rim from the fit, in Lab units.
        share: share of the rim that the fit explains; near 1 in a studio photo.
    """

    lab: Float
    noise: float
    share: float

    @property
    def is_plain(self) -> bool:
        return self.share > 0.66 and self.noise < 1.5


def to_lab(rgb: NDArray[np.uint8]) -> Float:
    """(h, w, 3) uint8 RGB to float32 Lab: L in [0, 100], a and b about [-100, 100]."""
    return cv2.cvtColor(rgb.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)


def rim(shape: tuple[int, ...], share: float) -> Bool:
    """The frame of a picture of this (height, width, …): pixels nearer to the border than `share` of the short side."""
    height, width = shape[:2]
    thickness = max(2, round(share * min(height, width)))
    frame = np.ones((height, width), bool)
    frame[thickness:-thickness, thickness:-thickness] = False
    return frame


def fit_backdrop(lab: Float) -> Backdrop:
    """Fit a quadratic surface per channel to the rim, ignoring what does not belong to its largest tone."""
    height, width = lab.shape[:2]
    frame = rim(lab.shape, 0.03)
    rows, columns = np.nonzero(frame)
    keep = slice(None, None, max(1, len(rows) // 6000))
    x, y = columns[keep] / width - 0.5, rows[keep] / height - 0.5
    colours = lab[rows[keep], columns[keep]]
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], 1)
    inside = _largest_tone(colours)
    coefficients = np.zeros((6, 3))
    for _ in range(5):
        known = 6 if inside.sum() > 200 else 1
        coefficients[:] = 0
        ridge = np.diag([0, 1, 1, 4, 4, 4][:known]) * 0.02 * inside.sum()
        basis = terms[inside][:, :known]
        coefficients[:known] = np.linalg.solve(basis.T @ basis + ridge * 0.05, basis.T @ colours[inside])
        miss = np.linalg.norm(colours - terms @ coefficients, axis=1)
        scale = 1.48 * np.median(miss[inside]) + 0.3
        inside = miss < max(2.5, 3.5 * scale)
    grid_y, grid_x = np.mgrid[:height, :width].astype(np.float32)
    grid_x, grid_y = grid_x / width - 0.5, grid_y / height - 0.5
    grid = np.stack([np.ones_like(grid_x), grid_x, grid_y, grid_x**2, grid_x * grid_y, grid_y**2], 2)
    surface = np.minimum(grid @ coefficients.astype(np.float32), np.array([100, 128, 128], np.float32))
    noise = float(1.48 * np.median(miss[inside])) if inside.any() else 99.0
    return Backdrop(surface, noise, float(inside.mean()))


def _largest_tone(colours: Float) -> Bool:
    """The pixels near the most frequent colour of the rim, in steps of 6 Lab units."""
    cells = np.round(colours / 6.0).astype(np.int64)
    codes = (cells[:, 0] * 128 + cells[:, 1] + 64) * 128 + cells[:, 2]
    values, counts = np.unique(codes, return_counts=True)
    centre = np.median(colours[codes == values[np.argmax(counts)]], axis=0)
    return np.asarray(np.linalg.norm(colours - centre, axis=1) < 14.0)


def gradient(lab: Float, sigma: float = 0.8) -> Float:
    """Colour change per pixel, (h, w), in Lab units: the largest of the three channels' gradients."""
    smooth = cv2.GaussianBlur(lab, (0, 0), sigma)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3) / 8.0
    along = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3) / 8.0
    steepest = np.zeros(lab.shape[:2], np.float32)
    for channel in range(lab.shape[2]):  # a maximum over the last axis is slow in numpy
        steepest = np.maximum(steepest, across[..., channel] ** 2 + along[..., channel] ** 2)
    return np.asarray(np.sqrt(steepest), np.float32)


def without_colour_blocks(lab: Float) -> Float:
    """Chroma smoothed along the edges of the lightness (guided filter, He et al. 2010).

    JPEG keeps chroma in blocks of 16 pixels; on a white garment before a white backdrop these blocks stand out more
    than the outline does.
    """
    window = (11, 11)
    light = lab[..., 0]
    mean = cv2.boxFilter(light, -1, window)
    spread = cv2.boxFilter(light * light, -1, window) - mean * mean
    result = lab.copy()
    for channel in (1, 2):
        colour = lab[..., channel]
        average = cv2.boxFilter(colour, -1, window)
        slope = (cv2.boxFilter(light * colour, -1, window) - mean * average) / (spread + 0.15)
        offset = average - slope * mean
        result[..., channel] = cv2.boxFilter(slope, -1, window) * light + cv2.boxFilter(offset, -1, window)
    return result


def disc(radius: float) -> NDArray[np.uint8]:
    size = 2 * max(1, round(radius)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))


def flood(candidate: Bool, seed: Bool, opening: float) -> Bool:
    """The part of `candidate` that is connected with `seed`, through necks no thinner than 2 x `opening`.

    Opening first keeps the flood from leaking through hair cracks of a faint outline; what the opening took from
    the flooded region itself is given back afterwards.
    """
    open_ground = candidate.astype(np.uint8)
    if opening >= 1:
        padded = cv2.copyMakeBorder(open_ground, 12, 12, 12, 12, cv2.BORDER_REPLICATE)
        open_ground = cv2.morphologyEx(padded, cv2.MORPH_OPEN, disc(opening))[12:-12, 12:-12].copy()
    open_ground[seed] = 1
    _, labels = cv2.connectedComponents(open_ground, connectivity=4)
    wet = np.zeros(labels.max() + 1, bool)
    wet[np.unique(labels[seed])] = True
    wet[0] = False
    region = wet[labels]
    for _ in range(max(0, round(opening))):
        region = (cv2.dilate(region.astype(np.uint8), disc(1)) > 0) & (candidate | region)
    return region


def flood_backdrop(lab: Float, backdrop: Backdrop) -> Bool:
    """The region that the backdrop fills, its soft shadows included.

    Starts at the rim with a tight tolerance and widens it as long as that takes no bite out of the garment; then
    follows shadows: darkening without change of hue that comes on gently.
    """
    height, width = lab.shape[:2]
    size = max(height, width)
    offset = lab - backdrop.lab
    darkening = -offset[..., 0]
    tint = np.hypot(offset[..., 1], offset[..., 2])
    distance = np.sqrt(0.8 * darkening**2 + 1.6 * tint**2)
    distance = cv2.GaussianBlur(distance, (0, 0), 0.7)
    edge = gradient(lab)
    base = max(1.0, 1.6 * backdrop.noise)
    calm = max(0.55, 0.9 * backdrop.noise)
    region = rim((height, width), 0.008) & (distance < 6 * base)
    for factor, steepness, opening in ((1.0, 1.0, 0.009), (2.0, 1.2, 0.008), (4.0, 1.6, 0.006), (8.0, 2.2, 0.004)):
        candidate = ((distance < factor * base) & (edge < steepness * calm)) | region
        wider = flood(candidate, region, opening * size)
        if factor > 1 and bites(wider & ~region, ~region, size) and _contrast(distance, ~region, size) < 14:
            break
        region = wider
    if _contrast(distance, ~region, size) > 8:
        region = _take_shadows(region, lab, backdrop, edge)
    return region


def shadow_like(lab: Float, backdrop: Backdrop) -> Bool:
    """Pixels that are the backdrop made darker: no brighter, and of nearly its hue."""
    offset = lab - backdrop.lab
    darkening = -offset[..., 0]
    tint = np.hypot(offset[..., 1], offset[..., 2])
    return np.asarray((darkening > -2) & (darkening < 66) & (tint < 2.5 + 0.09 * np.maximum(darkening, 0)))


def _take_shadows(region: Bool, lab: Float, backdrop: Backdrop, edge: Float) -> Bool:
    """Widen `region` over soft shadows, over the steepest slopes that take no bite out of the garment."""
    size = max(region.shape)
    darkening = np.maximum(backdrop.lab[..., 0] - lab[..., 0], 0)
    gentle = shadow_like(lab, backdrop)
    for steepness in (1.8, 1.0, 0.6):
        slope = steepness * (1.0 + 0.05 * darkening)
        wider = flood((gentle & (edge < slope)) | region, region, 0.006 * size)
        if not bites(wider & ~region, ~region, size, 0.04):
            return wider
    return region


def bites(taken: Bool, left: Bool, size: int, radius: float = 0.025) -> bool:
    """Whether `taken` holds a compact lump, as a leak into the garment does and a rim or a shadow does not."""
    lump = cv2.morphologyEx(taken.astype(np.uint8), cv2.MORPH_OPEN, disc(radius * size))
    return float(lump.sum()) > 0.02 * float(left.sum()) + 4


def _contrast(distance: Float, garment: Bool, size: int) -> float:
    """How unlike the backdrop the inside of the garment is, Lab units: the lower quartile of the distances."""
    inner = cv2.erode(garment.astype(np.uint8), disc(0.015 * size)) > 0
    values = distance[inner]
    return float(np.percentile(values, 25)) if values.size > 50 else 0.0
