"""The layers of the diffusion transformer: patch tokens, rotary positions, attention, the two kinds of block.

Takes tensors, gives tensors; knows nothing about images, time schedules or files. Parameter names are those of the
published checkpoint, so that it loads unchanged.

Axes: b samples, n tokens, g garment tokens, i image tokens, d hidden size, h heads, c head dim, m MLP size (4 d).

Number types: a `Linear` computes in the type of its weight and gives that type; the residual stream keeps the type of
the tokens. So the types in which the weights were loaded decide the precision, and no layer asks for it.

Sources: S. Peebles and S. Xie, "Scalable Diffusion Models with Transformers" (modulation by the time vector);
P. Esser et al., "Scaling Rectified Flow Transformers" (two streams, joint attention); M. Dehghani et al., "Scaling
Vision Transformers to 22 Billion Parameters" (attention and MLP side by side, normalised queries and keys);
J. Su et al., "RoFormer" (rotary positions); the layer order is that of FASHN VTON v1.5 (Apache-2.0).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Rotation:
    """Rotary angles of a token sequence: `cosine` and `sine` (n, 1, c/2) float32, one pair per two head dims."""

    cosine: Tensor
    sine: Tensor

    def twice(self) -> Rotation:
        """The angles of [garment, image]: both grids have the same positions."""
        return Rotation(self.cosine.repeat(2, 1, 1), self.sine.repeat(2, 1, 1))

    def from_token(self, first: int) -> Rotation:
        return Rotation(self.cosine[first:], self.sine[first:])


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
    return Rotation(angles.cos().float(), angles.sin().float())


def rotate(x: Tensor, rotation: Rotation) -> Tensor:
    """Turn neighbouring pairs (2k, 2k+1) of the last axis by the token's angles. x (b, n, h, c) float32."""
    even, odd = x.unflatten(-1, (-1, 2)).unbind(-1)  # (b, n, h, c/2) each
    turned = (
        even * rotation.cosine - odd * rotation.sine,
        even * rotation.sine + odd * rotation.cosine,
    )
    return torch.stack(turned, dim=-1).flatten(-2)  # (b, n, h, c)


def time_features(times: Tensor, width: int = 256, period: float = 10_000.0) -> Tensor:
    """Sinusoids of 1000 t, cosines first. times (s,) in [0, 1], any float type -> (s, width) of that type.

    The factor 1000 is applied in the type of `times`: in bfloat16 that loses up to 2 of 1000 (see `Numerics`).
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


class Linear(nn.Linear):
    """A linear map that casts its input to its weight's type, and can give a range of its outputs only."""

    @property
    def input_type(self) -> torch.dtype:
        return self.weight.dtype

    def forward(self, x: Tensor, outputs: slice = slice(None)) -> Tensor:
        bias = None if self.bias is None else self.bias[outputs]
        return F.linear(x.to(self.weight.dtype), self.weight[outputs], bias)


