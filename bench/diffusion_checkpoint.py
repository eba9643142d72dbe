"""Make a checkpoint of random numbers with the published key names, for benchmarks and trials of the loading code.

It is marked in its metadata, and the engine refuses to serve it unless told otherwise. Pictures made with it are noise.

    python bench/diffusion_checkpoint.py FOLDER                   the published size: 1.94 GB in bfloat16
    python bench/diffusion_checkpoint.py FOLDER --blocks 1 1 2    full width, fewer mixer, double and single blocks
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import torch
from safetensors.torch import save_file

from vesture.engines.diffusion.mmdit import MMDiT, MMDiTConfig
from vesture.engines.diffusion.weights import RANDOM_MARKER


def random_tensor(name: str, shape: torch.Size, generator: torch.Generator) -> torch.Tensor:
    """Numbers of the size that keeps the signal's: norm scales near 1, weights by their inputs, small biases."""
    numbers = torch.randn(shape, generator=generator)
    if name.endswith(".scale"):
        return (1 + 0.1 * numbers).to(torch.bfloat16)
    inputs = math.prod(shape[1:]) if len(shape) > 1 else 2500
    return (numbers / math.sqrt(inputs)).to(torch.bfloat16)


def make_checkpoint(folder: Path, config: MMDiTConfig, seed: int = 0) -> Path:
    """Write ``model.safetensors`` into the folder; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(seed)
    with torch.device("meta"):
        shapes = {name: tensor.shape for name, tensor in MMDiT(config).state_dict().items()}
    tensors = {name: random_tensor(name, shape, generator) for name, shape in shapes.items()}
    frame = {"input_shape": [config.height, config.width], "axes_dim": list(config.axes), "theta": config.theta}
    path = folder / "model.safetensors"
    save_file(tensors, path, metadata={RANDOM_MARKER: "true", "config": json.dumps(frame)})
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--blocks", type=int, nargs=3, metavar=("MIXER", "DOUBLE", "SINGLE"), default=(4, 8, 16))
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    mixer, double, single = arguments.blocks
    config = MMDiTConfig(mixer_depth=mixer, double_depth=double, single_depth=single)
    path = make_checkpoint(arguments.folder, config, arguments.seed)
    print(f"{path}: {path.stat().st_size / 1e9:.2f} GB")


if __name__ == "__main__":
    main()
