"""The edge between a top and a bottom follows the colours smoothly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_person import drawn_body

from vesture.engines.warp.waist_edge import with_smooth_edge, with_whole_sleeves
from vesture.vision.parsing.parse import Label

UNIT = 100
EDGE = 150
BLACK, DENIM = (24, 24, 28), (110, 150, 180)


def ragged(bottom: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Photo of a top that ends in a straight hem, and labels whose edge has teeth."""
    photo = np.full((300, 220, 3), 200, np.uint8)
    photo[20:EDGE, 30:190], photo[EDGE:280, 30:190] = BLACK, bottom
    photo = np.clip(photo + np.random.default_rng(2).normal(0, 3, photo.shape), 0, 255).astype(np.uint8)
    labels = np.zeros((300, 220), np.uint8)
    labels[20:EDGE, 30:190], labels[EDGE:280, 30:190] = int(Label.TOP), int(Label.BOTTOM)
    for column in range(50, 170, 20):
        labels[EDGE - 9 : EDGE, column : column + 5] = int(Label.BOTTOM)
        labels[EDGE : EDGE + 9, column + 10 : column + 15] = int(Label.TOP)
    return photo, labels


def edges(labels: np.ndarray) -> np.ndarray:
    return np.argmax(labels[:, 45:175] == Label.BOTTOM, axis=0)


def test_teeth_of_the_labels_go_where_colours_part() -> None:
    photo, labels = ragged(DENIM)
    given = labels.copy()
    result = with_smooth_edge(labels, photo, UNIT)
    assert np.abs(edges(result) - EDGE).max() <= 2
    assert (labels == given).all()
    assert ((result == Label.TOP) | (result == Label.BOTTOM)).sum() == 160 * 260


def test_where_colours_tell_nothing_it_is_smooth() -> None:
    photo, labels = ragged(BLACK)
    course = edges(with_smooth_edge(labels, photo, UNIT))
    assert np.abs(course - EDGE).max() <= 6
    assert np.abs(np.diff(course)).max() <= 2


@pytest.mark.parametrize("label", [Label.TOP, Label.BOTTOM, Label.SKIN])
def test_without_such_an_edge_nothing_changes(label: Label) -> None:
    photo, _ = ragged(DENIM)
    labels = np.zeros((300, 220), np.uint8)
    labels[20:280, 30:190] = int(label)
    assert (with_smooth_edge(labels, photo, UNIT) == labels).all()


def test_a_sleeve_stays_whole_where_its_cuff_lies_beside_the_bottom() -> None:
    body = drawn_body()
    arm = body.arms["left"]
    x, y = (int(value) for value in arm.at(np.array([0.95 * arm.length]))[0])
    changed = body.labels.copy()
    changed[y - 3 : y + 3, x - 2 : x + 3] = Label.BOTTOM
    whole = with_whole_sleeves(replace(body, labels=changed), body.labels)
    assert (whole == body.labels).all()
    other = np.where(body.labels == Label.TOP, np.uint8(Label.BOTTOM), body.labels)
    middle = tuple(int(value) for value in body.neck + 0.5 * body.unit * body.down)[::-1]
    assert with_whole_sleeves(replace(body, labels=other), body.labels)[middle] == Label.BOTTOM
