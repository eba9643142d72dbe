"""Bags, coats, gloves and pockets drawn on people: what they cover is theirs, what they leave stays."""

from __future__ import annotations

import numpy as np
import pytest

from training.person.bags import WAYS, bag
from training.person.bodies import draw_body
from training.person.figure import LABEL_OF, UNKNOWN, Figure, Limbs, Region, limbs_of
from training.person.outer import coat
from training.person.things import gloves, pockets
from vesture.vision.parsing.parse import Label


@pytest.fixture(scope="module")
def limbs(figure: Figure) -> Limbs:
    return limbs_of(figure.skeleton)


def test_bags_of_every_kind_come_up_and_change_nothing_but_what_they_hide(figure: Figure, limbs: Limbs) -> None:
    sizes, straps = [], 0
    for seed in range(40):
        regions = bag(np.random.default_rng(seed), figure, figure.regions, limbs)
        things = np.isin(regions, (Region.BAG, Region.STRAP))
        fingers = (regions == Region.SKIN) & (figure.regions != Region.SKIN)
        assert np.array_equal(regions[~things & ~fingers], figure.regions[~things & ~fingers])
        assert fingers.mean() < 0.02
        sizes.append(things.sum() / figure.skeleton.unit**2)
        straps += bool((regions == Region.STRAP).any())
    assert len(WAYS) > 4
    assert 5 < straps < 40
    assert min(sizes) < 0.15
    assert max(sizes) > 0.4


def test_a_coat_is_a_top_that_hangs_below_the_hips(figure: Figure, limbs: Limbs) -> None:
    hips = (limbs.v > 1.1) & (limbs.v < 1.2) & (np.abs(limbs.u) > 0.15) & (np.abs(limbs.u) < 0.3)
    drawn, shares = set(), []
    for seed in range(30):
        regions = coat(np.random.default_rng(seed), figure, figure.regions, limbs)
        labels = LABEL_OF[regions]
        shares.append((labels[hips & (regions != Region.SKIN)] == Label.TOP).mean())
        head = (limbs.v < -0.3) & (figure.regions > 0)
        assert np.array_equal(labels[head], LABEL_OF[figure.regions][head])
        drawn |= set(np.unique(regions).tolist())
    assert np.mean(shares) > 0.6
    assert {Region.LAPEL, Region.FUR, Region.UNDER} <= drawn


def test_gloves_cover_hands_and_no_face(figure: Figure, limbs: Limbs) -> None:
    regions = gloves(figure.regions, limbs)
    gloved = regions == Region.GLOVE
    assert gloved.sum() > 20
    assert (figure.regions[gloved] == Region.SKIN).all()
    assert limbs.v[gloved].min() > 0.1


def test_hands_in_pockets_become_the_cloth_around_them() -> None:
    hidden = 0
    for seed in range(30):
        figure = draw_body(np.random.default_rng(seed))
        limbs = limbs_of(figure.skeleton)
        regions = pockets(np.random.default_rng(seed), figure.regions, limbs)
        changed = regions != figure.regions
        hidden += bool(changed.any())
        assert (figure.regions[changed] == Region.SKIN).all()
        assert np.isin(regions[changed], (Region.TOP, Region.BOTTOM, Region.ONE_PIECE)).all()
    assert hidden > 2


def test_every_new_region_is_painted_under_a_known_label() -> None:
    assert LABEL_OF[Region.FUR] == LABEL_OF[Region.LAPEL] == Label.TOP
    assert LABEL_OF[Region.GLOVE] == Label.OTHER
    assert LABEL_OF[UNKNOWN] == UNKNOWN
