"""New waistbands lie where the old ones were, when skin is seen above them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.unit.engines.warp.drawn_person import UNIT, drawn_body
from vesture.core.task import Picture
from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.body.waist_line import highest_under_a_top, seen_waist
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.types import Garment, Part
from vesture.vision.parsing.parse import Label


@pytest.fixture(scope="module", params=["trousers", "skirt"])
def garment(request: pytest.FixtureRequest) -> Garment:
    canvas = np.full((900, 520, 3), 252, np.uint8)
    if request.param == "skirt":
        cv2.fillPoly(canvas, [np.array([(150, 300), (370, 300), (430, 640), (90, 640)], np.int32)], (60, 90, 150))
        return understand(Picture(canvas), "bottoms")
    left = [(130, 60), (260, 60), (260, 330), (215, 860), (85, 860)]
    for outline in (left, [(520 - x, y) for x, y in left]):
        cv2.fillPoly(canvas, [np.array(outline, np.int32)], (60, 90, 150))
    return understand(Picture(canvas), "bottoms")


def bare_belly(lean: float) -> tuple[Body, np.ndarray]:
    """The drawn person with a bare belly, and the row of the waistband in each column; it leans by so many rows."""
    body = drawn_body()
    labels = body.labels.copy()
    rows, columns = np.indices(labels.shape)
    edge = 208 + lean * (columns[0] - 150) / 60 + 6 * (1 - ((columns[0] - 150) / 60) ** 2)
    torso = (np.abs(columns - 150) < 45) & (rows > 120) & (rows < 260)
    labels[torso] = np.where(rows < edge, int(Label.SKIN), int(Label.BOTTOM))[torso]
    middle = float(body.coordinates(np.array([150.0, edge[150]]))[0, 1])
    return replace(body, labels=labels, top_hem=None, waist=middle), edge


@pytest.mark.parametrize("lean", [-8.0, 0.0, 8.0])
def test_the_edge_is_measured_along_its_course(lean: float) -> None:
    body, edge = bare_belly(lean)
    line = seen_waist(body)
    assert line is not None
    for column in (120, 150, 180):
        place = body.point(column - 150.0, float(line.level(column - 150.0)))[0]
        assert abs(place[1] - edge[column]) < 3
    assert abs(line.ends["left"]) == pytest.approx(line.ends["right"], abs=4)


@pytest.mark.parametrize("lean", [-8.0, 8.0])
def test_the_new_waistband_follows_it(garment: Garment, lean: float) -> None:
    body, edge = bare_belly(lean)
    torso = fit_garment(body, garment).handles[int(Part.TORSO)]
    waist = np.asarray(garment.curves["waist"], float)
    for share in (0.2, 0.5, 0.8):
        source = waist[0] + share * (waist[-1] - waist[0])
        place = torso.target[np.argmin(np.linalg.norm(torso.source - source, axis=1))]
        gap = place[1] - edge[round(float(place[0]))]
        assert -0.08 * UNIT < gap < 0.02 * UNIT


def test_under_a_top_nothing_is_measured() -> None:
    assert seen_waist(drawn_body()) is None


def test_a_hand_on_the_hip_does_not_bend_it() -> None:
    body, edge = bare_belly(0.0)
    labels = body.labels.copy()
    cv2.circle(labels, (185, 215), 12, int(Label.SKIN), -1)
    line = seen_waist(replace(body, labels=labels))
    assert line is not None
    place = body.point(30.0, float(line.level(30.0)))[0]
    assert abs(place[1] - edge[180]) < 4


def in_an_open_jacket(inner_hem: int) -> Body:
    """The drawn person in trousers and a jacket down to row 250 whose fronts, left and right of columns 138 to 156,
    show a shirt that ends at row `inner_hem`."""
    body = drawn_body()
    labels = body.labels.copy()
    labels[120:250, 110:190] = int(Label.TOP)
    labels[inner_hem:250, 138:156] = int(Label.BOTTOM)
    labels[250:400, 112:188] = int(Label.BOTTOM)
    hem = float(body.coordinates(np.array([150.0, 250.0]))[0, 1])
    return replace(body, labels=labels, top_hem=hem, waist=hem)


def test_an_open_jacket_shows_the_waistband_further_up(garment: Garment) -> None:
    body = in_an_open_jacket(205)
    level = highest_under_a_top(body)
    assert level is not None
    assert body.point(0.0, level)[0, 1] == pytest.approx(205, abs=3)
    rows = fit_garment(body, garment).handles[int(Part.TORSO)].target[:, 1]
    assert rows.min() < 203
    assert rows.min() < fit_garment(in_an_open_jacket(249), garment).handles[int(Part.TORSO)].target[:, 1].min() - 1


def test_a_bare_belly_shows_no_waistband_under_a_top() -> None:
    assert highest_under_a_top(bare_belly(0.0)[0]) is None


def test_one_crooked_column_lifts_no_waistband() -> None:
    body = in_an_open_jacket(249)
    labels = body.labels.copy()
    labels[200:250, 150:152] = int(Label.BOTTOM)
    level = highest_under_a_top(replace(body, labels=labels))
    assert level is not None
    assert body.point(0.0, level)[0, 1] > 245


def test_under_a_top_a_waistband_draws_in_further_up(garment: Garment) -> None:
    body = in_an_open_jacket(249)
    assert body.top_hem is not None
    place = body.coordinates(fit_garment(body, garment).handles[int(Part.TORSO)].target)
    for side, sign in (("left", -1), ("right", 1)):
        for above, most in ((0.02, 1.0), (0.08, 0.96)):
            level = body.top_hem - above
            near = place[np.abs(place[:, 1] - level) < 0.02]
            assert (sign * near[:, 0]).max() < most * float(body.width(side, level))
