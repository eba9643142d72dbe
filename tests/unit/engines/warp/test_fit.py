"""Where garments end on a body, and how wide they hang."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from vesture.core.task import Picture
from vesture.engines.warp.body.figure import SIDES, SIGN, V_LEVELS, Body, resample
from vesture.engines.warp.cloth.placement import OUTLINE_POINTS, Ease, Fit, Wishes
from vesture.engines.warp.engine import _read_person
from vesture.engines.warp.fit.bottoms import hip_bound
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.engines.warp.fit.sleeves import lies_on_torso
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.types import Garment, Part
from vesture.vision.parsing.parse import Label


@pytest.fixture(scope="module")
def bodies(sample, estimator) -> dict[str, Body]:
    photos = {name: sample(name).rgb for name in ("avatars/2", "avatars/4")}
    return {name: _read_person(photo, estimator.estimate(photo)).body for name, photo in photos.items()}


@pytest.fixture(scope="module")
def shirt(sample) -> Garment:
    return understand(sample("shirts/3"), "tops")


def shorts() -> Garment:
    """Knee-length shorts, lying flat, before white."""
    canvas = np.full((700, 700, 3), 252, np.uint8)
    left = [(180, 120), (350, 120), (350, 330), (330, 520), (110, 505)]
    for outline in (left, [(700 - x, y) for x, y in left]):
        cv2.fillPoly(canvas, [np.array(outline, np.int32)], (60, 90, 150), lineType=cv2.LINE_AA)
    return understand(Picture(canvas), "bottoms")


def lowest_level(body: Body, fit: Fit) -> float:
    return float(body.coordinates(fit.handles[int(Part.TORSO)].target)[:, 1].max())


@pytest.mark.parametrize("name", ["avatars/2", "avatars/4"])
def test_a_shirt_ends_where_shirts_end(name: str, bodies, shirt) -> None:
    assert 0.9 < lowest_level(bodies[name], fit_garment(bodies[name], shirt)) < 1.25


def test_a_hem_just_above_the_photos_edge_goes_on_below_it_with_the_old_top(bodies, shirt) -> None:
    body = replace(bodies["avatars/2"], top_hem=None)
    usual = lowest_level(body, fit_garment(body, shirt))

    def cut_at(level: float) -> Body:
        labels = body.labels[: int(body.point(0.0, level)[0, 1]) + 1].copy()
        labels[labels == Label.BOTTOM] = Label.TOP
        return replace(body, labels=labels)

    near, far = cut_at(usual + 0.1), cut_at(usual + 0.6)
    assert lowest_level(near, fit_garment(near, shirt)) > usual + 0.1
    assert lowest_level(far, fit_garment(far, shirt)) == pytest.approx(usual, abs=0.02)


def test_a_longer_and_looser_fit_is_longer_and_looser(bodies, shirt) -> None:
    body = bodies["avatars/2"]
    usual, loose = fit_garment(body, shirt), fit_garment(body, shirt, ease=Ease(width=1.12, length=1.1))
    assert lowest_level(body, loose) > lowest_level(body, usual) + 0.05

    def width(fit: Fit) -> float:
        return float(np.ptp(body.coordinates(fit.handles[int(Part.TORSO)].target)[:, 0]))

    assert width(loose) > 1.03 * width(usual)


@pytest.mark.parametrize("name", ["avatars/2", "avatars/4"])
def test_trousers_reach_the_ankles_and_shorts_the_knees(name: str, bodies, sample) -> None:
    body = bodies[name]
    trousers = fit_garment(body, understand(sample("pants/1"), "bottoms"))
    short = fit_garment(body, shorts())
    for side in SIDES:
        length = body.legs[side].length
        assert trousers.leg_reach[side] > length
        assert 0.3 * length < short.leg_reach[side] < 0.7 * length


@pytest.mark.parametrize("name", ["avatars/2", "avatars/4"])
def test_board_shorts_end_near_the_knee_though_their_crotch_hangs_low(name: str, bodies) -> None:
    """As long as they are wide, which a flat half of the way round the hips is."""
    canvas = np.full((600, 700, 3), 252, np.uint8)
    left = [(180, 80), (350, 80), (350, 390), (335, 460), (150, 450)]
    for outline in (left, [(700 - x, y) for x, y in left]):
        cv2.fillPoly(canvas, [np.array(outline, np.int32)], (170, 30, 40), lineType=cv2.LINE_AA)
    body, garment = bodies[name], understand(Picture(canvas), "bottoms")
    reach = fit_garment(body, garment).leg_reach
    for side in SIDES:
        leg = body.legs[side]
        assert 0.4 < reach[side] / leg.length < 0.6  # the knee halves it


def test_covered_feet_lengthen_trousers_and_not_shorts(bodies, sample) -> None:
    body, wishes = bodies["avatars/2"], Wishes(cover_feet=True)
    jeans = understand(sample("pants/1"), "bottoms")
    for garment, longer in ((jeans, True), (shorts(), False)):
        usual, covering = fit_garment(body, garment), fit_garment(body, garment, wishes)
        for side in SIDES:
            assert (covering.leg_reach[side] > usual.leg_reach[side] + 0.1 * body.unit) is longer


def test_a_flared_skirt_does_not_pass_for_hips(bodies) -> None:
    body = bodies["avatars/2"]
    flared = np.where(V_LEVELS >= 0.85, 1.35 * body.bare_half_width, body.bare_half_width)
    in_skirt = replace(body, half_width=dict.fromkeys(SIDES, flared))
    hips = float(np.interp(1.15, V_LEVELS, body.bare_half_width))
    assert float(hip_bound(in_skirt, "left", 1.15)) < 1.12 * hips
    wide = dict.fromkeys(SIDES, 1.3 * body.bare_half_width)
    assert float(hip_bound(replace(body, half_width=wide), "left", 1.15)) > 1.25 * hips  # a wide body is wide all over


def test_an_inner_edge_hidden_on_the_torso_is_not_stretched_along_the_arm(bodies, shirt) -> None:
    body = bodies["avatars/4"]
    for side, part in (("left", Part.LEFT_SLEEVE), ("right", Part.RIGHT_SLEEVE)):
        name = f"sleeve_inner_{side}"
        outer, inner = shirt.curves[f"sleeve_outer_{side}"], shirt.curves[name]
        assert not lies_on_torso(outer, inner)
        armpit = inner[-1] + 0.2 * (inner[-1] - outer[-1])  # past it the seen piece runs back along the rim
        hidden = replace(shirt, curves={**shirt.curves, name: np.stack([armpit, inner[-1]])})
        assert lies_on_torso(outer, hidden.curves[name])
        sleeve = fit_garment(body, hidden).handles[int(part)]
        near = np.linalg.norm(sleeve.source - armpit, axis=1) < 0.1 * np.linalg.norm(inner[-1] - outer[-1])
        assert 0 < near.sum() < 3
        assert np.ptp(sleeve.target[near], axis=0).max() < 0.1 * body.unit


def test_the_inner_edge_of_a_short_sleeve_runs_down_from_the_armpit_only(bodies, shirt) -> None:
    body = bodies["avatars/4"]
    for side, part in (("left", Part.LEFT_SLEEVE), ("right", Part.RIGHT_SLEEVE)):
        sleeve = fit_garment(body, shirt).handles[int(part)]
        inner = sleeve.target[OUTLINE_POINTS : 2 * OUTLINE_POINTS]
        down = np.diff(inner @ body.arms[side].direction(np.zeros(1))[0])
        assert down.min() > -0.002 * body.unit
        assert down.sum() > 0


def test_a_long_sleeve_laid_in_a_fold_has_its_cloth_from_the_shoulder_on(bodies, sample) -> None:
    body, jacket = bodies["avatars/4"], understand(sample("jackets/1"), "tops")
    inner, outer = (resample(jacket.curves[f"sleeve_{edge}_left"], 60) for edge in ("inner", "outer"))
    folded = inner.copy()
    folded[26:32] += 0.35 * (outer[26:32] - inner[26:32])  # a narrow bay
    laid = replace(jacket, curves={**jacket.curves, "sleeve_inner_left": folded})
    arm, middles = body.arms["left"], []
    for garment in (jacket, laid):
        edge = fit_garment(body, garment).handles[int(Part.LEFT_SLEEVE)].target[OUTLINE_POINTS : 2 * OUTLINE_POINTS]
        levels = np.linspace(0, 1.1 * arm.length, 200)
        middles.append(levels[np.argmin(np.linalg.norm(arm.at(levels) - edge[OUTLINE_POINTS // 2], axis=1))])
    assert middles[1] < middles[0] - 0.05 * arm.length


def test_a_long_sleeve_stands_off_the_arm_no_further_than_what_was_worn(bodies, sample) -> None:
    body, jacket = bodies["avatars/4"], understand(sample("jackets/1"), "tops")
    fit = fit_garment(body, jacket)
    for side, part in (("left", Part.LEFT_SLEEVE), ("right", Part.RIGHT_SLEEVE)):
        arm, target = body.arms[side], fit.handles[int(part)].target
        for along in np.linspace(0.4, 0.8, 5) * arm.length:
            axis, normal = arm.at(np.array([along]))[0], arm.outward(np.array([along]), SIGN[side])[0]
            level = np.abs((target - axis) @ arm.direction(np.array([along]))[0]) < 0.04 * body.unit
            farthest = float(((target[level] - axis) @ normal).max())
            worn = max(float(arm.radius(along, clothed=True)), 1.15 * float(arm.radius(along)))
            assert farthest < 1.12 * worn


def test_shoulders_turn_into_sleeves_without_a_corner(bodies, shirt) -> None:
    body = bodies["avatars/4"]
    fit = fit_garment(body, shirt)
    sleeve = fit.handles[int(Part.LEFT_SLEEVE)].target
    start = sleeve[np.argmin(np.linalg.norm(sleeve - body.tip["left"], axis=1))]
    drop = float((start - body.tip["left"]) @ body.down)
    assert 0.02 * body.unit < drop < 0.1 * body.unit
