"""Cloth carried from body to body: where bodies are alike it stays, elsewhere it follows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_person import SHAPE, UNIT, drawn_body, drawn_photo, straight_limb

from vesture.core.task import TryOnOptions
from vesture.engines.warp.body.figure import ARM_RADIUS, SIDES, Body
from vesture.engines.warp.cloth.layers import drape
from vesture.engines.warp.cloth.placement import Ease, Wishes
from vesture.engines.warp.dressing import dress
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.engines.warp.fit.transfer import Transfer
from vesture.engines.warp.fit.worn import outermost
from vesture.engines.warp.worn.garment import worn_garment
from vesture.engines.warp.worn.wearer import WornGarment, carried
from vesture.vision.frame import Box
from vesture.vision.garment.types import Part
from vesture.vision.parsing.parse import Label


@pytest.fixture(scope="module")
def body() -> Body:
    return replace(drawn_body(), top_hem=1.04, waist=1.04)


@pytest.fixture(scope="module")
def jumper(body: Body) -> WornGarment:
    return worn_garment(drawn_photo(body), body, "tops")


def grid() -> np.ndarray:
    x, y = np.meshgrid(np.linspace(90, 210, 13), np.linspace(60, 390, 23))
    return np.stack([x.ravel(), y.ravel()], 1)


def tilted(body: Body) -> Body:
    """Arms that begin at different heights, as on somebody who leans."""
    return replace(body, arms={**body.arms, "left": straight_limb((112, 128), (90, 250), ARM_RADIUS, 130.0)})


@pytest.mark.parametrize("lean", [False, True])
@pytest.mark.parametrize("from_hips", [False, True])
def test_a_body_is_carried_onto_itself(body: Body, lean: bool, from_hips: bool) -> None:
    body = tilted(body) if lean else body
    transfer, points = Transfer(body, body, from_hips), grid()
    assert np.allclose(transfer.torso(points), points, atol=0.1)
    for limb in (*body.arms.values(), *body.legs.values()):
        near = points[np.linalg.norm(points[:, None] - limb.axis[None], axis=2).min(1) < 20]
        assert len(near) > 10
        assert np.allclose(transfer.limb(near, limb, limb), near, atol=0.1)


def test_a_body_elsewhere_and_larger_is_no_other_body(body: Body) -> None:
    scale, offset = 1.7, np.array([-31.0, 12.5])
    transfer, points = Transfer(body, carried(body, scale, offset)), grid()
    assert np.allclose(transfer.torso(points), scale * points + offset, atol=0.2)


def test_cloth_follows_an_arm_that_is_raised(body: Body) -> None:
    raised = straight_limb((188, 120), (290, 60), ARM_RADIUS, 130.0)
    arm = body.arms["right"]
    along = np.linspace(0.3, 0.9, 5)
    edge = arm.at(along * arm.length) + 1.2 * arm.outward(along, 1.0) * UNIT * 0.1
    moved = Transfer(body, body).limb(edge, arm, raised)
    away = np.linalg.norm(moved[:, None] - raised.at(np.linspace(0, 1, 200) * raised.length)[None], axis=2).min(1)
    assert np.allclose(away, 1.2 * UNIT * 0.1, atol=0.3)
    assert np.all(np.diff(moved[:, 0]) > 0)


def test_a_garment_stays_where_it_is_on_its_wearer(body: Body, jumper: WornGarment) -> None:
    draped = drape(jumper, fit_garment(body, jumper))
    offset = body.neck - jumper.wearer.neck
    assert np.abs(draped.position - draped.mesh.vertices - offset).max() < 1.5


def test_dressing_somebody_in_what_they_wear_gives_their_photo(body: Body, jumper: WornGarment) -> None:
    photo = drawn_photo(body)
    box = Box(0, 0, SHAPE[1], SHAPE[0])
    images, changed = dress(photo, box, body, jumper, TryOnOptions("tops"))
    difference = np.abs(images[0].astype(int) - photo).max(-1)
    worn = body.labels == Label.TOP
    assert np.median(difference[worn]) <= 4
    assert (difference[worn] > 30).mean() < 0.06
    assert (difference[~worn] > 30).mean() < 0.01
    assert (changed & worn).sum() / (changed | worn).sum() > 0.8


def test_a_hem_keeps_its_level_on_the_body_and_hides_the_one_just_below(body: Body, jumper: WornGarment) -> None:
    def hem(person: Body) -> float:
        target = fit_garment(person, jumper).handles[int(Part.TORSO)].target
        return float(person.coordinates(target)[:, 1].max())

    usual = hem(body)
    tall = replace(body, torso=1.2 * body.torso)
    assert hem(tall) == pytest.approx(usual, abs=0.02)
    assert hem(replace(body, top_hem=1.00)) == pytest.approx(usual - 0.04, abs=0.01)  # nearly where it was: there
    assert hem(replace(body, top_hem=1.14)) > usual + 0.07
    assert hem(replace(body, top_hem=1.8)) == pytest.approx(usual, abs=0.005)  # a coat is taken off, not covered


def test_fit_and_options_change_worn_garments_too(body: Body, jumper: WornGarment) -> None:
    usual = fit_garment(body, jumper)
    loose = fit_garment(body, jumper, ease=Ease(width=1.12, length=1.1))
    torso = int(Part.TORSO)
    length = np.ptp(loose.handles[torso].target[:, 1]) / np.ptp(usual.handles[torso].target[:, 1])
    below = body.coordinates(usual.handles[torso].target)[:, 1] > 0.5  # shoulders stay on the arms
    width = np.ptp(loose.handles[torso].target[below, 0]) / np.ptp(usual.handles[torso].target[below, 0])
    assert width > 1.08
    assert length > 1.05
    over = fit_garment(body, jumper, Wishes(adjust_hands=True))
    assert over.over_hands
    assert all(over.sleeve_reach[side] > usual.sleeve_reach[side] for side in SIDES)


def test_cloth_is_as_wide_as_a_broader_body(body: Body, jumper: WornGarment) -> None:
    torso = int(Part.TORSO)
    usual = fit_garment(body, jumper).handles[torso].target
    broad = {side: np.where(body.half_width[side] > 0, 1.3 * body.half_width[side], 0) for side in SIDES}
    wide = fit_garment(replace(body, half_width=broad, bare_half_width=1.3 * body.bare_half_width), jumper)
    waist = np.abs(body.coordinates(usual)[:, 1] - 0.7) < 0.1
    assert np.ptp(wide.handles[torso].target[waist, 0]) > 1.07 * np.ptp(usual[waist, 0])


def test_a_top_is_as_wide_at_the_hem_as_the_trousers_under_it(body: Body, jumper: WornGarment) -> None:
    labels = body.labels.copy()
    labels[240:405, 90:210] = Label.BACKGROUND
    labels[246:405, 112:188] = Label.BOTTOM  # wider than the jumper
    torso = int(Part.TORSO)
    usual, over = (
        fit_garment(replace(body, labels=seen), jumper).handles[torso].target for seen in (body.labels, labels)
    )
    low = body.coordinates(usual)[:, 1] > 0.9
    assert np.ptp(over[low, 0]) > 1.05 * np.ptp(usual[low, 0])
    np.testing.assert_allclose(over[body.coordinates(usual)[:, 1] < 0.4], usual[body.coordinates(usual)[:, 1] < 0.4])


def test_a_cap_sleeve_goes_with_its_arm(body: Body) -> None:
    labels = body.labels.copy()
    for side in SIDES:
        arm = body.arms[side]
        lower = arm.at(np.linspace(0.2, 1.1, 60) * arm.length)
        far = np.linalg.norm(np.indices(SHAPE)[::-1].reshape(2, -1).T[:, None] - lower[None, ::6], axis=2).min(1)
        labels[(far < 14).reshape(SHAPE) & (labels == Label.TOP) & (np.abs(np.arange(SHAPE[1]) - 150) > 30)] = (
            Label.SKIN
        )
    worn = worn_garment(drawn_photo(body), replace(body, labels=labels), "tops")
    assert not worn.has_sleeves
    raised = replace(body, arms={**body.arms, "right": straight_limb((188, 120), (300, 60), ARM_RADIUS, 130.0)})
    handles = fit_garment(raised, worn).handles[int(Part.TORSO)]
    usual = fit_garment(body, worn).handles[int(Part.TORSO)]
    moved = handles.target - usual.target
    beyond = usual.target[:, 0] > 190
    assert beyond.any()
    assert moved[beyond, 1].min() < -2  # up, with the arm
    assert np.abs(moved[usual.target[:, 0] < 150]).max() < 0.1


def test_widths_are_told_by_the_cloth_s_own_sides(jumper: WornGarment) -> None:
    sides = outermost(jumper, Part.TORSO)
    across, level = jumper.wearer.coordinates(sides).T
    trunk = (level > 0.6) & (level < 0.95)
    np.testing.assert_allclose(np.abs(across[trunk]), 30.0, atol=2.0)


def test_loose_legs_fall_straight_from_slimmer_hips_and_tight_ones_stay_on_the_legs(body: Body) -> None:
    stout = {side: np.where(body.half_width[side] > 0, 1.3 * body.half_width[side], 0) for side in SIDES}
    wearer = replace(body, half_width=stout)
    leg = wearer.legs["left"]
    share = np.full(2, 0.3)
    radius = float(leg.radius(share * leg.length)[0])
    for here in (wearer, body):
        tight, loose = Transfer(here, body, from_hips=True).aside(leg, share, np.array([0.9, 2.0]) * radius) / radius
        np.testing.assert_allclose(tight, 0.9)
        assert (loose < 1.8) == (here is wearer)
