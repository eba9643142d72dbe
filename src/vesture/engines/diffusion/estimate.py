"""How long a run will take: told before it starts, from the work there is and a short measurement.

Takes a model, gives seconds and words for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from vesture.engines.diffusion.attention import attention
from vesture.engines.diffusion.mmdit import MMDiT, MMDiTConfig

GLUE = 1.1
"""What norms, rotations, gates and copies add to the products."""
ROWS = 864
"""Tokens of the measured slice."""


@dataclass(frozen=True, slots=True)
class Operations:
    """Floating point operations, 2 a multiply-add."""

    linear: float
    attention: float

    @property
    def total(self) -> float:
        return self.linear + self.attention


def forward_operations(config: MMDiTConfig) -> Operations:
    """Of the products of one forward pass of one sample; what the last block leaves out is not counted."""
    n, d = config.rows * config.columns, config.hidden
    per_token = 2 * d * d * (4 + 2 * config.mlp_ratio)
    wide = config.double_depth + config.single_depth
    linear = n * per_token * (config.mixer_depth + 2 * wide)
    pairs = n * n * (config.mixer_depth + 4 * wide)  # of a query and a key
    if config.single_depth:
        linear -= 2 * n * d * d * (2 + 2 * config.mlp_ratio)
        pairs -= 2 * n * n
    return Operations(float(linear), 4.0 * pairs * d)


def estimate_seconds(model: MMDiT, forwards: int) -> float:
    """Rough seconds of that many forward passes on this machine as it is now; takes about half a second to find."""
    work, slice_work, seconds = forward_operations(model.config), *_measure_slice(model)
    return (
        GLUE
        * forwards
        * (work.linear * seconds.linear / slice_work.linear + work.attention * seconds.attention / slice_work.attention)
    )


def _measure_slice(model: MMDiT) -> tuple[Operations, Operations]:
    """Operations of one linear map and of one attention over a few tokens, and the seconds that each took."""
    config, layer = model.config, model.single_blocks[-1].linear2
    device = next(model.parameters()).device
    wide, keys = config.hidden * (1 + config.mlp_ratio), 2 * config.rows * config.columns
    tokens = torch.zeros(1, ROWS, wide, device=device, dtype=layer.output_type)
    heads = (config.heads, config.hidden // config.heads)
    query = torch.zeros(1, ROWS, *heads, device=device, dtype=layer.output_type)
    key = torch.zeros(1, keys, *heads, device=device, dtype=layer.output_type)
    seconds = Operations(
        _seconds(lambda: layer(tokens), device),
        _seconds(lambda: attention(query, key, key, model.tuning.attention), device),
    )
    return Operations(2.0 * ROWS * wide * config.hidden, 4.0 * ROWS * keys * config.hidden), seconds


def _seconds(work: Callable[[], object], device: torch.device) -> float:
    """The shorter of two runs after one to warm up."""
    work()
    runs = []
    for _ in range(2):
        wait_for(device)
        start = time.perf_counter()
        work()
        wait_for(device)
        runs.append(time.perf_counter() - start)
    return max(min(runs), 1e-9)


def wait_for(device: torch.device) -> None:
    """Return when the device has done what it was given; CPUs already have."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def spoken(seconds: float) -> str:
    """ "about 40 s", "about 18 min", "about 2.5 h" """
    if seconds < 100:
        return f"about {max(1, round(seconds))} s"
    if seconds < 100 * 60:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"
