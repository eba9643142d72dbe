"""The layers of the diffusion transformer: patch tokens, rotary positions, time features, norms, modulation.

Takes tensors, gives tensors; knows nothing about images, time schedules or files. Parameter names are those of the
published checkpoint, so that it loads unchanged.

Axes: b samples, s times, n tokens, d hidden size, h heads, c head dim, k channels.

Number types: a `Linear` computes in the type of its weight and gives that type; the residual stream keeps the type of
the tokens. So the types in which the weights were loaded decide the precision, and no layer asks for it. What a linear
map reads is `encode`d once and may then be used for several `product`s, which matters where the type has scales.

Sources: W. Peebles and S. Xie, "Scalable Diffusion Models with Transformers" (modulation by the time vector);
J. Su et al., "RoFormer" (rotary positions); A. Henry et al., "Query-Key Normalization for Transformers".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Encoded = tuple[Tensor, ...]
"""What a linear map reads: (b, n, d) numbers of its type, and (b, n, 1) scales where the type has them."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """Rotary angles of a token sequence, one for two head dims: (n, 1, c/2) each.

    `cosine` and `sine` are float32, `turns` is cosine + i sine, complex64: the same numbers for eager code, which
    multiplies complex numbers in one pass where the real formula takes seven; compilers take the real formula.
    """

    cosine: Tensor
    sine: Tensor
    turns: Tensor

    def twice(self) -> Rotation:
        """The angles of [garment, image]: both grids have the same positions."""
        return Rotation(*(table.repeat(2, 1, 1) for table in (self.cosine, self.sine, self.turns)))

    def of_tokens(self, first: int, count: int) -> Rotation:
        return Rotation(*(table[first : first + count] for table in (self.cosine, self.sine, self.turns)))

    def to(self, device: torch.device) -> Rotation:
        return Rotation(*(table.to(device) for table in (self.cosine, self.sine, self.turns)))


def grid_rotation(rows: int, columns: int, axes: tuple[int, ...], theta: float) -> Rotation:
    """Angles of a grid of patches in row-major order, positions (0, row, column).

    Args:
        axes: head dims given to each of the three position axes, each even; their sum is the head dim. The first
            axis always stands at 0, so its dims are never turned.
        theta: base of the frequencies theta^(-2k/axis).
    """
    row, column = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    positions = (torch.zeros(rows * columns), row.flatten(), column.flatten())
    angles = torch.cat(
        [
            position.double()[:, None] * theta ** -(torch.arange(0, axis, 2, dtype=torch.float64) / axis)[None]
            for position, axis in zip(positions, axes, strict=True)
        ],
        dim=1,
    )[:, None]  # (n, 1, c/2)
    cosine, sine = angles.cos().float(), angles.sin().float()
    return Rotation(cosine, sine, torch.complex(cosine, sine))


def rotate(x: Tensor, rotation: Rotation) -> Tensor:
    """Turn neighbouring pairs (2k, 2k+1) of the last axis by the token's angles. x (b, n, h, c) float32."""
    pairs = x.unflatten(-1, (-1, 2))  # (b, n, h, c/2, 2)
    if not torch.compiler.is_compiling():
        return torch.view_as_real(torch.view_as_complex(pairs) * rotation.turns).flatten(-2)
    even, odd = pairs.unbind(-1)  # (b, n, h, c/2) each
    turned = (
        even * rotation.cosine - odd * rotation.sine,
        even * rotation.sine + odd * rotation.cosine,
    )
    return torch.stack(turned, dim=-1).flatten(-2)  # (b, n, h, c)


def time_features(times: Tensor, width: int = 256, period: float = 10_000.0) -> Tensor:
    """Sinusoids of 1000 t, cosines first. times (s,) in [0, 1], any float type -> (s, width) of that type.

    The factor 1000 is applied in the type of `times`: bfloat16 is then off by up to 2 of 1000.
    """
    half = width // 2
    frequencies = torch.exp(-math.log(period) * torch.arange(half, dtype=torch.float32, device=times.device) / half)
    arguments = (1000.0 * times)[:, None].float() * frequencies[None]  # (s, half)
    return torch.cat([arguments.cos(), arguments.sin()], dim=-1).to(times.dtype)


