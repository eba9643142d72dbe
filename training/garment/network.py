"""The network: a small U-Net with a map head, a heat head and word heads.

Axes: B batch, C channels, N input side (192), k points.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from vesture.vision.garment.network import KINDS, NECKS, PART_COUNT, POINT_NAMES, SLEEVES

WIDTHS = (24, 40, 80, 128, 160)


@dataclass(frozen=True, slots=True)
class Reading:
    """Logits: parts (B, 7, N/2, N/2), heat (B, k, N/4, N/4), present (B, k), kind, sleeve, neck (B, words)."""

    parts: Tensor
    heat: Tensor
    present: Tensor
    kind: Tensor
    sleeve: Tensor
    neck: Tensor


def conv(inside: int, outside: int, stride: int = 1, size: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, size, stride, size // 2, bias=False), nn.BatchNorm2d(outside), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):
    """Two 3x3 convolutions round a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = conv(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.second(self.first(x)))


class GarmentNet(nn.Module):
    """Image (B, 3, N, N), RGB in [0, 255], to a `Reading`."""

    def __init__(self, widths: tuple[int, int, int, int, int] = WIDTHS) -> None:
        super().__init__()
        a, b, c, d, e = widths
        self.stem = conv(3, a, 2, 5)  # N/2
        self.down1 = nn.Sequential(conv(a, b, 2), Residual(b))  # N/4
        self.down2 = nn.Sequential(conv(b, c, 2), Residual(c), Residual(c))  # N/8
        self.down3 = nn.Sequential(conv(c, d, 2), Residual(d))  # N/16
        self.down4 = nn.Sequential(conv(d + 2, e, 2), Residual(e))  # N/32; two more channels say where
        self.words = nn.Sequential(nn.Linear(e, 128), nn.ReLU(inplace=True))
        self.present = nn.Linear(128, len(POINT_NAMES))
        self.kind, self.sleeve, self.neck = (nn.Linear(128, len(words)) for words in (KINDS, SLEEVES, NECKS))
        self.lift4 = conv(e, d, 1, 1)
        self.up3 = nn.Sequential(conv(d, d), conv(d, c, 1, 1))
        self.up2 = nn.Sequential(conv(c, c), conv(c, b, 1, 1))
        self.up1 = conv(b, b)
        self.heat = nn.Sequential(conv(b, b), nn.Conv2d(b, len(POINT_NAMES), 1))
        self.lift1 = conv(b, a, 1, 1)
        self.parts = nn.Sequential(conv(a, a), nn.Conv2d(a, PART_COUNT, 1))

    def forward(self, image: Tensor) -> Reading:
        x1 = self.stem((image - 127.5) / 64)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        x4 = self.down3(x3)
        x5 = self.down4(torch.cat([x4, places(x4)], 1))
        words = self.words(x5.mean((2, 3)))
        y4 = x4 + doubled(self.lift4(x5))
        y3 = x3 + doubled(self.up3(y4))
        y2 = x2 + doubled(self.up2(y3))
        y2 = self.up1(y2)
        y1 = x1 + doubled(self.lift1(y2))
        return Reading(
            self.parts(y1), self.heat(y2), self.present(words), self.kind(words), self.sleeve(words), self.neck(words)
        )


def places(x: Tensor) -> Tensor:
    """(B, 2, h, w): column and row of each cell, from -1 to 1."""
    height, width = x.shape[2:]
    rows = torch.linspace(-1, 1, height, dtype=x.dtype).view(1, 1, height, 1).expand(x.shape[0], 1, height, width)
    columns = torch.linspace(-1, 1, width, dtype=x.dtype).view(1, 1, 1, width).expand(x.shape[0], 1, height, width)
    return torch.cat([columns, rows], 1)


def doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")
