"""How collars of flat garments sit round the neck."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vesture.engines.warp.body.figure import SIDES, SIGN, Body
from vesture.engines.warp.body.neck_column import neck_column
from vesture.engines.warp.cloth.collar import collar_back, standing_collar
from vesture.engines.warp.cloth.layers import drape
from vesture.engines.warp.cloth.placement import curve
from vesture.engines.warp.engine import _read_person
from vesture.engines.warp.fit.collar import shoulder_targets
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.engines.warp.picture.patch import Patch, coverage
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


def backs(body: Body, garment: Garment) -> tuple[Patch, np.ndarray]:
    """What is seen of a collar's inside, and its coverage in the whole photo."""
    draped = drape(garment, fit_garment(body, garment))
    patch = collar_back(draped.garment, draped.mesh, draped.position, body, body.labels.shape)
    assert patch is not None
    return patch, coverage([patch], body.labels.shape)


def test_the_inside_of_a_collar_is_seen_beside_the_neck_and_not_before_it(body, garments) -> None:
    patch, shown = backs(body, garments["jackets/3"])
    assert (shown > 0.5).sum() > 0.001 * body.unit**2
    column = neck_column(body)
    rows, columns = np.nonzero(shown > 0.5)
    place = np.stack([columns, rows], 1)
    share = np.clip((place - column.top) @ body.down / ((column.bottom - column.top) @ body.down), 0, 1)
    axis = column.top + share[:, None] * (column.bottom - column.top)
    assert np.abs((place - axis) @ body.across).min() > 0.9 * min(column.half_width.values())
    inside = garments["jackets/3"].inner_back > 0.5
    assert patch.rgb[patch.alpha > 0.5].mean() < garments["jackets/3"].rgb[inside].mean()  # in shade


def test_a_ring_and_a_worn_garment_show_no_inside(body, garments) -> None:
    for garment in (garments["shirts/3"], replace(garments["jackets/3"], inner_back=None)):
        draped = drape(garment, fit_garment(body, garment))
        patch = collar_back(draped.garment, draped.mesh, draped.position, body, body.labels.shape)
        assert patch is None or patch.alpha.max() < 0.5


def test_a_hood_that_stands_in_its_photo_hangs_down_behind_the_neck(body, garments) -> None:
    jumper = garments["shirts/3"]
    left, right = jumper.points["collar_left"], jumper.points["collar_right"]
    width = right[0] - left[0]
    rows, columns = np.indices(jumper.alpha.shape)
    raised = round(float(width))
    hood = (columns > left[0]) & (columns < right[0]) & (rows > left[1] - 5) & (rows < left[1] + raised)
    moved = {name: point + np.float32([0, raised]) for name, point in jumper.points.items()}
    curves = {name: curve + np.float32([0, raised]) for name, curve in jumper.curves.items()}
    down = ((raised, 0), (0, 0))
    hooded = replace(
        jumper,
        rgb=np.pad(jumper.rgb, (*down, (0, 0)), constant_values=200),
        alpha=np.pad(jumper.alpha, down),
        parts=np.pad(jumper.parts, down),
        points=moved,
        curves=curves,
        inner_back=np.pad(hood, ((0, raised), (0, 0))).astype(np.float32),
    )
    _, shown = backs(body, hooded)
    levels = body.coordinates(np.stack(np.nonzero(shown > 0.5)[::-1], 1))[:, 1]
    corner = body.coordinates(fit_garment(body, hooded).handles[int(Part.TORSO)].target[:1])[0, 1]
    assert 0.03 < (corner - levels.min()) * body.torso / body.unit < 0.2
