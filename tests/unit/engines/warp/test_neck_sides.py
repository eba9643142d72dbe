"""The sides of a neck: seen against the scene, or guessed under a collar; what stands outside them goes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_person import SKIN, UNIT, drawn_body, drawn_photo

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.body.head import Head
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.collar import collar_remains
from vesture.engines.warp.undress.neck import bare_neck
from vesture.engines.warp.undress.neck_seam import neck_seam
from vesture.engines.warp.undress.neck_sides import neck_sides
from vesture.engines.warp.undress.removal import old_garment
from vesture.vision.parsing.parse import Label

HEAD = Head(np.array([150.0, 88.0]), np.array([0.0, -1.0]), 20.0, 10.0)
CLOTH, LINING = (30, 150, 140), (20, 20, 22)


def collared(half: int = 12, top: int = 90) -> Body:
    """Somebody in a high collar that leaves `half` pixels of the neck bare on both sides of its middle."""
    body = replace(drawn_body(), head=HEAD)
    labels = body.labels.copy()
    labels[top:112, 110:191] = Label.TOP
    labels[top:112, 150 - half : 151 + half] = Label.SKIN
    return replace(body, labels=labels)


def photographed(body: Body) -> np.ndarray:
    photo = drawn_photo(body).astype(np.float32)
    photo[body.labels == Label.TOP] = CLOTH
    return photo


def test_a_collar_ends_a_neck_that_is_seen_nowhere_and_the_face_ends_beside_the_jaw() -> None:
    body = collared()
    sides = neck_sides(body, HEAD, body.labels == Label.TOP)
    for side in sides.values():
        assert side.collared
        assert side.jaw is not None
        assert side.jaw.share < 0.1
        assert 8 < side.jaw.half < 22
        assert side.jaw.fall < 0


def jaw_of(body):
    jaw = neck_sides(body, HEAD, body.labels == Label.TOP)["right"].jaw
    assert jaw is not None
    return jaw


def test_a_collars_tip_that_passed_for_skin_beside_a_cheek_does_not_widen_the_face() -> None:
    body = collared(top=86)
    labels = body.labels.copy()
    labels[79:86, 158:178] = Label.SKIN
    plain, tipped = jaw_of(body), jaw_of(replace(body, labels=labels))
    assert tipped.half < 20
    assert tipped.share <= plain.share


def test_an_ear_above_a_collar_does_not_tell_how_a_jaw_narrows() -> None:
    body = collared(top=78)
    labels = body.labels.copy()
    labels[60:72, 160:180] = Label.SKIN
    plain, eared = jaw_of(body), jaw_of(replace(body, labels=labels))
    assert eared.fall == pytest.approx(plain.fall, abs=0.1)


def test_the_dark_lining_of_a_collar_beside_a_cheek_goes_and_the_lit_cheek_stays() -> None:
    body = collared(top=80)
    labels = body.labels.copy()
    labels[76:88, 163:173] = Label.SKIN
    body = replace(body, labels=labels)
    photo = photographed(body)
    photo[labels == Label.TOP] = (215, 235, 180)
    photo[76:88, 167:173] = LINING
    photo[70:79, 164:170] = (215, 232, 182)  # the rim of a cheek shines
    old = old_garment(photo, body, (Label.TOP,), Coarse.of(photo, UNIT))
    assert old[79:86, 170:173].mean() > 0.7
    assert not old[60:75, 140:170].any()


def test_a_neck_that_the_scene_ends_has_no_collar() -> None:
    body = replace(drawn_body(), head=HEAD)
    assert not any(side.collared for side in neck_sides(body, HEAD, body.labels == Label.TOP).values())


@pytest.mark.parametrize("half", [9, 12, 13])
def test_a_neck_under_a_collar_is_as_wide_as_what_is_bare_of_it_but_no_narrower_than_necks_are(half: int) -> None:
    body = collared(half)
    sides = neck_sides(body, HEAD, body.labels == Label.TOP)
    widths = [abs(float(side.line[36, 0]) - 150) for side in sides.values()]
    assert widths == pytest.approx([max(half, 10.6)] * 2, abs=1.5)


def test_scraps_of_a_collar_beside_the_neck_go_and_the_neck_stays() -> None:
    body = collared()
    labels = body.labels.copy()
    labels[94:104, 162:176] = Label.SKIN
    body = replace(body, labels=labels)
    photo = photographed(body)
    photo[94:104, 165:176] = CLOTH
    gone = collar_remains(photo, body, labels == Label.TOP, Coarse.of(photo, UNIT))
    assert gone[95:103, 168:175].mean() > 0.9
    assert not gone[80:112, 142:158].any()


def test_a_neck_that_is_seen_wider_than_usual_stays_where_its_colour_is_plainly_no_cloths() -> None:
    body = collared()
    labels = body.labels.copy()
    labels[90:104, 138:176] = Label.SKIN
    body = replace(body, labels=labels)
    photo = photographed(body)
    gone = collar_remains(photo, body, labels == Label.TOP, Coarse.of(photo, UNIT))
    assert not gone[90:102, 138:174].any()


def test_a_dark_lining_beside_the_neck_goes() -> None:
    body = collared()
    labels = body.labels.copy()
    labels[94:106, 162:165] = Label.SKIN
    body = replace(body, labels=labels)
    photo = photographed(body)
    photo[94:106, 160:165] = LINING
    gone = collar_remains(photo, body, labels == Label.TOP, Coarse.of(photo, UNIT))
    assert gone[95:105, 162:165].mean() > 0.9
    assert not gone[80:112, 142:156].any()


def test_what_a_collar_hid_of_the_chin_is_skin() -> None:
    body = collared()
    labels = body.labels.copy()
    labels[80:112, 130:171] = Label.TOP
    body = replace(body, labels=labels)
    zone = bare_neck(labels.shape, body, labels == Label.TOP)
    assert zone[81:100, 146:155].min() > 0.9


def test_a_painted_neck_fades_out_over_the_neck_that_is_seen_and_never_over_the_face() -> None:
    body = replace(drawn_body(), head=HEAD)
    bare = np.zeros(body.labels.shape, np.float32)
    seam = neck_seam(body, body.labels == Label.TOP, bare)
    column = seam[95:113, 150]
    assert column[-1] > 0.4
    assert (np.diff(column) >= 0).all()
    assert not seam[:92].any()
    assert not seam[body.labels != Label.SKIN].any()
    assert not neck_seam(replace(body, head=None), body.labels == Label.TOP, bare).any()


def test_a_neck_stays_as_it_is_beside_what_the_new_garment_covers_again() -> None:
    body = replace(drawn_body(), head=HEAD)
    old = body.labels == Label.TOP
    short = np.roll(old, 2, axis=0) & old  # by a line of pixels
    assert not neck_seam(body, old, short.astype(np.float32)).any()
    deeper = np.roll(old, 20, axis=0) & old
    assert neck_seam(body, old, deeper.astype(np.float32)).max() > 0.4


def test_no_skin_is_painted_beside_a_face_where_a_collar_stood_before_the_scene() -> None:
    body = collared(top=70)
    labels = body.labels.copy()
    labels[70:112, 150 - 12 : 163] = Label.SKIN
    body = replace(body, labels=labels)
    zone = bare_neck(labels.shape, body, labels == Label.TOP)
    assert zone[72:84, 110:135].max() < 0.1
    assert zone[72:84, 166:191].max() < 0.1


def test_shade_that_a_collar_throws_on_the_neck_is_no_rim_of_it() -> None:
    body = collared()
    photo = photographed(body)
    shaded = np.s_[94:110, 157:163]
    photo[shaded] = 0.55 * np.array(SKIN)
    gone = old_garment(photo, body, (Label.TOP, Label.ONE_PIECE), Coarse.of(photo, UNIT))
    assert gone[96:108, 159:161].mean() < 0.2
    assert gone[96:108, 164:180].all()


def test_a_neck_begins_no_further_out_than_where_a_collar_ends_the_face() -> None:
    body = collared(13, top=60)
    labels = body.labels.copy()
    labels[60:90, 137:164] = Label.TOP
    labels[60:90, 142:159] = Label.SKIN
    body = replace(body, labels=labels)
    zone = bare_neck(labels.shape, body, labels == Label.TOP)
    assert zone[80:87, 162:191].max() < 0.1
    assert zone[80:87, 110:139].max() < 0.1
    assert zone[100, 140:160].min() > 0.9


def test_a_neck_runs_into_the_shoulder_in_one_hollow_curve() -> None:
    body = collared()
    for name, side in neck_sides(body, HEAD, body.labels == Label.TOP).items():
        away = np.diff(side.line[:-1], axis=0)
        angles = np.degrees(np.unwrap(np.arctan2(away[:, 1], np.abs(away[:, 0]))))
        assert np.abs(np.diff(angles)).max() < 35, name
        assert angles[0] > 75
        assert angles[-1] < 40


@pytest.mark.parametrize("wide", [11, 14])
def test_below_where_the_scene_ends_a_neck_it_is_as_wide_as_a_collar_that_hugs_it(wide: int) -> None:
    body = replace(drawn_body(), head=HEAD)
    labels = body.labels.copy()
    labels[70:112, 110:191] = Label.BACKGROUND
    labels[60:97, 140:161] = Label.SKIN
    labels[97:112, 110:191] = Label.TOP
    labels[97:104, 150 - wide : 151 + wide] = Label.SKIN
    body = replace(body, labels=labels)
    line = neck_sides(body, HEAD, labels == Label.TOP)["right"].line
    assert np.interp(100, line[:-1, 1], line[:-1, 0]) - 150 == pytest.approx(wide, abs=1.6)
