"""Softmax attention, carried out in one of several ways.

Axes: b samples, nq queries, n keys, h heads, c head dim, d = h c.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from vesture.engines.diffusion.options import AttentionKind

BLOCK_ROWS = 864
"""Queries of one block: a quarter of a full-size picture's tokens."""

_KERNELS = {
    "flash": SDPBackend.FLASH_ATTENTION,
    "efficient": SDPBackend.EFFICIENT_ATTENTION,
    "cudnn": SDPBackend.CUDNN_ATTENTION,
    "math": SDPBackend.MATH,
}


def attention(query: Tensor, key: Tensor, value: Tensor, kind: AttentionKind) -> Tensor:
    """query (b, nq, h, c), key and value (b, n, h, c) -> (b, nq, d)

    Raises:
        RuntimeError: torch does not have the named kernel for this device and number type.
    """
    query, key, value = (x.transpose(1, 2) for x in (query, key, value))  # (b, h, n, c)
    if kind == "blocked":
        mixed = _blocked(query, key, value)
    elif kind == "fused":
        mixed = F.scaled_dot_product_attention(query, key, value)
    else:
        with sdpa_kernel(_KERNELS[kind]):
            mixed = F.scaled_dot_product_attention(query, key, value)
    return mixed.transpose(1, 2).flatten(2)  # (b, nq, d)


def _blocked(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Three plain matrix products over a block of queries at a time. (b, h, n, c) each -> (b, h, nq, c)

    On CPUs with bfloat16 instructions but without AMX 1.6 times as fast as the fused kernel, which uses neither.
    """
    query, value = query.contiguous(), value.contiguous()  # else every product copies them anew
    scaled = (key * key.shape[-1] ** -0.5).transpose(2, 3).contiguous()  # (b, h, c, n)
    blocks = [(part @ scaled).softmax(-1) @ value for part in query.split(BLOCK_ROWS, dim=2)]
    return torch.cat(blocks, dim=2)
