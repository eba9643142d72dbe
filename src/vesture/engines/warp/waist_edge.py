"""The course of the edge between a top and a bottom, settled by colours and kept smooth.

Takes labels whose edge is about right, and the photo; gives labels. Two things decide: how common a pixel's colour is
in the top and in the bottom a little further off (kernel densities), and the labels of its neighbours (threshold
dynamics: B. Merriman, J. Bence, S. Osher, "Motion of multiple junctions: a level set approach", 1994). Colours that
both have, or neither, leave it to the neighbours.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.body.silhouettes import limb_zone
from vesture.vision.masks import dilate, distance_to, erode
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

FINE = 72  # pixels of a unit at which the edge is settled
BAND = 0.13  # units on either side of the edge within which it may move
NEAR = 0.6  # units from the edge from where colours are taken
SEEDS = 700  # of each side
COLOUR, PLACE = 2.5, 0.35  # widths of the kernel, in Lab and in units
GRAIN = 1.2  # pixels over which the photo's grain is averaged
SHADES, SHADED = (0.8, 0.62), 0.25  # light in the shade that tops throw on bottoms, and how common each is
UNKNOWN = 0.0004  # density of colours of which nothing is known
FAR = 0.001  # density of places from which on nothing is near
SURE = 2.5  # logarithm of the ratio of densities from which on colour tells all that it can
SMOOTH, STEPS = 0.035, 14  # units over which neighbours count, and how often they are asked
WEIGHT = 0.45  # of the colours, against all neighbours together
RIM = 0.03  # units from the scene and from skin within which colours are mixed and tell nothing
SPECK = 0.006  # square units below which a piece alone is none
PLAIN = 0.5  # of what colours can tell: less is not heard there
FOREARM, CUFF, SLEEVE = 0.6, 0.04, 1.3  # share of the arm, units past its end, and radii that forearms' sleeves take
SIDE = 0.08  # units from the sides of the bottom within which its shade is not the top's


def with_smooth_edge(labels: NDArray[np.uint8], photo: RGB, unit: float) -> NDArray[np.uint8]:
    """Labels (H, W) whose edge between top and bottom follows the colours smoothly.

    Args:
        photo: (H, W, 3) uint8.
        unit: length unit in pixels.
    """
    place = _place(labels, unit)
    if place is None:
        return labels
    part, scale = labels[place], min(1.0, FINE / unit)
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    small = cv2.resize(part, size, interpolation=cv2.INTER_NEAREST)
    colours = cv2.resize(photo[place], size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    lab = cv2.GaussianBlur(cv2.cvtColor(colours, cv2.COLOR_RGB2LAB), (0, 0), GRAIN)
    top, bottom = small == Label.TOP, small == Label.BOTTOM
    inner = _between_sides(small == Label.BOTTOM, unit * scale)
    distance = distance_to(_hem(small, inner)) / (unit * scale)
    band = (top | bottom) & (distance <= BAND)
    if not band.any():
        return labels
    seeds = [side & (distance > BAND) & (distance < NEAR) for side in (top, bottom)]
    if min(np.count_nonzero(side) for side in seeds) < SEEDS // 10:
        return labels
    told = np.zeros(small.shape, np.float32)
    told[band] = _told(lab, band, seeds[0], seeds[1], unit * scale)
    told[distance_to(~(top | bottom)) <= RIM * unit * scale] = 0
    around = band
    thin = bottom & ~dilate(erode(bottom, SMOOTH * unit * scale), SMOOTH * unit * scale)
    band = band & (inner | top | thin)
    told[~inner & (told > -PLAIN)] = 0
    share = _settled(top, top | bottom, band, told, SMOOTH * unit * scale)
    share = _without_specks(share, top | bottom, SPECK * (unit * scale) ** 2)
    whole = cv2.resize(share, part.shape[::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    near = cv2.resize(around.view(np.uint8), part.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    result = labels.copy()
    changes = near & ((part == Label.TOP) | (part == Label.BOTTOM))
    result[place][changes] = np.where(whole, int(Label.TOP), int(Label.BOTTOM))[changes]
    return result


def with_whole_sleeves(body: Body, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The body's labels with the top's of `labels` on forearms: a cuff beside a bottom is no edge of the top."""
    result = body.labels.copy()
    for arm in body.arms.values():
        end = max(arm.length, arm.bare_from or 0.0) + CUFF * body.unit
        forearm = limb_zone(labels.shape, arm, FOREARM * arm.length, end, grow=SLEEVE) > 0.5
        result[forearm & (labels == Label.TOP)] = Label.TOP
    return result


