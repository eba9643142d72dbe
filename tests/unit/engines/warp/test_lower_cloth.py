"""What appears below a short top and above a low waistband, on a drawn person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_person import JEANS, JUMPER, SHAPE, UNIT, drawn_body, drawn_photo

from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.belly import belly_gap
from vesture.engines.warp.undress.lower_cloth import continued_bottom, hem_remains
from vesture.vision.parsing.parse import Label

HIDDEN = slice(212, 258)  # rows of the trousers that a long jumper hides


def dressed(cloth: np.ndarray | None = None):
    """The drawn person in a long jumper: body, photo, what goes."""
    body = drawn_body()
    labels = body.labels.copy()
    labels[HIDDEN, 105:196] = Label.TOP
    body = replace(body, labels=labels)
    photo = drawn_photo(body).astype(np.float32)
    if cloth is not None:
        photo = np.where((labels == Label.BOTTOM)[..., None], cloth, photo).astype(np.float32)
    return body, photo, labels == Label.TOP


def continued(body, photo, old) -> tuple[np.ndarray, np.ndarray]:
    """Colours and coverage at the photo's size."""
    coarse = Coarse.of(photo, UNIT)
    patch = continued_bottom(photo, body, old, old, coarse, 0.8, np.random.default_rng(0))
    assert patch is not None
    colours, zone = np.zeros((*SHAPE, 3), np.float32), np.zeros(SHAPE, np.float32)
    colours[patch.place], zone[patch.place] = patch.rgb, patch.alpha
    return colours, zone


def test_plain_trousers_go_on_in_their_own_colour_without_a_step() -> None:
    colours, zone = continued(*dressed())
    middle = np.s_[236:250, 130:170]
    assert zone[middle].min() > 0.9
    assert np.abs(colours[middle] - JEANS).max() < 16
    assert np.abs(colours[middle].mean((0, 1)) - JEANS).max() < 4


def test_there_is_a_waistband_with_a_seam() -> None:
    colours, _ = continued(*dressed())
    profile = colours[214:240, 140:160].mean((1, 2))
    assert profile.min() < profile[-6:].mean() * 0.95


def test_the_weave_goes_on_and_a_pattern_too() -> None:
    rough = np.random.default_rng(4).normal(0, 9, (*SHAPE, 1)).astype(np.float32)
    colours, _ = continued(*dressed(np.float32(JEANS) + rough))
    assert 5 < colours[236:250, 130:170].std(axis=(0, 1)).mean() < 13
    stripes = np.where(
        (np.indices(SHAPE)[1] % 16 < 8)[..., None], np.float32([30, 30, 30]), np.float32([220, 220, 220])
    )
    colours, _ = continued(*dressed(stripes))
    assert colours[236:250, 125:175].mean(-1).std() > 60


def test_nothing_is_painted_where_nothing_is_worn_below() -> None:
    body, photo, old = dressed()
    labels = np.where(body.labels == Label.BOTTOM, np.uint8(Label.SKIN), body.labels)
    coarse = Coarse.of(photo, UNIT)
    bare = replace(body, labels=labels)
    assert continued_bottom(photo, bare, old, old, coarse, 0.8, np.random.default_rng(0)) is None


def test_the_cloth_goes_on_under_a_flap_that_hung_over_it() -> None:
    body, photo, _ = dressed()
    flap = np.s_[240:285, 110:140]  # lower than the hem beside it
    labels = body.labels.copy()
    labels[flap], photo[flap] = Label.TOP, JUMPER
    body = replace(body, labels=labels)
    _, zone = continued(body, photo, labels == Label.TOP)
    assert zone[262:283, 113:137].min() > 0.9
    assert zone[262:283, :100].max() == 0


def test_lumps_of_the_top_that_pass_for_trousers_are_found() -> None:
    body, photo, old = dressed()
    lump = np.s_[258:264, 120:135]
    photo[lump] = JUMPER
    found = hem_remains(photo, body, old, Coarse.of(photo, UNIT))
    assert found[lump].all()
    assert found.sum() < 2.5 * 6 * 15


@pytest.mark.parametrize("gap", [3, 20])
def test_between_the_belly_and_a_low_waistband_there_is_skin(gap: int) -> None:
    body = drawn_body()
    labels = body.labels.copy()
    labels[200:232, 120:181] = Label.SKIN
    labels[232:270, 120:181] = Label.BOTTOM
    body = replace(body, labels=labels)
    old = labels == Label.BOTTOM
    cover = np.zeros(SHAPE, np.float32)
    cover[232 + gap :, 110:190] = 1
    zone = belly_gap(body, cover, old)
    assert zone[233 : 232 + gap - 1, 124:177].min() > 0.9
    assert zone[:, :105].max() == 0
    assert zone[:228].max() < 0.05
    assert zone[236 + gap :].max() < 0.05
    assert belly_gap(body, np.zeros(SHAPE, np.float32), old).max() == 0


def test_a_paper_held_before_one_leg_does_not_colour_the_cloth() -> None:
    body, photo, old = dressed()
    leg = body.legs["left"].at(np.array([0.45 * body.legs["left"].length]))[0].astype(int)
    paper = np.zeros(SHAPE, bool)
    paper[HIDDEN.stop : leg[1], leg[0] - 25 : leg[0] + 3] = True
    paper &= body.labels == Label.BOTTOM
    assert paper.sum() > 300
    colours, zone = continued(body, np.where(paper[..., None], np.float32(245), photo).astype(np.float32), old)
    seen = zone[236:250] > 0.9
    assert np.abs(colours[236:250][seen] - JEANS).max(1).mean() < 20
