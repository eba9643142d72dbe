"""The warp engine whole, on the sample photos."""

from __future__ import annotations

import numpy as np
import pytest

from vesture.core.task import EngineOutput, Picture, Step, TryOnOptions, TryOnTask
from vesture.engines.warp.engine import WarpEngine
from vesture.errors import Cancelled, GarmentNotFound, PersonNotFound
from vesture.vision.pose.estimator import Joint


@pytest.fixture(scope="module")
def dress(engine: WarpEngine, sample):
    def run(person: str, garment: str, category: str, **options: object) -> EngineOutput:
        return engine.run(TryOnTask(sample(person), sample(garment), TryOnOptions(category, **options)))

    return run


@pytest.mark.parametrize(
    ("person", "garment", "category", "kind"),
    [
        ("avatars/3", "shirts/3", "tops", "top"),
        ("avatars/2", "jackets/3", "tops", "top"),
        ("avatars/1", "pants/1", "bottoms", "trousers"),
        ("avatars/4", "pants/4", "one-pieces", "jumpsuit"),
        ("people/2", "shirts/2", "tops", "top"),
        ("selfies/3", "shirts/1", "tops", "top"),
    ],
)
def test_the_garment_is_on_and_the_rest_is_untouched(person, garment, category, kind, dress, sample) -> None:
    output = dress(person, garment, category)
    photo, image = sample(person).rgb, output.images[0]
    assert image.shape == photo.shape
    assert image.dtype == np.uint8
    assert output.facts["garment_kind"] == kind
    assert output.facts["garment_photo_type"] == "flat-lay"
    np.testing.assert_array_equal(image[~output.changed], photo[~output.changed])
    different = (image != photo).any(-1)
    assert 0.02 < different.mean() < 0.7
    assert output.changed.mean() < 0.75


def test_the_colour_arrives_on_the_chest(dress, sample, estimator) -> None:
    image = dress("avatars/3", "shirts/3", "tops").images[0]
    pose = estimator.estimate(sample("avatars/3").rgb)
    x, y = (0.7 * pose.neck + 0.3 * pose.hips).astype(int)
    patch = image[y - 15 : y + 15, x - 15 : x + 15].reshape(-1, 3)
    assert np.median(patch, axis=0).min() > 200  # a white T-shirt over a dark jumper


def test_face_and_hands_stay_bit_for_bit(dress, sample, estimator) -> None:
    photo = sample("avatars/3").rgb
    image = dress("avatars/3", "jackets/1", "tops").images[0]
    pose = estimator.estimate(photo)
    for joint in (Joint.NOSE, Joint.LEFT_INDEX, Joint.RIGHT_INDEX):
        x, y = pose.points[joint].astype(int)
        box = np.s_[y - 4 : y + 5, x - 4 : x + 5]
        np.testing.assert_array_equal(image[box], photo[box])


def test_trousers_leave_the_top_alone(dress, sample, estimator) -> None:
    photo = sample("avatars/3").rgb
    image = dress("avatars/3", "pants/2", "bottoms").images[0]
    pose = estimator.estimate(photo)
    x, y = (0.6 * pose.neck + 0.4 * pose.hips).astype(int)
    np.testing.assert_array_equal(image[y - 40 : y + 40, x - 40 : x + 40], photo[y - 40 : y + 40, x - 40 : x + 40])


def test_a_worn_garment_is_taken_off_its_wearer(dress, sample, estimator) -> None:
    output = dress("avatars/3", "avatars/1", "tops")
    assert output.facts["garment_photo_type"] == "model"
    pose = estimator.estimate(sample("avatars/3").rgb)
    x, y = (0.6 * pose.neck + 0.4 * pose.hips).astype(int)
    patch = output.images[0][y - 20 : y + 20, x - 20 : x + 20].reshape(-1, 3)
    red, _, blue = np.median(patch, axis=0)
    assert red > 140  # a beige hoodie over a dark jumper
    assert red - blue > 15


def test_the_same_seed_gives_the_same_bytes_and_samples_differ(dress) -> None:
    first, again = (dress("avatars/2", "shirts/4", "tops", num_samples=2, seed=7) for _ in range(2))
    for one, other in zip(first.images, again.images, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (first.images[0] != first.images[1]).any()
    alone = dress("avatars/2", "shirts/4", "tops", seed=7)
    np.testing.assert_array_equal(alone.images[0], first.images[0])


def test_long_top_never_ends_higher(engine, sample) -> None:
    lowest = {}
    for long_top in (False, True):
        options = TryOnOptions("tops", long_top=long_top)
        output = engine.run(TryOnTask(sample("avatars/2"), sample("jackets/2"), options))
        lowest[long_top] = np.flatnonzero((output.images[0] != sample("avatars/2").rgb).any((1, 2)))[-1]
    assert lowest[True] >= lowest[False]


def test_progress_is_told_and_may_stop_the_run(engine, sample) -> None:
    steps: list[Step] = []

    def stop_at_the_garment(step: Step) -> None:
        steps.append(step)
        if step.stage == "person":
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.run(TryOnTask(sample("avatars/1"), sample("shirts/1"), TryOnOptions("tops")), stop_at_the_garment)
    assert [step.stage for step in steps] == ["pose", "person"]


def test_a_wall_is_no_person(engine, sample) -> None:
    wall = Picture(np.full((400, 300, 3), 180, np.uint8))
    with pytest.raises(PersonNotFound) as refused:
        engine.run(TryOnTask(wall, sample("shirts/1"), TryOnOptions("tops")))
    assert refused.value.field == "model_image"


@pytest.mark.parametrize("garment", ["shirts/1", "shirts/3", "jackets/1", "jackets/4", "pants/1"])
def test_clothes_without_a_person_are_refused(garment: str, engine, sample) -> None:
    with pytest.raises(PersonNotFound) as refused:
        engine.run(TryOnTask(sample(garment), sample("shirts/1"), TryOnOptions("tops")))
    assert refused.value.field == "model_image"


def test_a_wall_is_no_garment(engine, sample) -> None:
    wall = Picture(np.full((400, 300, 3), 180, np.uint8))
    with pytest.raises(GarmentNotFound) as refused:
        engine.run(TryOnTask(sample("avatars/1"), wall, TryOnOptions("tops")))
    assert refused.value.field == "garment_image"


def test_a_worn_garment_without_a_wearer_is_refused_by_its_field(engine, sample) -> None:
    wall = Picture(np.full((400, 300, 3), 180, np.uint8))
    with pytest.raises(PersonNotFound) as refused:
        engine.run(TryOnTask(sample("avatars/1"), wall, TryOnOptions("tops", garment_photo_type="model")))
    assert refused.value.field == "garment_image"


def test_of_two_walls_the_person_is_refused_first(engine) -> None:
    walls = (Picture(np.full((400, 300, 3), level, np.uint8)) for level in (180, 90))
    steps: list[Step] = []
    with pytest.raises(PersonNotFound) as refused:
        engine.run(TryOnTask(*walls, TryOnOptions("tops")), steps.append)
    assert refused.value.field == "model_image"
    assert not steps
