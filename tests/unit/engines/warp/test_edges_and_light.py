"""Edges of cloth and of what is in front of it, folds, shadows, and laying pieces over one another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_person import SHAPE, drawn_body, drawn_photo, plain_texture

from vesture.engines.warp.body.figure import Limb
from vesture.engines.warp.cloth.crevices import IN_SHADE, closed_crevices
from vesture.engines.warp.cloth.edges import clean_edge
from vesture.engines.warp.cloth.placement import Fit
from vesture.engines.warp.compose.front import kept_in_front, soft_front
from vesture.engines.warp.compose.light import contact_shadow, folds, light_of_place, shaded_by
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.picture.patch import Patch, bounds, coverage, laid_over
from vesture.engines.warp.undress.bare_arms import bare_arms, before_cloth, outside_sleeves
from vesture.engines.warp.undress.prepared import Wardrobe, prepare
from vesture.vision.frame import Box
from vesture.vision.parsing.parse import Label

CLOTH = np.array([30, 90, 160], np.float32)


def smoothed(
    alpha: np.ndarray, unit: float, rim: np.ndarray | None = None, others: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Cleaned cloth of one colour; `rim` pixels are mixed with a white backdrop, `others` is the other parts' cover."""
    colour = np.broadcast_to(CLOTH, (*alpha.shape, 3)).copy()
    if rim is not None:
        colour[rim] = 0.5 * CLOTH + 0.5 * 255
    alpha = alpha.astype(np.float32)
    beside = np.zeros_like(alpha) if others is None else others.astype(np.float32)
    return clean_edge((colour * alpha[..., None]).astype(np.float32), alpha, beside, unit)


def test_ripples_of_an_outline_are_smoothed() -> None:
    columns = np.arange(200)
    edge = 60 + 2.0 * np.sin(columns * 2 * np.pi / 6)
    alpha = (np.arange(120)[:, None] > edge[None]).astype(np.float32)
    _, coverage_ = smoothed(alpha, 270.0)

    def roughness(a: np.ndarray) -> float:
        return float(a.sum(0)[20:-20].std())

    assert roughness(coverage_) < 0.3 * roughness(alpha)
    assert abs(coverage_.sum() - alpha.sum()) < 0.01 * alpha.sum()


def test_waves_go_and_corners_stay() -> None:
    unit = 200.0
    columns = np.arange(300)
    edge = 80 + 1.5 * np.sin(columns * 2 * np.pi / 24)
    alpha = ((np.arange(300)[:, None] > edge[None]) & (columns < 240)[None] & (columns > 60)[None]).astype(np.float32)
    alpha[260:] = 0
    _, coverage_ = smoothed(alpha, unit)
    middle = np.s_[:, 110:190]
    assert (coverage_[middle].sum(0)).std() < 0.4 * alpha[middle].sum(0).std()
    corner = np.s_[250:260, 230:240]
    assert coverage_[corner].mean() > 0.9


def test_an_outline_that_goes_in_under_another_part_keeps_its_corner() -> None:
    rows, columns = np.mgrid[:200, :200]
    alpha = ((rows > 60 + 0.25 * np.abs(columns - 100)) & (rows < 180) & (columns > 20) & (columns < 180)).astype(float)
    _, alone = smoothed(alpha, 200.0)
    _, seam = smoothed(alpha, 200.0, others=(columns > 100).astype(float))
    tip = np.s_[59:64, 97:104]
    assert np.abs(seam - alpha)[tip].sum() < np.abs(alone - alpha)[tip].sum()


def test_straps_thinner_than_the_smoothing_stay() -> None:
    alpha = np.zeros((100, 100), np.float32)
    alpha[:, 48:52] = 1
    _, coverage_ = smoothed(alpha, 360.0)
    assert coverage_[50, 48:52].min() > 0.9


def test_a_light_rim_takes_the_colour_of_the_cloth_inside() -> None:
    alpha = np.zeros((80, 80), np.float32)
    alpha[20:60, 20:60] = 1
    alpha[20, 20:60] = alpha[19, 20:60] = 0.5
    rim = np.zeros((80, 80), bool)
    rim[19:21] = True
    rgb, coverage_ = smoothed(alpha, 140.0, rim)
    seen = rgb[19:22, 30:50][coverage_[19:22, 30:50] > 0.1]
    assert np.abs(seen - CLOTH).max() < 25


