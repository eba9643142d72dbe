"""Linear maps with 8-bit weights and inputs: half the memory of bfloat16 and, on CPUs with VNNI, faster products.

Symmetric: one scale per output channel of the weight, one per token of the input, sums exact in int32. Scaling every
token by itself matters: one scale for the whole input (torch's built-in dynamic quantisation) is 2.6 times worse.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vesture.engines.diffusion.blocks import DoubleBlock, SingleBlock
from vesture.engines.diffusion.layers import Linear


class Int8Linear(nn.Module):
    """`Linear` with an int8 weight. Takes and gives numbers of type `output`."""

    def __init__(self, weight: Tensor, bias: Tensor | None, output: torch.dtype) -> None:
        super().__init__()
        numbers, scale = quantise(weight)
        self.register_buffer("numbers", numbers)  # (out, in) int8
        self.register_buffer("scale", scale[:, 0])  # (out,) float32
        self.register_buffer("bias", None if bias is None else bias.float())  # (out,)
        self.output = output

    @property
    def input_type(self) -> torch.dtype:
        return self.output

    def forward(self, x: Tensor, outputs: slice = slice(None)) -> Tensor:
        """x (..., in) -> (..., out)"""
        numbers, scale = quantise(x.flatten(0, -2))  # (tokens, in) int8, (tokens, 1)
        sums = torch._int_mm(numbers, self.numbers[outputs].t())  # (tokens, out) int32
        result = (sums * scale).mul_(self.scale[outputs])  # float32
        if self.bias is not None:
            result.add_(self.bias[outputs])
        return result.to(self.output).unflatten(0, x.shape[:-1])


def quantise(x: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of int8 in [-127, 127] and their scale. x (rows, n) -> (rows, n) int8, (rows, 1) float32"""
    scale = x.abs().amax(dim=-1, keepdim=True).float().clamp(min=1e-12) / 127
    return (x / scale).round_().to(torch.int8), scale


def quantise_blocks(model: nn.Module, output: torch.dtype = torch.bfloat16) -> None:
    """Replace every linear map of the blocks, except the modulations, by its int8 form, in place."""
    for block in [block for block in model.modules() if isinstance(block, SingleBlock | DoubleBlock)]:
        for name, layer in list(block.named_modules()):
            parent, _, own_name = name.rpartition(".")
            if isinstance(layer, Linear) and own_name != "lin":
                setattr(block.get_submodule(parent), own_name, Int8Linear(layer.weight, layer.bias, output))
