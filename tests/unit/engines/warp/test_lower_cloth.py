"""What appears below a short top and above a low waistband, on a drawn person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_person import JEANS, JUMPER, SHAPE, UNIT, WALL, drawn_body, drawn_photo

from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.belly import belly_gap
from vesture.engines.warp.undress.lower_cloth import cloth_tone, continued_bottom, hem_remains
from vesture.engines.warp.undress.lower_outline import hidden_legs, hidden_outline
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


def in_a_coat():
    """The drawn person in a coat to the thighs over trousers narrower than it: body, and what is seen of these."""
    body = drawn_body()
    labels = np.where(body.labels == Label.BOTTOM, np.uint8(Label.BACKGROUND), body.labels)
    labels[300:400, 118:146] = Label.BOTTOM
    labels[300:400, 154:182] = Label.BOTTOM
    labels[200:300, 100:201] = Label.TOP
    return replace(body, labels=labels), labels == Label.BOTTOM


def test_the_sides_run_from_the_waist_to_the_trousers_seen_below_a_coat() -> None:
    body, lower = in_a_coat()
    zone = hidden_outline(SHAPE, body, lower, 0.8) > 0.5
    first, last = np.argmax(zone, axis=1), SHAPE[1] - 1 - np.argmax(zone[:, ::-1], axis=1)
    assert abs(first[298] - 118) <= 2
    assert abs(last[298] - 181) <= 2
    assert np.abs(np.diff(first[225:299])).max() <= 2  # no shelf anywhere
    assert np.abs(np.diff(last[225:299])).max() <= 2


@pytest.mark.parametrize(("half", "expected"), [(29, 121), (20, 116)])
def test_trousers_are_as_wide_as_they_are_seen_to_a_hand_beside_them_but_not_to_one_before_them(half, expected) -> None:
    body = drawn_body()
    labels = np.where(body.labels == Label.BOTTOM, np.uint8(Label.BACKGROUND), body.labels)
    labels[200:250, 100:201] = Label.TOP
    labels[250:300, 90:211] = Label.SKIN
    labels[250:300, 150 - half : 151 + half] = Label.BOTTOM
    zone = hidden_outline(SHAPE, replace(body, labels=labels), labels == Label.BOTTOM, 0.9) > 0.5
    assert abs(int(np.argmax(zone[249])) - expected) <= 2


def test_legs_below_a_coat_go_on_up_to_the_crotch_each_in_its_own_width() -> None:
    body, lower = in_a_coat()
    legs = hidden_legs(SHAPE, body, lower, 0.8)
    assert legs is not None
    zone = legs > 0.5
    assert zone[222:258, 140:160].all()
    assert not zone[297, 147:153].any()
    assert zone[270:299, 122:142].all()
    first = np.argmax(zone, axis=1)
    assert abs(first[298] - 118) <= 2
    assert np.abs(np.diff(first[225:299])).max() <= 2  # no shelf anywhere
    assert (np.diff(first[225:299]) >= 0).mean() > 0.9  # it narrows from the hips down


def test_a_skirt_below_a_coat_does_not_part() -> None:
    body, lower = in_a_coat()
    lower[300:, 112:188] = True
    skirt = replace(body, labels=np.where(lower, np.uint8(Label.BOTTOM), body.labels))
    legs = hidden_legs(SHAPE, skirt, lower, 0.8)
    assert legs is not None
    assert legs[230:299, 140:160].min() > 0.9
    lower[300:, 90:211] = True  # wider than legs: its sides are those of a skirt
    assert (
        hidden_legs(SHAPE, replace(skirt, labels=np.where(lower, np.uint8(Label.BOTTOM), skirt.labels)), lower, 0.8)
        is None
    )


def test_legs_seen_up_to_the_hips_need_no_drawing() -> None:
    body = drawn_body()
    assert hidden_legs(SHAPE, body, body.labels == Label.BOTTOM, 0.8) is None


def test_cloth_seen_only_in_the_shade_of_a_hem_goes_on_in_the_light_of_the_rest() -> None:
    body, photo, old = dressed()
    photo[HIDDEN.stop : HIDDEN.stop + 9][(body.labels == Label.BOTTOM)[HIDDEN.stop : HIDDEN.stop + 9]] *= 0.6
    tone = cloth_tone(photo.astype(np.uint8), body)
    assert tone is not None
    assert np.abs(tone - JEANS).max() < 6
    window = np.s_[: HIDDEN.stop + 9]  # nothing else is seen of the trousers there
    part = replace(body, labels=body.labels[window])
    coarse = Coarse.of(photo[window], UNIT)
    dark, lit = (
        continued_bottom(photo[window], part, old[window], old[window], coarse, 0.8, np.random.default_rng(0), given)
        for given in (None, tone)
    )
    assert dark is not None
    assert lit is not None
    middle = np.s_[230 - lit.top : 240 - lit.top, 140 - lit.left : 160 - lit.left]
    assert dark.rgb[middle].mean() < 0.7 * np.mean(JEANS)
    assert abs(lit.rgb[middle].mean() - np.mean(JEANS)) < 8
    assert cloth_tone(np.full((*SHAPE, 3), WALL, np.uint8), replace(body, labels=np.zeros(SHAPE, np.uint8))) is None


def test_the_shade_below_a_coat_is_not_carried_up_to_the_hips() -> None:
    body, _ = in_a_coat()
    photo = drawn_photo(body).astype(np.float32)
    lower = body.labels == Label.BOTTOM
    photo[300:316][lower[300:316]] *= 0.4
    old = body.labels == Label.TOP
    tone = np.float32(JEANS)
    patch = continued_bottom(photo, body, old, old, Coarse.of(photo, UNIT), 0.8, np.random.default_rng(0), tone)
    assert patch is not None
    painted = patch.rgb[280 - patch.top : 299 - patch.top, 124 - patch.left : 140 - patch.left]
    assert painted.mean() > 0.92 * np.mean(JEANS)


def test_continued_trousers_turn_away_at_their_sides() -> None:
    body, _ = in_a_coat()
    photo = drawn_photo(body).astype(np.float32)
    old = body.labels == Label.TOP
    patch = continued_bottom(photo, body, old, old, Coarse.of(photo, UNIT), 0.8, np.random.default_rng(0))
    assert patch is not None
    row = 245 - patch.top
    shown = np.flatnonzero(patch.alpha[row] > 0.9)
    middle, side = patch.rgb[row, shown[len(shown) // 2]].mean(), patch.rgb[row, shown[[1, -2]]].mean()
    assert 0.7 * middle < side < 0.95 * middle


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
    hand = (labels == Label.SKIN) & (np.arange(SHAPE[1]) > 150)  # below a hand no belly is seen
    beside = belly_gap(body, cover, old, hand)
    assert beside[:, 155:].max() == 0
    assert np.array_equal(beside[:, :145], zone[:, :145])


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
