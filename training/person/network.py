"""The network: a small U-Net that reads a photo, the pose's mask and maps of the body.

Axes: B batch, H x W the network's picture (256 x 192).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.garment.network import Residual, conv, doubled
from vesture.vision.parsing.network import MAP_COUNT
from vesture.vision.parsing.prior import CLASSES

WIDTHS = (20, 40, 72, 104, 128)


class PersonNet(nn.Module):
    """Image (B, 3, H, W) RGB in [0, 255], mask (B, 1, H, W), body (B, 11, H/4, W/4) to logits (B, 8, H/2, W/2)."""

    def __init__(self, widths: tuple[int, int, int, int, int] = WIDTHS) -> None:
        super().__init__()
        a, b, c, d, e = widths
        self.stem = conv(4, a, 2, 5)  # H/2
        self.first = conv(a, b, 2)
        self.body = conv(MAP_COUNT, b, 1, 1)
        self.down1 = nn.Sequential(conv(2 * b, b, 1, 1), Residual(b))  # H/4
        self.down2 = nn.Sequential(conv(b, c, 2), Residual(c))  # H/8
        self.down3 = nn.Sequential(conv(c, d, 2), Residual(d))  # H/16
        self.down4 = nn.Sequential(conv(d, e, 2), Residual(e))  # H/32
        self.whole = nn.Sequential(nn.Linear(e, e), nn.ReLU(inplace=True))
        self.lift4 = conv(e, d, 1, 1)
        self.up3 = nn.Sequential(conv(d, d), conv(d, c, 1, 1))
        self.up2 = nn.Sequential(conv(c, c), conv(c, b, 1, 1))
        self.up1 = nn.Sequential(conv(b, b), conv(b, a, 1, 1))
        self.labels = nn.Sequential(conv(a, a), nn.Conv2d(a, CLASSES, 1))

    def forward(self, image: Tensor, mask: Tensor, body: Tensor) -> Tensor:
        x1 = self.stem(torch.cat([(image - 127.5) / 64, 2 * mask - 1], 1))
        x2 = self.down1(torch.cat([self.first(x1), self.body(body)], 1))
        x3 = self.down2(x2)
        x4 = self.down3(x3)
        x5 = self.down4(x4)
        x5 = x5 + self.whole(x5.mean((2, 3)))[:, :, None, None]  # what is worn altogether
        y4 = x4 + doubled(self.lift4(x5))
        y3 = x3 + doubled(self.up3(y4))
        y2 = x2 + doubled(self.up2(y3))
        y1 = x1 + doubled(self.up1(y2))
        logits: Tensor = self.labels(y1)
        return logits
