"""The drawn garments: the same seed draws the same, and labels say what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from training.garment.generator import draw_sample
from training.garment.labels import HIDDEN_WEIGHT, LABEL_SIDE, Sample
from vesture.vision.garment.network import (
    INNER_BACK,
    KINDS,
    NECKS,
    NET_SIDE,
    PART_COUNT,
    POINT_NAMES,
    SLEEVES,
    SWAPPED_PARTS,
    SWAPPED_POINTS,
)
from vesture.vision.garment.types import Part

SEEDS = range(60)


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return [draw_sample(np.random.default_rng([4, seed])) for seed in SEEDS]


def place(sample: Sample, name: str) -> np.ndarray | None:
    index = POINT_NAMES.index(name)
    return sample.points[index] if sample.weights[index] > 0 else None


def test_a_seed_draws_the_same_picture_again(samples: list[Sample]) -> None:
    for seed in (0, 7, 31):
        again = draw_sample(np.random.default_rng([4, seed]))
        assert np.array_equal(again.image, samples[seed].image)
        assert np.array_equal(again.parts, samples[seed].parts)
        assert np.array_equal(again.points, samples[seed].points)


def test_seeds_differ(samples: list[Sample]) -> None:
    assert not np.array_equal(samples[0].image, samples[1].image)
    assert {sample.kind for sample in samples} == set(range(len(KINDS)))
    assert len({sample.sleeve for sample in samples}) == len(SLEEVES)
    assert len({sample.neck for sample in samples}) >= len(NECKS) - 3


def test_shares_of_parts_sum_to_the_whole_pixel(samples: list[Sample]) -> None:
    for sample in samples:
        assert sample.image.shape == (NET_SIDE, NET_SIDE, 3)
        assert sample.parts.shape == (PART_COUNT, LABEL_SIDE, LABEL_SIDE)
        assert np.abs(sample.parts.astype(int).sum(0) - 255).max() <= 4
        assert 0.01 < (255 - sample.parts[0]).mean() / 255 < 0.97


def test_weighted_points_lie_in_the_frame_and_the_others_are_absent(samples: list[Sample]) -> None:
    for sample in samples:
        seen = sample.weights > 0
        assert np.array_equal(seen, sample.present > 0)
        assert np.all((sample.points[seen] >= 0) & (sample.points[seen] <= NET_SIDE - 1))
        assert set(np.unique(sample.weights)) <= {np.float32(0), np.float32(HIDDEN_WEIGHT), np.float32(1)}


def test_points_lie_on_or_beside_the_garment(samples: list[Sample]) -> None:
    for sample in samples:
        rows, columns = np.nonzero(sample.parts[0] < 128)
        cloth = np.stack([columns, rows], 1) * 2 + 0.5
        for name in ("hem_left", "cuff_outer_left", "cuff_inner_right", "waist_left", "leg_cuff_outer_right"):
            point = place(sample, name)
            if point is not None:
                assert np.hypot(*(cloth - point).T).min() < 8, name


def test_kinds_have_their_points_and_parts() -> None:
    wanted = {
        "trousers": {"crotch", "waist_left", "leg_cuff_outer_left"},
        "skirt": {"waist_left", "hem_right"},
        "jumpsuit": {"crotch", "armpit_left", "leg_cuff_inner_right"},
    }
    found: dict[str, set[str]] = {}
    parts: dict[str, set[int]] = {}
    for seed in range(120):
        sample = draw_sample(np.random.default_rng([5, seed]))
        kind = KINDS[sample.kind]
        found.setdefault(kind, set()).update(n for i, n in enumerate(POINT_NAMES) if sample.present[i])
        parts.setdefault(kind, set()).update(np.unique(sample.parts.argmax(0)).tolist())
    for kind, names in wanted.items():
        assert names <= found[kind]
    assert not found["trousers"] & {"collar_left", "neck_front", "hem_left", "cuff_outer_left"}
    assert not found["top"] & {"crotch", "waist_left", "leg_cuff_outer_left"}
    assert {Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE, INNER_BACK} <= parts["top"]
    assert {Part.LEFT_LEG, Part.RIGHT_LEG} <= parts["trousers"]
    assert not parts["top"] & {int(Part.LEFT_LEG), int(Part.RIGHT_LEG)}


def test_left_is_the_viewers_left(samples: list[Sample]) -> None:
    """Garments are turned by 45 degrees at most, so corners of one height never change sides."""
    compared = 0
    for sample in samples:
        for stem in ("collar", "shoulder", "waist", "hem"):
            left, right = place(sample, f"{stem}_left"), place(sample, f"{stem}_right")
            if left is not None and right is not None:
                assert left[0] < right[0], stem
                compared += 1
    assert compared > 50


def test_sleeves_are_on_their_own_sides(samples: list[Sample]) -> None:
    columns = np.arange(LABEL_SIDE)
    compared = 0
    for sample in samples:
        left, right = (sample.parts[part].astype(float).sum(0) for part in (Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE))
        if left.sum() > 255 * 60 and right.sum() > 255 * 60:
            assert (left * columns).sum() / left.sum() < (right * columns).sum() / right.sum() + 12
            compared += 1
    assert compared > 10


def test_a_mirrored_sample_changes_sides_and_back(samples: list[Sample]) -> None:
    for sample in samples[:20]:
        mirror = sample.mirrored()
        assert np.array_equal(mirror.image, sample.image[:, ::-1])
        left = place(sample, "shoulder_left")
        if left is not None:
            assert np.allclose(place(mirror, "shoulder_right"), [NET_SIDE - 1 - left[0], left[1]])
        assert np.array_equal(mirror.parts[Part.RIGHT_SLEEVE], sample.parts[Part.LEFT_SLEEVE][:, ::-1])
        back = mirror.mirrored()
        seen = sample.weights > 0
        assert np.array_equal(back.image, sample.image)
        assert np.array_equal(back.parts, sample.parts)
        assert np.allclose(back.points[seen], sample.points[seen])
        assert np.array_equal(back.weights, sample.weights)


def test_the_swaps_undo_themselves() -> None:
    order = SWAPPED_POINTS
    assert [order[i] for i in order] == list(range(len(POINT_NAMES)))
    assert order[POINT_NAMES.index("leg_cuff_inner_left")] == POINT_NAMES.index("leg_cuff_inner_right")
    assert order[POINT_NAMES.index("crotch")] == POINT_NAMES.index("crotch")
    assert [SWAPPED_PARTS[i] for i in SWAPPED_PARTS] == list(range(PART_COUNT))
