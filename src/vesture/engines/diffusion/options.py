"""The choices of the diffusion engine that are not part of a request: device, number types, speed, frame.

Pure data; imports neither torch nor anything else heavy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Precision = Literal["fp32", "bf16", "int8", "fp8"]
Numerics = Literal["portable", "reference"]
AttentionKind = Literal["blocked", "fused", "flash", "efficient", "cudnn", "math"]
OutputFrame = Literal["photo", "model"]


@dataclass(frozen=True, slots=True)
class DiffusionOptions:
    """How the engine runs.

    Attributes:
        device: torch device the model runs on, ``"cpu"`` or ``"cuda"``, ``"cuda:1"``...
        precision: type of the blocks' matrix products. ``fp32``; ``bf16``; ``int8``: weights per output channel,
            inputs per token, sums in int32, everything between in bfloat16; ``fp8``: the same with e4m3 numbers, on
            cards that have it (compute capability 8.9). Time, state, residual stream and modulation stay float32.
        numerics: ``portable``: noise is drawn in float32 on the CPU, so every machine starts from the same picture.
            ``reference``: noise, time, state and all weights in the inference type on the device, rounding as the
            published program does (with ``bf16`` that costs accuracy: time is off by up to 2 in 1000).
        attention: ``fused``: torch's own choice of fused kernel; ``flash``, ``efficient``, ``cudnn``, ``math``: that
            kernel of torch's and no other; ``blocked``: plain matrix products over 864 queries at a time. None:
            ``blocked`` in low precision on CPUs whose bfloat16 instructions the fused kernel does not use (those
            without AMX), else ``fused``.
        rows: tokens that norms, projections and MLPs take at a time, 0: all; None: 864 on a CPU, where that keeps
            what lies between in the cache, all elsewhere.
        compile: run the blocks through torch.compile. The first run is slow; needs Triton, on a CPU a C++ compiler.
        cuda_graphs: record the model's kernels once and replay them, which spares the CPU their launches.
        samples_at_once: samples that share a forward pass. More than 1 needs more memory, and a sample's bytes may
            then depend on how many were asked for, by a level here and there.
        time_shift: mu of the schedule; larger values spend more steps near the noise.
        unguided_last: last steps that follow the conditional branch alone.
        segmentation_free: show the model the unmasked person, where a request does not say. The options `cover_feet`,
            `adjust_hands` and `long_top` work through the mask, so they turn this off for their request.
        output: ``model``: the model's own frame, at most 576 x 864, without padding; ``photo``: the changed region
            is scaled into the person photo and the rest keeps its own pixels.
        preview_every: steps between previews; 0: none.
    """

    device: str = "cpu"
    precision: Precision = "fp32"
    numerics: Numerics = "portable"
    attention: AttentionKind | None = None
    rows: int | None = None
    compile: bool = False
    cuda_graphs: bool = False
    samples_at_once: int = 1
    time_shift: float = 1.5
    unguided_last: int = 1
    segmentation_free: bool = True
    output: OutputFrame = "model"
    preview_every: int = 0

    def __post_init__(self) -> None:
        choices = {
            "precision": get_args(Precision),
            "numerics": get_args(Numerics),
            "attention": (None, *get_args(AttentionKind)),
            "output": get_args(OutputFrame),
        }
        for name, accepted in choices.items():
            if getattr(self, name) not in accepted:
                expected = ", ".join(value for value in accepted if value)
                raise ValueError(f"{name} must be one of {expected}, got {getattr(self, name)!r}")
        if self.numerics == "reference" and self.precision in ("int8", "fp8"):
            raise ValueError(f"numerics=reference needs precision fp32 or bf16, got {self.precision}")
        for name, least in {"rows": 0, "unguided_last": 0, "preview_every": 0, "samples_at_once": 1}.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
