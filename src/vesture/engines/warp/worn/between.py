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


def scene_between(scene: Scene, on_legs: Bools, gap: Bools, least: float) -> Bools:
    """The web (h, w).

    Args:
        on_legs: where the legs' cloth surely lies.
        gap: where the scene may be seen between the legs.
        least: square units of its part in the gap.
    """
    outside = erode((scene.labels == Label.BACKGROUND) & ~scene.mask, 0.04 * scene.unit)
    near = outside & dilate(scene.mask, NEAR_SCENE * scene.unit)
    nothing = np.zeros_like(scene.mask)
    if not near.any() or not on_legs.any() or not (gap & scene.mask).any():
        return nothing
    like = colour_distance(scene.lab, main_colours(scene.lab, near, COLOURS, LEAST_SHARE)) < LIKE_SCENE
    cloth = push_pull(scene.lab, on_legs.astype(np.float32))
    found = scene.mask & ~on_legs & like & (np.linalg.norm(scene.lab - cloth, axis=2) > UNLIKE_LEGS)
    names = cv2.connectedComponents(erode(found, 1).astype(np.uint8))[1]
    web = nothing
    for index in np.setdiff1d(names[gap], [0]):
        piece = dilate(names == index, 1)
        inside = (piece & gap).sum()
        if inside > least * scene.unit**2 and piece.sum() < LARGER * inside:
            web = web | piece
    return web
