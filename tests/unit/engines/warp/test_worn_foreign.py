"""Bags, papers, bare legs and scene that the mask of a worn garment holds beside its cloth."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import JUMPER, SHAPE, SKIN, WALL, drawn_body, drawn_photo

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.worn.foreign import without_foreign
from vesture.vision.parsing.parse import Label

LEATHER, WHITE, STRIPE = (40, 60, 30), (240, 240, 240), (230, 200, 40)


def box(top: int, left: int, bottom: int, right: int) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    mask[top:bottom, left:right] = True
    return mask


def dressed(skirt_to: int) -> tuple[Body, np.ndarray, np.ndarray]:
    """A person in a dress of the jumper's cloth down to a row, bare legs below; body, photo, where the dress is."""
    body = drawn_body()
    labels = body.labels.copy()
    dress = (labels == Label.TOP) | box(240, 105, skirt_to, 196)
    labels[labels == Label.BOTTOM] = Label.BACKGROUND
    legs = box(skirt_to, 117, 405, 147) | box(skirt_to, 153, 405, 183)
    labels[legs], labels[dress] = Label.SKIN, Label.ONE_PIECE
    body = replace(body, labels=labels)
    photo = drawn_photo(replace(body, labels=np.where(dress, int(Label.TOP), labels).astype(np.uint8)))
    return body, photo, dress


def test_a_clean_garment_stays_whole() -> None:
    body, photo, dress = dressed(320)
    assert np.array_equal(without_foreign(photo, dress, body, "one-pieces"), dress)
    body = drawn_body()
    for category, label in (("tops", Label.TOP), ("bottoms", Label.BOTTOM)):
        mask = body.labels == label
        assert without_foreign(drawn_photo(body), mask, body, category).sum() > 0.97 * mask.sum()


def test_a_bag_beside_a_dress_goes() -> None:
    body, photo, dress = dressed(320)
    bag = box(255, 60, 315, 108)
    photo[bag] = LEATHER
    kept = without_foreign(photo, dress | bag, body, "one-pieces")
    assert kept[bag].mean() < 0.08
    assert kept[dress & ~bag].mean() > 0.97


def test_a_shaded_leg_under_the_hem_goes() -> None:
    body, photo, dress = dressed(320)
    leg = box(320, 117, 405, 147)
    photo[leg] = np.multiply(SKIN, 0.55)
    labels = body.labels.copy()
    labels[leg] = Label.BOTTOM
    kept = without_foreign(photo, dress | leg, replace(body, labels=labels), "one-pieces")
    assert kept[leg].mean() < 0.1
    assert kept[dress].mean() > 0.97


@pytest.mark.parametrize("design", [box(300, 105, 320, 196), box(240, 105, 320, 118) | box(240, 183, 320, 196)])
def test_borders_and_panels_on_both_sides_stay(design: np.ndarray) -> None:
    body, photo, dress = dressed(320)
    photo[design] = STRIPE
    assert np.array_equal(without_foreign(photo, dress, body, "one-pieces"), dress)


def test_a_black_border_under_brown_hands_stays() -> None:
    body, photo, dress = dressed(320)
    brown = (95, 62, 48)
    photo[body.labels == Label.SKIN] = brown
    border = box(285, 105, 320, 196)
    photo[border] = (22, 21, 20)
    kept = without_foreign(photo, dress, body, "one-pieces")
    assert kept[border].mean() > 0.97


def test_light_along_an_edge_stays() -> None:
    body, photo, dress = dressed(320)
    photo[box(250, 105, 300, 110)] = (235, 150, 150)
    assert np.array_equal(without_foreign(photo, dress, body, "one-pieces"), dress)


def test_sleeves_of_another_colour_stay() -> None:
    body, photo = drawn_body(), drawn_photo(drawn_body())
    mask = body.labels == Label.TOP
    sleeve = mask & box(130, 90, 245, 118)
    photo[sleeve] = STRIPE
    assert np.array_equal(without_foreign(photo, mask, body, "tops"), mask)


def test_scene_between_the_legs_goes_and_turned_up_hems_stay() -> None:
    body = drawn_body()
    labels, photo = body.labels.copy(), drawn_photo(body)
    gap, hem = box(300, 144, 406, 156), (box(385, 105, 405, 144) & (body.labels == Label.BOTTOM))
    mask = (labels == Label.BOTTOM) | gap
    labels[gap] = Label.BOTTOM
    photo[gap], photo[hem] = np.add(WALL, -4), STRIPE
    kept = without_foreign(photo, mask, replace(body, labels=labels), "bottoms")
    assert kept[gap].mean() < 0.15
    assert kept[hem].mean() > 0.85
    assert kept[mask & ~cv2.dilate(gap.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)].mean() > 0.97


def test_a_print_in_front_stays() -> None:
    body, photo = drawn_body(), drawn_photo(drawn_body())
    mask = body.labels == Label.TOP
    photo[150:200, 130:170] = WHITE
    photo[235:246, 160:180] = np.add(JUMPER, (60, 90, 20))
    assert without_foreign(photo, mask, body, "tops")[150:200, 130:170].all()