def strand_scene() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Dark hair with soft ends over a pale garment: photo, labels, true coverage of the hair."""
    true = np.clip((40 - np.arange(100)[:, None]) / 8 + 0.5, 0, 1) * np.ones((1, 80))
    photo = true[..., None] * np.array([40.0, 30, 20]) + (1 - true[..., None]) * np.array([220.0, 215, 200])
    labels = np.where(true > 0.5, Label.HAIR, Label.TOP).astype(np.uint8)
    return photo.astype(np.float32), labels, true


def test_soft_hair_lets_the_new_garment_through_and_nothing_of_the_old_one() -> None:
    photo, labels, true = strand_scene()
    keep, old = labels == Label.HAIR, labels == Label.TOP
    alpha, colours = soft_front(photo, labels, keep, old, Coarse.of(photo, 200.0), 200.0)
    assert np.abs(alpha[10:30] - 1).max() < 1e-3
    assert alpha[60:].max() < 0.02
    assert np.abs(alpha[34:46, 20:60] - true[34:46, 20:60]).mean() < 0.2
    on_black = colours  # what is seen of the photo over a black garment
    assert on_black[20:80, 20:60].max() < 120  # a pale fringe would be 200
    np.testing.assert_allclose(colours[5:25], photo[5:25], atol=1e-3)


def test_the_front_is_the_photo_where_nothing_goes() -> None:
    photo, labels, _ = strand_scene()
    keep = labels == Label.HAIR
    alpha, colours = soft_front(photo, labels, keep, np.zeros_like(keep), Coarse.of(photo, 200.0), 200.0)
    np.testing.assert_allclose(colours, photo * alpha[..., None], atol=1e-3)


def test_folds_of_plain_cloth_are_read_and_patterns_are_not() -> None:
    generator = np.random.default_rng(2)
    wave = 1 + 0.12 * np.sin(np.arange(300) / 300 * 2 * np.pi * 9)
    plain = np.broadcast_to(np.array([150, 140, 120]) * wave[None, :, None], (300, 300, 3)).astype(np.float32)
    worn = np.zeros((300, 300), bool)
    worn[20:280, 20:280] = True
    ratio = folds(plain, worn, Coarse.of(plain, 200.0), 200.0, 0.6)
    assert ratio is not None
    assert np.corrcoef(ratio[150, 60:240], wave[60:240])[0, 1] > 0.8
    assert 0.8 < ratio.min() <= ratio.max() < 1.2
    checks = plain.copy()
    checks[(np.indices((300, 300)).sum(0) // 15 % 2) == 0] = (200, 40, 40)
    assert folds(checks, worn, Coarse.of(checks, 200.0), 200.0, 0.6) is None
    noisy = plain + generator.normal(0, 25, plain.shape).astype(np.float32)
    assert folds(noisy, worn, Coarse.of(noisy, 200.0), 200.0, 0.6) is None


def test_letters_on_plain_cloth_are_no_folds() -> None:
    cloth = np.full((300, 300, 3), 110, np.float32)
    cloth[140:160, 100:200] = 235
    worn = np.zeros((300, 300), bool)
    worn[20:280, 20:280] = True
    ratio = folds(cloth, worn, Coarse.of(cloth, 200.0), 200.0, 0.6)
    assert ratio is not None
    assert np.abs(ratio - 1).max() < 0.02


def test_a_new_hem_throws_a_shadow_and_an_old_one_is_not_shaded_twice() -> None:
    cover = np.zeros((200, 200), np.float32)
    cover[40:100, 50:150] = 1
    person = np.ones((200, 200), bool)
    fresh = contact_shadow(cover, np.zeros((200, 200), bool), person, 120.0)
    assert fresh[102:105, 100].min() > 0.05
    assert fresh[150:, 100].max() == 0
    same = contact_shadow(cover, cover > 0.5, person, 120.0)
    assert same[102:110, 100].max() < 0.3 * fresh[102:105, 100].max()
    assert contact_shadow(cover, np.zeros((200, 200), bool), ~person, 120.0).max() == 0


def test_patches_are_laid_over_one_another() -> None:
    base = np.zeros((10, 10, 3), np.float32)
    low = Patch(2, 3, np.full((4, 4, 3), 100, np.float32), np.ones((4, 4), np.float32))
    high = Patch(4, 5, np.full((3, 3, 3), 200, np.float32), np.full((3, 3), 0.5, np.float32))
    result = laid_over(base, [low, high])
    assert result[2, 3, 0] == 100
    assert result[5, 6, 0] == pytest.approx(150)
    assert result[6, 7, 0] == pytest.approx(100)
    assert not base.any()
    together = coverage([low, high], (10, 10))
    assert together[5, 6] == 1
    assert together[6, 7] == pytest.approx(0.5)


def test_bounds_of_a_mask() -> None:
    mask = np.zeros((20, 30), bool)
    assert bounds(mask) is None
    mask[5:7, 1:9] = True
    assert bounds(mask) == (5, 1, 7, 9)
    assert bounds(mask, 3) == (2, 0, 10, 12)


def test_a_coarse_photo_grows_colours_and_comes_back_to_size() -> None:
    photo = np.zeros((150, 100, 3), np.float32)
    photo[:, 50:] = 200
    coarse = Coarse.of(photo, 192.0)
    assert coarse.photo.shape == (50, 33, 3)
    right = np.zeros((150, 100), bool)
    right[:, 60:] = True
    grown = coarse.full(coarse.grown(coarse.pure(right)))
    assert grown.shape == photo.shape
    np.testing.assert_allclose(grown, 200, atol=1)
    assert coarse.columns[0] == pytest.approx(1.0, abs=0.6)
    assert coarse.at(coarse.photo, np.array([149]), np.array([99]))[0, 0] == pytest.approx(200)


def hanging_arm() -> tuple[Patch, Limb]:
    """A straight arm on the viewer's left, its shoulder at the top, and the picture of it."""
    axis = np.stack([np.full(20, 60.0), np.linspace(10, 210, 20)], 1)
    along, radius = np.linspace(0, 200, 20), np.full(20, 20.0)
    alpha = np.zeros((220, 120), np.float32)
    alpha[10:210, 40:80] = 1
    return Patch(0, 0, np.zeros((220, 120, 3), np.float32), alpha), Limb(axis, along, radius, radius, 1.0)


