"""How long a run will take: told before it starts, from the work there is and a short measurement.

Takes a model, gives seconds and words for them.
"""

from __future__ import annotations

import time

import torch

from vesture.engines.diffusion.mmdit import MMDiT, MMDiTConfig

GLUE = 1.25
"""What norms, rotations, softmax and gates add to the products, measured at full size on a CPU."""


def forward_operations(config: MMDiTConfig) -> float:
    """Floating point operations (2 a multiply-add) of the products of one forward pass of one sample."""
    n, d, ratio = config.rows * config.columns, config.hidden, config.mlp_ratio
    mixer = 2 * n * d * d * (4 + 2 * ratio) + 4 * n * n * d
    wide = 2 * (2 * n) * d * d * (4 + 2 * ratio) + 4 * (2 * n) ** 2 * d
    unused = 2 * n * d * d * (2 + 2 * ratio) + 4 * n * (2 * n) * d  # of the last block's garment tokens
    blocks = config.mixer_depth * mixer + (config.double_depth + config.single_depth) * wide
    return float(blocks - (unused if config.single_depth else 0))


def measure_rate(model: MMDiT, rows: int = 864, repeats: int = 3) -> float:
    """Operations a second of one of the model's own linear maps."""
    layer = model.single_blocks[-1].linear2
    device = next(model.parameters()).device
    x = torch.zeros(1, rows, model.config.hidden * (1 + model.config.mlp_ratio), device=device)
    x = x.to(layer.input_type)
    layer(x)
    wait_for(device)
    start = time.perf_counter()
    for _ in range(repeats):
        layer(x)
    wait_for(device)
    seconds = max(time.perf_counter() - start, 1e-9)
    return repeats * 2 * rows * x.shape[-1] * model.config.hidden / seconds


def wait_for(device: torch.device) -> None:
    """Return when the device has done what it was given; CPUs already have."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def estimate_seconds(model: MMDiT, forwards: int) -> float:
    """Rough seconds of that many forward passes on this machine as it is now."""
    return GLUE * forwards * forward_operations(model.config) / measure_rate(model)


def spoken(seconds: float) -> str:
    """ "about 40 s", "about 18 min", "about 2.5 h" """
    if seconds < 100:
        return f"about {max(1, round(seconds))} s"
    if seconds < 100 * 60:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"
