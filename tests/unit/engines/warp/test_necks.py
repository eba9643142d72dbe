"""The skin of necks and chests: read off the face above its beard, shaded by the head, never grey."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import JUMPER, SHAPE, SKIN, drawn_body, drawn_photo, plain_texture

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.body.head import Head
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.complexion import like_skin, read_complexion, skin_by_colour, to_lab
from vesture.engines.warp.undress.neck import _slope, bare_neck
from vesture.engines.warp.undress.skin import joined
from vesture.engines.warp.undress.trunk import painted_torso
from vesture.vision.parsing.parse import Label

HEAD = Head(np.array([150.0, 88.0]), np.array([0.0, -1.0]), 20.0, 10.0)
BEARD = (45, 36, 30)
DARK = (105, 68, 52)


def bearded(skin: tuple[int, int, int] = SKIN) -> tuple[np.ndarray, Body]:
    """A photo (H, W, 3) uint8 of somebody with a beard that passes for skin, in a collar right below it."""
    body = replace(drawn_body(), head=HEAD)
    labels = body.labels.copy()
    labels[96:112][labels[96:112] == Label.SKIN] = Label.TOP
    body = replace(body, labels=labels)
    photo = drawn_photo(body)
    photo[labels == Label.SKIN] = skin
    beard = np.zeros(SHAPE, np.uint8)
    cv2.ellipse(beard, (150, 84), (19, 13), 0, 0, 360, 1, -1)
    photo[(beard > 0) & (labels == Label.SKIN)] = BEARD
    return photo, body


def painted(photo: np.ndarray, body: Body, columns: slice = slice(140, 161)) -> np.ndarray:
    """The neck and chest (H, W, 3) L*a*b* that are painted where the garment was."""
    coarse = Coarse.of(photo.astype(np.float32), body.unit)
    skin = coarse.pure(body.labels == Label.SKIN)
    zone = np.zeros(SHAPE, np.float32)
    zone[96:150, columns] = 1
    patch = painted_torso(body, read_complexion(photo, body), coarse, skin, zone, plain_texture())
    assert patch is not None
    result = photo.astype(np.float32)
    result[patch.place] = patch.rgb
    return to_lab(result.reshape(-1, 3)).reshape(*SHAPE, 3)


@pytest.mark.parametrize("skin", [SKIN, DARK])
def test_a_beard_does_not_tell_the_tone_of_a_neck(skin: tuple[int, int, int]) -> None:
    photo, body = bearded(skin)
    wanted = to_lab(np.array([skin], np.float32))[0]
    tones = read_complexion(photo, body)
    assert tones.face == pytest.approx(wanted, abs=2)
    chest = painted(photo, body)[140, 145:156].mean(axis=0)
    assert chest[0] == pytest.approx(wanted[0], abs=7)
    assert np.hypot(*chest[1:]) > 0.85 * np.hypot(*wanted[1:])


@pytest.mark.parametrize("skin", [SKIN, DARK])
def test_a_neck_grows_lighter_downwards_and_keeps_its_colour_in_the_shade(skin: tuple[int, int, int]) -> None:
    photo, body = bearded(skin)
    rows = painted(photo, body)[:, 145:156].mean(axis=1)
    assert rows[102, 0] < rows[112, 0] - 1 < rows[125, 0] - 1
    assert np.abs(np.diff(rows[100:130, 0])).max() < 2.5  # without a step
    share = rows[102, 0] / rows[140, 0]
    assert np.hypot(*rows[102, 1:]) > share * np.hypot(*rows[140, 1:])


def test_grey_stubble_that_is_seen_beside_a_neck_does_not_colour_it() -> None:
    photo, body = bearded()
    plain = painted(photo, body)
    labels = body.labels.copy()
    labels[96:112, 146:155] = Label.SKIN
    photo[96:112, 146:155] = (78, 74, 72)
    result = painted(photo, replace(body, labels=labels))
    assert result[105, 157:160, 1:].mean() > 0.85 * plain[105, 157:160, 1:].mean()
    assert result[105, 157:160, 0].mean() > plain[105, 157:160, 0].mean() - 4


def test_shoulders_beside_a_neck_lie_in_no_shade_of_it() -> None:
    photo, body = bearded()
    row = painted(photo, body, slice(110, 191))[110, :, 0]
    assert row[158:161].mean() < row[148:153].mean()  # the side of the neck itself turns away
    assert min(row[125:132].mean(), row[169:176].mean()) > row[148:153].mean() - 4


def test_skin_is_told_in_shade_and_a_beard_or_cloth_is_not() -> None:
    tone = to_lab(np.array([SKIN], np.float32))
    others = np.array([SKIN, np.multiply(SKIN, 0.75), BEARD, JUMPER, (120, 120, 120)], np.float32)
    assert like_skin(to_lab(others), tone).tolist() == [True, True, False, False, False]


@pytest.mark.parametrize(("light", "carries"), [(0.7, False), (1.3, True)])
def test_light_is_carried_further_than_shade(light: float, carries: bool) -> None:
    field = np.full((40, 40, 3), 120, np.float32)
    seen = np.zeros((40, 40), bool)
    seen[:5] = True
    real = np.where(seen[..., None], light * field, 0).astype(np.float32)
    away = np.maximum(np.arange(40, dtype=np.float32) - 4, 0)[:, None] / 64 * np.ones((1, 40), np.float32)
    result = joined(field, real, seen, away)[:, 20, 0]
    assert result[2] == pytest.approx(light * 120, abs=3)
    left = np.log(result[20] / 120) / np.log(light)
    assert (left > 0.3) == carries


def test_the_painted_neck_meets_the_seen_one_in_its_colour() -> None:
    photo, body = bearded()
    labels = body.labels.copy()
    labels[112:128, 140:161] = Label.SKIN
    photo[112:128, 140:161] = (190, 128, 120)
    result = painted(photo, replace(body, labels=labels))
    seen = to_lab(np.array([(190, 128, 120)], np.float32))[0]
    assert np.abs(result[130, 145:156].mean(axis=0) - seen).max() < 4


def test_what_passed_for_skin_beside_a_hand_is_told_by_its_colour() -> None:
    body = replace(drawn_body(), head=HEAD)
    labels = body.labels.copy()
    labels[250:270, 120:140] = Label.SKIN
    photo = drawn_photo(body)
    photo[250:270, 120:140] = (150, 60, 40)
    found = skin_by_colour(photo.astype(np.float32), labels, read_complexion(photo, body))
    assert not found[252:268, 122:138].any()
    assert found[body.labels == Label.SKIN].mean() > 0.99


def test_bare_shoulders_beside_a_collar_go_down_to_the_cloth_in_a_slope() -> None:
    body = replace(drawn_body(), head=HEAD)
    labels = body.labels.copy()
    cv2.rectangle(labels, (120, 98), (190, 112), int(Label.TOP), -1)
    cv2.fillPoly(labels, [np.array([(135, 112), (145, 94), (155, 94), (164, 102), (170, 106), (170, 112)])], 2)
    body = replace(body, labels=labels)
    cover = np.zeros(SHAPE, np.float32)
    cover[112:, 105:195] = 1
    cover[110:, 164:168] = 1  # the collar's tip
    zone = bare_neck(SHAPE, body, np.isin(labels, (Label.TOP, Label.ONE_PIECE)), cover)
    bare = ((labels == Label.SKIN) | (zone > 0.5))[:112, 168:190]
    heights = bare[92:].sum(axis=0)
    assert heights[0] > 5
    assert np.diff(heights.astype(int)).min() >= -2  # no stump
    assert heights[-1] == 0


def test_the_end_of_a_neck_beside_a_collar_is_no_shoulder_along_the_cloth() -> None:
    body = replace(drawn_body(), head=HEAD)
    labels = body.labels.copy()
    cv2.rectangle(labels, (120, 80), (199, 130), int(Label.TOP), -1)
    cv2.fillPoly(labels, [np.array([(135, 130), (144, 80), (156, 80), (168, 104), (168, 130)])], int(Label.SKIN))
    body = replace(body, labels=labels)
    cover = np.zeros(SHAPE, np.float32)
    for column in range(100, 200):  # a collar's tip, beside which the new garment falls as a shoulder does
        away = abs(column - 150) - 16
        cover[int(108 + (0.35 * away if away > 0 else -1.5 * away)) :, column] = 1
    zone = bare_neck(SHAPE, body, np.isin(labels, (Label.TOP, Label.ONE_PIECE)), cover)
    beside = ((zone > 0.5) & (cover < 0.5) & (labels == Label.TOP))[:, 170:200].any(axis=0)
    assert beside.any()
    assert not beside[10:].any()
    apart = labels.copy()
    apart[:, 163:167] = int(Label.TOP)  # a scrap beside the neck is none either
    zone = bare_neck(SHAPE, replace(body, labels=apart), np.isin(apart, (Label.TOP, Label.ONE_PIECE)), cover)
    assert not ((zone > 0.5) & (cover < 0.5))[:, 170:200].any()


@pytest.mark.parametrize(("height", "slopes"), [(8, False), (50, True)])
def test_a_thin_scrap_beside_a_neck_begins_no_slope(height: int, slopes: bool) -> None:
    unit, top = 500.0, np.full(400, 200)
    skin = np.zeros((400, 400), bool)
    for column in range(180, 210):  # falls away from the neck as a shoulder does
        first = 142 + (column - 180)
        skin[first : first + height, column] = True
    assert bool((_slope(skin, top, 200, 1, unit) < top).any()) is slopes


def test_a_painted_neck_is_round_and_shows_its_two_muscles() -> None:
    photo, body = bearded()
    row = painted(photo, body)[104:108, 139:162, 0].mean(axis=0)
    assert row[1:3].mean() < row[11] - 2 > row[-3:-1].mean()
    inner = row[3:-3]
    assert np.abs(np.diff(inner, 2)).max() > 0.5  # no mere tube
