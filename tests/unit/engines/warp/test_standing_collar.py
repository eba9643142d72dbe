"""How collars of flat garments sit round the neck."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vesture.engines.warp.body.figure import SIDES, SIGN, Body
from vesture.engines.warp.body.neck_column import neck_column
from vesture.engines.warp.cloth.placement import curve
from vesture.engines.warp.engine import _read_person
from vesture.engines.warp.fit.collar import shoulder_targets, standing_collar
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.types import Garment, Part
from vesture.vision.parsing.parse import Label


@pytest.fixture(scope="module")
def body(sample, estimator) -> Body:
    photo = sample("avatars/3").rgb
    return _read_person(photo, estimator.estimate(photo)).body


@pytest.fixture(scope="module")
def garments(sample) -> dict[str, Garment]:
    return {name: understand(sample(name), "tops") for name in ("shirts/1", "shirts/3", "jackets/1", "jackets/3")}


def scale_of(body: Body, garment: Garment) -> tuple[float, float]:
    width = np.linalg.norm(garment.points["shoulder_right"] - garment.points["shoulder_left"])
    across = float(np.linalg.norm(body.tip["right"] - body.tip["left"]) / width)
    return across, 0.84 * across


@pytest.mark.parametrize("name", ["shirts/1", "jackets/1", "jackets/3"])
def test_a_collar_with_leaves_or_a_stand_lies_beside_the_neck(name: str, body, garments) -> None:
    corners, _ = shoulder_targets(body, garments[name], scale_of(body, garments[name]))
    column = neck_column(body)
    for side in SIDES:
        above = float((body.neck_foot[side] - corners[side]) @ body.down)
        beside = float((corners[side] - column.bottom) @ body.across) * SIGN[side]
        assert 0.02 * body.unit < above < float((column.bottom - column.top) @ body.down)
        assert beside < 1.35 * column.half_width[side]


def test_a_ring_lies_on_the_line_of_the_shoulder(body, garments) -> None:
    corners, _ = shoulder_targets(body, garments["shirts/3"], scale_of(body, garments["shirts/3"]))
    for side in SIDES:
        foot, tip = body.neck_foot[side], body.tip[side]
        way = (tip - foot) / np.linalg.norm(tip - foot)
        offset = corners[side] - foot
        assert abs(offset[0] * way[1] - offset[1] * way[0]) < 0.02 * body.unit


def test_the_foot_of_a_standing_collar_is_told_from_the_shoulder(garments) -> None:
    assert standing_collar(garments["shirts/3"], curve(garments["shirts/3"], "shoulder_left", 40)).share < 0.3
    leaves = curve(garments["jackets/1"], "shoulder_left", 40)
    stand = standing_collar(garments["jackets/1"], leaves)
    assert stand.share > 0.5
    assert 0 < stand.foot < 25
    assert leaves[stand.foot, 1] - leaves[0, 1] > 0.8 * stand.height


def test_the_outer_side_of_a_collar_comes_down_to_the_shoulder(body, garments) -> None:
    handles = fit_garment(body, garments["jackets/1"]).handles[int(Part.TORSO)]
    levels = body.coordinates(handles.target)
    corner = levels[20]  # the right end of the neckline, which comes first
    lower = levels[(levels[:, 0] > corner[0] + 0.03 * body.unit) & (levels[:, 0] < 0.5 * body.unit)]
    upper = lower[lower[:, 1] < 0.1]
    assert len(upper) > 4
    assert (upper[:, 1] > corner[1]).all()


def test_the_neck_ends_where_the_scene_begins_beside_it(body) -> None:
    column = neck_column(body)
    labels = body.labels.copy()
    rows, columns = np.indices(labels.shape)
    usual = body.head.neck_half_width
    neck = (rows > column.top[1] - 5) & (rows < column.bottom[1] + 5)
    far = np.abs(columns - column.top[0]) >= 0.95 * usual
    labels[neck] = np.where(far[neck], Label.BACKGROUND, Label.SKIN)
    assert neck_column(replace(body, labels=labels)).half_width["right"] < 1.02 * usual
    labels[neck & far] = Label.HAIR
    assert neck_column(replace(body, labels=labels)).half_width["right"] == pytest.approx(usual)
