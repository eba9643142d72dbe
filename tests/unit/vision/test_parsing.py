"""Parsing of a drawn figure whose every pixel is known, and of the sample people."""

from __future__ import annotations

import threading
from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_people import HEIGHT, JOINTS, WIDTH, Figure, draw
from PIL import Image

from vesture.assets import POSE_DETECTION, POSE_LANDMARKS, AssetStore, samples
from vesture.settings import Settings
from vesture.vision.frame import cropped_pose, person_box
from vesture.vision.parsing.parse import Label, Parse, parse_person
from vesture.vision.parsing.prior import Skeleton
from vesture.vision.pose.estimator import Joint, Pose, PoseEstimator


def overlap(labels: np.ndarray, truth: np.ndarray, label: Label) -> float:
    """Intersection over union."""
    first, second = labels == label, truth == label
    return float((first & second).sum() / (first | second).sum())


def parsed(figure: Figure) -> tuple[np.ndarray, np.ndarray]:
    photo, truth, pose = draw(figure)
    return parse_person(photo, pose).full_labels(photo), truth


@pytest.mark.parametrize(
    "figure",
    [
        Figure(),
        Figure(sleeves=0.5),
        Figure(sleeves=1.0),
        Figure(sleeves=0.5, trousers=0.4),
        Figure(sleeves=0.3, colours=((Label.SKIN, (96, 62, 46)), (Label.HAIR, (24, 20, 20)))),
        Figure(sleeves=0.5, colours=((Label.HAIR, (222, 190, 120)),)),
        Figure(sleeves=1.0, colours=((Label.TOP, (30, 30, 32)), (Label.BOTTOM, (170, 172, 176)))),
        Figure(sleeves=0.5, colours=((Label.TOP, (240, 240, 238)), (Label.BACKGROUND, (120, 140, 120)))),
    ],
    ids=["sleeveless", "short", "long", "shorts", "dark skin", "blond", "black top", "white top"],
)
def test_every_part_of_a_drawn_figure_is_found(figure: Figure) -> None:
    labels, truth = parsed(figure)
    found = {label.name: overlap(labels, truth, label) for label in (Label.TOP, Label.BOTTOM, Label.SKIN)}
    assert min(found.values()) > 0.85, found
    assert overlap(labels, truth, Label.SHOES) > 0.6
    assert overlap(labels, truth, Label.HAIR) > 0.5
    person = (labels > 0) & (truth > 0)
    assert person.sum() / ((labels > 0) | (truth > 0)).sum() > 0.96


