"""Heads, necks and high collars: what of a hood was taken for skin, and the neck that shows when it is gone."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import SKIN, UNIT, drawn_body, drawn_photo

from vesture.engines.warp.body.head import Head, find_head
from vesture.engines.warp.cloth.collar import behind_skin, below_the_face
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.picture.patch import Patch
from vesture.engines.warp.undress.collar import collar_remains, slivers
from vesture.engines.warp.undress.complexion import read_complexion, to_lab
from vesture.engines.warp.undress.hair import longer_hair, loose_hair, with_shaded_hair
from vesture.engines.warp.undress.neck import bare_neck
from vesture.vision.parsing.parse import Label
from vesture.vision.pose.decode import Region
from vesture.vision.pose.estimator import Pose
from vesture.vision.pose.joints import Joint

HEAD = Head(np.array([150.0, 88.0]), np.array([0.0, -1.0]), 20.0, 10.0)
HOOD = (170, 140, 130)  # the colour of skin, nearly


def headed():
    return replace(drawn_body(), head=HEAD)


def hooded():
    """A beige hood that stands beside the neck and was parsed as skin."""
    body = headed()
    labels = body.labels.copy()
    ring = np.zeros(labels.shape, np.uint8)
    cv2.rectangle(ring, (122, 88), (178, 112), 1, -1)
    cv2.rectangle(ring, (140, 60), (160, 112), 0, -1)
    cv2.circle(ring, (150, 68), 21, 0, -1)
    labels[ring > 0] = Label.SKIN
    body = replace(body, labels=labels)
    photo = drawn_photo(body).astype(np.float32)
    photo[ring > 0] = HOOD
    photo[labels == Label.TOP] = HOOD
    return body, photo, ring > 0


def test_a_hood_taken_for_skin_goes_and_neck_and_face_stay() -> None:
    body, photo, ring = hooded()
    old = body.labels == Label.TOP
    gone = collar_remains(photo, body, old, Coarse.of(photo, UNIT))
    rows = np.arange(ring.shape[0])[:, None]
    assert gone[ring & (rows > 92) & (rows < 106)].mean() > 0.85
    assert not gone[60:86].any()
    assert gone[90:108, 143:158].mean() < 0.1


def test_the_neck_of_a_turned_head_stays_where_the_cloth_is_plainly_no_skin() -> None:
    body, photo, ring = hooded()
    photo[ring], photo[body.labels == Label.TOP] = SKIN, (20, 20, 90)
    old = body.labels == Label.TOP
    gone = collar_remains(photo, body, old, Coarse.of(photo, UNIT))
    assert gone[ring].mean() < 0.05


def test_no_cloth_lies_before_a_face_and_what_hair_parts_from_the_rest_goes_too() -> None:
    body = headed()
    labels = body.labels
    skin, hair = labels == Label.SKIN, np.zeros(labels.shape, bool)
    alpha = np.zeros(labels.shape, np.float32)
    alpha[78:112, 138:150] = 1  # a collar up to the mouth
    hair[96:104, 130:160] = True
    patch = below_the_face(Patch(0, 0, np.zeros((*labels.shape, 3), np.float32), alpha), body, skin, hair)
    assert skin[80:86, 140:148].all()
    assert patch.alpha[80:86, 140:148].max() < 0.01
    assert patch.alpha[90:94, 140:148].max() < 0.01
    assert patch.alpha[106:110, 140:148].min() > 0.99
    bare = below_the_face(replace(patch, alpha=alpha), body, skin, np.zeros_like(hair))
    assert bare.alpha[92:110, 140:148].min() > 0.99


def test_a_collars_back_leaves_no_crumbs_and_lies_behind_the_neck_of_a_head_that_leans() -> None:
    body = headed()
    skin = np.zeros(body.labels.shape, bool)
    alpha = np.zeros(skin.shape, np.float32)
    alpha[92:104, 166:182] = 1
    alpha[96:98, 120:122] = 1
    skin[90:106, 164:168] = True
    patch = behind_skin(Patch(0, 0, np.zeros((*skin.shape, 3), np.float32), alpha), body, skin)
    assert patch.alpha[92:104, 166:167].max() < 0.1
    assert patch.alpha[92:104, 170:182].min() > 0.9
    assert patch.alpha[96:98, 120:122].max() < 0.1


def test_without_a_face_no_collar_is_guessed() -> None:
    body, photo, _ = hooded()
    assert not collar_remains(photo, replace(body, head=None), body.labels == Label.TOP, Coarse.of(photo, UNIT)).any()


@pytest.mark.parametrize("half", [8, 11, 13])
def test_the_bare_neck_is_as_wide_as_what_is_seen_of_it(half: int) -> None:
    body = headed()
    labels = body.labels.copy()
    labels[88:112] = Label.BACKGROUND
    labels[88:112, 150 - half : 151 + half] = Label.SKIN
    labels[106:112] = Label.TOP
    body = replace(body, labels=labels)
    old = labels == Label.TOP
    zone = bare_neck(labels.shape, body, old)
    assert np.flatnonzero(zone[100] > 0.5).size == pytest.approx(2 * half, abs=3)
    assert zone[60:80].max() == 0  # never in the face
    assert zone[110, 140:160].min() > 0.9


def test_a_neck_is_less_red_than_the_face_and_as_light() -> None:
    body = headed()
    labels = body.labels.copy()
    labels[90:112] = np.where(labels[90:112] == Label.SKIN, Label.TOP, labels[90:112])
    tones = read_complexion(drawn_photo(replace(body, labels=labels)), replace(body, labels=labels))
    face = to_lab(np.array([SKIN], np.float32))[0]
    assert tones.torso[0] == pytest.approx(face[0], abs=3)
    assert 0.65 * face[1] < tones.torso[1] < 0.8 * face[1]


def test_the_side_the_face_is_lit_from_is_read_off() -> None:
    body = headed()
    photo = drawn_photo(body).astype(np.float32)
    photo[:, 150:] *= 0.8
    assert read_complexion(photo.astype(np.uint8), body).light < -0.03
    assert abs(read_complexion(drawn_photo(body), body).light) < 0.02


def test_long_hair_is_told_from_short() -> None:
    body = headed()
    labels = body.labels.copy()
    cv2.ellipse(labels, (150, 58), (22, 14), 0, 180, 360, int(Label.HAIR), -1)
    old = labels == Label.TOP
    short = replace(body, labels=labels)
    assert not loose_hair(short, old).any()
    assert longer_hair(drawn_photo(short).astype(np.float32), short, old, old) == []
    labels = labels.copy()
    labels[55:108, 122:134] = Label.HAIR
    old[108:130, 118:140] = True
    long = replace(body, labels=labels)
    assert loose_hair(long, old)[70:105, 124:132].all()
    (patch,) = longer_hair(drawn_photo(long).astype(np.float32), long, old, old)
    assert patch.alpha.max() > 0.9


def faced_pose(shift: float = 0.0) -> Pose:
    points = np.zeros((33, 2), np.float32)
    points[[Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER]] = [[180, 120], [120, 120]]
    points[[Joint.LEFT_HIP, Joint.RIGHT_HIP]] = [[170, 240], [130, 240]]
    points[[Joint.LEFT_EYE, Joint.RIGHT_EYE]] = [[158, 60 + shift], [142, 60 + shift]]
    points[[Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT]] = [[155, 80 + shift], [145, 80 + shift]]
    points[[Joint.LEFT_EAR, Joint.RIGHT_EAR]] = [[170, 64 + shift], [130, 64 + shift]]
    ones = np.ones(33, np.float32)
    mask = np.zeros((420, 300), np.float32)
    return Pose(points, np.zeros(33, np.float32), ones, ones, mask, 1.0, Region(150.0, 200.0, 400.0))


def test_the_head_is_found_by_the_face_and_only_where_it_is_in_the_picture() -> None:
    head = find_head(faced_pose(), UNIT)
    assert head is not None
    assert head.chin == pytest.approx([150, 95])
    assert head.half_width == pytest.approx(20)
    assert head.below_jaw(np.float32([150]), np.float32([105]))[0] == pytest.approx(10, abs=0.1)
    assert find_head(faced_pose(-90), UNIT) is None
    assert find_head(faced_pose(80), UNIT) is None  # chin below the shoulders: no frontal head


def test_dark_hair_beside_the_neck_is_no_cloth_and_holes_in_hair_close() -> None:
    body = headed()
    labels = body.labels.copy()
    labels[50:104, 112:128] = Label.HAIR
    labels[84:100, 128:139] = Label.TOP  # hair in the shade, taken for the dark top
    labels[88:92, 116:121] = Label.SKIN  # a hole
    body = replace(body, labels=labels)
    photo = drawn_photo(body).astype(np.float32)
    photo[labels == Label.TOP] = (12, 14, 22)
    photo[labels == Label.HAIR] = (90, 60, 42)
    photo[84:100, 128:139] = (14, 10, 8)
    photo[88:92, 116:121] = (95, 64, 45)
    mended = with_shaded_hair(body, Coarse.of(photo, UNIT), (Label.TOP, Label.ONE_PIECE))
    assert (mended[86:96, 128:136] == Label.HAIR).mean() > 0.8
    assert (mended[88:92, 116:121] == Label.HAIR).all()
    assert (mended[115:] == labels[115:]).all()
    assert (mended[:, 142:] == labels[:, 142:]).all()


def test_without_long_hair_the_labels_stay() -> None:
    body = headed()
    coarse = Coarse.of(drawn_photo(body).astype(np.float32), UNIT)
    assert with_shaded_hair(body, coarse, (Label.TOP,)) is body.labels


def test_thin_pieces_of_skin_between_a_collar_and_the_scene_go_and_broad_ones_stay() -> None:
    gone, scene = np.zeros((60, 60), bool), np.zeros((60, 60), bool)
    gone[30:, :40] = True
    scene[:28, :40] = True
    skin = ~gone & ~scene
    found = slivers(skin, gone, scene, UNIT)
    assert found[28:30, :36].all()
    assert not found[:, 42:].any()
    assert not found[~skin].any()
