"""Writes the trained network as ONNX: normalisation folded into the convolutions, weights stored in half precision.

Inputs "image" (1, 3, H, W) float32 RGB in [0, 255], "mask" (1, 1, H, W) and "body" (1, 11, H/4, W/4) float32; output
"labels" (1, 8, H/2, W/2) float32 logits by `Label`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import onnx
import torch

from training.garment.export import folded, halve
from training.person.network import PersonNet
from vesture.vision.parsing.network import MAP_COUNT, MAP_STEP, NET_HEIGHT, NET_WIDTH


def write(network: PersonNet, path: Path) -> None:
    """Export to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    inputs = (
        torch.zeros(1, 3, NET_HEIGHT, NET_WIDTH),
        torch.zeros(1, 1, NET_HEIGHT, NET_WIDTH),
        torch.zeros(1, MAP_COUNT, NET_HEIGHT // MAP_STEP, NET_WIDTH // MAP_STEP),
    )
    torch.onnx.export(
        folded(network).eval(),
        inputs,
        str(path),
        input_names=["image", "mask", "body"],
        output_names=["labels"],
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(str(path))
    halve(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def main() -> None:
    parser = argparse.ArgumentParser(description="Export a checkpoint's averaged weights as ONNX.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("onnx", type=Path)
    given = parser.parse_args()
    network = PersonNet()
    network.load_state_dict(torch.load(given.checkpoint, weights_only=True)["average"])
    write(network, given.onnx)
    print(f"{given.onnx}: {given.onnx.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
