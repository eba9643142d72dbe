"""A worn top's cloth shared out between torso and sleeves: outlines without shreds."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from drawn_person import SHAPE, drawn_body, drawn_photo, straight_limb

from vesture.engines.warp.body.figure import ARM_RADIUS, SIDES, Body
from vesture.engines.warp.worn.garment import worn_garment
from vesture.engines.warp.worn.parting import even_outlines
from vesture.engines.warp.worn.tops import raised
from vesture.vision.garment.types import Part
from vesture.vision.parsing.parse import Label

UNIT = 200.0
TORSO, SLEEVE = int(Part.TORSO), int(Part.RIGHT_SLEEVE)


def cloth() -> np.ndarray:
    """A torso and, apart from it, a sleeve at its right."""
    parts = np.zeros((300, 300), np.uint8)
    parts[50:250, 60:180] = TORSO
    parts[50:230, 200:240] = SLEEVE
    return parts


def everywhere() -> np.ndarray:
    return np.ones((300, 300), bool)


def test_spikes_go_and_notches_close() -> None:
    parts = cloth()
    parts[100:104, 180:196] = TORSO  # a shred towards the sleeve
    parts[250:270, 100:105] = TORSO
    parts[150:155, 165:180] = 0  # a bite
    even = even_outlines(parts, everywhere(), UNIT)
    assert not even[100:104, 184:196].any()
    assert not even[254:270].any()
    assert (even[150:155, 165:178] == TORSO).all()
    assert (even[70:230, 65:175] == TORSO).all()
    assert (even[70:210, 205:235] == SLEEVE).all()


def test_a_shred_that_a_sleeve_touches_is_the_sleeves() -> None:
    parts = cloth()
    parts[100:106, 180:200] = TORSO
    parts[100:160, 194:200] = TORSO  # the sleeve's seam, beyond the line of the torso
    even = even_outlines(parts, everywhere(), UNIT)
    assert (even[110:150, 196:200] == SLEEVE).all()


def test_the_hem_of_a_sleeve_loses_its_threads() -> None:
    parts = cloth()
    parts[230:245, 215:219] = SLEEVE
    assert not even_outlines(parts, everywhere(), UNIT)[234:245].any(where=np.arange(300)[None] > 190)


def test_where_nothing_is_allowed_the_torso_stays() -> None:
    parts = cloth()
    parts[40:50, 100:104] = TORSO  # a drawstring at the collar
    below = everywhere()
    below[:60] = False
    assert (even_outlines(parts, below, UNIT)[40:50, 100:104] == TORSO).all()


def test_a_sleeves_wedge_over_the_shoulder_stays_where_it_is_sewn() -> None:
    parts = cloth()
    parts[50:230, 180:240] = SLEEVE
    cv2.fillPoly(parts, [np.array([[130, 50], [180, 50], [180, 54]])], SLEEVE)  # along the line of the shoulder
    sewn = everywhere()
    sewn[100:] = False
    assert not even_outlines(parts, ~sewn, UNIT)[50:53, 150:170].any()
    assert even_outlines(parts, ~sewn, UNIT, sewn)[50:54, 70:230].all()


def in_cap_sleeves(*, raised_left: bool) -> tuple[np.ndarray, Body]:
    """Somebody in a top whose sleeves end a fifth down the arms."""
    body = drawn_body()
    labels = body.labels.copy()
    arms = dict(body.arms)
    if raised_left:
        labels[113:270, 85:119] = Label.BACKGROUND
        arms["left"] = straight_limb((112, 120), (20, 60), ARM_RADIUS, 20.0)
    for side in SIDES:
        ends = np.rint(arms[side].at(np.array([0.0, 0.21, 1.0]) * arms[side].length)).astype(int)
        labels[cv2.line(np.zeros(SHAPE, np.uint8), ends[1].tolist(), ends[2].tolist(), 1, 16) > 0] = Label.SKIN
        labels[cv2.line(np.zeros(SHAPE, np.uint8), ends[0].tolist(), ends[1].tolist(), 1, 18) > 0] = Label.TOP
    body = replace(body, arms=arms, labels=labels)
    return drawn_photo(body), body


def test_a_cap_sleeve_on_a_raised_arm_is_the_mirror_image_of_the_other() -> None:
    photo, body = in_cap_sleeves(raised_left=True)
    assert raised(body, "left")
    assert not raised(body, "right")
    garment = worn_garment(photo, body, "tops")
    assert set(garment.sleeve_wearer) == {"left"}
    areas = [int((garment.parts == part).sum()) for part in (Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE)]
    assert min(areas) > 0.4 * max(areas)
    left = garment.wearer.neck[0] - 0.85 * garment.wearer.unit  # nothing of the raised sleeve is left on the torso
    assert not (garment.parts[:, : max(0, int(left))] == Part.TORSO).any()


def test_cap_sleeves_on_arms_that_hang_go_with_the_torso() -> None:
    photo, body = in_cap_sleeves(raised_left=False)
    garment = worn_garment(photo, body, "tops")
    assert not garment.has_sleeves
    assert set(np.unique(garment.parts)) == {0, TORSO}
