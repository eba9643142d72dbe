"""The diffusion transformer: noisy image, person, garment and time in; velocity out.

Loads the checkpoint of FASHN VTON v1.5 (971,813,808 parameters) unchanged. Everything that does not depend on the
noisy image is computed once a run: the tokens of the conditions (`condition`, `null_condition`), the rotary angles,
and the modulations of all steps (`modulations`).

Axes: b samples, s steps, n tokens of one image, d hidden size, H and W pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from vesture.engines.diffusion.blocks import DoubleBlock, FinalLayer, SingleBlock, Tuning
from vesture.engines.diffusion.layers import (
    CategoryRows,
    PatchEmbedding,
    Rotation,
    VectorEmbedding,
    grid_rotation,
    modulation,
    time_features,
    unpatch,
)


@dataclass(frozen=True, slots=True)
class MMDiTConfig:
    """Sizes of the model; the defaults are those of the published checkpoint.

    Raises:
        ValueError: the sizes do not fit each other.
    """

    height: int = 864
    width: int = 576
    hidden: int = 1280
    heads: int = 10
    mixer_depth: int = 4
    double_depth: int = 8
    single_depth: int = 16
    mlp_ratio: int = 4
    channels: int = 3
    patch: int = 12
    theta: float = 10_000.0
    axes: tuple[int, ...] = (16, 56, 56)
    qkv_bias: bool = True
    classes: int = 3

    def __post_init__(self) -> None:
        if self.height % self.patch or self.width % self.patch:
            raise ValueError(f"expected a size divisible by patch {self.patch}, got {self.height}x{self.width}")
        if self.hidden % self.heads:
            raise ValueError(f"expected hidden divisible by heads, got {self.hidden} and {self.heads}")
        if sum(self.axes) != self.hidden // self.heads or len(self.axes) != 3 or any(axis % 2 for axis in self.axes):
            raise ValueError(f"expected three even axes with sum {self.hidden // self.heads}, got {self.axes}")

    @property
    def rows(self) -> int:
        return self.height // self.patch

    @property
    def columns(self) -> int:
        return self.width // self.patch


@dataclass(frozen=True, slots=True)
class Condition:
    """Tokens of what the picture shall show: `person` (1, n, d), added to the noisy tokens, `garment` (1, n, d), or
    (1, 1, d) where all are equal."""

    person: Tensor
    garment: Tensor


@dataclass(frozen=True, slots=True)
class StepModulation:
    """Modulation of every block at one time for one category: one row of numbers, and its parts by block."""

    packed: Tensor  # all that follow, in this order
    mixer: tuple[Tensor, ...]  # (3 d,) each
    double_garment: tuple[Tensor, ...]  # (6 d,) each
    double_image: tuple[Tensor, ...]  # (6 d,) each
    single: tuple[Tensor, ...]  # (3 d,) each
    final: Tensor  # (2 d,)


class MMDiT(nn.Module):
    """Velocity of the straight path from noise (t = 0) to the dressed person (t = 1)."""

    patch_mixer_token: Tensor

    def __init__(self, config: MMDiTConfig, tuning: Tuning | None = None) -> None:
        super().__init__()
        self.config, self.tuning = config, tuning or Tuning()
        d, heads, ratio, channels = config.hidden, config.heads, config.mlp_ratio, config.channels
        self.t_embedder = nn.ModuleDict({"mlp": VectorEmbedding(256, d)})
        self.y_embedder = CategoryRows(config.classes + 1, d)  # row 0: no category
        self.x_embedder = PatchEmbedding(2 * channels + 1, d, config.patch)  # noisy, person, person pose
        self.garment_embedder = PatchEmbedding(channels + 1, d, config.patch)  # garment, garment pose
        self.x_patch_mixer = nn.ModuleList(SingleBlock(d, heads, ratio) for _ in range(config.mixer_depth))
        self.double_blocks = nn.ModuleList(
            DoubleBlock(d, heads, ratio, qkv_bias=config.qkv_bias) for _ in range(config.double_depth)
        )
        self.single_blocks = nn.ModuleList(SingleBlock(d, heads, ratio) for _ in range(config.single_depth))
        patch_width = channels * config.patch**2
        self.final_layer = FinalLayer(d, patch_width)
        # In the file, but used by nothing.
        self.register_buffer("patch_mixer_token", torch.zeros(1, 1, patch_width))
        self._rotations: dict[torch.device, tuple[Rotation, Rotation]] = {}

    def rotations(self, device: torch.device) -> tuple[Rotation, Rotation]:
        """Angles of one grid, the same for garment and image, and of both; built once a device."""
        if device not in self._rotations:
            one = grid_rotation(self.config.rows, self.config.columns, self.config.axes, self.config.theta).to(device)
            self._rotations[device] = one, one.twice()
        return self._rotations[device]

    def vectors(self, times: Tensor, category: int) -> Tensor:
        """(s, d): what the modulations are made from. times (s,) in [0, 1]; category 1..classes, 0 for none."""
        embedder = self.t_embedder["mlp"]
        row = self.y_embedder.weight[category]
        return embedder(time_features(times.to(row.device))) + row

    def modulations(self, vectors: Tensor) -> list[StepModulation]:
        """Modulations of every block for every row of vectors (s, d); each weight, a quarter of all, is read once."""
        tables = [
            *(block.modulation(vectors) for block in self.x_patch_mixer),  # (s, 3 d) each
            *(block.txt_mod(vectors) for block in self.double_blocks),
            *(block.img_mod(vectors) for block in self.double_blocks),
            *(block.modulation(vectors) for block in self.single_blocks),
            modulation(self.final_layer.adaLN_modulation[1], vectors),  # (s, 2 d)
        ]
        return [self.unpack(row) for row in torch.cat(tables, dim=1)]

    def unpack(self, packed: Tensor) -> StepModulation:
        """The parts of one row of modulations, as views."""
        d, config = self.config.hidden, self.config
        groups = ((config.mixer_depth, 3), (config.double_depth, 6), (config.double_depth, 6), (config.single_depth, 3))
        sizes = [parts * d for depth, parts in groups for _ in range(depth)]
        *blocks, final = packed.split([*sizes, 2 * d])
        parts = iter(blocks)
        mixer, garment, image, single = (tuple(next(parts) for _ in range(depth)) for depth, _ in groups)
        return StepModulation(packed, mixer, garment, image, single, final)

    def condition(self, person: Tensor, person_pose: Tensor, garment: Tensor, garment_pose: Tensor) -> Condition:
        """Embed the conditions. person, garment (1, 3, H, W); poses (1, 1, H, W); all in [-1, 1]."""
        noisy = self.config.channels
        return Condition(
            self.x_embedder(torch.cat([person, person_pose], dim=1), slice(noisy, None), with_bias=True),
            self.garment_embedder(torch.cat([garment, garment_pose], dim=1), slice(None), with_bias=True),
        )

    def null_condition(self) -> Condition:
        """The condition of the unguided branch: zero images and poses, so every token is its embedder's bias."""
        n = self.config.rows * self.config.columns
        return Condition(
            self.x_embedder.proj.bias.expand(1, n, -1),
            self.garment_embedder.proj.bias.expand(1, 1 if self.tuning.one_null_row else n, -1),
        )

    def forward(self, x: Tensor, condition: Condition, step: StepModulation) -> Tensor:
        """Velocity at x. x (b, 3, H, W) -> (b, 3, H, W), of the type of the embedders' weights."""
        config, tuning = self.config, self.tuning
        b, n = x.shape[0], config.rows * config.columns
        one, both = self.rotations(x.device)
        image = self.x_embedder(x, slice(0, config.channels), with_bias=False) + condition.person  # (b, n, d)
        garment = condition.garment.expand(b, -1, -1)  # (b, n, d) or (b, 1, d)
        for block, rows in zip(self.x_patch_mixer, step.mixer, strict=True):
            image = block(image, rows, one, tuning)
        for block, garment_rows, image_rows in zip(
            self.double_blocks, step.double_garment, step.double_image, strict=True
        ):
            garment, image = block(garment, image, garment_rows, image_rows, one, tuning)
        garment = garment.expand(-1, n, -1)  # a model without double blocks has not done so yet
        tokens = torch.cat([garment, image], dim=1)  # (b, 2 n, d)
        for index, (block, rows) in enumerate(zip(self.single_blocks, step.single, strict=True)):
            last = index == config.single_depth - 1  # only image tokens are read after it
            tokens = block(tokens, rows, both, tuning, first=n if last else 0)
        output = self.final_layer(tokens[:, -n:], step.final)  # (b, n, 3 p p)
        return unpatch(output, config.rows, config.columns, config.patch)
