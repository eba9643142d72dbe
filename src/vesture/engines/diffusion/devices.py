"""What the machine can do, asked before a model is loaded: the engine's choices where the options leave them open,
and a plain refusal of those that the machine cannot carry out.
"""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from typing import Any

import torch

from vesture.engines.diffusion.attention import attention
from vesture.engines.diffusion.blocks import Tuning
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.errors import SettingError

CPU_ROWS = 864
FP8_CAPABILITY = (8, 9)
"""CUDA compute capability from which cards multiply e4m3 numbers (Ada, Hopper)."""


def options_for(device: str | None = None, **choices: Any) -> DiffusionOptions:
    """Options with the fastest choices whose pictures stay nearer to float32 than the published program's own.

    That is bfloat16 on GPUs and on CPUs with instructions for it, float32 elsewhere; compiled on GPUs with Triton.

    Args:
        device: torch device; None: a CUDA device where there is one, else the CPU.
        **choices: other options, by name; they overrule. None leaves one to the machine.
    """
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    kind = device.partition(":")[0]
    has_low = {"cpu": torch.cpu._is_avx512_bf16_supported, "cuda": torch.cuda.is_bf16_supported}
    fastest = {
        "device": device,
        "precision": "bf16" if kind in has_low and has_low[kind]() else "fp32",
        "compile": kind == "cuda" and find_spec("triton") is not None,
    }
    return DiffusionOptions(**(fastest | {name: value for name, value in choices.items() if value is not None}))


def tuning_for(options: DiffusionOptions) -> Tuning:
    """How the blocks are carried out where the options leave it open."""
    on_cpu = torch.device(options.device).type == "cpu"
    blocked = on_cpu and options.precision != "fp32" and not torch.cpu._is_amx_tile_supported()
    return Tuning(
        attention=options.attention or ("blocked" if blocked else "fused"),
        rows=(CPU_ROWS if on_cpu else 0) if options.rows is None else options.rows,
        one_null_row=not options.compile,
    )


def require_device(options: DiffusionOptions) -> None:
    """
    Raises:
        SettingError: this machine cannot do what the options ask; names the option and what to choose instead.
    """
    try:
        device = torch.device(options.device)
    except RuntimeError as error:
        raise SettingError(
            f"device {options.device!r} is not one that torch knows: use cpu, cuda or cuda:1."
        ) from error
    if device.type == "cuda":
        _require_card(device)
    on_cuda = device.type == "cuda"
    if options.precision == "fp8" and not (on_cuda and torch.cuda.get_device_capability(device) >= FP8_CAPABILITY):
        raise SettingError(
            f"precision fp8 needs a CUDA device of compute capability 8.9 or later, which {_named(device)} is not: "
            "use bf16 or int8."
        )
    if options.precision == "bf16" and on_cuda and not torch.cuda.is_bf16_supported():
        raise SettingError(f"precision bf16 is not supported by {_named(device)}: use fp32 or int8.")
    if options.cuda_graphs and not on_cuda:
        raise SettingError(f"cuda_graphs needs a CUDA device, not {_named(device)}: leave it out.")
    if options.compile and not (find_spec("triton") if on_cuda else shutil.which("g++") or shutil.which("clang++")):
        raise SettingError(
            f"compile needs {'Triton' if on_cuda else 'a C++ compiler (g++)'}: install it or leave compile out."
        )
    _require_attention(options, device)


def _require_card(device: torch.device) -> None:
    if not torch.cuda.is_available():
        raise SettingError(f"device {device} was asked for, but torch sees no CUDA device here: use cpu.")
    if (device.index or 0) >= torch.cuda.device_count():
        raise SettingError(f"device {device} was asked for; there are {torch.cuda.device_count()} CUDA devices.")


def _require_attention(options: DiffusionOptions, device: torch.device) -> None:
    """Try the kernel that was asked for on a few numbers."""
    if options.attention is None:
        return
    dtype = torch.float32 if options.precision == "fp32" else torch.bfloat16
    few = torch.zeros(1, 16, 2, 128, dtype=dtype, device=device)
    try:
        attention(few, few, few, options.attention)
    except RuntimeError as error:
        raise SettingError(
            f"attention {options.attention} does not exist for {dtype} on {_named(device)}: use fused."
        ) from error


def _named(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" and torch.cuda.is_available() else str(device)
