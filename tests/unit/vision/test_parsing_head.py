"""Hair and face of a drawn head: colours that mislead, places that do not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vesture.vision.parsing.head import FaceFrame, label_head
from vesture.vision.parsing.prior import HAIR, SKIN, TOP, Skeleton

SIZE = (420, 360)
CHEEK, CLOTH = (70.0, 16.0, 18.0), (35.0, 2.0, -25.0)


def skeleton_of_head(visibility: float = 1.0) -> Skeleton:
    points = np.zeros((33, 2), np.float32)
    points[0] = 180, 118
    points[1:4], points[4:7] = (195, 100), (165, 100)
    points[7], points[8], points[9], points[10] = (214, 106), (146, 106), (192, 134), (168, 134)
    points[11], points[12], points[23], points[24] = (250, 230), (110, 230), (220, 440), (140, 440)
    return Skeleton(points, np.full(33, visibility, np.float32), 140.0)


def drawn(hair: tuple[float, float, float], texture: float, *, strands: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Lab photo (h, w, 3) and true labels (h, w) of a head above clothed shoulders."""
    truth = np.zeros(SIZE, np.uint8)
    cv2.ellipse(truth, (180, 108), (58, 72), 0, 0, 360, HAIR, -1)
    cv2.rectangle(truth, (80, 225), (280, 419), TOP, -1)
    if strands:
        cv2.rectangle(truth, (122, 110), (148, 300), HAIR, -1)
    cv2.rectangle(truth, (160, 140), (200, 226), SKIN, -1)
    cv2.ellipse(truth, (180, 112), (38, 46), 0, 0, 360, SKIN, -1)
    generator = np.random.default_rng(3)
    lab = np.zeros((*SIZE, 3), np.float32)
    lab[truth == SKIN], lab[truth == TOP], lab[truth == HAIR] = CHEEK, CLOTH, hair
    lab += generator.normal(0, 0.8, lab.shape)
    lab[..., 0] += (truth == HAIR) * generator.normal(0, texture, SIZE)
    return lab.astype(np.float32), truth


def relabelled(lab: np.ndarray, before: np.ndarray) -> np.ndarray:
    return label_head(before.astype(np.uint8), lab, skeleton_of_head(), np.random.default_rng(0))


def overlap(found: np.ndarray, truth: np.ndarray, label: int) -> float:
    return float(((found == label) & (truth == label)).sum() / ((found == label) | (truth == label)).sum())


@pytest.mark.parametrize("hair", [(25.0, 5.0, 8.0), (74.0, 10.0, 26.0)])
def test_hair_taken_for_skin_becomes_hair(hair: tuple[float, float, float]) -> None:
    lab, truth = drawn(hair, 6.0)
    found = relabelled(lab, np.where(truth == HAIR, SKIN, truth))
    assert overlap(found, truth, HAIR) > 0.7
    assert overlap(found, truth, SKIN) > 0.75


def test_strands_over_the_shoulder_are_hair_and_the_cloth_beside_them_is_not() -> None:
    lab, truth = drawn((30.0, 8.0, 12.0), 4.0, strands=True)
    found = relabelled(lab, np.where(truth == HAIR, TOP, truth))
    strand = np.s_[240:290, 126:144]
    assert (found[strand] == HAIR).mean() > 0.9
    assert (found[240:290, 170:270] == TOP).mean() > 0.97


def test_a_glint_on_a_strand_is_hair() -> None:
    lab, truth = drawn((30.0, 8.0, 12.0), 4.0, strands=True)
    glint = np.s_[255:270, 130:140]
    lab[glint] = CHEEK
    found = relabelled(lab, np.where(truth == HAIR, TOP, truth))
    assert (found[glint] == HAIR).all()


@pytest.mark.parametrize(("says", "label"), [(4.0, HAIR), (-4.0, TOP)])
def test_hair_in_the_colours_of_the_cloth_is_what_somebody_else_takes_it_for(says: float, label: int) -> None:
    lab, truth = drawn((33.0, 3.0, -19.0), 1.5, strands=True)
    leaning = np.full(SIZE, -4.0, np.float32)
    leaning[truth == HAIR] = says
    found = label_head(truth, lab, skeleton_of_head(), np.random.default_rng(0), leaning)
    assert (found[240:290, 128:142] == label).mean() > 0.9
    assert (found[240:290, 170:270] == TOP).mean() > 0.97


@pytest.mark.parametrize(
    ("colour", "label"), [((8.0, 1.0, 0.0), TOP), ((93.0, 0.0, 2.0), TOP), ((36.0, 9.0, 10.0), SKIN)]
)
def test_a_collar_taken_for_skin_is_cloth_and_a_shaded_throat_is_not(
    colour: tuple[float, float, float], label: int
) -> None:
    lab, truth = drawn((25.0, 5.0, 8.0), 6.0)
    throat = np.s_[200:226, 160:201]
    lab[throat] = np.float32(colour) + np.random.default_rng(2).normal(0, 0.8, lab[throat].shape)
    found = relabelled(lab, truth)
    assert (truth[throat] == SKIN).mean() > 0.9
    assert (found[202:224, 163:197] == label).mean() > 0.95


