"""Linear maps with 8-bit weights and inputs: half the memory of bfloat16 and, where the machine has instructions for
them, faster products.

Symmetric: one scale per output channel of the weight, one per token of the input. Scaling every token by itself
matters: one scale for the whole input (torch's built-in dynamic quantisation) is 2.6 times worse.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vesture.engines.diffusion.blocks import DoubleBlock, SingleBlock
from vesture.engines.diffusion.layers import Encoded, Linear

INT8_LARGEST, FP8_LARGEST = 127.0, 448.0
FP8 = torch.float8_e4m3fn


class QuantisedLinear(nn.Module, ABC):
    """`Linear` with an 8-bit weight; gives numbers of type `output_type`. Children say how they multiply."""

    def __init__(self, bias: Tensor | None, output_type: torch.dtype) -> None:
        super().__init__()
        self.register_buffer("bias", None if bias is None else bias.to(output_type))  # (out,)
        self.output_type = output_type

    @abstractmethod
    def encode(self, x: Tensor) -> Encoded:
        """The input in eight bits, with its scales."""

    @abstractmethod
    def multiplied(self, encoded: Encoded, outputs: slice) -> Tensor:
        """The product with these rows of the weight, both scales in it. (..., out)"""

    def product(self, encoded: Encoded, outputs: slice = slice(None), *, gelu: bool = False) -> Tensor:
        """Outputs of an encoded input (..., in), through GELU (tanh) where asked. (..., out)"""
        result = self.multiplied(encoded, outputs)
        return F.gelu(result, approximate="tanh") if gelu else result

    def forward(self, x: Tensor) -> Tensor:
        return self.product(self.encode(x))


class Int8Linear(QuantisedLinear):
    """Sums in int32, exact."""

    def __init__(self, weight: Tensor, bias: Tensor | None, output_type: torch.dtype) -> None:
        super().__init__(bias, output_type)
        numbers, scale = int8_rows(weight)
        self.register_buffer("numbers", numbers)  # (out, in) int8
        self.register_buffer("scale", scale[:, 0])  # (out,) float32

    def encode(self, x: Tensor) -> Encoded:
        return int8_rows(x)

    def multiplied(self, encoded: Encoded, outputs: slice) -> Tensor:
        numbers, scale = encoded
        sums = torch._int_mm(numbers.flatten(0, -2), self.numbers[outputs].t())  # (tokens, out) int32
        result = (sums * scale.flatten(0, -2)).mul_(self.scale[outputs])  # float32
        if self.bias is not None:
            result.add_(self.bias[outputs])
        return result.to(self.output_type).unflatten(0, numbers.shape[:-1])


class PackedInt8Linear(QuantisedLinear):
    """`Int8Linear` on a CPU: weights in oneDNN's own layout, scaled to bfloat16 while the sums are in registers.

    On CPUs with AMX twice as fast as torch's plain int8 product, most of all because its result is half as wide.
    """

    def __init__(
        self, weight: Tensor, bias: Tensor | None, output_type: torch.dtype, cuts: Sequence[int] = (0,)
    ) -> None:
        """`cuts`: rows of the weight at which a range that is asked for may begin or end; the first is 0."""
        super().__init__(bias, output_type)
        numbers, scale = int8_rows(weight)
        ends = [*cuts[1:], len(numbers)]
        self._parts = [
            (first, end, torch.ops.onednn.qlinear_prepack(numbers[first:end].contiguous(), None), scale[first:end, 0])
            for first, end in zip(cuts, ends, strict=True)
        ]

    def encode(self, x: Tensor) -> Encoded:
        # The scale is one that the output's type can hold, so that multiplying by it there loses nothing.
        return int8_rows(x, scale_type=self.output_type)

    def multiplied(self, encoded: Encoded, outputs: slice) -> Tensor:
        numbers, scale = encoded
        rows = numbers.flatten(0, -2)
        first, end, _ = outputs.indices(self._parts[-1][1])
        products = [
            torch.ops.onednn.qlinear_pointwise(
                rows, 1.0, 0, packed, scales, _no_offsets(scales), None, 1.0, 0, self.output_type, "none", [], ""
            )
            for begin, stop, packed, scales in self._parts
            if first <= begin and stop <= end
        ]
        result = products[0] if len(products) == 1 else torch.cat(products, dim=-1)
        scale = scale.flatten(0, -2)
        result = result * scale if self.bias is None else torch.addcmul(self.bias[outputs], result, scale)
        return result.unflatten(0, numbers.shape[:-1])


class Fp8Linear(QuantisedLinear):
    """Weights and inputs in e4m3 (3 bits after the leading one, up to 448)."""

    def __init__(self, weight: Tensor, bias: Tensor | None, output_type: torch.dtype) -> None:
        super().__init__(bias, output_type)
        numbers, scale = fp8_rows(weight)
        self.register_buffer("numbers", numbers)  # (out, in) e4m3
        self.register_buffer("scale", scale.t().contiguous())  # (1, out) float32

    def encode(self, x: Tensor) -> Encoded:
        return fp8_rows(x)

    def multiplied(self, encoded: Encoded, outputs: slice) -> Tensor:
        numbers, scale = encoded
        result = torch._scaled_mm(
            numbers.flatten(0, -2),
            self.numbers[outputs].t(),
            scale.flatten(0, -2),
            self.scale[:, outputs],
            bias=None if self.bias is None else self.bias[outputs],
            out_dtype=self.output_type,
            use_fast_accum=True,
        )
        return result.unflatten(0, numbers.shape[:-1])


def int8_rows(x: Tensor, scale_type: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """Whole numbers in [-127, 127] and their scale. x (..., n) -> (..., n) int8, (..., 1) of `scale_type`"""
    scale = _row_scale(x, INT8_LARGEST).to(scale_type)
    return (x * scale.float().reciprocal()).round_().to(torch.int8), scale


def fp8_rows(x: Tensor) -> tuple[Tensor, Tensor]:
    """Numbers of e4m3 and their scale. x (..., n) -> (..., n) e4m3, (..., 1) float32"""
    scale = _row_scale(x, FP8_LARGEST)
    return (x * scale.reciprocal()).clamp_(-FP8_LARGEST, FP8_LARGEST).to(FP8), scale


def _row_scale(x: Tensor, largest: float) -> Tensor:
    return x.abs().amax(dim=-1, keepdim=True).float().clamp(min=1e-12) / largest


def _no_offsets(scales: Tensor) -> Tensor:
    return torch.zeros(len(scales), dtype=torch.int64)


def can_pack(device: torch.device) -> bool:
    """Whether this CPU build of torch has oneDNN's int8 product."""
    return device.type == "cpu" and hasattr(torch.ops.onednn, "qlinear_pointwise")


def quantise_blocks(
    model: nn.Module, kind: str, *, pack: bool = False, output_type: torch.dtype = torch.bfloat16
) -> None:
    """Replace every linear map of the blocks, except the modulations, by its 8-bit form, in place.

    Args:
        kind: ``int8`` or ``fp8``.
        pack: keep int8 weights in oneDNN's layout, which torch.compile cannot look into.
    """
    for block in [block for block in model.modules() if isinstance(block, SingleBlock | DoubleBlock)]:
        for name, layer in list(block.named_modules()):
            parent, _, own_name = name.rpartition(".")
            if not isinstance(layer, Linear) or own_name == "lin":
                continue
            arguments: list[Any] = [layer.weight, layer.bias, output_type]
            if kind == "fp8":
                replacement: QuantisedLinear = Fp8Linear(*arguments)
            elif pack:
                in_parts = isinstance(block, SingleBlock) and own_name == "linear1"
                cuts = (0, block.hidden, 3 * block.hidden) if in_parts else (0,)
                replacement = PackedInt8Linear(*arguments, cuts=cuts)
            else:
                replacement = Int8Linear(*arguments)
            setattr(block.get_submodule(parent), own_name, replacement)
