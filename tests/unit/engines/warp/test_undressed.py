"""Taking the old garment off a drawn person, whose colours are known to the pixel."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import JEANS, JUMPER, SHAPE, SKIN, WALL, drawn_body, drawn_photo, plain_texture

from vesture.engines.warp.body.window import moved_body
from vesture.engines.warp.cloth.layers import Layer
from vesture.engines.warp.cloth.placement import Fit
from vesture.engines.warp.compose.compose import compose
from vesture.engines.warp.picture.patch import Patch
from vesture.engines.warp.undress.complexion import read_complexion, to_lab
from vesture.engines.warp.undress.prepared import Wardrobe, dressed_window, prepare
from vesture.engines.warp.undress.undressed import undress
from vesture.vision.frame import Box
from vesture.vision.garment.types import Part
from vesture.vision.parsing.parse import Label

TOPS = Wardrobe((Label.TOP, Label.ONE_PIECE), (Label.HAIR, Label.OTHER))
WHOLE = Box(0, 0, SHAPE[1], SHAPE[0])
SLEEVELESS = Fit({}, {}, (1.0, 1.0), {"left": 0.0, "right": 0.0})


def distance_to_colour(pixels: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.linalg.norm(pixels.astype(float) - colour, axis=-1)


@pytest.fixture(scope="module")
def scene():
    body = drawn_body()
    return prepare(drawn_photo(body), body, TOPS, WHOLE)


def test_nothing_of_the_old_colour_is_left(scene) -> None:
    bare, _ = undress(scene, SLEEVELESS, np.zeros(SHAPE, np.float32), plain_texture(), np.random.default_rng(1))
    assert int((distance_to_colour(scene.photo, JUMPER) < 40).sum()) > 5000
    assert int((distance_to_colour(bare, JUMPER) < 40).sum()) == 0


def test_rims_that_the_parse_left_behind_go_too() -> None:
    body = drawn_body()
    photo = drawn_photo(body)
    labels = body.labels.copy()
    wrist = body.arms["left"].axis[-1].astype(int)
    cuff = np.s_[wrist[1] + 5 : wrist[1] + 8, wrist[0] - 7 : wrist[0] + 8]  # a white cuff that was parsed as hand
    labels[cuff], photo[cuff] = Label.SKIN, (250, 250, 250)
    scene = prepare(photo, replace(body, labels=labels), TOPS, WHOLE)
    assert scene.old[cuff].mean() > 0.9
    hand = np.s_[wrist[1] + 15 : wrist[1] + 22, wrist[0] - 4 : wrist[0] + 5]
    assert not scene.old[hand].any()


def test_a_fingertip_seen_before_the_old_garment_stays_and_a_scrap_of_skin_in_it_goes() -> None:
    body = drawn_body()
    labels = body.labels.copy()
    scrap, finger = np.s_[150:158, 140:148], np.s_[228:240, 120:132]
    labels[scrap] = labels[finger] = Label.SKIN
    wrist = np.array([125.0, 245.0])
    arm = replace(body.arms["left"], axis=body.arms["left"].axis + (wrist - body.arms["left"].axis[-1]))
    body = replace(body, labels=labels, arms={**body.arms, "left": arm})
    scene = prepare(drawn_photo(body), body, TOPS, WHOLE)
    assert scene.old[scrap].all()
    assert scene.old[finger].mean() < 0.7


def test_a_bare_arm_has_the_tone_of_the_visible_skin_and_meets_the_hand(scene) -> None:
    window = np.zeros(SHAPE, np.float32)
    picture, _ = compose(scene, SLEEVELESS, [], "flat-lay", np.random.default_rng(1))
    assert not window.any()
    arm = scene.body.arms["left"]
    middle = arm.at(np.array([60.0, 90.0, 118.0])).astype(int)
    for x, y in middle:
        patch = picture[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3).mean(0)
        assert distance_to_colour(patch, SKIN) < 26
    column = picture[int(arm.axis[-1][1]) - 12 : int(arm.axis[-1][1]) + 12, int(arm.axis[-1][0])].astype(float)
    assert np.abs(np.diff(column, axis=0)).max() < 30  # no line where arm and hand meet


def test_what_was_wall_beside_the_sleeve_is_wall_again(scene) -> None:
    picture, _ = compose(scene, SLEEVELESS, [], "flat-lay", np.random.default_rng(1))
    arm = scene.body.arms["left"]
    point, outward = arm.at(np.array([80.0]))[0], arm.outward(np.array([80.0]), -1.0)[0]
    x, y = (point + outward * 9.5).astype(int)
    assert scene.old[y, x]
    assert distance_to_colour(picture[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3).mean(0), WALL) < 25


def test_trousers_go_on_under_the_old_hem(scene) -> None:
    picture, _ = compose(scene, SLEEVELESS, [], "flat-lay", np.random.default_rng(1))
    assert scene.old[238:243, 145:155].all()
    assert distance_to_colour(picture[238:243, 145:155].reshape(-1, 3).mean(0), JEANS) < 30


def test_a_belly_is_bare_right_up_to_a_hem_that_rises_at_the_sides(scene) -> None:
    body = scene.body
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    u, v = body.coordinates(np.stack([columns.ravel(), rows.ravel()], 1)).T
    aside = np.abs(u) / body.unit
    cover = ((aside < 0.45) & (v > -0.1) & (v < np.where(aside < 0.24, 0.7, 0.6))).reshape(SHAPE).astype(np.float32)
    bare, _ = undress(
        scene,
        replace(SLEEVELESS, sleeve_reach={"left": 30.0, "right": 30.0}),
        cover,
        plain_texture(),
        np.random.default_rng(1),
    )
    x, y = np.rint(body.point(0.34 * body.unit, 0.65)[0]).astype(int)
    assert scene.old[y, x]
    assert distance_to_colour(bare[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3).mean(0), SKIN) < 60


def test_pixels_outside_the_changed_region_are_the_photos_own(scene) -> None:
    cloth = Patch(130, 125, np.full((80, 50, 3), 230, np.float32), np.ones((80, 50), np.float32))
    picture, touched = compose(scene, SLEEVELESS, [Layer(int(Part.TORSO), cloth)], "flat-lay", np.random.default_rng(1))
    np.testing.assert_array_equal(picture[~touched], scene.photo[~touched].astype(np.uint8))
    assert (picture[150:190, 135:165] > 150).all()
    assert touched.mean() < 0.35


def test_the_same_generator_gives_the_same_bytes(scene) -> None:
    first, second = (
        compose(scene, SLEEVELESS, [], "flat-lay", np.random.default_rng(5))[0].tobytes() for _ in range(2)
    )
    assert first == second


def test_long_hair_goes_on_over_a_removed_collar() -> None:
    body = drawn_body()
    labels = body.labels.copy()
    labels[60:104, 122:136] = Label.HAIR
    labels[104:125, 118:140] = Label.TOP  # the collar that cut the hair off
    body = replace(body, labels=labels)
    scene = prepare(drawn_photo(body), body, TOPS, WHOLE)
    bare, _ = undress(scene, SLEEVELESS, np.zeros(SHAPE, np.float32), plain_texture(), np.random.default_rng(1))
    assert bare[106:110, 125:133].mean() < 90  # hair, neither wall nor jumper


def test_the_window_holds_old_and_new_and_lies_on_a_grid() -> None:
    body = drawn_body()
    window = dressed_window(body, TOPS, Box(140, 130, 160, 200))
    rows, columns = np.nonzero(body.labels == Label.TOP)
    assert window.top <= rows.min() - 10
    assert window.bottom >= rows.max() + 10
    assert window.left <= columns.min() - 10
    assert window.right >= columns.max() + 10
    assert window == dressed_window(body, TOPS, Box(141, 131, 161, 202))


def test_a_moved_body_keeps_its_pixels() -> None:
    body, box = drawn_body(), Box(32, 64, 280, 400)
    moved = moved_body(body, box)
    np.testing.assert_allclose(moved.arms["left"].axis, body.arms["left"].axis - (32, 64))
    np.testing.assert_array_equal(moved.labels, body.labels[64:400, 32:280])


def test_complexion_is_read_off_face_and_hands() -> None:
    body = drawn_body()
    tones = read_complexion(drawn_photo(body), body)
    wanted = to_lab(np.array([SKIN], np.float32))[0]
    assert np.abs(tones.body - wanted)[[0, 2]].max() < 3
    assert 0.9 < tones.body[1] / wanted[1] < 1  # arms are hardly less red than faces and hands
    assert set(tones.hands) == {"left", "right"}
    assert tones.legs == {}


def test_arms_that_are_hidden_have_nearly_the_hands_light_and_legs_more_of_the_faces() -> None:
    body = drawn_body()
    photo = drawn_photo(body)
    hands = np.zeros(photo.shape[:2], bool)
    hands[230:275] = (body.labels == Label.SKIN)[230:275]
    photo[hands] = (photo[hands] * 0.8).astype(np.uint8)
    tones = read_complexion(photo, body)
    hand = tones.hands["left"]
    assert tones.face is not None
    assert tones.face[0] > hand[0] + 8
    assert abs(tones.body[0] - hand[0]) < 0.7 * abs(tones.body[0] - tones.face[0])
    assert tones.body[0] + 2 < tones.leg[0] < tones.face[0]


def test_arms_are_neither_much_darker_nor_redder_than_the_face_by_red_hands_in_the_shade() -> None:
    body = drawn_body()
    photo = drawn_photo(body)
    hands = np.zeros(photo.shape[:2], bool)
    hands[230:275] = (body.labels == Label.SKIN)[230:275]
    photo[hands] = (photo[hands] * (0.84, 0.76, 0.76)).astype(np.uint8)
    tones = read_complexion(photo, body)
    assert tones.face is not None
    assert tones.hands["left"][0] < tones.face[0] - 10
    assert tones.face[0] - 9 < tones.body[0] < tones.face[0] - 4
    assert tones.body[1] - tones.face[1] < 0.4 * (tones.hands["left"][1] - tones.face[1])


def test_without_a_face_legs_have_more_of_the_tone_of_what_else_is_bare_than_of_hands_in_the_shade() -> None:
    body = drawn_body()
    labels = body.labels.copy()
    labels[:110] = Label.BACKGROUND
    labels[150:190, 130:170] = Label.SKIN  # a belly
    body = replace(body, labels=labels, head=None)
    photo = drawn_photo(body)
    photo[150:190, 130:170] = SKIN
    hands = np.zeros(photo.shape[:2], bool)
    hands[230:275] = (labels == Label.SKIN)[230:275]
    photo[hands] = (photo[hands] * 0.8).astype(np.uint8)
    tones = read_complexion(photo, body)
    assert tones.face is None
    assert tones.leg[0] > tones.hands["left"][0] + 2
    assert tones.body[0] > 0.5 * (tones.hands["left"][0] + to_lab(np.array([SKIN], np.float32))[0, 0])


def test_skin_in_glaring_light_is_painted_with_colour() -> None:
    body = drawn_body()
    photo = drawn_photo(body)
    photo[body.labels == Label.SKIN] = (255, 244, 232)
    tones = read_complexion(photo, body)
    assert tones.leg[0] < 90
    assert np.hypot(*tones.leg[1:]) > 1.2 * np.hypot(*to_lab(np.float32([[255, 244, 232]]))[0, 1:])


def test_without_any_skin_a_middling_tone_is_taken() -> None:
    body = drawn_body()
    body = replace(body, labels=np.where(body.labels == Label.SKIN, 0, body.labels).astype(np.uint8))
    assert 50 < read_complexion(drawn_photo(body), body).body[0] < 80


def test_in_a_blurred_photo_no_halo_of_the_old_garment_is_left() -> None:
    body = drawn_body()
    photo = cv2.GaussianBlur(drawn_photo(body), (0, 0), 2.5)
    scene = prepare(photo, body, TOPS, WHOLE)
    image, touched = compose(scene, SLEEVELESS, [], "flat-lay", np.random.default_rng(1))
    away = cv2.distanceTransform((~scene.old).view(np.uint8), cv2.DIST_L2, 5)
    halo = (body.labels == Label.BACKGROUND) & (away > 1) & (away < 4)
    halo[:130] = False  # beside neck and shoulders skin may show
    before, after = (distance_to_colour(picture[halo], WALL) for picture in (photo, image))
    assert before.mean() > 18
    assert after.mean() < 0.5 * before.mean()
    assert not (image != photo)[~touched].any()


def test_a_bare_leg_meets_the_whole_width_of_an_ankle_half_in_the_shade() -> None:
    body = drawn_body()
    legs = {side: replace(leg, bare_from=150.0) for side, leg in body.legs.items()}
    labels = body.labels.copy()
    labels[388:406] = Label.BACKGROUND
    labels[388:406, 124:141] = labels[388:406, 160:177] = Label.SKIN
    body = replace(body, legs=legs, labels=labels)
    photo = drawn_photo(body)
    photo[388:406, 134:141] = (30, 22, 24)
    scene = prepare(photo, body, Wardrobe((Label.BOTTOM,), (Label.TOP,)), WHOLE)
    left = scene.legs["left"].limb
    assert float(left.natural[-1]) == pytest.approx(float(scene.legs["right"].limb.natural[-1]), abs=0.6)
    assert float(left.axis[-1, 0]) == pytest.approx(132, abs=1.0)
