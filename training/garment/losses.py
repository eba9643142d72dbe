"""What a reading is charged for."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.garment.network import Reading
from vesture.vision.garment.network import NET_SIDE

PART_WEIGHTS = (1.0, 1.0, 1.3, 1.3, 1.2, 1.2, 2.0)  # the inner back is small and matters
SPREAD = 1.0  # cells; width of the target round a point
SHARES = {"parts": 4.0, "heat": 0.35, "present": 0.6, "kind": 0.3, "sleeve": 0.3, "neck": 0.3}


@dataclass(frozen=True, slots=True)
class Batch:
    """`Sample`s as tensors: image (B, 3, N, N) uint8, parts (B, 7, n, n) uint8, points (B, k, 2), weights and present
    (B, k), words (B, 3) int64 of kind, sleeve, neck."""

    image: Tensor
    parts: Tensor
    points: Tensor
    weights: Tensor
    present: Tensor
    words: Tensor


def charges(reading: Reading, batch: Batch) -> dict[str, Tensor]:
    """Each head's mean loss, unweighted."""
    share = batch.parts.float() / 255
    cost = torch.tensor(PART_WEIGHTS).view(1, -1, 1, 1)
    parts = -(share * cost * functional.log_softmax(reading.parts.float(), 1)).sum(1).mean()
    return {
        "parts": parts,
        "heat": heat_charge(reading.heat.float(), batch.points, batch.weights),
        "present": functional.binary_cross_entropy_with_logits(reading.present.float(), batch.present),
        "kind": functional.cross_entropy(reading.kind.float(), batch.words[:, 0]),
        "sleeve": functional.cross_entropy(reading.sleeve.float(), batch.words[:, 1]),
        "neck": functional.cross_entropy(reading.neck.float(), batch.words[:, 2]),
    }


def heat_charge(heat: Tensor, points: Tensor, weights: Tensor) -> Tensor:
    """Cross entropy between each map's softmax (B, k, h, w) and a small bell at its point (B, k, 2)."""
    height, width = heat.shape[2:]
    cells = (points + 0.5) * (width / NET_SIDE) - 0.5
    along_x = torch.exp(-((torch.arange(width).view(1, 1, -1) - cells[..., :1]) ** 2) / (2 * SPREAD**2))
    along_y = torch.exp(-((torch.arange(height).view(1, 1, -1) - cells[..., 1:]) ** 2) / (2 * SPREAD**2))
    along_x = along_x / along_x.sum(2, keepdim=True).clamp_min(1e-6)
    along_y = along_y / along_y.sum(2, keepdim=True).clamp_min(1e-6)
    # the bell is a product, so the expected logit needs no map of its own
    expected = torch.einsum("bkhw,bkh,bkw->bk", heat, along_y, along_x)
    cost = torch.logsumexp(heat.flatten(2), 2) - expected
    return (cost * weights).sum() / weights.sum().clamp_min(1)


def total(parts: dict[str, Tensor]) -> Tensor:
    return torch.stack([SHARES[name] * value for name, value in parts.items()]).sum()
