"""Parts of a garment that touch in its photo come apart cleanly where they are not sewn together."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_person import drawn_body

from vesture.engines.warp.cloth.layers import drape, render_layers
from vesture.engines.warp.cloth.mesh import Handles
from vesture.engines.warp.cloth.placement import Fit
from vesture.vision.frame import Box
from vesture.vision.garment.types import Garment, Part, PhotoType

TORSO, SLEEVE = (40, 60, 160), (200, 180, 40)


def jumper(photo_type: PhotoType) -> Garment:
    parts = np.zeros((300, 220), np.uint8)
    parts[20:280, 20:140], parts[20:280, 140:200] = Part.TORSO, Part.RIGHT_SLEEVE
    rgb = np.zeros((300, 220, 3), np.uint8)
    rgb[:, :140], rgb[:, 140:] = TORSO, SLEEVE
    return Garment(rgb, (parts > 0).astype(np.float32), parts, "top", photo_type, {}, {}, {})


def torso_layer(photo_type: PhotoType) -> tuple[np.ndarray, np.ndarray]:
    """Colour and coverage of the torso when the sleeve turns away from it, sewn on at its upper end alone."""
    body = drawn_body()
    corners = np.array([[25.0, 25.0], [135.0, 25.0], [135.0, 275.0], [25.0, 275.0]])
    arm = np.array([[170.0, 30.0], [170.0, 150.0], [170.0, 270.0]])
    away = arm + np.array([[0.0, 0.0], [25.0, 0.0], [50.0, 0.0]])
    handles = {
        int(Part.TORSO): Handles(corners, corners, np.full(4, 5.0)),
        int(Part.RIGHT_SLEEVE): Handles(arm, away, np.full(3, 5.0)),
    }
    seam = np.array([[140.0, 20.0], [140.0, 80.0]])
    fit = Fit(handles, {(int(Part.TORSO), int(Part.RIGHT_SLEEVE)): seam}, (1.0, 1.0), {}, {}, False, False)
    layers = render_layers(drape(jumper(photo_type), fit), body, Box(0, 0, 300, 320))
    torso = next(layer.patch for layer in layers if layer.part == Part.TORSO)
    colour, cover = np.zeros((320, 300, 3)), np.zeros((320, 300))
    colour[torso.place], cover[torso.place] = torso.rgb, torso.alpha
    return colour, cover


@pytest.mark.parametrize("photo_type", ["model", "flat-lay"])
def test_the_torso_is_whole(photo_type: PhotoType) -> None:
    colour, cover = torso_layer(photo_type)
    assert (cover[40:260, 30:130] > 0.95).all()
    assert np.abs(colour[150, 60] - TORSO).max() < 40


@pytest.mark.parametrize("photo_type", ["model", "flat-lay"])
def test_a_torso_keeps_no_strip_of_the_sleeve_that_touched_it(photo_type: PhotoType) -> None:
    _, cover = torso_layer(photo_type)
    below = cover[150:250, 143:]
    assert below.max() < 0.5


@pytest.mark.parametrize("photo_type", ["model", "flat-lay"])
def test_at_the_joint_parts_overlap(photo_type: PhotoType) -> None:
    _, cover = torso_layer(photo_type)
    assert cover[40:70, 141].min() > 0.5
