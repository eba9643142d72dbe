"""The service with the diffusion engine, on a small checkpoint of random numbers: its pictures are noise.

Three quarters of the published frame and few, narrow blocks on one core: a step takes about half a second.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from running_service import RunningService, start_service

MAKER = Path(__file__).parents[1] / "bench" / "diffusion_checkpoint.py"


def make_random_weights(folder: Path) -> Path:
    """Write the checkpoint into `folder`."""
    from vesture.engines.diffusion.mmdit import MMDiTConfig  # needs torch, which other tests do without

    spec = importlib.util.spec_from_file_location("diffusion_checkpoint", MAKER)
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    maker.make_checkpoint(
        folder, MMDiTConfig(648, 432, hidden=128, heads=1, mixer_depth=1, double_depth=1, single_depth=1)
    )
    return folder


def start_diffusion_service(folder: Path, weights: Path, **options: Any) -> RunningService:
    """Start it over `folder`; `options` as for `start_service`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        return start_service(
            folder,
            "--engine",
            "diffusion",
            diffusion_weights=str(weights),
            diffusion_allow_random="1",
            diffusion_precision="fp32",
            diffusion_preview_every="2",
            device="cpu",
            **options,
        )
