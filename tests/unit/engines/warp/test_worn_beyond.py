"""Tops that leave the photo of their wearer, as in portraits, come out whole."""

from __future__ import annotations

import numpy as np
import pytest

from vesture.engines.warp.body.figure import SIDES
from vesture.engines.warp.engine import Person, _read_person
from vesture.engines.warp.worn.beyond import leaving_sleeves
from vesture.engines.warp.worn.garment import worn_garment
from vesture.engines.warp.worn.tucked import END
from vesture.vision.garment.types import Part
from vesture.vision.parsing.parse import Label

EDGE = 0.5  # level at which the portrait ends


@pytest.fixture(scope="module")
def whole(sample, estimator) -> Person:
    photo = sample("avatars/3").rgb
    return _read_person(photo, estimator.estimate(photo))


@pytest.fixture(scope="module")
def portrait(sample, estimator, whole: Person) -> Person:
    photo = sample("avatars/3").rgb
    row = round(whole.box.top + float(whole.body.point(0.0, EDGE)[0, 1]))
    cut = np.ascontiguousarray(photo[:row])
    return _read_person(cut, estimator.estimate(cut))


def test_a_portrait_gives_a_top_with_a_hem_and_two_long_sleeves(portrait: Person) -> None:
    garment = worn_garment(portrait.photo, portrait.body, "tops")
    body = garment.wearer
    hem = body.coordinates(np.asarray(garment.curves["hem"], float))[:, 1]
    assert np.allclose(hem, END, atol=0.01)
    column, row = np.rint(body.point(np.zeros(20), np.linspace(0.25, END - 0.03, 20))).astype(int).T
    assert garment.alpha[row, column].min() > 0.9
    assert set(garment.sleeve_wearer) == set(SIDES)
    left, right = (int((garment.parts == part).sum()) for part in (Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE))
    assert 0.6 < left / right < 1.7
    for side in SIDES:
        arm = garment.body_at(side).arms[side]
        column, row = np.rint(arm.at(np.linspace(0.3, 0.95, 12) * arm.length)).astype(int).T
        assert garment.alpha[row, column].min() > 0.9  # a sleeve down to the wrist
        jumper = np.median(garment.rgb[garment.parts == Part.TORSO].astype(int), axis=0)
        assert np.abs(np.median(garment.rgb[row, column].astype(int), axis=0) - jumper).max() < 25


def test_sleeves_and_hems_in_the_photo_are_left_alone(whole: Person) -> None:
    mask = whole.body.labels == Label.TOP
    assert not any(leaving_sleeves(whole.body, mask).values())
    garment = worn_garment(whole.photo, whole.body, "tops")
    assert garment.wearer.top_hem == whole.body.top_hem
    assert not garment.sleeve_wearer
