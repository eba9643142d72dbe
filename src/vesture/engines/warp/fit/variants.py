"""How the samples of one request differ: the same garment, worn another way.

The first sample is the likeliest fit. Each further one takes a style of its own (looser and longer, closer and tucked
in, short and falling freely), in an order that the seed decides, with a little chance in its measures. What sample i
looks like depends on the seed and on i alone.
"""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.cloth.placement import Ease

# Least and most of (width, length, sleeves, drape), and whether a top goes into the waistband.
STYLES: tuple[tuple[tuple[tuple[float, float], ...], bool], ...] = (
    (((1.10, 1.16), (1.08, 1.14), (1.00, 1.06), (1.5, 1.9)), False),
    (((0.92, 0.96), (0.92, 0.96), (0.86, 0.92), (0.3, 0.6)), True),
    (((1.03, 1.08), (0.90, 0.94), (0.80, 0.88), (2.0, 2.6)), False),
)


def ease_of(sample: int, seed: int) -> Ease:
    """How sample number `sample` of a request with this seed is worn."""
    if sample == 0:
        return Ease()
    order = np.random.default_rng(seed).permutation(len(STYLES))
    ranges, tucked = STYLES[order[(sample - 1) % len(STYLES)]]
    generator = np.random.default_rng([seed, sample, 1])
    width, length, sleeves, drape = (float(generator.uniform(*bounds)) for bounds in ranges)
    return Ease(width, length, sleeves, drape, tucked)
