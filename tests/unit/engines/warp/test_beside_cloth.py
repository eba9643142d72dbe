"""What of the body is seen beside new cloth: in gaps beside sleeves nothing, under a hem what is worn below."""

from __future__ import annotations

import numpy as np
from drawn_person import drawn_body

from vesture.engines.warp.body.silhouettes import at_sides, below_level, beside_cloth, beside_hips, under_hem


def covered(first: float, last: float, half_width: float) -> tuple:
    """A drawn body, and cloth between two levels of its torso, so many units to both sides of the spine."""
    body = drawn_body()
    rows, columns = np.mgrid[: body.labels.shape[0], : body.labels.shape[1]]
    u, v = body.coordinates(np.stack([columns.ravel(), rows.ravel()], 1)).T
    cloth = (np.abs(u) < half_width * body.unit) & (v > first) & (v < last)
    return body, cloth.reshape(body.labels.shape).astype(np.float32)


def at(body, u: float, v: float) -> tuple[int, int]:
    column, row = np.rint(body.point(u * body.unit, v)[0]).astype(int)
    return int(row), int(column)


def test_nothing_of_the_trunk_is_seen_right_beside_a_top_with_sleeves() -> None:
    body, cover = covered(-0.1, 1.1, 0.4)
    assert beside_cloth(body, cover, True)[at(body, 0.43, 0.5)]
    assert not beside_cloth(body, cover, True)[at(body, 0.35, 0.5)]
    assert not beside_cloth(body, cover, False)[at(body, 0.43, 0.3)]  # armholes bare some of it


def test_trousers_are_seen_under_a_hem_and_not_beside_it() -> None:
    body, cover = covered(-0.1, 1.1, 0.4)
    corner = below_level(cover.shape, body, 0.95)
    corner[:, : at(body, 0.3, 1.0)[1]] = False
    cover[corner] = 0  # the hem rises at a side
    hidden = beside_hips(body, cover)
    assert hidden[at(body, 0.65, 0.8)]
    assert not hidden[at(body, 0.6, 1.0)]  # hips draw in where they come out beside the hem, in no step
    assert not hidden[at(body, 0.35, 1.0)]
    assert not hidden[at(body, 0.0, 1.2)]


def test_a_belly_goes_on_up_to_a_hem_that_rises_at_the_sides() -> None:
    body, cover = covered(-0.1, 0.75, 0.4)
    corner = below_level(cover.shape, body, 0.65)
    corner[:, : at(body, 0.26, 0.7)[1]] = False
    cover[corner] = 0
    place = at(body, 0.34, 0.7)
    assert beside_cloth(body, cover, True)[place]  # in rows in which the top lies on the middle
    assert under_hem(body, cover)[place]
    assert not under_hem(body, cover)[at(body, 0.45, 0.7)]  # beside its side
    assert not under_hem(body, cover)[at(body, 0.45, 0.3)]


def test_a_bay_in_the_side_of_a_top_is_no_hem() -> None:
    body, cover = covered(-0.1, 1.1, 0.7)
    (top, left), (bottom, right) = at(body, 0.62, 0.6), at(body, 0.9, 0.72)
    cover[top:bottom, left:right] = 0
    assert beside_hips(body, cover)[at(body, 0.66, 0.66)]


def test_gaps_are_looked_for_at_the_sides_and_not_in_a_neckline() -> None:
    body, cover = covered(-0.1, 1.1, 0.4)
    neckline = at(body, 0.25, 0.12)
    cover[neckline] = 0
    assert not beside_cloth(body, cover, True)[neckline]
    assert at_sides(cover.shape, body)[at(body, 0.45, 0.5)]


def test_below_a_level_is_the_lower_part_of_the_picture() -> None:
    body = drawn_body()
    lower = below_level(body.labels.shape, body, 0.5)
    assert lower[at(body, 0.2, 0.6)]
    assert not lower[at(body, 0.2, 0.4)]