def test_a_bald_head_is_skin() -> None:
    lab, truth = drawn(CHEEK, 0.0)
    found = relabelled(lab, truth)
    assert not (found == HAIR).any()


def test_sunglasses_and_beard_belong_to_the_face() -> None:
    lab, truth = drawn((25.0, 5.0, 8.0), 6.0)
    lab[92:108, 150:210] = 15.0, 0.0, 0.0
    before = truth.copy()
    before[92:108, 150:210] = TOP
    found = relabelled(lab, before)
    assert (found[94:106, 158:202] == SKIN).mean() > 0.9


@pytest.mark.parametrize("bald", [False, True])
def test_a_shadowed_throat_below_a_beard_is_not_hair(bald: bool) -> None:
    lab, truth = drawn(CHEEK if bald else (25.0, 5.0, 8.0), 0.0 if bald else 6.0)
    lab[165:205, 162:198] = 27.0, 5.0, 8.0
    before = truth.copy()
    before[165:205, 162:198] = HAIR
    found = relabelled(lab, before)
    assert (found[168:202, 165:195] == SKIN).mean() > 0.9


def test_without_a_visible_face_nothing_changes() -> None:
    lab, truth = drawn((25.0, 5.0, 8.0), 6.0)
    hidden = skeleton_of_head(visibility=0.1)
    assert FaceFrame.of(hidden) is None
    np.testing.assert_array_equal(label_head(truth, lab, hidden, np.random.default_rng(0)), truth)


def test_face_coordinates_put_the_eyes_at_the_origin_and_the_mouth_one_below() -> None:
    face = FaceFrame.of(skeleton_of_head())
    assert face is not None
    across, down = face.coordinates(SIZE)
    assert (across[100, 180], down[100, 180]) == pytest.approx((0, 0))
    assert (across[134, 180], down[134, 180]) == pytest.approx((0, 1))
    assert across[100, 214] > 0 > across[100, 146]
    assert face.left == pytest.approx(1.0)
    assert face.right == pytest.approx(1.0)


@pytest.mark.parametrize(("width", "label"), [(8, SKIN), (26, HAIR)])
def test_a_dark_strip_along_a_cheek_is_its_shade_and_a_broad_one_is_a_lock(width: int, label: int) -> None:
    lab, truth = drawn((25.0, 5.0, 8.0), 2.0)
    bald = (truth == HAIR) & (np.arange(SIZE[0])[:, None] > 104)
    truth[bald] = 0
    strip = np.s_[100:142, 216 : 216 + width]
    truth[strip], lab[strip] = HAIR, (25.0, 5.0, 8.0)
    found = relabelled(lab, truth)
    assert (found[112:138, 217 : 215 + width] == label).mean() > 0.9
    assert overlap(found[:100], truth[:100], HAIR) > 0.8


def test_a_thin_strip_along_a_cheek_is_hair_where_a_tail_hangs_from_it() -> None:
    lab, truth = drawn((25.0, 5.0, 8.0), 2.0)
    truth[(truth == HAIR) & (np.arange(SIZE[0])[:, None] > 104)] = 0
    for part in (np.s_[100:152, 216:224], np.s_[146:222, 206:236]):
        truth[part], lab[part] = HAIR, (25.0, 5.0, 8.0)
    found = relabelled(lab, truth)
    assert (found[112:138, 217:223] == HAIR).mean() > 0.9
    assert (found[165:205, 212:230] == HAIR).mean() > 0.9


@pytest.mark.parametrize(("body", "label"), [(-56.0, HAIR), (0.0, SKIN)])
def test_what_hangs_below_a_turned_face_beside_the_neck_may_be_hair(body: float, label: int) -> None:
    hair = (25.0, 5.0, 8.0)
    lab, truth = drawn(hair, 4.0)
    lock = np.s_[162:222, 166:196]
    truth[150:226, 110:166], lab[150:226, 110:166] = SKIN, CHEEK
    for part in (lock, np.s_[120:222, 196:236]):  # it comes down from beside the face
        truth[part] = HAIR
        lab[part] = np.array(hair) + np.random.default_rng(5).normal(0, 2.5, lab[part].shape)
    skeleton = skeleton_of_head()
    skeleton.points[11:25, 0] += body
    found = label_head(truth, lab.astype(np.float32), skeleton, np.random.default_rng(0))
    assert (found[180:215, 170:190] == label).mean() > 0.9
