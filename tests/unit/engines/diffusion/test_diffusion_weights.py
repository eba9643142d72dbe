"""Checkpoints load strictly: what does not fit is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from vesture.engines.diffusion.availability import RANDOM_MARKER
from vesture.engines.diffusion.mmdit import MMDiTConfig
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.weights import infer_config, load_model, read_header
from vesture.errors import AssetError


@pytest.fixture
def parts(checkpoint: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    with safe_open(checkpoint, "pt") as file:
        return load_file(checkpoint), dict(file.metadata())


def load_parts(folder: Path, tensors, metadata, *, allow_random: bool = True, **options):
    save_file(tensors, folder / "model.safetensors", metadata=metadata)
    return load_model(folder, DiffusionOptions(**options), allow_random=allow_random)


def test_config_is_read_off_the_checkpoint(checkpoint):
    assert infer_config(read_header(checkpoint)) == MMDiTConfig(
        height=216, width=144, hidden=64, heads=4, mixer_depth=1, double_depth=2, single_depth=2, axes=(4, 6, 6)
    )


def test_frame_and_axes_default_to_the_published_ones(tmp_path):
    """Without metadata, as in the published file."""
    hidden = 128
    shapes = {
        "x_embedder.proj.weight": (hidden, 7, 12, 12),
        "single_blocks.0.norm.query_norm.scale": (128,),
        "single_blocks.0.linear1.weight": (7 * hidden, hidden),
        "y_embedder.weight": (4, hidden),
        "double_blocks.3.img_attn.qkv.bias": (3 * hidden,),
    }
    save_file({key: torch.zeros(shape) for key, shape in shapes.items()}, tmp_path / "model.safetensors")
    config = infer_config(read_header(tmp_path))
    assert (config.height, config.width, config.axes) == (864, 576, (16, 56, 56))
    assert (config.hidden, config.heads, config.double_depth, config.qkv_bias) == (hidden, 1, 4, False)


def test_only_the_unused_token_may_be_absent(tmp_path, parts):
    tensors, metadata = parts
    del tensors["patch_mixer_token"]
    model = load_parts(tmp_path, tensors, metadata)
    assert not any(tensor.is_meta for tensor in model.state_dict().values())


def test_missing_unexpected_and_wrong_keys_are_named(tmp_path, parts):
    tensors, metadata = parts
    del tensors["double_blocks.1.txt_mlp.2.bias"]
    tensors["guidance_in.weight"] = torch.zeros(2)
    tensors["final_layer.linear.bias"] = torch.zeros(431)
    with pytest.raises(AssetError) as caught:
        load_parts(tmp_path, tensors, metadata)
    text = str(caught.value)
    assert "missing: double_blocks.1.txt_mlp.2.bias." in text
    assert "unexpected: guidance_in.weight." in text
    assert "final_layer.linear.bias is [431], expected [432]" in text
    assert "vesture assets pull diffusion" in text


def test_many_missing_keys_are_counted(tmp_path, parts):
    tensors, metadata = parts
    tensors = {key: tensor for key, tensor in tensors.items() if not key.startswith("double_blocks.0")}
    with pytest.raises(AssetError, match=r"double_blocks\.0\..* and \d+ more"):
        load_parts(tmp_path, tensors, metadata)


@pytest.mark.parametrize("kept", [0, 7, 4000, 1_000_000])
def test_truncated_file(tmp_path, checkpoint, kept):
    path = tmp_path / "model.safetensors"
    path.write_bytes(checkpoint.read_bytes()[:kept])
    with pytest.raises(AssetError, match=r"model\.safetensors .*(truncated|whole safetensors file)"):
        load_model(tmp_path, DiffusionOptions())


def test_other_file(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes((8).to_bytes(8, "little") + b"not json" + b"x" * 100)
    with pytest.raises(AssetError, match="header cannot be read"):
        load_model(path, DiffusionOptions())


def test_other_model(tmp_path):
    save_file({"weight": torch.zeros(3)}, tmp_path / "model.safetensors")
    with pytest.raises(AssetError, match=r"x_embedder\.proj\.weight is missing"):
        load_model(tmp_path, DiffusionOptions())


def test_sizes_that_do_not_fit(tmp_path, parts):
    tensors, metadata = parts
    config = json.loads(metadata["config"]) | {"input_shape": [217, 144]}
    with pytest.raises(AssetError, match="sizes that do not fit: expected a size divisible by patch 12"):
        load_parts(tmp_path, tensors, metadata | {"config": json.dumps(config)})


def test_absent_file(tmp_path):
    with pytest.raises(AssetError, match=r"does not exist\. Run `vesture assets pull diffusion"):
        load_model(tmp_path, DiffusionOptions())


def test_random_checkpoint_is_refused(tmp_path, checkpoint, parts):
    with pytest.raises(AssetError, match="random numbers"):
        load_model(checkpoint, DiffusionOptions())
    tensors, metadata = parts
    del metadata[RANDOM_MARKER]
    assert load_parts(tmp_path, tensors, metadata, allow_random=False).config.hidden == 64


def test_types_follow_the_precision(load, checkpoint):
    names = {
        "linear": "single_blocks.1.linear2.weight",
        "double": "double_blocks.0.txt_mlp.2.weight",
        "norm": "single_blocks.1.norm.key_norm.scale",
        "modulation": "double_blocks.1.img_mod.lin.weight",
        "embedder": "t_embedder.mlp.in_layer.weight",
        "final": "final_layer.linear.weight",
    }
    fp32, bf16 = load().state_dict(), load(precision="bf16").state_dict()
    assert {part: fp32[key].dtype for part, key in names.items() if part != "modulation"} == dict.fromkeys(
        ("linear", "double", "norm", "embedder", "final"), torch.float32
    )
    low = {part for part, key in names.items() if bf16[key].dtype == torch.bfloat16}
    assert low == {"linear", "double", "modulation"}
    int8 = load_model(checkpoint, DiffusionOptions(precision="int8", compile=True), allow_random=True).state_dict()
    assert int8["single_blocks.1.linear2.numbers"].dtype == torch.int8
    assert int8["double_blocks.0.txt_mlp.2.numbers"].dtype == torch.int8
    assert names["linear"] not in int8
    assert names["modulation"] in int8


def test_options_are_checked():
    for wrong in (
        {"precision": "fp4"},
        {"numerics": "fast"},
        {"rows": -1},
        {"attention": "quick"},
        {"samples_at_once": 0},
        {"output": "full"},
    ):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            DiffusionOptions(**wrong)
    with pytest.raises(ValueError, match="numerics=reference needs"):
        DiffusionOptions(precision="int8", numerics="reference")