def patches(image: Tensor, size: int) -> Tensor:
    """Cut into square patches, row-major; each is flattened as (channel, row, column). (b, k, H, W) -> (b, n, k s s)"""
    b, k, height, width = image.shape
    cut = image.reshape(b, k, height // size, size, width // size, size)
    return cut.permute(0, 2, 4, 1, 3, 5).reshape(b, -1, k * size * size)


def unpatch(tokens: Tensor, rows: int, columns: int, size: int) -> Tensor:
    """Inverse of `patches`. (b, n, k s s) -> (b, k, H, W)"""
    cut = tokens.unflatten(1, (rows, columns)).unflatten(-1, (-1, size, size))  # (b, r, w, k, s, s)
    return cut.permute(0, 3, 1, 4, 2, 5).flatten(4, 5).flatten(2, 3)


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """(1 + scale) * LayerNorm(x) + shift. x (b, n, d); shift, scale (d,)"""
    return torch.addcmul(shift, F.layer_norm(x, x.shape[-1:], eps=1e-6), 1 + scale)


class Unfilled:
    """Mixin: parameters get no first values. They come from a file, and filling 972 M numbers takes seconds."""

    def reset_parameters(self) -> None:
        pass


class Linear(Unfilled, nn.Linear):
    """A linear map that casts its input to its weight's type, and can give a range of its outputs only."""

    @property
    def output_type(self) -> torch.dtype:
        return self.weight.dtype

    def encode(self, x: Tensor) -> Encoded:
        return (x.to(self.weight.dtype),)

    def product(self, encoded: Encoded, outputs: slice = slice(None), *, gelu: bool = False) -> Tensor:
        """Outputs of an encoded input, through GELU (tanh) where asked."""
        weight, bias = self.weight[outputs], None if self.bias is None else self.bias[outputs]
        if gelu and _has_gelu_product(weight):
            return torch.ops.mkldnn._linear_pointwise(encoded[0], weight, bias, "gelu", [], "tanh")  # type: ignore[no-any-return]
        result = F.linear(encoded[0], weight, bias)
        return F.gelu(result, approximate="tanh") if gelu else result

    def forward(self, x: Tensor) -> Tensor:
        return self.product(self.encode(x))


def _has_gelu_product(weight: Tensor) -> bool:
    """Whether oneDNN takes GELU along in the product; torch's own kernel for it costs a fifth of the product."""
    return (
        weight.device.type == "cpu"
        and weight.dtype == torch.bfloat16
        and torch.backends.mkldnn.is_available()
        and not torch.compiler.is_compiling()
    )


class PatchWeights(Unfilled, nn.Conv2d):
    """Weight (d, k, s, s) and bias (d,) of a patch embedding."""


class CategoryRows(Unfilled, nn.Embedding):
    """One vector a category."""


class PatchEmbedding(nn.Module):
    """A convolution whose stride is its size, as a linear map over patches; sums over channels can be split."""

    def __init__(self, channels: int, hidden: int, patch: int) -> None:
        super().__init__()
        self.proj = PatchWeights(channels, hidden, patch, patch)

    def forward(self, image: Tensor, channels: slice, *, with_bias: bool) -> Tensor:
        """Tokens that these channels contribute. image (b, k, H, W) -> (b, n, d)"""
        weight = self.proj.weight[:, channels]  # (d, k, s, s)
        tokens = patches(image.to(weight.dtype), weight.shape[-1])
        return F.linear(tokens, weight.flatten(1), self.proj.bias if with_bias else None)


class VectorEmbedding(nn.Module):
    """Two linear maps with SiLU between."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.in_layer = Linear(width, hidden)
        self.out_layer = Linear(hidden, hidden)

    def forward(self, x: Tensor) -> Tensor:
        return self.out_layer(F.silu(self.in_layer(x)))  # (s, d)


def modulation(layer: nn.Linear, vectors: Tensor) -> Tensor:
    """linear(SiLU(vector)) in the vectors' type, whatever type the (large, rarely used) weight is kept in.

    vectors (s, d) -> (s, k d), on the vectors' device."""
    weight, bias = layer.weight.to(vectors), layer.bias.to(vectors)
    return F.linear(F.silu(vectors), weight, bias)


class Modulation(nn.Module):
    """Shift, scale and gate of a block, `parts` times d numbers, from the time and category vector."""

    def __init__(self, hidden: int, parts: int) -> None:
        super().__init__()
        self.lin = Linear(hidden, parts * hidden)

    def forward(self, vectors: Tensor) -> Tensor:
        return modulation(self.lin, vectors)


class RMSNorm(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        x = x.float()
        normed = x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6)
        return normed.to(self.scale.dtype) * self.scale


class QueryKeyNorm(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.query_norm = RMSNorm(width)
        self.key_norm = RMSNorm(width)


def prepare(x: Tensor, norm: RMSNorm, rotation: Rotation, heads: int) -> Tensor:
    """Normalise and turn queries or keys in float32, give the type of x. (b, n, d) -> (b, n, h, c)"""
    return rotate(norm(x.unflatten(-1, (heads, -1))).float(), rotation).to(x.dtype)
