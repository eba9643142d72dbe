"""Dress or not: what log-scores of a whole outfit say."""

from __future__ import annotations

import numpy as np
import pytest

from vesture.vision.parsing.opinion import alike_in_a_dress, leans_to_hair, leans_to_skin, silent_on_skin
from vesture.vision.parsing.parse import Label
from vesture.vision.parsing.prior import Skeleton

HEIGHT, WIDTH, UNIT = 200, 120, 40.0
PERSON = np.zeros((HEIGHT, WIDTH), bool)
PERSON[20:180, 40:80] = True


def standing() -> Skeleton:
    """Shoulders at row 40, hips at row 100, knees at row 140."""
    points = np.zeros((33, 2), np.float32)
    for side, sign in ((0, 1), (1, -1)):
        for joint, (x, y) in {
            11: (20, 40),
            13: (30, 70),
            15: (34, 100),
            17: (34, 108),
            19: (34, 108),
            23: (12, 100),
            25: (12, 140),
            27: (12, 175),
            29: (12, 180),
            31: (14, 184),
        }.items():
            points[joint + side] = 60 + sign * x, y
    points[:11] = 60, 25
    return Skeleton(points, np.ones(33, np.float32), UNIT)


def opinion(upper: dict[Label, float], lower: dict[Label, float], waist: int = 100) -> np.ndarray:
    chances = np.full((8, HEIGHT, WIDTH), 0.01, np.float32)
    for shares, rows in ((upper, slice(None, waist)), (lower, slice(waist, None))):
        for label, share in shares.items():
            chances[label, rows] = share
    chances[Label.BACKGROUND][~PERSON] = 10
    return np.log(chances / chances.sum(0))


TOP, BOTTOM, DRESS = {Label.TOP: 0.9}, {Label.BOTTOM: 0.9}, {Label.ONE_PIECE: 0.9}


@pytest.mark.parametrize(
    ("upper", "lower", "expected"),
    [
        (TOP, BOTTOM, True),
        ({Label.TOP: 0.5, Label.ONE_PIECE: 0.2}, {Label.BOTTOM: 0.5, Label.ONE_PIECE: 0.2}, True),
        ({Label.TOP: 0.6, Label.ONE_PIECE: 0.3}, {Label.BOTTOM: 0.6, Label.ONE_PIECE: 0.3}, True),
        ({Label.TOP: 0.6, Label.ONE_PIECE: 0.3}, {Label.TOP: 0.6, Label.ONE_PIECE: 0.3}, False),
        ({Label.BOTTOM: 0.6, Label.ONE_PIECE: 0.3}, {Label.BOTTOM: 0.6, Label.ONE_PIECE: 0.3}, False),
        ({Label.TOP: 0.4, Label.ONE_PIECE: 0.6}, {Label.BOTTOM: 0.4, Label.ONE_PIECE: 0.6}, False),
        (DRESS, DRESS, False),
        (TOP, TOP, True),
    ],
)
def test_little_of_a_dress_and_a_clear_waist_speak_against_one(
    upper: dict[Label, float], lower: dict[Label, float], expected: bool
) -> None:
    alike = alike_in_a_dress(opinion(upper, lower), PERSON, standing())
    assert (alike > 1) is expected
    assert alike > 0.5 or upper is DRESS


def test_the_waist_may_lie_where_it_likes() -> None:
    upper, lower = ({label: 0.6, Label.ONE_PIECE: 0.3} for label in (Label.TOP, Label.BOTTOM))
    for waist in (70, 90, 120):
        assert alike_in_a_dress(opinion(upper, lower, waist), PERSON, standing()) > 1


def test_the_surer_of_a_dress_the_less_alike_its_halves_must_be() -> None:
    shares = [{Label.TOP: 1 - share, Label.ONE_PIECE: share} for share in (0.45, 0.55, 0.9)]
    unsure, surer, sure = (alike_in_a_dress(opinion(share, share), PERSON, standing()) for share in shares)
    assert 1 > unsure > surer > sure


def test_a_certain_dress_is_one_whatever_its_halves_look_like_and_a_trace_of_one_is_none() -> None:
    certain, trace = ({Label.TOP: 1 - share, Label.ONE_PIECE: share} for share in (0.98, 0.27))
    assert alike_in_a_dress(opinion(certain, certain), PERSON, standing()) < 0.1
    assert alike_in_a_dress(opinion(trace, trace), PERSON, standing()) > 1


def test_skin_is_weighed_against_all_cloth() -> None:
    chances = np.full((8, 1, 3), 0.01)
    chances[[Label.SKIN, Label.TOP, Label.ONE_PIECE], 0, 0] = 0.4, 0.1, 0.09
    chances[Label.SKIN, 0, 1] = 1e-6
    chances[[Label.TOP, Label.BOTTOM, Label.ONE_PIECE], 0, 2] = 1e-6
    found = leans_to_skin(np.log(chances).astype(np.float32))[0]
    assert found[0] == pytest.approx(np.log(2))
    assert found[1] == -4.0
    assert found[2] == 4.0


def test_skin_and_cloth_are_left_open_and_the_rest_is_said() -> None:
    scores = opinion({Label.TOP: 0.2, Label.BOTTOM: 0.1, Label.SKIN: 0.6}, {Label.HAIR: 0.9})
    believed = silent_on_skin(scores)
    chances, before = np.exp(believed[:, 50, 60]), np.exp(scores[:, 50, 60])
    cloth = chances[[Label.TOP, Label.BOTTOM, Label.ONE_PIECE]].sum()
    assert chances[Label.SKIN] == pytest.approx(cloth, rel=0.02)
    assert chances[Label.TOP] / chances[Label.BOTTOM] == pytest.approx(2, rel=0.03)
    assert np.allclose(chances[[0, 1, 6, 7]], before[[0, 1, 6, 7]])
    assert np.exp(believed[Label.HAIR, 150, 60]) > 0.85


def test_what_is_surely_cloth_is_the_less_likely_skin() -> None:
    scores = opinion({Label.TOP: 0.9, Label.SKIN: 0.02}, {Label.TOP: 0.5, Label.SKIN: 0.4})
    chances = np.exp(silent_on_skin(scores))
    cloth = chances[[Label.TOP, Label.BOTTOM, Label.ONE_PIECE]].sum(0)
    assert chances[Label.SKIN, 50, 60] < 0.2 * cloth[50, 60]
    assert chances[Label.SKIN, 150, 60] == pytest.approx(cloth[150, 60], rel=0.02)


def test_hair_is_weighed_against_the_likeliest_garment_and_never_beyond_all_doubt() -> None:
    chances = np.full((8, 1, 3), 0.01)
    chances[[Label.HAIR, Label.ONE_PIECE], 0, 0] = 0.2, 0.1
    chances[[Label.HAIR, Label.TOP], 0, 1] = 0.9, 1e-6
    chances[[Label.HAIR, Label.BOTTOM], 0, 2] = 1e-6, 0.9
    found = leans_to_hair(np.log(chances).astype(np.float32))[0]
    assert found[0] == pytest.approx(np.log(2))
    assert found[1] == pytest.approx(4.0)
    assert found[2] == -found[1]
