"""The two kinds of transformer block, and what follows the last one.

Takes tokens and modulations, gives tokens; parameter names are those of the published checkpoint.

Axes: b samples, n tokens, g garment tokens, i image tokens, d hidden size, h heads, c head dim, m MLP size (4 d).

Sources: P. Esser et al., "Scaling Rectified Flow Transformers" (two streams with weights of their own, joint
attention); M. Dehghani et al., "Scaling Vision Transformers to 22 Billion Parameters" (attention and MLP side by
side); the layer order is that of FASHN VTON v1.5 (Apache-2.0).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vesture.engines.diffusion.layers import Linear, Modulation, QueryKeyNorm, Rotation, modulate, prepare


@dataclass(frozen=True, slots=True)
class Tuning:
    """How the blocks are carried out, never what they compute.

    Attributes:
        attention_rows: queries per blocked attention product; 0: torch's fused kernel.
        mlp_rows: tokens per pass through an MLP, so that its 4 d wide inside stays in the cache; 0: all at once.
    """

    attention_rows: int = 0
    mlp_rows: int = 0


def attention(query: Tensor, key: Tensor, value: Tensor, row_chunk: int) -> Tensor:
    """Softmax attention. query (b, nq, h, c), key and value (b, n, h, c) -> (b, nq, d)

    With `row_chunk` > 0 it is three plain matrix products over that many queries at a time: on CPUs with bfloat16
    matrix instructions 1.6 times as fast as the fused kernel, which does not use them.
    """
    query, key, value = (x.transpose(1, 2) for x in (query, key, value))  # (b, h, n, c)
    if row_chunk:
        query, value = query.contiguous(), value.contiguous()  # else every product copies them anew
        scaled = (key * key.shape[-1] ** -0.5).transpose(2, 3).contiguous()  # (b, h, c, n)
        mixed = torch.cat([(part @ scaled).softmax(-1) @ value for part in query.split(row_chunk, dim=2)], dim=2)
    else:
        mixed = F.scaled_dot_product_attention(query, key, value)
    return mixed.transpose(1, 2).flatten(2)  # (b, nq, d)


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


def _mlp(hidden: int, ratio: int) -> nn.Sequential:
    return nn.Sequential(Linear(hidden, ratio * hidden), nn.GELU("tanh"), Linear(ratio * hidden, hidden))


class DoubleBlock(nn.Module):
    """Garment and image tokens with weights of their own, attending to each other jointly.

    In the checkpoint the garment stream is called "txt"."""

    def __init__(self, hidden: int, heads: int, ratio: int, *, qkv_bias: bool) -> None:
        super().__init__()
        self.img_mod, self.txt_mod = Modulation(hidden, 6), Modulation(hidden, 6)
        self.img_attn = SelfAttention(hidden, heads, qkv_bias=qkv_bias)
        self.txt_attn = SelfAttention(hidden, heads, qkv_bias=qkv_bias)
        self.img_mlp, self.txt_mlp = _mlp(hidden, ratio), _mlp(hidden, ratio)

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
