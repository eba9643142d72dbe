"""The golden vectors and the small random checkpoint; torch on one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from vesture.engines.diffusion.mmdit import Condition, MMDiT
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.sampler import to_model_range
from vesture.engines.diffusion.weights import load_model

GOLDEN = Path(__file__).parent / "golden"
CPU = torch.device("cpu")

Golden = dict[str, NDArray[np.generic]]


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def _read(name: str) -> Golden:
    with np.load(GOLDEN / name) as file:
        return {key: file[key] for key in file}


@pytest.fixture(scope="session")
def golden_model() -> Golden:
    return _read("model.npz")


@pytest.fixture(scope="session")
def golden_masks() -> Golden:
    return _read("masks.npz")


@pytest.fixture(scope="session")
def golden_pose() -> Golden:
    return _read("pose.npz")


@pytest.fixture(scope="session")
def golden_frame() -> Golden:
    return _read("frame.npz")


@pytest.fixture(scope="session")
def checkpoint() -> Path:
    return GOLDEN / "small.safetensors"


@pytest.fixture(scope="session")
def load(checkpoint: Path) -> Callable[..., MMDiT]:
    """Load the small checkpoint with the given options; models are kept for the session."""
    models: dict[DiffusionOptions, MMDiT] = {}

    def load_once(**options: object) -> MMDiT:
        key = DiffusionOptions(**options)  # type: ignore[arg-type]
        if key not in models:
            models[key] = load_model(checkpoint, key, allow_random=True)
        return models[key]

    return load_once


@pytest.fixture(scope="session")
def condition_for(golden_model: Golden) -> Callable[..., Condition]:
    """The golden conditions, embedded by a model."""

    def embed(model: MMDiT, dtype: torch.dtype = torch.float32) -> Condition:
        names = ("ca_u8", "person_pose_u8", "garment_u8", "garment_pose_u8")
        images: list[Tensor] = [to_model_range(golden_model[name], CPU, dtype) for name in names]  # type: ignore[arg-type]
        return model.condition(*images)

    return embed
