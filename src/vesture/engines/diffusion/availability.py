"""Whether the diffusion engine can run here: asked before anything of it is loaded, also where torch is absent.

Takes the folder of its files, gives reasons in words.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

from vesture.errors import AssetError

CHECKPOINT_FILE = "model.safetensors"
NEEDED = ("torch", "safetensors")
RANDOM_MARKER = "vesture_random_weights"
"""Metadata key of a checkpoint that holds random numbers: for tests and benchmarks, never for service."""
LONGEST_HEADER = 100_000_000
"""Bytes; what safetensors itself accepts."""


def why_impossible(folder: Path) -> str | None:
    """What is missing to run at all, with the command that gets it. None when nothing is."""
    absent = [name for name in NEEDED if find_spec(name) is None]
    if absent:
        return f"{' and '.join(absent)} not installed: run `pip install vesture[diffusion]`"
    if not (folder / CHECKPOINT_FILE).is_file():
        return f"there is no {CHECKPOINT_FILE} in {folder}: run `vesture assets pull diffusion`"
    return None


def why_not_automatic(folder: Path) -> str | None:
    """Why `engine: auto` should not take this engine; None when it should: it needs a GPU to be worth waiting for."""
    reason = why_impossible(folder)
    if reason:
        return reason
    if is_random(folder / CHECKPOINT_FILE):
        return f"{folder / CHECKPOINT_FILE} holds random numbers for tests"
    import torch

    return None if torch.cuda.is_available() else "there is no CUDA device (asked for by name, it runs on the CPU)"


def require(folder: Path, *, allow_random: bool = False) -> None:
    """
    Raises:
        AssetError: something is missing, or the checkpoint is one of random numbers that nobody allowed; says what, and
            what to do.
    """
    reason = why_impossible(folder)
    if reason is None and not allow_random and is_random(folder / CHECKPOINT_FILE):
        reason = (
            f"{folder / CHECKPOINT_FILE} holds random numbers for tests, not a trained model. Run `vesture assets pull "
            "diffusion` to get the published one; to serve noise on purpose, set VESTURE_DIFFUSION_ALLOW_RANDOM=1"
        )
    if reason:
        raise AssetError(f"The diffusion engine cannot run: {reason}.")


def is_random(checkpoint: Path) -> bool:
    """Whether the safetensors file says of itself that its numbers are random; False when it cannot be read."""
    try:
        with checkpoint.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, LONGEST_HEADER)))
        return bool(header.get("__metadata__", {}).get(RANDOM_MARKER))
    except (OSError, ValueError, AttributeError):
        return False
