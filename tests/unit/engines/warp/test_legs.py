"""How legs of trousers lie on the legs of a person."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.unit.engines.warp.drawn_person import UNIT, drawn_body, straight_limb
from vesture.core.task import Picture
from vesture.engines.warp.body.figure import LEG_RADIUS, SIDES, SIGN, Body
from vesture.engines.warp.body.legs import crotch_level, leg_outline, seen_crotch_level, uprightness
from vesture.engines.warp.compose.compose import wardrobe
from vesture.engines.warp.compose.front import kept_in_front
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.engines.warp.fit.legs import COLUMNS, LEG_PART, LONGEST_SHORTS, OVERLAP, _leg_ratio, under_a_skirt
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.types import Garment, Part
from vesture.vision.parsing.parse import Label


@pytest.fixture(scope="module")
def trousers() -> Garment:
    """Long and straight, lying flat before white."""
    canvas = np.full((900, 520, 3), 252, np.uint8)
    left = [(130, 60), (260, 60), (260, 330), (215, 860), (85, 860)]
    for outline in (left, [(520 - x, y) for x, y in left]):
        cv2.fillPoly(canvas, [np.array(outline, np.int32)], (60, 90, 150), lineType=cv2.LINE_AA)
    return understand(Picture(canvas), "bottoms")


def parted(body: Body, gap_from: int) -> Body:
    """The drawn person with a gap between the legs from a row on."""
    labels = body.labels.copy()
    labels[gap_from:406, 144:157] = int(Label.BACKGROUND)
    return replace(body, labels=labels)


def edges(body: Body, garment: Garment, side: str) -> tuple[np.ndarray, np.ndarray]:
    """Outer and inner edge (n, 2) of a leg in the photo, from crotch to hem."""
    target = fit_garment(body, garment).handles[int(LEG_PART[side])].target.reshape(-1, COLUMNS, 2)
    return target[:, 0], target[:, -1]


def test_legs_that_touch_are_closed_to_where_they_part(trousers) -> None:
    body = parted(drawn_body(), 330)
    left, right = (edges(body, trousers, side)[1] for side in SIDES)
    together, apart = left[:, 1] < 318, left[:, 1] > 350
    assert (left[together, 0] >= right[together, 0] - 0.02 * UNIT).all()
    assert (left[apart, 0] < right[apart, 0] - 0.1 * UNIT).all()


def test_legs_that_lean_unlike_meet_in_one_line_under_a_skirt(trousers) -> None:
    body = drawn_body()
    labels, legs = body.labels.copy(), {}
    labels[230:350, 100:200] = int(Label.BOTTOM)
    for side, lean in (("left", 0), ("right", 40)):
        axis = body.legs[side].axis - lean * np.linspace(0, 1, len(body.legs[side].axis))[:, None] * [1, 0]
        legs[side] = replace(body.legs[side], axis=axis)
    body = replace(body, labels=labels, legs=legs)
    left, right = (edges(body, trousers, side)[1] for side in SIDES)
    rows = np.arange(left[0, 1] + 5, 305)
    past = np.interp(rows, left[:, 1], left[:, 0]) - np.interp(rows, right[:, 1], right[:, 0])
    assert past.min() > OVERLAP * UNIT


def test_trousers_worn_instead_of_a_skirt_do_not_take_its_width(trousers) -> None:
    bell = drawn_body()
    outline = np.array([(105, 240), (195, 240), (240, 360), (60, 360)], np.int32)
    bell.labels[240:406] = int(Label.BACKGROUND)
    cv2.fillPoly(bell.labels, [outline], int(Label.BOTTOM))
    assert under_a_skirt(bell)
    assert not under_a_skirt(parted(drawn_body(), 300))
    for side in SIDES:
        outer = edges(bell, trousers, side)[0]
        at_the_hem = SIGN[side] * (outer[np.argmin(np.abs(outer[:, 1] - 350)), 0] - 150)
        assert at_the_hem < 18 + 2 * float(bell.legs[side].radius(np.array([110.0]))[0])


def test_hips_go_over_into_a_thigh_that_stands_out_without_a_notch(trousers) -> None:
    drawn = drawn_body()
    aside = straight_limb((184, 240), (262, 400), LEG_RADIUS, None)
    labels = drawn.labels.copy()
    labels[300:406] = int(Label.BACKGROUND)
    cv2.line(labels, (184, 240), (262, 400), int(Label.BOTTOM), 36)
    body = replace(drawn, legs={**drawn.legs, "right": aside}, labels=labels, top_hem=None)
    torso = fit_garment(body, trousers).handles[int(Part.TORSO)].target
    hip = max(torso[(torso[:, 1] > 225) & (torso[:, 1] < 245)], key=lambda place: place[0])
    outer = edges(body, trousers, "right")[0]
    knee = outer[len(outer) // 2]
    between = outer[(outer[:, 1] > hip[1]) & (outer[:, 1] < knee[1])]
    straight = np.interp(between[:, 1], [hip[1], knee[1]], [hip[0], knee[0]])
    assert (straight - between[:, 0]).max() < 0.05 * UNIT


def test_hips_below_a_top_are_as_wide_as_they_are_seen(trousers) -> None:
    """A jacket that ends at the hips stands out beside them."""
    body = drawn_body()
    broad = replace(body, half_width=dict.fromkeys(SIDES, 1.25 * body.bare_half_width))
    labels = body.labels.copy()
    labels[246:300, :118] = labels[246:300, 183:] = int(Label.BACKGROUND)
    for side in SIDES:
        torso = fit_garment(replace(broad, labels=labels), trousers).handles[int(Part.TORSO)].target
        hips = torso[(torso[:, 1] > 250) & (torso[:, 1] < 262)]
        assert (SIGN[side] * (hips[:, 0] - 150)).max() < 1.12 * 32


def test_the_gap_between_legs_of_a_wide_stance_begins_in_a_point(trousers) -> None:
    drawn = drawn_body()
    legs = {
        side: straight_limb((150 + 32 * SIGN[side], 240), (150 + 38 * SIGN[side], 400), LEG_RADIUS, None)
        for side in SIDES
    }
    labels = drawn.labels.copy()
    labels[240:406, 85:216] = int(Label.BOTTOM)
    labels[258:406, 124:177] = int(Label.BACKGROUND)
    left, right = (edges(replace(drawn, legs=legs, labels=labels), trousers, side)[1] for side in SIDES)
    gap = [
        float(np.interp(row, right[:, 1], right[:, 0]) - np.interp(row, left[:, 1], left[:, 0])) for row in (278, 330)
    ]
    assert gap[0] < 0.5 * gap[1]


def test_legs_cover_the_present_ones_as_far_as_their_cloth_goes_and_have_smooth_edges(trousers) -> None:
    body = parted(drawn_body(), 290)
    body.labels[270:406, :116] = body.labels[270:406, 185:] = int(
        Label.BACKGROUND
    )  # 34 to each side are left, which their cloth just covers
    for side in SIDES:
        outer, inner = edges(body, trousers, side)
        for edge in (outer[4:-8], inner[8:-8]):
            bend = np.diff(edge[:, 0], n=2)
            assert np.abs(bend).max() < 0.02 * UNIT
        beyond = SIGN[side] * (outer[:, 0] - 150)
        assert beyond[(outer[:, 1] > 270) & (outer[:, 1] < 390)].min() > 31


def test_the_gap_between_close_fitting_legs_tells_the_crotch() -> None:
    body = drawn_body()
    hips = body.neck[1] + body.torso
    row = round(hips + 0.42 * UNIT)
    seen = body.neck[1] + seen_crotch_level(parted(body, row)) * body.torso
    assert abs(seen - row) < 0.05 * UNIT
    baggy = seen_crotch_level(parted(body, round(hips + 0.9 * UNIT)))
    assert baggy == crotch_level(body)


@pytest.mark.parametrize("cloth_row", [405, 412])
def test_long_trousers_end_no_higher_than_the_present_ones(trousers, cloth_row: int) -> None:
    body = drawn_body()
    labels = body.labels.copy()
    labels[400 : cloth_row + 1, 105:196] = int(Label.BOTTOM)
    labels[cloth_row + 1 :, 110:190] = int(Label.SHOES)
    body = replace(body, labels=labels)
    for side in SIDES:
        end = float(body.legs[side].at(np.array([fit_garment(body, trousers).leg_reach[side]]))[0, 1])
        assert cloth_row - 1 < end < cloth_row + 4


def test_outlines_are_measured_to_both_sides() -> None:
    body = parted(drawn_body(), 270)
    leg = body.legs["left"]
    outline = leg_outline(body, "left", np.linspace(0.35, 0.45, 9) * leg.length)
    assert np.allclose(outline.outer, 132 - 105, atol=2.5)
    assert np.allclose(outline.inner, 144 - 132, atol=2.5)
    assert not outline.touches.any()
    assert outline.middle == pytest.approx(18, abs=0.5)
    whole = leg_outline(drawn_body(), "left", np.linspace(0.1, 0.5, 9) * leg.length)
    assert whole.touches.all()


def test_a_level_thigh_starts_at_the_hip(trousers) -> None:
    standing = drawn_body()
    leg = standing.legs["left"]
    thigh = np.linspace([132, 240], [60, 252], 17)
    axis = np.concatenate([thigh, np.linspace([60, 252], [58, 330], 17)[1:]])
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(axis, axis=0), axis=1))]
    seated = replace(standing, legs={**standing.legs, "left": replace(leg, axis=axis, along=along)})
    assert uprightness(seated, "left") < 0.4
    assert uprightness(seated, "right") == 1.0
    assert crotch_level(seated) < crotch_level(standing)
    hips = fit_garment(seated, trousers).handles[int(Part.TORSO)].target
    lowest = {s: hips[SIGN[s] * (hips[:, 0] - 150) > 0.45 * UNIT][:, 1].max() for s in SIDES}
    assert lowest["left"] < lowest["right"] - 0.1 * UNIT


def test_trousers_over_a_wide_skirt_are_no_wider_than_legs_and_cloth(trousers) -> None:
    body = drawn_body()
    over_jeans = parted(drawn_body(), 260)
    over_jeans.labels[270:406, :116] = over_jeans.labels[270:406, 185:] = int(Label.BACKGROUND)
    body.labels[240:330, 60:241] = int(Label.BOTTOM)  # a skirt
    body.labels[331:406] = int(Label.BACKGROUND)
    for side in SIDES:
        outer, inner = edges(body, trousers, side)
        usual_outer, _ = edges(over_jeans, trousers, side)
        knee = (outer[:, 1] > 300) & (outer[:, 1] < 325)
        reach = (SIGN[side] * (outer[knee, 0] - 150)).max()
        assert reach < 1.2 * (SIGN[side] * (usual_outer[10:20, 0] - 150)).max()
        assert (SIGN[side] * (inner[knee, 0] - 150)).min() > -0.05 * UNIT


def test_hips_under_a_top_do_not_stand_out_beside_it(trousers) -> None:
    body = drawn_body()
    labels = body.labels.copy()
    labels[:, :105] = labels[:, 196:] = int(Label.BACKGROUND)  # the arms are elsewhere
    labels[110:246, :125] = labels[110:246, 176:] = int(Label.BACKGROUND)  # and the top is narrow
    narrow = replace(body, labels=labels, top_hem=1.04)
    hips = fit_garment(narrow, trousers).handles[int(Part.TORSO)].target
    hidden = hips[hips[:, 1] < 240]
    assert len(hidden) > 4
    assert np.abs(hidden[:, 0] - 150).max() < 26.5
    below = hips[(hips[:, 1] > 250) & (hips[:, 1] < 256)]
    assert np.abs(below[:, 0] - 150).max() < 33


@pytest.mark.parametrize("category", ["bottoms", "one-pieces"])
def test_low_shoes_stay_under_the_cloth_that_reaches_them(category, trousers: Garment) -> None:
    body = drawn_body()
    labels = body.labels.copy()
    labels[390:406, 118:146] = int(Label.SHOES)
    body, clothes = replace(body, labels=labels), wardrobe(category, trousers)
    old = np.isin(labels, clothes.replaced)
    kept = kept_in_front(body, old, fit_garment(body, trousers), clothes.in_front, clothes.replaced)
    assert not kept[labels == Label.SHOES].any()
    assert not old[labels == Label.SHOES].any()


def booted(shaft: int) -> Body:
    """The drawn person, whose legs end at row 400, in shoes from a row on, into which the trousers go."""
    labels = drawn_body().labels.copy()
    for middle in (132, 168):
        labels[shaft:406, middle - 20 : middle + 20] = int(Label.BACKGROUND)
        labels[shaft:406, middle - 11 : middle + 11] = int(Label.SHOES)
    return replace(drawn_body(), labels=labels)


def test_trousers_go_into_tall_boots_whose_shafts_stay_before_them(trousers: Garment) -> None:
    body = booted(360)
    shoes = body.labels == Label.SHOES
    fit = fit_garment(body, trousers)
    assert kept_in_front(body, body.labels == Label.BOTTOM, fit, (), (Label.BOTTOM,))[shoes].all()
    for side, middle in (("left", 132), ("right", 168)):
        outer, inner = edges(body, trousers, side)
        assert max(outer[-1, 1], inner[-1, 1]) < 380
        assert max(abs(outer[-1, 0] - middle), abs(inner[-1, 0] - middle)) < 12
    low = booted(392)
    lower = fit_garment(low, trousers)
    assert min(lower.leg_reach.values()) > 1.1 * max(fit.leg_reach.values())
    assert not kept_in_front(low, low.labels == Label.BOTTOM, lower, (), (Label.BOTTOM,))[
        low.labels == Label.SHOES
    ].any()


def test_wide_legs_hang_closer_than_they_lie_flat() -> None:
    canvas = np.full((900, 700, 3), 252, np.uint8)
    left = [(220, 60), (350, 60), (350, 330), (330, 860), (200, 860)]
    for outline in (left, [(700 - x, y) for x, y in left]):
        cv2.fillPoly(canvas, [np.array(outline, np.int32)], (60, 90, 150), lineType=cv2.LINE_AA)
    wide = understand(Picture(canvas), "bottoms")
    body = parted(drawn_body(), 275)
    body.labels[262:406, :124] = body.labels[262:406, 177:] = int(Label.BACKGROUND)  # slim legs
    fit = fit_garment(body, wide)
    for side in SIDES:
        rows = fit.handles[int(LEG_PART[side])]
        flat = np.ptp(rows.source.reshape(-1, COLUMNS, 2)[..., 0], axis=1) * fit.scale[0]
        hanging = np.ptp(rows.target.reshape(-1, COLUMNS, 2)[..., 0], axis=1)
        knee = slice(18, 24)
        assert (hanging[knee] < 0.8 * flat[knee]).all()


def test_shorts_stay_shorts_however_broad_hips_look() -> None:
    canvas = np.full((700, 520, 3), 252, np.uint8)
    left = [(100, 60), (260, 60), (260, 390), (245, 540), (90, 540)]
    for outline in (left, [(520 - x, y) for x, y in left]):
        cv2.fillPoly(canvas, [np.array(outline, np.int32)], (60, 90, 150), lineType=cv2.LINE_AA)
    shorts, body = understand(Picture(canvas), "bottoms"), drawn_body()
    scale = fit_garment(body, shorts).scale[0]
    start = dict.fromkeys(SIDES, 0.2 * body.unit)
    assert _leg_ratio(body, shorts, 1.5 * scale, start) == pytest.approx(LONGEST_SHORTS)