def test_an_arm_comes_out_from_under_the_armhole_without_a_step() -> None:
    patch, limb = hanging_arm()
    seen = (before_cloth(patch, limb, "left", 20.0, 120.0) * patch.alpha).sum(1)
    assert seen[10:30].max() < 1  # at the shoulder the cloth lies over the arm
    assert seen[130:205].min() > 39  # below the armpit the arm lies before the cloth
    assert np.diff(seen[12:205]).min() > -0.1
    assert np.diff(seen[12:205]).max() < 2  # no line across the arm


def test_scraps_of_an_arm_beside_a_sleeve_go_and_the_arm_stays() -> None:
    patch, _ = hanging_arm()
    sleeves = np.zeros((220, 120), np.float32)
    sleeves[:90, 48:] = 1  # leaves eight columns of the arm at its inner side
    sleeves[80:90] = 1
    seen = outside_sleeves(patch, sleeves, 200.0).alpha
    assert seen[10:80, 40:48].max() == 0
    np.testing.assert_array_equal(seen[95:], patch.alpha[95:])


def test_a_sleeve_shades_cloth_in_its_own_colour_only() -> None:
    white = np.full((100, 100, 3), 240.0, np.float32)
    cover = np.zeros((100, 100), np.float32)
    cover[:, 30:] = 1
    sleeve = Patch(20, 50, np.zeros((60, 20, 3), np.float32), np.ones((60, 20), np.float32))
    chest = replace(drawn_body(), unit=100.0, neck=np.array([50.0, -50.0]), torso=100.0)
    shaded = shaded_by(white, cover, [sleeve], chest, 0.16)
    np.testing.assert_allclose(shaded[..., 0], shaded[..., 2])
    np.testing.assert_array_equal(shaded[:, :25], white[:, :25])  # beside the cloth
    assert 240 * 0.9 < shaded[50, 45, 0] < 240 * 0.985
    assert shaded[50, 49, 0] < 0.85 * shaded[50, 45, 0]  # one dark line where the sleeve touches
    assert np.abs(np.diff(shaded[50, 32:46, 0])).max() < 8
    shoulder = replace(chest, neck=np.array([50.0, 110.0]))
    np.testing.assert_array_equal(shaded_by(white, cover, [sleeve], shoulder, 0.16), white)


