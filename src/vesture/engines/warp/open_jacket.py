"""An open jacket over a shirt, worn by somebody who asks for dungarees: these go under the jacket.

Takes the photo and the body, gives a body whose jacket is a thing in front, and whose trunk is as wide as it is under a
jacket. Sleeves tell the jacket's colours, the middle of the chest those of what is under it.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import SIDES, V_LEVELS, Body, SideName
from vesture.engines.warp.body.silhouettes import limb_zone
from vesture.engines.warp.fit.dresses import slim_half_width
from vesture.vision.masks import dilate
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]

FINE = 96  # pixels of a unit at which colours are compared
SLEEVE = (0.15, 0.85)  # of an arm, where its cloth is surely the jacket's
CHEST, HALF_CHEST = (0.12, 0.5), 0.07  # levels v, and units either side of the spine, where the shirt is seen
APART = 18.0  # in Lab, that both differ at the least
SURE = (0.8, 0.65)  # of the samples of sleeves and chest that are nearer to their own colour: lapels lie over the chest
COLLAR = 3  # of those pixels below the neck, where a shirt begins and a print does not
FRONT = (0.2, 0.8, 0.3, 0.95)  # levels v, and half-widths from the spine, where the fronts hang,
SEEN_FRONT = 0.35  # a share of which is jacket, at least, on each side
THIN = 5  # of those pixels: narrower lines are no jacket,
PIECE = 0.06  # of the jacket: nor is what is smaller than that
SEAM = 0.006  # units that the jacket's edge lies over the pixels that it shares with the shirt


def under_an_open_jacket(photo: RGB, body: Body) -> Body:
    """The body with its open jacket labelled as a thing; the same body where none is worn.

    Args:
        photo: (H, W, 3) uint8, in whose pixels the body is given.
    """
    jacket = _jacket(photo, body)
    if jacket is None:
        return body
    labels = np.where(jacket, int(Label.OTHER), body.labels).astype(np.uint8)
    width = {side: slim_half_width(body, side, V_LEVELS) for side in SIDES}
    return replace(body, labels=labels, half_width=width)


def _jacket(photo: RGB, body: Body) -> Bools | None:
    """Pixels (H, W) of an open jacket; None where there is none, or nothing tells it from the shirt."""
    shrink = min(1.0, FINE / body.unit)
    size = round(photo.shape[1] * shrink), round(photo.shape[0] * shrink)
    lab = cv2.cvtColor(
        cv2.resize(photo, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255, cv2.COLOR_RGB2LAB
    )
    top = cv2.resize(body.labels, size, interpolation=cv2.INTER_NEAREST) == Label.TOP
    rows, columns = np.mgrid[0 : size[1], 0 : size[0]]
    place = body.coordinates(np.stack([columns.ravel(), rows.ravel()], 1) / shrink).reshape(size[1], size[0], 2)
    across, level = place[..., 0] / body.unit, place[..., 1]
    chest = top & (level > CHEST[0]) & (level < CHEST[1]) & (np.abs(across) < HALF_CHEST)
    sleeves = np.logical_or.reduce([_sleeve(body, side, size) for side in SIDES]) & top
    if min(chest.sum(), sleeves.sum()) < 30:
        return None
    inner, outer = np.median(lab[chest], axis=0), np.median(lab[sleeves], axis=0)
    if np.linalg.norm(inner - outer) < APART:
        return None
    nearer = np.linalg.norm(lab - outer, axis=2) - np.linalg.norm(lab - inner, axis=2)
    nearer = cv2.GaussianBlur(nearer, (0, 0), 1.0) < 0
    if nearer[sleeves].mean() < SURE[0] or (~nearer)[chest].mean() < SURE[1]:
        return None
    # what hangs together with the middle of the chest is the shirt; what else there is of its colour are buttons
    _, names = cv2.connectedComponents((top & ~nearer).view(np.uint8))
    shirt = top & ~nearer & np.isin(names, np.unique(names[chest & ~nearer]))
    middle = top & (level < CHEST[1]) & (np.abs(across) < HALF_CHEST)
    first = np.minimum(np.argmax(middle, axis=0) + COLLAR, size[1] - 1)
    if not shirt[first, np.arange(size[0])][middle.any(0)].mean() > 0.5:
        return None
    jacket = _large_pieces(top & ~shirt)
    beside = across / (np.interp(level, V_LEVELS, body.bare_half_width) / body.unit)
    for sign in (-1, 1):
        front = top & (level > FRONT[0]) & (level < FRONT[1]) & (sign * beside > FRONT[2]) & (sign * beside < FRONT[3])
        if not front.any() or jacket[front].mean() < SEEN_FRONT:
            return None
    under = cv2.resize((top & ~jacket).astype(np.float32), photo.shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    worn = body.labels == Label.TOP
    return np.asarray(worn & dilate(worn & ~under, SEAM * body.unit))


def _large_pieces(jacket: Bools) -> Bools:
    """A jacket without thin lines, which are belts and creases, and without what is small and apart."""
    solid = cv2.morphologyEx(jacket.view(np.uint8), cv2.MORPH_OPEN, np.ones((THIN, THIN), np.uint8))
    _, names, stats, _ = cv2.connectedComponentsWithStats(solid)
    large = stats[:, cv2.CC_STAT_AREA] > PIECE * max(solid.sum(), 1)
    large[0] = False
    near = cv2.dilate(large[names].view(np.uint8), np.ones((THIN, THIN), np.uint8)) > 0
    return np.asarray(jacket & near)


def _sleeve(body: Body, side: SideName, size: tuple[int, int]) -> Bools:
    arm = body.arms[side]
    zone = limb_zone(body.labels.shape, arm, SLEEVE[0] * arm.length, SLEEVE[1] * arm.length, grow=0.8)
    return np.asarray(cv2.resize(zone, size, interpolation=cv2.INTER_NEAREST) > 0.5)
