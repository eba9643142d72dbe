"""Garments taken off the people who wear them in the sample photos."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from vesture.core.task import Picture, TryOnOptions, TryOnTask
from vesture.engines.warp.engine import WarpEngine, _read_person
from vesture.engines.warp.worn.garment import worn_garment
from vesture.errors import GarmentNotFound
from vesture.vision.garment.types import Garment, Part
from vesture.vision.parsing.parse import Label
from vesture.vision.pose.estimator import Joint


@pytest.fixture(scope="module")
def wearer(sample, estimator):
    def read(name: str):
        photo = sample(name).rgb
        return _read_person(photo, estimator.estimate(photo))

    return read


def own_part(garment: Garment, *parts: Part) -> np.ndarray:
    return np.isin(garment.parts, parts)


@pytest.mark.parametrize("name", ["avatars/1", "avatars/3"])
def test_a_worn_jumper_has_two_long_sleeves_and_a_whole_body(name: str, wearer) -> None:
    person = wearer(name)
    garment = worn_garment(person.photo, person.body, "tops")
    assert garment.kind == "top"
    assert garment.has_sleeves
    body, left, right = (own_part(garment, part).sum() for part in (Part.TORSO, Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE))
    assert 0.6 < left / right < 1.7
    assert left + right < body
    x, top = garment.points["neck_front"]
    bottom = int(min(garment.points["hem_left"][1], garment.points["hem_right"][1]))
    column = garment.alpha[int(top) + 12 : bottom - 12, int(x)]
    assert column.min() > 0.9  # no hole from the neckline to the hem


def test_a_hand_before_the_body_leaves_no_hole_in_what_is_worn(wearer) -> None:
    person = wearer("avatars/3")
    labels = person.body.labels.copy()
    x, y = person.body.point(0.0, 0.55)[0].astype(int)
    size = int(0.12 * person.body.unit)
    labels[y - size : y + size, x - size : x + size] = Label.SKIN
    photo = person.photo.copy()
    photo[y - size : y + size, x - size : x + size] = (214, 160, 138)
    garment = worn_garment(photo, replace(person.body, labels=labels), "tops")
    whole = worn_garment(person.photo, person.body, "tops")
    assert abs(int((garment.alpha > 0.5).sum()) - int((whole.alpha > 0.5).sum())) < 0.02 * (whole.alpha > 0.5).sum()
    pink = (garment.rgb[..., 0].astype(int) - garment.rgb[..., 2] > 40) & (garment.parts == Part.TORSO)
    assert pink.sum() < 0.1 * (2 * size) ** 2  # grown over with the cloth around it


def test_worn_trousers_have_two_legs_without_hands(wearer) -> None:
    person = wearer("avatars/2")
    garment = worn_garment(person.photo, person.body, "bottoms")
    assert garment.kind == "trousers"
    left, right = (own_part(garment, part).sum() for part in (Part.LEFT_LEG, Part.RIGHT_LEG))
    assert 0.6 < left / right < 1.7
    assert garment.points["cuff_outer_left"][1] > 2.5 * garment.points["crotch"][1]


def test_a_shirt_tail_over_the_hips_leaves_no_bite_in_the_trousers(wearer) -> None:
    person = wearer("avatars/3")
    body = person.body
    labels, photo = body.labels.copy(), person.photo.copy()
    corners = [body.point(u * body.unit, v)[0] for u, v in ((-0.5, 0.8), (-0.05, 0.8), (-0.05, 1.18), (-0.5, 1.18))]
    tail = cv2.fillPoly(np.zeros(labels.shape, np.uint8), [np.rint(corners).astype(np.int32)], 1) > 0
    tail &= np.isin(labels, (Label.TOP, Label.BOTTOM))
    labels[tail], photo[tail] = Label.TOP, (240, 30, 30)
    garment = worn_garment(photo, replace(body, labels=labels), "bottoms")
    hips = np.asarray(garment.wearer.point(np.linspace(-0.3, 0.3, 13) * garment.wearer.unit, 1.1))
    column, row = np.rint(hips).astype(int).T
    assert garment.alpha[row, column].min() > 0.9
    red = (garment.rgb[..., 0].astype(int) - garment.rgb[..., 1] > 80) & (garment.alpha > 0.5)
    assert red.sum() < 0.05 * tail.sum()


def test_trousers_behind_a_coat_are_refused(wearer) -> None:
    person = wearer("avatars/2")
    knee = int(person.pose.points[[Joint.LEFT_KNEE, Joint.RIGHT_KNEE], 1].mean() + 0.5 * person.body.unit)
    labels = person.body.labels.copy()
    labels[:knee][labels[:knee] == Label.BOTTOM] = Label.TOP
    with pytest.raises(GarmentNotFound) as refused:
        worn_garment(person.photo, replace(person.body, labels=labels), "bottoms")
    assert refused.value.field == "garment_image"


def test_a_large_photo_of_a_wearer_gives_what_a_small_one_gives(estimator, sample) -> None:
    large = Picture(cv2.resize(sample("avatars/1").rgb, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
    engine = WarpEngine(estimator)
    first, second = (
        engine.run(TryOnTask(sample("avatars/3"), picture, TryOnOptions("tops"))).images[0].astype(float)
        for picture in (sample("avatars/1"), large)
    )
    assert np.abs(first - second).mean() < 4


def test_a_top_of_which_things_hide_both_sides_and_the_middle_is_refused(wearer) -> None:
    person = wearer("avatars/3")
    body = person.body
    rows, columns = np.nonzero(body.labels == Label.TOP)
    u, v = body.coordinates(np.stack([columns, rows], 1)).T
    u /= body.unit
    trunk = (v > 0.1) & (v < 1.1)
    beside, middle = trunk & (np.abs(u) > 0.33) & (np.abs(u) < 0.6), trunk & (np.abs(u) < 0.2)
    labels = body.labels.copy()
    labels[rows[beside | middle], columns[beside | middle]] = Label.OTHER
    with pytest.raises(GarmentNotFound, match="hide too much"):
        worn_garment(person.photo, replace(body, labels=labels), "tops")
    labels = body.labels.copy()
    labels[rows[middle], columns[middle]] = Label.OTHER  # the sides are seen
    assert worn_garment(person.photo, replace(body, labels=labels), "tops").has_sleeves
