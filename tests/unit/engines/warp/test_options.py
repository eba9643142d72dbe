"""What each option of a request does to the picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vesture.core.task import EngineOutput, Picture, TryOnOptions, TryOnTask
from vesture.engines.warp.engine import WarpEngine
from vesture.vision.pose.estimator import Joint, Pose


@pytest.fixture(scope="module")
def dress(engine: WarpEngine, sample):
    def run(person: str, garment: str | Picture, category: str, **options: object) -> EngineOutput:
        clothes = sample(garment) if isinstance(garment, str) else garment
        return engine.run(TryOnTask(sample(person), clothes, TryOnOptions(category, **options)))

    return run


def long_coat() -> Picture:
    """A dark red coat, nearly three times as long as it is wide, before white."""
    canvas = np.full((1100, 760, 3), 250, np.uint8)
    cloth = (120, 20, 30)
    body = [(310, 60), (450, 60), (560, 110), (555, 330), (570, 1040), (190, 1040), (205, 330), (200, 110)]
    left = [(200, 110), (90, 470), (40, 640), (120, 670), (205, 330)]
    right = [(760 - x, y) for x, y in left]
    for outline in (body, left, right):
        cv2.fillPoly(canvas, [np.array(outline, np.int32)], cloth, lineType=cv2.LINE_AA)
    cv2.ellipse(canvas, (380, 60), (62, 34), 0, 0, 180, (250, 250, 250), -1, cv2.LINE_AA)
    return Picture(canvas)


def changed_pixels(output: EngineOutput, photo: Picture, sample: int = 0) -> np.ndarray:
    """(H, W) bool: where the result differs from the photo so that it can be seen."""
    return np.abs(output.images[sample].astype(int) - photo.rgb).max(-1) > 12


def lowest_cloth(output: EngineOutput) -> int:
    """The lowest row of the picture with much dark red in it."""
    red, green, blue = (output.images[0][..., channel].astype(int) for channel in range(3))
    cloth = (red > 40) & (green < 0.45 * red) & (blue < 0.5 * red)
    return int(np.flatnonzero(cloth.sum(1) > 60)[-1])


def test_long_top_keeps_the_length_of_a_coat(dress) -> None:
    short, long = (lowest_cloth(dress("avatars/2", long_coat(), "tops", long_top=value)) for value in (False, True))
    assert long > short + 40


def test_long_top_leaves_an_ordinary_shirt_alone(dress) -> None:
    without, with_it = (dress("avatars/3", "shirts/3", "tops", long_top=value) for value in (False, True))
    np.testing.assert_array_equal(without.images[0], with_it.images[0])


@pytest.mark.parametrize("person", ["avatars/2", "avatars/4"])
def test_cover_feet_lets_trousers_fall_over_the_shoes(person: str, dress, sample, estimator) -> None:
    photo = sample(person)
    pose = estimator.estimate(photo.rgb)
    ankle = max(pose.points[joint, 1] for joint in (Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE))
    below = int(ankle + 0.12 * pose.unit)
    free, covered = (
        changed_pixels(dress(person, "pants/1", "bottoms", cover_feet=value), photo)[below:].sum()
        for value in (False, True)
    )
    assert covered > free + 300


def hand_backs(pose: Pose) -> list[tuple[slice, slice]]:
    """Small boxes on the backs of both hands, beyond where the present cuffs let them out."""
    boxes = []
    for wrist, knuckle in ((Joint.LEFT_WRIST, Joint.LEFT_INDEX), (Joint.RIGHT_WRIST, Joint.RIGHT_INDEX)):
        x, y = (0.45 * pose.points[wrist] + 0.55 * pose.points[knuckle]).astype(int)
        boxes.append(np.s_[y - 5 : y + 6, x - 5 : x + 6])
    return boxes


def test_adjust_hands_lets_long_sleeves_come_down_over_the_hands(dress, sample, estimator) -> None:
    photo = sample("avatars/3")
    pose = estimator.estimate(photo.rgb)
    free, covered = (
        changed_pixels(dress("avatars/3", "jackets/2", "tops", adjust_hands=value), photo) for value in (False, True)
    )
    for box in hand_backs(pose):
        assert not free[box].any()
        assert covered[box].mean() > 0.8
    for joint in (Joint.LEFT_INDEX, Joint.RIGHT_INDEX):  # the fingers stay out
        x, y = (pose.points[joint] + 0.25 * pose.unit * np.array([0, 1])).astype(int)
        assert not covered[y - 3 : y + 4, x - 3 : x + 4].any()


def test_adjust_hands_does_nothing_for_short_sleeves(dress) -> None:
    without, with_it = (dress("avatars/3", "shirts/3", "tops", adjust_hands=value) for value in (False, True))
    np.testing.assert_array_equal(without.images[0], with_it.images[0])


def test_background_and_other_clothes_are_bit_equal_with_and_without_the_restore_options(dress, sample) -> None:
    photo = sample("avatars/2").rgb
    plain = dress("avatars/2", "shirts/4", "tops")
    restored = dress("avatars/2", "shirts/4", "tops", restore_background=True, restore_clothes=True)
    np.testing.assert_array_equal(plain.images[0], restored.images[0])
    np.testing.assert_array_equal(plain.images[0][:, :150], photo[:, :150])  # the wall beside the person
    np.testing.assert_array_equal(plain.images[0][950:], photo[950:])  # trousers, shoes, floor
    np.testing.assert_array_equal(plain.images[0][~plain.changed], photo[~plain.changed])
    assert plain.changed.mean() < 0.3


def test_samples_differ_to_the_eye_and_do_not_depend_on_their_number(dress, sample) -> None:
    photo = sample("avatars/2")
    four = dress("avatars/2", "shirts/2", "tops", num_samples=4, seed=11)
    two = dress("avatars/2", "shirts/2", "tops", num_samples=2, seed=11)
    for one, other in zip(two.images, four.images, strict=False):
        np.testing.assert_array_equal(one, other)
    outlines = [changed_pixels(four, photo, index) for index in range(4)]
    for index, outline in enumerate(outlines):
        for other in range(index):
            different = np.abs(four.images[index].astype(int) - four.images[other]).max(-1) > 40
            assert different.sum() > 0.05 * outline.sum(), (index, other)


def test_another_seed_orders_the_further_samples_anew(dress) -> None:
    seconds = [dress("avatars/2", "shirts/2", "tops", num_samples=2, seed=seed).images[1] for seed in (1, 2, 3, 4)]
    assert any((seconds[0] != other).mean() > 0.02 for other in seconds[1:])


@pytest.mark.parametrize(("wanted", "found"), [("flat-lay", "flat-lay"), ("auto", "flat-lay")])
def test_the_kind_of_photo_is_what_was_asked_or_found(wanted: str, found: str, dress) -> None:
    assert dress("avatars/3", "shirts/1", "tops", garment_photo_type=wanted).facts["garment_photo_type"] == found
