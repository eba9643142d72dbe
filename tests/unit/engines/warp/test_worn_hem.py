"""Where a top ends that the parse took together with what is below it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from drawn_person import SHAPE, WALL, drawn_body

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.worn.hem import above_hem
from vesture.vision.parsing.parse import Label

BLACK, OTHER_BLACK = (14, 13, 13), (26, 24, 30)
HEM = 232  # row: level 0.93


def half_body() -> tuple[Body, np.ndarray]:
    """A person cut off below the hips, all cloth taken for the top; the body and where its cloth is."""
    body = drawn_body()
    labels = np.where(body.labels == Label.BOTTOM, int(Label.TOP), body.labels)[:300].astype(np.uint8)
    return replace(body, labels=labels, top_hem=None), labels == Label.TOP


def photographed(mask: np.ndarray, below: tuple[int, int, int]) -> np.ndarray:
    photo = np.full((*mask.shape, 3), WALL, float)
    photo[mask] = BLACK
    rows = np.arange(SHAPE[0])[: mask.shape[0], None]
    photo[mask & (rows >= HEM)] = below
    return np.clip(photo + np.random.default_rng(2).normal(0, 0.8, photo.shape), 0, 255).astype(np.uint8)


def test_black_trousers_below_a_black_top_go() -> None:
    body, mask = half_body()
    kept = above_hem(photographed(mask, OTHER_BLACK), mask, body)
    trunk = np.flatnonzero(kept[:, 150])
    assert abs(int(trunk[-1]) - HEM) <= 4
    assert np.array_equal(kept[: HEM - 6], mask[: HEM - 6])


def test_a_long_top_of_one_cloth_stays() -> None:
    body, mask = half_body()
    assert np.array_equal(above_hem(photographed(mask, BLACK), mask, body), mask)


def test_a_print_in_the_middle_is_no_hem() -> None:
    body, mask = half_body()
    photo = photographed(mask, BLACK)
    photo[215:260, 140:170] = (180, 180, 60)
    assert np.array_equal(above_hem(photo, mask, body), mask)


def test_where_trousers_are_known_the_top_stays_as_it_is() -> None:
    body, mask = half_body()
    labels = body.labels.copy()
    labels[280:, 105:196] = Label.BOTTOM
    top = mask & (labels == Label.TOP)
    assert np.array_equal(above_hem(photographed(mask, OTHER_BLACK), top, replace(body, labels=labels)), top)
