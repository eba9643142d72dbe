"""Where, down the body, the upper garment gives way to the lower one: one decision that all pixels of a row share.

Method: the colours of each level between chest and shins are counted in a small palette, and the level is sought that
best parts them into two halves with a colour distribution each (the likelihood of a change point). How garments are
usually worn weighs in, so that a belt or a fold does not win over the waist, and a coat's hem may still lie low.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

LEVELS = np.linspace(0.2, 2.4, 89).astype(np.float32)  # of v
USUAL = 0.97  # v of the hips' upper end, where most tops end
PALETTE = 10
SHARE_WIDTH = 1.5
MOST_SAMPLES = 4000
LEAST_PIXELS = 6  # of a level that says anything
STEP = float(LEVELS[1] - LEVELS[0])
WIDTHS = np.array([14.0, 6.0, 6.0], np.float32)  # Lab distances that count alike
REACH = 24  # levels on either side that a border is judged by
SHARPNESS = 1.1  # weight of one level's evidence
LEGS_SHOW = 0.4  # share of bare pixels below a border that is none
NO_BORDER, CLEAR_BORDER = 3.0, 8.0  # gains
CHEST_CUT_OFF, NO_CHEST = 0.3, 5.0  # v of a photo's upper edge; the gain that is taken off a border then
FEWEST = 3  # levels on either side of a border


def find_border(
    lab: Floats, clothed: Bools, v: Floats, generator: np.random.Generator, bare: Bools
) -> tuple[float, float]:
    """Level v of the border between upper and lower garment, and how clear it is, in [0, 1].

    Args:
        lab: (h, w, 3) photo.
        clothed: (h, w) pixels down the middle of torso and legs, without arms.
        v: (h, w) place down the torso.
        bare: (h, w) pixels that may be bare legs.
    """
    counts = _palette_counts(lab, clothed, v, generator)
    skin = _level_counts(bare & clothed, v)
    total = _level_counts(clothed, v)
    known = (total >= LEAST_PIXELS) & (skin < 0.6 * total)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    shares[~known] = 0
    gains = np.array([_gain(shares, known, place) for place in range(len(LEVELS))])
    legs = np.array([_share(skin, total, slice(place, place + REACH)) for place in range(len(LEVELS))])
    gains[legs > LEGS_SHOW] = 0  # a hem above bare legs ends a garment and begins none
    if float(v.min()) > CHEST_CUT_OFF:
        gains -= NO_CHEST  # most photos of legs begin with the waistband
    marks = SHARPNESS * gains + log_usual(LEVELS)
    if not np.isfinite(marks).any() or gains.max() <= NO_BORDER:
        return USUAL, 0.0
    best = int(np.argmax(marks))
    if gains[best] <= NO_BORDER:
        return USUAL, 0.0
    return float(LEVELS[best]), float(np.clip((gains[best] - NO_BORDER) / (CLEAR_BORDER - NO_BORDER), 0, 1))


def log_usual(levels: Floats) -> NDArray[np.float64]:
    """Log of how usual it is that the upper garment ends there: at the waist mostly, on the thighs at times."""
    waist = np.exp(-0.5 * ((levels - USUAL) / 0.17) ** 2)
    long = 0.12 * np.exp(-0.5 * (np.maximum(np.abs(levels - 1.45) - 0.35, 0) / 0.2) ** 2)
    return np.log(waist + long + 1e-3)


def _palette_counts(lab: Floats, clothed: Bools, v: Floats, generator: np.random.Generator) -> NDArray[np.float64]:
    """Pixels (levels, colours) of each level in each colour of the palette."""
    inside = clothed & _in_reach(v)
    pixels = (lab[inside] / WIDTHS).astype(np.float32)
    if len(pixels) < 10 * PALETTE:
        return np.zeros((len(LEVELS), PALETTE))
    sample = pixels[generator.choice(len(pixels), min(len(pixels), MOST_SAMPLES), replace=False)]
    centres = sample[generator.choice(len(sample), PALETTE, replace=False)]
    nearest = _nearest(sample, centres).astype(np.int32)[:, None]
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 0.05)
    _, _, centres = cv2.kmeans(sample, PALETTE, nearest, criteria, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    return _summed(_memberships(pixels, centres), _level(v[inside]))


def _memberships(pixels: Floats, centres: Floats) -> Floats:
    """How much (n, colours) of each pixel counts for each colour: shades of one cloth count for all its shades."""
    squares = (pixels**2).sum(1)[:, None] - 2 * pixels @ centres.T + (centres**2).sum(1)[None]
    weights = np.exp(-SHARE_WIDTH * (squares - squares.min(1, keepdims=True)))
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)


def _summed(memberships: Floats, place: NDArray[np.int64]) -> NDArray[np.float64]:
    """Memberships (levels, colours) of the pixels of each level."""
    columns = [np.bincount(place, column, minlength=len(LEVELS)) for column in memberships.T]
    return np.stack(columns, 1)


def _nearest(pixels: Floats, centres: Floats) -> NDArray[np.int64]:
    return np.asarray(np.argmin((centres**2).sum(1)[None] - 2 * pixels @ centres.T, axis=1))


def _level_counts(where: Bools, v: Floats) -> NDArray[np.int64]:
    return np.bincount(_level(v[where & _in_reach(v)]), minlength=len(LEVELS))


def _in_reach(v: Floats) -> Bools:
    return np.asarray((v > LEVELS[0] - 0.49 * STEP) & (v < LEVELS[-1] + 0.49 * STEP))


def _level(v: Floats) -> NDArray[np.int64]:
    return np.rint((v - LEVELS[0]) / STEP).astype(np.int64)


def _gain(shares: NDArray[np.float64], known: Bools, place: int) -> float:
    """Log-likelihood gained by parting the levels around `place` there instead of explaining them as one garment."""
    above, below = slice(max(place - REACH, 0), place), slice(place, place + REACH)
    if known[above].sum() < FEWEST or known[below].sum() < FEWEST:
        return 0.0
    first, second = shares[above].sum(0), shares[below].sum(0)
    return float(_entropy(first + second) - _entropy(first) - _entropy(second))


def _share(part: NDArray[np.int64], whole: NDArray[np.int64], window: slice) -> float:
    return float(part[window].sum() / max(whole[window].sum(), 1))


def _entropy(amounts: NDArray[np.float64]) -> float:
    """Total code length of these amounts of colours, in nats."""
    smooth = amounts + 0.05
    return float(-(smooth * np.log(smooth / smooth.sum())).sum())
