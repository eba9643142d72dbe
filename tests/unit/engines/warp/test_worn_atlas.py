"""Sleeves of worn garments with pictures of their own."""

from __future__ import annotations

import cv2
import numpy as np

from vesture.engines.warp.worn_atlas import cut_patch, with_patches
from vesture.vision.garment_types import Garment, Part

LEFT_SLEEVE = np.array([[60, 40], [20, 150], [50, 160], [70, 90]], np.float32)


def a_garment() -> Garment:
    """A grey body with a red sleeve on the viewer's left."""
    rgb = np.full((200, 160, 3), 128, np.uint8)
    parts = np.zeros((200, 160), np.uint8)
    cv2.rectangle(parts, (50, 30), (130, 190), int(Part.TORSO), -1)
    cv2.fillPoly(parts, [LEFT_SLEEVE.astype(np.int32)], int(Part.LEFT_SLEEVE))
    rgb[parts == Part.LEFT_SLEEVE] = (200, 10, 10)
    curves = {
        "sleeve_outer_left": LEFT_SLEEVE[[0, 1]],
        "sleeve_inner_left": LEFT_SLEEVE[[3, 2]],
        "sleeve_outer_right": np.array([[130, 40], [131, 50]], np.float32),
        "sleeve_inner_right": np.array([[128, 60], [129, 70]], np.float32),
    }
    points = {
        "cuff_outer_left": LEFT_SLEEVE[1],
        "cuff_inner_left": LEFT_SLEEVE[2],
        "cuff_outer_right": np.array([131, 50], np.float32),
        "cuff_inner_right": np.array([129, 70], np.float32),
    }
    return Garment(rgb, (parts > 0).astype(np.float32), parts, "top", "model", points, curves)


def test_a_patch_carries_its_outlines_along_and_leaves_the_body_as_it_was() -> None:
    garment = a_garment()
    patch = cut_patch(garment, "left", garment.parts == Part.LEFT_SLEEVE)
    assert patch is not None
    whole = with_patches(garment, [patch])
    height, width = garment.alpha.shape
    np.testing.assert_array_equal(whole.rgb[:height, :width], garment.rgb)
    x, y = whole.curves["sleeve_outer_left"].mean(0).astype(int)
    x += 4
    assert x >= width
    assert tuple(whole.rgb[y, x]) == (200, 10, 10)
    assert whole.parts[y, x] == Part.LEFT_SLEEVE
    np.testing.assert_array_equal(whole.curves["sleeve_outer_right"], garment.curves["sleeve_outer_right"])


def test_an_unseen_sleeve_is_the_mirror_image_of_the_other() -> None:
    garment = a_garment()
    patch = cut_patch(garment, "left", garment.parts == Part.LEFT_SLEEVE)
    assert patch is not None
    mirrored = patch.mirrored()
    assert mirrored.side == "right"
    np.testing.assert_array_equal(mirrored.rgb, patch.rgb[:, ::-1])
    whole = with_patches(garment, [mirrored])
    assert (whole.parts == Part.RIGHT_SLEEVE).sum() == (patch.alpha > 0.3).sum()
    outer, inner = (whole.curves[f"sleeve_{edge}_right"] for edge in ("outer", "inner"))
    assert outer[-1, 0] > inner[-1, 0]  # a right sleeve: its outer edge is on the right
    tip, cuff = whole.curves["sleeve_outer_right"]
    assert cuff[0] > tip[0]


def test_there_is_no_patch_of_nothing() -> None:
    garment = a_garment()
    assert cut_patch(garment, "right", np.zeros(garment.alpha.shape, bool)) is None
