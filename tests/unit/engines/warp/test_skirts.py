"""How skirts and the skirts of dresses fall."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.unit.engines.warp.drawn_person import UNIT, drawn_body, straight_limb
from vesture.core.task import Picture
from vesture.engines.warp.body.figure import LEG_RADIUS, SIDES, SIGN, V_LEVELS, Body
from vesture.engines.warp.fit.bottoms import draped, over_the_legs, without_dents
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.engines.warp.fit.under_top import under_the_top
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.types import Garment, Part
from vesture.vision.parsing.parse import Label


def skirt(hem: int) -> Garment:
    """A skirt lying flat before white: waist 160, hem `hem` and length 330 pixels."""
    canvas = np.full((500, 600, 3), 252, np.uint8)
    outline = [(220, 80), (380, 80), (300 + hem // 2, 410), (300 - hem // 2, 410)]
    cv2.fillPoly(canvas, [np.array(outline, np.int32)], (140, 40, 60), lineType=cv2.LINE_AA)
    return understand(Picture(canvas), "bottoms")


def sides(body: Body, garment: Garment) -> np.ndarray:
    """Distances from the spine of all handles, and their levels (n, 2)."""
    return body.coordinates(fit_garment(body, garment).handles[int(Part.TORSO)].target)


@pytest.mark.parametrize("hem", [220, 420])
def test_a_skirt_falls_narrower_than_it_lies_and_has_a_round_hem(hem: int) -> None:
    body, garment = drawn_body(), skirt(hem)
    assert garment.kind == "skirt"
    place = sides(body, garment)
    lowest = place[:, 1].max()
    width, waist = (np.ptp(place[np.abs(place[:, 1] - level) < 0.12][:, 0]) for level in (lowest, place[:, 1].min()))
    assert 1.0 < width / waist < hem / 160 + 0.05
    bottom = place[place[:, 1] > lowest - 0.1]
    assert bottom[np.argmin(np.abs(bottom[:, 0]))][1] > bottom[np.argmax(np.abs(bottom[:, 0]))][1]


def test_a_skirt_hides_the_legs_of_a_wide_stance() -> None:
    standing, garment = drawn_body(), skirt(220)
    legs = {
        "left": straight_limb((132, 240), (80, 400), LEG_RADIUS, None),
        "right": straight_limb((168, 240), (220, 400), LEG_RADIUS, None),
    }
    striding = replace(standing, legs=legs)
    level = np.array([1.1, 1.5, 1.9])
    for side in SIDES:
        reach = over_the_legs(striding, side, level)
        assert reach[0] == 0  # hips have their own width
        assert (reach[1:] > over_the_legs(standing, side, level)[1:] + 0.1 * UNIT).all()
        place = sides(striding, garment)
        hem = place[:, 1].max()
        at_hem = place[place[:, 1] > hem - 0.15]
        knee = float(over_the_legs(striding, side, np.array([at_hem[:, 1].min()]))[0])
        assert (SIGN[side] * at_hem[:, 0]).max() > 0.97 * knee


def test_narrow_skirts_follow_the_thighs() -> None:
    level = np.array([0.9, 1.1, 1.8])
    hips = np.full(3, 30.0)
    narrow = draped(np.full(3, 28.0), hips, level, np.ones(3))
    wide = draped(np.full(3, 80.0), hips, level, np.ones(3))
    assert narrow[2] < narrow[1] < 1.1 * hips[1]
    assert (wide[1:] > narrow[1:]).all()
    assert wide[2] < 1.9 * hips[2]


def test_a_skirt_that_lies_like_a_bell_falls_straight_to_its_hem() -> None:
    level = np.linspace(0.8, 1.6, 9)
    hips, ones = np.full(9, 40.0), np.ones(9)
    bell = 42 + 45 * np.linspace(0, 1, 9) ** 0.4
    width = draped(bell, hips, level, ones)
    straight = np.interp(level, level[[0, -1]], width[[0, -1]])
    assert width[-1] > 1.2 * width[0]
    assert (width <= straight + 2).all()


def test_the_front_of_a_waistband_that_sags_comes_to_the_old_waist() -> None:
    body, straight = drawn_body(), skirt(220)
    ends = straight.curves["waist"][[0, -1]]
    share = np.linspace(0, 1, 17)[:, None]
    line = ends[0] + share * (ends[1] - ends[0]) + 20 * np.sin(np.pi * share) * [0, 1]
    hanging = replace(straight, curves={**straight.curves, "waist": line})
    top = {}
    for name, garment in (("straight", straight), ("hanging", hanging)):
        handles = fit_garment(body, garment).handles[int(Part.TORSO)]
        near = np.linalg.norm(handles.source - garment.curves["waist"][len(garment.curves["waist"]) // 2], axis=1)
        top[name] = body.coordinates(handles.target[np.argmin(near)][None])[0, 1]
    assert abs(top["hanging"] - top["straight"]) < 0.03


def test_sides_curve_nowhere_inwards() -> None:
    level = np.linspace(0.8, 1.8, 30)
    width = 40 + 20 * (level - 0.8) - 12 * np.exp(-(((level - 1.5) / 0.1) ** 2))
    hung = without_dents(level, width)
    assert (hung >= width - 1e-9).all()
    assert hung[[0, -1]] == pytest.approx(width[[0, -1]])
    assert (np.diff(hung, n=2) <= 1e-9).all()
    bulging = 40 - 30 * (level - 1.3) ** 2
    assert without_dents(level, bulging) == pytest.approx(bulging)


def test_a_skirt_under_a_top_hangs_from_the_natural_waist_however_low_the_top_ends() -> None:
    body, garment = drawn_body(), skirt(220)
    lowest = {end: sides(replace(body, top_hem=end, waist=end), garment)[:, 1].max() for end in (0.9, 1.0)}
    assert lowest[1.0] == pytest.approx(lowest[0.9], abs=0.03)
    seen = sides(replace(body, top_hem=None, waist=0.9), garment)[:, 1].max()
    assert seen > lowest[1.0] + 0.08


def test_a_wide_top_makes_no_skirt_longer() -> None:
    slim, garment = drawn_body(), skirt(300)
    wide = np.where(V_LEVELS < 0.95, 1.6, 1.0)
    bulky = replace(slim, half_width={side: wide * slim.half_width[side] for side in SIDES})
    lowest = [sides(body, garment)[:, 1].max() for body in (slim, bulky)]
    assert lowest[1] < 1.2 * lowest[0]


def test_the_hem_of_a_round_skirt_hangs_nearly_level() -> None:
    canvas = np.full((500, 600, 3), 252, np.uint8)
    angle = np.linspace(-0.75, 0.75, 60)
    hem = np.stack([300 + 400 * np.sin(angle), 10 + 400 * np.cos(angle)], 1)
    outline = np.concatenate([[(380, 100), (220, 100)], hem]).astype(np.int32)
    cv2.fillPoly(canvas, [outline], (140, 40, 60), lineType=cv2.LINE_AA)
    garment, body = understand(Picture(canvas), "bottoms"), drawn_body()
    fit = fit_garment(body, garment)
    handles = fit.handles[int(Part.TORSO)]
    source, place = garment.curves["hem"], body.coordinates(handles.target)
    drop = (source[len(source) // 2, 1] - source[[0, -1], 1].mean()) * fit.scale[1]
    ends = [np.argmin(np.linalg.norm(handles.source - point, axis=1)) for point in (source[0], source[-1])]
    middle = np.argmin(np.linalg.norm(handles.source - source[len(source) // 2], axis=1))
    hangs = (place[middle, 1] - place[ends, 1].mean()) * body.torso
    assert drop > 0.3 * UNIT
    assert 0 < hangs < 0.4 * drop


def test_a_wide_skirt_comes_out_gradually_from_under_a_long_top() -> None:
    body = replace(drawn_body(), top_hem=1.25)
    place = sides(body, skirt(560))
    below = place[(place[:, 1] > 1.26) & (place[:, 1] < 1.36)]
    worn = max(float(body.width(side, 1.25)) for side in SIDES)
    assert len(below) > 4
    assert np.abs(below[:, 0]).max() < worn + 0.7 * 0.11 * body.torso
    assert np.abs(place[:, 0]).max() > worn + 0.11 * body.torso  # further down it is as wide as it hangs


def test_hips_stay_under_the_fronts_of_an_open_jacket() -> None:
    body = replace(drawn_body(), top_hem=0.9)
    body.labels[220:280, 105:196] = int(Label.BOTTOM)
    jacket = replace(body, labels=body.labels.copy())
    for columns in (slice(105, 140), slice(160, 196)):
        jacket.labels[120:272, columns] = int(Label.TOP)  # down to level 1.27
    level, wide = np.linspace(0.8, 1.5, 36), np.full(36, 200.0)
    for side in SIDES:
        plain, hidden = (under_the_top(person, side, level, wide, 0.5) for person in (body, jacket))
        at_front = int(np.argmin(np.abs(level - 1.2)))
        assert hidden[at_front] <= float(body.width(side, 1.2)) < plain[at_front] - 5
        assert hidden[-1] > hidden[at_front] + 5  # below the fronts they widen
