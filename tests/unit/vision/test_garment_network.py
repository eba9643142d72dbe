"""The packaged garment network, on garments drawn for this test with seeds that training never used."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[3]))  # the training package stands beside the tests, outside the wheel

from training.garment.evaluate import HELD_BACK_SEED, measure
from training.garment.generator import draw_sample
from training.garment.labels import Sample
from vesture.vision.garment.network import (
    KINDS,
    NECKS,
    NET_SIDE,
    PART_COUNT,
    POINT_NAMES,
    SLEEVES,
    WEIGHTS,
    GarmentNetwork,
    letterbox,
    on_white,
    peaks,
    softmax,
)


@pytest.fixture(scope="module")
def network() -> GarmentNetwork:
    return GarmentNetwork()


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return [draw_sample(np.random.default_rng([HELD_BACK_SEED + 1, index])) for index in range(32)]


def test_drawn_garments_are_read(network: GarmentNetwork, samples: list[Sample]) -> None:
    numbers = measure(network, samples)
    assert numbers["mask IoU"] > 0.9
    assert numbers["part IoU (1-5)"] > 0.8
    assert numbers["point error, median"] < 0.02
    assert numbers["points within 0.05"] > 0.85
    assert numbers["kind right"] > 0.8


def test_a_reading_lies_in_the_pictures_frame(network: GarmentNetwork, samples: list[Sample]) -> None:
    """The same picture three times as large gives the same points, three times as far out."""
    small = samples[0].image[:, :144]
    large = small.repeat(3, 0).repeat(3, 1)
    near, far = network.read(small), network.read(large)
    assert near.scale == pytest.approx(1.0)
    assert far.scale == pytest.approx(1 / 3)
    assert near.parts.shape == far.parts.shape == (PART_COUNT, 192, 144)
    assert near.mask.shape == (192, 144)
    for name in POINT_NAMES:
        if near.point_confidence[name] > 0.5:
            assert np.abs((far.points[name] + 0.5) / 3 - 0.5 - near.points[name]).max() < 2
    assert np.abs(near.mask - far.mask).mean() < 0.02


def test_probabilities_are_probabilities(network: GarmentNetwork, samples: list[Sample]) -> None:
    reading = network.read(samples[1].image)
    assert np.allclose(reading.parts.sum(0), 1, atol=1e-4)
    assert np.allclose(reading.mask, 1 - reading.parts[0], atol=1e-5)
    for words, names in ((reading.kind, KINDS), (reading.sleeve, SLEEVES), (reading.neck, NECKS)):
        assert tuple(words) == names
        assert sum(words.values()) == pytest.approx(1, abs=1e-4)
    assert all(0 <= value <= 1 for value in reading.point_confidence.values())


def test_a_mirrored_picture_gives_mirrored_points(network: GarmentNetwork, samples: list[Sample]) -> None:
    errors = []
    for sample in samples[:12]:
        plain, mirror = network.read(sample.image), network.read(sample.mirrored().image)
        for stem in ("collar", "hem", "waist", "armpit"):
            if min(plain.point_confidence[f"{stem}_left"], mirror.point_confidence[f"{stem}_right"]) > 0.6:
                x, y = plain.points[f"{stem}_left"]
                errors.append(np.hypot(*(mirror.points[f"{stem}_right"] - [NET_SIDE - 1 - x, y])))
    assert len(errors) > 8
    assert np.median(errors) < 5


def test_an_alpha_lays_the_garment_on_white() -> None:
    rgb = np.full((4, 6, 3), 100, np.uint8)
    alpha = np.zeros((4, 6), np.uint8)
    alpha[:, :3] = 255
    laid = on_white(rgb, alpha)
    assert np.all(laid[:, :3] == 100)
    assert np.all(laid[:, 3:] == 255)


def test_letterboxes_keep_the_long_side() -> None:
    square, size = letterbox(np.zeros((300, 100, 3), np.uint8))
    assert square.shape == (NET_SIDE, NET_SIDE, 3)
    assert size == (64, NET_SIDE)
    assert square[:, :64].max() == 0
    assert square[:, 64:].min() == 128


def test_peaks_lie_between_cells() -> None:
    heat = np.full((1, 48, 48), -20, np.float32)
    heat[0, 10, 20] = heat[0, 10, 21] = 5
    places, shares = peaks(heat)
    assert places[0] == pytest.approx([(20.5 + 0.5) * 4 - 0.5, (10 + 0.5) * 4 - 0.5], abs=1e-3)
    assert shares[0] == pytest.approx(1, abs=1e-3)


def test_softmax_bears_large_numbers() -> None:
    assert softmax(np.float32([[1000, 1000], [-1000, 1000]]), 1).tolist() == [[0.5, 0.5], [0, 1]]


def test_the_weights_are_small_and_explained() -> None:
    assert WEIGHTS.stat().st_size < 4_000_000
    assert "generated" in (WEIGHTS.parent / "README.md").read_text()
