"""The human parser that was published with the checkpoint: SegFormer-B4, 18 labels. An opt-in extra.

Its licence (NVIDIA's for SegFormer, clause 3.3) allows research and evaluation only, so nothing here depends on it: it
is loaded only from a folder that somebody fetched, and only when told that this licence is accepted.

Takes a photo (H, W, 3) uint8 RGB, gives `BodyPart` labels (H, W). Source: E. Xie et al., "SegFormer".
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from vesture.core.task import RGB
from vesture.engines.diffusion.body_parts import BodyPart, Labels
from vesture.errors import AssetError

INPUT_HEIGHT, INPUT_WIDTH = 576, 384
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
FILES = ("config.json", "model.safetensors")
LICENCE = "NVIDIA's licence for SegFormer, which allows research and evaluation only"

Network = Callable[[Tensor], Tensor]
"""(1, 3, 576, 384) normalised RGB -> logits (1, 18, h, w)."""


class PublishedParser:
    """Labels by a network that gives 18 logits a pixel; callable as the engine's `Parse`."""

    def __init__(self, network: Network, device: str = "cpu") -> None:
        self._network, self._device = network, torch.device(device)

    def __call__(self, photo: RGB) -> Labels:
        with torch.inference_mode():
            logits = self._network(network_input(photo).to(self._device))
            full = F.interpolate(logits.float(), photo.shape[:2], mode="bilinear", align_corners=False)
            labels: Labels = full.argmax(dim=1)[0].to(torch.uint8).cpu().numpy()
        return labels


def network_input(photo: RGB) -> Tensor:
    """The photo squashed to the network's size, whatever its proportions. (1, 3, 576, 384) float32"""
    squashed = cv2.resize(photo, (INPUT_WIDTH, INPUT_HEIGHT), interpolation=cv2.INTER_AREA)
    scaled = (squashed.astype(np.float32) / 255 - np.array(MEAN, np.float32)) / np.array(DEVIATION, np.float32)
    return torch.from_numpy(np.ascontiguousarray(scaled.transpose(2, 0, 1)))[None]


def load_published_parser(folder: Path, device: str = "cpu", *, accept_research_licence: bool) -> PublishedParser:
    """Load the parser from a folder with ``config.json`` and ``model.safetensors``.

    Raises:
        AssetError: its licence was not accepted, a file is absent, `transformers` is not installed, or the folder
            holds another network.
    """
    if not accept_research_licence:
        raise AssetError(f"The parser in {folder} is under {LICENCE}. It is used only where that was accepted.")
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise AssetError(f"The parser's folder {folder} lacks {', '.join(missing)}.")
    try:
        from transformers import SegformerForSemanticSegmentation
    except ImportError as error:
        raise AssetError("The published parser needs `pip install transformers`.") from error
    network = SegformerForSemanticSegmentation.from_pretrained(folder, local_files_only=True).to(device).eval()
    if network.config.num_labels != len(BodyPart):
        raise AssetError(f"The parser in {folder} has {network.config.num_labels} labels, expected {len(BodyPart)}.")
    return PublishedParser(lambda pixels: network(pixel_values=pixels).logits, device)
