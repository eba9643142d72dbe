"""Writes the trained network as ONNX: normalisation folded into the convolutions, weights stored in half precision.

Input "image" (1, 3, N, N) float32 RGB in [0, 255]; outputs as in `network.Reading`, each with a batch axis of 1.
The graph computes in float32: every weight is cast up once, when the session is made.
"""

from __future__ import annotations

import argparse
import copy
from pathlib import Path

import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from training.garment.network import GarmentNet
from training.trainer import Network
from vesture.vision.garment.network import NET_SIDE

OUTPUTS = ("parts", "heat", "present", "kind", "sleeve", "neck")
SMALL = 64  # weights with fewer values stay in full precision


def folded(network: Network) -> Network:
    """A copy whose convolutions contain their batch normalisation."""
    plain = copy.deepcopy(network).eval()
    for module in list(plain.modules()):
        if isinstance(module, nn.Sequential) and len(module) > 1 and isinstance(module[1], nn.BatchNorm2d):
            module[0] = fuse_conv_bn_eval(module[0], module[1])
            module[1] = nn.Identity()
    return plain.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload,no-any-return]


class Outputs(nn.Module):
    """The reading as a tuple, as exporters want it."""

    def __init__(self, network: GarmentNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        reading = self.network(image)
        return tuple(getattr(reading, name) for name in OUTPUTS)


def write(network: GarmentNet, path: Path) -> None:
    """Export to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = torch.zeros(1, 3, NET_SIDE, NET_SIDE)
    torch.onnx.export(
        Outputs(folded(network)).eval(),
        (image,),
        str(path),
        input_names=["image"],
        output_names=list(OUTPUTS),
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(str(path))
    halve(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def halve(model: onnx.ModelProto) -> None:
    """Store large weights as float16, cast to float32 at the graph's start."""
    graph = model.graph
    casts = []
    for tensor in list(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != "float32" or values.size < SMALL:
            continue
        stored = f"{tensor.name}_half"
        graph.initializer.append(numpy_helper.from_array(values.astype("float16"), stored))
        graph.initializer.remove(tensor)
        casts.append(helper.make_node("Cast", [stored], [tensor.name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def main() -> None:
    parser = argparse.ArgumentParser(description="Export a checkpoint's averaged weights as ONNX.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("onnx", type=Path)
    given = parser.parse_args()
    network = GarmentNet()
    network.load_state_dict(torch.load(given.checkpoint, weights_only=True)["average"])
    write(network, given.onnx)
    print(f"{given.onnx}: {given.onnx.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
