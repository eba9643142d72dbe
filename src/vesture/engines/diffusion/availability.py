"""Whether the diffusion engine can run here: asked before anything of it is loaded, also where torch is absent.

Takes the folder of its files, gives reasons in words.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from vesture.errors import AssetError

CHECKPOINT_FILE = "model.safetensors"
NEEDED = ("torch", "safetensors")


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
    import torch

    return None if torch.cuda.is_available() else "there is no CUDA device (asked for by name, it runs on the CPU)"


def require(folder: Path) -> None:
    """
    Raises:
        AssetError: something is missing; says what, and the command that gets it.
    """
    reason = why_impossible(folder)
    if reason:
        raise AssetError(f"The diffusion engine cannot run: {reason}.")