def gaping_cloth() -> tuple[np.ndarray, np.ndarray]:
    """White cloth over black, with a slit between two of its parts: the picture and the coverage."""
    cover = np.zeros((200, 200), np.float32)
    cover[20:180, 20:180] = 1
    cover[60:140, 98:104] = 0
    return np.repeat(240 * cover[..., None], 3, 2), cover


def test_a_gap_between_parts_takes_the_colour_of_the_cloth_beside_it() -> None:
    canvas, cover = gaping_cloth()
    person = np.ones(cover.shape, bool)
    filled, covered = closed_crevices(canvas, cover, person, person, [], 200.0)
    assert np.abs(filled[65:135, 99:103] / 240 - IN_SHADE).max() < 0.02  # its colour, in shade
    assert covered[65:135, 90:112].min() > 0.98
    np.testing.assert_array_equal(filled[:15], canvas[:15])


def test_a_gap_through_which_the_scene_was_seen_stays() -> None:
    canvas, cover = gaping_cloth()
    same, _ = closed_crevices(canvas, cover, np.zeros(cover.shape, bool), np.zeros(cover.shape, bool), [], 200.0)
    np.testing.assert_array_equal(same, canvas)


def test_a_sliver_of_what_was_worn_is_closed_though_some_scene_was_seen_in_it() -> None:
    canvas, cover = gaping_cloth()
    worn = np.zeros(cover.shape, bool)
    worn[60:140, 98:102] = True  # a third of the gap lay on the scene
    filled, _ = closed_crevices(canvas, cover, worn, worn, [], 200.0)
    assert np.abs(filled[65:135, 99:103] / 240 - IN_SHADE).max() < 0.02
    same, _ = closed_crevices(canvas, cover, worn, np.zeros(cover.shape, bool), [], 200.0)
    np.testing.assert_array_equal(same[65:135, 102:104], canvas[65:135, 102:104])


def test_a_gap_beside_a_sleeve_that_hangs_stays_open() -> None:
    canvas, cover = gaping_cloth()
    everywhere = np.ones(cover.shape, bool)
    same, covered = closed_crevices(canvas, cover, everywhere, everywhere, [], 100.0, everywhere)
    np.testing.assert_array_equal(same, canvas)
    np.testing.assert_array_equal(covered, cover)
    filled, _ = closed_crevices(canvas, cover, everywhere, everywhere, [], 100.0, ~everywhere)
    assert np.abs(filled[65:135, 90:112] - 240).max() < 3  # wide for a body of this size: no stain


def test_the_two_colours_beside_a_gap_do_not_mix_to_a_third() -> None:
    canvas, cover = gaping_cloth()
    canvas[:, :98], canvas[:, 104:] = (240, 60, 60), (40, 60, 240)
    canvas *= cover[..., None] > 0
    everywhere = np.ones(cover.shape, bool)
    filled, _ = closed_crevices(canvas, cover, everywhere, everywhere, [], 200.0)
    across = filled[100, 90:112] / filled[100, 90:112].max(1, keepdims=True)  # whatever the shade
    apart = np.minimum(*(np.abs(across - np.array(c) / 240).max(1) for c in ((240, 60, 60), (40, 60, 240))))
    assert (apart < 0.125).sum() >= len(across) - 9  # but for the soft step between them


def test_a_bare_arm_beside_a_gap_lends_it_no_colour() -> None:
    canvas, cover = gaping_cloth()
    canvas[55:145, 104:140] = (150, 100, 80)
    arm = Patch(55, 104, canvas[55:145, 104:140], np.ones((90, 36), np.float32))
    filled, _ = closed_crevices(canvas, cover, np.ones(cover.shape, bool), np.ones(cover.shape, bool), [arm], 200.0)
    assert np.abs(filled[65:135, 99:102] / 240 - IN_SHADE).max() < 0.05


