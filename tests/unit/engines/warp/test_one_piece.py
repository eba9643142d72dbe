"""A worn dress is parted at the waist when trousers or a skirt are asked for."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from tests.unit.engines.warp.drawn_person import UNIT, drawn_body
from vesture.core.task import Picture, TryOnOptions
from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.dressing import dress
from vesture.engines.warp.one_piece import OVERLAP, WAIST, parted_at_the_waist
from vesture.vision.frame import Box
from vesture.vision.garment.landmarks import understand
from vesture.vision.parsing.parse import Label


def in_a_dress() -> Body:
    """The drawn person in a dress with long sleeves, from the shoulders to the knees."""
    body = drawn_body()
    labels = np.where(body.labels == Label.TOP, int(Label.ONE_PIECE), body.labels).astype(np.uint8)
    labels[labels == Label.BOTTOM] = Label.SKIN
    cv2.rectangle(labels, (115, 230), (185, 320), int(Label.ONE_PIECE), -1)
    return replace(body, labels=labels)


def test_above_the_waist_it_is_a_top_and_below_a_bottom() -> None:
    body = in_a_dress()
    parted = parted_at_the_waist(body)
    dress = body.labels == Label.ONE_PIECE
    assert not (parted.labels == Label.ONE_PIECE).any()
    level = (np.arange(body.labels.shape[0]) - body.neck[1]) / body.torso
    middle = dress[:, 140:161]
    above, below = level < WAIST - 0.05, level > WAIST + 0.05
    assert (parted.labels[:, 140:161][middle & above[:, None]] == Label.TOP).all()
    assert (parted.labels[:, 140:161][middle & below[:, None]] == Label.BOTTOM).all()
    assert np.array_equal(parted.labels[~dress], body.labels[~dress])


def test_the_cut_is_one_straight_edge() -> None:
    parted = parted_at_the_waist(in_a_dress())
    first = np.argmax(parted.labels[:, 125:176] == Label.BOTTOM, axis=0)
    assert np.ptp(first) <= 0.05 * UNIT + 2
    assert np.abs(np.diff(first)).max() <= 1


def test_sleeves_that_hang_below_the_waist_stay_whole() -> None:
    body = in_a_dress()
    parted = parted_at_the_waist(body)
    for arm in body.arms.values():
        column, row = np.rint(arm.at(np.array([0.9 * arm.length]))[0]).astype(int)
        assert row > body.neck[1] + WAIST * body.torso
        assert parted.labels[row, column] == Label.TOP


def test_the_new_waistband_covers_the_cut() -> None:
    parted = parted_at_the_waist(in_a_dress())
    assert parted.waist == WAIST - OVERLAP
    assert parted.top_hem is None


def test_a_top_with_trousers_stays_as_it_is() -> None:
    body = drawn_body()
    assert parted_at_the_waist(body) is body


def test_the_tail_of_a_top_is_no_skirt() -> None:
    body = drawn_body()
    labels = body.labels.copy()
    labels[225:231, 150:156] = Label.ONE_PIECE
    body = replace(body, labels=labels)
    assert parted_at_the_waist(body) is body


def test_no_dress_is_left_below_a_new_skirt() -> None:
    body = in_a_dress()
    red, green = (170, 20, 30), (30, 130, 60)
    photo = np.full((*body.labels.shape, 3), 215, np.uint8)
    photo[body.labels == Label.SKIN] = 200, 150, 125
    photo[body.labels == Label.ONE_PIECE] = red
    photo = np.clip(photo + np.random.default_rng(2).normal(0, 1, photo.shape), 0, 255).astype(np.uint8)
    canvas = np.full((500, 500, 3), 252, np.uint8)
    cv2.fillPoly(canvas, [np.array([(160, 140), (340, 140), (370, 300), (130, 300)], np.int32)], green)
    garment = understand(Picture(canvas), "bottoms")
    whole = Box(0, 0, photo.shape[1], photo.shape[0])
    (image,), _ = dress(photo, whole, body, garment, TryOnOptions(category="bottoms"))
    reddish = (image[..., 0].astype(int) - image[..., 1] > 90) & (body.labels == Label.ONE_PIECE)
    chest, lower = slice(130, 190), slice(round(body.neck[1] + 1.1 * body.torso), None)
    dressed = body.labels[chest, 130:171] == Label.ONE_PIECE
    assert reddish[chest, 130:171][dressed].mean() > 0.95
    assert reddish[lower, 110:191].sum() < 20
