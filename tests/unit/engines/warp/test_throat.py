"""What stands beside a neck when its collar goes: linings taken for hair, hoods taken for the scene, turned heads."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import SKIN, UNIT, drawn_body, drawn_photo

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.body.head import Head, find_head
from vesture.engines.warp.body.window import moved_body
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.collar import collar_remains
from vesture.engines.warp.undress.complexion import to_lab
from vesture.engines.warp.undress.neck import bare_neck
from vesture.engines.warp.undress.removal import old_garment
from vesture.vision.frame import Box
from vesture.vision.parsing.parse import Label
from vesture.vision.pose.decode import Region
from vesture.vision.pose.estimator import Pose
from vesture.vision.pose.joints import Joint

HEAD = Head(np.array([150.0, 88.0]), np.array([0.0, -1.0]), 20.0, 10.0)
CLOTH, LINING, HAIR = (30, 150, 140), (60, 45, 35), (62, 44, 32)


def headed(head: Head = HEAD) -> Body:
    return replace(drawn_body(), head=head)


def photographed(body: Body) -> np.ndarray:
    photo = drawn_photo(body).astype(np.float32)
    photo[body.labels == Label.TOP] = CLOTH
    photo[body.labels == Label.HAIR] = HAIR
    return photo


def with_short_hair(labels: np.ndarray) -> np.ndarray:
    """The labels with a cap of hair down to the ears."""
    result = labels.copy()
    cv2.ellipse(result, (150, 58), (24, 18), 0, 180, 360, int(Label.HAIR), -1)
    return result


def test_the_lining_of_a_collar_that_was_taken_for_hair_goes_and_the_hair_of_the_head_stays() -> None:
    body = headed()
    labels = with_short_hair(body.labels)
    labels[95:108, 128:136] = Label.HAIR
    labels[106:130, 110:140] = Label.TOP
    body = replace(body, labels=labels)
    photo = photographed(body)
    photo[95:106, 128:136] = LINING
    gone = collar_remains(photo, body, labels == Label.TOP, Coarse.of(photo, UNIT))
    assert gone[96:105, 129:135].mean() > 0.9
    assert not gone[:80].any()


def test_long_hair_beside_the_neck_stays() -> None:
    body = headed()
    labels = with_short_hair(body.labels)
    labels[50:112, 120:136] = Label.HAIR
    body = replace(body, labels=labels)
    photo = photographed(body)
    gone = collar_remains(photo, body, labels == Label.TOP, Coarse.of(photo, UNIT))
    assert gone[labels == Label.HAIR].mean() < 0.03


INSIDE = (16, 17, 20)


@pytest.mark.parametrize(
    ("colour", "top", "goes"), [(INSIDE, 100, True), ((17, 13, 9), 100, False), (INSIDE, 86, False)]
)
def test_the_dark_inside_of_a_collar_between_long_hair_and_the_neck_is_told_from_shaded_and_from_black_hair(
    colour: tuple[int, int, int], top: int, goes: bool
) -> None:
    body = headed()
    labels = body.labels.copy()
    labels[50:112, 110:138] = Label.HAIR
    body = replace(body, labels=labels)
    photo = photographed(body)
    photo[body.labels == Label.TOP] = (26, 28, 36)
    photo[labels == Label.HAIR] = (120, 88, 58)
    photo[top:112, 130 if goes else 122 : 138] = colour
    gone = collar_remains(photo, body, labels == Label.TOP, Coarse.of(photo, UNIT))
    assert gone[105:110, 131:136].mean() == pytest.approx(float(goes), abs=0.3)
    assert not gone[60:86, 116:138].any()


def test_a_hood_that_was_taken_for_the_scene_goes_and_the_scene_stays() -> None:
    body = headed()
    labels = body.labels.copy()
    body = replace(body, labels=labels)
    photo = photographed(body)
    hood = np.zeros(labels.shape, bool)
    hood[102:112, 168:182] = True
    hood &= labels == Label.BACKGROUND
    photo[hood] = CLOTH
    gone = collar_remains(photo, body, labels == Label.TOP, Coarse.of(photo, UNIT))
    assert gone[hood].mean() > 0.8
    scene = (labels == Label.BACKGROUND) & ~cv2.dilate(hood.view(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    assert not gone[scene].any()


def test_a_thin_tongue_of_skin_at_the_collar_goes() -> None:
    body = headed()
    labels = body.labels.copy()
    labels[94:112, 170:172] = Label.SKIN
    labels[104:130, 164:190] = Label.TOP
    body = replace(body, labels=labels)
    photo = photographed(body)
    gone = collar_remains(photo, body, labels == Label.TOP, Coarse.of(photo, UNIT))
    assert gone[100:104, 170:172].mean() > 0.9
    assert not gone[:, 142:158].any()


def outline(zone: np.ndarray, row: int) -> tuple[int, int]:
    columns = np.flatnonzero(zone[row] > 0.5)
    return int(columns[0]), int(columns[-1])


def test_the_outline_follows_the_neck_of_a_turned_head_whose_chin_is_at_one_side() -> None:
    body = headed(replace(HEAD, chin=np.array([160.0, 88.0]), stem=np.array([150.0, 88.0])))
    labels = body.labels.copy()
    labels[88:] = np.where(labels[88:] == Label.SKIN, Label.TOP, labels[88:])
    labels[88:104] = Label.BACKGROUND
    labels[88:104, 137:160] = Label.SKIN
    body = replace(body, labels=labels)
    left, right = outline(bare_neck(labels.shape, body, labels == Label.TOP), 101)
    assert (left, right) == (pytest.approx(137, abs=2), pytest.approx(160, abs=2))


def test_a_neck_widens_downwards_and_meets_what_is_seen_of_it_without_a_step() -> None:
    body = headed()
    labels = body.labels.copy()
    labels[88:104] = Label.BACKGROUND
    for row in range(88, 104):
        half = 11 + max(0, row - 94) // 2
        labels[row, 150 - half : 151 + half] = Label.SKIN
    labels[104:112, 120:181] = Label.TOP
    body = replace(body, labels=labels)
    zone = bare_neck(labels.shape, body, labels == Label.TOP)
    widths = [np.subtract(*outline(zone, row)[::-1]) for row in range(96, 112)]
    assert (np.diff(widths) >= 0).all()
    assert widths[103 - 96] == pytest.approx(30, abs=3)
    assert np.diff(widths[: 106 - 96]).max() <= 6


def test_no_skin_is_painted_beside_the_neck_where_a_hood_stood() -> None:
    body = headed()
    labels = body.labels.copy()
    labels[92:112, 120:181] = Label.TOP
    labels[88:112, 138:163] = Label.SKIN
    body = replace(body, labels=labels)
    zone = bare_neck(labels.shape, body, labels == Label.TOP)
    assert zone[92:98, 120:134].max() < 0.05
    assert zone[92:98, 167:181].max() < 0.05


def test_the_stem_of_a_turned_head_lies_under_its_ears() -> None:
    points = np.zeros((33, 2), np.float32)
    points[[Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER]] = [[180, 120], [120, 120]]
    points[[Joint.LEFT_HIP, Joint.RIGHT_HIP]] = [[170, 240], [130, 240]]
    points[[Joint.LEFT_EYE, Joint.RIGHT_EYE]] = [[166, 60], [154, 60]]
    points[[Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT]] = [[164, 80], [156, 80]]
    points[[Joint.LEFT_EAR, Joint.RIGHT_EAR]] = [[168, 64], [134, 64]]
    ones = np.ones(33, np.float32)
    pose = Pose(
        points, np.zeros(33, np.float32), ones, ones, np.zeros((420, 300), np.float32), 1.0, Region(150.0, 200.0, 400.0)
    )
    head = find_head(pose, UNIT)
    assert head is not None
    assert head.neck_top == pytest.approx([151, head.chin[1]])
    moved = head.moved(np.array([10.0, 20.0]))
    assert moved.neck_top == pytest.approx(head.neck_top - [10, 20])
    assert replace(head, stem=None).neck_top == pytest.approx(head.chin)


def test_the_shaded_side_of_a_neck_that_was_taken_for_hair_stays() -> None:
    body = headed()
    labels = with_short_hair(body.labels)
    labels[92:112, 134:141] = Label.HAIR
    body = replace(body, labels=labels)
    photo = photographed(body)
    photo[92:112, 134:141] = (140, 98, 78)
    gone = collar_remains(photo, body, labels == Label.TOP, Coarse.of(photo, UNIT))
    assert not gone[92:110, 134:141].any()


def test_nothing_of_a_shoulder_shows_above_the_cloth_that_lies_on_it() -> None:
    body = headed()
    labels = body.labels.copy()
    labels[88:112] = np.where(labels[88:112] == Label.SKIN, Label.SKIN, Label.TOP)
    body = replace(body, labels=labels)
    cover = np.zeros(labels.shape, np.float32)
    cover[108:240, 100:200] = 1  # a collar at columns 138 and 162, shoulders a little below
    cover[103:108, 136:140] = cover[103:108, 160:164] = 1
    cover[100:130, 141:160] = 0
    old = labels == Label.TOP
    bare, covered = bare_neck(labels.shape, body, old), bare_neck(labels.shape, body, old, cover)
    assert bare[102:108, 130:138].max() > 0.5
    assert covered[102:108, 110:134].max() == 0
    assert covered[104, 145:155].min() > 0.9


def test_a_busy_scene_in_the_colours_of_the_garment_stays() -> None:
    body = headed()
    photo = photographed(body)
    scene = body.labels == Label.BACKGROUND
    stripes = (np.indices(scene.shape).sum(0) // 4 % 2).astype(bool)
    photo[scene & stripes] = CLOTH
    gone = collar_remains(photo, body, body.labels == Label.TOP, Coarse.of(photo, UNIT))
    assert not (gone & scene).any()


def test_the_neck_within_a_hood_of_the_colour_of_skin_stays_and_the_hood_taken_for_skin_goes() -> None:
    body = headed()
    labels = body.labels.copy()
    labels[88:112, 122:139] = labels[88:112, 162:179] = Label.SKIN
    body = replace(body, labels=labels)
    photo = photographed(body)
    hood = np.zeros(labels.shape, bool)
    hood[88:112, 122:139] = hood[88:112, 162:179] = True
    photo[hood | (labels == Label.TOP)] = (170, 140, 130)
    gone = old_garment(photo, body, (Label.TOP,), Coarse.of(photo, UNIT))
    assert gone[93:106][hood[93:106]].mean() > 0.8
    assert gone[90:104, 145:156].mean() < 0.05


def beside_the_chin(colour: tuple[int, int, int], beard: bool) -> float:
    """How much of a piece beside the chin of a face, bearded or not, goes with a dark blue jacket below it."""
    body = headed()
    labels = body.labels.copy()
    labels[70:86, 158:168] = Label.SKIN
    labels[86:112, 120:181] = np.where(labels[86:112, 120:181] == Label.SKIN, Label.SKIN, Label.TOP)
    body = replace(body, labels=labels)
    photo = photographed(body)
    photo[labels == Label.TOP] = (25, 25, 60)
    if beard:
        photo[70:92, 132:172][labels[70:92, 132:172] == Label.SKIN] = colour
    photo[82:86, 160:168] = colour
    return float(collar_remains(photo, body, labels == Label.TOP, Coarse.of(photo, UNIT))[83:86, 161:167].mean())


def test_a_collar_beside_the_chin_goes_and_a_beard_as_dark_stays() -> None:
    assert beside_the_chin((25, 25, 60), beard=False) > 0.6
    assert beside_the_chin((35, 28, 40), beard=True) < 0.2


def test_the_tinted_fold_of_a_white_shirt_goes_where_the_face_is_not_in_the_picture() -> None:
    body = headed()
    labels = body.labels.copy()
    labels[100:124, 146:166] = Label.SKIN
    body = replace(body, labels=labels)
    photo = photographed(body)
    photo[labels == Label.TOP] = (236, 236, 240)
    photo[108:124, 146:166] = (196, 196, 196)
    photo[108:116, 148:160] = (184, 168, 162)
    box = Box(0, 80, photo.shape[1], photo.shape[0])
    below, body = photo[box.slices], moved_body(body, box)
    face = to_lab(np.array([SKIN], np.float32))[0]
    gone = collar_remains(below, body, body.labels == Label.TOP, Coarse.of(below, UNIT), face)
    assert gone[29:43, 147:165].mean() > 0.9
    assert gone[10:26, 145:156].mean() < 0.05