def _place(labels: NDArray[np.uint8], unit: float) -> tuple[slice, slice] | None:
    """What lies around the edge between top and bottom; nothing where they do not meet."""
    hem = _hem(labels, np.zeros(labels.shape, bool))
    rows, columns = np.flatnonzero(hem.any(1)), np.flatnonzero(hem.any(0))
    if not len(rows):
        return None
    margin = round(NEAR * unit)
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + margin),
    )


def _hem(labels: NDArray[np.uint8], inner: Bools) -> Bools:
    """Where (h, w) a bottom begins right below a top, and its inner edges beside one; sleeves beside it have no hem."""
    top, bottom = labels == Label.TOP, labels == Label.BOTTOM
    result = np.zeros(labels.shape, bool)
    result[1:] = bottom[1:] & top[:-1]
    result[:, 1:] |= inner[:, 1:] & ((bottom[:, 1:] & top[:, :-1]) | (top[:, 1:] & bottom[:, :-1]))
    return result


def _between_sides(bottom: Bools, unit: float) -> Bools:
    """Columns (1, w), as a mask (h, w), between the sides of the bottom, where shade and sleeves are not near."""
    rows = bottom[bottom.any(1)]
    lower = rows[len(rows) // 2 :]
    first, last = np.argmax(lower, axis=1), lower.shape[1] - 1 - np.argmax(lower[:, ::-1], axis=1)
    columns = np.arange(bottom.shape[1])
    between = (columns > np.median(first) + SIDE * unit) & (columns < np.median(last) - SIDE * unit)
    return np.asarray(np.broadcast_to(between, bottom.shape))


def _told(lab: Floats, band: Bools, top: Bools, bottom: Bools, unit: float) -> Floats:
    """From -1 (bottom) to 1 (top), what the colours of the band's pixels (n,) tell."""
    features = np.dstack([lab / COLOUR, np.indices(band.shape, np.float32).transpose(1, 2, 0) / (PLACE * unit)])
    features = features.astype(np.float32)
    asked = features[band]
    upper, lower = (features[side][:: max(1, np.count_nonzero(side) // SEEDS)] for side in (top, bottom))
    of_top, of_bottom = _density(asked, upper), _density(asked, lower)
    for light in SHADES:
        of_bottom += SHADED * _density(asked, lower * np.array([light, light, light, 1, 1], np.float32))
    # being nearer to one of them tells nothing
    nearer = np.sqrt((_density(asked[:, 3:], upper[:, 3:]) + FAR) / (_density(asked[:, 3:], lower[:, 3:]) + FAR))
    ratio = np.log((of_top / nearer + UNKNOWN) / (of_bottom * nearer + UNKNOWN))
    return np.asarray(np.clip(ratio / SURE, -1, 1), np.float32)


def _density(asked: Floats, known: Floats) -> Floats:
    """How common features (n, d) are among known ones (k, d)."""
    exponent = asked @ known.T  # n k numbers are many: they are worked on in place
    exponent -= 0.5 * (asked * asked).sum(1)[:, None]
    exponent -= 0.5 * (known * known).sum(1)[None]
    np.minimum(exponent, 0, out=exponent)
    return np.asarray(cv2.exp(exponent).mean(1), np.float32)


def _settled(top: Bools, known: Bools, band: Bools, told: Floats, width: float) -> Floats:
    """Share (h, w) of the top, from what colours tell in the band and what the neighbours are."""
    weight = np.maximum(cv2.GaussianBlur(known.astype(np.float32), (0, 0), width), 1e-3)
    state = top.astype(np.float32)
    share = state
    for _ in range(STEPS):
        share = cv2.GaussianBlur(state * known, (0, 0), width) / weight + WEIGHT * told
        new = np.where(band, share > 0.5, state > 0.5).astype(np.float32)
        if (new == state).all():
            break
        state = new
    return np.asarray(np.where(band, np.clip(share, 0, 1), state), np.float32)


def _without_specks(share: Floats, known: Bools, least: float) -> Floats:
    """Shares (h, w) in which small pieces of one in the other are gone."""
    share = share.copy()
    for high in (False, True):
        count, names, stats, _ = cv2.connectedComponentsWithStats((known & ((share > 0.5) == high)).view(np.uint8))
        small = stats[:, cv2.CC_STAT_AREA] < least
        small[0] = False
        if count > 1:
            share[small[names]] = 0.0 if high else 1.0
    return share
