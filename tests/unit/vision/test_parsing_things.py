"""What a drawn person carries is told from the garment; what both sides of a body have is not carried."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_people import Figure, draw

from vesture.vision.parsing.parse import Label, parse_person
from vesture.vision.parsing.prior import BOTTOM, OTHER, Skeleton
from vesture.vision.parsing.things import around, bulges, only_real_things, with_held_scraps

BAG = np.array([[425, 470], [520, 470], [535, 590], [415, 590]], np.int32)  # below the viewer's right hand


def with_bag(colour: tuple[int, int, int], sides: int = 1) -> tuple[np.ndarray, np.ndarray, object]:
    """Photo, pixels of the bags, and pose of a figure with a bag in one hand or in both."""
    photo, _, pose = draw(Figure(sleeves=0.5))
    bag = np.zeros(photo.shape[:2], np.uint8)
    for side in range(sides):
        corners = BAG.copy()
        corners[:, 0] = photo.shape[1] - corners[:, 0] if side else corners[:, 0]
        cv2.fillPoly(bag, [corners], 1)
    photo = photo.copy()
    photo[bag > 0] = colour
    pose.mask[...] = np.maximum(pose.mask, cv2.GaussianBlur(bag.astype(np.float32), (0, 0), 3))
    return photo, bag > 0, pose


def skeleton_of(pose: object) -> Skeleton:
    return Skeleton(pose.points, pose.visibility, pose.unit)  # type: ignore[attr-defined]


@pytest.mark.parametrize("colour", [(120, 30, 30), (20, 20, 22), (92, 98, 60)], ids=["red", "black", "as the trousers"])
def test_a_bag_in_one_hand_is_a_thing(colour: tuple[int, int, int]) -> None:
    photo, bag, pose = with_bag(colour)
    labels = parse_person(photo, pose).full_labels(photo)  # type: ignore[arg-type]
    things = labels == Label.OTHER
    assert (things & bag).sum() > 0.7 * bag.sum()
    assert (things & ~bag).sum() < 0.15 * bag.sum()


def test_nobody_carries_anything_without_a_bag() -> None:
    for figure in (Figure(), Figure(sleeves=1.0), Figure(dress=True), Figure(trousers=0.4)):
        photo, _, pose = draw(figure)
        assert not (parse_person(photo, pose).full_labels(photo) == Label.OTHER).any()


def test_what_spreads_to_both_sides_is_no_bulge() -> None:
    _, bag, pose = with_bag((120, 30, 30))
    one = bulges(pose.mask > 0.5, skeleton_of(pose))  # type: ignore[attr-defined]
    assert (one & bag).sum() > 0.4 * bag.sum()
    _, _, both = with_bag((120, 30, 30), sides=2)
    assert not bulges(both.mask > 0.5, skeleton_of(both)).any()  # type: ignore[attr-defined]


def test_no_bulge_is_looked_for_where_the_shoulders_are_not_seen() -> None:
    _, _, pose = with_bag((120, 30, 30))
    pose.visibility[11:13] = 0.1  # type: ignore[attr-defined]
    assert not bulges(pose.mask > 0.5, skeleton_of(pose)).any()  # type: ignore[attr-defined]


def test_specks_and_patches_on_the_body_are_given_back() -> None:
    _, bag, pose = with_bag((120, 30, 30))
    labels = np.where(pose.mask > 0.5, BOTTOM, 0).astype(np.uint8)  # type: ignore[attr-defined]
    labels[bag] = OTHER
    labels[300:304, 300:304] = OTHER
    labels[560:620, 250:290] = OTHER
    scores = np.zeros((8, *labels.shape), np.float32)
    scores[BOTTOM] = 0.4
    kept = only_real_things(labels, scores, skeleton_of(pose))
    assert (kept[300:304, 300:304] == BOTTOM).all()
    assert (kept[560:620, 250:290] == BOTTOM).all()
    assert (kept[bag] == OTHER).mean() > 0.95


def test_a_thing_goes_on_around_what_was_seen_of_it() -> None:
    _, bag, pose = with_bag((120, 30, 30))
    likely = around(bag, skeleton_of(pose))
    assert (likely[bag] == 1).all()
    assert 0 < likely[585, 410] < 1
    assert likely[100, 100] == 0
    assert not around(np.zeros_like(bag), skeleton_of(pose)).any()


def test_a_scrap_of_trousers_beside_a_hand_is_held() -> None:
    _, labels, pose = draw(Figure(sleeves=0.5))
    skeleton = skeleton_of(pose)
    hand = skeleton.points[[19, 20]][np.argmax(skeleton.points[[19, 20], 0])]
    side = round(0.1 * skeleton.unit)
    column, row = round(float(hand[0])) + 2 * side, round(float(hand[1]))
    scrap = np.zeros(labels.shape, bool)
    scrap[row - side : row + side, column - side : column + side] = True
    with_scrap = np.where(scrap & (labels == 0), BOTTOM, labels).astype(np.uint8)
    found = with_held_scraps(with_scrap, skeleton)
    assert (found[scrap & (labels == 0)] == OTHER).all()
    assert np.array_equal(found == BOTTOM, labels == BOTTOM)


def test_trousers_parted_by_a_belt_or_a_bag_stay_trousers() -> None:
    _, labels, pose = draw(Figure(sleeves=0.5))
    skeleton = skeleton_of(pose)
    hips = round(float(skeleton.points[[23, 24], 1].mean()))
    parted = labels.copy().astype(np.uint8)
    parted[hips + 10 : hips + 20][parted[hips + 10 : hips + 20] == BOTTOM] = OTHER
    knees = round(float(skeleton.points[[25, 26], 1].mean()))
    parted[knees : knees + 12][parted[knees : knees + 12] == BOTTOM] = OTHER
    assert np.array_equal(with_held_scraps(parted, skeleton), parted)
