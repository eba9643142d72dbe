"""Things at a drawn person's hand come out whole: what clothes and skin had of a bag goes back to it, and no more."""

from __future__ import annotations

import cv2
import numpy as np
from drawn_people import Figure, draw

from vesture.vision.parsing.carried import with_carried
from vesture.vision.parsing.parse import Label
from vesture.vision.parsing.prior import Skeleton
from vesture.vision.pose.joints import Joint

DARK = (40, 20, 60)


def held(colour: tuple[int, int, int] | None) -> tuple[np.ndarray, np.ndarray, np.ndarray, Skeleton]:
    """Colours in Lab, true labels of the clothes, pixels of a clutch in front of the hip, and the skeleton."""
    photo, truth, pose = draw(Figure(sleeves=0.5))
    skeleton = Skeleton(pose.points, pose.visibility, pose.unit)
    hip = pose.points[Joint.LEFT_HIP]
    clutch = np.zeros(truth.shape, np.uint8)
    half = int(0.22 * pose.unit)
    x, y = int(hip[0] + 0.1 * pose.unit), int(hip[1])
    cv2.rectangle(clutch, (x - half, y - half // 2), (x + half, y + half // 2), 1, -1)
    photo = photo.copy()
    if colour is not None:
        photo[clutch > 0] = colour
    lab = cv2.cvtColor((photo / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    return lab, truth, (clutch > 0) & np.isin(truth, (Label.TOP, Label.BOTTOM)), skeleton


def opinion_on(shape: tuple[int, ...], seen: np.ndarray) -> np.ndarray:
    """Log-scores of somebody who sees a thing there, and says nothing of the rest."""
    scores = np.full((8, *shape), -3.0, np.float32)
    scores[Label.OTHER] = np.where(seen, np.log(0.9), -5.0)
    return scores


def part_of(clutch: np.ndarray) -> np.ndarray:
    """The half of a clutch that is nearer to the hand."""
    columns = np.flatnonzero(clutch.any(0))
    return clutch & (np.arange(clutch.shape[1]) > columns[len(columns) // 2])


def test_a_clutch_before_the_clothes_of_which_a_part_is_seen_is_found_whole() -> None:
    lab, truth, clutch, skeleton = held(DARK)
    found = with_carried(truth, lab, opinion_on(truth.shape, part_of(clutch)), skeleton) == Label.OTHER
    assert found[clutch].mean() > 0.95
    assert found[~clutch].sum() < 0.15 * clutch.sum()


def test_what_has_the_colours_of_the_clothes_is_no_thing_whoever_says_so() -> None:
    lab, truth, clutch, skeleton = held(None)
    labels = with_carried(truth, lab, opinion_on(truth.shape, clutch), skeleton)
    assert np.array_equal(labels, truth)


def test_a_thing_takes_back_what_the_clothes_had_of_it() -> None:
    lab, truth, clutch, skeleton = held(DARK)
    columns = np.flatnonzero(clutch.any(0))
    missing = clutch & (np.arange(truth.shape[1]) > columns[2 * len(columns) // 3])
    labels = np.where(clutch & ~missing, Label.OTHER, truth).astype(np.uint8)
    found = with_carried(labels, lab, opinion_on(truth.shape, np.zeros_like(clutch)), skeleton) == Label.OTHER
    assert found[missing].mean() > 0.9
    assert found[~clutch].sum() < 0.15 * clutch.sum()


def test_nothing_changes_where_nobody_sees_a_thing() -> None:
    lab, truth, clutch, skeleton = held(DARK)
    assert with_carried(truth, lab, opinion_on(truth.shape, np.zeros_like(clutch)), skeleton) is truth


def test_a_large_bag_that_passed_for_a_coat_is_found_whole_from_its_upper_part() -> None:
    """So large a bag that its colours count as the coat's own."""
    photo, truth, pose = draw(Figure(sleeves=0.5))
    skeleton = Skeleton(pose.points, pose.visibility, pose.unit)
    hand = skeleton.points[[19, 20]][np.argmax(skeleton.points[[19, 20], 0])]
    half, top = round(0.3 * pose.unit), round(float(hand[1]))
    bag = np.zeros(truth.shape, bool)
    middle = round(float(hand[0])) + half
    bag[top : top + round(0.9 * pose.unit), middle - half : middle + half] = True
    bag &= truth == Label.BACKGROUND
    photo = photo.copy()
    photo[bag] = DARK
    lab = cv2.cvtColor((photo / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    labels = np.where(bag, int(Label.TOP), truth).astype(np.uint8)
    upper = bag & (np.arange(bag.shape[0])[:, None] < top + 0.4 * pose.unit)
    found = with_carried(labels, lab, opinion_on(truth.shape, upper), skeleton)
    assert (found[bag] == Label.OTHER).mean() > 0.9
    assert (found[~bag] == labels[~bag]).mean() > 0.995


def test_a_small_part_of_a_thing_is_enough_to_find_the_rest() -> None:
    lab, truth, clutch, skeleton = held(DARK)
    columns = np.flatnonzero(clutch.any(0))
    missing = clutch & (np.arange(truth.shape[1]) < columns[2 * len(columns) // 3])
    labels = np.where(clutch & ~missing, Label.OTHER, truth).astype(np.uint8)
    found = with_carried(labels, lab, opinion_on(truth.shape, np.zeros_like(clutch)), skeleton) == Label.OTHER
    assert found[missing].mean() > 0.9
    assert found[~clutch].sum() < 0.15 * clutch.sum()


def test_leather_that_passed_for_skin_beside_the_arm_is_a_thing() -> None:
    photo, truth, pose = draw(Figure(sleeves=0.5))
    skeleton = Skeleton(pose.points, pose.visibility, pose.unit)
    wrist, elbow = pose.points[Joint.LEFT_WRIST], pose.points[Joint.LEFT_ELBOW]
    outward = np.sign(wrist[0] - pose.points[Joint.RIGHT_WRIST][0])
    middle = 0.5 * (wrist + elbow) + np.array([0.35 * outward * pose.unit, 0])
    bag = np.zeros(truth.shape, np.uint8)
    cv2.circle(bag, (round(float(middle[0])), round(float(middle[1]))), round(0.25 * pose.unit), 1, -1)
    where = (bag > 0) & (truth == Label.BACKGROUND)
    photo = photo.copy()
    photo[where] = (140, 90, 50)
    lab = cv2.cvtColor((photo / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    labels = np.where(where, Label.SKIN, truth).astype(np.uint8)
    nobody = opinion_on(truth.shape, np.zeros_like(where))
    unsure = nobody.copy()
    unsure[Label.OTHER][where] = np.log(0.3)
    found = with_carried(labels, lab, unsure, skeleton) == Label.OTHER
    assert found[where].mean() > 0.9
    assert (found & (truth == Label.SKIN)).sum() < 0.05 * where.sum()
    assert np.array_equal(with_carried(labels, lab, nobody, skeleton), labels)
