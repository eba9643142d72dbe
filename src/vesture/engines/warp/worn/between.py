"""The scene between the legs of trousers where it was taken for their cloth: a web below the crotch.

Takes the wearer's photo at working size and where the legs' cloth surely lies, gives the web. Threads and worn spots
may have a colour of the scene; a piece of it, unlike the cloth of both legs beside it, has not.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, Body
from vesture.engines.warp.body.silhouettes import limb_zone
from vesture.engines.warp.worn.cloth import Scene, colour_distance, main_colours
from vesture.engines.warp.worn.trace import inside_outline
from vesture.vision.fill import push_pull
from vesture.vision.masks import dilate, erode
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

BARE_LEG = 1.25  # radii about a leg, beyond which the scene may be seen between two
NEAR_SCENE = 0.8  # units round the garment in which the scene is known
COLOURS, LEAST_SHARE = 8, 0.03  # main colours of the scene, and the least share of one
LIKE_SCENE, UNLIKE_LEGS = 8.0, 10.0  # distances to any scene, and to the cloth of the legs
LARGER = 3.0  # times its part between the legs: what is more is no web


def between_legs(shape: tuple[int, int], body: Body) -> Bools:
    """Between the legs (H, W), below where they part."""
    left, right = (body.legs[side].at(np.linspace(0, 1.2, 40) * body.legs[side].length) for side in SIDES)
    gap = inside_outline(shape, np.concatenate([left, right[::-1]]))
    for leg in body.legs.values():
        gap &= limb_zone(shape, leg, 0.0, 1.1 * leg.length, BARE_LEG) < 0.5
    return gap


def to_any_scene(scene: Scene) -> Floats:
    """Distance (h, w) of each pixel's colour to the nearest main colour of the scene round the garment."""
    outside = erode((scene.labels == Label.BACKGROUND) & ~scene.mask, 0.04 * scene.unit)
    near = outside & dilate(scene.mask, NEAR_SCENE * scene.unit)
    colours = main_colours(scene.lab, near, COLOURS, LEAST_SHARE) if near.any() else ()
    if not len(colours):
        return np.full(scene.mask.shape, np.inf, np.float32)
    return colour_distance(scene.lab, np.asarray(colours))


def scene_between(scene: Scene, any_scene: Floats, on_legs: Bools, gap: Bools, least: float) -> Bools:
    """The web (h, w).

    Args:
        any_scene: distance to any colour of the scene.
        on_legs: where the legs' cloth surely lies.
        gap: where the scene may be seen between the legs.
        least: square units of its part in the gap.
    """
    nothing = np.zeros_like(scene.mask)
    like = scene.mask & ~on_legs & (any_scene < LIKE_SCENE)
    if not on_legs.any() or (like & gap).sum() < least * scene.unit**2:
        return nothing
    cloth = push_pull(scene.lab, on_legs.astype(np.float32))
    found = like & (np.linalg.norm(scene.lab - cloth, axis=2) > UNLIKE_LEGS)
    names = cv2.connectedComponents(erode(found, 1).astype(np.uint8))[1]
    web = nothing
    for index in np.setdiff1d(names[gap], [0]):
        piece = dilate(names == index, 1)
        inside = (piece & gap).sum()
        if inside > least * scene.unit**2 and piece.sum() < LARGER * inside:
            web = web | piece
    return web
