"""Refusals and warnings: what the engine knows of its own limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vesture.core.task import Picture, TryOnOptions, TryOnTask
from vesture.engines.warp.doubts import garment_doubts, person_doubts, wearer_doubts
from vesture.engines.warp.engine import WarpEngine, _read_person
from vesture.errors import GarmentNotFound, InputError, PersonNotFound
from vesture.vision.garment_landmarks import understand
from vesture.vision.pose import Joint


@pytest.fixture(scope="module")
def upright(sample, estimator):
    """The pose and body of a person who stands well in the picture."""
    photo = sample("avatars/2").rgb
    person = _read_person(photo, estimator.estimate(photo))
    return person.pose, person.body


def dressed_in(engine: WarpEngine, person: Picture, garment: Picture, category: str):
    return engine.run(TryOnTask(person, garment, TryOnOptions(category)))


def test_a_good_pair_gives_no_warning(engine, sample) -> None:
    assert dressed_in(engine, sample("avatars/2"), sample("shirts/4"), "tops").warnings == ()


def test_a_portrait_cannot_wear_trousers(engine, sample) -> None:
    portrait = Picture(sample("avatars/2").rgb[:560])
    with pytest.raises(PersonNotFound) as refused:
        dressed_in(engine, portrait, sample("pants/1"), "bottoms")
    assert refused.value.field == "model_image"
    assert "legs" in refused.value.message


def test_legs_cannot_wear_a_shirt(engine, sample) -> None:
    legs = Picture(sample("avatars/2").rgb[720:])
    with pytest.raises(PersonNotFound) as refused:
        dressed_in(engine, legs, sample("shirts/4"), "tops")
    assert refused.value.field == "model_image"


def test_half_a_torso_is_warned_of(engine, sample) -> None:
    output = dressed_in(engine, sample("selfies/2"), sample("shirts/4"), "tops")
    assert any("upper body is outside" in warning for warning in output.warnings)


def test_two_people_are_warned_of(engine, sample) -> None:
    one, other = sample("avatars/2").rgb, sample("avatars/4").rgb
    both = Picture(np.concatenate([one, other], axis=1))
    output = dressed_in(engine, both, sample("shirts/4"), "tops")
    assert any("More than one person" in warning for warning in output.warnings)


def test_trousers_are_no_top(engine, sample) -> None:
    with pytest.raises(GarmentNotFound) as refused:
        dressed_in(engine, sample("avatars/2"), sample("pants/2"), "tops")
    assert refused.value.field == "garment_image"


def test_a_person_without_legs_in_view_lends_no_trousers(engine, sample) -> None:
    portrait = Picture(sample("avatars/4").rgb[:560])
    with pytest.raises(InputError) as refused:
        dressed_in(engine, sample("avatars/2"), portrait, "bottoms")
    assert refused.value.field == "garment_image"


def test_a_back_is_warned_of_where_a_head_is_seen(upright) -> None:
    pose, body = upright
    points, depth = pose.points.copy(), -pose.depth
    for left, right in zip(range(11, 32, 2), range(12, 33, 2), strict=True):
        points[[left, right]] = points[[right, left]]
    behind = replace(pose, points=points, depth=depth)
    assert any("from behind" in text for text in person_doubts(behind, body, "tops", 1))
    assert any("from behind" in text for text in wearer_doubts(behind, body, "tops"))
    assert not person_doubts(replace(behind, detected=0.0), body, "tops", 1)
    assert not person_doubts(pose, body, "tops", 1)


def test_a_turned_torso_is_warned_of(upright) -> None:
    pose, body = upright
    points = pose.points.copy()
    middle = points[[Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER]].mean(0)
    for joint in (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER):
        points[joint] = middle + 0.4 * (points[joint] - middle)
    turned = replace(pose, points=points)
    assert any("turned" in text for text in person_doubts(turned, body, "tops", 1))


@pytest.mark.parametrize(("theme", "word"), [("mask", "background"), ("landmarks", "shape"), ("neckline", "neckline")])
def test_unsure_readings_of_a_garment_are_warned_of(theme: str, word: str, sample) -> None:
    garment = understand(sample("shirts/4"), "tops")
    sure = replace(garment, confidence={"mask": 0.8, "landmarks": 0.8, "neckline": 0.8}, warnings=())
    assert garment_doubts(sure, "tops") == ()
    doubts = garment_doubts(replace(sure, confidence={**sure.confidence, theme: 0.02}), "tops")
    assert len(doubts) == 1
    assert word in doubts[0]
    assert "category" in garment_doubts(replace(sure, kind="trousers"), "tops")[0]
