"""Refusals and warnings: what the engine knows of its own limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_person import drawn_body, straight_limb

from vesture.core.task import Picture, TryOnOptions, TryOnTask
from vesture.engines.warp.body.figure import LEG_RADIUS, Body
from vesture.engines.warp.doubts import (
    garment_doubts,
    person_doubts,
    refuse_crossed,
    refuse_unseen,
    view_of,
    wearer_doubts,
)
from vesture.engines.warp.engine import WarpEngine, _read_person
from vesture.errors import GarmentNotFound, InputError, PersonNotFound
from vesture.vision.garment.landmarks import understand
from vesture.vision.parsing.parse import Label
from vesture.vision.pose.estimator import Joint, Pose


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


def test_legs_between_which_a_body_was_found_cannot_wear_trousers(upright) -> None:
    pose, body = upright
    refuse_unseen(pose, body, "bottoms", "model_image")
    points = pose.points.copy()
    points[..., 0] = pose.points[:, 0].max() + pose.points[:, 0].min() - points[..., 0]
    unseen = replace(pose, points=points, visibility=np.zeros_like(pose.visibility), detected=0.0)
    with pytest.raises(PersonNotFound, match="where they begin"):
        refuse_unseen(unseen, body, "bottoms", "model_image")
    above = points - (0, points[Joint.NOSE, 1])  # whose head is outside may be seen so
    refuse_unseen(replace(unseen, points=above.astype(np.float32)), body, "bottoms", "model_image")


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


def test_further_people_are_warned_of_as_the_pose_counts_them(upright) -> None:
    pose, body = upright
    assert any("More than one person" in text for text in person_doubts(replace(pose, people=2), body, "tops"))
    assert not person_doubts(replace(pose, people=1), body, "tops")


def seen_from_behind(pose: Pose, body: Body) -> tuple[Pose, Body]:
    """The same person with left and right, near and far exchanged, and hair where the face was."""
    points, depth = pose.points.copy(), -pose.depth
    for left, right in zip(range(11, 32, 2), range(12, 33, 2), strict=True):
        points[[left, right]] = points[[right, left]]
    labels = body.labels.copy()
    head = labels[: int(body.neck[1] - 0.3 * body.unit)]
    head[head == Label.SKIN] = Label.HAIR
    return replace(pose, points=points, depth=depth), replace(body, labels=labels)


def test_a_back_is_refused_where_a_head_is_seen_and_no_face(upright) -> None:
    pose, body = seen_from_behind(*upright)
    assert view_of(pose, body, "tops") == "back"
    for field, error in (("model_image", PersonNotFound), ("garment_image", GarmentNotFound)):
        with pytest.raises(error, match="from behind") as refused:
            refuse_unseen(pose, body, "tops", field)
        assert refused.value.field == field
    refuse_unseen(pose, body, "bottoms", "model_image")
    assert any("from behind" in text for text in person_doubts(pose, body, "bottoms"))
    assert any("from behind" in text for text in wearer_doubts(pose, body, "bottoms"))
    assert view_of(replace(pose, detected=0.0), body, "tops") == "front"
    assert view_of(pose, upright[1], "tops") == "front"  # a face is seen, so the pose is mistaken
    assert view_of(*upright, "tops") == "front"


def turned_by(pose: Pose, degrees: float) -> Pose:
    """The pose with its shoulders turned about the spine."""
    points, depth = pose.points.copy(), pose.depth.copy()
    pair = [Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER]
    half = points[pair] - points[pair].mean(0)
    points[pair] = points[pair].mean(0) + half * np.cos(np.radians(degrees))
    depth[pair] = half[:, 0] * np.sin(np.radians(degrees))
    return replace(pose, points=points, depth=depth)


def test_three_quarters_are_warned_of_and_a_side_is_refused(upright) -> None:
    pose, body = upright
    refuse_unseen(turned_by(pose, 52), body, "tops", "model_image")
    assert any("turned" in text for text in person_doubts(turned_by(pose, 52), body, "tops"))
    assert any("turned" in text for text in wearer_doubts(turned_by(pose, 52), body, "tops"))
    for field, error in (("model_image", PersonNotFound), ("garment_image", GarmentNotFound)):
        with pytest.raises(error, match="from the side") as refused:
            refuse_unseen(turned_by(pose, 75), body, "one-pieces", field)
        assert refused.value.field == field
    refuse_unseen(turned_by(pose, 65), body, "bottoms", "model_image")
    with pytest.raises(PersonNotFound, match="from the side"):
        refuse_unseen(turned_by(pose, 85), body, "bottoms", "model_image")


def test_shoulders_outside_the_photo_are_not_judged(upright) -> None:
    pose, body = turned_by(upright[0], 75), upright[1]
    points = pose.points - np.array([0.0, body.neck[1] + 50], np.float32)
    assert view_of(replace(pose, points=points), body, "bottoms") == "front"


@pytest.mark.parametrize("name", ["avatars/1", "avatars/3", "people/1", "people/4", "selfies/1", "selfies/3"])
def test_people_who_face_the_camera_are_not_refused(name: str, sample, estimator) -> None:
    photo = sample(name).rgb
    person = _read_person(photo, estimator.estimate(photo))
    assert view_of(person.pose, person.body, "tops") == "front"


@pytest.mark.parametrize(("theme", "word"), [("mask", "background"), ("landmarks", "shape"), ("neckline", "neckline")])
def test_unsure_readings_of_a_garment_are_warned_of(theme: str, word: str, sample) -> None:
    garment = understand(sample("shirts/4"), "tops")
    sure = replace(garment, confidence={"mask": 0.8, "landmarks": 0.8, "neckline": 0.8}, warnings=())
    assert garment_doubts(sure, "tops") == ()
    doubts = garment_doubts(replace(sure, confidence={**sure.confidence, theme: 0.02}), "tops")
    assert len(doubts) == 1
    assert word in doubts[0]
    assert "category" in garment_doubts(replace(sure, kind="trousers"), "tops")[0]


def test_trousers_on_crossed_legs_are_refused() -> None:
    body = drawn_body()
    refuse_crossed(body, "bottoms")
    crossed = {
        "left": straight_limb((132, 240), (180, 400), LEG_RADIUS, None),
        "right": straight_limb((168, 240), (120, 400), LEG_RADIUS, None),
    }
    body = replace(body, legs=crossed)
    with pytest.raises(GarmentNotFound, match="crossed") as refused:
        refuse_crossed(body, "bottoms")
    assert refused.value.field == "garment_image"
    refuse_crossed(body, "tops")
    labels = body.labels.copy()
    labels[310:] = Label.SKIN  # shorts end above where the legs cross
    refuse_crossed(replace(body, labels=labels), "bottoms")
