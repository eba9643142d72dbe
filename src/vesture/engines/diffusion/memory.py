"""Memory: how much a model and a step need, how many samples fit, and keeping what was used once."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import torch

from vesture.engines.diffusion.mmdit import MMDiT, MMDiTConfig
from vesture.engines.diffusion.options import DiffusionOptions

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
_NEVER_TRIM, _LARGEST_KEPT = 2**31 - 1, 2**30
_BYTES = {"fp32": 4, "bf16": 2, "int8": 1, "fp8": 1}
_SPARE = 0.9
"""Share of a card's free memory that may be planned with."""


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """Bytes on the device."""

    weights: int
    activations: int  # of one sample

    @property
    def total(self) -> int:
        return self.weights + self.activations


def plan_memory(config: MMDiTConfig, options: DiffusionOptions, stored_bytes: int = 2) -> MemoryPlan:
    """What the model and a forward pass take.

    Modulations keep the type of the file (`stored_bytes` a number; on a CPU they stay in the file), embeddings are
    float32. The widest moment of a forward pass is in a single block: residual stream in and out (float32), queries,
    keys, values, attention's result, the MLP's inside and its join with that; with the two float32 copies that
    norms and rotations make of a stream. On a CPU most of that exists for a few rows only, so there it is a bound.
    """
    with torch.device("meta"):
        model = MMDiT(config)
    width = 4 if options.precision == "fp32" else 2
    weights = 0
    for name, parameter in model.named_parameters():
        in_block = name.split(".")[0] in ("x_patch_mixer", "double_blocks", "single_blocks")
        if "mod" in name or "adaLN" in name:
            weights += parameter.numel() * (0 if options.device == "cpu" else stored_bytes)
        else:
            weights += parameter.numel() * (_BYTES[options.precision] if in_block else 4)
    tokens, d = 2 * config.rows * config.columns, config.hidden
    stream = tokens * d
    conditions = 2 * stream * 4
    activations = conditions + 2 * stream * 4 + 4 * stream * width + (2 * config.mlp_ratio + 1) * stream * width
    return MemoryPlan(weights, activations + 2 * stream * 4)


def samples_that_fit(config: MMDiTConfig, options: DiffusionOptions, wanted: int) -> int:
    """How many samples may share a forward pass, at most `wanted`, at least 1, by the card's free memory now."""
    device = torch.device(options.device)
    if wanted == 1 or device.type != "cuda":
        return wanted
    free, _ = torch.cuda.mem_get_info(device)
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)  # freed, but kept by torch
    return max(1, min(wanted, int(_SPARE * (free + kept) / plan_memory(config, options).activations)))


def keep_freed_memory() -> bool:
    """Ask the C library to reuse large blocks instead of returning them, for the whole process, from now on.

    A step frees and takes back gigabytes. By default glibc returns every large block to the system when it is freed,
    and fresh pages cost more than the sums: on a CPU that made a step in bfloat16 take a third longer.

    Returns:
        Whether it did; False where the C library is not glibc.
    """
    try:
        change = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # macOS and musl have no mallopt; Windows has no CDLL(None)
        return False
    return bool(change(_MMAP_THRESHOLD, _LARGEST_KEPT) and change(_TRIM_THRESHOLD, _NEVER_TRIM))
