"""The two kinds of transformer block, and what follows the last one.

Takes tokens and modulations, gives tokens; parameter names are those of the published checkpoint.

Axes: b samples, n tokens, g garment tokens, i image tokens, d hidden size, h heads, c head dim, m MLP size (4 d).

Sources: P. Esser et al., "Scaling Rectified Flow Transformers" (two streams with weights of their own, joint
attention); M. Dehghani et al., "Scaling Vision Transformers to 22 Billion Parameters" (attention and MLP side by
side); the layer order is that of FASHN VTON v1.5 (Apache-2.0).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from vesture.engines.diffusion.attention import attention
from vesture.engines.diffusion.layers import Linear, Modulation, QueryKeyNorm, Rotation, modulate, prepare
from vesture.engines.diffusion.options import AttentionKind


@dataclass(frozen=True, slots=True)
class Tuning:
    """How the blocks are carried out, never what they compute.

    Attributes:
        attention: the kernel.
        rows: tokens that pass at a time through everything but the attention, so that what lies between stays in the
            cache; 0: all at once.
        one_null_row: compute the garment tokens of the unguided branch, all equal until they meet positions, once.
            Not where every new shape means another compilation.
    """

    attention: AttentionKind = "fused"
    rows: int = 0
    one_null_row: bool = True


class SelfAttention(nn.Module):
    def __init__(self, hidden: int, heads: int, *, qkv_bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = Linear(hidden, 3 * hidden, bias=qkv_bias)
        self.norm = QueryKeyNorm(hidden // heads)
        self.proj = Linear(hidden, hidden)

    def queries_keys_values(
        self, tokens: Tensor, shift: Tensor, scale: Tensor, rotation: Rotation, rows: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(b, n, h, c) each, of tokens (b, n, d), or of one token (b, 1, d) that stands at all n places."""
        parts = []
        for first, part in _row_parts(tokens, rows):
            turn = rotation.of_tokens(first, part.shape[1]) if tokens.shape[1] > 1 else rotation
            encoded = self.qkv.encode(modulate(part, shift, scale))
            query, key, value = (
                x.expand(-1, turn.cosine.shape[0], -1) for x in self.qkv.product(encoded).chunk(3, dim=-1)
            )
            parts.append(
                (
                    prepare(query, self.norm.query_norm, turn, self.heads),
                    prepare(key, self.norm.key_norm, turn, self.heads),
                    value.unflatten(-1, (self.heads, -1)),
                )
            )
        query, key, value = (_joined(list(tensors)) for tensors in zip(*parts, strict=True))
        return query, key, value


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
        garment: Tensor,  # (b, g, d), or (b, 1, d) where all are equal
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
            attend.queries_keys_values(tokens, shift, scale, rotation, tuning.rows)
            for tokens, (shift, scale, *_), attend in streams
        ]
        query, key, value = (torch.cat(pair, dim=1) for pair in zip(*parts, strict=True))  # (b, g+i, h, c)
        mixed = attention(query, key, value, tuning.attention)  # (b, g+i, d)
        for_garment, for_image = mixed.split([mixed.shape[1] - image.shape[1], image.shape[1]], dim=1)
        garment = garment.expand(-1, for_garment.shape[1], -1)
        return (
            self._finish(garment, for_garment, garment_modulation, self.txt_attn, self.txt_mlp, tuning),
            self._finish(image, for_image, image_modulation, self.img_attn, self.img_mlp, tuning),
        )

    @staticmethod
    def _finish(
        x: Tensor, mixed: Tensor, modulation: Tensor, attend: SelfAttention, mlp: nn.Sequential, tuning: Tuning
    ) -> Tensor:
        _, _, attention_gate, shift, scale, mlp_gate = modulation.chunk(6)
        results = []
        for first, part in _row_parts(x, tuning.rows):
            part = part + attention_gate * attend.proj(mixed[:, first : first + part.shape[1]])
            wide = mlp[0].product(mlp[0].encode(modulate(part, shift, scale)), gelu=True)  # (b, rows, m)
            results.append(part + mlp_gate * mlp[2](wide))
        return _joined(results)  # (b, n, d)


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
        keys, values, queries, asking = [], [], [], []
        for start, part in _row_parts(x, tuning.rows, first):
            encoded = self.linear1.encode(modulate(part, shift, scale))
            turn = rotation.of_tokens(start, part.shape[1])
            if start >= first:
                query, key, value = self.linear1.product(encoded, slice(0, 3 * d)).chunk(3, dim=-1)
                queries.append(prepare(query, self.norm.query_norm, turn, self.heads))
                asking.append((start - first, part, encoded))
            else:
                key, value = self.linear1.product(encoded, slice(d, 3 * d)).chunk(2, dim=-1)
            keys.append(prepare(key, self.norm.key_norm, turn, self.heads))
            values.append(value.unflatten(-1, (self.heads, -1)))
        mixed = attention(_joined(queries), _joined(keys), _joined(values), tuning.attention)  # (b, n - first, d)
        results = []
        for start, part, encoded in asking:
            inside = self.linear1.product(encoded, slice(3 * d, None), gelu=True)  # (b, rows, m)
            mixed_part = mixed[:, start : start + part.shape[1]]
            results.append(part + gate * self.linear2(torch.cat([mixed_part, inside], dim=-1)))
        return _joined(results)


def _row_parts(x: Tensor, rows: int, boundary: int = 0) -> Iterator[tuple[int, Tensor]]:
    """Pieces of at most `rows` tokens (0: any number) and where they begin; none lies on both sides of `boundary`."""
    n = x.shape[1]
    for begin, end in ((0, boundary), (boundary, n)):
        for first in range(begin, end, rows or n):
            yield first, x[:, first : min(first + (rows or n), end)]


def _joined(parts: list[Tensor]) -> Tensor:
    return torch.cat(parts, dim=1) if len(parts) > 1 else parts[0]


class FinalLayer(nn.Module):
    """Image tokens to patches of velocity."""

    def __init__(self, hidden: int, patch_width: int) -> None:
        super().__init__()
        self.linear = Linear(hidden, patch_width)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), Linear(hidden, 2 * hidden))

    def forward(self, x: Tensor, modulation: Tensor) -> Tensor:
        shift, scale = modulation.chunk(2)
        return self.linear(modulate(x, shift, scale))  # (b, i, patch_width)
