"""Gaps beside a drawn torso, through which the backdrop is seen."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import SHAPE, drawn_body

from vesture.engines.warp.worn.gaps import without_gaps
from vesture.engines.warp.worn.hidden import hidden_cloth
from vesture.engines.warp.worn.parting import labels_with_gaps
from vesture.vision.parsing.parse import Label

UNIT = 100.0
BACKDROP, CLOTH = (245, 244, 240), (30, 120, 70)
SIDE = np.array([[120.0, 60.0], [120.0, 260.0]])


def scene(cloth: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A photo with a torso and a sleeve beside it, and a mask that spans both and the gap between them."""
    photo = np.full((320, 300, 3), BACKDROP, np.uint8)
    photo[40:280, 126:230] = cloth
    photo[40:280, 70:114] = cloth
    mask = np.zeros((320, 300), bool)
    mask[40:280, 70:230] = True
    return photo, mask


def test_the_gap_goes_and_the_cloth_stays() -> None:
    photo, mask = scene(CLOTH)
    found = without_gaps(photo, mask, ~mask, [SIDE], UNIT)
    assert not found[60:260, 117:123].any()
    assert found[45:275, 132:225].all()
    assert found[45:275, 75:108].all()


def test_stripes_in_the_backdrops_colour_stay() -> None:
    photo, mask = scene(CLOTH)
    photo[40:280, 70:230] = CLOTH
    for top in range(50, 270, 20):
        photo[top : top + 9, 70:230] = BACKDROP
    assert np.array_equal(without_gaps(photo, mask, ~mask, [SIDE], UNIT), mask)


@pytest.mark.parametrize("cloth", [BACKDROP, (236, 236, 236)])
def test_cloth_in_the_backdrops_colour_stays(cloth: tuple[int, int, int]) -> None:
    photo, mask = scene(cloth)
    assert np.array_equal(without_gaps(photo, mask, ~mask, [SIDE], UNIT), mask)


def test_without_a_backdrop_nothing_is_a_gap() -> None:
    photo, mask = scene(CLOTH)
    assert np.array_equal(without_gaps(photo, mask, np.zeros_like(mask), [SIDE], UNIT), mask)


def test_a_gap_far_narrower_than_the_photo_is_coarse_goes() -> None:
    photo, mask = np.full((1000, 900, 3), BACKDROP, np.uint8), np.zeros((1000, 900), bool)
    photo[100:900, 100:800] = CLOTH
    mask[100:900, 100:800] = True
    photo[300:800, 400:410] = BACKDROP
    line = np.array([[405.0, 200.0], [405.0, 850.0]])
    found = without_gaps(photo, mask, ~mask, [line], 4.5 * UNIT)
    assert not found[310:790, 402:408].any()
    assert found[310:790, :380][mask[310:790, :380]].all()
    assert found[310:790, 430:790].all()


def test_a_gap_goes_on_where_it_gets_too_narrow_to_be_sure_of() -> None:
    photo, mask = np.full((1000, 900, 3), BACKDROP, np.uint8), np.zeros((1000, 900), bool)
    photo[100:900, 100:800], mask[100:900, 100:800] = CLOTH, True
    photo[400:700, 400:412] = BACKDROP
    photo[340:400, 405:409] = (np.array(BACKDROP) * 0.75 + np.array(CLOTH) * 0.25).astype(np.uint8)
    line = np.array([[405.0, 200.0], [405.0, 850.0]])
    found = without_gaps(photo, mask, ~mask, [line], 4.5 * UNIT)
    assert not found[350:690, 405:409].any()
    assert found[350:690, 300:390].all()


def test_nothing_of_the_cloth_is_hidden_in_a_gap_that_the_parse_took_for_cloth() -> None:
    body = drawn_body()
    gap = np.zeros(SHAPE, bool)
    gap[150:220, 184:190] = True
    claimed = gap.copy()
    claimed[145:150, 184:190] = True  # dropped from the mask before, of the backdrop's colour too
    body = replace(body, labels=np.where(claimed, np.uint8(Label.TOP), body.labels))
    mask = (body.labels == Label.TOP) & ~claimed
    zone = np.zeros(SHAPE, bool)
    zone[130:240, 120:200] = True
    assert hidden_cloth(body, mask, zone)[claimed].any()
    open_ = replace(body, labels=labels_with_gaps(body, mask, gap))
    assert not hidden_cloth(open_, mask, zone)[claimed].any()
    assert np.array_equal(open_.labels[~claimed], body.labels[~claimed])
    assert np.array_equal(labels_with_gaps(body, mask, np.zeros(SHAPE, bool)), body.labels)


def test_cloth_with_some_of_the_backdrops_colour_all_over_keeps_its_stripes() -> None:
    photo, mask = scene(CLOTH)
    photo[40:280, 70:230] = CLOTH
    for left in range(75, 225, 25):
        photo[40:280, left : left + 8] = BACKDROP
    line = np.array([[103.0, 60.0], [103.0, 260.0]])
    assert np.array_equal(without_gaps(photo, mask, ~mask, [line], UNIT), mask)


def test_pale_cloth_beside_dark_cloth_is_no_backdrop() -> None:
    photo, mask = scene(CLOTH)
    photo[40:280, 70:122], photo[40:280, 122:230] = (20, 25, 60), (235, 150, 160)
    photo[60:200, 121:123] = BACKDROP  # piping along the seam
    found = without_gaps(photo, mask, ~mask, [SIDE], UNIT)
    assert found[:, 126:228][mask[:, 126:228]].all()
    assert found[:, 72:116][mask[:, 72:116]].all()


def test_before_a_scene_of_many_colours_no_gap_is_told() -> None:
    photo, mask = scene(CLOTH)
    rough = cv2.resize(
        np.random.default_rng(5).integers(0, 256, (40, 38, 3), np.uint8), (300, 320), interpolation=cv2.INTER_NEAREST
    )
    photo = np.where((photo == CLOTH).all(-1, keepdims=True), photo, rough)
    assert np.array_equal(without_gaps(photo, mask, ~mask, [SIDE], UNIT), mask)
