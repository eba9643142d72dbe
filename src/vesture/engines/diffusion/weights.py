"""From a checkpoint file to a model: sizes read off the file, every key and shape checked, tensors memory-mapped.

Takes a safetensors file (or a folder with ``model.safetensors``) with the key names of FASHN VTON v1.5, gives an
`MMDiT`. The model is built without memory of its own and each tensor is read, converted and moved by itself, so the
weights are never held twice. The modulations (27 % of the file) keep their stored type, and on a
CPU stay mapped in the file: they are read once a run.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from vesture.engines.diffusion.availability import RANDOM_MARKER
from vesture.engines.diffusion.devices import tuning_for
from vesture.engines.diffusion.mmdit import MMDiT, MMDiTConfig
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.quantised import can_pack, quantise_blocks
from vesture.errors import AssetError

MENDING = "Run `vesture assets pull diffusion` to fetch it anew."

_UNUSED = "patch_mixer_token"
_MODULATION = re.compile(r"\.modulation\.lin\.|_mod\.lin\.|adaLN_modulation\.")
_BLOCK_LINEAR = re.compile(r"(x_patch_mixer|double_blocks|single_blocks)\.\d+\..*\.?(linear[12]|qkv|proj|mlp\.[02])\.")


@dataclass(frozen=True, slots=True)
class Header:
    """What a safetensors file says about itself, without reading a tensor."""

    path: Path
    shapes: dict[str, tuple[int, ...]]
    metadata: dict[str, str]


def read_header(location: Path) -> Header:
    """Read names, shapes and metadata.

    Raises:
        AssetError: there is no such file, or it is no whole safetensors file.
    """
    path = location / "model.safetensors" if location.is_dir() else location
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            size = path.stat().st_size
            if size < 8 or length > size:
                raise AssetError(f"{path} is not a whole safetensors file ({size:,} bytes). {MENDING}")
            entries: dict[str, Any] = json.loads(file.read(length))
    except FileNotFoundError as error:
        raise AssetError(f"{path} does not exist. {MENDING}") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise AssetError(f"{path} is not a safetensors file: its header cannot be read. {MENDING}") from error
    metadata = entries.pop("__metadata__", {})
    end = 8 + length + max((entry["data_offsets"][1] for entry in entries.values()), default=0)
    if size != end:
        raise AssetError(f"{path} has {size:,} bytes, its header promises {end:,}: it is truncated. {MENDING}")
    return Header(path, {name: tuple(entry["shape"]) for name, entry in entries.items()}, metadata)


def infer_config(header: Header) -> MMDiTConfig:
    """Sizes of the model, read off the shapes; frame and position axes from the metadata where it has them.

    Raises:
        AssetError: a key that tells a size is missing or has another number of axes.
    """
    stored = json.loads(header.metadata.get("config", "{}"))
    published = MMDiTConfig()
    hidden, channels_in, patch, _ = _shape(header, "x_embedder.proj.weight", 4)
    head_dim = _shape(header, "single_blocks.0.norm.query_norm.scale", 1)[0]
    height, width = stored.get("input_shape", (published.height, published.width))
    try:
        return MMDiTConfig(
            height=height,
            width=width,
            hidden=hidden,
            heads=hidden // head_dim,
            mixer_depth=_depth(header, "x_patch_mixer"),
            double_depth=_depth(header, "double_blocks"),
            single_depth=_depth(header, "single_blocks"),
            mlp_ratio=_shape(header, "single_blocks.0.linear1.weight", 2)[0] // hidden - 3,
            channels=(channels_in - 1) // 2,
            patch=patch,
            theta=float(stored.get("theta", published.theta)),
            axes=tuple(stored.get("axes_dim", published.axes)),
            qkv_bias="double_blocks.0.img_attn.qkv.bias" in header.shapes,
            classes=_shape(header, "y_embedder.weight", 2)[0] - 1,
        )
    except (ValueError, ZeroDivisionError) as error:
        raise AssetError(f"{header.path} holds a model of sizes that do not fit: {error}") from error


def _shape(header: Header, key: str, axes: int) -> tuple[int, ...]:
    shape = header.shapes.get(key)
    if shape is None or len(shape) != axes:
        raise AssetError(f"{header.path} is not a try-on checkpoint: {key} is {shape or 'missing'}. {MENDING}")
    return shape


def _depth(header: Header, blocks: str) -> int:
    numbers = {int(key.split(".")[1]) for key in header.shapes if key.startswith(f"{blocks}.")}
    return max(numbers, default=-1) + 1


def check_keys(header: Header, expected: dict[str, tuple[int, ...]]) -> None:
    """Compare the file with the model, key by key.

    Raises:
        AssetError: keys are missing, unexpected or of another shape; names them.
    """
    missing = sorted(expected.keys() - header.shapes.keys() - {_UNUSED})
    unexpected = sorted(header.shapes.keys() - expected.keys())
    wrong = [
        f"{key} is {list(header.shapes[key])}, expected {list(shape)}"
        for key, shape in expected.items()
        if key in header.shapes and header.shapes[key] != shape
    ]
    faults = [
        f"{kind}: {_list(names)}"
        for kind, names in (("missing", missing), ("unexpected", unexpected), ("wrong shape", wrong))
        if names
    ]
    if faults:
        raise AssetError(f"{header.path} does not fit the model. {'. '.join(faults)}. {MENDING}")


def _list(names: list[str], at_most: int = 8) -> str:
    shown = ", ".join(names[:at_most])
    return shown if len(names) <= at_most else f"{shown} and {len(names) - at_most} more"


def load_model(location: Path, options: DiffusionOptions, *, allow_random: bool = False) -> MMDiT:
    """Load a checkpoint for inference.

    Args:
        location: the safetensors file, or the folder with ``model.safetensors``.
        allow_random: accept a file that is marked to hold random numbers.

    Raises:
        AssetError: the file is absent, truncated, random, or does not fit the model; names what is wrong.
    """
    header = read_header(location)
    if header.metadata.get(RANDOM_MARKER) and not allow_random:
        raise AssetError(f"{header.path} holds random numbers for tests, not a trained model. {MENDING}")
    with torch.device("meta"):
        model = MMDiT(infer_config(header), tuning_for(options))
    expected = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    check_keys(header, expected)
    tensors: dict[str, Tensor] = {_UNUSED: torch.zeros(expected[_UNUSED])}
    with safe_open(header.path, framework="pt", device="cpu") as file:
        for name in header.shapes:
            tensors[name] = _placed(name, file.get_tensor(name), options)
    model.load_state_dict(tensors, strict=True, assign=True)
    model.requires_grad_(False).eval()
    if options.precision in ("int8", "fp8"):
        pack = can_pack(torch.device(options.device)) and not options.compile
        quantise_blocks(model, options.precision, pack=pack)
    if options.compile:
        allow_compiled_variants()
        for block in (*model.x_patch_mixer, *model.double_blocks, *model.single_blocks):
            block.compile(dynamic=False)
    return model


def _placed(name: str, tensor: Tensor, options: DiffusionOptions) -> Tensor:
    """The tensor in the type and on the device in which the model uses it."""
    low = options.precision != "fp32"
    if low and options.numerics == "reference":
        return tensor.to(options.device, torch.bfloat16)
    if _MODULATION.search(name):
        return tensor.to(options.device)  # as stored: on a CPU that leaves it mapped in the file
    is_block_linear = _BLOCK_LINEAR.match(name) is not None
    return tensor.to(options.device, torch.bfloat16 if low and is_block_linear else torch.float32)


def allow_compiled_variants(at_least: int = 32) -> None:
    """Let torch compile the blocks for several shapes; past its usual limit of 8 it silently stops compiling."""
    torch._dynamo.config.recompile_limit = max(torch._dynamo.config.recompile_limit, at_least)
