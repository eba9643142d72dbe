"""The opt-in parser: its licence stands in the way until accepted; its input and output are as published."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vesture.engines.diffusion.published_parser import PublishedParser, load_published_parser, network_input
from vesture.errors import AssetError


def test_it_is_refused_until_its_licence_is_accepted(tmp_path):
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(AssetError, match="research and evaluation only"):
        load_published_parser(tmp_path, accept_research_licence=False)


def test_missing_files_are_named(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(AssetError, match=r"lacks model\.safetensors"):
        load_published_parser(tmp_path, accept_research_licence=True)


def test_input_is_squashed_and_normalised():
    photo = np.zeros((60, 100, 3), np.uint8)
    photo[..., 0] = 255
    tensor = network_input(photo)
    assert tensor.shape == (1, 3, 576, 384)
    expected = [(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225]
    assert tensor[0].flatten(1).mean(1).tolist() == pytest.approx(expected, rel=1e-5)


def test_labels_are_the_largest_logit_at_the_photos_size():
    logits = torch.zeros(1, 18, 144, 96)
    logits[:, 3, :72] = 5  # a top in the upper half
    logits[:, 6, 72:] = 5
    labels = PublishedParser(lambda pixels: logits)(np.zeros((200, 90, 3), np.uint8))
    assert labels.shape == (200, 90)
    assert labels.dtype == np.uint8
    assert (labels[:98] == 3).all()
    assert (labels[102:] == 6).all()
