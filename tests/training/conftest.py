from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # the training package stands beside the tests, outside the wheel

from training.person.bodies import draw_body
from training.person.figure import SHAPE, Figure


@pytest.fixture(scope="module")
def figure() -> Figure:
    """A drawn person seen from head to foot."""
    for seed in range(60):
        figure = draw_body(np.random.default_rng(seed))
        ends = figure.skeleton.points[[11, 12, 15, 16, 27, 28]]
        if ((ends > 8) & (ends < (SHAPE[1] - 8, SHAPE[0] - 8))).all():
            return figure
    raise AssertionError("no whole body among the drawn ones")