def test_the_corner_between_a_sleeve_and_the_body_is_no_gap() -> None:
    rows, columns = np.mgrid[:200, :200]
    cover = ((columns > 100) | (rows < 100 - 0.6 * (100 - columns))).astype(np.float32)
    canvas = np.repeat(200 * cover[..., None], 3, 2)
    same, _ = closed_crevices(canvas, cover, np.ones(cover.shape, bool), np.ones(cover.shape, bool), [], 400.0)
    np.testing.assert_array_equal(same, canvas)


def test_the_gap_between_a_bent_sleeve_and_the_body_stays_open() -> None:
    rows, columns = np.mgrid[:200, :200]
    gap = (rows > 100) & (np.abs(columns - 100) < 13 / 60 * (rows - 100))
    cover = ((rows > 20) & (rows < 160) & (columns > 20) & (columns < 180) & ~gap).astype(np.float32)
    canvas = np.repeat(200 * cover[..., None], 3, 2)
    same, _ = closed_crevices(canvas, cover, np.ones(cover.shape, bool), np.zeros(cover.shape, bool), [], 200.0)
    np.testing.assert_array_equal(same, canvas)


def test_cloth_takes_the_light_of_the_place_and_is_never_brighter_than_its_picture() -> None:
    body = drawn_body()
    shape = (*body.labels.shape, 3)
    bright, dim = np.full(shape, 245.0, np.float32), np.full(shape, 120.0, np.float32)
    coarse = Coarse.of(bright, body.unit)
    even = light_of_place(body, bright, coarse, 0.0)
    assert even.max() <= 1.0
    assert even.min() > 0.95
    assert 0.94 < np.median(light_of_place(body, dim, coarse, 0.0) / even) < 0.96
    lit = light_of_place(body, bright, coarse, 0.1)
    row, column = np.rint(body.point(0.0, 0.2)[0][::-1]).astype(int)
    half = round(0.4 * body.unit)
    assert lit[row, column + half] > lit[row, column] > lit[row, column - half] > 0.9


def test_the_skin_right_above_a_cuff_lies_under_it_and_the_hand_before_it() -> None:
    body = drawn_body()
    arm = body.arms["left"]
    labels = body.labels.copy()
    labels[200:, :120][labels[200:, :120] == Label.TOP] = Label.SKIN  # a bare forearm
    body = replace(body, labels=labels)
    old = labels == Label.TOP
    fit = Fit({}, {}, (1.0, 1.0), {"left": arm.length, "right": arm.length})
    kept = kept_in_front(body, old, fit, (Label.HAIR,), (Label.TOP,))
    wrist = round(float(arm.axis[-1][1]))
    assert not kept[190 : wrist + 1, :120].any()
    assert kept[wrist + 6 : wrist + 18, 94:102].all()


def test_a_painted_arm_ends_under_the_hand_that_is_seen() -> None:
    body = drawn_body()
    labels = body.labels.copy()
    labels[253:300, 80:220] = Label.TOP  # of the hands little is seen, they bend away; the cloth goes on
    body = replace(body, labels=labels)
    scene = prepare(drawn_photo(body), body, wardrobe_of_dresses(), Box(0, 0, SHAPE[1], SHAPE[0]))
    sleeveless = Fit({}, {}, (1.0, 1.0), {"left": 0.0, "right": 0.0})
    arms = bare_arms(scene, sleeveless, plain_texture())
    assert len(arms) == 2
    for whole, before in arms:
        rows = np.flatnonzero((whole.alpha > 0.5).any(1)) + whole.top
        assert rows.min() < 140  # out of the round shoulder
        assert 225 < rows.max() < 256  # skin begins 130 pixels down the arm, at row 249
        assert (before.alpha <= whole.alpha + 1e-6).all()


def wardrobe_of_dresses() -> Wardrobe:
    return Wardrobe((Label.TOP, Label.BOTTOM, Label.ONE_PIECE), (Label.HAIR, Label.OTHER))
