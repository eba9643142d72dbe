"""The packaged person network, on people drawn for this test with seeds that training never used."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[3]))  # the training package stands beside the tests, outside the wheel

from training.person.bank import Bank
from training.person.sample import Drawn, draw
from vesture.vision.parsing.network import MAP_COUNT, NET_HEIGHT, NET_WIDTH, PersonNetwork, body_maps
from vesture.vision.parsing.parse import Label
from vesture.vision.parsing.prior import Skeleton

UNSEEN = 900_001
CLOTHES = (Label.TOP, Label.BOTTOM, Label.ONE_PIECE)


@pytest.fixture(scope="module")
def network() -> PersonNetwork:
    return PersonNetwork()


@pytest.fixture(scope="module")
def people() -> list[Drawn]:
    """People of whom the whole canvas is shown."""
    nothing = Bank([], [], [])
    drawn = [draw(np.random.default_rng([UNSEEN, index]), nothing) for index in range(40)]
    return [one for one in drawn if one.size == (NET_WIDTH, NET_HEIGHT)][:20]


def read(network: PersonNetwork, person: Drawn) -> np.ndarray:
    return network.log_scores(person.pixels, person.skeleton, person.mask.astype(np.float32) / 255)


def test_drawn_people_are_taken_apart(network: PersonNetwork, people: list[Drawn]) -> None:
    common, whole, dressed = np.zeros(8), np.zeros(8), np.zeros(2)
    for person in people:
        found = np.argmax(read(network, person), axis=0)
        for label in Label:
            wanted, got = person.labels == label, found == label
            common[label] += (wanted & got).sum()
            whole[label] += (wanted | got).sum()
        wanted, got = np.isin(person.labels, CLOTHES), np.isin(found, CLOTHES)
        dressed += [(wanted & got).sum(), (wanted | got).sum()]
    overlap = common / whole
    assert overlap[Label.BACKGROUND] > 0.93
    assert dressed[0] / dressed[1] > 0.8
    assert overlap[Label.SKIN] > 0.65
    # which garment it is, long coats make hard: the packaged weights were trained before such were drawn
    assert overlap[[Label.TOP, Label.BOTTOM]].mean() > 0.4
    assert overlap[[Label.HAIR, Label.SHOES]].mean() > 0.45


def test_scores_are_log_probabilities_at_the_photos_size(network: PersonNetwork, people: list[Drawn]) -> None:
    person = people[0]
    scores = network.log_scores(person.pixels[:, :131], person.skeleton, person.mask[:, :131] / np.float32(255))
    assert scores.shape == (8, NET_HEIGHT, 131)
    assert scores.dtype == np.float32
    assert np.allclose(np.exp(scores).sum(0), 1, atol=2e-3)


def test_a_larger_photo_reads_the_same(network: PersonNetwork, people: list[Drawn]) -> None:
    person = people[1]
    twice = [array.repeat(2, 0).repeat(2, 1) for array in (person.pixels, person.mask / np.float32(255))]
    skeleton = person.skeleton
    larger = Skeleton((skeleton.points + 0.5) * 2 - 0.5, skeleton.visibility, skeleton.unit * 2)
    near, far = np.exp(read(network, person)), np.exp(network.log_scores(twice[0], larger, twice[1]))
    assert far.shape == (8, 2 * NET_HEIGHT, 2 * NET_WIDTH)
    assert np.abs(far[:, ::2, ::2] - near).mean() < 0.01


def test_body_maps_follow_the_joints(people: list[Drawn]) -> None:
    skeleton = people[0].skeleton
    maps = body_maps(skeleton, (NET_WIDTH, NET_HEIGHT))
    assert maps.shape == (MAP_COUNT, NET_HEIGHT // 4, NET_WIDTH // 4)
    moved = Skeleton(skeleton.points + np.float32([0, 16]), skeleton.visibility, skeleton.unit)
    assert np.allclose(body_maps(moved, (NET_WIDTH, NET_HEIGHT))[:10, 4:], maps[:10, :-4], atol=1e-4)
    half = body_maps(skeleton, (NET_WIDTH, NET_HEIGHT // 2))
    assert half[-1, : NET_HEIGHT // 8].all()
    assert not half[-1, NET_HEIGHT // 8 :].any()
    assert np.array_equal(half[:-1], maps[:-1])
