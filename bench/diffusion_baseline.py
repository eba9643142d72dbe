"""The diffusion transformer written plainly, for comparison: the same mathematics and weights, nothing saved.

Eager, one type for everything, modulations and rotary tables computed at every call, both branches as one batch of
two, `torch.nn.functional.scaled_dot_product_attention`. It reads the weights from a state dict with the published
names. Axes: b samples, n tokens, d hidden size, h heads, c head dim.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from vesture.engines.diffusion.mmdit import MMDiTConfig


@dataclass(frozen=True, slots=True)
class PlainModel:
    """Weights by published name, all of one type and on one device."""

    config: MMDiTConfig
    weights: dict[str, Tensor]

    def linear(self, name: str, x: Tensor) -> Tensor:
        return F.linear(x, self.weights[f"{name}.weight"], self.weights.get(f"{name}.bias"))

    def velocity(
        self, x: Tensor, time: float, category: int, person: Tensor, person_pose: Tensor, garment: Tensor, pose: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Conditional and unguided velocity, (1, 3, H, W) each; images (1, 3, H, W), poses (1, 1, H, W)."""
        known = torch.tensor([1.0, 0.0], device=x.device, dtype=x.dtype)[:, None, None, None]  # second row: nothing
        image = torch.cat([x.expand(2, -1, -1, -1), person * known, person_pose * known], dim=1)
        clothes = torch.cat([garment * known, pose * known], dim=1)
        vector = self.vector(time, [category, 0], x)  # (2, d)
        rotation = self.rotation(x.device)  # (n, c/2, 2, 2)
        both = torch.cat([rotation, rotation])
        image_tokens, garment_tokens = self.embed("x_embedder", image), self.embed("garment_embedder", clothes)
        for index in range(self.config.mixer_depth):
            image_tokens = self.single(f"x_patch_mixer.{index}", image_tokens, vector, rotation)
        for index in range(self.config.double_depth):
            image_tokens, garment_tokens = self.double(
                f"double_blocks.{index}", image_tokens, garment_tokens, vector, both
            )
        tokens = torch.cat([garment_tokens, image_tokens], dim=1)
        for index in range(self.config.single_depth):
            tokens = self.single(f"single_blocks.{index}", tokens, vector, both)
        image_tokens = tokens[:, garment_tokens.shape[1] :]
        shift, scale = self.linear("final_layer.adaLN_modulation.1", F.silu(vector))[:, None].chunk(2, dim=-1)
        patches = self.linear("final_layer.linear", self.normed(image_tokens, shift, scale))
        velocity = F.pixel_shuffle(patches.transpose(1, 2).unflatten(2, (self.config.rows, -1)), self.config.patch)
        return velocity[:1], velocity[1:]

    def vector(self, time: float, categories: list[int], like: Tensor) -> Tensor:
        frequencies = torch.exp(-math.log(10_000) * torch.arange(128, device=like.device) / 128)
        arguments = 1000 * time * frequencies
        features = torch.cat([arguments.cos(), arguments.sin()])[None].to(like.dtype)
        embedded = self.linear("t_embedder.mlp.out_layer", F.silu(self.linear("t_embedder.mlp.in_layer", features)))
        return embedded + self.weights["y_embedder.weight"][categories]

    def rotation(self, device: torch.device) -> Tensor:
        rows, columns = torch.meshgrid(torch.arange(self.config.rows), torch.arange(self.config.columns), indexing="ij")
        angles = []
        for axis, position in zip(self.config.axes, (0 * rows, rows, columns), strict=True):
            frequency = self.config.theta ** -(torch.arange(0, axis, 2, dtype=torch.float64) / axis)
            angles.append(position.reshape(-1, 1) * frequency)
        angle = torch.cat(angles, dim=1)
        matrix = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=-1)
        return matrix.unflatten(-1, (2, 2)).float().to(device)

    def embed(self, name: str, image: Tensor) -> Tensor:
        tokens = F.conv2d(
            image, self.weights[f"{name}.proj.weight"], self.weights[f"{name}.proj.bias"], stride=self.config.patch
        )
        return tokens.flatten(2).transpose(1, 2)

    @staticmethod
    def normed(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
        return (1 + scale) * F.layer_norm(x, x.shape[-1:], eps=1e-6) + shift

    def heads(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.config.heads, -1)).transpose(1, 2)  # (b, h, n, c)

    def root_mean_square(self, name: str, x: Tensor) -> Tensor:
        single = x.float()
        normed = single * torch.rsqrt(single.square().mean(-1, keepdim=True) + 1e-6)
        return normed.to(x.dtype) * self.weights[f"{name}.scale"]

    def attend(self, query: Tensor, key: Tensor, value: Tensor, rotation: Tensor) -> Tensor:
        turned = []
        for x in (query, key):
            pairs = x.float().unflatten(-1, (-1, 1, 2))  # (b, h, n, c/2, 1, 2)
            both = rotation[..., 0] * pairs[..., 0] + rotation[..., 1] * pairs[..., 1]
            turned.append(both.flatten(-2).to(value.dtype))
        return F.scaled_dot_product_attention(*turned, value).transpose(1, 2).flatten(2)

    def single(self, name: str, x: Tensor, vector: Tensor, rotation: Tensor) -> Tensor:
        d = self.config.hidden
        shift, scale, gate = self.linear(f"{name}.modulation.lin", F.silu(vector))[:, None].chunk(3, dim=-1)
        inside = self.linear(f"{name}.linear1", self.normed(x, shift, scale))
        query, key, value, mlp = inside.split([d, d, d, inside.shape[-1] - 3 * d], dim=-1)
        query = self.root_mean_square(f"{name}.norm.query_norm", self.heads(query))
        key = self.root_mean_square(f"{name}.norm.key_norm", self.heads(key))
        mixed = self.attend(query, key, self.heads(value), rotation)
        return x + gate * self.linear(f"{name}.linear2", torch.cat([mixed, F.gelu(mlp, approximate="tanh")], dim=-1))

    def double(
        self, name: str, image: Tensor, garment: Tensor, vector: Tensor, rotation: Tensor
    ) -> tuple[Tensor, Tensor]:
        streams = {"txt": garment, "img": image}
        modulation, queries, keys, values = {}, [], [], []
        for stream, x in streams.items():
            modulation[stream] = self.linear(f"{name}.{stream}_mod.lin", F.silu(vector))[:, None].chunk(6, dim=-1)
            normed = self.normed(x, *modulation[stream][:2])
            query, key, value = self.linear(f"{name}.{stream}_attn.qkv", normed).chunk(3, dim=-1)
            queries.append(self.root_mean_square(f"{name}.{stream}_attn.norm.query_norm", self.heads(query)))
            keys.append(self.root_mean_square(f"{name}.{stream}_attn.norm.key_norm", self.heads(key)))
            values.append(self.heads(value))
        mixed = self.attend(torch.cat(queries, 2), torch.cat(keys, 2), torch.cat(values, 2), rotation)
        results = []
        for stream, part in zip(
            ("img", "txt"), (mixed[:, garment.shape[1] :], mixed[:, : garment.shape[1]]), strict=True
        ):
            _, _, gate, shift, scale, mlp_gate = modulation[stream]
            x = streams[stream] + gate * self.linear(f"{name}.{stream}_attn.proj", part)
            wide = F.gelu(self.linear(f"{name}.{stream}_mlp.0", self.normed(x, shift, scale)), approximate="tanh")
            results.append(x + mlp_gate * self.linear(f"{name}.{stream}_mlp.2", wide))
        return results[0], results[1]
