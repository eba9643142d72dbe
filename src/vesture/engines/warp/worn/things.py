"""Straps over a worn garment that the parse took for cloth, and scraps of it that the parse gave to other clothes.

Takes the wearer's photo, mask and labels, gives a mask. Told by shape and colour: a strap is a narrow band of a colour
of its own that runs slantwise from a shoulder to the garment's side or hem; zips and plackets follow the spine.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.worn.cloth import Scene, colour_distance, main_colours, scaled_scene
from vesture.vision.masks import dilate, erode
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]

CLOTH_COLOURS = 5
MAIN, FURTHER = 0.18, 0.1  # least shares of the main colours: those that straps are unlike, those that scraps are like
UNLIKE = 20.0  # distance of a strap from all of them
LEAST_LENGTH, MOST_WIDTH = 0.8, 0.2  # units
SLANT = (7.0, 65.0)  # degrees to the spine
UPPER_END, LOWER_END = 0.25, 0.55  # levels
ON_SHOULDER = 0.15  # units from the spine, of the upper end
EVEN = 12.0  # usual distance of a strap's pixels from its own mean colour
LARGEST_SCRAP = 0.16  # square units
LIKE = 7.0  # distance of a scrap's usual colour from one of the cloth
TOUCHING = 0.2  # share of a scrap's rim along which the garment lies
CLOTHES = (Label.TOP, Label.BOTTOM, Label.ONE_PIECE, Label.OTHER)


def without_straps(photo: RGB, mask: Bools, body: Body) -> Bools:
    """The mask (H, W) without straps across the torso."""
    scene, scale = scaled_scene(photo, mask, body.labels, body.unit)
    cloth = main_colours(scene.lab, erode(scene.mask, 0.03 * scene.unit), CLOTH_COLOURS, MAIN)
    if not len(cloth):
        return mask
    unlike = scene.mask & (colour_distance(scene.lab, cloth) > UNLIKE)
    unlike = cv2.morphologyEx(unlike.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, names, stats, _ = cv2.connectedComponentsWithStats(unlike)
    taken = np.zeros_like(scene.mask)
    for index in range(1, count):
        if stats[index, cv2.CC_STAT_HEIGHT] > 0.5 * LEAST_LENGTH * scene.unit:
            piece = names == index
            if _is_strap(scene, piece, body, scale):
                taken |= dilate(piece, 0.03 * scene.unit)
    if not taken.any():
        return mask
    band = cv2.resize(taken.astype(np.float32), mask.shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    return mask & ~band


def _is_strap(scene: Scene, piece: Bools, body: Body, scale: float) -> bool:
    rows, columns = np.nonzero(piece)
    points = np.stack([columns, rows], 1) / scale
    u, level = body.coordinates(points).T
    along = np.stack([u, level * body.torso], 1) / body.unit
    centred = along - along.mean(0)
    way = np.linalg.eigh(np.cov(centred.T)).eigenvectors[:, 1]
    length = float(np.ptp(centred @ way))
    width = 2 * float(cv2.distanceTransform(piece.astype(np.uint8), cv2.DIST_L2, 5).max()) / scene.unit
    slant = float(np.degrees(np.arctan2(abs(way[0]), abs(way[1]))))
    if length < LEAST_LENGTH or width > MOST_WIDTH or not SLANT[0] < slant < SLANT[1]:
        return False
    upper = np.abs(u[level < level.min() + 0.05]).mean() / body.unit
    if level.min() > UPPER_END or level.max() < LOWER_END or upper < ON_SHOULDER:
        return False  # what shows in an open front begins at the neck
    colours = scene.lab[piece]
    if float(np.median(np.linalg.norm(colours - np.median(colours, axis=0), axis=1))) > EVEN:
        return False
    ends = centred @ way
    free = dilate(~scene.mask, 0.06 * scene.unit)[rows, columns]
    return all(bool(free[end].any()) for end in (ends < ends.min() + 0.1, ends > ends.max() - 0.1))


def with_scraps(photo: RGB, mask: Bools, body: Body) -> Bools:
    """The mask (H, W) with small patches beside it that have its colour and were given to other clothes."""
    scene, _ = scaled_scene(photo, mask, body.labels, body.unit)
    cloth = main_colours(scene.lab, erode(scene.mask, 0.05 * scene.unit), CLOTH_COLOURS, FURTHER)
    if not len(cloth):
        return mask
    apart = colour_distance(scene.lab, cloth)
    others = np.isin(scene.labels, CLOTHES) & ~scene.mask
    count, names, stats, _ = cv2.connectedComponentsWithStats(others.astype(np.uint8))
    gained = np.zeros_like(scene.mask)
    near = dilate(scene.mask, 2)
    for index in range(1, count):
        if not 9 < stats[index, cv2.CC_STAT_AREA] < LARGEST_SCRAP * scene.unit**2:
            continue
        piece = names == index
        rim = piece & ~erode(piece, 1)
        if near[rim].mean() > TOUCHING and np.median(apart[piece]) < LIKE:
            gained |= piece
    if not gained.any():
        return mask
    return mask | (cv2.resize(gained.astype(np.float32), mask.shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0.5)
