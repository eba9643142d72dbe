"""Dungarees hang between shoulders and crotch, their bib before the top that is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.engines.warp.drawn_person import drawn_body, straight_limb
from vesture.engines.warp.body.figure import ARM_RADIUS, SIDES, Body
from vesture.engines.warp.cloth.placement import Fit
from vesture.engines.warp.compose.compose import wardrobe
from vesture.engines.warp.compose.front import kept_in_front
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.network import GarmentNetwork
from vesture.vision.garment.types import Garment, Part
from vesture.vision.parsing.parse import Label


@pytest.fixture(scope="module")
def dungarees(sample) -> Garment:
    return understand(sample("pants/4"), "one-pieces", GarmentNetwork())


def kept(body: Body, garment: Garment) -> np.ndarray:
    clothes = wardrobe("one-pieces", garment)
    old = np.isin(body.labels, clothes.replaced)
    return kept_in_front(body, old, Fit({}, {}, (1.0, 1.0)), clothes.in_front, clothes.replaced)


def test_the_waistband_is_at_the_waist(dungarees) -> None:
    body = drawn_body()
    assert dungarees.kind == "jumpsuit"
    assert not dungarees.has_sleeves
    torso = fit_garment(body, dungarees).handles[int(Part.TORSO)]
    for side in SIDES:
        nearest = np.argmin(np.linalg.norm(torso.source - dungarees.points[f"armpit_{side}"], axis=1))
        level = float(body.coordinates(torso.target[nearest])[0, 1])
        assert 0.6 < level < 0.9


def test_sleeves_beside_the_bib_do_not_cut_into_it(dungarees) -> None:
    body = drawn_body()
    keep = kept(body, dungarees)
    rows = slice(150, 235)
    assert not keep[rows, 128:173].any()  # the torso is 1.05 * 0.44 units wide to each side at least
    sleeve = (body.labels == Label.TOP)[rows, :122]
    assert keep[rows, :118][sleeve[:, :118]].mean() > 0.9


def test_an_arm_before_the_body_stays_before_the_bib(dungarees) -> None:
    body = drawn_body()
    across = straight_limb((112, 120), (165, 190), ARM_RADIUS, None)
    folded = replace(body, arms={**body.arms, "left": across})
    labels = folded.labels.copy()
    labels[150:200, 120:181] = int(Label.TOP)
    folded = replace(folded, labels=labels)
    middle = across.at(np.array([0.7 * across.length]))[0].astype(int)
    assert kept(folded, dungarees)[middle[1], middle[0]]
    assert not kept(body, dungarees)[middle[1], middle[0]]