class Witness:
    """A second opinion that is sure of where the true labels are."""

    def __init__(self, truth: np.ndarray) -> None:
        self.truth = truth

    def log_scores(self, rgb: np.ndarray, skeleton: Skeleton, mask: np.ndarray) -> np.ndarray:
        assert mask.shape == rgb.shape[:2]
        assert skeleton.points.shape == (33, 2)
        truth = cv2.resize(self.truth, rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        return np.log(np.stack([(truth == label) * 0.93 + 0.01 for label in range(8)])).astype(np.float32)


def test_a_networks_opinion_settles_what_colour_cannot() -> None:
    grey = (90, 92, 96)
    photo, truth, pose = draw(Figure(sleeves=0.5, colours=((Label.TOP, grey), (Label.BOTTOM, grey))))
    truth[(truth == Label.BOTTOM) & (np.arange(HEIGHT)[:, None] < 520)] = Label.TOP  # a long top
    alone = parse_person(photo, pose).full_labels(photo)
    advised = parse_person(photo, pose, Witness(truth)).full_labels(photo)
    assert overlap(advised, truth, Label.TOP) > max(0.93, overlap(alone, truth, Label.TOP) + 0.05)


def test_a_dress_is_one_piece() -> None:
    labels, truth = parsed(Figure(dress=True))
    assert overlap(labels, truth, Label.ONE_PIECE) > 0.85
    assert overlap(labels, truth, Label.SKIN) > 0.8
    assert not (labels == Label.BOTTOM).any()


def test_top_and_trousers_of_one_colour_stay_two() -> None:
    plain = ((Label.TOP, (40, 44, 52)), (Label.BOTTOM, (40, 44, 52)))
    labels, truth = parsed(Figure(sleeves=1.0, colours=plain))
    assert overlap(labels, truth, Label.TOP) > 0.7
    assert overlap(labels, truth, Label.BOTTOM) > 0.7


def test_the_sleeve_ends_where_the_cloth_does() -> None:
    short, _ = parsed(Figure(sleeves=0.5))
    long, _ = parsed(Figure(sleeves=1.0))
    x, y = (np.array(JOINTS[Joint.LEFT_ELBOW]) + JOINTS[Joint.LEFT_WRIST]) // 2
    for column in (WIDTH // 2 + x, WIDTH // 2 - x):
        assert short[y, column] == Label.SKIN
        assert long[y, column] == Label.TOP


def test_borders_follow_the_photo_at_full_resolution() -> None:
    photo, truth, pose = draw(Figure(sleeves=0.5))
    large = np.repeat(np.repeat(photo, 2, axis=0), 2, axis=1)
    wide = np.repeat(np.repeat(truth, 2, axis=0), 2, axis=1)
    mask = cv2.resize(pose.mask, large.shape[1::-1])
    parse = parse_person(large, replace(pose, points=pose.points * 2, mask=mask))
    labels = parse.full_labels(large)
    assert labels.shape == wide.shape
    assert parse.scale < 0.5
    row = 2 * 320
    inside = wide[row] == Label.TOP
    centre = slice(WIDTH - 2 * 55, WIDTH + 2 * 55)
    assert (labels[row, centre] == Label.TOP).mean() > 0.98
    first_true, first_found = np.argmax(wide[row] > 0), np.argmax(labels[row] > 0)
    assert abs(int(first_true) - int(first_found)) <= 4
    assert inside.any()


def test_a_parse_is_consistent() -> None:
    photo, _, pose = draw(Figure())
    parse = parse_person(photo, pose)
    assert isinstance(parse, Parse)
    assert max(parse.labels.shape) == 480
    assert parse.scores.shape == (len(Label), *parse.labels.shape)
    np.testing.assert_allclose(parse.scores.sum(0), 1.0, atol=1e-3)
    assert parse.unit == pose.unit


def test_a_photo_smaller_than_the_working_size_is_not_enlarged() -> None:
    photo, truth, pose = draw(Figure(sleeves=0.5))
    small = cv2.resize(photo, (207, 300), interpolation=cv2.INTER_AREA)
    third = replace(pose, points=pose.points / 3, mask=cv2.resize(pose.mask, (207, 300)))
    labels = parse_person(small, third).full_labels(small)
    assert labels.shape == (300, 207)
    wanted = cv2.resize(truth, (207, 300), interpolation=cv2.INTER_NEAREST)
    assert overlap(labels, wanted, Label.TOP) > 0.8


@pytest.mark.parametrize("fill", [0, 128, 255])
def test_a_figure_without_any_contrast_does_not_fail(fill: int) -> None:
    _, _, pose = draw(Figure())
    blank = np.full((HEIGHT, WIDTH, 3), fill, np.uint8)
    assert parse_person(blank, pose).full_labels(blank).shape == (HEIGHT, WIDTH)


def test_an_empty_mask_gives_no_person() -> None:
    photo, _, pose = draw(Figure())
    nobody = replace(pose, mask=np.zeros_like(pose.mask))
    assert not parse_person(photo, nobody).full_labels(photo).any()


Measured = tuple[np.ndarray, Pose, Parse]


@pytest.fixture(scope="module")
def avatars() -> list[Measured]:
    """Photo (cut to the person), pose and parse of the sample people."""
    assets = AssetStore(Settings.from_environment().assets)
    estimator = PoseEstimator(assets.path(POSE_DETECTION), assets.path(POSE_LANDMARKS), threads=1)
    result = []
    for sample in samples("avatar"):
        photo = np.array(Image.open(sample.path(assets)).convert("RGB"))
        pose = estimator.estimate(photo)
        assert pose is not None
        box = person_box(pose)
        part, moved = np.ascontiguousarray(photo[box.slices]), cropped_pose(pose, box)
        result.append((part, moved, parse_person(part, moved)))
    return result


# Least and most area in units squared: all four wear long sleeves and long trousers; the first is bald and bearded,
# the third is seen without feet.
AREAS = {
    Label.TOP: (1.5, 5.0),
    Label.BOTTOM: (0.9, 4.0),
    Label.SKIN: (0.1, 0.9),
}


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_sample_people_have_plausible_clothes(avatars: list[Measured], number: int) -> None:
    photo, pose, parse = avatars[number - 1]
    labels = parse.full_labels(photo)
    for label, (least, most) in AREAS.items():
        assert least < (labels == label).sum() / pose.unit**2 < most, label
    assert not (labels == Label.ONE_PIECE).any()
    shoes = (labels == Label.SHOES).sum() / pose.unit**2
    assert shoes < 0.02 if number == 3 else 0.05 < shoes < 0.6
    if number in (2, 4):
        assert 0.1 < (labels == Label.HAIR).sum() / pose.unit**2 < 1.0


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_what_sample_people_wear_where(avatars: list[Measured], number: int) -> None:
    photo, pose, parse = avatars[number - 1]
    labels = parse.full_labels(photo)

    def around(point: np.ndarray, reach: float = 0.06) -> np.ndarray:
        x, y, radius = int(point[0]), int(point[1]), max(1, int(reach * pose.unit))
        return labels[y - radius : y + radius + 1, x - radius : x + radius + 1]

    assert (around(pose.points[Joint.NOSE]) == Label.SKIN).mean() > 0.8
    assert (around(0.55 * pose.neck + 0.45 * pose.hips) == Label.TOP).mean() > 0.9
    for which in ("left", "right"):
        side = pose.side(which)  # type: ignore[arg-type]
        assert (around(0.5 * (side.shoulder + side.elbow)) == Label.TOP).mean() > 0.9
        assert (around(0.5 * (side.hip + side.knee)) == Label.BOTTOM).mean() > 0.9
        knuckles = 0.5 * (side.pinky + side.index)
        assert (around(0.3 * side.wrist + 0.7 * knuckles, 0.04) == Label.SKIN).mean() > 0.5
    corner = max(8, photo.shape[0] // 40)
    assert not labels[:corner, :corner].any()
    assert not labels[:corner, -corner:].any()


def test_the_same_photo_parses_the_same_in_every_thread(avatars: list[Measured]) -> None:
    photo, pose, first = avatars[1]
    found: list[Parse] = []

    def work(index: int) -> None:
        mine, body, _ = avatars[index]
        parse = parse_person(mine, body)
        if index == 1:
            found.append(parse)

    threads = [threading.Thread(target=work, args=(index,)) for index in (1, 3, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    for parse in found:
        assert (parse.labels == first.labels).all()
        assert (parse.scores == first.scores).all()
        assert (parse.full_labels(photo) == first.full_labels(photo)).all()
    assert pose.unit == first.unit
