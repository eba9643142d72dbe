"""Tops that their wearers have tucked in come out whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.engine import Person, _read_person
from vesture.engines.warp.worn.garment import worn_garment
from vesture.engines.warp.worn.tucked import END, is_tucked_in
from vesture.vision.parsing.parse import Label

WAISTBAND = 0.62  # level


@pytest.fixture(scope="module")
def person(sample, estimator) -> Person:
    photo = sample("avatars/3").rgb
    return _read_person(photo, estimator.estimate(photo))


def lower_from(person: Person, level: float, label: Label) -> Body:
    """The person with another label for the trunk of the top from a level on."""
    body = person.body
    rows, columns = np.nonzero(body.labels == Label.TOP)
    u, v = body.coordinates(np.stack([columns, rows], 1)).T
    below = (v > level) & (np.abs(u) < 0.75 * body.unit)
    labels = body.labels.copy()
    labels[rows[below], columns[below]] = label
    return replace(body, labels=labels, top_hem=level)


def test_a_tucked_top_is_let_down(person: Person) -> None:
    garment = worn_garment(person.photo, lower_from(person, WAISTBAND, Label.BOTTOM), "tops")
    body = garment.wearer
    assert body.top_hem == END
    hem = body.coordinates(np.asarray(garment.curves["hem"], float))[:, 1]
    assert np.allclose(hem, END, atol=0.01)
    column, row = np.rint(body.point(np.zeros(20), np.linspace(0.3, END - 0.03, 20))).astype(int).T
    assert garment.alpha[row, column].min() > 0.9
    # the new cloth has the old one's colour
    upper, lower = (
        np.median(garment.rgb[row[part], column[part]].astype(int), axis=0) for part in (np.s_[:6], np.s_[12:])
    )
    assert np.abs(upper - lower).max() < 25


def test_a_cropped_top_over_a_bare_belly_stays_short(person: Person) -> None:
    body = lower_from(person, WAISTBAND, Label.SKIN)
    garment = worn_garment(person.photo, body, "tops")
    hem = garment.wearer.coordinates(np.asarray(garment.curves["hem"], float))[:, 1]
    assert np.median(hem) < WAISTBAND + 0.1


def test_a_short_top_that_hangs_wide_over_the_waistband_is_not_tucked_in(person: Person) -> None:
    body = lower_from(person, WAISTBAND, Label.BOTTOM)
    assert is_tucked_in(body, body.labels == Label.TOP)
    rows, columns = np.nonzero(body.labels == Label.BOTTOM)
    u, v = body.coordinates(np.stack([columns, rows], 1)).T
    slim = (v < WAISTBAND + 0.2) & (np.abs(u) > 0.34 * body.unit)
    labels = body.labels.copy()
    labels[rows[slim], columns[slim]] = Label.BACKGROUND
    narrow = replace(body, labels=labels)
    assert not is_tucked_in(narrow, labels == Label.TOP)