class PatchEmbedding(nn.Module):
    """A convolution whose stride is its size, as a linear map over patches; sums over channels can be split."""

    def __init__(self, channels: int, hidden: int, patch: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(channels, hidden, patch, patch)

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


def attention(query: Tensor, key: Tensor, value: Tensor, row_chunk: int) -> Tensor:
    """Softmax attention. query (b, nq, h, c), key and value (b, n, h, c) -> (b, nq, d)

    With `row_chunk` > 0 it is three plain matrix products over that many queries at a time: on CPUs with bfloat16
    matrix instructions 1.6 times as fast as the fused kernel, which does not use them.
    """
    query, key, value = (x.transpose(1, 2) for x in (query, key, value))  # (b, h, n, c)
    if row_chunk:
        scaled = key.transpose(2, 3) * key.shape[-1] ** -0.5  # (b, h, c, n)
        value = value.contiguous()
        mixed = torch.cat([(part @ scaled).softmax(-1) @ value for part in query.split(row_chunk, dim=2)], dim=2)
    else:
        mixed = F.scaled_dot_product_attention(query, key, value)
    return mixed.transpose(1, 2).flatten(2)  # (b, nq, d)


@dataclass(frozen=True, slots=True)
class Tuning:
    """How the blocks are carried out, never what they compute.

    Attributes:
        attention_rows: queries per blocked attention product; 0: torch's fused kernel.
        mlp_rows: tokens per pass through an MLP, so that its 4 d wide inside stays in the cache; 0: all at once.
    """

    attention_rows: int = 0
    mlp_rows: int = 0


class SelfAttention(nn.Module):
    def __init__(self, hidden: int, heads: int, *, qkv_bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = Linear(hidden, 3 * hidden, bias=qkv_bias)
        self.norm = QueryKeyNorm(hidden // heads)
        self.proj = Linear(hidden, hidden)

    def queries_keys_values(self, x: Tensor, rotation: Rotation) -> tuple[Tensor, Tensor, Tensor]:
        query, key, value = self.qkv(x).chunk(3, dim=-1)  # (b, n, d) each
        return (
            prepare(query, self.norm.query_norm, rotation, self.heads),
            prepare(key, self.norm.key_norm, rotation, self.heads),
            value.unflatten(-1, (self.heads, -1)),
        )  # (b, n, h, c) each


class DoubleBlock(nn.Module):
    """Garment and image tokens with weights of their own, attending to each other jointly.

    In the checkpoint the garment stream is called "txt"."""

    def __init__(self, hidden: int, heads: int, ratio: int, *, qkv_bias: bool) -> None:
        super().__init__()
        for stream in ("img", "txt"):
            self.add_module(f"{stream}_mod", Modulation(hidden, 6))
            self.add_module(f"{stream}_attn", SelfAttention(hidden, heads, qkv_bias=qkv_bias))
            mlp = nn.Sequential(Linear(hidden, ratio * hidden), nn.GELU("tanh"), Linear(ratio * hidden, hidden))
            self.add_module(f"{stream}_mlp", mlp)

    def forward(
        self,
        garment: Tensor,  # (b, g, d)
        image: Tensor,  # (b, i, d)
        garment_modulation: Tensor,  # (6 d,)
        image_modulation: Tensor,  # (6 d,)
        rotation: Rotation,  # of one grid
        tuning: Tuning,
    ) -> tuple[Tensor, Tensor]:
        streams = (
            (garment, garment_modulation.chunk(6), self.txt_attn),
            (image, image_modulation.chunk(6), self.img_attn),
        )
        parts = [
            attend.queries_keys_values(modulate(tokens, shift, scale).to(attend.qkv.input_type), rotation)
            for tokens, (shift, scale, *_), attend in streams
        ]
        query, key, value = (torch.cat(pair, dim=1) for pair in zip(*parts, strict=True))  # (b, g+i, h, c)
        mixed = attention(query, key, value, tuning.attention_rows)  # (b, g+i, d)
        for_garment, for_image = mixed.split([garment.shape[1], image.shape[1]], dim=1)
        return (
            self._finish(garment, for_garment, garment_modulation, self.txt_attn, self.txt_mlp, tuning),
            self._finish(image, for_image, image_modulation, self.img_attn, self.img_mlp, tuning),
        )

    @staticmethod
    def _finish(
        x: Tensor, mixed: Tensor, modulation: Tensor, attend: SelfAttention, mlp: nn.Sequential, tuning: Tuning
    ) -> Tensor:
        _, _, attention_gate, shift, scale, mlp_gate = modulation.chunk(6)
        rows = []
        for part, mixed_part in zip(*_row_parts(tuning.mlp_rows, x, mixed), strict=True):
            part = part + attention_gate * attend.proj(mixed_part)
            rows.append(part + mlp_gate * mlp(modulate(part, shift, scale)))
        return torch.cat(rows, dim=1) if len(rows) > 1 else rows[0]  # (b, n, d)


class SingleBlock(nn.Module):
    """One stream; attention and MLP side by side, between one linear map in and one out."""

    def __init__(self, hidden: int, heads: int, ratio: int) -> None:
        super().__init__()
        self.hidden, self.heads = hidden, heads
        self.linear1 = Linear(hidden, (3 + ratio) * hidden)
        self.linear2 = Linear((1 + ratio) * hidden, hidden)
        self.norm = QueryKeyNorm(hidden // heads)
        self.modulation = Modulation(hidden, 3)

    def forward(
        self,
        x: Tensor,  # (b, n, d)
        modulation: Tensor,  # (3 d,)
        rotation: Rotation,  # of the n tokens
        tuning: Tuning,
        first: int = 0,
    ) -> Tensor:
        """(b, n - first, d): tokens before `first` are attended to, but get no output."""
        d = self.hidden
        shift, scale, gate = modulation.chunk(3)
        normed = modulate(x, shift, scale).to(self.linear1.input_type)  # (b, n, d)
        asking = normed[:, first:]
        if first:
            query = self.linear1(asking, slice(0, d))
            key, value = self.linear1(normed, slice(d, 3 * d)).chunk(2, dim=-1)
        else:
            query, key, value = self.linear1(normed, slice(0, 3 * d)).chunk(3, dim=-1)
        mixed = attention(
            prepare(query, self.norm.query_norm, rotation.from_token(first), self.heads),
            prepare(key, self.norm.key_norm, rotation, self.heads),
            value.unflatten(-1, (self.heads, -1)),
            tuning.attention_rows,
        )  # (b, n - first, d)
        rows = []
        parts = zip(*_row_parts(tuning.mlp_rows, x[:, first:], asking, mixed), strict=True)
        for part, normed_part, mixed_part in parts:
            inside = F.gelu(self.linear1(normed_part, slice(3 * d, None)), approximate="tanh")  # (b, rows, m)
            rows.append(part + gate * self.linear2(torch.cat([mixed_part, inside], dim=-1)))
        return torch.cat(rows, dim=1) if len(rows) > 1 else rows[0]


def _row_parts(rows: int, *tensors: Tensor) -> list[tuple[Tensor, ...]]:
    return [tensor.split(rows, dim=1) if rows else (tensor,) for tensor in tensors]


class FinalLayer(nn.Module):
    """Image tokens to patches of velocity."""

    def __init__(self, hidden: int, patch_width: int) -> None:
        super().__init__()
        self.linear = Linear(hidden, patch_width)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), Linear(hidden, 2 * hidden))

    def forward(self, x: Tensor, modulation: Tensor) -> Tensor:
        shift, scale = modulation.chunk(2)
        return self.linear(modulate(x, shift, scale))  # (b, i, patch_width)
