"""The choices of the diffusion engine that are not part of a request: device, number types, speed, frame.

Pure data; imports neither torch nor anything else heavy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Precision = Literal["fp32", "bf16", "int8"]
Numerics = Literal["portable", "reference"]
OutputFrame = Literal["photo", "model"]


@dataclass(frozen=True, slots=True)
class DiffusionOptions:
    """How the engine runs.

    Attributes:
        device: torch device the model runs on, ``"cpu"`` or ``"cuda"``, ``"cuda:1"``...
        precision: type of the blocks' matrix products. ``fp32``; ``bf16``; ``int8``: weights per output channel,
            inputs per token, sums in int32, everything between in bfloat16. Time, state, residual stream and
            modulation stay float32 in all three.
        numerics: ``portable``: noise is drawn in float32 on the CPU, so every machine starts from the same picture.
            ``reference``: noise, time, state and all weights in the inference type on the device, rounding as the
            published program does (with ``bf16`` that costs accuracy: time is off by up to 2 in 1000).
        attention_rows: queries per blocked attention product, 0 for torch's fused kernel, None: blocked on a CPU in
            ``bf16`` and ``int8``, fused elsewhere.
        mlp_rows: tokens per pass through an MLP, 0 for all, None: 864 on a CPU, all elsewhere.
        compile: run the blocks through torch.compile (slow first run; needs a C++ compiler on a CPU).
        time_shift: mu of the schedule; larger values spend more steps near the noise.
        unguided_last: last steps that follow the conditional branch alone.
        segmentation_free: show the model the unmasked person. The options `cover_feet`, `adjust_hands` and
            `long_top` work through the mask, so they turn this off for their request.
        output: ``photo``: the changed region is scaled into the person photo and the rest keeps its own pixels;
            ``model``: the model's own frame, at most 576 x 864, without padding.
        preview_every: steps between previews; 0: none.
    """

    device: str = "cpu"
    precision: Precision = "fp32"
    numerics: Numerics = "portable"
    attention_rows: int | None = None
    mlp_rows: int | None = None
    compile: bool = False
    time_shift: float = 1.5
    unguided_last: int = 1
    segmentation_free: bool = True
    output: OutputFrame = "photo"
    preview_every: int = 0

    def __post_init__(self) -> None:
        choices = {
            "precision": ("fp32", "bf16", "int8"),
            "numerics": ("portable", "reference"),
            "output": ("photo", "model"),
        }
        for name, accepted in choices.items():
            if getattr(self, name) not in accepted:
                raise ValueError(f"{name} must be one of {', '.join(accepted)}, got {getattr(self, name)!r}")
        if self.numerics == "reference" and self.precision == "int8":
            raise ValueError("numerics=reference needs precision fp32 or bf16, got int8")
        for name in ("attention_rows", "mlp_rows", "unguided_last", "preview_every"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} must not be negative, got {value}")
